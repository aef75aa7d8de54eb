"""Dumps of SageMaker's answers: one that boto3 made, and what is wrong with others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.importers.golden import Golden
from tests.importers.stores import outcomes
from thalweg.importers import sagemaker
from thalweg.importers.sagemaker.jobs import job
from thalweg.model import keys
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.store.store import Store

HERE = "arn:aws:sagemaker:eu-west-1:123456789012"


def test_a_dump_comes_to_what_is_written_down(dump: Path, golden: Golden) -> None:
    reading = sagemaker.read(dump, source="prod", environment="production")
    golden.holds(reading.granules)
    assert (reading.source, reading.complete, reading.warnings) == ("sagemaker:prod", True, [])


def test_no_environment_of_a_container_is_stated(dump: Path, golden: Golden) -> None:
    assert "hunter2" in dump.read_text()
    assert "hunter2" not in "".join(golden.lines)


def test_an_endpoint_without_an_environment_is_in_that_of_its_account_and_region(dump: Path) -> None:
    names = {granule.name for granule in sagemaker.read(dump).granules}
    assert "release/123456789012/eu-west-1/fraud/fraud-7" in names


async def bring(store: Store, file: Path | str) -> tuple[list[str], bool]:
    """One pass over a dump; what became of its scopes, and whether it was closed."""
    return await outcomes(store, sagemaker.read(file, source="prod", environment="production"))


def records(dump: Path) -> list[str]:
    return dump.read_text().splitlines(keepends=True)


@pytest.mark.anyio
async def test_a_second_pass_changes_nothing_and_what_is_gone_is_gone_only_by_a_whole_dump(
    store: Store, dump: Path, tmp_path: Path
) -> None:
    assert await bring(store, dump) == (["WRITTEN"], True)
    assert await bring(store, dump) == (["UNCHANGED"], True)
    gone = [keys.run(HERE, "training-job/fraud-2026-04-02-03-00-00-123").id]
    gone.append(Key(Kind.RELEASE, ("production", "fraud", "fraud-7")).id)
    left = [one for one in records(dump) if "2026-04-02-03" not in one and '"describe_endpoint"' not in one]
    broken = tmp_path / "broken.jsonl"
    broken.write_text("".join(left[:-1]) + '{"operation": "descri')
    assert await bring(store, broken) == (["UNCHANGED"], False)
    held = await store.get(gone, ANYONE)
    assert held[gone[0]].gone_at is None
    assert "until" not in held[gone[1]].props
    broken.write_text("".join(left))
    assert await bring(store, broken) == (["UNCHANGED"], True)
    held = await store.get(gone, ANYONE)
    assert held[gone[0]].gone_at is not None
    assert held[gone[1]].props["until"] is not None


# -------------------------------------------------------------------------------------------------------- what is odd


def written(tmp_path: Path, *records: Any) -> Path:
    file = tmp_path / "odd.jsonl"
    file.write_text("".join(one if isinstance(one, str) else f"{json.dumps(one)}\n" for one in records))
    return file


def record(operation: str, **response: Any) -> dict[str, Any]:
    return {"operation": operation, "response": response}


DONE = {"operation": "done"}


def read(file: Path) -> tuple[list[Granule], list[str], bool]:
    reading = sagemaker.read(file, environment="production")
    found = list(reading.granules)
    return found, reading.warnings, reading.complete


def test_what_is_not_read_is_counted(tmp_path: Path) -> None:
    file = written(tmp_path, record("DescribeProcessingJob"), record("ListTags", Tags=[]), DONE)
    assert read(file) == ([], ["Passed over, for nothing is read of them: 1 describe_processing_job."], True)


def test_a_folder_is_whole_when_each_of_its_files_is(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(DONE))
    (tmp_path / "b.jsonl").write_text(json.dumps(record("list_endpoints", Endpoints=[])))
    assert read(tmp_path)[1:] == (
        ["The dump does not say that it is done, so it may have broken off: nothing is retired by it."],
        False,
    )


def endpoint(region: str, config: str = "c") -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:{region}:1:endpoint/fraud"
    return record("describe_endpoint", EndpointName="fraud", EndpointArn=arn, EndpointConfigName=config)


def test_two_endpoints_of_one_name_are_told_apart_and_what_is_not_in_the_dump_is_said(tmp_path: Path) -> None:
    config = record("describe_endpoint_config", EndpointConfigName="c", ProductionVariants=[{"VariantName": "v"}])
    found, warnings, complete = read(written(tmp_path, endpoint("eu-west-1"), endpoint("us-east-1", "d"), config, DONE))
    assert [granule.name for granule in found] == [
        "deployment/production/fraud",
        "release/production/fraud/c",
        "deployment/production/1/us-east-1/fraud",
        "release/production/1/us-east-1/fraud/d",
    ]
    assert warnings == [
        "What the variant v of endpoint fraud serves was not told.",
        "The endpoint fraud of us-east-1 is called 1/us-east-1/fraud here, for arn:aws:sagemaker:eu-west-1:1 has one "
        "too.",
        "The configuration d of endpoint fraud was not told: it serves nothing here.",
    ]
    assert complete


def test_an_answer_of_wrong_types_is_passed_over_and_nothing_is_retired(tmp_path: Path) -> None:
    wrong = record("describe_training_job", TrainingJobArn=f"{HERE}:training-job/a", HyperParameters={"depth": 5})
    found, warnings, complete = read(written(tmp_path, wrong, endpoint("eu-west-1"), DONE))
    assert len(found) == 2
    assert "odd.jsonl line 1 was passed over: response.HyperParameters.depth: 5 must be text" in warnings[0]
    assert not complete


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html>\n", "odd.jsonl line 1: the line: it is no JSON"),
        ("[1]\n", "odd.jsonl line 1: the line: [1] must be an object"),
        ("{}\n", "odd.jsonl line 1: operation: it must be the name of a call, like describe_endpoint"),
        ('{"operation": 3}\n', "operation: 3 must be text"),
        ('{"operation": "x", "response": []}\n', "response: [] must be an object"),
        (
            '{"operation": "list_artifacts", "response": {"ArtifactSummaries": 3}}\n',
            "ArtifactSummaries: 3 must be a list",
        ),
        ("[" * 100_000 + "\n", "is no JSON"),
    ],
    ids=["html", "list", "nothing", "number", "response", "artifacts", "deep"],
)
def test_what_is_no_dump_says_where_and_why(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        sagemaker.read(written(tmp_path, content, DONE))
    assert said in str(caught.value)


def test_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        sagemaker.read(tmp_path / "gone")
    with pytest.raises(SourceError, match="holds no dump"):
        sagemaker.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "experiment", "called"),
    [
        ("churn-2026-04-01-03-00-00-123", None, "churn"),
        ("churn-2026-04-01-03-00-00", "cards", "cards/churn"),
        ("pipelines-abc123def456-TrainChurn-0a1B2c3D4e", None, "TrainChurn"),
        ("by-hand", None, "by-hand"),
        ("by-hand", "cards", "cards"),
    ],
)
def test_a_job_is_what_can_run_again(name: str, experiment: str | None, called: str) -> None:
    assert job(name, experiment) == called


def test_models_and_configurations_of_one_name_are_told_apart_by_their_region(tmp_path: Path) -> None:
    records = []
    for region, version in (("eu-west-1", 1), ("us-east-1", 2)):
        arn = f"arn:aws:sagemaker:{region}:1"
        records += [
            endpoint(region),
            record(
                "describe_endpoint_config",
                EndpointConfigName="c",
                EndpointConfigArn=f"{arn}:endpoint-config/c",
                ProductionVariants=[{"VariantName": "v", "ModelName": "m"}],
            ),
            record(
                "describe_model",
                ModelName="m",
                ModelArn=f"{arn}:model/m",
                PrimaryContainer={"ModelPackageName": f"{arn}:model-package/fraud/{version}"},
            ),
        ]
    found, _, _ = read(written(tmp_path, *records, DONE))
    served = {edge.target.parts[1:]: edge.source.parts for one in found for edge in one.edges}
    assert served == {
        ("fraud", "c"): ("arn:aws:sagemaker:eu-west-1:1", "fraud", "1"),
        ("1/us-east-1/fraud", "c"): ("arn:aws:sagemaker:us-east-1:1", "fraud", "2"),
    }
