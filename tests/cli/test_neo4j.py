"""The same commands on a Neo4j: its address is all that differs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_what_is_imported_into_neo4j_is_answered_from_it(run: Run, neo4j_url: str) -> None:
    Path("facts.yaml").write_text(
        'thalweg: 1\nsource: cli\ndatasets: [{uri: "s3://cli/clicks"}]\n'
        'deployments: [{namespace: production, name: cli, releases: [{revision: "1", since: 2026-01-02T00:00:00Z,'
        ' reads: [{dataset: "s3://cli/clicks", version: v1}]}]}]\n'
    )
    first = run("import", "manifest", "facts.yaml", "--store", neo4j_url, "--json")
    assert first.code == 0, first.err
    assert json.loads(first.out)["closed"]
    again = json.loads(run("import", "manifest", "facts.yaml", "--store", neo4j_url, "--json").out)
    assert (again["granules"]["unchanged"], again["closed"]) == (2, True)
    ran = run("impact", "s3://cli/clicks", "--store", neo4j_url)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[:2] == [
        "dataset s3://cli/clicks  its content changes",
        "└── deployment production/cli  STALE  live",
    ]
    assert json.loads(run("store", "info", "--store", neo4j_url, "--json").out)["engine"] == "neo4j"
    assert list(Path().glob("*.db")) == []
