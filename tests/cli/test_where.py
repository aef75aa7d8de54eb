"""`thalweg list --where`: what an expression asks, what is said of one that cannot be read, and groups."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from tests.cli.conftest import Run
from thalweg.cli.relations import OF_LINKS, RELATIONS
from thalweg.cli.where import parse
from thalweg.graphql.schema import SCHEMA
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind


def metric(key: str, compare: str, value: Any, best: bool = False) -> dict[str, Any]:
    return {"metrics": [{"key": key, "compare": compare, "value": value, "best": best}]}


def pair(field: str, key: str, value: str) -> dict[str, Any]:
    return {field: [{"key": key, "value": value}]}


GOOD, TEAM = metric("auc", "GT", 0.9), pair("tags", "team", "risk")
SLOW = {"numbers": [{"key": "lr", "compare": "LT", "value": 0.1}]}

READ: list[tuple[str, dict[str, Any]]] = [
    ("metrics.auc > 0.9", GOOD),
    ("metrics.auc>0.9 and (tags.team = risk or params.lr<0.1)", {"and": [GOOD, {"or": [TEAM, SLOW]}]}),
    ("tags.team = risk or metrics.auc > 0.9 and gone", {"or": [TEAM, {"and": [GOOD, {"gone": True}]}]}),
    ("NOT (gone) AND Not gone", {"and": [{"not": {"gone": True}}, {"not": {"gone": True}}]}),
    ("tags.team != risk", {"not": TEAM}),
    ("tags.team == 'risk'", TEAM),
    ('metrics."val/auc ratio" >= -inf', metric("val/auc ratio", "GE", "-Infinity")),
    ("best.auc <= 1e-3", metric("auc", "LE", 1e-3, best=True)),
    ("metrics.auc != NaN", metric("auc", "NE", "NaN")),
    ("params.lr = 0.10", pair("params", "lr", "0.10")),
    ("params.lr != 0.10", {"numbers": [{"key": "lr", "compare": "NE", "value": 0.1}]}),
    ("params.lr != '0.10'", {"not": pair("params", "lr", "0.10")}),
    ("params.optimizer != adam", {"not": pair("params", "optimizer", "adam")}),
    ("params.a.b = x", pair("params", "a.b", "x")),
    ("status in (failed, KILLED)", {"or": [{"status": ["FAILED"]}, {"status": ["KILLED"]}]}),
    (r'user = "a\"d\\a"', {"user": 'a"d\\a'}),
    ("name ~ 'night ly' and namespace = prod*", {"and": [{"nameContains": "night ly"}, {"namespace": "prod*"}]}),
    ("gone = no and known = true", {"and": [{"gone": False}, {"known": True}]}),
    ("at >= 2026-05-02", {"since": "2026-05-02T00:00:00.000000Z"}),
    ("at > 2026-05-02", {"since": "2026-05-02T00:00:00.000001Z"}),
    ("created < 2026-05-02T08:00:00Z", {"createdBefore": "2026-05-02T08:00:00.000000Z"}),
    ("updated <= 2026-05-02", {"updatedBefore": "2026-05-02T00:00:00.000001Z"}),
    ("id = run_x", {"ids": ["run_x"]}),
    ("job = fraud/train.py", {"job": "fraud/train.py"}),
    ("job(name = train)", {"jobIs": {"name": "train"}}),
    ('input = "s3://lake/tx"', {"inputs": {"of": "s3://lake/tx"}}),
    ("inputs != model:fraud", {"not": {"inputs": {"of": "model:fraud"}}}),
    ("output(modelVersion(release(live)))", {"outputs": {"modelVersion": {"releases": {"live": True}}}}),
    ("input(of = tx and not known)", {"inputs": {"and": [{"of": "tx"}, {"not": {"known": True}}]}}),
    ("commit(sha = abc1234)", {"commit": {"sha": "abc1234"}}),
]


@pytest.mark.parametrize(("text", "filter"), READ, ids=[text for text, _ in READ])
def test_an_expression_is_read_as_a_filter(text: str, filter: dict[str, Any]) -> None:
    assert parse(text, Kind.RUN) == filter


UNREAD: list[tuple[str, str]] = [
    ("", "--where, at 1: a condition was expected: »"),
    ("metrics.auc >", "--where, at 14: a value for metrics.auc was expected: metrics.auc >»"),
    ("metrics.auc 0.9", "at 13: one of != < <= = > >=, or `in`, after metrics.auc was expected: metrics.auc »0.9"),
    ("metrics.auc > high", "at 15: 'high' is no number: metrics.auc > »high"),
    ("metrics > 1", "at 1: Run has no field 'metrics'"),
    ("metrcs.auc > 1", "at 1: Run has no field 'metrcs.auc': »metrcs.auc > 1. Did you mean metrics.KEY? There are id,"),
    ("name.x = 1", "at 1: Run has no field 'name.x'"),
    ("live", "at 1: Run has no field 'live'"),
    ("gone and", "at 9: a condition was expected"),
    ("gone gone", "at 6: `and`, `or` or the end was expected: gone »gone"),
    ("(gone", "at 6: `)` was expected"),
    ("gone)", "at 5: `and`, `or` or the end was expected"),
    ('user = "ada', "at 7: this cannot be read"),
    ("status = done", "at 10: 'done' is none of scheduled, running"),
    ("gone = maybe", "at 8: 'maybe' is neither true nor false"),
    ("at >= soon", "at 7: 'soon' "),
    ("at = 2026-05-02", "at 4: one of < <= > >= after at was expected"),
    ("user > ada", "at 6: one of != = after user was expected"),
    ("status in failed", "at 11: `(` and values was expected"),
    ("relatives(gone)", "at 1: Run has no relation 'relatives'"),
    ("inptus(gone)", "Did you mean inputs?"),
    ("input(live)", "what is related has no field 'live'"),
    ("input > tx", "at 7: one of != = after input was expected"),
    (
        "commit = abc1234",
        "at 1: 'commit' is a relation of Run, and takes a condition in parentheses: »commit = abc1234. "
        "Write commit(repository = …).",
    ),
    (
        "input(dataset = x)",
        "at 7: 'dataset' is a relation of what is related, and takes a condition in parentheses: input(»dataset = x). "
        "Write of = NAME, or dataset(name = …).",
    ),
    ("parent = x", "Write parent(job = …)."),
    ("status(name = x)", "at 1: 'status' is a field of Run, and is compared with a value: »status(name = x)"),
    ("tags(team = x)", "Write tags.KEY = VALUE."),
    ("metrics.auc(x = 1)", "Write metrics.auc = VALUE."),
    ("gone(name = x)", "Write gone, or not gone."),
]


@pytest.mark.parametrize(("text", "said"), UNREAD, ids=[text or "nothing" for text, _ in UNREAD])
def test_what_cannot_be_read_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadInput) as raised:
        parse(text, Kind.RUN)
    assert said in str(raised.value)


def test_the_relations_are_those_of_the_filters() -> None:
    def related(filter: str) -> dict[str, str]:
        type = SCHEMA._schema.type_map[filter]
        assert isinstance(type, GraphQLInputObjectType)
        ends = {
            name: get_named_type(field.type) for name, field in type.fields.items() if name not in ("and", "or", "not")
        }
        return {name: end.name for name, end in ends.items() if end.name.endswith("Filter")}

    for kind, relations in RELATIONS.items():
        ends = {name: f"{end.value if isinstance(end, Kind) else end}Filter" for name, end in relations.items()}
        assert related(f"{kind.value}Filter") == ends
    assert related("LinkFilter") == {name: f"{kind.value}Filter" for name, kind in OF_LINKS.items()}


def test_an_expression_is_asked(run: Run, where: list[str]) -> None:
    expression = 'metrics.auc > 0.99 and input = "s3://features/customer_features" and not name ~ candidate'
    ran = run("list", "runs", "--where", expression, "--sort", "auc:asc", "--sort", "name", *where)
    assert (ran.code, ran.err) == (0, "")
    shown = [line.split("train ")[1].split()[0] for line in ran.out.splitlines()]
    assert shown == ["2026-10-27", "2026-05-06", "2026-07-14", "2026-09-08"]


def test_an_expression_goes_with_the_other_filters(run: Run, where: list[str]) -> None:
    ran = run("list", "runs", "--of", "job:fraud/train.py", "--where", "best.auc < 0.95", "--count", *where)
    assert (ran.code, ran.err) == (0, "1 in all.\n")
    assert "candidate 1" in ran.out


def test_groups_are_counted_and_spread(run: Run, where: list[str]) -> None:
    asked = ["list", "runs", "--where", "job = churn/train.py or job = fraud/train.py", "--group-by", "job"]
    ran = run(*asked, "--metric", "auc", "--json", *where)
    found = json.loads(ran.out)
    assert [(one["asset"]["name"], one["count"]) for one in found["groups"]] == [
        ("fraud/train.py", 10),
        ("churn/train.py", 5),
    ]
    assert found["groups"][0]["metrics"][0]["count"] == 9
    assert found["cursor"] is None
    shown = run(*asked, "--metric", "auc", "--limit", "1", *where)
    assert shown.out.startswith("job:mlflow://shop fraud/train.py  10  auc: 9 from 0.908632")
    assert "There is more; go on with --after" in shown.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--where", "metrics.auc >"], "thalweg: --where, at 14: a value for metrics.auc was expected"),
        (["--where", "job = nobody and gone", "--sort", "a", "--sort", "a"], "A list is ordered by one key twice."),
        (["--group-by", "metrics.auc"], "--group-by metrics.auc says nothing. Group by one of status, namespace"),
        (["--group-by", "tags"], "--group-by tags says nothing."),
        (["--group-by", "status", "--sort", "auc"], "Groups are sorted by one of count, key."),
        (["--group-by", "status", "--count"], "--count counts entries"),
    ],
)
def test_what_makes_no_list_is_one_line_of_error(run: Run, estate_store: str, arguments: list[str], said: str) -> None:
    ran = run("list", "runs", *arguments, "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
