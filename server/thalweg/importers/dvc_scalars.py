"""What stands in YAML without quotes, as DVC reads it: by ruamel.yaml, as version 1.2 means it.

    012  12    0x1f  31    0o14  12    0b101  5    1_000  1000    1e3  1000.0    yes  "yes"    12:30  "12:30"

A date stays text here, as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from thalweg.model.facts import Json

_WORDS: dict[str, Json] = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)

_BEGINNINGS = frozenset("+-.0123456789")
_MOST = 300
"""Characters of a number; a longer one stays text."""

_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], Json]], ...] = (
    (re.compile(r"[-+]?0b[01_]+"), lambda text: int(text, 2)),
    (re.compile(r"[-+]?0o[0-7_]+"), lambda text: int(text, 8)),
    (re.compile(r"[-+]?0x[0-9a-fA-F_]+"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?[0-9_]+"), int),
    (re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?"), float),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), lambda text: float(text.replace(".", "", 1))),
)


def plain(text: str) -> Json:
    """A number, a truth value, nothing; else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _BEGINNINGS or len(text) > _MOST:
        return text
    for form, number in _NUMBERS:
        if form.fullmatch(text):
            try:
                return number(text.replace("_", ""))
            except ValueError:  # underscores and no digit, by which DVC is lost itself
                return text
    return text
