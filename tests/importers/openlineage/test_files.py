"""Events in files, folders and archives; what real producers wrote there, and what becomes of it."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.importers.openlineage.events import RUN, Event, dataset, micros, run_event, without
from tests.importers.openlineage.graph import graph
from thalweg.importers import openlineage
from thalweg.importers.openlineage import files
from thalweg.model.errors import SourceError
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.results import Outcome
from thalweg.store.open import open_store
from thalweg.store.store import Store
from thalweg.sync.bringing import Summary, bring

DATA = Path(__file__).parent / "data"
TWO = [run_event("START", 1, inputs=[dataset("s3://lake raw")]), run_event("COMPLETE", 2)]


def lines(events: Sequence[Event]) -> bytes:
    return "".join(f"{json.dumps(event)}\n" for event in events).encode()


def taken(*paths: Path, **how: Any) -> list[Granule]:
    reading = openlineage.read(paths, **how)
    found = list(reading.granules)
    assert reading.refused == 0, reading.refusals
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.ndjson", lines(TWO)),
        ("e.jsonl.gz", gzip.compress(lines(TWO))),
        ("e.ndjson", b"\xef\xbb\xbf" + lines(TWO)),
        ("e.json", b"\xef\xbb\xbf\n" + json.dumps(TWO, indent=2).encode()),
        ("events", b"\n" + lines(TWO) + b"\n"),  # what the transport appends to may be called anything
        ("e.json", json.dumps(TWO).encode()),
        ("e.json", json.dumps(TWO, indent=2).encode()),
        ("packed.json", gzip.compress(json.dumps(TWO, indent=2).encode())),
        ("e.json", b"[\n" + b",\n".join(lines([one]).strip() for one in TWO) + b"\n]"),
    ],
    ids=["lines", "packed lines", "mark", "mark, spread", "no ending", "list", "spread", "packed", "list of lines"],
)
def test_a_file_holds_events_as_lines_or_a_list(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found = taken(tmp_path / name)
    assert [granule.name.split("/")[:2] for granule in found] == [["run", RUN]] * 2
    assert {granule.source for granule in found} == {f"openlineage:{name.partition('.')[0]}"}


def test_a_list_of_one_event_on_a_line_of_its_own_is_a_list(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_bytes(b"[\n" + lines(TWO[:1]) + b"]\n")
    assert [granule.at for granule in taken(tmp_path / "e.json")] == [micros(1)]


def test_a_folder_is_all_that_lies_in_it_one_event_a_file(tmp_path: Path) -> None:
    for number, event in enumerate(TWO):
        (tmp_path / f"spool-2026050{number}.json").write_text(json.dumps(event, indent=2))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "more.ndjson").write_bytes(lines([run_event("OTHER", 3)]))
    (tmp_path / "notes.txt").write_text("no event")
    assert [granule.at for granule in taken(tmp_path)] == [micros(3), micros(1), micros(2)]


def test_events_are_known_by_how_their_file_begins(tmp_path: Path) -> None:
    def found() -> list[str]:
        return [lies.location for lies in openlineage.recognised(tmp_path)]

    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "torn.json.gz").write_bytes(b"\x1f\x8b")
    assert found() == []
    (tmp_path / "spool.jsonl.gz").write_bytes(gzip.compress(lines(TWO)))
    assert found() == [str(tmp_path)]
    (known,) = openlineage.recognised(tmp_path / "spool.jsonl.gz")
    assert known.what == "OpenLineage events"


def test_the_source_names_what_lies_on_a_disk(tmp_path: Path) -> None:
    file = tmp_path / "e.ndjson"
    file.write_bytes(lines([run_event(outputs=[dataset("file /data/x.csv")])]))
    (granule,) = taken(file, source="laptop")
    assert granule.source == "openlineage:laptop"
    assert granule.edges[0].target.parts[:2] == ("file://laptop", "/data/x.csv")


def test_a_bad_line_is_told_with_its_place_and_the_others_are_read(tmp_path: Path) -> None:
    file = tmp_path / "e.ndjson"
    file.write_bytes(lines([TWO[0], without(TWO[1], "eventTime")]) + b'{"half": ' + b"\n" + lines([TWO[1]]))
    reading = openlineage.read([file])
    assert len(list(reading.granules)) == 2
    assert reading.refused == 2
    assert reading.refusals[0] == f"{file} line 2: eventTime: None must be a time as text, like 2026-05-02T08:00:00Z"
    assert reading.refusals[1].startswith(f"{file} line 3: is no JSON (")


@pytest.mark.parametrize("bad", [b'{"half": \n', b'{"half": \n\n"of"\n', b"\x00" * 10 + b"\n"])
def test_the_first_line_may_be_bad_too(tmp_path: Path, bad: bytes) -> None:
    file = tmp_path / "e.ndjson"
    file.write_bytes(bad + lines(TWO))
    reading = openlineage.read([file])
    assert len(list(reading.granules)) == 2
    assert reading.refusals[0].startswith(f"{file} line 1: is no JSON (")


def test_a_bad_file_among_others_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(lines(TWO[:1]))
    (tmp_path / "b.json").write_bytes(json.dumps(TWO[1]).encode()[:80])
    (tmp_path / "c.json.gz").write_bytes(gzip.compress(lines(TWO))[:-30])
    (tmp_path / "d.ndjson").write_bytes(lines(TWO[1:]))
    (tmp_path / "e.json").mkdir()
    reading = openlineage.read([tmp_path, tmp_path / "d.ndjson"])
    assert micros(1) in {granule.at for granule in reading.granules}
    assert reading.refused == 2
    assert reading.refusals[0].startswith(f"{tmp_path}/b.json: is neither one JSON document nor an event a line")
    assert reading.refusals[1].startswith(f"{tmp_path}/c.json.gz: cannot be read on: ")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    for content in (lines(TWO), gzip.compress(lines(TWO))):
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writing = threading.Thread(target=pipe.write_bytes, args=(content,))
        writing.start()
        found = taken(pipe)
        writing.join()
        pipe.unlink()
        assert [granule.source for granule in found] == ["openlineage"] * 2


def test_what_is_odd_is_said_once_for_each_sort_and_refused_where_that_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "e.ndjson"
    file.write_bytes(lines([without(event, "schemaURL") for event in TWO]))
    reading = openlineage.read([file])
    assert len(list(reading.granules)) == 2
    assert reading.warnings == [f"{file} line 1: schemaURL: None must be a URI (and 1 more of this sort)"]
    strict = openlineage.read([file], strict=True)
    assert list(strict.granules) == []
    assert strict.refused == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>", "is neither one JSON document nor an event a line"),
        (b'{"eventTime":\n', "is neither one JSON document nor an event a line"),
        (gzip.compress(lines(TWO))[:-30], "cannot be read on"),
        (b"\x1f\x8b\x00nothing", "cannot be read on"),
    ],
)
def test_a_file_that_holds_no_events_says_what_it_should(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "e.json"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=says):
        list(openlineage.read([file]).granules)


def test_nothing_to_read_is_said_before_a_store_is_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        openlineage.read([tmp_path / "none.json"])
    with pytest.raises(SourceError, match="holds no events"):
        openlineage.read([tmp_path])
    with pytest.raises(SourceError, match="is no name of a source"):
        openlineage.read([DATA], source="two words")


def test_a_line_without_an_end_is_not_read_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1_000)
    file = tmp_path / "e.ndjson"
    file.write_bytes(b" " * 1_001)
    with pytest.raises(SourceError, match="line 1 has more than 1,000 bytes"):
        list(openlineage.read([file]).granules)
    file.write_bytes(b"[\n" + lines(TWO) * 9)
    with pytest.raises(SourceError, match="no event stands on a line of its own"):
        list(openlineage.read([file]).granules)


# ------------------------------------------------------------------------------------------------ as producers write it


async def imported(store: Store, path: Path) -> Summary:
    reading = openlineage.read([path], source="shop")
    with closing(reading):
        return await bring(store, reading, ANYONE)


def golden(found: dict[str, Any]) -> dict[str, list[str]]:
    """A graph as lines that people read, and a review compares."""

    def line(*parts: Any) -> str:
        return json.dumps(parts, ensure_ascii=False, sort_keys=True)

    return {
        part: sorted(line(key, value) for key, value in found[part].items()) for part in ("entities", "edges", "assets")
    }


@pytest.mark.anyio
async def test_what_real_producers_write_becomes_this_graph_and_twice_the_same(store: Store) -> None:
    summary = await imported(store, DATA / "producers.ndjson")
    assert summary.refused == 2
    assert "run.runId: 'scheduled__2026-05-02' must be a UUID" in summary.refusals[0]
    assert "line 8: is no JSON" in summary.refusals[1]
    assert not summary.closed
    found = golden(await graph(store))
    assert found == json.loads((DATA / "golden.json").read_text("utf-8"))
    events = (await store.info()).events
    again = await imported(store, DATA / "producers.ndjson")
    assert set(again.granules) == {Outcome.UNCHANGED}
    assert (await store.info()).events == events


@pytest.mark.anyio
async def test_what_a_file_no_longer_holds_was_sent_all_the_same(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    file = tmp_path / "e.ndjson"
    file.write_bytes(lines(TWO))
    await imported(store, file)
    before = await graph(store)
    file.write_bytes(lines(TWO[1:]))
    await imported(store, file)
    assert await graph(store) == before
    await store.close()


@pytest.mark.anyio
async def test_what_was_read_before_a_file_that_cannot_be_read_on_is_kept(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    packed = gzip.compress(lines(TWO[:1])) + gzip.compress(lines(TWO[1:]))[:-10]
    (tmp_path / "e.ndjson.gz").write_bytes(packed)
    with pytest.raises(SourceError, match="What was read until there is kept"):
        await imported(store, tmp_path / "e.ndjson.gz")
    assert ("Run", ("openlineage", RUN)) in (await graph(store))["entities"]
    await store.close()
