# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["openlineage-python==1.54.0"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""Events that the real client makes and sends: `uv run --script make_openlineage.py URL FOLDER`.

Each transport of the client tells of a run of its own, by its START and its COMPLETE: over HTTP at once, packed, and in
the background; and into files. `sent.json` says what was sent, as the client itself writes it.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attr
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    Dataset,
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    set_producer,
)
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    JobFacet,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    data_quality_metrics_input_dataset,
    dataset_version_dataset,
    datasource_dataset,
    documentation_dataset,
    documentation_job,
    environment_variables_run,
    error_message_run,
    execution_parameters_run,
    job_type_job,
    lifecycle_state_change_dataset,
    nominal_time_run,
    output_statistics_output_dataset,
    ownership_dataset,
    ownership_job,
    parent_run,
    processing_engine_run,
    schema_dataset,
    source_code_location_job,
    sql_job,
    storage_dataset,
    symlinks_dataset,
    tags_dataset,
    tags_run,
)
from openlineage.client.serde import Serde
from openlineage.client.transport import get_default_factory

SHA = "693e35482bc2e526ced2b5f9f76ef83dec6ec691"
BEGIN = datetime(2026, 5, 2, 8, 0, tzinfo=UTC)
PARENT = "0190a3b2-0000-7000-8000-00000000da60"

set_producer("https://git.example.com/acme/etl")


@attr.define
class ModelVersion(DatasetFacet):
    """Thalweg's facet, as anybody adds one of their own."""

    version: str
    uri: str | None = None
    metrics: dict[str, float] | None = None
    aliases: list[dict[str, str]] | None = None

    @staticmethod
    def _get_schema() -> str:
        return "urn:thalweg:openlineage:ModelVersionDatasetFacet:1"


@attr.define
class Deployment(JobFacet):
    namespace: str
    name: str
    since: str

    @staticmethod
    def _get_schema() -> str:
        return "urn:thalweg:openlineage:DeploymentJobFacet:1"


@attr.define
class Traffic(InputDatasetFacet):
    traffic: int

    @staticmethod
    def _get_schema() -> str:
        return "urn:thalweg:openlineage:EdgeFacet:1"


def at(minute: int) -> str:
    return (BEGIN + timedelta(minutes=minute)).isoformat()


def of_run(id: str, name: str, minute: int) -> list[RunEvent]:
    """A run that reads two tables and writes one, in two events."""
    field = schema_dataset.SchemaDatasetFacetFields
    inputs = [
        InputDataset(
            "s3a://lake",
            "/raw/orders",
            facets={
                "schema": schema_dataset.SchemaDatasetFacet([field("id", "long"), field("amount", "double")]),
                "version": dataset_version_dataset.DatasetVersionDatasetFacet("17"),
            },
            inputFacets={
                "dataQualityMetrics": data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
                    rowCount=5, columnMetrics={}
                ),
                "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
                    [data_quality_assertions_dataset.Assertion("not_null", True, "id")]
                ),
            },
        ),
        InputDataset("postgresql://DB:5432", "shop.public.rates"),
    ]
    made = column_lineage_dataset
    total = made.Fields(
        [
            made.InputField("s3a://lake", "/raw/orders", "amount", [made.Transformation("DIRECT", "AGGREGATION")]),
            made.InputField("postgresql://DB:5432", "shop.public.rates", "rate"),
        ]
    )
    outputs = [
        OutputDataset(
            "s3://lake",
            f"gold/{name}",
            facets={
                "schema": schema_dataset.SchemaDatasetFacet([field("total", "double")]),
                "columnLineage": made.ColumnLineageDatasetFacet({"total": total}),
                "symlinks": symlinks_dataset.SymlinksDatasetFacet(
                    [symlinks_dataset.Identifier("hive://meta:9083", f"gold.{name}", "TABLE")]
                ),
                "storage": storage_dataset.StorageDatasetFacet("delta", "parquet"),
                "dataSource": datasource_dataset.DatasourceDatasetFacet("lake", "s3://lake"),
                "documentation": documentation_dataset.DocumentationDatasetFacet("Orders in gold."),
                "ownership": ownership_dataset.OwnershipDatasetFacet([ownership_dataset.Owner("team:risk")]),
                "tags": tags_dataset.TagsDatasetFacet([tags_dataset.TagsDatasetFacetFields("tier", "gold")]),
                "lifecycleStateChange": lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(
                    lifecycle_state_change_dataset.LifecycleStateChange.OVERWRITE
                ),
            },
            outputFacets={
                "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(31, 4096, 2)
            },
        ),
        OutputDataset(
            "mlflow://prod",
            f"model-{name}",
            facets={
                "thalweg_modelVersion": ModelVersion(
                    "3", "s3://models/fraud/3", {"auc": 0.93}, [{"name": "champion", "since": at(minute)}]
                )
            },
        ),
    ]
    job = Job(
        "airflow",
        f"nightly.{name}",
        facets={
            "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet(
                "git", "https://git.example.com/acme/etl", "git@git.example.com:acme/etl.git", "orders.py", SHA
            ),
            "sql": sql_job.SQLJobFacet("SELECT 1"),
            "jobType": job_type_job.JobTypeJobFacet("BATCH", "AIRFLOW", "TASK"),
            "documentation": documentation_job.DocumentationJobFacet("Loads."),
            "ownership": ownership_job.OwnershipJobFacet([ownership_job.Owner("team:etl")]),
        },
    )
    parent = parent_run.ParentRunFacet(run=parent_run.Run(PARENT), job=parent_run.Job("airflow", "nightly"))
    start = {
        "parent": parent,
        "nominalTime": nominal_time_run.NominalTimeRunFacet(at(0), at(60)),
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet("3.0.1", "airflow"),
        "executionParameters": execution_parameters_run.ExecutionParametersRunFacet(
            [execution_parameters_run.ExecutionParameter("depth", value="6")]
        ),
        "environmentVariables": environment_variables_run.EnvironmentVariablesRunFacet(
            [environment_variables_run.EnvironmentVariable("TEAM", "risk")]
        ),
        "tags": tags_run.TagsRunFacet([tags_run.TagsRunFacetFields("tier", "gold", "AIRFLOW")]),
    }
    return [
        RunEvent(
            eventTime=at(minute),
            eventType=RunState.START,
            run=Run(id, facets=start),
            job=Job("airflow", job.name),
            inputs=inputs,
        ),
        RunEvent(
            eventTime=at(minute + 5),
            eventType=RunState.COMPLETE,
            run=Run(id, facets={"parent": parent}),
            job=job,
            inputs=inputs,
            outputs=outputs,
        ),
    ]


