"""The rows below the weave: what is written is what is answered, whole or not at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.facts import id, key
from thalweg.model.edges import EdgeType
from thalweg.model.facts import MarkKind, Point
from thalweg.model.kinds import Kind
from thalweg.model.points import pack
from thalweg.store.sqlite.connections import connect_writer
from thalweg.store.sqlite.drive import Driver
from thalweg.store.sqlite.opening import create
from thalweg.store.weave import requests as ask
from thalweg.store.weave.requests import Asking, Changes
from thalweg.store.weave.rows import (
    AliasRow,
    EdgeRow,
    EdgeStatement,
    EventRow,
    HistoryRow,
    JoinRow,
    MarkRow,
    MetricRow,
    NodeRow,
    NodeStatement,
    RepeatRow,
    ScopeRow,
    State,
)

T = TypeVar("T")

SCOPE, OTHER = "11" * 16, "22" * 16
INPUT, PRODUCED = EdgeType.INPUT_TO, EdgeType.PRODUCED


@pytest.fixture
def driver(file: Path) -> Iterator[Driver]:
    with closing(connect_writer(file, synchronous="FULL", cache=8)) as connection:
        create(connection)
        yield Driver(connection)


def run(driver: Driver, asking: Asking[T]) -> T:
    return driver.drive(lambda: asking)


def answers(driver: Driver, *requests: ask.Request) -> list[Any]:
    """What requests are answered with, in one transaction."""

    def asking() -> Asking[list[Any]]:
        found: list[Any] = []
        for request in requests:
            found.append((yield request))
        return found

    return run(driver, asking())


def node(word: str, asset: str | None = None, **more: Any) -> NodeRow:
    name = key(word)
    return NodeRow(name.id, name.kind, name.parts, id(asset) if asset else None, 10, 20, 30, **more)


def scope(name: str, **more: Any) -> ScopeRow:
    values = {"revision": None, "at": 5, "written_at": 6, "seen_at": 7, **more}
    return ScopeRow(name, "source", f"name of {name}", "api", "digest", caller="ann", **values)


def plain(row: Any) -> dict[str, Any]:
    """The values of a row, its engine's handle left out, and rows in it by their id."""
    values = {name: getattr(row, name) for name in row.__slots__ if name != "handle"}
    return {name: value.id if isinstance(value, NodeRow) else value for name, value in values.items()}


def test_nodes_come_back_as_they_were_written(driver: Driver) -> None:
    rows = [
        node("tx"),
        node("tx@1", "tx", state=State.STATED, statements=2, body=b'{"rows":5}', origins={"api": 1, "git": 1}),
        node("repo!", gone_at=40),
        node("^train", forgotten=True, hidden=True),
        node(
            "*r1",
            "^train",
            until=50,
            status="FAILED",
            state=State.LEFT,
            body=b'{"name":"nightly"}',
            lead=("mlflow", 9),
            won={"user": ("api", 8)},
            hidden=True,
        ),
    ]
    kept = [plain(row) for row in rows]
    answers(driver, Changes(nodes_new=list(rows)))
    (found,) = answers(driver, ask.Nodes([row.id for row in rows] + [id("none")]))
    assert [plain(found[row.id]) for row in rows] == kept
    assert len({row.handle for row in found.values()}) == len(rows)

    def change() -> Asking[None]:
        again: dict[str, NodeRow] = yield ask.Nodes([id("*r1"), id("tx")])
        again[id("*r1")].asset, again[id("*r1")].hidden, again[id("*r1")].body = None, False, b"{}"
        again[id("tx")].updated_at, again[id("tx")].body = 31, b'{"format":"csv"}'
        yield Changes(nodes_changed=list(again.values()))
        kept[4] |= {"asset": None, "hidden": False, "body": b"{}"}
        kept[0] |= {"updated_at": 31, "body": b'{"format":"csv"}'}

    run(driver, change())
    (found,) = answers(driver, ask.Nodes([row.id for row in rows]))
    assert [plain(found[row.id]) for row in rows] == kept
    assert answers(driver, ask.VersionsOf([id("tx"), id("^train"), id("none")])) == [[id("tx@1")]]


