"""`thalweg demo`: from nothing to the question and its answer, over the real importers and a real server."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PATIENCE, THALWEG, environment, program
from thalweg.cli.commands import demo
from thalweg.client import Client


def test_check_asks_over_http_and_says_what_is_hit(tmp_path: Path) -> None:
    ran = program("demo", "--check", "--json", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    assert found["passed"] is True
    assert found["question"] == "If s3://lake/transactions changes, which models and which live endpoints are hit?"
    assert found["verdict"] == "WARN"
    assert {"fraud", "churn", "recommender", "demand"} <= set(found["models"])
    assert found["endpoints"] == [
        "production/churn",
        "production/demand",
        "production/fraud",
        "staging/churn",
        "staging/fraud",
    ]
    assert found["column"]["verdict"] == "BLOCK"
    assert found["column"]["endpoints"] == ["production/fraud"]
    assert list(tmp_path.iterdir()) == []


def test_check_fails_when_the_server_answers_otherwise_than_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Client, "ask", lambda *asked: {"impact": NOTHING})
    assert demo.run(check=True, port=None, keep=None, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["passed"] is False


NOTHING = {"verdict": "PASS", "models": {"nodes": []}, "endpoints": {"nodes": []}}


def test_a_store_that_is_kept_is_there_the_second_time(tmp_path: Path) -> None:
    for _ in range(2):
        ran = program("demo", "--check", "--keep", "kept/here", cwd=tmp_path)
        assert ran.code == 0, ran.err
        assert "Checked over HTTP: 5 models and 5 live endpoints are hit.\n" in ran.out
        assert "And of the column: production/fraud breaks.\n" in ran.out
    assert (tmp_path / "kept" / "here" / "thalweg.db").is_file()
    info = program("store", "info", "--json", "--store", "kept/here/thalweg.db", cwd=tmp_path)
    assert len(json.loads(info.out)["sources"]) == 8


def test_it_prints_the_question_its_answer_and_a_query_that_gives_the_same_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen(
        [THALWEG, "demo", "--port", "0"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            printed = ""
            while "Ctrl-C stops the server.\n" not in printed:
                line = process.stdout.readline()
                assert line, process.stderr.read()
                printed += line
            before, _, after = printed.partition("The same in GraphQL; paste it into GraphiQL at ")
            assert "If s3://lake/transactions changes, which models and which live endpoints are hit?\n" in before
            assert "├── job features/build.py  STALE" in before
            assert "WARN: " in before
            of_column = before.partition("If the column home_country of s3://features/customer_features is dropped")[2]
            assert "└── deployment production/fraud  BREAKS  live  risk\n" in of_column
            assert "BLOCK: 1 deployment affected; 1 live endpoint: production/fraud.\n" in of_column
            address = after.split()[0]
            query = after[after.index("query ") : after.index("Or ask on")]
            found = Client(address).ask(query, {})["impact"]
            assert found["verdict"] == "WARN"
            assert len(found["endpoints"]["nodes"]) == 5
            for line in after.splitlines():
                if line.startswith("  thalweg "):
                    assert program(*line.split()[1:], cwd=tmp_path).code in (0, 1), line
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


def test_a_port_that_somebody_has_is_only_taken_when_nobody_asked_for_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = program("demo", "--port", str(port), cwd=tmp_path)
        assert ran.code == 2
        assert f"cannot listen on 127.0.0.1:{port}" in ran.err


def test_json_goes_with_check(tmp_path: Path) -> None:
    ran = program("demo", "--json", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: --json goes with --check")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = program("demo", "--check", "--keep", "file/below", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: file/below cannot be used as a folder (")
