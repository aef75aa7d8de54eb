"""`thalweg flush` sends what waits, says what came of it, and loses nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.program import PATIENCE, environment, serving
from tests.client.answering import answer, answering
from tests.client.conftest import HEARS_CTRL_C
from thalweg.client import Client
from thalweg.client.delivery import Statement
from thalweg.client.spool import Spool


def run_granule(run_id: str, **facts: object) -> Statement:
    return Statement(
        "client:a", {"scope": f"run/{run_id}", "runs": [{"namespace": "python", "runId": run_id, **facts}]}
    )


def test_what_waits_is_sent_and_what_is_refused_is_said(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    Spool(folder).keep([run_granule("r-1", params=[{"key": "lr", "value": "0.1"}]), run_granule("r-2", status="ILL")])
    with serving("--store", f"sqlite:///{tmp_path}/store.db", cwd=tmp_path) as address:
        first = run("flush", str(folder), "--server", address)
        assert first.code == 1
        assert first.out.splitlines()[:2] == [
            f"{folder}: 1 file, 1 statement sent",
            "  refused, and kept beside in files that end in .refused.jsonl: 1",
        ]
        assert "run/r-2: " in first.out
        assert Client(address).ask('{ run(runId: "r-1") { params { value } } }', {})["run"] == {
            "params": [{"value": "0.1"}]
        }
        again = run("flush", str(folder), "--server", address, "--json")
        assert again.code == 0
        assert json.loads(again.out) == {
            "folder": str(folder), "files": 0, "sent": 0, "repeated": 0, "refused": 0, "refusals": [], "broken": 0,
            "warnings": [], "busy": 0, "complete": True,
        }  # fmt: skip


def test_the_folder_and_the_server_are_those_of_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_SPOOL", str(tmp_path / "mine"))
    monkeypatch.setenv("THALWEG_SERVER", "http://127.0.0.1:1")
    assert run("flush").out == f"Nothing waits in {tmp_path}/mine.\n"


def test_a_server_that_cannot_be_reached_is_an_error_and_all_stays(run: Run, tmp_path: Path) -> None:
    Spool(tmp_path / "spool").keep([run_granule("r-1")])
    ran = run("flush", str(tmp_path / "spool"), "--server", "http://127.0.0.1:1")
    assert ran.code == 2
    assert "No server can be reached" in ran.err
    assert "What was not sent waits where it was. Flush again when the server is well." in ran.err
    assert len(list((tmp_path / "spool").iterdir())) == 1


def test_what_answers_but_is_no_server_takes_nothing(run: Run, tmp_path: Path) -> None:
    Spool(tmp_path / "spool").keep([run_granule("r-1")])
    with answering(answer(200, "<html>Log in</html>", "text/html")) as address:
        ran = run("flush", str(tmp_path / "spool"), "--server", address, "--json")
    assert (ran.code, json.loads(ran.out)["complete"]) == (2, False)
    assert len(list((tmp_path / "spool").iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["flush"], "It is not said which server to send to. Give it with --server, or in THALWEG_SERVER."),
        (["flush", "nothing", "--server", "http://host"], "nothing is no folder."),
        (["flush", "--server", "ftp://host"], "is no address of a server"),
    ],
)
def test_a_wrong_use_is_said(run: Run, arguments: list[str], said: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert said in ran.err


def test_ctrl_c_says_how_far_it_came(tmp_path: Path) -> None:
    Spool(tmp_path / "spool").keep([run_granule("r-1")])
    asked, over = threading.Event(), threading.Event()

    def wait(handler: object) -> None:
        asked.set()
        over.wait()

    with answering(wait) as address:
        program = f"{HEARS_CTRL_C}import thalweg.cli.main\nraise SystemExit(thalweg.cli.main.main())"
        command = [sys.executable, "-c", program, "flush", str(tmp_path / "spool"), "--server", address]
        with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as ran:
            assert asked.wait(PATIENCE)
            ran.send_signal(signal.SIGINT)
            assert ran.wait(PATIENCE) == 130
            assert ran.stderr is not None
            assert ran.stderr.read().startswith("thalweg: Interrupted after 0 statements. Nothing is lost")
        over.set()
    assert len(list((tmp_path / "spool").iterdir())) == 1