def test_a_row_is_made_once_in_a_transaction(driver: Driver) -> None:
    answers(driver, Changes(nodes_new=[node("tx"), node("^j")]))
    first, second = answers(driver, ask.Nodes([id("tx")]), ask.Nodes([id("tx"), id("^j")]))
    assert first[id("tx")] is second[id("tx")]


def edges(driver: Driver) -> list[EdgeRow]:
    """Two version edges and the asset edge that follows from them."""
    rows = {word: node(word, word[:2] if "@" in word else "^t" if "*" in word else None) for word in WORDS}
    made = [
        EdgeRow(rows["tx@1"], INPUT, rows["*r1"], "", 10, 100, 100, 1, b'{"columns":["age"]}'),
        EdgeRow(rows["tx@2"], INPUT, rows["*r2"], "", 11, 200, None, 1),
        EdgeRow(rows["tx"], INPUT, rows["^t"], "", 12, 100, None, 0, b"{}", 2, 100, 200),
        EdgeRow(rows["*r1"], PRODUCED, rows["tx@2"], "role", 13, 300, None, 1, hidden=True),
    ]
    answers(driver, Changes(nodes_new=list(rows.values()), edges_new=made))
    return made


WORDS = ("tx", "tx@1", "tx@2", "^t", "*r1", "*r2")


def test_edges_come_back_as_they_were_written(driver: Driver) -> None:
    made = edges(driver)
    refs = [edge.ref for edge in made]
    none = (id("tx@1"), PRODUCED, id("*r2"), "")

    def asking() -> Asking[list[EdgeRow]]:
        rows: dict[str, NodeRow] = yield ask.Nodes([id(word) for word in WORDS])
        found: list[EdgeRow] = yield ask.Edges([*refs, none], rows)
        assert all(edge.source is rows[edge.source.id] and edge.target is rows[edge.target.id] for edge in found)
        return found

    assert [plain(edge) for edge in run(driver, asking())] == [plain(edge) for edge in made]

    def change() -> Asking[None]:
        rows: dict[str, NodeRow] = yield ask.Nodes([id(word) for word in WORDS])
        found: list[EdgeRow] = yield ask.Edges(refs, rows)
        found[0].hidden, found[0].at = True, 150
        found[2].derived_last = 222
        found[3].hidden = False
        yield Changes(edges_changed=found[:1] + found[2:], edges_removed=found[1:2])

    run(driver, change())
    found = run(driver, asking())
    assert [(edge.ref, edge.hidden, edge.at, edge.derived_last) for edge in found] == [
        (refs[0], True, 150, 0),
        (refs[2], False, 100, 222),
        (refs[3], False, 300, 0),
    ]


def test_the_edges_of_nodes_hidden_ones_too(driver: Driver) -> None:
    made = edges(driver)
    (rows,) = answers(driver, ask.Nodes([id("tx@2"), id("*r2")]))
    around, inward, none = answers(
        driver, ask.EdgesOf(list(rows.values())), ask.EdgesOf([rows[id("tx@2")]], inward=True), ask.EdgesOf([])
    )
    assert sorted(around, key=str) == sorted([made[1].ref, made[3].ref], key=str)
    assert inward == [made[3].ref]
    assert none == []


def test_extremes_count_the_version_edges_that_can_be_seen(driver: Driver) -> None:
    edges(driver)
    asked = [(id("tx"), INPUT, id("^t"), ""), (id("^t"), PRODUCED, id("tx"), "role"), (id("none"), INPUT, id("^t"), "")]
    assert answers(driver, ask.Extremes(asked)) == [{asked[0]: (2, 100, 200)}]


