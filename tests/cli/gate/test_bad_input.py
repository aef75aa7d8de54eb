"""Bad input, in each form of a report: what could not be checked is never taken for a pass, and every form says why."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Run
from thalweg.cli.gate.formats import WRITTEN

TABLE = "s3://features/customer_features"
ONE, OTHER = "https://git.example.com/ml/one", "https://git.example.com/ml/other"


class Bad(NamedTuple):
    """words: of the command. says: what every report says. file: what it reads, and what that holds."""

    words: tuple[str, ...]
    says: str
    file: tuple[str, bytes] | None = None


CASES = {
    "a column that never was": Bad(
        (TABLE, "--drop-column", "home_contry"), "never had a column `home_contry`. Did you mean `home_country`?"
    ),
    "a name that another column has": Bad(
        (TABLE, "--rename-column", "plan=home_country"), "has a column `home_country` of the type string already"
    ),
    "a column that is there": Bad(
        (TABLE, "--add-column", "home_country:int"), "has a column `home_country` of the type string already"
    ),
    "a column that is there, without a type": Bad(
        (TABLE, "--add-column", "home_country"), "has a column `home_country` of the type string already"
    ),
    "a column that is there, of the same type": Bad(
        (TABLE, "--add-column", "home_country:string"), "has a column `home_country` of the type string already"
    ),
    "a column that goes and changes": Bad(
        (TABLE, "--drop-column", "plan", "--retype-column", "plan=int"), "is dropped and given another type"
    ),
    "a dataset that nobody knows": Bad(("s3://lake/nothing", "--delete"), "Nothing is known that 's3://lake/nothing'"),
    "a dataset of no known schema": Bad(("s3://lake/bare", "--drop-column", "x"), "No columns of `s3://lake/bare` are"),
    "a truncated schema": Bad(
        (TABLE, "--new-schema", "new.json"), "JSON that is truncated", ("new.json", b'{"type": "object", "prop')
    ),
    "an empty schema": Bad((TABLE, "--new-schema", "new.sql"), "new.sql: it is empty", ("new.sql", b"")),
    "a schema of another type": Bad(
        (TABLE, "--new-schema", "new.parquet"), "of no format that is known", ("new.parquet", b"hello")
    ),
    "a time before anything was known": Bad((TABLE, "--content", "--as-of", "2001-01-01"), "it was first seen later"),
    "a range across repositories": Bad(
        (f"commit:{ONE}@{'a' * 40}..{OTHER}@{'b' * 40}", "--code"), "they lie in two repositories"
    ),
}

STATED = {
    "thalweg": 1,
    "source": "more",
    "datasets": [{"namespace": "s3://lake", "name": "bare", "versions": [{"version": "1"}]}],
    "repositories": [
        {"url": ONE, "commits": [{"sha": "a" * 40}]},
        {"url": OTHER, "commits": [{"sha": "b" * 40}]},
    ],
}


@pytest.fixture
def estate(estate_store: str, run: Run, tmp_path: Path) -> list[str]:
    """The options that name a store of the example estate, of a dataset without columns, and of two more commits."""
    shutil.copy(estate_store.removeprefix("sqlite:///"), tmp_path / "estate.db")
    store = ["--store", f"sqlite:///{tmp_path}/estate.db"]
    (tmp_path / "more.json").write_text(json.dumps(STATED))
    assert run("import", "manifest", "more.json", *store).code == 0
    return store


def plain(form: str, report: str) -> str:
    """What a report says, less the way in which its form writes a few letters."""
    if form in ("json", "sarif", "gitlab"):
        return " ".join(_strings(json.loads(report)))
    if form == "junit":
        return " ".join(
            text for one in ElementTree.fromstring(report).iter() for text in (one.text, *one.attrib.values()) if text
        )
    return report.replace("\\_", "_").replace("\\`", "`").replace("%25", "%").replace("\n", " ")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_checked_is_said_by_every_form(run: Run, estate: list[str], tmp_path: Path, case: str) -> None:
    bad = CASES[case]
    if bad.file is not None:
        (tmp_path / bad.file[0]).write_bytes(bad.file[1])
    for form in WRITTEN:
        (tmp_path / form).write_text("PASS, said the report of yesterday")
    files = [word for form in WRITTEN for word in ("--format", f"{form}={form}")]
    ran = run("check", *bad.words, *files, *estate)
    assert ran.code == 2
    assert bad.says in " ".join((ran.out + ran.err).split())
    for form in WRITTEN:
        report = (tmp_path / form).read_text("utf-8")
        assert "PASS" not in report, form
        assert "NOT CHECKED" in plain(form, report) or form in ("json", "gitlab"), form
        assert bad.says in plain(form, report), form
    assert json.loads((tmp_path / "json").read_text())["verdict"] == "INCOMPLETE"
    ran = run("check", *bad.words, *estate)
    assert ran.code == 2
    assert bad.says in " ".join((ran.out + ran.err).split())


def test_a_column_that_is_not_known_may_be_allowed(run: Run, estate: list[str]) -> None:
    ran = run("check", TABLE, "--drop-column", "home_contry", "--allow-unknown-column", "--json", *estate)
    assert (ran.code, json.loads(ran.out)["verdict"]) == (0, "PASS")


def test_what_is_amiss_with_policy_and_waivers_is_said_by_every_form(
    run: Run, estate: list[str], tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text(
        '[[rule]]\nname = "all"\nverdict = "PASS"\n[[rule]]\nname = "never"\neffect = "BREAKS"\nverdict = "BLOCK"\n'
    )
    (tmp_path / "thalweg-waivers.toml").write_text('[[waiver]]\nrule = "*"\nauthor = "ada"\nreason = "a trial"\n')
    forms = [form for form in WRITTEN if form != "gitlab"]  # it holds findings, and nothing else
    files = [word for form in forms for word in ("--format", f"{form}={form}")]
    ran = run("check", TABLE, "--drop-column", "plan", "--policy", "policy.toml", *files, *estate)
    assert ran.code == 0
    said = {form: plain(form, (tmp_path / form).read_text("utf-8")) for form in forms}
    for form, text in {"text": ran.out, **said}.items():
        assert "policy.toml: rule 2, `never`, never decides" in text, form
        assert "waiver 1: `until` is missing" in text, form


def test_a_server_that_cannot_be_reached_is_said_by_every_form(run: Run, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        files = [word for form in WRITTEN for word in ("--format", f"{form}={form}")]
        ran = run("check", TABLE, "--delete", *files, "--server", server)
    assert ran.code == 2
    for form in WRITTEN:
        assert "No server can be reached at " in plain(form, (tmp_path / form).read_text("utf-8")), form
