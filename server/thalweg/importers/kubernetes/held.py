"""What a store holds already of what is found. Whoever brings a reading asks for it: an importer sees no store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from thalweg.model.facts import NO_PROPS, Props
from thalweg.model.keys import Key


class Held(NamedTuple):
    """A deployment or a release as a store holds it.

    there: whether it is still stated, and not gone or ended by being left out.
    """

    props: Props = NO_PROPS
    there: bool = True


Holding = Mapping[Key, Held]