def test_a_node_is_isolated_without_edges_statements_and_versions(driver: Driver) -> None:
    edges(driver)
    alone, said, above = node("alone"), node("said"), node("up")
    answers(
        driver,
        Changes(
            nodes_new=[alone, said, above, node("up@1", "up")],
            node_statements_put=[NodeStatement(SCOPE, said, said.id, "api", 1, b"{}")],
        ),
    )
    (rows,) = answers(driver, ask.Nodes([id(word) for word in ("alone", "said", "up", "up@1", "tx@1", "tx@2")]))
    assert answers(driver, ask.Isolated(list(rows.values()))) == [{id("alone"), id("up@1")}]


def test_what_is_removed_and_comes_back_in_one_transaction_keeps_its_versions(driver: Driver) -> None:
    edges(driver)

    def asking() -> Asking[NodeRow]:
        rows: dict[str, NodeRow] = yield ask.Nodes([id("^t")])
        yield Changes(nodes_removed=list(rows.values()))
        runs: dict[str, NodeRow] = yield ask.Nodes([id("*r1")])
        assert runs[id("*r1")].asset == id("^t")
        assert (yield ask.Nodes([id("^t")])) == {}
        yield Changes(nodes_new=[node("^t", body=b'{"job_type":"new"}')])
        return runs[id("*r1")]

    run(driver, asking())
    rows, versions = answers(driver, ask.Nodes([id("^t"), id("*r1")]), ask.VersionsOf([id("^t")]))
    assert rows[id("^t")].props == {"job_type": "new"}
    assert rows[id("*r1")].asset == id("^t")
    assert set(versions) == {id("*r1"), id("*r2")}


def test_statements_by_scope_and_by_what_they_are_about(driver: Driver) -> None:
    (edge, *_) = edges(driver)

    def write() -> Asking[None]:
        rows: dict[str, NodeRow] = yield ask.Nodes([id("tx@1"), id("*r1")])
        (kept,) = yield ask.Edges([edge.ref], rows)
        data = rows[id("tx@1")]
        yield Changes(
            scopes_put=[scope(SCOPE), scope(OTHER)],
            node_statements_put=[
                NodeStatement(SCOPE, data, data.id, "api", 1, b'{"rows":1}'),
                NodeStatement(SCOPE, data, id("old@1"), "api", 2, b"{}"),
                NodeStatement(OTHER, data, data.id, "git", 3, b"{}", retired=True),
            ],
            edge_statements_put=[
                EdgeStatement(SCOPE, kept, id("tx@1"), id("*r1"), "api", 4, b"{}"),
                EdgeStatement(OTHER, kept, id("old@1"), id("*r1"), "git", 5, b'{"at":1}'),
            ],
        )
        # the same scope, fact and ids again: what it says is replaced
        yield Changes(node_statements_put=[NodeStatement(SCOPE, data, data.id, "api", 9, b'{"rows":2}')])

    run(driver, write())

    def asking() -> Asking[tuple[Any, ...]]:
        rows: dict[str, NodeRow] = yield ask.Nodes([id("tx@1"), id("*r1")])
        found: list[EdgeRow] = yield ask.Edges([edge.ref], rows)
        of_scopes = yield ask.ScopeStatements([SCOPE, OTHER])
        nodes: list[NodeStatement] = yield ask.NodeStatements(list(rows.values()))
        ties: list[EdgeStatement] = yield ask.EdgeStatements(found)
        assert {one.node for one in nodes} == {rows[id("tx@1")]}
        assert {one.edge for one in ties} == set(found)
        return of_scopes, {one[:1] + one[2:] for one in nodes}, {one[:1] + one[2:] for one in ties}

    (stated, tied), nodes, ties = run(driver, asking())
    assert set(stated) == {
        (SCOPE, id("tx@1"), id("tx@1"), "api", 9, b'{"rows":2}'),
        (SCOPE, id("tx@1"), id("old@1"), "api", 2, b"{}"),
    }
    assert set(tied) == {
        (SCOPE, edge.ref, id("tx@1"), id("*r1"), "api", 4, b"{}", None),
        (OTHER, edge.ref, id("old@1"), id("*r1"), "git", 5, b'{"at":1}', None),
    }
    assert nodes == {
        (SCOPE, id("tx@1"), "api", 9, b'{"rows":2}', False),
        (SCOPE, id("old@1"), "api", 2, b"{}", False),
        (OTHER, id("tx@1"), "git", 3, b"{}", True),
    }
    assert ties == {
        (SCOPE, id("tx@1"), id("*r1"), "api", 4, b"{}", False, None),
        (OTHER, id("old@1"), id("*r1"), "git", 5, b'{"at":1}', False, None),
    }


