"""The question as it is asked of a store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from thalweg.lineage.impact.answer import Impact
from thalweg.lineage.impact.change import Change
from thalweg.lineage.impact.facts import DEFAULT_MARKS, LiveMarks
from thalweg.lineage.impact.fetch import Fetch
from thalweg.lineage.impact.judge import judge
from thalweg.lineage.impact.policy import DEFAULT_POLICY, Rule
from thalweg.model.errors import BadInput
from thalweg.model.facts import Caller
from thalweg.model.time import DAY, now
from thalweg.store.store import Store

BY_IDS: Mapping[str, str] = {}


async def impact(
    store: Store,
    caller: Caller,
    of: str | Sequence[str],
    change: Change,
    *,
    as_of: int | None = None,
    active_within: int = 90 * DAY,
    newest: int | None = None,
    live_marks: LiveMarks = DEFAULT_MARKS,
    policy: Sequence[Rule] = DEFAULT_POLICY,
    min_coverage: float = 0,
    any_column: bool = False,
    called: Mapping[str, str] = BY_IDS,
    visited: int = 100_000,
    seconds: float = 10.0,
) -> Impact:
    """What a change does: which assets break, go stale, or can no longer be rebuilt, and whether it may go ahead.

    of: ids of what changes: datasets or dataset versions; commits for Code, model versions for Withdraw. Several count
        as one change.
    newest: only the newest n versions of a dataset whose content changes; None for all.
    as_of: the time of the question, epoch microseconds; None for now. active_within: how far back, in microseconds, a
        run still says what its job will do.
    min_coverage: of how many readers, in percent, it must be known what they read, filters and joins included; of fewer
        the answer is INCOMPLETE. any_column: take a column also where the dataset is not known ever to have had it.
    called: how what changes was called, by its id, where that was not given: an id alone says nothing to people.
    visited, seconds: how much may be looked at, and how long.

    What nobody knows, and what was cut, makes the verdict INCOMPLETE and is said in `incomplete`; it is no error.
    Raises BadInput for an id that is none, or of a kind that cannot change so, and for a column that was never there.
    """
    if active_within < 0:
        raise BadInput(f"activeWithin is {active_within} microseconds, but must be 0 or more.")
    fetch = Fetch(
        store,
        caller,
        at=now() if as_of is None else as_of,
        as_of=as_of,
        window=active_within,
        visited=visited,
        seconds=seconds,
        called=called,
    )
    facts = await fetch.facts(
        [of] if isinstance(of, str) else list(dict.fromkeys(of)), change, newest, any_column=any_column
    )
    # a hundred thousand entities take a second to judge; others are answered meanwhile
    return await asyncio.to_thread(judge, change, facts, policy, live_marks, min_coverage)
