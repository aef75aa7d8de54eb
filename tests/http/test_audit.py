"""The audits of the GraphQL-over-HTTP specification, by the package of its editors, against the real server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.http.conftest import Running

ROOT = Path(__file__).parents[2]
AUDIT = Path(__file__).parent / "audit"
NPM = ("--prefix", str(AUDIT))
"""`tools/npm` brings its own Node where the machine has none."""


def npm(*arguments: str) -> str:
    done = subprocess.run([ROOT / "tools" / "npm", *NPM, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_audit_of_the_specification_passes(server: Running) -> None:
    installed = AUDIT / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (AUDIT / "package-lock.json").stat().st_mtime:
        npm("ci")
        installed.touch()
    results = json.loads(npm("--silent", "run", "audit", "--", f"{server.url}/graphql").splitlines()[-1])
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
