"""What a script hands over, as text, numbers and times that a server takes: scalars of arrays too, never endless."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, SupportsIndex, cast

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

_UNKEPT = re.compile("[\0\ud800-\udfff]")


def text(value: object, longest: int = LONGEST) -> str:
    """A value as text. Raises nothing: what cannot be written is named by its type."""
    try:
        value = _scalar(value)
        size = len(value) if isinstance(value, list | tuple | set | frozenset | dict | bytes) else 0
        written = str(value) if size <= MOST_ITEMS else f"<{type(value).__name__} of {size:,}>"
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


def pairs(given: Mapping[str, object] | None, more: Mapping[str, object]) -> dict[str, str]:
    """Parameters or tags: objects within objects by names with dots; what is called like a secret is hidden."""
    found: dict[str, str] = {}

    def put(name: str, value: object, depth: int) -> None:
        if isinstance(value, Mapping) and 0 < len(value) <= MOST_ITEMS and depth < DEEPEST:
            for inner, one in value.items():
                put(f"{name}.{inner}" if name else str(inner), one, depth + 1)
        elif name:
            found[clean(name, 500)] = hidden(name, without_password(text(value)))

    put("", dict(given or {}), 0)
    put("", dict(more), 0)
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


def count(value: SupportsIndex) -> int:
    """A count of rows or bytes. Raises TypeError for what is none."""
    return operator.index(cast(Any, _scalar(value)))


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
