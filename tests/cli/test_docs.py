"""docs/cli.md says everything that the help says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import Run
from thalweg.cli.program import app

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")


def commands() -> Iterator[list[str]]:
    """Every command, as it is typed."""
    for command in app.registered_commands:
        assert command.callback is not None
        yield [command.name or command.callback.__name__.rstrip("_")]
    for group in app.registered_groups:
        assert isinstance(group.typer_instance, typer.Typer)
        for command in group.typer_instance.registered_commands:
            yield [str(group.name), str(command.name)]


COMMANDS = list(commands())


def section(command: list[str]) -> str:
    """What the page says of a command: under its own heading, or that of its group."""
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    return next(one for one in sections if re.match(rf"thalweg .*\b{command[0]}\b", one.splitlines()[0]))


def test_all_commands_are_known_here() -> None:
    assert len(COMMANDS) > 30


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_has_an_example_and_each_of_its_options_is_said(run: Run, command: list[str]) -> None:
    said = section(command)
    assert f"thalweg {' '.join(command)}" in said
    if command == ["serve"]:
        return  # its flags are the settings, which docs/settings.md has
    shown = run(*command, "--help").out
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown.partition("Options:")[2])) - {"--help"}
    assert {"--json"} <= options
    assert [option for option in sorted(options) if f"`{option}" not in said] == []


def test_the_programs_own_options_are_said(run: Run) -> None:
    shown = run("--help").out.partition("Options:")[2].partition("Commands:")[0]
    assert all(option in PAGE for option in re.findall(r"--[a-z-]+", shown))
    assert "`--show-settings`" in section(["serve"])


def test_every_file_that_the_page_points_at_is_there() -> None:
    folder = Path(__file__).parents[2] / "docs"
    assert [link for link in re.findall(r"\]\(([^)#]+)", PAGE) if not (folder / link).exists()] == []
