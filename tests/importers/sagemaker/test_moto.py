"""An account that boto3 made in moto, which is a SageMaker that others wrote: its answers are not ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.importers.golden import lines
from thalweg.cli.main import main
from thalweg.importers import sagemaker
from thalweg.importers.sagemaker import aws

HERE = Path(__file__).parent
LIVE = "aws://eu-west-1"
ACCOUNT = "arn:aws:sagemaker:eu-west-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/train"
IMAGE = "example.com/xgboost:1"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an account with a package, jobs and an endpoint; it is where boto3 asks for SageMaker."""
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "run", "--quiet", "--script", str(HERE / "serve_moto.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as moto:
        assert moto.stdin is not None
        assert moto.stdout is not None
        address = moto.stdout.readline().strip()
        assert address.startswith("http://"), "it says on stderr what is wrong"
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", address)
        client = boto3.client("sagemaker", region_name="eu-west-1")
        fill(client)
        yield client
        moto.stdin.close()


def fill(client: Any) -> None:
    """Three packages, of which two go into a page; each is what a job of its own trained."""
    client.create_model_package_group(ModelPackageGroupName="fraud", ModelPackageGroupDescription="Says what is fraud.")
    for job in ("fraud-a", "fraud-b", "fraud-c"):
        client.create_training_job(
            TrainingJobName=job,
            RoleArn=ROLE,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": "s3://lake/transactions",
            }}}],
            OutputDataConfig={"S3OutputPath": "s3://ml/out"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )  # fmt: skip
        trained = client.describe_training_job(TrainingJobName=job)["ModelArtifacts"]["S3ModelArtifacts"]
        client.create_model_package(
            ModelPackageGroupName="fraud",
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "ModelDataUrl": trained}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )
    container = {"ModelPackageName": f"{ACCOUNT}:model-package/fraud/3"}
    client.create_model(ModelName="fraud-3", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "main", "ModelName": "fraud-3", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName="fraud-3", ProductionVariants=[variant])
    client.create_endpoint(EndpointName="fraud", EndpointConfigName="fraud-3")


def test_what_boto3_made_is_found_again(
    account: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(aws, "PAGE", 2)
    reading = sagemaker.read(LIVE, environment="production")
    said = lines(list(reading.granules))
    assert (reading.complete, reading.warnings) == (True, [])
    assert [line.partition("/arn")[0] for line in said if not line.startswith(" ")] == [
        "model", "version", "version", "version", "run", "run", "run", "deployment/production/fraud",
        "release/production/fraud/fraud-3",
    ]  # fmt: skip
    for number, job in ((1, "fraud-a"), (3, "fraud-c")):
        made = f"({ACCOUNT} training-job/{job})-[:PRODUCED]->({ACCOUNT} fraud {number})"
        assert f"  {made}" in said
    assert f"  ({ACCOUNT} fraud 3)-[:SERVED_BY traffic=100]->(production fraud fraud-3)" in said
    command = ("import", "sagemaker", LIVE, "--environment", "production", "--store", f"sqlite:///{tmp_path}/store.db")
    for _ in range(2):
        assert main(command) == 0
    assert "sagemaker:eu-west-1: 9 scopes: 0 written, 9 unchanged" in capsys.readouterr().out
    account.update_model_package(ModelPackageArn=f"{ACCOUNT}:model-package/fraud/1", ModelApprovalStatus="Approved")
    account.delete_endpoint(EndpointName="fraud")
    assert main(command) == 0
    assert "sagemaker:eu-west-1: 7 scopes: 1 written, 6 unchanged" in (out := capsys.readouterr().out)
    assert "1 gone, 1 ended" in out
