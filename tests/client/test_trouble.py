"""Whatever goes wrong, a script goes on and ends, and one warning says so."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.cli.program import PATIENCE, environment
from tests.client.conftest import BEGINNING, HEARS_CTRL_C, Keep, Kept, Script, lines_of, run_of
from thalweg.client import Client, ServerUnreachable
from thalweg.client.delivery import Statement, deliver
from thalweg.client.flushing import flush
from thalweg.client.recording import Choices
from thalweg.client.spool import Spool
from thalweg.model.errors import BadInput

TRAIN = """
with thalweg.run("train") as run:
    run.params(lr=0.1)
    for step in range(3):
        run.metrics(loss=0.5, step=step)
    run.writes("s3://lake/scores")
    print("trained")
"""

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer, *, reads: bool = True) -> Iterator[str]:
    """The address of something that answers each request as it is told. reads: whether it reads them before."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if reads:
                self.body = self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(status: int, body: str, type: str = "application/json") -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", type)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return send


def half(status: int, body: bytes) -> Answer:
    """Breaks off within the body."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)

    return send


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://[")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b" " * (1 << 16))


def results(one: str) -> Answer:
    """Answers for each granule in the same way."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        count = len(json.loads(handler.body)["variables"]["input"]["granules"])  # type: ignore[attr-defined]
        listed = ", ".join([one] * count)
        answer(200, f'{{"data": {{"stateBatch": {{"results": [{listed}], "errors": []}}}}}}')(handler)

    return send


def complete(lines: list[dict[str, Any]]) -> bool:
    """Whether all that the script says is there."""
    scopes = {line["granule"]["scope"].split("/", 2)[-1].partition("/")[0] for line in lines}
    runs = [line["granule"]["runs"][0] for line in lines if line["granule"]["scope"].count("/") == 1]
    return {"writes", "metrics", "process"} <= scopes and runs[-1]["status"] == "FINISHED"


def kept_all(ran: Any, spool: Path) -> None:
    """The script ended well, with one warning, and what it said is in the spool."""
    assert (ran.code, ran.out) == (0, "trained\n")
    assert ran.err.count("WARNING thalweg.client") == ran.err.count("\n") == 1, ran.err
    assert complete(lines_of(spool))


NONSENSE: dict[str, Answer] = {
    "500": answer(500, "<html>Oops</html>", "text/html"),
    "HTML": answer(200, "<html>Log in</html>", "text/html"),
    "a list": answer(200, "[1, 2]"),
    "null": answer(200, '{"data": {"stateBatch": null}}'),
    "too few": answer(200, '{"data": {"stateBatch": {"results": [], "errors": []}}}'),
    "an error": answer(500, '{"errors": [{"message": "Oops.", "extensions": {"code": "INTERNAL_ERROR"}}]}'),
    "half": half(200, b'{"data"'),
    "half of an error": half(502, b"<html>Bad"),
    "errors are texts": answer(404, '{"status": 404, "errors": ["not found"]}'),
    "errors are a text": answer(404, '{"errors": "nope"}'),
    "errors are an object": answer(422, '{"errors": {"base": ["x"]}}'),
    "extensions are a text": answer(200, '{"errors": [{"message": "x", "extensions": "y"}]}'),
    "without end": answer(200, "[" * 100_000),
    "elsewhere": elsewhere,
    "results are null": results("null"),
    "results say nothing": results("{}"),
    "an error says nothing": results('{"scope": "x", "errors": [{"code": "X"}]}'),
    "endless": endless,
}


@pytest.mark.parametrize("said", NONSENSE.values(), ids=NONSENSE)
def test_what_a_server_of_nonsense_does_not_take_is_kept(keep: Keep, said: Answer, caplog: Any) -> None:
    with answering(said) as address:
        kept = keep(server=address)
        with thalweg.run("train") as run:
            run.metrics(loss=0.5, step=1)
            run.writes("s3://lake/scores")
        assert thalweg.flush(60)
    assert complete(lines_of(kept.folder))
    assert ["What is recorded goes to" in one for one in caplog.messages] == [True]


