# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["boto3==1.43.0", "botocore==1.43.0"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""A dump that the lines of the importer's page make: `uv run --script make_sagemaker.py PAGE FOLDER`.

boto3 is the real one. SageMaker is not: what it would send is written here, and each answer is held against boto3's own
model of the service before it goes on the wire.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.validate import ParamValidator

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
FIRST = 1_775_012_400.0  # 2026-04-01T03:00:00Z
DAY = 86_400
REPOSITORY = "https://git.example.com/acme/fraud.git"
COMMIT = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
GOOD = "fraud-2026-04-01-03-00-00-123"
BAD = "fraud-2026-04-02-03-00-00-123"
STEP = "pipelines-abc123def456-TrainChurn-0a1B2c3D4e"


def data(job: str) -> str:
    return f"s3://ml/{job}/output/model.tar.gz"


def package(version: int) -> dict[str, Any]:
    approved = version == 1
    return {
        "ModelPackageName": f"fraud/{version}",
        "ModelPackageGroupName": "fraud",
        "ModelPackageVersion": version,
        "ModelPackageArn": f"{ARN}:model-package/fraud/{version}",
        "ModelPackageDescription": f"Try {version}",
        "CreationTime": FIRST + version * DAY,
        "InferenceSpecification": {
            "Containers": [
                {"Image": "example.com/xgboost:1", "ModelDataUrl": data(GOOD) if approved else data("other")}
            ],
        },
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Approved" if approved else "PendingManualApproval",
        "CreatedBy": {"UserProfileName": "ada"},
        "MetadataProperties": {
            "CommitId": COMMIT,
            "Repository": REPOSITORY,
            "GeneratedBy": f"{ARN}:training-job/{GOOD}",
        }
        if approved
        else {},
        "CustomerMetadataProperties": {"team": "risk"},
        **(
            {
                "LastModifiedTime": FIRST + 9 * DAY,
                "LastModifiedBy": {"IamIdentity": {"Arn": "arn:aws:iam::123456789012:user/grace"}},
                "ApprovalDescription": "Better on every slice",
                "ModelLifeCycle": {"Stage": "Production", "StageStatus": "Approved", "StageDescription": "Live"},
            }
            if approved
            else {}
        ),
    }


def job(name: str) -> dict[str, Any]:
    failed = name == BAD
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"{ARN}:training-job/{name}",
        "ModelArtifacts": {"S3ModelArtifacts": data(name)},
        "TrainingJobStatus": "Failed" if failed else "Completed",
        "SecondaryStatus": "Failed" if failed else "Completed",
        **({"FailureReason": "AlgorithmError: out of memory"} if failed else {}),
        "HyperParameters": {"max_depth": "5", "sagemaker_program": '"train.py"', "objective": '"binary:logistic"'},
        "AlgorithmSpecification": {"TrainingImage": "example.com/xgboost:1", "TrainingInputMode": "File"},
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lake/transactions/"}},
            },
            {
                "ChannelName": "shared",
                "DataSource": {
                    "FileSystemDataSource": {
                        "FileSystemId": "fs-0123456789", "FileSystemAccessMode": "ro", "FileSystemType": "EFS",
                        "DirectoryPath": "/x",
                    }
                },
            },
        ],
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
        "StoppingCondition": {},
        "CreationTime": FIRST,
        "TrainingStartTime": FIRST + 60,
        "TrainingEndTime": FIRST + 3_660.5,
        "Environment": {"API_KEY": "hunter2"},
        "FinalMetricDataList": [] if failed else [{"MetricName": "auc", "Value": 0.9125, "Timestamp": FIRST + 3_600}],
        "ExperimentConfig": {"ExperimentName": "cards"} if name == GOOD else {},
    }  # fmt: skip


def variant(name: str, model: str, weight: float) -> dict[str, Any]:
    return {"VariantName": name, "ModelName": model, "InitialVariantWeight": weight, "InstanceType": "ml.c5.large"}


SHARES = [variant("main", "fraud-1", 1), variant("next", "fraud-other", 1)]
SHADOWS = [variant("trial", "bare", 1)]
MODELS = {
    "fraud-1": {"ModelPackageName": f"{ARN}:model-package/fraud/1"},
    "fraud-other": {"ModelDataUrl": data("other"), "Environment": {"TOKEN": "hunter2"}},
    "bare": {"ModelDataSource": {"S3DataSource": {
        "S3Uri": "s3://ml/bare/7/", "S3DataType": "S3Prefix", "CompressionType": "None",
    }}},
}  # fmt: skip
LAKE, MADE, STAGED = (f"{ARN}:artifact/{name}" for name in ("lake", "made", "staged"))
TRIAL = f"{ARN}:experiment-trial-component/{STEP.lower()}-aws-training-job"
ARTIFACTS = [
    (LAKE, "s3://lake/customers", "DataSet"),
    (STAGED, "s3://lake/staged", "DataSet"),
    (MADE, data(STEP), "Model"),
]
ASSOCIATIONS = [
    (LAKE, STAGED, "DerivedFrom"),
    (STAGED, TRIAL, "ContributedTo"),
    (TRIAL, MADE, "Produced"),
    (MADE, f"{ARN}:context/churn", "AssociatedWith"),
]


