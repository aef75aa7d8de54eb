"""What answers at an address, as `thalweg import auto` says it: of servers that the tests make, and of Git's own."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.importers.git.repositories import init
from thalweg.importers import address as asking
from thalweg.importers.address import is_address

Answers = dict[str, tuple[int, str, bytes]]
"""By path the status, the type and the body; what is not there is a 404."""
NOBODY = "127.0.0.1:9"


@contextmanager
def server(answers: Answers, root: Path | None = None) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """The address of a server that answers so, and who asked it for what; `root`: what Git serves there besides."""
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            asked.append((path, self.headers.get("Authorization")))
            if root is not None and "/info/refs" in path:
                self._of_git(path, query)
                return
            status, kind, body = answers.get(path, answers.get("*", (404, "text/plain", b"no such page")))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _of_git(self, path: str, query: str) -> None:
            variables = {
                "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": "GET",
            }  # fmt: skip
            ran = subprocess.run(["git", "http-backend"], env=os.environ | variables, capture_output=True, check=True)
            head, _, body = ran.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{found.server_port}", asked
    finally:
        found.shutdown()
        found.server_close()
        thread.join()


def text(said: str, status: int = 200, kind: str = "text/html; charset=utf-8") -> tuple[int, str, bytes]:
    return status, kind, said.encode()


def document(said: object, status: int = 200) -> tuple[int, str, bytes]:
    return text(json.dumps(said), status, "application/json")


@pytest.mark.parametrize("name", ["churn", "churn.git"])
def test_a_repository_that_git_serves(run: Run, tmp_path: Path, name: str) -> None:
    init(tmp_path / "served" / "churn.git")
    with server({}, tmp_path / "served") as (address, asked):
        ran = run("import", "auto", f"{address}/{name}")
    assert ran.code == 0, ran.err
    host = address.removeprefix("http://")
    assert ran.out == f"thalweg import git {address}/{name}  a Git repository: https://{host}/churn\n"
    assert len([path for path, _ in asked if "/info/refs" not in path]) <= 3, "Git asks that of its own"


@pytest.mark.parametrize(
    ("address", "importer", "what"),
    [
        ("azureml://eu.api.azureml.ms/mlflow/v1.0/sub", "mlflow", "the MLflow of a workspace of Azure ML"),
        ("https://eu.api.azureml.ms/mlflow/v1.0/sub", "mlflow", "the MLflow of a workspace of Azure ML"),
    ],
)
def test_some_addresses_are_known_by_their_form(run: Run, address: str, importer: str, what: str) -> None:
    found = json.loads(run("import", "auto", address, "--json").out)
    assert found == [{"importer": importer, "location": address, "what": what}]


@pytest.mark.parametrize("address", ["git@no.such.host.invalid:acme/churn.git", "git://127.0.0.1:9/acme/churn"])
def test_a_repository_that_cannot_be_fetched_is_one_all_the_same(run: Run, address: str) -> None:
    ran = run("import", "auto", address, "--json")
    host = "no.such.host.invalid" if "@" in address else "127.0.0.1"
    what = f"a Git repository: https://{host}/acme/churn"
    assert json.loads(ran.out) == [{"importer": "git", "location": address, "what": what}]
    assert f"thalweg: {address} cannot be fetched: " in ran.err


def test_a_path_may_be_written_as_an_address(run: Run, tmp_path: Path) -> None:
    (tmp_path / "facts in a file.yaml").write_text("thalweg: 1\n")
    place = (tmp_path / "facts in a file.yaml").as_uri()
    assert "a manifest of Thalweg" in run("import", "auto", place).out
    assert not is_address(place)
    ran = run("import", "auto", f"{place}.gone")
    assert (ran.code, ran.err.partition(".gone ")[2]) == (2, "does not exist. Name a file, a folder or an address.\n")


MLFLOW = "the tracking server of MLflow 3.17.2"
LISTED = document({"experiments": [{"experiment_id": "0"}]})
SEARCH = "/api/2.0/mlflow/experiments/search"


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ({"/health": text("OK"), SEARCH: LISTED, "/version": text("3.17.2")}, MLFLOW),
        ({"/health": text("OK"), SEARCH: document({}), "/version": text("<html>")}, "the tracking server of MLflow"),
        ({SEARCH: LISTED}, "the tracking server of MLflow"),
        (
            {
                "/health": text("OK"),
                SEARCH: document({"experiments": [{"tags": [{"value": "x" * 70_000}]}]}),
                "/version": text("3.17.2"),
            },
            MLFLOW,
        ),
    ],
    ids=["all", "empty", "behind a door", "long"],
)
def test_an_mlflow_is_known_by_what_it_answers(run: Run, answers: Answers, what: str) -> None:
    with server(answers) as (address, asked):
        ran = run("import", "auto", f"{address}/#/experiments/1")
    assert ran.out.endswith(f"  {what}\n"), ran.err
    assert [path for path, _ in asked] == ["/health", SEARCH, "/version"]


def test_what_lets_somebody_in_is_sent_to_an_mlflow_alone_and_never_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "hunter2")
    barred = text("who are you?", 401)
    with server({"/health": text("OK"), SEARCH: barred}) as (address, asked):
        ran = run("import", "auto", address)
    assert ran.code == 2
    assert f"The MLflow at {address} does not let us in (401). Set MLFLOW_TRACKING_TOKEN, or " in ran.err
    assert [login for _, login in asked] == [None, None, "Bearer hunter2"]
    with server({"*": barred}) as (address, asked):
        ran = run("import", "auto", address)
    assert {login for _, login in asked} == {None}
    with server({"/health": text("OK"), SEARCH: LISTED}) as (address, asked):
        secret = address.replace("://", "://ada:s%40cret@")
        ran = run("import", "auto", f"{secret}/?token=cret")
        listed = run("import", "auto", secret, "--json")
    assert ran.out.startswith(f"thalweg import mlflow '{address}/?…'")
    assert json.loads(listed.out)[0]["location"] == address
    assert {login for _, login in asked} == {"Basic YWRhOnNAY3JldA=="}
    assert "cret" not in ran.out + ran.err + listed.out


CLUSTERS: list[Answers] = [
    {"/version": document({"major": "1", "minor": "31", "gitVersion": "v1.31.0"})},
    {"*": document({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403}, 403)},
]


@pytest.mark.parametrize("answers", CLUSTERS, ids=["open", "locked"])
def test_the_api_of_a_cluster_is_told_how_it_is_asked(run: Run, answers: Answers) -> None:
    with server(answers) as (address, _):
        ran = run("import", "auto", address)
    assert ran.code == 2
    assert "is the API of a cluster" in ran.err
    assert "thalweg import kubernetes --context NAME" in ran.err


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "No importer knows what lies at {}: it answers 404. There are mlflow, "),
        ({"*": text("<!doctype html><title>Sign in</title>")}, "{}: it answers with a page for people (text/html). "),
        ({"*": text("", 401)}, "{} does not say what it is to whoever asks (401). An MLflow is read by `thalweg"),
        ({"*": document({"experiments": 3})}, "No importer knows what lies at {}: it answers 200."),
        ({"*": document([])}, "No importer knows what lies at {}: it answers 200."),
        ({"*": text("", 302)}, "No importer knows what lies at {}: it answers 302."),
    ],
    ids=["nothing", "page", "401", "other JSON", "list", "elsewhere"],
)
def test_what_nobody_knows_is_said_as_it_answers(run: Run, answers: Answers, said: str) -> None:
    with server(answers) as (address, asked):
        ran = run("import", "auto", address)
    assert (ran.code, ran.out) == (2, "")
    assert said.format(address) in ran.err
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"http://ada:hunter2@{NOBODY}/x", f"Nothing answers at http://{NOBODY}/x: Connection refused."),
        ("http://no.such.host.invalid", "Nothing answers at http://no.such.host.invalid: "),
        ("https://host:port/", "https://host:port/ is no address: "),
        ("http:///x", "http:///x names no host."),
        ("redis://host/0", "No importer knows what lies at redis://host/0."),
        ("mssql://ada:hunter2@host/mlflow", "mssql://host/mlflow is a database of a kind that is not read"),
        (f"postgresql://ada:hunter2@{NOBODY}/mlflow", f"postgresql://{NOBODY}/mlflow cannot be read: "),
        ("sqlite:///gone.db", "gone.db does not exist."),
    ],
)
def test_where_nothing_answers_it_says_why(run: Run, address: str, said: str) -> None:
    ran = run("import", "auto", address)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "hunter2" not in ran.err


def test_nobody_waits_long_for_who_says_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.05)
    answered = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answered.wait(30)

        def log_message(self, format: str, *args: object) -> None:
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    thread = threading.Thread(target=found.serve_forever, args=(0.01,))
    thread.start()
    try:
        ran = run("import", "auto", f"http://127.0.0.1:{found.server_port}")
    finally:
        answered.set()
        found.shutdown()
        found.server_close()
        thread.join()
    assert "nothing came in 0 seconds" in ran.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://host", True), ("git@host:a/b", True), ("ssh://host/a", True), ("aws://eu-west-1", True),
        ("folder/file", False), ("C:\\data", False), ("file:///x", False), ("a@b", False), (".", False),
    ],
)  # fmt: skip
def test_an_address_is_told_from_a_path_by_its_form(text: str, expected: bool) -> None:
    assert is_address(text) == expected