def test_scopes_until_they_are_retired(driver: Driver) -> None:
    answers(driver, Changes(nodes_new=[node("tx")], scopes_put=[scope(SCOPE, revision=3), scope(OTHER, seen_at=50)]))

    def say() -> Asking[None]:
        rows: dict[str, NodeRow] = yield ask.Nodes([id("tx")])
        yield Changes(
            node_statements_put=[NodeStatement(SCOPE, rows[id("tx")], id("tx"), "api", 1, b"{}", retired=True)]
        )

    run(driver, say())
    found, unseen, few = answers(
        driver,
        ask.Scopes([SCOPE, OTHER, "33" * 16]),
        ask.UnseenScopes("source", 50, 10),
        ask.UnseenScopes("source", 51, 1),
    )
    assert {name: plain(row) for name, row in found.items()} == {
        SCOPE: plain(scope(SCOPE, revision=3)),
        OTHER: plain(scope(OTHER, seen_at=50)),
    }
    assert [row.id for row in unseen] == [SCOPE]
    assert [row.id for row in few] == [SCOPE]
    answers(driver, Changes(seen=[(SCOPE, 60)], closed=[("source", 61)]))
    assert [row.id for row in answers(driver, ask.UnseenScopes("source", 55, 9))[0]] == [OTHER]
    answers(driver, Changes(scopes_removed=[SCOPE, OTHER]))
    (rows,) = answers(driver, ask.Nodes([id("tx")]))
    found, statements = answers(driver, ask.Scopes([SCOPE, OTHER]), ask.NodeStatements(list(rows.values())))
    assert found == {}
    assert [one.scope for one in statements] == [SCOPE], "what it stated still names it"
    answers(driver, Changes(scopes_put=[scope(SCOPE)]))
    assert set(answers(driver, ask.Scopes([SCOPE]))[0]) == {SCOPE}


