"""A run holds as much as a server takes: the first of it, and what is left out is said."""

from __future__ import annotations

from typing import Any

import pytest

import thalweg
from tests.client.conftest import Keep, Kept, lines_of, run_of


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
