"""`thalweg serve`: its flags are the settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.cli.conftest import Run
from tests.cli.program import program
from thalweg.http.settings import Settings

SECRET = [name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None]


def test_every_setting_but_a_secret_is_a_flag_that_says_what_the_setting_says(run: Run) -> None:
    shown = " ".join(run("serve", "--help").out.split())
    for name, field in Settings.model_fields.items():
        assert (f"--{name.replace('_', '-')}" in shown) is (name not in SECRET), name
        assert name in SECRET or " ".join(str(field.description).split()) in shown
    assert SECRET == ["neo4j_password"]


def test_what_holds_is_shown_with_secrets_hidden(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_NEO4J_PASSWORD", "tell-nobody")
    monkeypatch.setenv("THALWEG_MAX_DEPTH", "9")
    monkeypatch.setenv("THALWEG_PORT", "7000")
    flags = ["--port", "7001", "--insecure", "--allowed-hosts", "a.example.com", "--allowed-hosts", "b.example.com"]
    ran = run("serve", "--show-settings", "--json", *flags)
    found = json.loads(ran.out)
    assert (found["THALWEG_PORT"], found["THALWEG_MAX_DEPTH"], found["THALWEG_INSECURE"]) == ("7001", "9", "true")
    assert found["THALWEG_ALLOWED_HOSTS"] == '["a.example.com", "b.example.com"]'
    assert "tell-nobody" not in ran.out
    plain = run("serve", "--show-settings", *flags).out
    assert dict(line.split("=", 1) for line in plain.splitlines()) == found


@pytest.mark.parametrize(("name", "value"), [("--port", "x"), ("--log-format", "xml"), ("--max-depth", "0")])
def test_a_setting_that_is_wrong_is_named(run: Run, name: str, value: str) -> None:
    ran = run("serve", name, value)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"thalweg: THALWEG_{name[2:].upper().replace('-', '_')}: it is not right: ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", [["serve", "--show-settings"], ["demo", "--check"]])
def test_a_setting_of_the_environment_that_is_wrong_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("THALWEG_LIVE_ALIASES", "[champion")
    ran = run(*command)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    said = 'THALWEG_LIVE_ALIASES: it is not right: is no JSON list; write ["a", "b"], or a, b.'
    assert ran.err.startswith(f"thalweg: {said}")


def test_a_server_that_strangers_could_reach_does_not_start(tmp_path: Path) -> None:
    ran = program("serve", "--host", "0.0.0.0", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "give --insecure" in ran.err
    assert list(tmp_path.iterdir()) == []
