"""Settings: from the environment, shown without their secrets, and as the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from thalweg.graphql.context import Judging
from thalweg.graphql.limits import Limits
from thalweg.http.serve import require_safe
from thalweg.http.settings import Settings
from thalweg.lineage.impact import LiveMarks
from thalweg.model.errors import BadInput

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
ROW = re.compile(r"^\| `(THALWEG_\w+)` \| (.*?) \| (.*) \|$", re.MULTILINE)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"THALWEG_{name.upper()}", raising=False)


def shown(value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return f"`{json.dumps(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_the_page_says_every_setting_its_default_and_what_it_does() -> None:
    assert ROW.findall(PAGE) == [
        (f"THALWEG_{name.upper()}", shown(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]


def test_the_limits_of_the_settings_are_those_of_the_api() -> None:
    assert Settings().limits == Limits()


def test_a_setting_is_a_variable_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_PORT", "9000")
    monkeypatch.setenv("THALWEG_MAX_DEPTH", "7")
    monkeypatch.setenv("THALWEG_ALLOWED_HOSTS", '["thalweg.test"]')
    settings = Settings()
    assert settings.port == 9000
    assert settings.limits.depth == 7
    assert settings.allowed_hosts == ("thalweg.test",)


@pytest.mark.parametrize("text", ['["a.test", "b.test"]', "a.test,b.test", " a.test , b.test,"])
def test_a_setting_of_several_is_a_json_list_or_has_commas(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("THALWEG_ALLOWED_HOSTS", text)
    assert Settings().allowed_hosts == ("a.test", "b.test")


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_PORT", "")
    monkeypatch.setenv("THALWEG_NEO4J_PASSWORD", "")
    assert Settings().port == 8000
    assert Settings().neo4j_password is None


def test_a_wrong_value_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_PORT", "hunter2")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "port" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_what_is_shown_holds_no_secret() -> None:
    settings = Settings(store="neo4j://me:hunter2@graph:7687", neo4j_password="hunter2")
    text = settings.show()
    assert "hunter2" not in text
    assert "hunter2" not in repr(settings.neo4j_password)
    assert "THALWEG_STORE=neo4j://graph:7687" in text
    assert "THALWEG_NEO4J_PASSWORD=********" in text
    assert len(text.splitlines()) == len(Settings.model_fields)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "::1", "[::1]"])
def test_on_loopback_the_server_needs_no_login(host: str) -> None:
    require_safe(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "thalweg.test", "127.0.0.1.evil.test"])
def test_on_any_other_address_it_refuses_to_start_and_says_how_it_would(host: str) -> None:
    with pytest.raises(BadInput, match="--insecure \\(THALWEG_INSECURE=true\\)") as refused:
        require_safe(Settings(host=host))
    assert host in refused.value.message
    require_safe(Settings(host=host, insecure=True))


def test_the_policy_and_what_counts_as_live_are_read_from_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[[rule]]\nname = 'never'\nverdict = 'BLOCK'\n")
    judging = Settings(policy=file, live_aliases=("shadow",), live_stages=()).judging()
    assert [rule.name for rule in judging.policy] == ["never"]
    assert judging.marks == LiveMarks(frozenset({"shadow"}), frozenset())
    assert Settings().judging() == Judging()
    file.write_text("[[rule]]\nname = 'never'\nverdict = 'NO'\n")
    with pytest.raises(BadInput, match="rule 1: `verdict` is 'NO'"):
        Settings(policy=file).judging()
    with pytest.raises(BadInput, match="cannot be read"):
        Settings(policy=tmp_path / "nowhere.toml").judging()
