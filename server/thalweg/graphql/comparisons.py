"""Compare: what differs between runs, model versions or dataset versions. Here is only what the answer looks like."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import argument, field

from thalweg.graphql import enums, questions, relations, types, values
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.scalars import DateTime, MetricValue
from thalweg.lineage import compare as comparing
from thalweg.lineage.name import resolve
from thalweg.model import columns


@strawberry.type(description="One of what is compared; its place in the list is its place in every row.")
class ComparedThing:
    entity: types.Entity = field(description="The run or the version.")
    run: types.Run | None = field(description="The run itself, or the newest that is known to have made the version.")
    there: bool = field(description="Whether it had happened at the time; of what had not, every place is empty.")


@strawberry.type(description="A text of each thing.")
class ComparedText:
    key: str = field(description="What it is: the name of a parameter, of a package.")
    values: list[str | None] = field(description="Its value of each thing; null where it has none.")
    differs: bool = field(description="Whether they are not all the same.")


@strawberry.type(description="A metric of each thing.")
class ComparedMetric:
    key: str = field(description="The name of the metric.")
    minimized: bool = field(description="Whether less is better.")
    last: list[MetricValue | None] = field(description="The value of each thing that was logged last.")
    best: list[MetricValue | None] = field(description="The best value of each thing that was logged.")
    wins: list[bool] = field(
        description="Whether the best value of a thing is the best of all: of equal ones each, NaN never, and none "
        "where fewer than two have the metric."
    )
    differs: bool = field(description="Whether they are not all the same.")


@strawberry.type(description="What one thing read of a dataset or a model.")
class ComparedVersions:
    nodes: list[types.Entity] = field(description="The versions.")


@strawberry.type(description="A dataset or a model, and which versions of it each thing read.")
class ComparedData:
    asset_id: strawberry.ID = field(description="The id of the dataset or the model.")
    namespace: str = field(description="Where its name is looked up.")
    name: str = field(description="What people call it.")
    versions: list[ComparedVersions] = field(description="The versions that each thing read.")
    differs: bool = field(description="Whether they are not all the same.")


@strawberry.type(description="What one thing ran of a repository.")
class ComparedCommits:
    nodes: list[types.Commit] = field(description="The commits.")


@strawberry.type(description="The commits between a thing and the next one.")
class CommitRange:
    base: int = field(description="The place of the one, from 0 on.")
    head: int = field(description="The place of the other.")
    ahead: list[types.Commit] = field(
        description="What is behind the commit of `head` and not behind that of `base`, the nearest first; at most 100."
    )
    behind: list[types.Commit] = field(description="The other way round.")
    ahead_count: int = field(description="How many commits are ahead.")
    behind_count: int = field(description="How many commits are behind.")
    complete: bool = field(description="Whether the whole history was looked at; else the counts are of what was.")


@strawberry.type(description="A repository, and which commits of it each thing ran.")
class ComparedCode:
    url: str = field(description="The URL of the repository.")
    commits: list[ComparedCommits] = field(description="The commits that each thing ran.")
    dirty: list[bool | None] = field(
        description="Whether each had changes that no commit holds; null where nobody says."
    )
    differs: bool = field(description="Whether they are not all the same.")
    ranges: list[CommitRange] = field(
        description="The commits between each thing and the next, where both ran one commit of the repository."
    )


@strawberry.type(description="What happened to a column between a version and the next whose columns are known.")
class ColumnStep:
    base: int = field(description="The place of the one, from 0 on.")
    head: int = field(description="The place of the other.")
    kind: enums.ColumnStepKind = field(description="What happened.")
    keeps: bool | None = field(
        description="Of another type: whether every value is kept exactly; null where that is not known."
    )


@strawberry.type(description="A column in each version.")
class ComparedColumn:
    name: str = field(description="Its name.")
    columns: list[values.Column | None] = field(
        description="The column in each version; null where it has none such, or its columns are not known."
    )
    differs: bool = field(description="Whether they are not all the same.")
    steps: list[ColumnStep] = field(description="What happened to it from version to version.")


@strawberry.type(description="Things of one kind side by side, in the order in which they were asked.")
class Comparison:
    kind: enums.Kind = field(description="What they are.")
    at: DateTime | None = field(description="The time of the question; null for now.")
    things: list[ComparedThing] = field(description="What is compared.")
    facts: list[ComparedText] = field(
        description="Of runs and model versions: the run, when it started, how long it took, its status, user and "
        "command. Of dataset versions: rows, bytes, format, URI, statistics, the run that wrote it."
    )
    params: list[ComparedText] = field(description="Their parameters.")
    metrics: list[ComparedMetric] = field(description="Their metrics, with the best marked.")
    environment: list[ComparedText] = field(description="What they ran in: packages, by name.")
    data: list[ComparedData] = field(description="The datasets and models that they read.")
    code: list[ComparedCode] = field(description="The repositories whose code they ran.")
    columns: list[ComparedColumn] = field(description="Of dataset versions: their columns.")
    incomplete: list[str] = field(description="What was cut, in sentences; empty when nothing was.")
    notes: list[str] = field(description="What else to know.")


# ----------------------------------------------------------------------------------------------- from what was compared


def _comparison(found: comparing.Comparison) -> Comparison:
    attributes: dict[str, Any] = {
        "kind": found.kind,
        "at": found.at,
        "things": [_thing(thing) for thing in found.things],
        "facts": [_text(row) for row in found.facts],
        "params": [_text(row) for row in found.params],
        "metrics": [_metric(row) for row in found.metrics],
        "environment": [_text(row) for row in found.environment],
        "data": [_data(row) for row in found.data],
        "code": [_code(row) for row in found.code],
        "columns": [_column(row) for row in found.columns],
        "incomplete": list(found.incomplete),
        "notes": list(found.notes),
    }
    return relations.made(Comparison, attributes)


def _thing(thing: comparing.Thing) -> ComparedThing:
    run = None if thing.run is None else types.entity(thing.run)
    return relations.made(ComparedThing, {"entity": types.entity(thing.entity), "run": run, "there": thing.there})


def _text(row: comparing.Row) -> ComparedText:
    return ComparedText(key=row.key, values=list(row.values), differs=row.differs)


def _metric(row: comparing.MetricRow) -> ComparedMetric:
    shown = {"key": row.key, "minimized": row.minimized, "differs": row.differs}
    shown |= {"last": list(row.last), "best": list(row.best), "wins": list(row.wins)}
    return relations.made(ComparedMetric, shown)


def _data(row: comparing.DataRow) -> ComparedData:
    return ComparedData(
        asset_id=strawberry.ID(row.asset_id),
        namespace=row.key[0],
        name=row.key[1],
        versions=[ComparedVersions(nodes=[types.entity(one) for one in versions]) for versions in row.versions],
        differs=row.differs,
    )


def _code(row: comparing.CodeRow) -> ComparedCode:
    commits = [relations.made(ComparedCommits, {"nodes": [types.entity(one) for one in ran]}) for ran in row.commits]
    return ComparedCode(
        url=row.url,
        commits=commits,
        dirty=list(row.dirty),
        differs=row.differs,
        ranges=[_range(between) for between in row.ranges],
    )


def _range(between: comparing.Range) -> CommitRange:
    attributes: dict[str, Any] = {
        "base": between.base,
        "head": between.head,
        "ahead": [types.entity(commit) for commit in between.ahead],
        "behind": [types.entity(commit) for commit in between.behind],
        "ahead_count": between.ahead_count,
        "behind_count": between.behind_count,
        "complete": between.complete,
    }
    return relations.made(CommitRange, attributes)


def _column(row: comparing.ColumnRow) -> ComparedColumn:
    steps = [
        relations.made(ColumnStep, {"base": step.base, "head": step.head, "kind": step.kind, "keeps": step.keeps})
        for step in row.steps
    ]
    return ComparedColumn(
        name=row.name, columns=[_shown(column) for column in row.columns], differs=row.differs, steps=steps
    )


def _shown(column: columns.Column | None) -> values.Column | None:
    if column is None:
        return None
    return values.Column(
        name=column.name,
        type=column.type,
        nullable=column.nullable,
        field_id=column.field_id,
        role=column.role,
        description=None,
    )


# ---------------------------------------------------------------------------------------------------------------- query

_PARTS = {part.value.lower(): part for part in comparing.Part}
"""The parts by the fields that show them."""

MetricKeys = list[str] | None


@strawberry.type
class Comparisons:
    """The part of Query that compares."""

    @answered(
        "Two to ten runs, model versions or dataset versions side by side: what differs in parameters, metrics, "
        "environment, data, columns and code, with the commits between. A model version is compared through the run "
        "that made it. What is not selected is not fetched.",
        cost=200,
    )
    async def compare(
        self,
        info: Info,
        things: Annotated[
            list[strawberry.ID],
            argument(description="What is compared, 2 to 10 of one kind: ids, or texts that name them as in `entity`."),
        ],
        as_of: types.AsOf = None,
        differing_only: Annotated[bool, argument(description="Leave out the rows in which all are the same.")] = False,
        minimize: Annotated[
            MetricKeys, argument(description="Metrics of which less is better, whatever their names say.")
        ] = None,
        maximize: Annotated[MetricKeys, argument(description="Metrics of which more is better.")] = None,
    ) -> Comparison:
        context = info.context
        comparing.require_number(len(things))
        named = [await resolve(context.store, context.caller, one, seconds=context.seconds) for one in things]
        wanted = {path.partition(".")[0] for path in questions.selected(info)}
        found = await comparing.compare(
            context.store,
            context.caller,
            [one.id for one in named],
            as_of=as_of,
            parts=[part for name, part in _PARTS.items() if name in wanted],
            differing_only=differing_only,
            minimize=minimize or (),
            maximize=maximize or (),
            visited=context.limits.visited,
            seconds=context.seconds,
        )
        return _comparison(found)
