"""What a model version is called of which only is known where it lies: the same by every importer; and how a place is
shown.
"""

from __future__ import annotations

import re

from thalweg.model import keys, names
from thalweg.model.keys import Key

_VERSION = re.compile(r"v?\d+(?:[.\-_+]\w+)*")


def version_at(uri: str, source: str, namespace: str | None = None) -> Key:
    """The model version at a URI: `s3://models/fraud/3/` is `fraud`, 3, in `s3://models`.

    A last part that is a number, or begins with `v` and one, is the version; else it has none that is known. namespace:
    in place of the URI's own. Raises ValueError for what names nothing.
    """
    place, path = names.dataset_name(uri, source)
    place = namespace or place
    above, _, last = path.rstrip("/").rpartition("/")
    if above and _VERSION.fullmatch(last):
        return keys.model_version(place, above, last)
    return keys.model_version(place, path.rstrip("/") or "/", keys.UNVERSIONED)


def shown(uri: str) -> str:
    """A URI that may be kept: without who logs in, and without its query, in which signatures stand."""
    return names.without_password(uri).partition("?")[0]
