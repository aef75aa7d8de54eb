"""What an impact says, in the words of the tests."""

from __future__ import annotations

from tests.lineage.estate import Estate
from thalweg.lineage.impact import (
    Affected,
    Change,
    Code,
    Columns,
    Confidence,
    Content,
    Delete,
    Effect,
    Finding,
    Impact,
    Withdraw,
)
from thalweg.lineage.impact.judge import judge
from thalweg.model.columns import Add, Drop, MayBeNull, Rename, Retype

CONTENT, DELETE, WITHDRAW, CODE = Content(), Delete(), Withdraw(), Code()


def drop(*columns: str) -> Columns:
    return Columns(tuple(Drop(column) for column in columns))


def rename(old: str, new: str) -> Columns:
    return Columns((Rename(old, new),))


def retype(column: str, new: str, old: str | None = None, *, inferred: bool = False) -> Columns:
    return Columns((Retype(column, old, new, inferred),))


def nullable(column: str) -> Columns:
    return Columns((MayBeNull(column),))


def add(column: str) -> Columns:
    return Columns((Add(column),))


def asked(estate: Estate, change: Change, *changed: str) -> Impact:
    """The answer over the whole estate, by the pure part alone."""
    return judge(change, estate.facts(*changed))


def lines(estate: Estate, impact: Impact) -> set[str]:
    """Each line as `fraud: STALE`, with `possible` and `live` where it is."""
    word_of = {thing.key.id: thing.word for thing in estate.things.values()}
    return {
        f"{word_of[line.asset_id]} {line.effect.value}"
        + (" possible" if line.confidence is Confidence.POSSIBLE else "")
        + (" live" if line.live else "")
        for line in impact.affected
    }


def line(estate: Estate, impact: Impact, word: str, effect: Effect) -> Affected:
    """The line of an asset by an effect."""
    id = estate.things[word].key.id
    (found,) = [line for line in impact.affected if line.asset_id == id and line.effect is effect]
    return found


def finding(estate: Estate, impact: Impact, word: str, effect: Effect) -> Finding:
    """The only finding of the line of an asset by an effect."""
    (found,) = line(estate, impact, word, effect).findings
    return found


def touched(estate: Estate, impact: Impact, word: str) -> set[str]:
    """The columns of versions that are touched: `cf@1.age`, `cf@1` for all of it, each `possible` where it is."""
    word_of = {thing.key.id: thing.word for thing in estate.things.values()}
    return {
        word_of[one.version_id]
        + (f".{one.column}" if one.column else "")
        + (" possible" if one.confidence is Confidence.POSSIBLE else "")
        for one in line(estate, impact, word, Effect.STALE).columns
    }


def along(estate: Estate, line: Affected) -> str:
    """The path of a line: `tx@1 > *train-1 > fraud/1`."""
    word_of = {thing.key.id: thing.word for thing in estate.things.values()}
    return " > ".join([word_of[line.path[0].source], *(word_of[edge.target] for edge in line.path)])
