"""What waits in a spool is sent whole, once, and nothing of it is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.client.conftest import Keep, Script, lines_of, run_of
from thalweg.client import Client, spool
from thalweg.client.delivery import Refusal, Statement, batches, deliver
from thalweg.client.flushing import Flushed, flush
from thalweg.client.graphql import Answered, ServerUnreachable
from thalweg.client.spool import Spool
from thalweg.model.errors import BadInput, SourceError


def statements(count: int, source: str = "client:a") -> list[Statement]:
    return [Statement(source, {"scope": f"s{number}"}) for number in range(count)]


class Server:
    """Answers as a server does, and remembers what it took.

    refuses: scopes that it does not take; whole: scopes for which it refuses a request as a whole; fails: the number of
    the request that it does not answer.
    """

    def __init__(self, refuses: tuple[str, ...] = (), whole: tuple[str, ...] = (), fails: int | None = None) -> None:
        self.refuses, self.whole, self.fails = refuses, whole, fails
        self.asked = 0
        self.took: list[str] = []

    def ask(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        self.asked += 1
        if self.asked == self.fails:
            raise ServerUnreachable("Gone.")
        scopes = [one["scope"] for one in variables["input"]["granules"]]
        if any(scope in self.whole for scope in scopes):
            raise Answered("Long must be a whole number.", "BAD_INPUT")
        wrong = [{"code": "INVALID", "path": [], "message": "No."}]
        results = [
            {"scope": one, "outcome": "WRITTEN", "errors": wrong if one in self.refuses else []} for one in scopes
        ]
        self.took += [scope for scope in scopes if scope not in self.refuses]
        return {"stateBatch": {"results": results, "errors": []}}


def test_what_was_kept_is_sent_in_its_order_and_is_gone(tmp_path: Path) -> None:
    kept = Spool(tmp_path)
    kept.keep(statements(3))
    kept.keep(statements(2))
    server = Server()
    assert flush(tmp_path, server.ask) == Flushed(files=1, sent=5)
    assert server.took == ["s0", "s1", "s2", "s0", "s1"]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_or_empty_has_nothing(tmp_path: Path) -> None:
    assert flush(tmp_path / "nothing", Server().ask) == flush(tmp_path, Server().ask) == Flushed()


def test_half_of_a_last_line_is_passed_over_and_said(tmp_path: Path) -> None:
    kept = Spool(tmp_path)
    kept.keep(statements(2))
    with kept.path.open("ab") as file:
        file.write(b'{"source":"client:a","granule":{"sco')
    server = Server()
    came = flush(tmp_path, server.ask)
    assert (came.files, came.sent, came.broken) == (1, 2, 1)
    assert came.warnings == [
        f"{kept.path.name}.sending: line 3 is no statement, and was passed over; a process that is killed while it "
        "writes leaves half a line."
    ]


@pytest.mark.parametrize(
    "line", ["[]", "5", '"text"', '{"source": "a"}', '{"source": 1, "granule": {"scope": "a"}}', "\0"]
)
def test_a_line_that_is_no_statement_takes_no_other_along(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{line}\n{{"source": "a", "granule": {{"scope": "s"}}}}\n\n')
    server = Server()
    assert flush(tmp_path, server.ask).broken == 1
    assert server.took == ["s"]


def test_what_the_server_refuses_is_kept_beside_with_the_error(tmp_path: Path) -> None:
    kept = Spool(tmp_path)
    kept.keep(statements(4))
    server = Server(refuses=("s1",), whole=("s3",))
    came = flush(tmp_path, server.ask)
    assert (came.files, came.sent, came.refused) == (1, 2, 2)
    assert came.refusals == ["s1: No.", "s3: Long must be a whole number."]
    (beside,) = tmp_path.iterdir()
    assert beside.name == f"{kept.path.stem}.refused.jsonl"
    assert lines_of(tmp_path) == [
        {"source": "client:a", "granule": {"scope": "s1"}, "error": "No."},
        {"source": "client:a", "granule": {"scope": "s3"}, "error": "Long must be a whole number."},
    ]
    assert flush(tmp_path, server.ask) == Flushed()  # what is refused waits for nobody


def test_a_server_that_goes_away_leaves_the_file_whole(tmp_path: Path) -> None:
    Spool(tmp_path).keep(statements(1_200))
    server = Server(fails=2)
    came = flush(tmp_path, server.ask)
    assert (came.files, came.sent) == (0, 500)
    assert came.stopped is not None
    again = flush(tmp_path, server.ask)
    assert (again.files, again.sent, again.stopped) == (1, 1_200, None)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_flush_loses_nothing(tmp_path: Path) -> None:
    Spool(tmp_path).keep(statements(1_200))

    def interrupt(path: Path, so_far: Flushed) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flush(tmp_path, Server().ask, interrupt)
    server = Server()
    assert flush(tmp_path, server.ask).sent == len(server.took) == 1_200


def test_a_process_goes_on_writing_while_its_file_is_sent(tmp_path: Path) -> None:
    kept = Spool(tmp_path)
    kept.keep(statements(2))
    server = Server()

    def write(document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        if not server.took:
            kept.keep([Statement("client:a", {"scope": "meanwhile"})])
        return server.ask(document, variables)

    assert flush(tmp_path, write).sent == 2
    assert flush(tmp_path, write).sent == 1
    assert server.took == ["s0", "s1", "meanwhile"]


def test_a_file_is_sent_by_one_at_a_time(tmp_path: Path) -> None:
    kept = Spool(tmp_path)
    kept.keep(statements(1))
    with spool.taken(kept.path) as ours:
        assert ours is not None
        server = Server()
        assert flush(tmp_path, server.ask) == Flushed(busy=1)
    assert flush(tmp_path, server.ask).sent == 1


def test_a_file_grows_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "LARGEST", 100)
    kept = Spool(tmp_path)
    kept.keep(statements(1))
    with pytest.raises(OSError, match="may have 100"):
        kept.keep(statements(2))
    assert len(lines_of(tmp_path)) == 1


def test_only_its_owner_reads_a_spool(tmp_path: Path) -> None:
    kept = Spool(tmp_path / "spool")
    kept.keep(statements(1))
    assert kept.path.stat().st_mode & 0o077 == kept.folder.stat().st_mode & 0o077 == 0


def test_a_spool_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").mkdir()
    with pytest.raises(SourceError, match="cannot be read or written"):
        flush(tmp_path, Server().ask)


def test_statements_go_together_by_source_number_and_size() -> None:
    large = Statement("a", {"scope": "x" * 3_000_000})
    assert [len(batch) for batch in batches([*statements(501), *statements(2, "client:b"), large, large])] == [
        500, 1, 2, 1, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["STORE_UNAVAILABLE", "STORE_READ_ONLY", "DEADLINE_EXCEEDED", "INTERNAL_ERROR"])
def test_what_a_server_cannot_take_for_now_is_not_refused(code: str) -> None:
    def ask(document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        errors = [{"code": code, "path": [], "message": "Later."}]
        return {"stateBatch": {"results": [{"scope": "s0", "outcome": None, "errors": errors}], "errors": []}}

    came = deliver(ask, statements(1))
    assert (came.refused, came.unsent) == ((), tuple(statements(1)))
    assert str(came.reason) == "Later."


def test_a_refusal_is_found_among_many_with_few_questions() -> None:
    server = Server(whole=("s300",))
    came = deliver(server.ask, statements(500))
    assert came.refused == (Refusal(statements(301)[300], "Long must be a whole number."),)
    assert came.taken == 499
    assert server.asked < 25


# --------------------------------------------------------------------------------------------------------- for real


def test_what_was_recorded_offline_is_in_the_graph_once(server: str, script: Script, tmp_path: Path) -> None:
    text = """