def of_others() -> list[RunEvent | JobEvent | DatasetEvent]:
    """A run that failed, what a job is designed to do, a dataset, and a deployment."""
    error = error_message_run.ErrorMessageRunFacet("no such table", "PYTHON", "Traceback …")
    deployed = Job("serving", "fraud", facets={"thalweg_deployment": Deployment("production", "fraud", at(20))})
    served = InputDataset(
        "mlflow://prod",
        "model-sync",
        facets={"thalweg_modelVersion": ModelVersion("3")},
        inputFacets={"thalweg_edge": Traffic(90)},
    )
    return [
        RunEvent(
            eventTime=at(9),
            eventType=RunState.FAIL,
            run=Run("0190a3b2-1111-7000-8000-00000000000f", facets={"errorMessage": error}),
            job=Job("airflow", "nightly.broken"),
        ),
        JobEvent(
            eventTime=at(9),
            job=Job("airflow", "nightly.designed"),
            inputs=[InputDataset("s3://lake", "raw/orders")],
            outputs=[OutputDataset("s3://lake", "designed")],
        ),
        DatasetEvent(
            eventTime=at(9),
            dataset=Dataset(
                "s3://lake",
                "raw/orders",
                facets={
                    "documentation": documentation_dataset.DocumentationDatasetFacet("Raw orders."),
                    "version": dataset_version_dataset.DatasetVersionDatasetFacet("17"),
                },
            ),
        ),
        JobEvent(eventTime=at(20), job=deployed, inputs=[served]),
    ]


def main(url: str, folder: Path) -> None:
    http = {"type": "http", "url": url, "auth": {"type": "api_key", "apiKey": "secret"}}
    transports = {
        "sync": http,
        "packed": {**http, "compression": "gzip"},
        "background": {**http, "type": "async_http", "compression": "gzip"},
        "appended": {"type": "file", "log_file_path": str(folder / "appended" / "events"), "append": True},
        "single": {"type": "file", "log_file_path": str(folder / "single" / "event"), "append": False},
    }
    sent: dict[str, list[dict[str, object]]] = {}
    for number, (name, config) in enumerate(transports.items()):
        (folder / name).mkdir()
        events = of_run(f"0190a3b2-1111-7000-8000-{number:012}", name, number)
        if name == "sync":
            events += of_others()
        client = OpenLineageClient(transport=get_default_factory().create(config))
        for event in events:
            client.emit(event)
        assert client.close(timeout=60)
        sent[name] = [json.loads(Serde.to_json(event)) for event in events]
    (folder / "sent.json").write_text(json.dumps(sent))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
