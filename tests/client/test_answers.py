"""Whatever a server, or what stands in its place, answers: what was to be sent is sent or kept."""

from __future__ import annotations

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.client.answering import Answer, answer, answering, elsewhere, endless, half, proxy, results, silent_proxy
from tests.client.conftest import Keep, Kept, complete, lines_of
from thalweg.client import Client, ServerUnreachable, spool
from thalweg.client.delivery import Statement, deliver
from thalweg.client.flushing import flush
from thalweg.client.graphql import BrokeOff
from thalweg.client.spool import Spool

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


# ------------------------------------------------------------------------------------------------------- what is large


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


def waiting(folder: Path) -> list[Statement]:
    return [one for path in spool.waiting(folder) for one in spool.read(path) if one is not None]


def test_what_a_proxy_breaks_off_without_a_word_is_sent_in_parts(tmp_path: Path) -> None:
    Spool(tmp_path).keep([Statement("a", {"scope": f"s{number}", "x": "x" * 200_000}) for number in range(30)])
    asked: list[int] = []
    with answering(silent_proxy(1_000_000, asked=asked), reads=False) as address:
        came = flush(tmp_path, Client(address).ask)
    assert (came.files, came.sent, came.refused, came.stopped) == (1, 30, 0, None)
    assert list(tmp_path.iterdir()) == []
    assert max(asked) > 1_000_000


def test_what_is_broken_off_even_alone_waits_and_holds_nothing_up(tmp_path: Path) -> None:
    small = [Statement("a", {"scope": f"s{number}", "x": "x" * 200_000}) for number in range(30)]
    large = [Statement("a", {"scope": f"large{number}", "x": "x" * 3_000_000}) for number in range(2)]
    Spool(tmp_path).keep([*small[:15], *large, *small[15:]])
    Spool(tmp_path).keep([Statement("a", {"scope": "other", "x": "x"})])
    before = waiting(tmp_path)
    with answering(silent_proxy(1_000_000, asked=[]), reads=False) as address:
        came = flush(tmp_path, Client(address).ask)
    assert (came.sent, came.refused) == (31, 0)
    assert "broke off while it was sent 3,000," in str(came.stopped)
    assert waiting(tmp_path) == [one for one in before if one.granule["scope"] != "other"]


def test_whoever_breaks_off_all_is_left_soon(tmp_path: Path) -> None:
    Spool(tmp_path).keep([Statement("a", {"scope": f"s{number}"}) for number in range(3_000)])
    asked: list[int] = []
    with answering(silent_proxy(0, asked=asked), reads=False) as address:
        came = flush(tmp_path, Client(address).ask)
    assert (came.sent, type(came.stopped)) == (0, BrokeOff)
    assert len(asked) < 80
    assert len(waiting(tmp_path)) == 3_000


def test_a_run_goes_on_where_a_proxy_breaks_off_what_is_large(keep: Keep, caplog: Any) -> None:
    asked: list[int] = []
    with answering(silent_proxy(100_000, asked=asked), reads=False) as address:
        kept = keep(server=address)
        with thalweg.run("train") as run:
            for number in range(30):
                run.writes(f"s3://lake/{number}", description="x" * 5_900)
            run.params({f"p{number}": "x" * 5_900 for number in range(50)})
        assert thalweg.flush(60)
    (waits,) = {line["granule"]["scope"] for line in lines_of(kept.folder)}
    assert waits == f"run/{run.id}"  # its parameters are too much even alone
    assert ["broke off while it was sent" in one for one in caplog.messages] == [True]


def test_a_server_says_that_a_request_is_too_large_before_it_hangs_up(server: str) -> None:
    granule = {"scope": "large", "datasets": [{"namespace": "a", "name": "b", "description": "x" * 12_000_000}]}
    came = deliver(Client(server).ask, [Statement("client:a", granule)])
    assert came.reason is None
    ((_, error),) = came.refused
    assert "and may have 10000000" in error
