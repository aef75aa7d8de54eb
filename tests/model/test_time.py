"""Time is UTC, counted in microseconds from the epoch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.model.time import DAY, MINUTE, SECOND, micros, moment, now, parse, rfc3339

EIGHT = 1_777_708_800 * SECOND
"""2026-05-02, eight in the morning, UTC."""

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS)
def test_a_time_survives_being_written_and_read(when: datetime) -> None:
    at = micros(when)
    assert moment(at) == when
    assert parse(rfc3339(at)) == at
    assert parse(when.isoformat()) == at


@given(MOMENTS, MOMENTS)
def test_written_times_sort_as_the_times_do(one: datetime, other: datetime) -> None:
    assert (rfc3339(micros(one)) < rfc3339(micros(other))) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-02T08:00:00Z",
        "2026-05-02t08:00:00z",
        "2026-05-02 08:00:00Z",
        "2026-05-02T08:00:00",
        "2026-05-02T08:00",
        "2026-05-02T08:00Z",
        "2026-05-02T10:00:00+02:00",
        "2026-05-02T10:00:00 +0200",
        "2026-05-02T00:30:00-07:30",
        "2026-05-02T08:00:00-00:00",
        "2026-05-02T08:00:00.000000Z",
        "2026-05-02T08:00:00,0Z",
        " 2026-05-02T08:00:00Z\n",
    ],
)
def test_one_moment_is_written_in_many_ways(text: str) -> None:
    assert parse(text) == EIGHT


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-05-02", EIGHT - 8 * 60 * MINUTE),
        ("2026-05-02T08:00:00.5Z", EIGHT + SECOND // 2),
        ("2026-05-02T08:00:00.000001Z", EIGHT + 1),
        ("2026-05-02T08:00:00.000001999Z", EIGHT + 1),
        ("2024-02-29", micros(datetime(2024, 2, 29))),
        ("0001-01-01T00:00:00Z", micros(datetime(1, 1, 1))),
        ("9999-12-31T23:59:59.999999Z", micros(datetime(9999, 12, 31, 23, 59, 59, 999_999))),
        ("2016-12-31T23:59:60Z", micros(datetime(2017, 1, 1))),
        ("2017-01-01T01:59:60.25+02:00", micros(datetime(2017, 1, 1)) + SECOND // 4),
    ],
)
def test_a_time_is_counted_from_the_epoch(text: str, at: int) -> None:
    assert parse(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026",
        "2026-5-2",
        "1777708800",
        "02.05.2026",
        "2026-02-30",
        "2026-13-01",
        "2026-05-02T24:00:00Z",
        "2026-05-02T08:61:00Z",
        "2026-05-02T08:00:61Z",
        "2026-05-02T08:00:00+25:00",
        "2026-05-02T08:00:00+02:60",
        "2026-05-02T08:00:00+2",
        "2026-05-02T08:00:00 CET",
        "2026-05-02T08:00:00.Z",
        "٢٠٢٦-٠٥-٠٢",
        "0000-01-01",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_no_time_is_refused_with_what_was_written(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time") as refused:
        parse(text)
    assert repr(text) in str(refused.value)


def test_a_moment_without_an_offset_is_utc() -> None:
    naive = datetime(2026, 5, 2, 8)
    assert micros(naive) == micros(naive.replace(tzinfo=UTC)) == EIGHT
    assert micros(naive.replace(tzinfo=timezone(timedelta(hours=1)))) == EIGHT - 60 * MINUTE


def test_an_early_year_is_written_with_four_digits() -> None:
    assert rfc3339(micros(datetime(33, 4, 3))) == "0033-04-03T00:00:00.000000Z"


@pytest.mark.parametrize("at", [10**18, -(10**18)])
def test_there_is_no_moment_outside_the_years_1_to_9999(at: int) -> None:
    with pytest.raises(OverflowError):
        moment(at)


def test_now_is_now() -> None:
    before = datetime.now(UTC)
    assert before - timedelta(microseconds=1) <= moment(now()) <= datetime.now(UTC)
    assert DAY == 24 * 60 * MINUTE
