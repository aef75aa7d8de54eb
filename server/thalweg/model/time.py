"""Time is valid time: UTC epoch microseconds, as an int; intervals are half open."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 86_400 * SECOND
EARLIEST = -62_135_596_800 * SECOND
"""The beginning of the year 1, before which there is no date."""
LONGEST_IN_DAYS = 36_500
"""A hundred years: how far back or ahead a question may reach. What is much longer is no time at all."""
FUTURE_TOLERANCE = 5 * MINUTE
"""Clocks of two machines differ; what lies further ahead than this is a date in the future."""

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*"
    r"([Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?",
    re.ASCII,
)


def now() -> int:
    return micros(datetime.now(UTC))


def believed(at: int) -> int:
    """A time that somebody states; now where it lies in the future."""
    here = now()
    return here if at > here + FUTURE_TOLERANCE else at


def micros(moment: datetime) -> int:
    """Microseconds since the epoch; a moment without an offset is read as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(at: int) -> datetime:
    """The datetime of a count of microseconds. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(microseconds=at)


def rfc3339(at: int) -> str:
    """`2026-05-02T08:00:00.000000Z`; always six digits, so that the text sorts as the time does."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def parse(text: str) -> int:
    """Reads RFC 3339, or a date alone (its midnight); no offset means UTC; digits past microseconds are cut.

    A leap second is the first of the next minute: no clock here counts it. Raises ValueError with a sentence that says
    what would be right.
    """
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time; write it like 2026-05-02T08:00:00Z")
    *date_and_time, fraction, offset = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in date_and_time)
    leap = second == 60
    try:
        start = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
        result = micros(start) + leap * SECOND + int((fraction or "0")[:6].ljust(6, "0"))
        if offset and offset not in "Zz":
            shift = int(offset[1:3]) * 3600 + int(offset[-2:]) * 60
            result -= (shift if offset[0] == "+" else -shift) * SECOND
        moment(result)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a time: {error}") from None
    return result