@pytest.mark.parametrize("said", NONSENSE.values(), ids=NONSENSE)
def test_a_server_of_nonsense_stops_a_flush_with_a_sentence(kept: Kept, said: Answer) -> None:
    with thalweg.run("train"):
        pass
    before = kept.statements()
    with answering(said) as address:
        came = flush(kept.folder, Client(address).ask)
    assert (came.files, came.sent, came.refused) == (0, 0, 0)
    assert came.stopped is not None
    assert str(came.stopped).endswith(".")
    assert kept.statements() == before


def test_an_answer_that_comes_drop_by_drop_is_given_up() -> None:
    over = threading.Event()

    def drop(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            while not over.wait(0.02):
                handler.wfile.write(b" ")

    with answering(drop) as address:
        with pytest.raises(ServerUnreachable, match=r"did not answer within 0\.3 seconds"):
            Client(address, seconds=0.3).ask("{ __typename }", {})
        over.set()


def test_whatever_fails_in_sending_what_was_under_way_is_kept(
    keep: Keep, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail(*given: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("thalweg.client.outbox.deliver", fail)
    kept = keep(server="http://127.0.0.1:1")
    with thalweg.run("train") as run:
        run.metrics(loss=0.5, step=1)
        run.writes("s3://lake/scores")
    assert thalweg.flush(60)
    assert complete(lines_of(kept.folder))
    assert ["sending it failed with ZeroDivisionError" in one for one in caplog.messages] == [True]


def test_what_cannot_be_put_into_words_takes_nothing_else_along(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        run.metrics(loss=0.5, step=1)
        run.writes("s3://lake/scores")
        run.writes("s3://lake/odd")
        next(one for one in run.record._things.values() if one.one.name == "odd").facts["rows"] = object()
    assert thalweg.flush(60)
    assert complete(lines_of(kept.folder))
    assert [edge["target"]["datasetVersion"]["name"] for edge, _ in kept.things("writes")] == ["scores"]
    assert sum("is lost" in one for one in caplog.messages) == 1


def test_a_server_that_is_not_there(script: Script, tmp_path: Path) -> None:
    ran = script(TRAIN, THALWEG_SERVER="127.0.0.1:1", THALWEG_SPOOL=str(tmp_path / "spool"))
    kept_all(ran, tmp_path / "spool")


def test_a_server_that_never_answers_does_not_hold_the_end_up(script: Script, tmp_path: Path) -> None:
    """It answers when the test ends, which is after the script has ended."""
    over = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        over.wait()

    with answering(wait) as address:
        settings = {"THALWEG_SERVER": address, "THALWEG_SPOOL": str(tmp_path / "spool"), "THALWEG_FLUSH_SECONDS": "0.3"}
        ran = script(TRAIN, **settings)
        over.set()
    assert (ran.code, ran.out, ran.err) == (0, "trained\n", "")
    runs = [line["granule"]["runs"][0] for line in lines_of(tmp_path / "spool") if "runs" in line["granule"]]
    assert "FINISHED" in {run.get("status") for run in runs}


def test_ctrl_c_at_the_end_sends_it_to_the_spool(tmp_path: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        over.wait()

    path = tmp_path / "train.py"
    path.write_text(HEARS_CTRL_C + BEGINNING + TRAIN.replace('print("trained")', 'print("trained", flush=True)'))
    with answering(wait) as address:
        variables = environment(
            THALWEG_SERVER=address, THALWEG_SPOOL=str(tmp_path / "spool"), THALWEG_FLUSH_SECONDS=str(PATIENCE)
        )
        with subprocess.Popen([sys.executable, path], env=variables, stdout=subprocess.PIPE) as ran:
            assert ran.stdout is not None
            assert ran.stdout.readline() == b"trained\n"
            assert asked.wait(PATIENCE)
            ended = False
            while not ended:  # the first may still stop the block; whatever comes next, the wait at the end
                ran.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    ended = ran.wait(1) is not None
        over.set()
    assert lines_of(tmp_path / "spool") != []


def test_no_server_at_all_is_said_and_is_fine(script: Script, tmp_path: Path) -> None:
    ran = script(TRAIN)
    assert "No server is set" in ran.err
    kept_all(ran, tmp_path / "state" / "thalweg" / "spool")
    assert script(TRAIN, THALWEG_SPOOL=str(tmp_path / "spool")).err == ""


FULL = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"
"""No file may grow beyond: to a program it is as a disk that is full."""


def test_a_disk_that_is_full(script: Script, tmp_path: Path) -> None:
    ran = script(FULL.format(100) + TRAIN, THALWEG_SPOOL=str(tmp_path / "spool"))
    assert (ran.code, ran.out) == (0, "trained\n")
    assert "What is recorded is lost" in ran.err
    assert ran.err.count("\n") == 1
    assert lines_of(tmp_path / "spool") == []


def test_a_disk_that_is_full_leaves_only_whole_lines(script: Script, tmp_path: Path) -> None:
    text = """
run = thalweg.start_run("train")
assert thalweg.flush(60)
run.tag("x" * 5_000)
run.writes("s3://lake/scores", description="y" * 5_000)
run.end()
"""
    ran = script(FULL.format(4_000) + text, THALWEG_SPOOL=str(tmp_path / "spool"), THALWEG_RECORD_PACKAGES="no")
    assert "What is recorded is lost" in ran.err
    lines = lines_of(tmp_path / "spool")  # each is JSON
    assert lines[0]["granule"]["runs"][0]["status"] == "RUNNING"


def test_a_spool_that_cannot_be_made(script: Script, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = script(TRAIN, THALWEG_SPOOL=str(tmp_path / "file" / "spool"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (0, "trained\n", 1)


def test_odd_settings_are_left_out(kept: Kept) -> None:
    configure: Any = thalweg.configure
    for odd in ODD:
        for setting in Choices.__annotations__:
            configure(**{setting: odd})
        configure(sever=odd)
    configure(spool=kept.folder)
    with thalweg.run("train"):
        pass
    assert kept.run()["status"] == "FINISHED"


def test_a_folder_that_is_gone_is_no_trouble(script: Script, tmp_path: Path) -> None:
    text = """
import os
os.mkdir("gone")
os.chdir("gone")
os.rmdir(os.getcwd())
"""
    kept_all(
        script(text + TRAIN, THALWEG_SERVER="127.0.0.1:1", THALWEG_SPOOL=str(tmp_path / "spool")), tmp_path / "spool"
    )


def test_settings_that_make_no_sense_are_left_out(script: Script) -> None:
    ran = script(TRAIN, THALWEG_SERVER="ftp://host", THALWEG_STRICT="perhaps", THALWEG_FLUSH_SECONDS="-1")
    assert (ran.code, ran.out) == (0, "trained\n")
    for variable in ("THALWEG_SERVER", "THALWEG_STRICT", "THALWEG_FLUSH_SECONDS"):
        assert f"{variable} was left out" in ran.err


# --------------------------------------------------------------------------------------------------------- odd values


class Broken(RuntimeError):
    """Not even what is wrong can be said of it."""

    def __str__(self) -> str:
        raise Broken


class Breaks:
    """Whatever is asked of it, it raises."""

    def __str__(self) -> str:
        raise Broken

    def __getattr__(self, name: str) -> Any:
        raise Broken

    def __float__(self) -> float:
        raise Broken


ODD: list[Any] = [
    None, "", " ", "\0", "\ud800", b"\xff", -1, 10**400, float("nan"), 1j, [], {}, {"": 1}, [[1]], object(), Breaks(),
    Path("x"), "x" * 100_000, {"a": {"b": {}}}, range(3), Exception, lambda: 1, "s3://", "file://", "jdbc:", "a:b:c",
    "http://[", {1: 2}, ("a", "b"), {"inputs": 5}, {"inputs": "["}, float("inf"), True,
]  # fmt: skip


def test_odd_values_never_raise_and_break_nothing_else(kept: Kept) -> None:
    with thalweg.run("train") as run:
        call: Any = run
        recursive: dict[str, Any] = {}
        recursive["again"] = recursive
        for odd in [*ODD, recursive]:
            for name in ("params", "tag", "metrics", "reads", "writes", "produces_model", "reads_model"):
                getattr(call, name)(odd)
            call.params(odd=odd)
            call.tag(odd=odd)
            call.metrics(odd=odd, step=odd)
            call.metrics(at=odd, auc=0.5)
            for option in ("version", "columns", "frame", "schema", "namespace", "role", "pinned", "exact"):
                call.reads("s3://lake/tx", **{option: odd})
            for option in ("version", "frame", "schema", "rows", "format", "namespace", "role", "description"):
                call.writes("s3://lake/tx", **{option: odd})
            for option in ("version", "path", "signature", "format", "metrics", "tags", "namespace", "description"):
                call.produces_model("fraud", **{option: odd})
            call.reads_model("fraud", version=odd, namespace=odd, role=odd)
        call.reads()
        call.reads("s3://lake/tx", verison="1")
        run.params(sound=1)
    assert {"key": "sound", "value": "1"} in kept.run()["params"]
    assert kept.run()["status"] == "FINISHED"


def test_odd_runs_are_recorded_all_the_same(kept: Kept) -> None:
    start: Any = thalweg.start_run
    for odd in ODD:
        start(odd, run_id=odd, part=odd, parent=odd).end()
        start(odd, name=odd, namespace=odd, params=odd, tags=odd, description=odd).end()
    start("train", verison=1).end()
    assert kept.statements()


def test_what_odd_values_come_to_is_taken_by_a_server(server: str, keep: Keep, caplog: Any) -> None:
    keep(server=server)
    with thalweg.run("odd") as run:
        call: Any = run
        for place, odd in enumerate(ODD):
            call.params({f"odd{place}": odd})
            call.tag({f"odd{place}": odd})
            call.metrics({f"odd{place}": odd})
            call.reads(odd)
            call.writes(odd, description=odd)
            call.produces_model(odd, description=odd)
    assert thalweg.flush(60)
    assert [one for one in caplog.messages if "server" in one] == []


def test_a_wrong_call_raises_where_that_was_asked_for(keep: Keep) -> None:
    keep(strict=True)
    with thalweg.run("train") as run:
        with pytest.raises(BadInput, match="is no number"):
            run.metrics(auc="high")
        with pytest.raises(BadInput, match="names nothing"):
            run.reads("")
        with pytest.raises(BadInput, match="must be a list of names"):
            run.reads("s3://lake/tx", columns="amount")
    with pytest.raises(BadInput, match="is no setting"):
        thalweg.configure(strict=True, sever="x")  # type: ignore[call-arg]
    with pytest.raises(BadInput, match="is no address of a server"):
        thalweg.configure(strict=True, server="ftp://host")


def test_one_metric_that_is_no_number_takes_no_other_along(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        run.metrics(auc=0.9, note="high")
        run.metrics(auc=0.8, note="higher")
    assert [one["key"] for one in kept.run()["metrics"]] == ["auc"]
    assert ["note: 'high' is no number" in one for one in caplog.messages] == [True, False]


def test_an_option_that_is_wrong_takes_nothing_else_along(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        call: Any = run
        call.reads("s3://lake/tx", version="1", columns="amount", schema=5, pinned=True, role="")
        call.writes("s3://lake/rows", rows=10**30, format="parquet")
        call.writes("s3://lake/frame", frame=object(), rows=3.0, schema={"id": "bigint"})
        call.writes("s3://lake/negative", rows=-1, description=Breaks())
        assert call.produces_model(
            "fraud", version="7", path="s3://", signature=5, metrics={"auc": "high", "acc": 1}, tags=5, format="onnx"
        )
    ((edge, _),) = kept.things("reads")
    assert ({"columns", "role"} & edge.keys(), edge["pinned"]) == (set(), True)
    written = {stated["name"]: stated for _, stated in kept.things("writes")}
    assert {name: stated.get("rows") for name, stated in written.items()} == {
        "rows": None, "frame": 3, "negative": None, "fraud": None,
    }  # fmt: skip
    assert written["frame"]["columns"] == [{"name": "id", "type": "bigint"}]
    assert written["fraud"]["metrics"] == [{"key": "acc", "value": 1.0}]
    assert {"path", "signature", "tags", "uri"} & written["fraud"].keys() == set()
    assert (written["rows"]["format"], written["fraud"]["format"]) == ("parquet", "onnx")
    said = " ".join(caplog.messages)
    for left in (
        "columns:",
        "schema:",
        "role:",
        "rows: 1000",
        "frame:",
        "rows: -1",
        "description:",
        "path:",
        "auc:",
        "tags:",
    ):
        assert left in said
    assert len(caplog.messages) == 5


def test_what_a_call_left_out_raises_where_that_was_asked_for(keep: Keep) -> None:
    kept = keep(strict=True)
    with (
        thalweg.run("train") as run,
        pytest.raises(BadInput, match=r"rows: -1 is no count\. A count is a whole number"),
    ):
        run.writes("s3://lake/tx", rows=-1, format="csv")
    ((_, stated),) = kept.things("writes")
    assert stated["format"] == "csv"


def test_the_same_trouble_is_said_once(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train") as run:
        for _ in range(100):
            run.metrics(note="high")
    assert len(caplog.messages) == 1


def test_a_call_that_went_wrong_gives_what_can_be_handed_on(kept: Kept) -> None:
    with thalweg.run("train") as run:
        nothing = run.writes("")
        assert not nothing
        assert run.reads(nothing) == nothing
    assert kept.things("reads") == []


@pytest.mark.parametrize("what", ["params", "tags"])
def test_of_too_many_parameters_the_first_are_kept_and_the_rest_is_said(kept: Kept, caplog: Any, what: str) -> None:
    with thalweg.run("train") as run:
        note = run.params if what == "params" else run.tag
        note({f"p{number}": "x" * 5_000 for number in range(100)})
        note({f"p{number}": "x" * 5_000 for number in range(400)})
    names = [one["key"] for one in kept.run()[what]]
    assert 200 < len(names) < 400
    assert names == [f"p{number}" for number in range(len(names))]
    (said,) = caplog.messages
    assert f"{len(names)} of them are kept; 'p{len(names)}' and what comes after it is left out" in said


def test_more_than_a_thousand_small_parameters_are_kept(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train", params={f"p{number}": number for number in range(2_000)}) as run:
        run.tag({f"t{number}": number for number in range(2_000)})
    assert (len(kept.run()["params"]), len(kept.run()["tags"])) == (2_000, 2_000)
    assert caplog.messages == []


class Counting(dict[str, Any]):
    """Remembers how many of its items were looked at."""

    seen = 0

    def items(self) -> Any:
        for one in super().items():
            self.seen += 1
            yield one


def test_a_large_object_is_looked_at_no_further_than_what_is_kept_of_it(kept: Kept, caplog: Any) -> None:
    large = Counting({f"a{number}": "x" * 5_000 for number in range(900)})
    with thalweg.run("train") as run:
        run.params(config={f"c{number}": large for number in range(900)})
        run.params(lists=[[list(range(900))] * 900] * 900)
    assert large.seen < 300
    assert 100 < len(kept.run()["params"]) < 300
    assert ["what comes after it is left out" in one for one in caplog.messages] == [True]


def test_an_object_that_holds_itself_is_opened_once(kept: Kept) -> None:
    own: dict[str, Any] = {"a": 1}
    own |= {"b": own, "c": {"d": own}}
    with thalweg.run("train", params=own):
        pass
    assert [one["key"] for one in kept.run()["params"]] == ["a", "b", "c.d"]


def test_a_list_is_written_out_where_all_in_it_is_little(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.params(few=[[1, 2], {"a": (3,)}], many=[list(range(600)), list(range(600))], text=["x" * 200_000])
    assert {one["key"]: one["value"] for one in kept.run()["params"]} == {
        "few": "[[1, 2], {'a': (3,)}]",
        "many": "<list of 2>",
        "text": "<list of 1>",
    }


def test_a_run_holds_no_more_than_a_server_takes(server: str, keep: Keep, caplog: Any) -> None:
    """Each letter takes twelve bytes as JSON writes it in ASCII."""
    kept = keep(server=server)
    with thalweg.run("full") as run:
        for number in range(300):
            run.params({f"p{number}": "\U0001f600" * 5_000})
            run.tag({f"t{number}": "\1" * 5_000})
        run.metrics({f"{number}" + "\U0001f600" * 400: 0.1234567890123456 for number in range(10_001)})
    assert thalweg.flush(60)
    assert lines_of(kept.folder) == []
    assert len(caplog.messages) == 3
    assert all("left out" in one for one in caplog.messages)
    stated = run_of(server, "full")
    assert min(len(stated["params"]), len(stated["tags"])) > 30
    assert len(stated["metrics"]) > 500


# ------------------------------------------------------------------------------------------------------- what is large


def proxy(limit: int, *, reads: bool) -> Answer:
    """Takes what is small enough, as a server does; of more it says that it is too large, in a page of its own."""
    taken = results('{"outcome": "WRITTEN", "errors": []}')
    refused = answer(413, "<html>413 Request Entity Too Large</html>", "text/html")

    def send(handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        if reads or length <= limit:
            handler.body = handler.rfile.read(length)  # type: ignore[attr-defined]
        (taken if length <= limit else refused)(handler)

    return send


@pytest.mark.parametrize("reads", [True, False], ids=["reads it", "hangs up"])
def test_what_is_too_large_for_a_proxy_is_sent_in_parts(tmp_path: Path, reads: bool) -> None:
    small = [Statement("a", {"scope": f"s{number}", "x": "x" * 200_000}) for number in range(30)]
    large = Statement("a", {"scope": "large", "x": "x" * 3_000_000})
    Spool(tmp_path).keep([*small[:15], large, *small[15:]])
    with answering(proxy(1_000_000, reads=reads), reads=False) as address:
        came = flush(tmp_path, Client(address).ask)
    assert (came.files, came.sent, came.refused, came.stopped) == (1, 30, 1, None)
    (refused,) = lines_of(tmp_path)
    assert refused["granule"]["scope"] == "large"
    assert "takes no request of 3,000," in refused["error"]


def test_a_server_says_that_a_request_is_too_large_before_it_hangs_up(server: str) -> None:
    granule = {"scope": "large", "datasets": [{"namespace": "a", "name": "b", "description": "x" * 12_000_000}]}
    came = deliver(Client(server).ask, [Statement("client:a", granule)])
    assert came.reason is None
    ((_, error),) = came.refused
    assert "and may have 10000000" in error


def test_what_a_server_refuses_is_kept_with_the_error(server: str, keep: Keep, tmp_path: Path, caplog: Any) -> None:
    kept = keep(server=server)
    with thalweg.run("refused", run_id="refused-1") as run:
        run.writes("s3://lake/tx", version="1", schema=[{"name": "a", "role": "KEY"}])
        run.record._things[next(iter(run.record._things))].facts["rows"] = "many"
    assert thalweg.flush(60)
    (refused,) = lines_of(kept.folder)
    assert "many" in refused["error"]
    assert refused["granule"]["datasetVersions"][0]["name"] == "tx"
    assert ["The server refused something" in one for one in caplog.messages] == [True]


def test_a_spool_writes_all_of_what_it_is_given_or_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.keep([Statement("client:a", {"scope": "one"})])
    with pytest.raises(ValueError, match="not JSON compliant"):
        spool.keep([Statement("client:a", {"scope": "two"}), Statement("client:a", {"scope": float("nan")})])
    assert [line["granule"]["scope"] for line in lines_of(tmp_path)] == ["one"]
