"""Compare: what differs between runs, model versions and dataset versions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, pairwise
from math import inf, isnan, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.facts import Fact, code, edge, granule, id, reads, run, said, thing, writes
from tests.graphql.counted import Counted
from tests.lineage.conftest import Drawing
from thalweg import ingest
from thalweg.lineage.compare import Comparison, Part, StepKind, compare
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, DeadlineExceeded, NotFound, ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.model.time import DAY, SECOND, parse
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

NOW = parse("2026-06-01T12:00:00Z")
THEN = NOW - 10 * DAY


async def hold(store: Store, *facts: Fact, name: str = "things") -> None:
    for written in await ingest.state(store, [granule(name, *facts, at=THEN)], ANYONE):
        if isinstance(written, ThalwegError):
            raise written


async def compared(store: Store, *words: str, **options: Any) -> Comparison:
    return await compare(store, ANYONE, [id(word) for word in words], **options)


def trained(name: str, at: int = THEN, **props: Any) -> Fact:
    return run(name, "train", **{"started_at": at, "ended_at": at + 90 * SECOND, "status": "FINISHED", **props})


async def test_parameters_and_packages_stand_side_by_side_and_say_whether_they_differ(store: Store) -> None:
    await hold(
        store,
        trained("a", params={"lr": "0.1", "depth": "3"}, environment={"sklearn": "1.9.1"}),
        trained("b", params={"lr": "0.2", "depth": "3", "seed": "7"}, environment={"sklearn": "1.9.1", "numpy": "2.0"}),
    )
    found = await compared(store, "*a", "*b")
    assert [(row.key, row.values, row.differs) for row in found.params] == [
        ("depth", ("3", "3"), False),
        ("lr", ("0.1", "0.2"), True),
        ("seed", (None, "7"), True),
    ]
    assert [(row.key, row.differs) for row in found.environment] == [("numpy", True), ("sklearn", False)]
    differing = await compared(store, "*a", "*b", differing_only=True)
    assert [row.key for row in differing.params] == ["lr", "seed"]
    assert [row.key for row in differing.environment] == ["numpy"]


async def test_the_best_metric_is_marked_ties_too_and_never_nan(store: Store) -> None:
    values: dict[str, tuple[float, float, float]] = {
        "auc": (0.8, 0.9, 0.9),
        "log_loss": (0.3, 0.2, nan),
        "f1": (nan, nan, nan),
        "gain": (-inf, inf, 1.0),
    }
    await hold(
        store,
        *(
            trained(name, metrics={key: {"last": of[place] - 1, "best": of[place]} for key, of in values.items()})
            for place, name in enumerate("abc")
        ),
        trained("d", metrics={"only": 1.0}),
    )
    found = await compared(store, "*a", "*b", "*c")
    rows = {row.key: row for row in found.metrics}
    assert {key: row.wins for key, row in rows.items()} == {
        "auc": (False, True, True),
        "log_loss": (False, True, False),
        "f1": (False, False, False),
        "gain": (False, True, False),
    }
    assert rows["auc"].last == pytest.approx((-0.2, -0.1, -0.1))
    assert (rows["auc"].minimized, rows["log_loss"].minimized, rows["f1"].differs) == (False, True, False)
    assert all(value is not None and isnan(value) for value in rows["f1"].best)
    told = await compared(store, "*a", "*b", "*c", minimize=["auc"], maximize=["log_loss"])
    assert {row.key: row.wins for row in told.metrics if row.key in ("auc", "log_loss")} == {
        "auc": (True, False, False),
        "log_loss": (True, False, False),
    }
    assert told.notes == ()
    told = await compared(store, "*a", "*b", minimize=["auc", "nope"])
    assert told.notes == ("Nothing that is compared has a metric `nope`, so neither way is better.",)
    (alone,) = (row for row in (await compared(store, "*a", "*d")).metrics if row.key == "only")
    assert (alone.best, alone.wins, alone.differs) == ((None, 1.0), (False, False), True)


async def test_a_model_version_is_compared_through_its_run_and_its_own_word_wins(store: Store) -> None:
    await hold(
        store,
        trained("a", params={"lr": "0.1", "seed": "1"}, metrics={"auc": 0.8}, user="ada"),
        thing("fraud/1", created_at=THEN, params={"lr": "0.5"}, metrics={"auc": 0.9}),
        writes("*a", "fraud/1"),
        thing("fraud/2", created_at=THEN, params={"lr": "0.5"}),
        reads("tx@1", "*a"),
    )
    found = await compared(store, "fraud/1", "fraud/2")
    assert [(row.key, row.values) for row in found.params] == [("lr", ("0.5", "0.5")), ("seed", ("1", None))]
    assert [row.last for row in found.metrics] == [(0.9, None)]
    assert [thing.run and said(thing.run.id) for thing in found.things] == ["*a", None]
    assert {row.key: row.values for row in found.facts} == {
        "duration": ("90 s", None),
        "run": ("a", None),
        "started": ("2026-05-22T12:00:00.000000Z", None),
        "status": ("FINISHED", None),
        "user": ("ada", None),
    }
    assert [[said(one.id) for one in versions] for versions in found.data[0].versions] == [["tx@1"], []]
    assert found.notes == ("No run is known that made fraud/2.",)


async def test_a_duration_has_all_its_digits_and_is_never_less_than_none(store: Store) -> None:
    lengths = {"a": 1_234_567 * SECOND, "b": 1, "c": 0, "d": -5 * SECOND, "e": 1_500_000}
    await hold(store, *(trained(name, ended_at=THEN + length) for name, length in lengths.items()))
    found = await compared(store, *(f"*{name}" for name in lengths))
    rows = {row.key: row.values for row in found.facts}
    assert rows["duration"] == ("1234567 s", "0.000001 s", "0 s", None, "1.5 s")


async def test_of_several_runs_that_made_a_version_the_newest_counts(store: Store) -> None:
    await hold(
        store,
        trained("old", THEN - DAY, params={"lr": "1"}),
        trained("new", THEN, params={"lr": "2"}),
        *(thing(word, created_at=THEN) for word in ("fraud/1", "fraud/2")),
        writes("*old", "fraud/1", at=THEN + DAY),
        writes("*new", "fraud/1", at=THEN),
        writes("*old", "fraud/2"),
    )
    found = await compared(store, "fraud/1", "fraud/2")
    assert [row.values for row in found.params] == [("2", "1")]
    assert found.notes == ("Several runs are said to have made fraud/1; the newest counts here.",)


async def test_for_each_dataset_the_versions_that_were_read(store: Store) -> None:
    await hold(
        store,
        trained("a"),
        trained("b"),
        *(reads(word, "*a") for word in ("tx@1", "labels@1", "base/1")),
        *(reads(word, "*b") for word in ("tx@2", "tx@3", "labels@1", "base/2")),
    )
    found = await compared(store, "*a", "*b")
    rows = [[[said(one.id) for one in versions] for versions in row.versions] for row in found.data]
    assert rows == [[["labels@1"], ["labels@1"]], [["tx@1"], ["tx@2", "tx@3"]], [["base/1"], ["base/2"]]]
    assert [row.differs for row in found.data] == [False, True, True]


def history(*lines: str) -> list[Fact]:
    """Commits along `one > two`, the earlier first, each with its name as its message."""
    names = dict.fromkeys(name for line in lines for name in line.split(" > "))
    steps = [pair for line in lines for pair in pairwise(line.split(" > "))]
    return [
        *(thing(f"repo!{name}", message=f"{name}\n", authored_at=THEN + n) for n, name in enumerate(names)),
        *(edge(f"repo!{old}", EdgeType.PARENT_OF, f"repo!{new}") for old, new in steps),
    ]


def messages(commits: Sequence[Any]) -> list[str]:
    return [commit.props["message"].strip() for commit in commits]


async def test_between_two_commits_are_the_messages_on_both_sides(store: Store) -> None:
    await hold(
        store,
        *history("root > base > one > two > merge", "base > side > merge", "base > other"),
        *(trained(name) for name in "abc"),
        code("repo!one", "*a"),
        code("repo!merge", "*b", dirty=True),
        code("repo!other", "*c", dirty=False),
    )
    (row,) = (await compared(store, "*a", "*b", "*c")).code
    assert (row.url, row.differs, row.dirty) == ("https://git.test/repo", True, (None, True, False))
    assert [[said(one.id) for one in commits] for commits in row.commits] == [
        ["repo!one"],
        ["repo!merge"],
        ["repo!other"],
    ]
    first, second = row.ranges
    assert (first.base, first.head, first.complete) == (0, 1, True)
    assert (messages(first.ahead), messages(first.behind)) == (["merge", "side", "two"], [])
    assert (messages(second.ahead), messages(second.behind)) == (["other"], ["merge", "side", "two", "one"])
    assert (second.ahead_count, second.behind_count) == (1, 4)


async def test_a_history_that_is_cut_says_so(store: Store) -> None:
    await hold(
        store,
        *history("one > two > three > four > five"),
        trained("a"),
        trained("b"),
        code("repo!one", "*a"),
        code("repo!five", "*b"),
    )
    whole = await compared(store, "*a", "*b", parts=[Part.CODE])
    assert (whole.code[0].ranges[0].ahead_count, whole.incomplete) == (4, ())
    cut = await compared(store, "*a", "*b", parts=[Part.CODE], visited=5)
    assert (cut.code[0].ranges[0].complete, bool(cut.incomplete)) == (False, True)


async def test_what_was_not_asked_for_want_of_a_budget_is_not_said_to_be_unknown(store: Store) -> None:
    await hold(store, trained("a"), *(writes("*a", word) for word in ("fraud/1", "fraud/2")))
    found = await compared(store, "fraud/1", "fraud/2", visited=0)
    assert found.notes == ()
    assert found.incomplete == ("The question was cut after 0 entities; ask with a larger budget, or of less.",)


async def test_code_of_different_repositories_has_no_commits_between(store: Store) -> None:
    await hold(store, trained("a"), trained("b"), code("repo!one", "*a"), code("other!one", "*b"))
    found = await compared(store, "*a", "*b")
    assert [row.ranges for row in found.code] == [(), ()]
    assert found.notes == (
        "a ran code of https://git.test/repo and b of https://git.test/other: no commits lie between them.",
    )


async def test_columns_are_added_dropped_retyped_and_may_be_null(store: Store) -> None:
    await hold(
        store,
        trained("clean"),
        thing(
            "tx@1",
            created_at=THEN,
            rows=10,
            bytes=100,
            statistics={"nulls": {"amount": 0}, "mean": 2.5},
            columns=[
                {"name": "amount", "type": "INT", "nullable": False},
                {"name": "card", "type": "string"},
                {"name": "day", "type": "date", "nullable": True},
                {"name": "gone", "type": "string"},
            ],
        ),
        thing("tx@none", created_at=THEN),
        thing(
            "tx@2",
            created_at=THEN,
            rows=12,
            bytes=100,
            columns=[
                {"name": "amount", "type": "bigint", "nullable": True},
                {"name": "card", "type": "int"},
                {"name": "day", "type": "DATE", "nullable": False},
                {"name": "new", "type": "double"},
            ],
        ),
        writes("*clean", "tx@2"),
    )
    found = await compared(store, "tx@1", "tx@none", "tx@2")
    steps = {row.name: [(step.base, step.head, step.kind, step.keeps) for step in row.steps] for row in found.columns}
    assert steps == {
        "amount": [(0, 2, StepKind.RETYPED, True), (0, 2, StepKind.NULLABLE, None)],
        "card": [(0, 2, StepKind.RETYPED, False)],
        "day": [(0, 2, StepKind.NOT_NULLABLE, None)],
        "gone": [(0, 2, StepKind.DROPPED, None)],
        "new": [(0, 2, StepKind.ADDED, None)],
    }
    assert all(row.differs for row in found.columns)
    assert {row.key: row.values for row in found.facts} == {
        "bytes": ("100", None, "100"),
        "rows": ("10", None, "12"),
        "run": (None, None, "clean"),
        "statistics.mean": ("2.5", None, None),
        "statistics.nulls": ('{"amount": 0}', None, None),
    }
    assert "Nobody stated the columns of test tx@none." in found.notes


async def test_what_had_not_happened_then_has_empty_places_and_a_note(store: Store) -> None:
    await hold(store, trained("a", params={"lr": "1"}), trained("b", NOW, params={"lr": "1"}))
    found = await compared(store, "*a", "*b", as_of=NOW - DAY)
    assert [thing.there for thing in found.things] == [True, False]
    assert found.params[0].values == ("1", None)
    (note,) = found.notes
    assert note.startswith("On 2026-05-31T12:00:00.000000Z nothing was known of b")
    nothing = await compared(store, "*a", "*b", as_of=THEN - DAY)
    assert (nothing.facts, nothing.params, nothing.data, len(nothing.notes)) == ((), (), (), 2)


async def test_a_part_that_is_not_wanted_is_not_fetched(store: Store) -> None:
    await hold(store, trained("a"), trained("b"), code("repo!one", "*a"), code("repo!two", "*b"))
    counted: Any = Counted(store)
    await compare(counted, ANYONE, [id("*a"), id("*b")], parts=[Part.PARAMS, Part.METRICS])
    assert counted.calls == {"get": 1}


async def test_what_makes_no_sense_is_an_error_that_says_what_would(store: Store) -> None:
    await hold(store, *(trained(f"r{n}") for n in range(11)), thing("fraud/1"), thing("tx@1", created_at=THEN))
    cases: list[tuple[list[str], dict[str, Any], type[Exception], str]] = [
        (["*r0"], {}, BadInput, "1 thing is named, and 2 to 10 can be compared."),
        ([f"*r{n}" for n in range(11)], {}, BadInput, "11 things are named, and 2 to 10 can be compared."),
        (["*r0", "fraud/1"], {}, BadInput, "r0 is a run and fraud/1 a model version. Compare things of one kind."),
        (["*r0", "*nobody"], {}, NotFound, f"Nothing with the id {id('*nobody')} is known."),
        (["tx", "tx@1"], {}, BadInput, "test tx is a dataset. Name a dataset version of it: dataset:test tx@1."),
        (["repo!", "tx@1"], {}, NotFound, "Nothing with the id"),
        (["*r0", "*r1"], {"minimize": ["a"], "maximize": ["a"]}, BadInput, "Of the metric a less is said"),
        (["*r0", "*r1"], {"seconds": 0}, DeadlineExceeded, "took longer than 0 seconds"),
    ]
    for words, options, error, sentence in cases:
        with pytest.raises(error) as caught:
            await compared(store, *words, **options)
        assert sentence in str(caught.value)
    with pytest.raises(BadInput, match="'fraud' is not an id"):
        await compare(store, ANYONE, ["fraud", "fraud"])


# ------------------------------------------------------------------------------------------------------------ the order

numbers = count()
some_texts = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)
some_metrics = st.dictionaries(st.sampled_from(["auc", "loss"]), st.sampled_from([0.0, 1.0, 2.0, inf, nan]))
types = st.sampled_from([None, "int", "INTEGER", "bigint", "string"])
some_columns = st.none() | st.dictionaries(
    st.sampled_from("abc"), st.tuples(types, st.sampled_from([None, True, False])), max_size=3
)


@st.composite
def runs(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "props": {"params": draw(some_texts), "environment": draw(some_texts), "metrics": draw(some_metrics)},
        "reads": draw(st.sets(st.sampled_from(["tx@1", "tx@2", "labels@1"]))),
        "ran": draw(st.sets(st.sampled_from(["repo!one", "repo!two", "other!one"]), max_size=2)),
        "columns": draw(some_columns),
    }


def stated(n: str, things: Sequence[dict[str, Any]]) -> list[Fact]:
    found: list[Fact] = []
    for place, one in enumerate(things):
        found.append(trained(f"{n}r{place}", **one["props"]))
        found += [reads(word, f"*{n}r{place}") for word in one["reads"]]
        found += [code(word, f"*{n}r{place}") for word in one["ran"]]
        columns = one["columns"]
        listed = columns and [{"name": name, "type": of, "nullable": may} for name, (of, may) in columns.items()]
        listed = [{key: value for key, value in one.items() if value is not None} for one in listed or ()]
        found.append(thing(f"d{n}@{place}", created_at=THEN, **({} if columns is None else {"columns": listed})))
    return found


ROWS = {
    "params": ("values",),
    "environment": ("values",),
    "metrics": ("last", "best", "wins"),
    "data": ("versions",),
    "code": ("commits", "dirty"),
    "columns": ("columns",),
    "facts": ("values",),
}


def told(found: Comparison, order: Sequence[int]) -> Any:
    """All rows of a comparison, their places put in an order, but for what is said of neighbours."""
    return {
        part: [
            (
                getattr(row, "key", None) or getattr(row, "url", None) or row.name,
                row.differs,
                *(repr([getattr(row, field)[place] for place in order]) for field in fields),
            )
            for row in getattr(found, part)
        ]
        for part, fields in ROWS.items()
    }


def test_the_order_of_things_changes_the_order_of_columns_and_nothing_else(drawing: Drawing) -> None:
    @given(things=st.lists(runs(), min_size=2, max_size=4), data=st.data())
    @drawing.settings
    def holds(things: list[dict[str, Any]], data: Any) -> None:
        order = data.draw(st.permutations(range(len(things))))
        n = f"n{next(numbers)}"

        async def ask(store: Store) -> list[Comparison]:
            await hold(store, *stated(n, things), name=n)
            return [
                await compared(store, *(f"{kind[0].format(n=n)}{place}" for place in places))
                for kind in (("*{n}r",), ("d{n}@",))
                for places in (range(len(things)), order)
            ]

        one, other, columns, others = drawing(ask)
        straight = list(range(len(things)))
        assert told(one, order) == told(other, straight)
        assert told(columns, order) == told(others, straight)
        assert [one.things[place] for place in order] == list(other.things)

    holds()
