"""What a script hands over, as text, numbers and times that a server takes: scalars of arrays too, never endless."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Mapping, Sized
from datetime import datetime
from typing import Any, cast

from thalweg.client.hiding import hidden
from thalweg.model import time
from thalweg.model.errors import BadInput
from thalweg.model.names import without_password

LONGEST = 6_000
"""Characters of a value that is kept as text; a longer one is cut."""

MOST_ITEMS = 1_000
"""Items of a list or an object that is written out; of a larger one its size is kept."""

DEEPEST = 8
"""How far objects of parameters may stand in one another; what is deeper is one text."""

MOST_TEXT = 1 << 20
"""Bytes of all parameters, of all tags, and of the names of all metrics of one run, as they are sent: with all of them
a run is no larger than what a server takes.
"""

_UNKEPT = re.compile("[\0\ud800-\udfff]")


def text(value: object, longest: int = LONGEST) -> str:
    """A value as text. Raises nothing: what cannot be written is named by its type."""
    try:
        value = _scalar(value)
        if _short(value):
            written = str(value)
        else:
            written = f"<{type(value).__name__} of {len(cast(Sized, value)):,}>"
    except Exception:
        written = f"<{type(value).__name__}>"
    return clean(written, longest)


def clean(written: str, longest: int = LONGEST) -> str:
    """A text that every store keeps: without NUL and halves of letters, and cut where it is longer."""
    if len(written) > longest:
        written = written[: longest - 1] + "…"
    return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", written)


def safe(written: str) -> str:
    """A sentence of somebody else, an error's, without what lets somebody in."""
    return hidden("", without_password(clean(written, 2_000)))


def _short(value: object) -> bool:
    """Whether a value may be written out: a list within lists counts with all that is in it, and is never walked to an
    end that is far away.
    """
    left = MOST_ITEMS
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            left -= len(one) // 100 if one is not value else 0  # alone it is cut
        elif isinstance(one, bytes | bytearray):
            left -= len(one)
        elif isinstance(one, _COUNTED):
            left -= len(one)
            if left >= 0:
                within = [*one.keys(), *one.values()] if isinstance(one, dict) else one
                waiting += [inner for inner in within if isinstance(inner, _COUNTED)]
        if left < 0:
            return False
    return True


_COUNTED = (str, bytes, bytearray, list, tuple, set, frozenset, dict)


def mapping(given: object) -> Mapping[str, object]:
    """What a script hands over by name: an object, or what has `items` as one, like a row of pandas; None is nothing.

    Raises TypeError or ValueError for what is none.
    """
    if given is None or isinstance(given, Mapping):
        return given or {}
    items = getattr(given, "items", None)
    return dict(items() if callable(items) else cast(Mapping[str, object], given))


def weight(name: str, value: str) -> int:
    """The bytes of a pair as it is sent."""
    return len(json.dumps([name, value], ensure_ascii=False).encode()) + 20


def pairs(given: object, more: Mapping[str, object]) -> dict[str, str]:
    """Parameters or tags: objects within objects by names with dots; what is called like a secret is hidden.

    It stops behind the first that is one too many, so that a large object takes no longer than what is kept of it.
    """
    found: dict[str, str] = {}
    left = MOST_TEXT

    def put(name: str, value: object, *around: object) -> None:
        nonlocal left
        open_ = len(around) < DEEPEST and not any(one is value for one in around)
        if open_ and isinstance(value, Mapping) and (not name or 0 < len(value) <= MOST_ITEMS):
            for inner, one in value.items():
                put(f"{name}.{inner}" if name else str(inner), one, value, *around)
                if left < 0:
                    break
        elif name:
            word = clean(name, 500)
            left += weight(word, found[word]) if word in found else 0
            found[word] = hidden(name, without_password(text(value)))
            left -= weight(word, found[word])

    put("", mapping(given))
    put("", more)
    return found


def number(value: object) -> float:
    """A metric's value. Raises BadInput for what is no single number."""
    value = _scalar(value)
    try:
        if not isinstance(value, str | bytes):
            return float(cast(float, value))
    except OverflowError:
        return math.inf if cast(int, value) > 0 else -math.inf
    except (TypeError, ValueError):
        pass
    raise BadInput(f"{text(value, 80)!r} is no number.", "A metric is one number.")


def on_the_wire(value: float) -> float | str:
    """A number as JSON has it: NaN and the infinities by name."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def step(value: object) -> int:
    """Raises BadInput for what is no whole number of 64 bits."""
    value = _scalar(value)
    try:
        whole = int(value) if isinstance(value, float) and value.is_integer() else operator.index(cast(Any, value))
    except TypeError:
        raise BadInput(f"The step {text(value, 80)!r} is no whole number.", "Count steps, like step=10.") from None
    if not -(1 << 63) <= whole < 1 << 63:
        raise BadInput(f"The step {whole} has more than 64 bits.", "Count steps, like step=10.")
    return whole


def count(value: object) -> int:
    """A count of rows. Raises BadInput for what is none, or has more than 63 bits, which nobody can keep."""
    try:
        counted = step(value)
    except BadInput:
        counted = -1
    if counted < 0:
        raise BadInput(f"{text(value, 80)} is no count.", "A count is a whole number, like rows=10.")
    return counted


def moment(value: datetime | int | None) -> int:
    """Epoch microseconds of a datetime, which without an offset is UTC; now where there is none.

    Raises BadInput for what lies outside of the years 1 to 9999, which nobody can write.
    """
    if value is None:
        return time.now()
    at = time.micros(value) if isinstance(value, datetime) else int(value)
    try:
        time.moment(at)
    except OverflowError:
        raise BadInput(f"The time {text(at, 80)} is none.", "Give a datetime, or microseconds since 1970.") from None
    return at


def _scalar(value: object) -> object:
    """The Python value of a scalar of numpy, torch and the like."""
    if getattr(value, "shape", None) in ((), (1,)) and callable(item := getattr(value, "item", None)):
        return item()
    return value
