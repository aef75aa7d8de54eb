"""`thalweg check` from end to end: over a store and a server, with files, and when things go wrong."""

from __future__ import annotations

import json
import socket
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Run
from thalweg.cli.changes import Flags
from thalweg.cli.commands import self_test, sources

DATASET = self_test.DATASET
DROP = ("--drop-column", "methane")


@pytest.fixture
def canary(tmp_path: Path, run: Run) -> list[str]:
    """The options that name a store with one job and one endpoint in production."""
    stated = self_test.estate(datetime.now(UTC) - timedelta(days=1))
    (tmp_path / "canary.json").write_text(json.dumps(stated))
    store = ["--store", f"sqlite:///{tmp_path}/canary.db"]
    assert run("import", "manifest", "canary.json", *store).code == 0
    return store


def test_one_run_writes_every_form(run: Run, canary: list[str], tmp_path: Path) -> None:
    files = {"json": "o.json", "sarif": "out/o.sarif", "junit": "o.xml", "markdown": "o.md", "gitlab": "o.gl.json"}
    asked = [word for form, file in files.items() for word in ("--format", f"{form}={file}")]
    ran = run("check", DATASET, *DROP, *asked, "--format", "text=o.txt", *canary)
    assert ran.code == 1
    assert ran.out == (tmp_path / "o.txt").read_text()
    document = json.loads((tmp_path / "o.json").read_text())
    assert (document["verdict"], document["code"], document["counts"]["block"]) == ("BLOCK", 1, 2)
    assert json.loads((tmp_path / "out/o.sarif").read_text())["runs"][0]["results"]
    assert ElementTree.parse(tmp_path / "o.xml").findall(".//failure")
    assert "⛔ BLOCK" in (tmp_path / "o.md").read_text()
    assert json.loads((tmp_path / "o.gl.json").read_text())[0]["severity"] == "blocker"


def test_the_text_of_a_block_ends_with_what_waives_it(run: Run, canary: list[str], tmp_path: Path) -> None:
    blocked = run("check", DATASET, *DROP, *canary)
    assert blocked.code == 1
    lines = blocked.out.partition("with a name and a reason:\n\n")[2]
    assert len(tomllib.loads(lines)["waiver"]) == 2
    (tmp_path / "thalweg-waivers.toml").write_text(lines)
    passed = run("check", DATASET, *DROP, *canary)
    assert passed.code == 0
    assert "waived  deployment production/canary  BREAKS" in passed.out
    assert "why it may pass" in passed.out
    assert run("check", DATASET, *DROP, "--as-of", "2100-01-01", *canary).out.count(" expired on ") == 2


def test_the_ways_to_what_decides_are_drawn(run: Run, canary: list[str]) -> None:
    ran = run("check", DATASET, *DROP, *canary)
    assert ran.out.splitlines()[:4] == [
        "dataset:canary://mine/air  its columns change",
        "├── deployment production/canary  BREAKS  STALE",
        "└── job train  BREAKS",
        "    └── model canary  STALE",
    ]
    assert "  Evidence: on declared reads for 2 of 2 readers.\n" in ran.out


def test_several_things_are_one_report(run: Run, canary: list[str]) -> None:
    ran = run("check", DATASET, "canary://mine/water", DATASET, *DROP, "--json", *canary)
    document = json.loads(ran.out)
    assert [check["verdict"] for check in document["checks"]] == ["BLOCK", "INCOMPLETE"]
    assert ran.code == document["code"] == 1


def test_what_decides_may_stand_on_any_page(run: Run, tmp_path: Path) -> None:
    stated = self_test.estate(datetime.now(UTC) - timedelta(days=1))
    (endpoint,) = stated["deployments"]
    names = [*(f"e{number:03}" for number in range(110)), "z"]
    stated["deployments"] = [{**endpoint, "name": name} for name in names]
    (tmp_path / "many.json").write_text(json.dumps(stated))
    store = ["--store", f"sqlite:///{tmp_path}/many.db"]
    assert run("import", "manifest", "many.json", *store).code == 0
    held = 'until = 2999-12-31\nauthor = "ada"\nreason = "agreed"\n'
    (tmp_path / "thalweg-waivers.toml").write_text(
        f'[[waiver]]\nasset = "production/e*"\n{held}[[waiver]]\nasset = "job:*"\n{held}'
    )
    ran = run("check", DATASET, *DROP, "--json", *store)
    (checked,) = json.loads(ran.out)["checks"]
    assert checked["total"] > 200
    blocking = [one["asset"] for one in checked["findings"] if one["standing"] == "block"]
    assert (ran.code, blocking) == (1, ["deployment:production/z"])


