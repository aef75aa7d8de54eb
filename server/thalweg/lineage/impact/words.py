"""The words of an answer: what happens, how sure that is, and whether it may."""

from __future__ import annotations

from enum import Enum


class Effect(Enum):
    """What happens to an asset.

    BREAKS: a job or a release needs what goes away. STALE: it holds what derives from what changes, or will no longer
    be refreshed. UNREPRODUCIBLE: it can no longer be rebuilt, because an ancestor is gone.
    """

    BREAKS = "BREAKS"
    STALE = "STALE"
    UNREPRODUCIBLE = "UNREPRODUCIBLE"

    __hash__ = object.__hash__  # as in `Kind`


class Confidence(Enum):
    """How sure an effect is. Over several paths the strongest wins, along one path the weakest."""

    CERTAIN = "CERTAIN"
    POSSIBLE = "POSSIBLE"

    __hash__ = object.__hash__


class Verdict(Enum):
    """May the change go ahead? INCOMPLETE: it could not be told; never to be taken for a PASS."""

    PASS = "PASS"
    WARN = "WARN"
    BLOCK = "BLOCK"
    INCOMPLETE = "INCOMPLETE"

    __hash__ = object.__hash__
