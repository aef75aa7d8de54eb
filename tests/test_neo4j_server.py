import os
import subprocess
import sys
import time
from pathlib import Path

import neo4j
import pytest

from tests import neo4j_server
from tests.neo4j_server import NoNeo4jError, java_for, running_neo4j, tied, version_wanted


def test_answers_a_query(neo4j_url: str) -> None:
    with neo4j.GraphDatabase.driver(neo4j_url) as driver:
        records, summary, _ = driver.execute_query("UNWIND range(1, $n) AS i RETURN sum(i) AS total", n=4)
    assert records[0]["total"] == 10
    if "THALWEG_TEST_NEO4J" not in os.environ:
        assert summary.server.agent == f"Neo4j/{version_wanted()}"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_no_server_outlives_the_tests() -> None:
    child = tied(["sh", "-c", "echo ready; exec sleep 20"])
    starts = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    with subprocess.Popen([sys.executable, "-c", starts, *child], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        assert starter.stdout.readline() == b"ready\n"
        killed = time.monotonic()
        starter.kill()
        starter.stdout.read()  # ends when nobody holds the other end: neither the starter nor its child
    assert time.monotonic() - killed < 10


def test_a_server_that_dies_shows_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THALWEG_TEST_NEO4J", raising=False)
    refused = pytest.raises(NoNeo4jError, match=r"(?s)ended with code .*no\.such\.setting")
    with refused, running_neo4j(settings={"no.such.setting": "1"}):
        pass


def test_says_which_java_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neo4j_server, "_javas", lambda: iter([Path("/nowhere/java")]))
    with pytest.raises(NoNeo4jError, match=r"needs Java 21 or 25.*JAVA_HOME"):
        java_for("2026.08.1")


def test_a_given_server_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_TEST_NEO4J", "bolt://127.0.0.1:9")
    with running_neo4j() as url:
        assert url == "bolt://127.0.0.1:9"
