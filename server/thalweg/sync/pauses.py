"""When a source is due again: at its interval; after failures later and later; never all at once."""

from __future__ import annotations

import re
from random import Random

from thalweg.model import time

UNITS = {"s": time.SECOND, "m": time.MINUTE, "h": time.HOUR, "d": time.DAY}
SHORTEST = 5 * time.SECOND
"""Of an interval: below, a source would be read without pause."""
LONGEST_BACK_OFF = time.HOUR
"""However often it failed; unless its interval is longer."""
JITTER = 0.1
"""Of a pause, up to this share more: sources of one interval drift apart."""

_INTERVAL = re.compile(r"([1-9][0-9]{0,5})\s*([smhd])")


def interval(text: str) -> int:
    """Microseconds of `30s`, `5m`, `2h`, `1d`. Raises ValueError with what would be right."""
    found = _INTERVAL.fullmatch(text.strip())
    pause = int(found[1]) * UNITS[found[2]] if found else 0
    if pause < SHORTEST:
        raise ValueError("must be an interval of at least 5s, like 30s, 5m, 2h or 1d")
    return pause


def pause(every: int, failures: int, chance: Random) -> int:
    """Microseconds until a source is read again that failed so many times in a row."""
    longest = max(every, LONGEST_BACK_OFF)
    backed_off: int = min(every * 2 ** min(failures, 20), longest)
    return backed_off + int(backed_off * JITTER * chance.random())