def test_a_baseline_lets_pass_what_it_has(run: Run, canary: list[str]) -> None:
    run("check", DATASET, *DROP, "--format", "json=base.json", *canary)
    again = run("check", DATASET, *DROP, "--baseline", "base.json", *canary)
    assert again.code == 0
    assert "unchanged  deployment production/canary  BREAKS" in again.out
    more = run("check", DATASET, *DROP, "--drop-column", "oxygen", "--baseline", "base.json", *canary)
    assert more.code == 1
    assert "Gone since the baseline" not in more.out
    fewer = run("check", DATASET, "--add-column", "ch4", "--baseline", "base.json", *canary)
    assert fewer.code == 0
    assert "Gone since the baseline: deployment:production/canary BREAKS: drop methane" in fewer.out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "The baseline base.json is empty."), ("{", "The baseline base.json is no JSON document, or not all of one")],
)
def test_a_baseline_that_is_none_is_an_error(
    run: Run, canary: list[str], tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "base.json").write_text(text)
    ran = run("check", DATASET, *DROP, "--baseline", "base.json", *canary)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_fail_on_and_strict(run: Run, canary: list[str]) -> None:
    assert run("check", DATASET, "--content", *canary).code == 0
    assert run("check", DATASET, "--content", "--fail-on", "warn", *canary).code == 1
    later = ("--as-of", "2100-01-01", "--active-within", "1")
    quiet = run("check", DATASET, "--drop-column", "oxygen", *later, "--json", *canary)
    strict = run("check", DATASET, "--drop-column", "oxygen", *later, "--strict", "--json", *canary)
    (job,) = json.loads(quiet.out)["checks"][0]["findings"]
    assert (job["verdict"], job["would"]) == ("PASS", "BLOCK")
    assert (quiet.code, strict.code) == (0, 1)


# ---------------------------------------------------------------------------------------------------------- what is not


def test_a_server_that_cannot_be_reached_is_never_a_verdict_and_no_old_report_is_left(run: Run, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        (tmp_path / "o.json").write_text('{"verdict": "PASS"}')
        ran = run("check", "a", "b", "--delete", "--server", server, "--format", "json=o.json", "--fail-on", "warn")
        assert ran.code == 2
        assert ran.err.startswith("thalweg: No server can be reached at ")
        document = json.loads((tmp_path / "o.json").read_text())
        assert [check["verdict"] for check in document["checks"]] == ["INCOMPLETE", "INCOMPLETE"]
        plain = run("check", "a", "--delete", "--server", server)
        assert (plain.code, plain.out) == (2, "")


def test_an_answer_that_is_longer_than_what_is_read_is_not_checked(
    run: Run, canary: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LINES", 1)
    ran = run("check", DATASET, "--content", "--json", *canary)
    assert ran.code == 2
    assert "worst of" in json.loads(ran.out)["checks"][0]["incomplete"][0]


def test_a_waiver_that_cannot_be_read_is_a_warning_and_one_that_is_not_there_an_error(
    run: Run, canary: list[str], tmp_path: Path
) -> None:
    (tmp_path / "thalweg-waivers.toml").write_text("[[waiver]]\nrule = '*'\n")
    ran = run("check", DATASET, *DROP, *canary)
    assert ran.code == 1
    assert "Warning: thalweg-waivers.toml: waiver 1: `until` is missing" in ran.out
    named = run("check", DATASET, *DROP, "--waivers", "other.toml", *canary)
    assert (named.code, named.out) == (2, "")
    assert "The waivers other.toml cannot be read: there is no such file." in named.err


def test_a_file_that_cannot_be_written_is_an_error(run: Run, canary: list[str], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    ran = run("check", DATASET, *DROP, "--format", "sarif=folder", *canary)
    assert ran.code == 2
    assert ran.err.startswith("thalweg: folder cannot be written (")


# ------------------------------------------------------------------------------------------------------------ self-test


def test_the_self_test_passes_and_says_what_it_saw(run: Run) -> None:
    ran = run("check", "--self-test")
    assert (ran.code, ran.err) == (0, "")
    assert [line.partition(": ")[2].partition(" ")[0] for line in ran.out.splitlines()[:2]] == ["BLOCK", "PASS"]
    assert ran.out.endswith("The gate works: it closes, and it opens.\n")


def test_the_self_test_fails_where_the_canary_is_not_noticed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = [("A column that nobody reads goes", Flags(drop=["pressure"]), *self_test.CASES[0][2:])]
    monkeypatch.setattr(self_test, "CASES", blind)
    ran = run("check", "--self-test")
    assert ran.code == 1
    assert "PASS with exit code 0, but it must be BLOCK with exit code 1." in ran.out
    assert "does NOT work" in ran.out
