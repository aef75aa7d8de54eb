"""What an impact is broken down by: the causes of a change, and the rule that an effect of each follows."""

from __future__ import annotations

from typing import NamedTuple

from thalweg.lineage.impact.change import Change, Code, Columns, Content, Delete, Withdraw
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.words import Effect
from thalweg.model.columns import Add, ColumnChange, Drop, MayBeNull, Rename, Retype


class Cause(NamedTuple):
    """One thing that changes.

    subject: its id: a dataset, also where only versions of it change; a repository; a model version.
    change: what happens to it, in a word: content, drop, rename, retype, nullable, add, delete, code, withdraw.
    column: the one that it happens to, as it was named; "" for all, and where there are none.
    """

    subject: str
    change: str
    column: str = ""
    detail: ColumnChange | None = None


WORD: dict[type[ColumnChange], str] = {
    Drop: "drop",
    Rename: "rename",
    Retype: "retype",
    MayBeNull: "nullable",
    Add: "add",
}


def causes(change: Change, facts: Facts) -> tuple[Cause, ...]:
    """The causes of a change, in order."""
    if isinstance(change, Withdraw):
        return tuple(Cause(id, "withdraw") for id in sorted(facts.changed))
    subjects = sorted({_asset(id, facts) for id in facts.changed})
    match change:
        case Content(columns=columns):
            return tuple(Cause(id, "content", column) for id in subjects for column in columns or ("",))
        case Columns(changes=changes):
            return tuple(Cause(id, WORD[type(one)], one.column, one) for id in subjects for one in changes)
        case Delete():
            return tuple(Cause(id, "delete") for id in subjects)
        case Code():
            return tuple(Cause(id, "code") for id in subjects)


def _asset(id: str, facts: Facts) -> str:
    """The asset of a version that changes; an asset itself."""
    node = facts.nodes.get(id)
    return id if node is None or node.asset_id is None else node.asset_id


# --------------------------------------------------------------------------------------------------------------- rules


class EffectRule(NamedTuple):
    """Why something is touched, by an id that stays: reports, waivers and baselines name it."""

    id: str
    name: str
    text: str


NOT_CHECKED = EffectRule("TW000", "not-checked", "The question could not be answered in full.")

_BREAKS = {
    "drop": EffectRule("TW101", "column-dropped", "A job or an endpoint reads a column that is dropped."),
    "rename": EffectRule("TW102", "column-renamed", "A job or an endpoint reads a column by a name that goes."),
    "retype": EffectRule("TW103", "column-retyped", "A job or an endpoint reads a column that has another type."),
    "nullable": EffectRule("TW104", "column-may-be-null", "A job or an endpoint reads a column that may become null."),
    "add": EffectRule("TW105", "column-added", "A job or an endpoint takes exactly the columns that there are."),
    "delete": EffectRule("TW106", "data-deleted", "A job or an endpoint reads data that is deleted."),
    "withdraw": EffectRule("TW107", "model-withdrawn", "An endpoint serves a model version that is withdrawn."),
}
_NOT_REFRESHED = EffectRule("TW202", "not-refreshed", "What refreshes it breaks.")
_STALE = {
    "content": EffectRule("TW201", "content-changed", "It holds what derives from content that changes."),
    "code": EffectRule("TW203", "code-wrong", "It was made by code that is wrong, or of what such code made."),
    "withdraw": EffectRule("TW204", "model-withdrawn-behind", "It was made of a model version that is withdrawn."),
}
_UNREPRODUCIBLE = EffectRule("TW301", "not-rebuildable", "It was built from data that goes, and cannot be built again.")

RULES: tuple[EffectRule, ...] = (
    NOT_CHECKED,
    *_BREAKS.values(),
    _STALE["content"],
    _NOT_REFRESHED,
    _STALE["code"],
    _STALE["withdraw"],
    _UNREPRODUCIBLE,
)
"""All of them, by id."""


def rule_of(effect: Effect, cause: Cause) -> EffectRule:
    if effect is Effect.BREAKS:
        return _BREAKS[cause.change]
    if effect is Effect.UNREPRODUCIBLE:
        return _UNREPRODUCIBLE
    return _STALE.get(cause.change, _NOT_REFRESHED)
