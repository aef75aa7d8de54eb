"""Models and deployments by our own facets, and by what the specification has for them; the facets' schemas."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.importers.openlineage.events import (
    RUN,
    Event,
    at,
    dataset,
    dataset_event,
    edges,
    facet,
    granules,
    job_event,
    main,
    micros,
    props,
    run_event,
    version,
    with_,
)
from thalweg.importers.openlineage import heard, own
from thalweg.model import keys
from thalweg.model.errors import BadInput
from thalweg.model.facts import MarkFact, MarkKind

ROOT = Path(__file__).parents[3]
SCHEMAS = {
    next(iter(schema["properties"])): schema
    for schema in (json.loads(path.read_text("utf-8")) for path in (ROOT / "schema/openlineage").glob("*.json"))
}
FRAUD = keys.model_version("mlflow://prod", "fraud", "3")

MODEL = facet(
    version="3",
    uri="s3://models/fraud/3",
    sha256="ab" * 32,
    bytes=17,
    format="onnx",
    status="READY",
    signature={"inputs": [{"name": "amount", "type": "double"}]},
    params={"depth": "6"},
    metrics={"auc": 0.93, "loss": {"last": 0.2, "best": 0.1, "step": 4}},
    createdAt=at(3),
    aliases=[{"name": "champion"}],
    stages=[{"name": "Production", "since": at(1), "until": at(2)}],
)
DEPLOYMENT = facet(
    namespace="production",
    name="fraud",
    since=at(5),
    platform="kubernetes",
    url="https://fraud",
    config={"replicas": 2},
)


def fraud(**more: Any) -> dict[str, Any]:
    return dataset("mlflow://prod fraud", {own.MODEL: MODEL}, **more)


def test_an_output_with_the_facet_is_a_version_of_a_model() -> None:
    stated = main(run_event(inputs=[dataset("s3://lake tx", version("1"))], outputs=[fraud()]))
    assert edges(stated) == {
        f"s3://lake/tx/1 -INPUT_TO> openlineage/{RUN}",
        f"openlineage/{RUN} -PRODUCED> mlflow://prod/fraud/3",
    }
    model = props(stated, FRAUD)
    assert (model["uri"], model["bytes"], model["format"]) == ("s3://models/fraud/3", 17, "onnx")
    assert (model["metrics"]["auc"], model["created_at"]) == (0.93, micros(3))
    assert set(stated.marks) == {
        MarkFact(FRAUD, MarkKind.ALIAS, "champion", micros(10)),
        MarkFact(FRAUD, MarkKind.STAGE, "Production", micros(1), micros(2)),
    }


def test_a_model_may_be_called_otherwise_than_the_dataset_that_holds_it() -> None:
    named = facet(namespace="registry", name="fraud")
    stated = main(run_event(outputs=[dataset("s3://models fraud/3", {own.MODEL: named, **version("3")})]))
    assert edges(stated) == {f"openlineage/{RUN} -PRODUCED> registry/fraud/3"}


@pytest.mark.parametrize("type", ["MODEL", "model", "ML_MODEL"])
def test_a_dataset_whose_type_is_a_model_is_one(type: str) -> None:
    kind = {"datasetType": facet(datasetType=type), "documentation": facet(description="Fraud.")}
    stated = main(
        run_event(inputs=[dataset("reg base", {**kind, **version("7")})], outputs=[dataset("reg fraud", kind)])
    )
    assert edges(stated) == {
        f"reg/base/7 -INPUT_TO> openlineage/{RUN}",
        f"openlineage/{RUN} -PRODUCED> reg/fraud/run:{RUN}",
    }
    assert props(stated, keys.model("reg", "fraud"))["description"] == "Fraud."
    assert props(stated, keys.model_version("reg", "fraud", f"run:{RUN}"))["created_at"] == micros(10)


def test_which_version_of_a_model_was_read_is_not_guessed() -> None:
    stated = main(run_event(inputs=[dataset("reg base", {"datasetType": facet(datasetType="MODEL")})]))
    assert edges(stated) == {"reg/base -INPUT_TO> shop/nightly.load"}


def test_an_input_says_how_it_stands_to_the_run() -> None:
    how = facet(role="training", columns=["amount"], covers="DECLARED", pinned=True, at=at(1))
    stated = main(run_event(inputs=[dataset("s3://lake tx", version("1"), inputFacets={own.EDGE: how})]))
    (edge,) = stated.edges
    assert edge.role == "training"
    assert edge.props == {"columns": ["amount"], "covers": "DECLARED", "pinned": True, "at": micros(1)}


def test_a_job_that_is_deployed_is_a_release_of_what_it_reads() -> None:
    serving = [fraud(inputFacets={own.EDGE: facet(traffic=90)}), dataset("s3://features f", version("v12"))]
    facets = {own.DEPLOYMENT: DEPLOYMENT, "ownership": facet(owners=[{"name": "risk"}])}
    stated = main(job_event(facets=facets, inputs=serving, outputs=[dataset("s3://logs predictions", version("m"))]))
    release = keys.release("production", "fraud", "2026-05-02T08:05:00.000000Z")
    assert edges(stated) == {
        f"mlflow://prod/fraud/3 -SERVED_BY> {'/'.join(release.parts)}",
        f"s3://features/f/v12 -INPUT_TO> {'/'.join(release.parts)}",
        f"{'/'.join(release.parts)} -PRODUCED> s3://logs/predictions/m",
    }
    assert {edge.props.get("traffic") for edge in stated.edges} == {90, None}
    assert props(stated, keys.deployment("production", "fraud")) == {"platform": "kubernetes", "owners": ["risk"]}
    said = props(stated, release)
    assert (said["since"], said["url"], said["config"]) == (micros(5), "https://fraud", {"replicas": 2})
    assert "until" not in said


def test_the_run_of_a_deployed_job_is_live_from_its_start_to_its_end() -> None:
    deployed = {own.DEPLOYMENT: facet(namespace="production", name="fraud")}
    start, end = (
        main(run_event(type, minute, job=deployed, inputs=[fraud()])) for type, minute in (("START", 1), ("ABORT", 9))
    )
    release = keys.release("production", "fraud", RUN)
    assert props(start, release)["since"] == micros(1)
    assert props(end, release) == {**props(end, release), "until": micros(9)}
    assert edges(start) == {f"mlflow://prod/fraud/3 -SERVED_BY> production/fraud/{RUN}"}


def test_what_a_release_reads_and_writes_without_a_version_is_said_of_the_deployment() -> None:
    deployed = {own.DEPLOYMENT: facet(namespace="production", name="fraud", revision="7")}
    read = dataset("reg base", {"datasetType": facet(datasetType="MODEL")})
    stated = main(job_event(facets=deployed, inputs=[read, dataset("s3://f x")], outputs=[dataset("s3://logs p")]))
    assert edges(stated) == {
        "reg/base -SERVED_BY> production/fraud",
        "s3://f/x -INPUT_TO> production/fraud",
        "production/fraud -PRODUCED> s3://logs/p",
    }


def test_anything_else_can_be_told_with_its_edges() -> None:
    other = "f" * 40
    told = facet(
        kind="Commit",
        key=["https://git.example.com/a/b", "a" * 40],
        properties={"author": "Ada", "authored_at": 5},
        edges=[{"type": "PARENT_OF", "kind": "Commit", "key": ["https://git.example.com/a/b", other]}],
    )
    (stated,) = granules(dataset_event(dataset("thalweg x", {own.ENTITY: told})))
    assert edges(stated) == {f"https://git.example.com/a/b/{'a' * 40} -PARENT_OF> https://git.example.com/a/b/{other}"}
    assert props(stated, keys.commit("https://git.example.com/a/b", "a" * 40)) == {"author": "Ada", "authored_at": 5}
    assert len(stated.entities) == 1, "the dataset stands for it, and is none"


GOOD = run_event(outputs=[fraud()], job={own.DEPLOYMENT: DEPLOYMENT})


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (with_(GOOD, f"outputs.0.facets.{own.MODEL}.version", 3), f"outputs[0].facets.{own.MODEL}.version"),
        (with_(GOOD, f"outputs.0.facets.{own.MODEL}.createdAt", "then"), f"outputs[0].facets.{own.MODEL}.createdAt"),
        (with_(GOOD, f"outputs.0.facets.{own.MODEL}.aliases", [{}]), f"outputs[0].facets.{own.MODEL}.aliases[0].name"),
        (with_(GOOD, f"job.facets.{own.DEPLOYMENT}.name", ""), f"job.facets.{own.DEPLOYMENT}.name"),
        (
            job_event(facets={own.DEPLOYMENT: facet(namespace="a", name="b")}),
            f"job.facets.{own.DEPLOYMENT}.revision",
        ),
        (
            dataset_event(dataset("a b", {own.ENTITY: facet(kind="Thing", key=[])})),
            f"dataset.facets.{own.ENTITY}.kind",
        ),
        (
            dataset_event(dataset("a b", {own.ENTITY: facet(kind="Run", key=["x"])})),
            f"dataset.facets.{own.ENTITY}.key",
        ),
    ],
)
def test_what_is_wrong_in_a_facet_of_ours_refuses_its_event(event: Event, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        heard(event)
    assert [problem.field for problem in refused.value.problems] == [field]


# -------------------------------------------------------------------------------------------------------------- schemas


def conforms(name: str, facet: dict[str, Any]) -> None:
    Draft202012Validator(SCHEMAS[name]).validate({name: facet})


def test_each_facet_has_a_schema_that_is_one() -> None:
    assert set(SCHEMAS) == {own.MODEL, own.DEPLOYMENT, own.EDGE, own.RUN, own.PROPERTIES, own.ENTITY}
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)


def test_the_facets_here_are_what_the_schemas_say() -> None:
    conforms(own.MODEL, MODEL)
    conforms(own.DEPLOYMENT, DEPLOYMENT)


@pytest.mark.parametrize("name", [own.MODEL, own.DEPLOYMENT, own.EDGE])
def test_all_that_a_schema_names_is_read(name: str) -> None:
    (definition,) = SCHEMAS[name]["$defs"].values()
    source = (ROOT / "server/thalweg/importers/openlineage/own.py").read_text("utf-8")
    assert {field for field in definition["properties"] if field[0] != "_" and f'"{field}"' not in source} == set()


def test_the_facet_on_the_page_is_what_its_schema_says_and_states_a_model() -> None:
    page = (ROOT / "docs/importers/openlineage.md").read_text("utf-8")
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    (output,) = [block for block in shown if "facets" in block]
    conforms(own.MODEL, output["facets"][own.MODEL])
    assert props(main(run_event(outputs=[output])), FRAUD)["metrics"] == {"auc": 0.93}
