"""Whatever goes wrong, a script goes on and ends, and one warning says so."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.cli.program import PATIENCE, environment
from tests.client.answering import answering
from tests.client.conftest import BEGINNING, HEARS_CTRL_C, Keep, Kept, Script, complete, lines_of
from thalweg.client.delivery import Statement
from thalweg.client.recording import Choices
from thalweg.client.spool import Spool
from thalweg.model.errors import BadInput

TRAIN = """
with thalweg.run("train") as run:
    run.params(lr=0.1)
    for step in range(3):
        run.metrics(loss=0.5, step=step)
    run.writes("s3://lake/scores")
    print("trained")
"""


def kept_all(ran: Any, spool: Path) -> None:
    """The script ended well, with one warning, and what it said is in the spool."""
    assert (ran.code, ran.out) == (0, "trained\n")
    assert ran.err.count("WARNING thalweg.client") == ran.err.count("\n") == 1, ran.err
    assert complete(lines_of(spool))


def test_a_server_that_is_not_there(script: Script, tmp_path: Path) -> None:
    ran = script(TRAIN, THALWEG_SERVER="127.0.0.1:1", THALWEG_SPOOL=str(tmp_path / "spool"))
    kept_all(ran, tmp_path / "spool")


def test_a_server_that_never_answers_does_not_hold_the_end_up(script: Script, tmp_path: Path) -> None:
    """It answers when the test ends, which is after the script has ended."""
    over = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        over.wait()

    with answering(wait) as address:
        settings = {"THALWEG_SERVER": address, "THALWEG_SPOOL": str(tmp_path / "spool"), "THALWEG_FLUSH_SECONDS": "0.3"}
        ran = script(TRAIN, **settings)
        over.set()
    assert (ran.code, ran.out, ran.err) == (0, "trained\n", "")
    runs = [line["granule"]["runs"][0] for line in lines_of(tmp_path / "spool") if "runs" in line["granule"]]
    assert "FINISHED" in {run.get("status") for run in runs}


def test_ctrl_c_at_the_end_sends_it_to_the_spool(tmp_path: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        over.wait()

    path = tmp_path / "train.py"
    path.write_text(HEARS_CTRL_C + BEGINNING + TRAIN.replace('print("trained")', 'print("trained", flush=True)'))
    with answering(wait) as address:
        variables = environment(
            THALWEG_SERVER=address, THALWEG_SPOOL=str(tmp_path / "spool"), THALWEG_FLUSH_SECONDS=str(PATIENCE)
        )
        with subprocess.Popen([sys.executable, path], env=variables, stdout=subprocess.PIPE) as ran:
            assert ran.stdout is not None
            assert ran.stdout.readline() == b"trained\n"
            assert asked.wait(PATIENCE)
            ended = False
            while not ended:  # the first may still stop the block; whatever comes next, the wait at the end
                ran.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    ended = ran.wait(1) is not None
        over.set()
    assert lines_of(tmp_path / "spool") != []


def test_no_server_at_all_is_said_and_is_fine(script: Script, tmp_path: Path) -> None:
    ran = script(TRAIN)
    assert "No server is set" in ran.err
    kept_all(ran, tmp_path / "state" / "thalweg" / "spool")
    assert script(TRAIN, THALWEG_SPOOL=str(tmp_path / "spool")).err == ""


FULL = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"
"""No file may grow beyond: to a program it is as a disk that is full."""


def test_a_disk_that_is_full(script: Script, tmp_path: Path) -> None:
    ran = script(FULL.format(100) + TRAIN, THALWEG_SPOOL=str(tmp_path / "spool"))
    assert (ran.code, ran.out) == (0, "trained\n")
    assert "What is recorded is lost" in ran.err
    assert ran.err.count("\n") == 1
    assert lines_of(tmp_path / "spool") == []


def test_a_disk_that_is_full_leaves_only_whole_lines(script: Script, tmp_path: Path) -> None:
    text = """
run = thalweg.start_run("train")
assert thalweg.flush(60)
run.tag("x" * 5_000)
run.writes("s3://lake/scores", description="y" * 5_000)
run.end()
"""
    ran = script(FULL.format(4_000) + text, THALWEG_SPOOL=str(tmp_path / "spool"), THALWEG_RECORD_PACKAGES="no")
    assert "What is recorded is lost" in ran.err
    lines = lines_of(tmp_path / "spool")  # each is JSON
    assert lines[0]["granule"]["runs"][0]["status"] == "RUNNING"


def test_a_spool_that_cannot_be_made(script: Script, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = script(TRAIN, THALWEG_SPOOL=str(tmp_path / "file" / "spool"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (0, "trained\n", 1)


def test_odd_settings_are_left_out(kept: Kept) -> None:
    configure: Any = thalweg.configure
    for odd in ODD:
        for setting in Choices.__annotations__:
            configure(**{setting: odd})
        configure(sever=odd)
    configure(spool=kept.folder)
    with thalweg.run("train"):
        pass
    assert kept.run()["status"] == "FINISHED"


def test_a_folder_that_is_gone_is_no_trouble(script: Script, tmp_path: Path) -> None:
    text = """
