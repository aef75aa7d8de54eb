"""The examples for pipelines: their scripts run as they stand, with a real thalweg, in a Git repository, on a store.

Of the hosts only `gh` is stood in for, by a script that writes down what it is told.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.cli.conftest import Run
from tests.cli.program import PATIENCE, THALWEG, environment
from thalweg.cli.commands.self_test import DATASET, estate

CI = Path(__file__).parents[3] / "docs" / "ci"
DROP = f"{DATASET} --drop-column methane"
ADD = f"{DATASET} --add-column ch4"

ACTION: dict[str, Any] = yaml.safe_load((CI / "github-action/action.yml").read_text("utf-8"))
TEMPLATE: dict[str, Any] = yaml.safe_load((CI / "gitlab.yml").read_text("utf-8"))[".thalweg-check"]
HOOKS: list[dict[str, Any]] = yaml.safe_load((CI / "pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.fixture
def repository(tmp_path: Path, run: Run) -> Path:
    """A Git repository with a store beside its files, which holds an endpoint in production."""
    folder = tmp_path / "repository"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    (tmp_path / "canary.json").write_text(json.dumps(estate(datetime.now(UTC) - timedelta(days=1))))
    assert run("import", "manifest", "canary.json", "--store", f"sqlite:///{folder}/thalweg.db").code == 0
    return folder


def script(shell: list[str], text: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a script as a host does, with thalweg on the path."""
    path = f"{folder.parent / 'bin'}:{Path(THALWEG).parent}:{environment()['PATH']}"
    return subprocess.run(
        [*shell, text], cwd=folder, env=environment(PATH=path, **more), capture_output=True, text=True, timeout=PATIENCE
    )


# --------------------------------------------------------------------------------------------------------------- github


