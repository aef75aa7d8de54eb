"""A policy replayed over the changes that the store has seen. Here is only what the answer looks like."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import argument, field

from thalweg.graphql import changes, enums, relations, spans, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.scalars import DateTime
from thalweg.lineage.impact import backtest as replay
from thalweg.model.columns import Add, ColumnChange, Drop, MayBeNull, Rename, Retype


@strawberry.type(description="The first run of a job after a change.")
class Followed:
    failed: bool = field(description="Whether it failed.")
    expected: bool = field(description="Whether the change was said to break its job.")
    found: strawberry.Private[replay.Followed]

    job: types.Job | None = relations.fetched(lambda one: one.found.job_id, "The job.")
    run: types.Run | None = relations.fetched(lambda one: one.found.run_id, "The run.")


@strawberry.type(description="A change of columns that was seen, and what the policy says of it.")
class Replayed:
    at: DateTime = field(description="When the version came that has other columns.")
    changes: list[str] = field(description="What happened to the columns, a sentence each.")
    verdict: enums.Verdict = field(description="What the policy says, by what was known before.")
    rule: str | None = field(description="The rule of the policy that decides.")
    reason: str | None = field(description="Why, as a sentence.")
    broke: bool = field(description="Whether a run that followed failed.")
    followed: list[Followed] = field(description="The first run afterwards of each job that read the dataset.")
    found: strawberry.Private[replay.Replayed]

    dataset: types.Dataset | None = relations.fetched(lambda one: one.found.dataset_id, "The dataset.")
    version: types.DatasetVersion | None = relations.fetched(lambda one: one.found.version_id, "The version.")


@strawberry.type(description="What a policy would have said of the changes of a period.")
class Backtest:
    since: DateTime = field(description="From when on.")
    until: DateTime = field(description="Until when.")
    changes: list[Replayed] = field(description="The changes, the oldest first.")
    next: DateTime | None = field(description="From when on to go on, where the time was up or there were too many.")


@strawberry.type
class Backtests:
    """The part of Query that tries a policy on what happened."""

    @answered(
        "What a policy would have said of the changes of columns that the store has seen, and which runs then failed.",
        cost=500,
    )
    async def backtest(
        self,
        info: Info,
        since: Annotated[DateTime, argument(description="From when on.")],
        until: Annotated[DateTime | None, argument(description="Until when; now when left out.")] = None,
        policy: Annotated[
            list[changes.PolicyRuleInput] | None,
            argument(description="Rules, the first that matches decides; those of the server when left out."),
        ] = None,
        active_within_days: Annotated[
            int, argument(description="How far back a run still says what its job will do: 0 to 36,500 days.")
        ] = 90,
        follow_days: Annotated[
            int, argument(description="How long after a change the first run of a job is looked for: 1 to 36,500 days.")
        ] = 30,
        first: relations.First = 100,
    ) -> Backtest:
        context = info.context
        active_within = spans.days(active_within_days, "activeWithinDays")
        follow = spans.days(follow_days, "followDays", least=1)
        rules = changes.policy(policy)
        found = await replay.backtest(
            context.store,
            context.caller,
            policy=context.judging.policy if rules is None else rules,
            live_marks=context.judging.marks,
            since=since,
            until=until,
            active_within=active_within,
            follow=follow,
            limit=relations.size(first, context),
            visited=context.limits.visited,
            seconds=0.8 * context.seconds,  # what was replayed until then is told
        )
        attributes: dict[str, Any] = {
            "since": found.since,
            "until": found.until,
            "changes": [_replayed(one) for one in found.replayed],
            "next": found.next,
        }
        return relations.made(Backtest, attributes)


def _replayed(one: replay.Replayed) -> Replayed:
    followed = [
        relations.made(Followed, {"failed": each.failed, "expected": each.expected, "found": each})
        for each in one.followed
    ]
    attributes: dict[str, Any] = {
        "at": one.at,
        "changes": [said(change) for change in one.changes],
        "verdict": one.verdict,
        "rule": one.rule or None,
        "reason": one.reason or None,
        "broke": one.broke,
        "followed": followed,
        "found": one,
    }
    return relations.made(Replayed, attributes)


def said(change: ColumnChange) -> str:
    """A change of a column as a sentence says it."""
    match change:
        case Drop(column=column):
            return f"`{column}` was dropped"
        case Rename(column=column, to=to):
            return f"`{column}` became `{to}`"
        case Retype(column=column, old=old, new=new):
            return f"`{column}` became {new}" + (f", it was {old}" if old else "")
        case MayBeNull(column=column):
            return f"`{column}` may be null"
        case Add(column=column):
            return f"`{column}` was added"
