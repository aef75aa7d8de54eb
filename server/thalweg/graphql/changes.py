"""What is going to change, and by which policy it is judged, as a request says it."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry
from strawberry import UNSET, field

from thalweg.graphql import enums
from thalweg.graphql.context import Context
from thalweg.lineage import impact as impacts
from thalweg.lineage.impact import policies
from thalweg.lineage.name import resolve
from thalweg.lineage.spelling import spell
from thalweg.model import columns
from thalweg.model.errors import BadInput
from thalweg.model.keys import Key, kind_of_id
from thalweg.model.kinds import VERSION_OF, Kind

# --------------------------------------------------------------------------------------------------------------- change


@strawberry.input(description="The content was wrong or is replaced, in every column, or in some.")
class ContentChange:
    columns: list[str] | None = field(description="Only these columns; all when left out.", default=None)
    versions: list[str] | None = field(
        description="Only these versions of the dataset that is named; all when left out.", default=None
    )
    newest: int | None = field(description="Only its newest so many versions; all when left out.", default=None)


@strawberry.input(description="A column is called otherwise from now on.")
class RenameInput:
    column: str = field(description="Its name until now.")
    to: str = field(description="Its name from now on.")


@strawberry.input(description="A column has another type from now on.")
class RetypeInput:
    column: str = field(description="Its name.")
    to: str = field(description="The new type, in the words of any common system.")
    of: str | None = field(
        description="The type until now; that of the newest version that is known when left out.", default=None
    )
    inferred: bool = field(description="A type was guessed from values, not declared.", default=False)


@strawberry.input(description="A column comes.")
class AddInput:
    column: str = field(description="Its name.")
    type: str | None = field(description="Its type, where that is known.", default=None)


@strawberry.input(one_of=True, description="What happens to a column: one of these.")
class ColumnChangeInput:
    drop: str | None = field(description="This column goes.", default=UNSET)
    rename: RenameInput | None = field(description="A column is renamed.", default=UNSET)
    retype: RetypeInput | None = field(description="A column gets another type.", default=UNSET)
    nullable: str | None = field(description="This column held no nulls, and may from now on.", default=UNSET)
    add: AddInput | None = field(description="A column comes.", default=UNSET)


@strawberry.input(description="The columns of a dataset change, from its next version on.")
class ColumnsChange:
    changes: list[ColumnChangeInput] = field(description="What happens to which column; several at once.")


@strawberry.input(description="A dataset goes, with all its versions.")
class DeleteChange:
    versions: list[str] | None = field(description="Only these versions of the dataset that is named go.", default=None)


@strawberry.input(description="Code was wrong: a commit, or a range of them.")
class CodeChange:
    since: str | None = field(
        description="Also all commits that lead to the one that is named, and not to this one: Git's `since..commit`.",
        default=None,
    )


@strawberry.input(description="A model version may not be used any more.")
class WithdrawChange:
    versions: list[str] | None = field(
        description="These versions, where a model is named and not a version of one.", default=None
    )


@strawberry.input(one_of=True, description="What is going to change: one of these.")
class ChangeInput:
    content: ContentChange | None = field(description="Of a dataset, or a version of one: its content.", default=UNSET)
    columns: ColumnsChange | None = field(description="Of a dataset: its columns.", default=UNSET)
    delete: DeleteChange | None = field(description="Of a dataset, or a version of one: it is deleted.", default=UNSET)
    code: CodeChange | None = field(description="Of a commit: it was wrong.", default=UNSET)
    withdraw: WithdrawChange | None = field(description="Of a model version: it is withdrawn.", default=UNSET)


Given = ContentChange | ColumnsChange | DeleteChange | CodeChange | WithdrawChange


def given(change: ChangeInput) -> Given:
    """The one that is given."""
    one: Given = next(one for one in vars(change).values() if one not in (None, UNSET))
    return one


Called = dict[str, str]
"""Ids, each with the text that it was called by: an id itself, or what names a version of an asset."""


async def read(context: Context, of: str, chosen: Given) -> tuple[Called, impacts.Change, int | None]:
    """What changes, how, and how many of its newest versions. Raises NotFound for what names nothing."""
    match chosen:
        case ContentChange(columns=some, versions=versions, newest=newest):
            ids = await _ids(context, of, versions, Kind.DATASET)
            return ids, impacts.Content(tuple(dict.fromkeys(some or ()))), newest
        case ColumnsChange(changes=changes):
            if not changes:
                raise BadInput("`columns.changes` is empty.", "Name what happens to at least one column.")
            found = tuple(_column(one, number) for number, one in enumerate(changes))
            return await _ids(context, of, None, Kind.DATASET), impacts.Columns(found), None
        case DeleteChange(versions=versions):
            return await _ids(context, of, versions, Kind.DATASET), impacts.Delete(), None
        case CodeChange(since=since):
            first = None
            if since is not None:
                first = (
                    await resolve(context.store, context.caller, since, kinds=(Kind.COMMIT,), seconds=context.seconds)
                ).id
            return await _ids(context, of, None, Kind.REPOSITORY), impacts.Code(first), None
        case WithdrawChange(versions=versions):
            return await _ids(context, of, versions, Kind.MODEL), impacts.Withdraw(), None


async def _ids(context: Context, of: str, versions: Sequence[str] | None, asset: Kind) -> Called:
    """What is named; or the versions that are, of an asset."""
    if versions is None:
        if kind_of_id(of) is not None:
            return {of: of}
        return {(await resolve(context.store, context.caller, of, seconds=context.seconds)).id: of}
    if not versions:
        raise BadInput("`versions` is empty.", "Name at least one, or leave it out.")
    named = await resolve(context.store, context.caller, of, kinds=(asset,), seconds=context.seconds)
    keys = [Key(VERSION_OF[named.kind], (*named.key, one)) for one in versions]
    return {key.id: f"`{spell(key.kind, key.parts)}`" for key in keys}


def _column(change: ColumnChangeInput, number: int) -> columns.ColumnChange:
    for name, given in vars(change).items():
        for part, text in vars(given).items() if isinstance(given, _NAMING) else [("", given)]:
            if text == "":
                field = f"columns.changes[{number}].{name}" + (f".{part}" if part else "")
                raise BadInput(f"`{field}` is empty.", "Name a column, or what becomes of it.")
    if isinstance(change.drop, str):
        return columns.Drop(change.drop)
    if isinstance(change.rename, RenameInput):
        return columns.Rename(change.rename.column, change.rename.to)
    if isinstance(change.retype, RetypeInput):
        return columns.Retype(change.retype.column, change.retype.of, change.retype.to, change.retype.inferred)
    if isinstance(change.nullable, str):
        return columns.MayBeNull(change.nullable)
    if isinstance(change.add, AddInput):
        return columns.Add(change.add.column, change.add.type)
    raise BadInput("A change of a column is empty.", "Give one of drop, rename, retype, nullable and add.")


# --------------------------------------------------------------------------------------------------------------- policy


@strawberry.input(
    description="A rule of a policy: it decides a finding that meets all that is given. The first that matches decides."
)
class PolicyRuleInput:
    name: str = field(description="What to call it in an answer.")
    verdict: enums.Verdict = field(description="What it says: PASS, WARN or BLOCK.")
    effect: enums.Effect | None = field(description="Only this effect.", default=None)
    confidence: enums.Confidence | None = field(description="Only where it is so sure.", default=None)
    live: bool | None = field(description="Only what is live, or only what is not.", default=None)
    environment: str | None = field(
        description="Only where a live release that it is, that serves it or that it feeds is in such a namespace: "
        "`prod*`.",
        default=None,
    )
    kind: enums.Kind | None = field(description="Only assets of this kind.", default=None)
    namespace: str | None = field(description="Only assets of such a namespace: `s3://*`.", default=None)
    tag: str | None = field(description="Only assets with this tag: `key`, or `key=value`.", default=None)
    role: str | None = field(description="Only columns that are there for this: KEY, LABEL, …", default=None)
    change: str | None = field(description="Only by this change: drop, rename, retype, …", default=None)
    finding: str | None = field(description="Only findings of this rule, by its id: TW101.", default=None)
    message: str = field(description="What to tell who is stopped by it.", default="")


_NAMING = RenameInput, RetypeInput, AddInput


def policy(rules: Sequence[PolicyRuleInput] | None) -> tuple[impacts.Rule, ...] | None:
    """The rules of a request; None where it brings none."""
    if rules is None:
        return None
    if not rules:
        raise BadInput("`policy` is empty, and would let everything pass.", "Give a rule, or leave it out.")
    return tuple(
        policies.checked(_rule(rule), f"`policy[{number}]` (the rule `{rule.name}`)")
        for number, rule in enumerate(rules)
    )


def _rule(rule: PolicyRuleInput) -> impacts.Rule:
    return impacts.Rule(
        name=rule.name,
        verdict=rule.verdict.value,
        effect=rule.effect.value if rule.effect else None,
        confidence=rule.confidence.value if rule.confidence else None,
        live=rule.live,
        environment=rule.environment,
        kind=rule.kind.value if rule.kind else None,
        namespace=rule.namespace,
        tag=rule.tag,
        role=rule.role,
        change=rule.change,
        finding=rule.finding,
        message=rule.message,
    )