class Host:
    """As much of a GitHub runner as the steps with scripts need: expressions, files of outputs, a `gh`."""

    def __init__(self, repository: Path, **inputs: str) -> None:
        self.folder = repository
        self.temp = repository.parent / "temp"
        self.temp.mkdir()
        given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | inputs
        assert given.keys() == ACTION["inputs"].keys()
        self.values: dict[str, str] = {
            **{f"inputs.{name}": value for name, value in given.items()},
            "runner.temp": str(self.temp),
            "github.repository": "acme/churn",
            "github.event.pull_request.number": "12",
            "github.token": "secret",
        }
        self.told = self.temp / "gh.log"
        (repository.parent / "bin").mkdir()
        gh = repository.parent / "bin" / "gh"
        gh.write_text('#!/bin/sh\nprintf "%s\\n" "$*" >> "$GH_LOG"\n[ -z "$GH_FAILS" ] || exit 1\n'
                      'case "$*" in *--paginate*) printf "%s" "$GH_IDS";; esac\n')  # fmt: skip
        gh.chmod(0o755)

    def run(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs a step; what it puts out is there for the next."""
        (step,) = [one for one in ACTION["runs"]["steps"] if one["name"] == name]
        outputs, summary = self.temp / "output", self.temp / "summary"
        outputs.write_text("")
        summary.touch()
        given = {key: self._expanded(value) for key, value in step.get("env", {}).items()}
        files = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary), "GH_LOG": str(self.told)}
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
        ran = script(shell, step["run"], self.folder, **{"GH_FAILS": "", "GH_IDS": "", **given, **files, **more})
        for line in outputs.read_text().splitlines():
            key, _, value = line.partition("=")
            self.values[f"steps.{step['id']}.outputs.{key}"] = value
        return ran

    def _expanded(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1].strip()
            return self.values.get(name, "") if name.startswith("steps.") else self._expanded(self.values[name])

        return re.sub(r"\$\{\{(.*?)\}\}", value, text)

    def output(self, name: str) -> str:
        return self.values[f"steps.check.outputs.{name}"]


STORE = {"store": "sqlite:///thalweg.db"}


def test_the_action_comments_once_and_fails_by_the_verdict(repository: Path) -> None:
    host = Host(repository, arguments=DROP, **STORE)
    checked = host.run("Check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("::error title=thalweg%3A BLOCK::BLOCK: ")
    assert (host.output("code"), host.output("verdict"), host.output("sarif")) == ("1", "BLOCK", "true")
    assert "⛔ BLOCK" in (host.temp / "summary").read_text()
    assert json.loads((host.temp / "thalweg/report.sarif").read_text())["version"] == "2.1.0"

    body = f"--field body=@{host.temp}/thalweg/report.md"
    assert host.run("Comment").returncode == 0
    assert host.told.read_text().splitlines()[-1] == f"api --method POST repos/acme/churn/issues/12/comments {body}"
    assert host.run("Comment", GH_IDS="34\n56\n").returncode == 0
    assert host.told.read_text().splitlines()[-1] == f"api --method PATCH repos/acme/churn/issues/comments/34 {body}"
    assert host.run("Verdict").returncode == 1


def test_the_action_passes_what_passes(repository: Path) -> None:
    host = Host(repository, arguments=ADD, **STORE)
    assert host.run("Check").returncode == 0
    assert host.output("verdict") == "PASS"
    assert host.run("Verdict").returncode == 0


def test_the_action_heeds_the_waivers_of_the_repository(repository: Path) -> None:
    waiver = '[[waiver]]\nrule = "TW101"\nuntil = 2999-12-31\nauthor = "ada"\nreason = "agreed"\n'
    (repository / "thalweg-waivers.toml").write_text(waiver)
    host = Host(repository, arguments=DROP, **STORE)
    host.run("Check")
    assert host.output("verdict") == "WARN"
    assert host.run("Verdict").returncode == 0


@pytest.mark.parametrize(
    "inputs",
    [
        {"arguments": DROP, "server": "http://127.0.0.1:1"},
        {"arguments": f"{DROP} --frob", **STORE},
        {"arguments": "'", **STORE},
        {"arguments": "", **STORE},
        {"arguments": "--self-test", **STORE},
    ],
    ids=["server", "option", "quote", "nothing", "self-test"],
)
def test_the_action_never_takes_what_was_not_checked_for_a_pass(repository: Path, inputs: Mapping[str, str]) -> None:
    host = Host(repository, **inputs)
    host.run("Check")
    assert host.output("verdict") == "INCOMPLETE"
    assert int(host.output("code")) != 0
    assert host.run("Comment").returncode == 0
    assert "NOT CHECKED" in (host.temp / "thalweg/report.md").read_text()
    assert host.run("Verdict").returncode == int(host.output("code"))


def test_the_action_runs_nothing_that_its_arguments_say(repository: Path) -> None:
    host = Host(repository, arguments=f'{DROP} "$(touch hacked)" ; touch hacked', **STORE)
    host.run("Check")
    assert not (repository / "hacked").exists()
    assert host.output("code") != "0"


def test_the_action_is_red_where_the_check_never_ran(repository: Path) -> None:
    assert Host(repository, arguments=DROP).run("Verdict").returncode == 2


def test_a_comment_that_cannot_be_written_is_a_warning(repository: Path) -> None:
    host = Host(repository, arguments=DROP, **STORE)
    host.run("Check")
    ran = host.run("Comment", GH_FAILS="1")
    assert ran.returncode == 0
    assert "::warning title=thalweg::The comment could not be written" in ran.stdout


def test_the_action_uses_what_it_declares_and_lets_nothing_into_a_script() -> None:
    text = (CI / "github-action/action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == ACTION["inputs"].keys()
    steps = ACTION["runs"]["steps"]
    assert [step["name"] for step in steps if "${{" in step.get("run", "")] == []
    assert [step["name"] for step in steps if "run" in step and step.get("shell") != "bash"] == []


# --------------------------------------------------------------------------------------------------------------- gitlab


@pytest.mark.parametrize(
    ("arguments", "more", "code"),
    [
        (DROP, {}, 1),
        (ADD, {}, 0),
        (f"{DATASET} --content", {"THALWEG_FAIL_ON": "warn"}, 1),
        (DROP, {"THALWEG_SERVER": "http://127.0.0.1:1"}, 2),
    ],
    ids=["block", "pass", "warn", "unreachable"],
)
def test_the_template_writes_the_reports_that_it_names(
    repository: Path, arguments: str, more: dict[str, str], code: int
) -> None:
    variables = {**TEMPLATE["variables"], "THALWEG_STORE": "sqlite:///thalweg.db", "THALWEG_CHECK": arguments, **more}
    ran = script(["sh", "-e", "-c"], "\n".join(TEMPLATE["script"]), repository, **variables)
    assert ran.returncode == code
    reports = TEMPLATE["artifacts"]["reports"]
    suites = ElementTree.parse(repository / reports["junit"]).getroot()
    assert bool(suites.findall(".//failure") or suites.findall(".//error")) is (code != 0)
    assert bool(json.loads((repository / reports["codequality"]).read_text())) is (code != 0)


def test_the_template_is_red_where_no_report_was_written(repository: Path) -> None:
    variables = {**TEMPLATE["variables"], "THALWEG_CHECK": "--self-test"}
    ran = script(["sh", "-e", "-c"], "\n".join(TEMPLATE["script"]), repository, **variables)
    assert ran.returncode == 2
    assert "NOT CHECKED: thalweg check wrote no report" in ran.stdout


# ----------------------------------------------------------------------------------------------------------- pre-commit


def test_the_hooks_run(repository: Path) -> None:
    entries = {hook["id"]: hook["entry"] for hook in HOOKS}
    assert entries.keys() == {"thalweg-check", "thalweg-self-test"}
    check = entries["thalweg-check"]
    assert script(["sh", "-c"], f"{check} {DROP}", repository).returncode == 1
    assert script(["sh", "-c"], entries["thalweg-self-test"], repository).returncode == 0


def test_the_examples_of_the_page_name_what_there_is() -> None:
    page = (CI / "README.md").read_text("utf-8")
    workflow, job, hook = [yaml.safe_load(one) for one in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.DOTALL)]
    given = workflow["jobs"]["check"]["steps"][-1]["with"]
    assert given.keys() <= ACTION["inputs"].keys()
    assert [name for name in ACTION["inputs"] if f"`{name}`" not in page] == []
    assert job["customer-features"]["extends"] == ".thalweg-check"
    (local,) = hook["repos"][0]["hooks"]
    assert local["entry"] == next(one["entry"] for one in HOOKS if one["id"] == local["id"])
    assert [name for name in TEMPLATE["variables"] if f"{name}" not in page] == []