with thalweg.run("kept offline") as run:
    run.params(lr=0.1)
    run.metrics(auc=0.9, step=1)
    run.writes("s3://lake/offline")
"""
    folder = tmp_path / "spool"
    assert script(text, THALWEG_SPOOL=str(folder)).err == ""
    copies = {path.name: path.read_bytes() for path in folder.iterdir()}
    client = Client(server)
    first = flush(folder, client.ask)
    assert (first.files, first.repeated, first.refused) == (1, 0, 0)
    run = run_of(server, "kept offline")
    assert (run["status"], run["params"]) == ("FINISHED", [{"key": "lr", "value": "0.1"}])
    for name, content in copies.items():
        (folder / name).write_bytes(content)
    again = flush(folder, client.ask)
    assert (again.sent, again.repeated) == (first.sent, first.sent)
    assert run_of(server, "kept offline") == run


def test_a_server_that_comes_back_gets_what_was_kept(
    server: str, keep: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thalweg.client.outbox.PAUSE", 0.0)
    down = True

    def ask(self: Client, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        if down:
            raise ServerUnreachable("Gone.")
        return real(self, document, variables)

    real = Client.ask
    monkeypatch.setattr(Client, "ask", ask)
    kept = keep(server=server)
    with thalweg.run("back") as run:
        run.writes("s3://lake/back")
        assert thalweg.flush(60)
        assert lines_of(kept.folder) != []
        down = False
        run.params(lr=0.1)
    assert thalweg.flush(60)
    assert [path for path in kept.folder.iterdir() if path.name.endswith((".jsonl", ".sending"))] == []
    monkeypatch.undo()
    assert [one["name"] for one in run_of(server, "back")["outputs"]["nodes"]] == ["back"]


def test_strange_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "a.refused.jsonl").write_text(json.dumps({"error": "No."}))
    assert flush(tmp_path, Server().ask) == Flushed()
    assert len(list(tmp_path.iterdir())) == 2


def test_settings_name_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from thalweg.client.settings import changed, of_environment

    assert of_environment().folder == tmp_path / "state" / "thalweg" / "spool"
    monkeypatch.setenv("THALWEG_SPOOL", "here")
    assert of_environment().folder == tmp_path / "here"
    with pytest.raises(BadInput, match="must be a number"):
        changed(of_environment(), {"flush_seconds": "soon"})
