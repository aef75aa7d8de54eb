"""What can be said of the container files without Docker: they are whole, and name only settings that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from thalweg.http.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVER: dict[str, Any] = COMPOSE["services"]["thalweg"]
PASSWORD = re.compile(r"\$\{THALWEG_NEO4J_PASSWORD:\?[^}]+\}")


def settings_of_the_image() -> dict[str, str]:
    return dict(re.findall(r"(THALWEG_\w+)=(\S+)", DOCKERFILE))


def test_the_server_starts_with_the_settings_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings_of_the_image() | SERVER["environment"]
    unknown = {name for name in given if name.removeprefix("THALWEG_").lower() not in Settings.model_fields}
    assert not unknown
    for name, value in given.items():
        monkeypatch.setenv(name, PASSWORD.sub("a password", value))
    settings = Settings()
    assert settings.store == "neo4j://neo4j:7687"
    assert settings.insecure
    assert settings.port == 8000


def test_the_server_without_a_login_is_published_on_loopback_only() -> None:
    assert SERVER["environment"]["THALWEG_INSECURE"] == "true"
    assert SERVER["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in COMPOSE["services"]["neo4j"]
    assert "THALWEG_INSECURE" not in settings_of_the_image()


def test_there_is_no_password_but_the_users() -> None:
    assert PASSWORD.fullmatch(SERVER["environment"]["THALWEG_NEO4J_PASSWORD"])
    assert PASSWORD.fullmatch(COMPOSE["services"]["neo4j"]["environment"]["NEO4J_AUTH"].removeprefix("neo4j/"))


def test_the_server_waits_for_its_database() -> None:
    assert SERVER["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert "healthcheck" in COMPOSE["services"]["neo4j"]
    assert "HEALTHCHECK" in DOCKERFILE


def test_the_image_holds_only_what_is_locked_and_runs_without_root() -> None:
    installs = re.findall(r"pip install ([^\\\n]*)", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in install or "--no-deps" in install for install in installs)
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["thalweg"]


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in line.split():
            assert list(ROOT.glob(name)) or name.endswith("*"), name
            assert name.rstrip("*").split("/")[0] in allowed, name
