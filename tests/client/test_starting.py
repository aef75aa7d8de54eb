"""What a run is started with: what is wrong of it costs itself alone."""

from __future__ import annotations

from typing import Any

import pytest

import thalweg
from tests.client.conftest import Keep, Kept
from thalweg.model.errors import BadInput

START: Any = thalweg.start_run
RIGHT = {"run_id": "r-1", "name": "of May", "namespace": "ns", "parent": "above", "description": "Ten rates."}
TOO_LONG = "x" * 3_000


class Breaks:
    def __str__(self) -> str:
        raise ValueError("broken")


def started(kept: Kept) -> dict[str, Any]:
    """What the one run itself is stated to be, in the words of `RIGHT`."""
    found: dict[str, Any] = {}
    for statement in kept.statements():
        if statement.granule["scope"].count("/") == 1:
            run: dict[str, Any] = statement.granule["runs"][0]
            found = {"run_id": run["runId"], **{name: run.get(name) for name in ("name", "namespace", "description")}}
            above = [edge["source"]["run"]["runId"] for edge in statement.granule.get("edges", ())]
            found["parent"] = above[0] if above else None
    return found


def test_all_that_is_right_is_recorded(kept: Kept, caplog: Any) -> None:
    START("train", **RIGHT).end()
    assert (started(kept), caplog.messages) == (RIGHT, [])


@pytest.mark.parametrize("odd", [Breaks(), TOO_LONG])
@pytest.mark.parametrize("wrong", ["run_id", "name", "namespace", "parent", "description", "part"])
def test_each_option_that_is_wrong_costs_itself_alone(kept: Kept, caplog: Any, wrong: str, odd: object) -> None:
    if wrong in ("name", "description") and odd is TOO_LONG:
        return  # that is taken
    START(
        "train", **{name: value for name, value in RIGHT.items() if wrong != "part" or name != "run_id"} | {wrong: odd}
    ).end()
    (said,) = caplog.messages
    assert f"A run was started wrongly, and is recorded without what is wrong: {wrong}: " in said
    found = started(kept)
    left_out = wrong if wrong != "part" else "run_id"
    assert {**found, left_out: None} == {**RIGHT, left_out: None}
    assert found[left_out] == ("python" if wrong == "namespace" else found["run_id"] if left_out == "run_id" else None)


def test_a_word_that_is_no_option_costs_itself_alone(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train", nmae="x", params={"lr": 0.1}, tags={"team": "risk"}, **RIGHT):  # type: ignore[call-overload]
        pass
    assert started(kept) == RIGHT
    stated = kept.run()
    assert (stated["params"], stated["tags"]) == (
        [{"key": "lr", "value": "0.1"}],
        [{"key": "team", "value": "risk"}],
    )
    (said,) = caplog.messages
    assert "nmae: is no option of a run. There are run_id, name, part, namespace," in said


def test_a_job_that_is_none_costs_its_name_alone(kept: Kept) -> None:
    START("", **RIGHT).end()
    assert started(kept) == RIGHT
    assert kept.run()["job"] == {"namespace": "ns", "name": "unnamed"}


def test_a_part_that_is_wrong_is_one_of_its_own_where_others_record_into_the_same_run(kept: Kept, caplog: Any) -> None:
    with thalweg.run("train", run_id="r-1", part=TOO_LONG) as run:
        run.metrics(loss=0.5)
    scopes = {statement.granule["scope"] for statement in kept.statements()}
    assert all(scope.startswith("run/r-1/part/part-") for scope in scopes)
    assert "It is called part-" in caplog.messages[0]


def test_it_raises_where_that_was_asked_for(keep: Keep) -> None:
    keep(strict=True)
    with pytest.raises(BadInput, match="nmae: is no option of a run"):
        START("train", nmae="x")