import os
os.mkdir("gone")
os.chdir("gone")
os.rmdir(os.getcwd())
"""
    kept_all(
        script(text + TRAIN, THALWEG_SERVER="127.0.0.1:1", THALWEG_SPOOL=str(tmp_path / "spool")), tmp_path / "spool"
    )


def test_settings_that_make_no_sense_are_left_out(script: Script) -> None:
    ran = script(TRAIN, THALWEG_SERVER="ftp://host", THALWEG_STRICT="perhaps", THALWEG_FLUSH_SECONDS="-1")
    assert (ran.code, ran.out) == (0, "trained\n")
    for variable in ("THALWEG_SERVER", "THALWEG_STRICT", "THALWEG_FLUSH_SECONDS"):
        assert f"{variable} was left out" in ran.err


# --------------------------------------------------------------------------------------------------------- odd values


class Broken(RuntimeError):
    """Not even what is wrong can be said of it."""

    def __str__(self) -> str:
        raise Broken


class Breaks:
    """Whatever is asked of it, it raises."""

    def __str__(self) -> str:
        raise Broken

    def __getattr__(self, name: str) -> Any:
        raise Broken

    def __float__(self) -> float:
        raise Broken


ODD: list[Any] = [
    None, "", " ", "\0", "\ud800", b"\xff", -1, 10**400, float("nan"), 1j, [], {}, {"": 1}, [[1]], object(), Breaks(),
    Path("x"), "x" * 100_000, {"a": {"b": {}}}, range(3), Exception, lambda: 1, "s3://", "file://", "jdbc:", "a:b:c",
    "http://[", {1: 2}, ("a", "b"), {"inputs": 5}, {"inputs": "["}, float("inf"), True,
]  # fmt: skip


def test_odd_values_never_raise_and_break_nothing_else(kept: Kept) -> None:
    with thalweg.run("train") as run:
        call: Any = run
        recursive: dict[str, Any] = {}
        recursive["again"] = recursive
        for odd in [*ODD, recursive]:
            for name in ("params", "tag", "metrics", "reads", "writes", "produces_model", "reads_model"):
                getattr(call, name)(odd)
            call.params(odd=odd)
            call.tag(odd=odd)
            call.metrics(odd=odd, step=odd)
            call.metrics(at=odd, auc=0.5)
            for option in ("version", "columns", "frame", "schema", "namespace", "role", "pinned", "exact"):
                call.reads("s3://lake/tx", **{option: odd})
            for option in ("version", "frame", "schema", "rows", "format", "namespace", "role", "description"):
                call.writes("s3://lake/tx", **{option: odd})
            for option in ("version", "path", "signature", "format", "metrics", "tags", "namespace", "description"):
                call.produces_model("fraud", **{option: odd})
            call.reads_model("fraud", version=odd, namespace=odd, role=odd)
        call.reads()
        call.reads("s3://lake/tx", verison="1")
        run.params(sound=1)
    assert {"key": "sound", "value": "1"} in kept.run()["params"]
    assert kept.run()["status"] == "FINISHED"


def test_odd_runs_are_recorded_all_the_same(kept: Kept) -> None:
    start: Any = thalweg.start_run
    for odd in ODD:
        start(odd, run_id=odd, part=odd, parent=odd).end()
        start(odd, name=odd, namespace=odd, params=odd, tags=odd, description=odd).end()
    start("train", verison=1).end()
    assert kept.statements()


def test_what_odd_values_come_to_is_taken_by_a_server(server: str, keep: Keep, caplog: Any) -> None:
    keep(server=server)
    with thalweg.run("odd") as run:
        call: Any = run
        for place, odd in enumerate(ODD):
            call.params({f"odd{place}": odd})
            call.tag({f"odd{place}": odd})
            call.metrics({f"odd{place}": odd})
            call.reads(odd)
            call.writes(odd, description=odd)
            call.produces_model(odd, description=odd)
    assert thalweg.flush(60)
    assert [one for one in caplog.messages if "server" in one] == []


def test_a_wrong_call_raises_where_that_was_asked_for(keep: Keep) -> None:
    keep(strict=True)
    with thalweg.run("train") as run:
        with pytest.raises(BadInput, match="is no number"):
            run.metrics(auc="high")
        with pytest.raises(BadInput, match="names nothing"):
            run.reads("")
        with pytest.raises(BadInput, match="must be a list of names"):
            run.reads("s3://lake/tx", columns="amount")
    with pytest.raises(BadInput, match="is no setting"):
        thalweg.configure(strict=True, sever="x")  # type: ignore[call-arg]
    with pytest.raises(BadInput, match="is no address of a server"):
        thalweg.configure(strict=True, server="ftp://host")


def test_one_metric_that_is_no_number_takes_no_other_along(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        run.metrics(auc=0.9, note="high")
        run.metrics(auc=0.8, note="higher")
    assert [one["key"] for one in kept.run()["metrics"]] == ["auc"]
    assert ["note: 'high' is no number" in one for one in caplog.messages] == [True, False]


def test_an_option_that_is_wrong_takes_nothing_else_along(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        call: Any = run
        call.reads("s3://lake/tx", version="1", columns="amount", schema=5, pinned=True, role="")
        call.writes("s3://lake/rows", rows=10**30, format="parquet")
        call.writes("s3://lake/frame", frame=object(), rows=3.0, schema={"id": "bigint"})
        call.writes("s3://lake/negative", rows=-1, description=Breaks())
        assert call.produces_model(
            "fraud", version="7", path="s3://", signature=5, metrics={"auc": "high", "acc": 1}, tags=5, format="onnx"
        )
    ((edge, _),) = kept.things("reads")
    assert ({"columns", "role"} & edge.keys(), edge["pinned"]) == (set(), True)
    written = {stated["name"]: stated for _, stated in kept.things("writes")}
    assert {name: stated.get("rows") for name, stated in written.items()} == {
        "rows": None, "frame": 3, "negative": None, "fraud": None,
    }  # fmt: skip
    assert written["frame"]["columns"] == [{"name": "id", "type": "bigint"}]
    assert written["fraud"]["metrics"] == [{"key": "acc", "value": 1.0}]
    assert {"path", "signature", "tags", "uri"} & written["fraud"].keys() == set()
    assert (written["rows"]["format"], written["fraud"]["format"]) == ("parquet", "onnx")
    said = " ".join(caplog.messages)
    for left in (
        "columns:",
        "schema:",
        "role:",
        "rows: 1000",
        "frame:",
        "rows: -1",
        "description:",
        "path:",
        "auc:",
        "tags:",
    ):
        assert left in said
    assert len(caplog.messages) == 5


def test_a_word_that_is_no_option_of_a_call_takes_nothing_else_along(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        call: Any = run
        call.reads("s3://lake/tx", verison="1", columns=["amount"])
        call.metrics(auc=0.9, step="first", at="today")
    ((edge, _),) = kept.things("reads")
    assert edge["columns"] == ["amount"]
    assert [one["key"] for one in kept.run()["metrics"]] == ["auc"]
    said = " ".join(caplog.messages)
    assert "verison: is none of its options" in said
    assert ("step: The step 'first' is no whole number" in said, "at: " in said) == (True, True)


def test_what_a_call_left_out_raises_where_that_was_asked_for(keep: Keep) -> None:
    kept = keep(strict=True)
    with (
        thalweg.run("train") as run,
        pytest.raises(BadInput, match=r"rows: -1 is no count\. A count is a whole number"),
    ):
        run.writes("s3://lake/tx", rows=-1, format="csv")
    ((_, stated),) = kept.things("writes")
    assert stated["format"] == "csv"


def test_the_same_trouble_is_said_once(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        for _ in range(100):
            run.metrics(note="high")
    assert len(caplog.messages) == 1


def test_a_call_that_went_wrong_gives_what_can_be_handed_on(kept: Kept) -> None:
    with thalweg.run("train") as run:
        nothing = run.writes("")
        assert not nothing
        assert run.reads(nothing) == nothing
    assert kept.things("reads") == []


def test_what_a_server_refuses_is_kept_with_the_error(server: str, keep: Keep, tmp_path: Path, caplog: Any) -> None:
    kept = keep(server=server)
    with thalweg.run("refused", run_id="refused-1") as run:
        run.writes("s3://lake/tx", version="1", schema=[{"name": "a", "role": "KEY"}])
        run.record._things[next(iter(run.record._things))].facts["rows"] = "many"
    assert thalweg.flush(60)
    (refused,) = lines_of(kept.folder)
    assert "many" in refused["error"]
    assert refused["granule"]["datasetVersions"][0]["name"] == "tx"
    assert ["The server refused something" in one for one in caplog.messages] == [True]


def test_a_spool_writes_all_of_what_it_is_given_or_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.keep([Statement("client:a", {"scope": "one"})])
    with pytest.raises(ValueError, match="not JSON compliant"):
        spool.keep([Statement("client:a", {"scope": "two"}), Statement("client:a", {"scope": float("nan")})])
    assert [line["granule"]["scope"] for line in lines_of(tmp_path)] == ["one"]
