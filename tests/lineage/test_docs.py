"""The examples in the documentation: each is an estate, questions about it, and their answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.lineage.answers import CODE, DELETE, WITHDRAW, drop, lines, retype
from tests.lineage.conftest import hold
from tests.lineage.estate import NOW, Estate, estate, id
from thalweg.lineage.ancestors import common_ancestors
from thalweg.lineage.impact import Change, Content, impact
from thalweg.lineage.live import Live, what_was_live
from thalweg.lineage.orphans import Orphan, orphans
from thalweg.lineage.path import path
from thalweg.lineage.walk import Side, lineage
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Neighbours
from thalweg.model.time import DAY
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

DOCS = Path(__file__).parents[2] / "docs"

ASKED = re.compile(r"(\w+) (?:(.+) of )?(.+)")


PLAIN: dict[str, Change] = {"delete": DELETE, "code": CODE, "withdraw": WITHDRAW}


def change_of(word: str, said: str) -> Change:
    """The change that a question says: `content age of tx`, `retype age bigint of tx`, `delete tx`."""
    match word, said.split():
        case "content", columns:
            return Content(tuple(columns))
        case "drop", columns:
            return drop(*columns)
        case "retype", [column, type]:
            return retype(column, type)
        case _:
            return PLAIN[word]


SIDES = {"downstream of": Side.DOWNSTREAM, "upstream of": Side.UPSTREAM, "both sides of": Side.BOTH}
LEVELS: dict[str, dict[str, Any]] = {
    "": {},
    " by versions": {"level": Level.VERSION},
    " by the newest version": {"level": Level.VERSION, "newest": 1},
    " among assets": {"level": Level.ASSET},
}


class Example(NamedTuple):
    """One fenced block: the line it begins at, an estate, and by question the lines of the answer."""

    line: int
    estate: Estate
    answers: dict[str, list[str]]


def examples(page: str) -> list[Example]:
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.finditer(r"^```estate\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [_example(text.count("\n", 0, block.start()) + 1, block[1]) for block in blocks]


def _example(line_number: int, block: str) -> Example:
    shown, _, asked = block.partition("\n\n")
    answers: dict[str, list[str]] = {}
    for line in asked.splitlines():
        if line.startswith(" "):
            answers[list(answers)[-1]].append(line.strip())
        else:
            answers[line] = []
    return Example(line_number, estate(shown), answers)


def meant(word: str) -> Kind | str:
    """A kind, `dataset-version`, or the id of a thing."""
    name = word.upper().replace("-", "_")
    return Kind[name] if name in Kind.__members__ else id(word)


def test_the_pages_have_examples() -> None:
    assert len(examples("impact.md")) >= 20
    assert len(examples("lineage.md")) >= 4
    assert len(examples("live.md")) >= 2


@pytest.mark.parametrize("example", examples("impact.md"), ids=lambda example: f"line {example.line}")
async def test_impact(store: Store, example: Example) -> None:
    await hold(store, example.estate)
    for question, answer in example.answers.items():
        asked, _, verdict = question.rpartition(": ")
        match = ASKED.fullmatch(asked)
        assert match is not None, question
        change, changed = change_of(match[1], match[2] or ""), match[3].split()
        found = await impact(store, ANYONE, [id(word) for word in changed], change, as_of=NOW)
        assert lines(example.estate, found) == set(answer)
        assert found.verdict.value == verdict


@pytest.mark.parametrize("example", examples("lineage.md"), ids=lambda example: f"line {example.line}")
async def test_lineage(store: Store, example: Example) -> None:
    await hold(store, example.estate)
    word_of = {thing.key.id: thing.word for thing in example.estate.things.values()}
    for question, (answer,) in example.answers.items():
        if between := re.fullmatch(r"path of (\S+) and (\S+)(?: through (\S+))?(?: avoiding (\S+))?", question):
            through, avoiding = ([meant(word)] if word else [] for word in (between[3], between[4]))
            found = await path(store, ANYONE, id(between[1]), id(between[2]), through=through, avoiding=avoiding)
            assert found is not None
            assert " > ".join(word_of[entity.id] for entity in found.entities) == answer
            continue
        if shared := re.fullmatch(r"common ancestors of (.+)", question):
            of = [id(word) for word in shared[1].split(", ")]
            common = (await common_ancestors(store, ANYONE, of)).ancestors
            steps = [" ".join(map(str, one.distances)) + (" lowest" if one.lowest else "") for one in common]
            told = [f"{word_of[one.node.id]} {step}" for one, step in zip(common, steps, strict=True)]
            assert ", ".join(told) == answer
            continue
        walk = re.fullmatch(r"(downstream of|upstream of|both sides of) (\S+)(.*)", question)
        assert walk is not None, question
        graph = await lineage(store, ANYONE, id(walk[2]), direction=SIDES[walk[1]], **LEVELS[walk[3]])
        assert sorted(f"{word_of[node.id]} {node.distance}" for node in graph.nodes) == sorted(answer.split(", "))


@pytest.mark.parametrize("example", examples("live.md"), ids=lambda example: f"line {example.line}")
async def test_live(store: Store, example: Example) -> None:
    await hold(store, example.estate)
    for question, answer in example.answers.items():
        if listed := re.fullmatch(r"orphans (\S+)(?: (\d+) days ago)?", question):
            then = NOW - int(listed[2] or 0) * DAY
            stands = await orphans(store, ANYONE, Orphan[listed[1].upper()], as_of=then)
            word_of = {thing.key.id: thing.word for thing in example.estate.things.values()}
            assert ([word_of[one.id] for one in stands.found] or ["nothing"]) == answer
            continue
        asked = re.fullmatch(r"live (?:(\d+) days ago|now)(?: in (\S+))?", question)
        assert asked is not None, question
        at = NOW - int(asked[1] or 0) * DAY
        found = await what_was_live(store, ANYONE, at=at, environment=asked[2])
        assert shown(example.estate, found) == sorted(answer)


def shown(estate: Estate, found: Live) -> list[str]:
    """Each release as `+d#1 reads a@1: m/1 by *r-1 from a@1 repo!1`; sorted, since those of one name are in order of
    their ids.
    """
    word_of = {thing.key.id: thing.word for thing in estate.things.values()}

    def words(*near: Neighbours) -> str:
        return " ".join(word_of[other.id] for one in near for _, other in one.found)

    lines = []
    for one in found.releases:
        reads = f" reads {words(one.reads)}" if one.reads.found else ""
        models = [
            " ".join(
                [
                    word_of[served.version.id],
                    *(f"by {word_of[made.run.id]} from {words(made.data, made.code)}" for made in served.made),
                ]
            )
            for served in one.served
        ]
        lines.append(f"{word_of[one.release.id]}{reads}: {', '.join(models)}")
    return sorted(lines) or [found.note or "nothing"]
