"""The queries as text, and how SQLite goes about those that must not read a whole table."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.facts import granule, id, run, thing
from thalweg import ingest
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction
from thalweg.store.open import open_store
from thalweg.store.questions import (
    AllOf,
    AnyOf,
    Compare,
    Find,
    Hop,
    MetricIs,
    Neighbour,
    Not,
    Order,
    Related,
    Sort,
    Start,
    Walk,
    Where,
)
from thalweg.store.rules import RULES
from thalweg.store.sqlite.connections import Reader, connect_reader
from thalweg.store.sqlite.lists import count, find
from thalweg.store.sqlite.neighbours import degrees, neighbours
from thalweg.store.sqlite.text import load
from thalweg.store.sqlite.walks import walk

FOLDER = files("thalweg.store.sqlite")
FILES = ("find.sql", "read.sql", "upkeep.sql", "walk.sql", "write.sql")


@pytest.mark.parametrize("file", FILES)
def test_each_query_has_a_name_and_a_line_that_says_what_it_does(file: str) -> None:
    lines = FOLDER.joinpath(file).read_text("utf-8").splitlines()
    named = [place for place, line in enumerate(lines) if line.startswith("-- name: ")]
    assert len(named) == len(load(file)) > 5
    for place in named:
        assert re.fullmatch(r"-- name: [a-z0-9_]+", lines[place])
        assert re.fullmatch(r"-- [A-Z`].*[^ ]", lines[place + 1]), lines[place]


@pytest.mark.parametrize("file", [file for file in FILES if file != "find.sql"])  # whose pieces are named by parts
def test_each_query_is_asked_somewhere(file: str) -> None:
    code = "".join(one.read_text("utf-8") for one in FOLDER.iterdir() if one.name.endswith((".py", ".sql")))
    for name in load(file).keys() - {rule.query for rule in RULES}:
        assert f'"{name.removesuffix("_some")}"' in code or f"-- with: {name}" in code, name


Ask = Callable[[Reader], object]


async def estate(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    facts = [run("r1", "train", status="FAILED", metrics={"auc": 1}), thing("repo!a"), thing("tx@1")]
    await ingest.state(store, [granule("g", *facts)], ANYONE)
    await store.close()


@pytest.fixture
def plan(file: Path) -> Iterator[Callable[[Ask], str]]:
    """How SQLite goes about a question: each step of its plan on a line, for every statement."""
    asyncio.run(estate(file))
    reader = Reader(connect_reader(file, "ro", cache=1))

    def plan(ask: Ask) -> str:
        asked: list[str] = []
        reader.connection.set_trace_callback(asked.append)
        ask(reader)
        reader.connection.set_trace_callback(None)
        texts = [text.replace("-Inf", "-9e999") for text in asked]  # which SQLite writes, and cannot read
        steps = [row[3] for text in texts for row in reader.connection.execute(f"EXPLAIN QUERY PLAN {text}")]
        return "\n".join(steps)

    with closing(reader.connection):
        yield plan


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    ("kind", "where", "order", "index"),
    [
        (Kind.RUN, Where(), Order(), "node_at"),
        (Kind.RUN, Where(), Order(Sort.CREATED_AT), "node_first"),
        (Kind.RUN, Where(), Order(Sort.UPDATED_AT), "node_updated"),
        (Kind.JOB, Where(), Order(Sort.NAME), "node_name"),
        (Kind.RUN, Where(), Order(Sort.METRIC, metric="auc"), "m USING PRIMARY KEY"),
        (Kind.RUN, Where(), Order(Sort.METRIC, metric="auc", best=True), "m USING PRIMARY KEY"),
        (Kind.RUN, Where(status=("FAILED", "RUNNING")), Order(), "node_status"),
        (Kind.RUN, Where(asset_id=id("^train")), Order(), "node_version"),
        (Kind.RUN, Where(namespace="t*", params=(("a", "b"),)), Order(), "node_at"),
    ],
)
def test_a_page_is_read_in_order_from_an_index(
    plan: Callable[[Ask], str], kind: Kind, where: Where, order: Order, index: str, descending: bool
) -> None:
    ordered = Order(order.by, descending, order.metric, order.best)
    steps = plan(lambda reader: find(reader, Find(kind, where, ordered)))
    assert f"SEARCH {index}" in steps.replace("v USING INDEX ", "")
    assert "SCAN v" not in steps
    young = "USE TEMP B-TREE FOR ORDER BY" if order.by is Sort.METRIC else "never"
    assert all("RIGHT PART" in line or line == young for line in steps.splitlines() if "TEMP B-TREE" in line)


@pytest.mark.parametrize(
    ("kind", "where", "index"),
    [
        (Kind.COMMIT, Where(key_prefix="61"), "node_sha"),
        (Kind.JOB, Where(name="train"), "node_name"),
        (Kind.JOB, Where(name="tr*"), "node_name"),
        (Kind.RUN, Where(ids=(id("*r1"),)), "node_id"),
    ],
)
def test_what_names_few_things_reads_few(plan: Callable[[Ask], str], kind: Kind, where: Where, index: str) -> None:
    assert f"SEARCH v USING INDEX {index} " in plan(lambda reader: find(reader, Find(kind, where)))
    assert f"SEARCH v USING INDEX {index} " in plan(lambda reader: count(reader, kind, where))


READS_TX = Related(Hop.IN, EdgeType.INPUT_TO, Where(asset_id=id("tx")))


@pytest.mark.parametrize("order", [Order(), Order(Sort.METRIC, metric="auc"), (Order(Sort.NAME), Order())])
def test_what_reads_a_dataset_is_looked_for_from_the_dataset(
    plan: Callable[[Ask], str], order: Order | tuple[Order, ...]
) -> None:
    where = AllOf((Where(metrics=(MetricIs("auc", Compare.GT, 0.5),)), READS_TX))
    steps = plan(lambda reader: find(reader, Find(Kind.RUN, where, order)))
    assert "SEARCH v USING INDEX node_version (asset=?)" in steps
    assert re.search(r"SEARCH e USING (COVERING )?INDEX edge_out \(src=\? AND type=\?", steps)
    assert "SEARCH v USING INTEGER PRIMARY KEY" in steps
    assert "node_at" not in steps
    assert "SCAN v" not in steps


def test_several_keys_are_read_from_an_index_by_the_first(plan: Callable[[Ask], str]) -> None:
    where = AnyOf((Where(status=("FAILED",)), Not(READS_TX)))
    for after in (None, (5, "r", "run_x")):
        asked = Find(Kind.RUN, where, KEYS, after=after)
        steps = plan(partial(find, find=asked))
        assert "SEARCH v USING INDEX node_at (kind=?" in steps
        assert re.search(r"TEMP B-TREE FOR (RIGHT PART|LAST 2 TERMS) OF ORDER BY", steps)


KEYS = (Order(), Order(Sort.NAME))


def test_counting_a_kind_reads_an_index_alone(plan: Callable[[Ask], str]) -> None:
    assert plan(lambda reader: count(reader, Kind.RUN, Where())).startswith("SEARCH v USING COVERING INDEX")


@pytest.mark.parametrize(("hop", "index"), [(Hop.IN, "edge_in"), (Hop.OUT, "edge_out")])
@pytest.mark.parametrize("type", [EdgeType.INPUT_TO, None])
def test_of_a_hub_only_the_newest_are_read(
    plan: Callable[[Ask], str], hop: Hop, index: str, type: EdgeType | None
) -> None:
    steps = plan(lambda reader: neighbours(reader, [id("tx@1")], Neighbour(hop, type)))
    assert f"SEARCH e USING INDEX {index} " in steps
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def test_versions_are_read_newest_first(plan: Callable[[Ask], str]) -> None:
    steps = plan(lambda reader: neighbours(reader, [id("tx")], Neighbour(Hop.VERSIONS)))
    assert "SEARCH v USING INDEX node_version" in steps
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("types", [(EdgeType.INPUT_TO,), tuple(EdgeType)[:5]])
def test_a_walk_steps_over_indexes_alone(
    plan: Callable[[Ask], str], direction: Direction, types: tuple[EdgeType, ...]
) -> None:
    asked = Walk(direction, types=types, max_nodes=0, as_of=5)
    steps = plan(lambda reader: walk(reader, Start((id("tx@1"),)), asked))
    assert re.search(r"SEARCH e USING (COVERING INDEX edge_out|COVERING INDEX edge_in|PRIMARY KEY)", steps)
    assert "SCAN e" not in steps


def test_degrees_are_counted_in_indexes(plan: Callable[[Ask], str]) -> None:
    steps = plan(lambda reader: degrees(reader, [id("tx@1")], None))
    assert "SEARCH e USING COVERING INDEX edge_out" in steps
    assert "SCAN e" not in steps


@pytest.mark.parametrize(
    ("name", "values", "indexes"),
    [
        ("holds", (), ["edge_statement USING COVERING INDEX edge_statement_open"]),
        ("open_reads_of_run", (1,), ["SEARCH t USING INDEX edge_statement_about (dst=? AND type=?)"]),
        (
            "open_reads_between",
            (1, 5, "[]"),
            [
                "SEARCH t USING COVERING INDEX edge_statement_open (dataset=? AND by>? AND by<?)",
                "node_version (asset=? AND at>?)",
            ],
        ),
        ("newest", (1, 5, "[]"), ["SEARCH v USING INDEX node_version (asset=? AND at<?)"]),
    ],
)
def test_reads_without_a_version_are_found_in_indexes(
    file: Path, name: str, values: tuple[Any, ...], indexes: list[str]
) -> None:
    asyncio.run(estate(file))
    with closing(connect_reader(file, "ro", cache=1)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {load('write.sql')[name]}", values)
        steps = "\n".join(row[3] for row in rows)
    assert all(index in steps for index in indexes), steps
    assert not re.search(r"SCAN (t|v|a|b)\b", steps), steps