def test_marks_joins_aliases_and_repeats(driver: Driver) -> None:
    model, version = id("fraud:"), id("fraud/1")
    open_ = MarkRow(SCOPE, model, version, version, MarkKind.ALIAS, "best", 1, None, None, "api", "ann")
    over = MarkRow(SCOPE, model, version, version, MarkKind.STAGE, "Production", 1, 5, 5, "api", "ann")
    join = JoinRow(SCOPE, id("old"), id("tx"), Kind.DATASET, ("test", "old"), ("test", "tx"))
    alias = AliasRow(id("old"), Kind.DATASET, ("test", "old"), None, id("tx"))
    repeat = RepeatRow("key", "digest", 5, b"{}")
    assert answers(driver, ask.Holds()) == [(False, False)]
    answers(driver, Changes(marks_put=[open_, over], joins_put=[join], aliases_put=[alias], repeats=[repeat]))
    named, of_scope, of_model = answers(
        driver,
        ask.MarksNamed([(model, MarkKind.ALIAS, "best")]),
        ask.MarksOfScopes([SCOPE, OTHER]),
        ask.MarksOfModels([model]),
    )
    assert [plain(row) for row in named] == [plain(open_)]
    assert of_scope == named
    assert of_scope[0] is named[0]
    assert sorted(row.name for row in of_model) == ["Production", "best"]
    assert answers(
        driver,
        ask.Holds(),
        ask.Joins([id("tx")]),
        ask.JoinsOf([SCOPE, OTHER]),
        ask.Aliases([id("old"), id("tx")]),
        ask.Aliases([id("tx")], canonical=True),
        ask.Repeats(["key", "other"]),
    ) == [(True, False), [join], [join], {id("old"): alias}, {id("old"): alias}, {"key": repeat}]

    def change() -> Asking[None]:
        (row,) = yield ask.MarksNamed([(model, MarkKind.ALIAS, "best")])
        row.ended = row.until = 9
        row.version = id("fraud/2")
        gone: list[MarkRow] = yield ask.MarksNamed([(model, MarkKind.STAGE, "Production")])
        yield Changes(marks_put=[row], marks_removed=gone, joins_removed=[join], aliases_removed=[id("old")])

    run(driver, change())
    left, held = answers(driver, ask.MarksOfModels([model]), ask.Holds())
    assert [(row.name, row.version, row.until) for row in left] == [("best", id("fraud/2"), 9)]
    assert held == (False, False)


def test_histories_and_metrics_are_replaced_and_removed(driver: Driver, file: Path) -> None:
    points = pack([Point(1, 10, 0.5), Point(2, -20, math.inf), Point(-3, 30, -0.0)])
    answers(driver, Changes(nodes_new=[node("*r1")]))

    def write(*metrics: MetricRow, removed: bool = False) -> Asking[None]:
        rows: dict[str, NodeRow] = yield ask.Nodes([id("*r1")])
        row = rows[id("*r1")]
        yield Changes(
            histories_removed=[(SCOPE, row, row.id)] if removed else [],
            histories_put=[] if removed else [HistoryRow(SCOPE, row, row.id, "loss", points)],
            metrics=[(row, list(metrics))],
        )

    run(driver, write(MetricRow("loss", 0.5, 0.25), MetricRow("auc", math.nan, 1.0)))
    (rows,) = answers(driver, ask.Nodes([id("*r1")]))
    ((history,),) = answers(driver, ask.Histories(list(rows.values())))
    assert (history.scope, history.stated_id, history.key, history.points) == (SCOPE, id("*r1"), "loss", points)
    kept = "SELECT key, last, best FROM metric JOIN metric_key USING (k) ORDER BY key"
    assert driver.connection.execute(kept).fetchall() == [("auc", None, 1.0), ("loss", 0.5, 0.25)]
    run(driver, write(MetricRow("auc", 2.0, 3.0), removed=True))
    assert driver.connection.execute(kept).fetchall() == [("auc", 2.0, 3.0)]
    assert answers(driver, ask.Histories(list(rows.values()))) == [[]]


def test_the_cursors_of_events_go_on(driver: Driver) -> None:
    event = EventRow(5, "ann", "request", "source", "scope", b"[]")
    assert answers(driver, Changes(events=[event, event]), Changes(), Changes(events=[event])) == [[1, 2], [], [3]]
    assert answers(driver, Changes(events=[event])) == [[4]]


def test_what_fails_leaves_nothing_and_what_comes_next_goes_on(driver: Driver) -> None:
    def failing() -> Asking[None]:
        yield Changes(nodes_new=[node("tx"), node("^j")], events=[EventRow(5, "", "", "", "", b"[]")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(driver, failing())
    assert answers(driver, ask.Nodes([id("tx"), id("^j")])) == [{}]
    event = EventRow(5, "ann", "request", "source", "scope", b"[]")
    assert answers(driver, Changes(nodes_new=[node("tx")], events=[event])) == [[1]]
    assert set(answers(driver, ask.Nodes([id("tx"), id("^j")]))[0]) == {id("tx")}
