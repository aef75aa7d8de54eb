"""Provenance: where a model version comes from, and what a full account of it lacks."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.facts import Fact, code, derives, edge, flow, granule, id, ids, reads, run, said, thing, writes
from tests.lineage.conftest import Drawing, Fresh
from tests.lineage.drawn import MODELS, estates
from tests.lineage.estate import Estate
from tests.lineage.estate import id as estate_id
from tests.lineage.examples import examples
from thalweg import ingest
from thalweg.lineage.provenance import GapKind, Provenance, provenance
from thalweg.lineage.walk import Side, lineage
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, DeadlineExceeded, LimitExceeded, NotFound, ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.model.time import DAY, parse
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

NOW = parse("2026-06-01T12:00:00Z")
THEN = NOW - 10 * DAY
COLUMNS = [{"name": "amount", "type": "double", "nullable": False}, {"name": "card", "type": "string"}]


async def hold(store: Store, *facts: Fact, name: str = "account") -> None:
    for written in await ingest.state(store, [granule(name, *facts, at=THEN)], ANYONE):
        if isinstance(written, ThalwegError):
            raise written


async def account(store: Store, word: str = "fraud/1", **options: Any) -> Provenance:
    return await provenance(store, ANYONE, id(word), **options)


LACKING: dict[str, GapKind] = {
    "producer": GapKind.NO_PRODUCER,
    "one producer": GapKind.SEVERAL_PRODUCERS,
    "run": GapKind.RUN_GONE,
    "clean": GapKind.DIRTY,
    "commit": GapKind.NO_COMMIT,
    "known commit": GapKind.COMMIT_UNKNOWN,
    "input": GapKind.NO_INPUT,
    "input kept": GapKind.INPUT_GONE,
    "input in place": GapKind.INPUT_REPLACED,
    "version": GapKind.INPUT_UNVERSIONED,
    "stated": GapKind.INPUT_ASSUMED,
    "uri": GapKind.INPUT_WITHOUT_URI,
    "command": GapKind.NO_COMMAND,
    "plain command": GapKind.COMMAND_NOT_PLAIN,
    "environment": GapKind.NO_ENVIRONMENT,
    "params": GapKind.NO_PARAMETERS,
    "columns": GapKind.INPUT_WITHOUT_COLUMNS,
}
"""What may be missing of an account, and the gap that says so."""

MOOT = {
    "producer": set(LACKING) - {"producer"},
    "commit": {"known commit"},
    "input": {"input kept", "input in place", "stated", "uri", "columns"},
    "input kept": {"input in place"},
    "uri": {"input in place"},
    "command": {"plain command"},
}
"""What cannot be said to be missing, where something else is missing already."""


def facts(lacks: set[str], n: str = "") -> list[Fact]:
    """A whole account of `fraud/1` but for what it lacks. n: makes the names of another estate."""

    def here(fact: str) -> bool:
        return fact not in lacks

    props: dict[str, Any] = {"started_at": THEN, "ended_at": THEN + 1}
    if here("command"):
        props["command"] = "python train.py --rounds 3" if here("plain command") else "python train.py && rm model"
    props |= {"params": {"lr": "0.1"}} if here("params") else {}
    props |= {"environment": {"python": "3.11"}} if here("environment") else {}
    props |= {} if here("clean") else {"dirty": True}
    props |= {} if here("run") else {"gone_at": THEN + DAY}
    data: dict[str, Any] = {"created_at": THEN}
    data |= {"uri": "s3://lake/tx.csv"} if here("uri") else {}
    data |= {"columns": COLUMNS} if here("columns") else {}
    data |= {} if here("input kept") else {"gone_at": THEN + DAY}
    found: list[Fact] = [thing(f"fraud{n}/1", created_at=THEN + 1), run(f"a{n}", f"train{n}", **props)]
    if here("producer"):
        found.append(writes(f"*a{n}", f"fraud{n}/1"))
    if here("producer") and not here("one producer"):
        found += [run(f"before{n}", started_at=THEN - DAY), writes(f"*before{n}", f"fraud{n}/1")]
    if here("commit"):
        found.append(code(f"repo!c{n}", f"*a{n}", path="train.py"))
        if here("known commit"):
            found.append(thing(f"repo!c{n}", message="Train", author="Ada", authored_at=THEN))
    if here("input"):
        found += [thing(f"tx{n}@1", **data), reads(f"tx{n}@1", f"*a{n}", "train", assumed=not here("stated"))]
    if not here("input in place"):
        found.append(thing(f"tx{n}@2", created_at=THEN + DAY, uri="s3://lake/tx.csv"))
    if not here("version"):
        found.append(edge(f"labels{n}", EdgeType.INPUT_TO, f"^train{n}"))
    return found


def expected(lacks: set[str]) -> set[GapKind]:
    moot = {fact for missing in lacks for fact in MOOT.get(missing, ())}
    return {LACKING[fact] for fact in lacks - moot} - (
        {GapKind.NO_INPUT} if "version" in lacks and "producer" not in lacks else set()
    )


def kinds(found: Provenance) -> list[GapKind]:
    return [gap.kind for gap in found.gaps]


async def test_a_whole_account_has_no_gap(store: Store) -> None:
    await hold(store, *facts(set()))
    found = await account(store)
    assert found.step is not None
    assert (found.of.id, found.producers, found.gaps, found.incomplete, found.notes) == (id("fraud/1"), 1, (), (), ())
    assert found.step.run.id == id("*a")
    assert found.step.job is not None
    assert found.step.job.id == id("^train")
    assert [(read.entity.id, read.edge.props["path"]) for read in found.step.code] == [(id("repo!c"), "train.py")]
    assert [(read.entity.id, read.edge.role) for read in found.step.data] == [(id("tx@1"), "train")]
    assert found.step.data[0].entity.props["columns"] == COLUMNS
    assert {node.id: node.distance for node in found.ancestors} == {id("*a"): 1, id("tx@1"): 2, id("repo!c"): 2}


async def test_what_is_missing_is_a_gap(store: Store) -> None:
    numbered = {f"-{number}": lacking for number, lacking in enumerate(LACKING)}
    await ingest.state(store, [granule(n, *facts({lacking}, n), at=THEN) for n, lacking in numbered.items()], ANYONE)
    for n, lacking in numbered.items():
        found = await account(store, f"fraud{n}/1")
        (gap,) = found.gaps
        assert gap.kind is LACKING[lacking]
        assert gap.sentence.endswith(".")
        assert gap.closes.endswith(".")
        assert f"# gap: {gap.kind.value}: " in found.reproduce


async def test_a_read_without_a_version_is_told_with_the_version_that_it_was_or_with_none(store: Store) -> None:
    read = reads("tx@unversioned", "*a", "train")
    await hold(store, *facts({"input"}), name="a")
    await hold(store, read, name="b")
    (gap,) = (await account(store)).gaps
    assert (gap.kind, said(gap.entity.id)) == (GapKind.INPUT_ASSUMED, "tx@unversioned")
    assert gap.sentence == (
        "In which version run a read test tx was not stated, and could not be worked out: none is known that was there "
        "when it started."
    )
    assert "# gap: INPUT_ASSUMED: in which version it was read is not known" in (await account(store)).reproduce
    data = {"uri": "s3://lake/tx.csv", "columns": COLUMNS}
    await hold(store, thing("tx@1", created_at=THEN - DAY, **data), name="c")
    (gap,) = (await account(store)).gaps
    assert (gap.kind, said(gap.entity.id)) == (GapKind.INPUT_ASSUMED, "tx@1")
    assert gap.sentence == "That run a read test tx@1 was worked out, not stated."


numbers = count()


def test_stating_what_is_missing_removes_that_gap_and_no_other(drawing: Drawing) -> None:
    @given(lacks=st.sets(st.sampled_from(sorted(LACKING)), min_size=1), data=st.data())
    @drawing.settings
    def holds(lacks: set[str], data: Any) -> None:
        closed = data.draw(st.sampled_from(sorted(lacks)))
        before = drawing(lambda store: gaps_of(store, lacks))
        after = drawing(lambda store: gaps_of(store, lacks - {closed}))
        assert set(before) == expected(lacks)
        assert set(after) == expected(lacks - {closed})
        assert before == sorted(before, key=list(GapKind).index)

    holds()


async def gaps_of(store: Store, lacks: set[str]) -> list[GapKind]:
    n = f"-{next(numbers)}"
    await hold(store, *facts(lacks, n), name=n)
    return kinds(await account(store, f"fraud{n}/1"))


PIPELINE: list[Fact] = [
    thing("raw@1", created_at=THEN, uri="/lake/raw.csv"),
    thing("cf@1", created_at=THEN, uri="/lake/cf.csv", gone_at=THEN + DAY),
    thing("labels@1", created_at=THEN, uri="/lake/labels.csv", gone_at=THEN + DAY),
    run("clean", "clean", started_at=THEN, ended_at=THEN, command="python clean.py"),
    run("features", "features", started_at=THEN, ended_at=THEN, command="python features.py"),
    run("train", "train", started_at=THEN, ended_at=THEN, command="python train.py"),
    run("sweep", started_at=THEN, ended_at=THEN),
    thing("base/1", created_at=THEN, uri="hf://base"),
    thing("fraud/1", created_at=THEN + 1),
    *flow("raw@1 > *clean > labels@1 > *features > cf@1 > *train > fraud/1"),
    *flow("base/1 > *train"),
    edge("*sweep", EdgeType.PARENT_OF, "*train"),
]


async def test_what_made_gone_inputs_comes_first_each_before_what_reads_of_it(store: Store) -> None:
    await hold(store, *PIPELINE)
    found = await account(store)
    assert [said(step.run.id) for step in found.remade] == ["*clean", "*features"]
    assert [[said(made.id) for made in step.makes] for step in found.remade] == [["labels@1"], ["cf@1"]]
    assert found.step is not None
    assert [read.entity.id for read in found.step.models] == ids("base/1")
    assert found.parent is not None
    assert found.parent.id == id("*sweep")
    places = [found.reproduce.index(f"python {name}.py") for name in ("clean", "features", "train")]
    assert places == sorted(places)
    gone = [gap for gap in found.gaps if gap.kind is GapKind.INPUT_GONE]
    assert {said(gap.entity.id) for gap in gone} == {"cf@1", "labels@1"}
    assert all("make it again" in gap.closes for gap in gone)


async def test_an_input_that_is_there_is_not_made_again(store: Store) -> None:
    await hold(store, *[fact for fact in PIPELINE if fact[0] != thing("cf@1").key], thing("cf@1", uri="/lake/cf.csv"))
    found = await account(store)
    assert found.remade == ()
    assert "features.py" not in found.reproduce


async def test_runs_that_make_each_other_gone_inputs_again_end(store: Store) -> None:
    lost = [thing(word, created_at=THEN, gone_at=THEN + DAY) for word in ("a@1", "b@1")]
    await hold(store, *lost, *flow("a@1 > *one > b@1 > *two > a@1"), *flow("b@1 > *train > fraud/1"))
    found = await account(store)
    assert {said(step.run.id) for step in found.remade} == {"*one", "*two"}


async def test_a_model_made_of_another_by_no_known_run_says_so(store: Store) -> None:
    await hold(store, thing("fraud/1", created_at=THEN), derives("base/1", "fraud/1"))
    found = await account(store)
    assert found.step is None
    assert [read.entity.id for read in found.derived_from] == [id("base/1")]
    assert kinds(found) == [GapKind.NO_PRODUCER]


async def test_as_of_a_time_only_what_held_then_is_told(store: Store) -> None:
    await hold(store, *facts({"input kept", "run"}))
    assert set(kinds(await account(store))) == {GapKind.INPUT_GONE, GapKind.RUN_GONE}
    assert kinds(await account(store, as_of=THEN + 2)) == []


async def test_before_it_was_made_nothing_was_known_and_a_note_says_so(store: Store) -> None:
    await hold(store, *facts(set()))
    found = await account(store, as_of=THEN - DAY)
    assert (found.step, found.ancestors, found.gaps) == (None, (), ())
    assert found.notes == (
        "On 2026-05-21T12:00:00.000000Z nothing was known of fraud/1: it is of 2026-05-22T12:00:00.000001Z.",
    )


async def test_the_ancestors_are_those_of_a_walk_upstream(store: Store) -> None:
    await hold(store, *PIPELINE, *flow("older@1 > *label > raw@1"))
    walked = await lineage(store, ANYONE, id("fraud/1"), direction=Side.UPSTREAM, depth=None)
    found = await account(store)
    assert {node.id: node.distance for node in found.ancestors} == {
        node.id: node.distance for node in walked.nodes if node.distance
    }
    assert [node.distance for node in found.ancestors] == sorted(node.distance for node in found.ancestors)


def test_the_ancestors_are_those_of_a_walk_upstream_whatever_the_estate(fresh: Fresh) -> None:
    @given(made=estates(), word=st.sampled_from(MODELS))
    @examples(40)
    def holds(made: Estate, word: str) -> None:
        async def ask(store: Store) -> None:
            walked = await lineage(store, ANYONE, estate_id(word), direction=Side.UPSTREAM, depth=None)
            found = await provenance(store, ANYONE, estate_id(word))
            assert found.incomplete == ()
            assert {node.id: node.distance for node in found.ancestors} == {
                node.id: node.distance for node in walked.nodes if node.distance
            }

        fresh(made, ask)

    holds()


async def test_what_is_cut_says_so_and_is_a_gap(store: Store) -> None:
    await hold(store, *PIPELINE)
    cuts: list[dict[str, Any]] = [{"max_nodes": 2}, {"visited": 14}]
    for options in cuts:
        found = await account(store, **options)
        assert found.incomplete
        assert GapKind.UPSTREAM_CUT in kinds(found)
    whole = {node.id for node in (await account(store)).ancestors}
    assert len((await account(store, max_nodes=2)).ancestors) == 2
    assert {node.id for node in (await account(store, max_nodes=2)).ancestors} < whole


async def test_a_question_with_no_time_left_is_stopped(store: Store) -> None:
    await hold(store, *PIPELINE)
    with pytest.raises(DeadlineExceeded):
        await account(store, seconds=0)


async def test_what_makes_no_sense_is_an_error_that_says_what_would(store: Store) -> None:
    await hold(store, *facts(set()), thing("fraud/2", created_at=NOW))
    cases: list[tuple[str, dict[str, Any], type[Exception], str]] = [
        (id("fraud/9"), {}, NotFound, f"Nothing with the id {id('fraud/9')} is known"),
        ("fraud", {}, BadInput, "'fraud' is not an id"),
        (
            id("fraud:"),
            {},
            BadInput,
            "fraud is a model. Name a model version of it: model:test fraud/2, model:test fraud/1.",
        ),
        (id("tx@1"), {}, BadInput, "test tx@1 is a dataset version. Name a model version."),
        (id("fraud/1"), {"max_nodes": -1}, BadInput, "maxNodes is -1"),
        (id("fraud/1"), {"max_nodes": 10_001}, LimitExceeded, "maxNodes is 10001"),
    ]
    for of, options, error, sentence in cases:
        with pytest.raises(error) as caught:
            await provenance(store, ANYONE, of, **options)
        assert sentence in str(caught.value)
