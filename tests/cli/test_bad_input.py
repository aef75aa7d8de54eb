"""What goes wrong is said in one line with what to do, exits with 2, and loses nothing."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import Run
from tests.cli.program import PATIENCE, THALWEG, environment, program, serving
from thalweg.estate import estate
from thalweg.importers import mlflow


def test_a_store_in_a_folder_that_is_not_there(run: Run) -> None:
    ran = run("import", "manifest", _manifest(), "--store", "sqlite:///no/such/thalweg.db")
    assert (ran.code, ran.out) == (2, "")
    assert "thalweg: There is no folder no/such. Make it, or give another path.\n" in ran.err


def test_a_question_to_a_store_that_is_not_there_makes_none(run: Run, tmp_path: Path) -> None:
    ran = run("get", "s3://lake/clicks")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: There is no store at ")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("These are notes.")
    ran = run("store", "info", "--store", "notes.db")
    assert (ran.code, ran.err) == (
        2,
        "thalweg: notes.db is no Thalweg store: it is not an SQLite file. Give the path of a store.\n",
    )
    assert (tmp_path / "notes.db").read_text() == "These are notes."


def test_a_store_of_a_later_release(run: Run, tmp_path: Path) -> None:
    assert run("import", "manifest", _manifest()).code == 0
    with closing(sqlite3.connect(tmp_path / "thalweg.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("UPDATE meta SET value = '9.0.0' WHERE key = 'release'")
        connection.commit()
    for command in (["get", "x"], ["import", "manifest", _manifest()], ["store", "migrate"]):
        ran = run(*command)
        assert ran.code == 2
        assert "was written by Thalweg 9.0.0" in ran.err
        assert "Use that release, or a later one.\n" in ran.err


def test_an_address_that_names_no_store(run: Run) -> None:
    ran = run("store", "info", "--store", "postgres://db/lineage")
    assert ran.code == 2
    assert ran.err.startswith("thalweg: 'postgres://db/lineage' is not the address of a store.")


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_neo4j_that_is_down_is_said_in_one_line(scheme: str, tmp_path: Path) -> None:
    ran = program("get", "x", "--store", f"{scheme}://127.0.0.1:1", cwd=tmp_path)
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert line.startswith(f"thalweg: Neo4j at {scheme}://127.0.0.1:1 does not answer. Check that it runs")


def test_a_store_that_a_server_writes_can_be_read_and_not_written(run: Run, tmp_path: Path) -> None:
    assert run("import", "manifest", _manifest()).code == 0
    with serving(cwd=tmp_path):
        assert run("get", "s3://lake/clicks").code == 0
        ran = run("import", "manifest", _manifest())
        assert (ran.code, ran.out) == (2, "")
        assert "thalweg.db is written by process " in ran.err


def test_a_server_that_is_not_there(run: Run) -> None:
    ran = run("get", "x", "--server", "http://127.0.0.1:1")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: No server can be reached at http://127.0.0.1:1/graphql (")
    assert "Start one with `thalweg serve`" in ran.err


def test_ctrl_c_while_a_server_does_not_answer_ends_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with subprocess.Popen(
            [THALWEG, "get", "x", "--server", address],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                with mute.accept()[0] as connection:
                    assert connection.recv(4) == b"POST"  # it has asked, and waits
                    process.send_signal(signal.SIGINT)
                    said = process.communicate(timeout=PATIENCE)
                assert (process.returncode, said) == (130, ("", "thalweg: Interrupted.\n"))
            finally:
                process.kill()


class _Page(BaseHTTPRequestHandler):
    """Some other server."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b"<html>Not here</html>")

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def other_server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_of_something_else(run: Run, other_server: str) -> None:
    ran = run("get", "x", "--server", other_server)
    assert ran.code == 2
    assert ran.err == (
        f"thalweg: {other_server}/graphql answers (with status 404), but not as a Thalweg server does. "
        "Give the address of the server, like http://127.0.0.1:8000.\n"
    )


def test_an_id_of_another_kind(run: Run, where: list[str]) -> None:
    ran = run("check", "commit:b82e744", "--delete", *where)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "thalweg: To delete a commit is no question of impact. Name a dataset or a dataset version.\n"


def test_a_cursor_of_another_list(run: Run, where: list[str]) -> None:
    cursor = json.loads(run("list", "datasets", "--limit", "1", "--json", *where).out)["cursor"]
    ran = run("list", "runs", "--after", cursor, *where)
    assert (ran.code, ran.out) == (2, "")
    assert "`after` " in ran.err


def test_a_manifest_with_an_unknown_key_says_which_was_meant_and_makes_no_store(run: Run, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text('thalweg: 1\ndatasets: [{uri: "s3://lake/x", ownrs: [a]}]\nmodles: []\n')
    ran = run("import", "manifest", "facts.yaml")
    assert (ran.code, ran.out) == (2, "")
    first, *rest = ran.err.splitlines()
    assert first.startswith("thalweg: 2 problems in facts.yaml; nothing of it was taken.")
    assert len(rest) == 2
    assert any("did you mean owners?" in problem for problem in rest)
    assert any("did you mean models?" in problem for problem in rest)
    assert not (tmp_path / "thalweg.db").exists()


def test_an_mlflow_database_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("no database")
    for location in ("mlflow.db", "nowhere.db", "http://mlflow:5000"):
        ran = run("import", "mlflow", location)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.count("\n") == 1
    assert not (tmp_path / "thalweg.db").exists()


def test_an_mlflow_database_of_an_unknown_schema(run: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('from_the_future')")
        connection.commit()
    ran = run("import", "mlflow", "mlflow.db")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_an_mlflow_database_that_is_locked(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow, "read", partial(mlflow.read, patience=0.05))
    with estate() as files:
        (tmp_path / "mlflow.db").write_bytes(files.mlflow.read_bytes())
    with closing(sqlite3.connect(tmp_path / "mlflow.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = DELETE")
        writer.execute("BEGIN EXCLUSIVE")
        ran = run("import", "mlflow", "mlflow.db")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: mlflow.db is locked")
    assert "Try again" in ran.err


def test_a_folder_that_is_no_clone(run: Run, tmp_path: Path) -> None:
    ran = run("import", "git", str(tmp_path))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


def _manifest() -> str:
    Path("facts.yaml").write_text('thalweg: 1\ndatasets: [{uri: "s3://lake/clicks"}]\n')
    return "facts.yaml"
