"""When a source is due again, and how it stands in words."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.model.time import DAY, HOUR, MINUTE, SECOND
from thalweg.sync.bringing import Summary
from thalweg.sync.pauses import JITTER, LONGEST_BACK_OFF, interval, pause
from thalweg.sync.standing import Standing, ago


@pytest.mark.parametrize(
    ("text", "length"), [("5s", 5 * SECOND), ("90 s", 90 * SECOND), (" 5m ", 5 * MINUTE), ("2h", 2 * HOUR), ("1d", DAY)]
)
def test_an_interval_is_a_number_and_a_unit(text: str, length: int) -> None:
    assert interval(text) == length


@pytest.mark.parametrize("text", ["", "5", "m", "0m", "-5m", "4s", "5 weeks", "1.5h", "5m 3s"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be an interval of at least 5s"):
        interval(text)


@given(st.integers(5 * SECOND, 7 * DAY), st.integers(0, 1_000), st.integers())
def test_a_pause_grows_with_failures_up_to_an_hour_and_never_by_more_than_its_jitter(
    every: int, failures: int, seed: int
) -> None:
    found = pause(every, failures, Random(seed))
    backed_off = min(every * 2**failures, max(every, LONGEST_BACK_OFF))
    assert backed_off <= found <= backed_off * (1 + JITTER)
    assert pause(every, 0, Random(seed)) <= every * (1 + JITTER)


STANDS = Standing("prod", "mlflow", 5 * MINUTE, since=0)


def test_a_source_is_late_after_two_of_its_intervals_without_a_good_pass() -> None:
    assert [STANDS.late(now) for now in (0, 10 * MINUTE, 10 * MINUTE + 1)] == [False, False, True]
    read = STANDS.begun(9 * MINUTE).went_well(Summary("mlflow:prod", "mlflow"), 10 * MINUTE, 15 * MINUTE)
    assert (read.late(20 * MINUTE), read.late(21 * MINUTE), read.lag(12 * MINUTE)) == (False, True, 2 * MINUTE)


def test_failures_are_counted_until_one_pass_goes_well() -> None:
    twice = STANDS.failed("no such file", 1).failed("locked", 2)
    assert (twice.failures, twice.error, twice.due_at) == (2, "locked", 2)
    well = twice.went_well(Summary("mlflow:prod", "mlflow"), 7, 8)
    assert (well.failures, well.error, well.ended_at, well.due_at) == (0, None, 7, 8)


def test_how_a_source_stands_is_one_line() -> None:
    assert STANDS.line(MINUTE) == "prod: never read well, 0 scopes"
    assert STANDS.failed("locked", 1).line(MINUTE) == "prod: failed once: locked; never read well"
    assert (
        STANDS.failed("It is locked. Wait.", 1).line(MINUTE) == "prod: failed once: It is locked. Wait; never read well"
    )
    one = STANDS.went_well(Summary("mlflow:prod", "mlflow", refused=1), MINUTE, 0)
    assert one.line(4 * MINUTE) == "prod: read well 3 min ago, 1 scope, 1 refused"
    well = STANDS.went_well(Summary("mlflow:prod", "mlflow", refused=3), MINUTE, 0)
    assert well.line(4 * MINUTE) == "prod: read well 3 min ago, 3 scopes, 3 refused"
    assert well.failed("locked", 1).failed("gone", 1).line(MINUTE) == (
        "prod: failed 2 times in a row: gone; read well 0 s ago"
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [(0, "0 s"), (119 * SECOND, "119 s"), (2 * MINUTE, "2 min"), (3 * HOUR, "3 h"), (5 * DAY, "5 d")],
)
def test_a_length_of_time_is_told_in_its_largest_unit(length: int, said: str) -> None:
    assert ago(length) == said
