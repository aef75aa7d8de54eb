"""`thalweg sync`, and `thalweg serve --sync`: a file of sources over a store."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.program import PATIENCE, THALWEG, environment, serving

FILE = """\
every = "1h"

[[source]]
name = "a"
importer = "manifest"
location = "facts/a.yaml"

[[source]]
name = "b"
importer = "manifest"
location = "facts/b.yaml"
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A file of two sources, of which only one is there."""
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "a.yaml").write_text("thalweg: 1\ndatasets: [{uri: 's3://lake/orders'}]\n")
    (tmp_path / "sources.toml").write_text(FILE)
    return tmp_path / "sources.toml"


def test_each_is_read_once_and_the_exit_code_says_that_one_failed(run: Run, sources: Path) -> None:
    ran = run("sync", "sources.toml", "--once")
    assert ran.code == 1
    a, b = ran.out.splitlines()
    assert a == "a: read well 0 s ago, 1 scope"
    assert b.startswith("b: failed once: ")
    assert b.endswith("; never read well")
    assert "dataset:s3://lake/orders" in run("list", "datasets").out
    (sources.parent / "facts" / "b.yaml").write_text("thalweg: 1\ndatasets: [{uri: 's3://lake/clicks'}]\n")
    assert run("sync", "sources.toml", "--once").code == 0


def test_how_they_stand_is_shown_and_nothing_is_read(run: Run, sources: Path) -> None:
    run("sync", "sources.toml", "--once")
    (sources.parent / "facts" / "a.yaml").unlink()
    shown = run("sync", "sources.toml", "--show")
    assert (shown.code, shown.err) == (0, "")
    assert [line.partition(":")[0] for line in shown.out.splitlines()] == ["a", "b"]
    a, b = json.loads(run("sync", "sources.toml", "--show", "--json").out)
    assert (a["failures"], a["read"], a["late"]) == (0, 1, False)
    assert (b["failures"], b["ended_at"]) == (1, None)


@pytest.mark.parametrize(("text", "said"), [("", "has mistakes"), ("x", "is no TOML")])
def test_a_file_with_mistakes_is_refused_before_a_store_is_made(run: Run, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "sources.toml").write_text(text)
    for command in (["sync", "sources.toml"], ["serve", "--sync", "sources.toml", "--port", "0"]):
        ran = run(*command)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_goes_on_until_it_is_stopped_which_is_no_failure(sources: Path, number: signal.Signals) -> None:
    command = [THALWEG, "sync", "sources.toml"]
    with subprocess.Popen(
        command, cwd=sources.parent, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        told = sorted(process.stderr.readline() for _ in range(2))
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert re.fullmatch(r"a: read well \d+ s ago, 1 scope, 1 looked at\n", told[0])
    assert told[1].startswith("b: failed once: ")
    assert (process.returncode, out, err) == (0, "", "Stopped.\n")


def test_a_server_keeps_them_beside_its_answers(sources: Path) -> None:
    with serving("--sync", "sources.toml", cwd=sources.parent) as address:
        lines: list[str] = []
        while not any(line.startswith("a: read well") for line in lines):
            with urllib.request.urlopen(f"{address}/readyz", timeout=PATIENCE) as answer:
                lines = answer.read().decode().splitlines()
    assert lines[0] == "ready"


def test_a_server_that_only_reads_keeps_nothing_in_step(run: Run, sources: Path) -> None:
    ran = run("serve", "--sync", "sources.toml", "--read-only", "--port", "0")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: Sources are to be kept in step, and the store is opened for reading only.")
