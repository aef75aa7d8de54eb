"""What is printed: plain in a pipe, drawn on a terminal, and nothing that a name could do to a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.program import PATIENCE, THALWEG, environment, program
from thalweg.cli import output

ESCAPE = "\x1b"
ASKED = ("impact", "s3://lake/transactions", "--store")


def on_a_terminal(*arguments: str, cwd: Path, code: int = 0, **more: str) -> str:
    """What the program writes to a terminal of 80 columns, both its streams."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [THALWEG, *arguments],
        cwd=cwd,
        env=environment(TERM="xterm-256color", COLUMNS="80", **more),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        written = b""
        try:
            while read := os.read(ours, 65_536):
                written += read
        except OSError:  # as Linux says that nobody writes any more
            pass
        assert process.wait(PATIENCE) == code
    os.close(ours)
    return written.decode()


def test_a_pipe_gets_no_colours_and_no_folded_lines(tmp_path: Path, estate_store: str) -> None:
    ran = program(*ASKED, estate_store, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ESCAPE not in ran.out
    assert ran.out.splitlines()[-1].startswith("WARN: ")
    assert all(line == line.rstrip() for line in ran.out.splitlines())


def test_a_pipe_is_as_wide_as_columns_says(tmp_path: Path, estate_store: str) -> None:
    ran = program(*ASKED, estate_store, cwd=tmp_path, COLUMNS="60")
    assert max(map(len, ran.out.splitlines())) <= 60
    assert "production/churn" in ran.out


def test_a_terminal_gets_colours_and_lines_of_its_width(tmp_path: Path, estate_store: str) -> None:
    written = on_a_terminal(*ASKED, estate_store, cwd=tmp_path)
    assert ESCAPE in written
    assert "└──" in written


def test_no_color_takes_all_of_it_away(tmp_path: Path, estate_store: str) -> None:
    written = on_a_terminal(*ASKED, estate_store, cwd=tmp_path, NO_COLOR="1")
    assert ESCAPE not in written
    assert max(map(len, written.splitlines())) <= 80


def test_a_terminal_that_is_not_of_utf_8_still_gets_an_answer(tmp_path: Path, estate_store: str) -> None:
    ran = program(*ASKED, estate_store, cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert ran.code == 0
    assert "deployment production/fraud" in ran.out


def test_the_lines_that_waive_a_block_can_be_copied_from_a_terminal(tmp_path: Path, estate_store: str) -> None:
    asked = ("check", "model:fraud/6", "--withdraw", "--as-of", "2026-11-02", "--store", estate_store)
    written = on_a_terminal(*asked, cwd=tmp_path, code=1)
    assert f"{ESCAPE}[1;31mBLOCK{ESCAPE}[0m" in written
    lines = written.partition("[[waiver]]")
    (waiver,) = tomllib.loads(lines[1] + lines[2].replace("\r\n", "\n"))["waiver"]
    assert waiver["dataset"].startswith("model:")


@pytest.mark.parametrize(("change", "code"), [("--content", 0), ("--delete", 1)])
def test_a_reader_that_goes_away_changes_no_exit_code(
    tmp_path: Path, estate_store: str, change: str, code: int
) -> None:
    command = [THALWEG, "check", "s3://lake/transactions", change, "--store", estate_store]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(PATIENCE) == code


def test_an_import_shows_a_bar_on_a_terminal_and_lines_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("thalweg: 1\ndatasets: [{uri: 's3://lake/clicks', owners: [web]}]\n")
    shown = on_a_terminal("import", "manifest", "facts.yaml", "--store", "a.db", cwd=tmp_path)
    assert "1/1" in shown
    logged = program("import", "manifest", "facts.yaml", "--store", "b.db", cwd=tmp_path)
    assert logged.err == "manifest:facts: 0 of 1 scope\n"


def test_a_name_that_would_steer_the_terminal_is_shown_without_that(run: Run, tmp_path: Path) -> None:
    text = 'thalweg: 1\ndatasets: [{namespace: lake, name: "red\\e[31m\\u202ered", owners: ["a\\nb"]}]\n'
    (tmp_path / "facts.yaml").write_text(text)
    assert run("import", "manifest", "facts.yaml").code == 0
    for command in (["list", "datasets"], ["get", "dataset:lake red\x1b[31m\u202ered"]):
        out = run(*command).out
        assert "red" in out
        assert all(letter.isprintable() or letter == "\n" for letter in out)
        assert "a b" in out


def test_what_is_not_printable_becomes_a_space() -> None:
    assert output.printable("a\x1b[31mb\nc\u202ed é") == "a [31mb c d é"


def test_a_long_value_is_shown_by_its_beginning_and_its_length(run: Run, tmp_path: Path) -> None:
    long = "x" * 200_000
    versions = [{"version": version, "params": {"query": f"{long}{version}", "lr": 0.1}} for version in ("1", "2")]
    models = [{"namespace": "lake", "name": "fraud", "versions": versions}]
    (tmp_path / "facts.json").write_text(json.dumps({"thalweg": 1, "models": models}))
    assert run("import", "manifest", "facts.json").code == 0
    cut = f"{'x' * 200}… (200,001 characters)"
    for command in (
        ["get", "model:fraud/1"],
        ["provenance", "model:fraud/1"],
        ["compare", "model:fraud/1", "model:fraud/2"],
    ):
        out = run(*command).out
        assert cut in out
        assert len(out) < 5_000
        assert long in run(*command, "--json").out
