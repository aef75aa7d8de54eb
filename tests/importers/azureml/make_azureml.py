# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["azure-ai-ml==1.35.2"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""A folder of YAML that the real SDK of Azure ML dumps: `uv run --script make_azureml.py FOLDER`."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

import yaml
from azure.ai.ml import Input, Output, command
from azure.ai.ml.entities import (
    AzureBlobDatastore,
    AzureDataLakeGen2Datastore,
    CommandJob,
    Data,
    Environment,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
)
from azure.ai.ml.entities._system_data import SystemData

logging.disable(logging.CRITICAL)
folder = Path(sys.argv[1])
made = SystemData(created_at=datetime(2026, 4, 1, 3, tzinfo=UTC), created_by="Ada", created_by_type="User")
GIT = {
    "mlflow.source.git.commit": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "mlflow.source.git.repoURL": "git@git.example.com:acme/fraud.git",
    "azureml.git.dirty": "True",
}

AzureBlobDatastore(name="lake", account_name="acme", container_name="raw").dump(folder / "lake.yml")
AzureDataLakeGen2Datastore(name="gold", account_name="acme", filesystem="gold").dump(folder / "gold.yml")
Environment(name="sklearn", version="4", image="example.com/sklearn:4").dump(folder / "environment.yml")

lake = "azureml://datastores/lake/paths/transactions/"
tx = Data(name="tx", version="1", path=lake, type="uri_folder", description="Card payments.", tags={"tier": "raw"})
tx._creation_context = made
tx.dump(folder / "tx.yml")

fraud = Model(
    name="fraud",
    version="3",
    path="azureml://jobs/happy_cat/outputs/artifacts/paths/model",
    type="mlflow_model",
    description="Says what is fraud.",
    stage="Production",
    properties={"flavors": "sklearn"},
)
fraud._creation_context = made
fraud.dump(folder / "fraud.yml")

CommandJob(
    name="happy_cat",
    display_name="Third try",
    experiment_name="cards",
    command="python train.py --data ${{inputs.data}}",
    environment="azureml:sklearn:4",
    environment_variables={"API_KEY": "hunter2"},
    compute="cpu",
    inputs={
        "data": Input(type="uri_folder", path="azureml:tx:1"),
        "features": Input(type="uri_file", path="azureml://datastores/gold/paths/features.parquet"),
        "base": Input(type="custom_model", path="azureml://registries/shared/models/base/versions/7"),
        "lr": 0.1,
        "shuffle": True,
    },
    outputs={
        "model": Output(type="mlflow_model", name="fraud", version="3"),
        "scores": Output(type="uri_file", path="azureml://datastores/lake/paths/scores.csv"),
    },
    status="Completed",
    creation_context=made,
    properties=GIT,
).dump(folder / "happy_cat.yml")

kept = command(
    display_name="nightly",
    command="python export.py",
    environment="azureml:sklearn:4",
    inputs={"data": Input(type="uri_folder", path="azureml:tx@latest")},
    outputs={"out": Output(type="uri_folder", path="azureml://datastores/lake/paths/export/")},
)
(folder / "nightly").mkdir()
kept._to_job().dump(folder / "nightly" / "job.yml")

endpoint = ManagedOnlineEndpoint(
    name="fraud",
    auth_mode="key",
    traffic={"blue": 90, "green": 10},
    mirror_traffic={"trial": 20},
    tags={"team": "risk"},
)
endpoint._scoring_uri = "https://fraud.westeurope.inference.ml.azure.com/score"
(folder / "endpoint.yml").write_text(yaml.safe_dump(json.loads(json.dumps(endpoint._to_dict()))))
for name, model in (("blue", "azureml:fraud:3"), ("green", "azureml:fraud:4"), ("trial", "azureml:fraud@latest")):
    ManagedOnlineDeployment(
        name=name,
        endpoint_name="fraud",
        model=model,
        environment="azureml:sklearn:4",
        environment_variables={"TOKEN": "hunter2"},
        instance_type="Standard_DS3_v2",
        instance_count=2,
    ).dump(folder / f"{name}.yml")
