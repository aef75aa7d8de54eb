"""Training jobs as runs: what they read, with which parameters, and what came of them.

(datasetVersion)-[:INPUT_TO {role: <channel>}]->(run)-[:PRODUCED]->(modelVersion)
"""

from __future__ import annotations

import json
import re

from thalweg.importers.parts import Part
from thalweg.importers.sagemaker.known import Arn, Known, unversioned
from thalweg.importers.sagemaker.registry import ORIGIN, known
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.names import without_password

STATUSES = {
    "InProgress": "RUNNING",
    "Completed": "FINISHED",
    "Failed": "FAILED",
    "Stopping": "RUNNING",
    "Stopped": "KILLED",
    "Deleting": "UNKNOWN",
}
_STAMPED = re.compile(r"(?P<base>.+?)-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d(?:-\d{3})?")
_PIPELINE = re.compile(r"pipelines-[a-z0-9]{12}-(?P<step>.+)-[A-Za-z0-9]{10}")


def training_job(source: str, answer: Part, dump: Known) -> Granule | None:
    arn = Arn.of(answer.text("TrainingJobArn"))
    if arn is None:
        return None
    key = keys.run(*arn)
    name = answer.text("TrainingJobName") or arn.resource.partition("/")[2]
    algorithm, resources = answer.part("AlgorithmSpecification"), answer.part("ResourceConfig")
    image = algorithm.text("TrainingImage") or algorithm.text("AlgorithmName")
    parameters = {field: _value(text) for field, text in answer.texts("HyperParameters").items()}
    metrics: dict[str, Json] = {}
    for one in answer.parts("FinalMetricDataList"):
        value = one.number("Value")
        if (metric := one.text("MetricName")) is not None and value is not None:
            metrics[metric] = known({"last": value, "at": one.time("Timestamp")}) | {"last": value}
    environment = {
        "image": image,
        "instance": resources.text("InstanceType"),
        "instances": str(count) if (count := resources.whole("InstanceCount")) is not None else None,
    }
    props: dict[str, Json] = {
        "job": [arn.namespace, job(name, answer.part("ExperimentConfig").text("ExperimentName"))],
        "name": name,
        "status": STATUSES.get(answer.text("TrainingJobStatus") or "", "UNKNOWN"),
        "created_at": answer.time("CreationTime"),
        "started_at": answer.time("TrainingStartTime"),
        "ended_at": answer.time("TrainingEndTime"),
        "params": parameters or None,
        "metrics": metrics or None,
        "environment": known(dict(environment)) or None,
        "command": parameters.get("sagemaker_program"),
        "error": answer.text("FailureReason"),
        "extra": {"sagemaker": known({"arn": answer.text("TrainingJobArn"), "tuning": answer.text("TuningJobArn")})},
    }
    edges: list[EdgeFact] = []
    for channel in answer.parts("InputDataConfig"):
        uri = channel.part("DataSource", "S3DataSource").text("S3Uri")
        dataset = unversioned(without_password(uri), dump.source) if uri is not None else None
        if dataset is not None:
            edges.append(
                EdgeFact(dataset, EdgeType.INPUT_TO, key, channel.text("ChannelName") or "", {"assumed": True})
            )
    made = answer.part("ModelArtifacts").text("S3ModelArtifacts")
    if made is not None and answer.text("TrainingJobStatus") == "Completed":
        model = dump.lying_at(made)
        if model is not None:
            edges.append(EdgeFact(key, EdgeType.PRODUCED, model))
    return Granule(source, f"run/{'/'.join(arn)}", ORIGIN, entities=[EntityFact(key, props)], edges=edges)


def job(name: str, experiment: str | None) -> str:
    """What ran, and can run again: the experiment, else the step of a pipeline, else the name without its time."""
    match = _PIPELINE.fullmatch(name)
    if match:
        return match["step"]
    stamped = _STAMPED.fullmatch(name)
    base = stamped["base"] if stamped else None
    return "/".join(part for part in (experiment, base) if part) or name


def _value(text: str) -> str:
    """A parameter; the SDK of SageMaker writes texts as JSON, in quotes."""
    if text[:1] == text[-1:] == '"' and len(text) > 1:
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text
