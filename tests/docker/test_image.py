"""What the image holds, tried without a container: the built wheel in an environment of its own, and its commands."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.docker.conftest import ROOT

DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text().replace("\\\n", "")
PATIENCE = 60


def command(instruction: str) -> list[str]:
    """The words that the Dockerfile has behind `CMD`, or behind `HEALTHCHECK … CMD`."""
    (words,) = re.findall(rf"^{instruction}(?: .*CMD)? *(\[.*\])$", DOCKERFILE, re.MULTILINE)
    found: list[str] = json.loads(words)
    return found


def environment(programs: Path, **settings: str) -> dict[str, str]:
    """Only what an image has: its programs before all others, its settings."""
    image = dict(re.findall(r"(THALWEG_\w+)=(\S+)", DOCKERFILE))
    return {"PATH": f"{programs}:{os.environ['PATH']}", **image, **settings}


def test_the_wheel_alone_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [installed / "thalweg", "demo", "--check"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Checked over HTTP: 5 models and 5 live endpoints are hit." in ran.stdout
    assert list(tmp_path.iterdir()) == []


@contextmanager
def serving(installed: Path, folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    """The image's command, with the setting that compose.yaml gives it; its environment, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    given = environment(installed, THALWEG_PORT=port, THALWEG_INSECURE="true")
    with subprocess.Popen(
        command("CMD"), cwd=folder, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            yield given, f"http://127.0.0.1:{port}"
            server.send_signal(signal.SIGTERM)
            assert server.wait(PATIENCE) == 0
        finally:
            server.kill()


def healthy(given: dict[str, str]) -> bool:
    check = subprocess.run(command("HEALTHCHECK"), env=given, capture_output=True, timeout=PATIENCE, check=False)
    return check.returncode == 0


def test_the_images_command_serves_from_the_wheel_and_its_health_check_says_so(installed: Path, tmp_path: Path) -> None:
    with serving(installed, tmp_path) as (given, address):
        until = time.monotonic() + PATIENCE
        while not healthy(given):
            assert time.monotonic() < until, "the health check never passed"
        answer = httpx.post(f"{address}/graphql", json={"query": "{ datasets { totalCount } }"})
        found: dict[str, Any] = answer.json()
        assert found == {"data": {"datasets": {"totalCount": 0}}}
        page = httpx.get(f"{address}/graphql", headers={"Accept": "text/html"})
        assert "text/html" in page.headers["content-type"]
        assert (tmp_path / "thalweg.db").is_file()
    assert not healthy(given)


def test_without_a_login_or_leave_the_image_does_not_serve_the_network(installed: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        command("CMD"),
        cwd=tmp_path,
        env=environment(installed),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 2
    assert "THALWEG_INSECURE" in ran.stderr
