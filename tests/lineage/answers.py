"""What an impact says, in the words of the tests."""

from __future__ import annotations

from tests.lineage.estate import Estate
from thalweg.lineage.impact import Affected, Change, Confidence, Content, Delete, Effect, Impact, Withdraw
from thalweg.lineage.impact.judge import judge

CONTENT, DELETE, WITHDRAW = Content(), Delete(), Withdraw()


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


def along(estate: Estate, line: Affected) -> str:
    """The path of a line: `tx@1 > *train-1 > fraud/1`."""
    word_of = {thing.key.id: thing.word for thing in estate.things.values()}
    return " > ".join([word_of[line.path[0].source], *(word_of[edge.target] for edge in line.path)])