def answer(operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """What SageMaker would send. Lists come in pages of one."""
    match operation:
        case "ListModelPackageGroups":
            arn = f"{ARN}:model-package-group/fraud"
            status = {"ModelPackageGroupStatus": "Completed", "CreationTime": FIRST}
            one = {"ModelPackageGroupName": "fraud", "ModelPackageGroupArn": arn, **status}
            return page("ModelPackageGroupSummaryList", [one], given)
        case "DescribeModelPackageGroup":
            arn = f"{ARN}:model-package-group/fraud"
            return {
                "ModelPackageGroupName": "fraud", "ModelPackageGroupArn": arn, "CreationTime": FIRST,
                "ModelPackageGroupDescription": "Says what is fraud.", "CreatedBy": {"UserProfileName": "ada"},
                "ModelPackageGroupStatus": "Completed",
            }  # fmt: skip
        case "ListModelPackages":
            names = ("ModelPackageName", "ModelPackageArn", "CreationTime", "ModelPackageStatus", "ModelPackageVersion")
            packages = [{name: package(version)[name] for name in names} for version in (2, 1)]
            return page("ModelPackageSummaryList", packages, given)
        case "DescribeModelPackage":
            return package(int(given["ModelPackageName"][-1]))
        case "ListTrainingJobs":
            names = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
            return page(
                "TrainingJobSummaries", [{name: job(one)[name] for name in names} for one in (GOOD, BAD, STEP)], given
            )
        case "DescribeTrainingJob":
            return job(given["TrainingJobName"])
        case "ListEndpoints":
            named = {"EndpointName": "fraud", "EndpointArn": f"{ARN}:endpoint/fraud"}
            times = {"CreationTime": FIRST + DAY, "LastModifiedTime": FIRST + 9 * DAY}
            return page("Endpoints", [{**named, **times, "EndpointStatus": "InService"}], given)
        case "DescribeEndpoint":
            return {
                "EndpointName": "fraud", "EndpointArn": f"{ARN}:endpoint/fraud", "EndpointConfigName": "fraud-7",
                "EndpointStatus": "InService", "CreationTime": FIRST + DAY, "LastModifiedTime": FIRST + 9 * DAY,
                "ProductionVariants": [{"VariantName": "main", "CurrentWeight": 3.0}],
                "DataCaptureConfig": {
                    "EnableCapture": True, "CaptureStatus": "Started", "CurrentSamplingPercentage": 10,
                    "DestinationS3Uri": "s3://lake/captured", "KmsKeyId": "",
                },
            }  # fmt: skip
        case "DescribeEndpointConfig":
            return {
                "EndpointConfigName": "fraud-7", "EndpointConfigArn": f"{ARN}:endpoint-config/fraud-7",
                "ProductionVariants": SHARES, "ShadowProductionVariants": SHADOWS, "CreationTime": FIRST + 8 * DAY,
            }  # fmt: skip
        case "DescribeModel":
            name = given["ModelName"]
            named = {"ModelName": name, "ModelArn": f"{ARN}:model/{name}", "CreationTime": FIRST}
            return {**named, "PrimaryContainer": {"Image": "example.com/xgboost:1", **MODELS[name]}}
        case "ListArtifacts":
            found = [
                {"ArtifactArn": arn, "Source": {"SourceUri": uri}, "ArtifactType": kind} for arn, uri, kind in ARTIFACTS
            ]
            return page("ArtifactSummaries", found, given)
        case "ListAssociations":
            found = [
                {"SourceArn": start, "DestinationArn": end, "AssociationType": kind}
                for start, end, kind in ASSOCIATIONS
            ]
            return page("AssociationSummaries", found, given)
    raise AssertionError(operation)


def page(name: str, found: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    first = int(given.get("NextToken", 0))
    following = {"NextToken": str(first + 1)} if first + 1 < len(found) else {}
    return {name: found[first : first + 1], **following}


def nameless(body: dict[str, Any]) -> dict[str, Any]:
    """As SageMaker leaves out what its model requires: a package that is a version has no name of its own."""
    kept = {name: value for name, value in body.items() if name != "ModelPackageName"}
    if "ModelPackageSummaryList" in kept:
        kept["ModelPackageSummaryList"] = [nameless(one) for one in kept["ModelPackageSummaryList"]]
    return kept


class Raw:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self.body]


def client(name: str) -> Any:
    found = real(name, region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
    operations = found.meta.service_model

    def send(request: Any, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        body = answer(operation, json.loads(request.body))
        report = ParamValidator().validate(body, operations.operation_model(operation).output_shape)
        assert not report.has_errors(), f"{operation}: {report.generate_report()}"
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, 200, headers, Raw(json.dumps(nameless(body)).encode()))

    found.meta.events.register("before-send.sagemaker", send)
    return found


if __name__ == "__main__":
    text, folder = Path(sys.argv[1]).read_text("utf-8"), sys.argv[2]
    (lines,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    os.chdir(folder)
    real = boto3.client
    boto3.client = client
    exec(compile(lines, "dump.py", "exec"), {"__name__": "__main__"})
