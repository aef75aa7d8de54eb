"""The example estate: a year of a small shop, recorded from the real tools (`tools/estate/`).

Two teams (risk, growth) train fraud, churn and a recommender with MLflow; fraud and churn share one feature table, and
say since July which columns of it they read; fraud learns from what its own endpoint predicted. Demand is forecast with
DVC and GTO, from sales that the lake lays down there and tells of by OpenLineage; its endpoint is in Kubernetes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

MLFLOW = "shop"
"""The name that the MLflow store is imported under; the manifest names its models by `mlflow://shop`."""

TRAINING = "training"
"""The name that the repository is imported under."""

REPOSITORY_URL = "https://git.example.com/ml/training"
"""What the runs call the repository; a bundle has no remote to say so."""

DEMAND = "demand"
"""The name that the repository of the forecast is imported under, by each importer that reads it."""

DEMAND_URL = "https://git.example.com/ml/demand"
"""What the others call it."""

LAKE, CLUSTER = "lake", "growth"
"""The names of the events and of the cluster's namespace."""


@dataclass(frozen=True, slots=True)
class Estate:
    """Where the parts of the estate lie, as files that can be opened."""

    mlflow: Path
    artifacts: Path
    training: Path
    deployments: Path
    events: Path
    demand: Path
    cluster: Path


@contextmanager
def estate() -> Iterator[Estate]:
    """The files of the estate, for as long as the context is open (a zipped install unpacks them)."""
    root = files(__name__)
    with ExitStack() as stack:
        places = [
            stack.enter_context(as_file(root.joinpath(name)))
            for name in (
                "mlflow.db",
                "artifacts",
                "training.bundle",
                "deployments.yaml",
                "events.ndjson",
                "demand.bundle",
                "cluster.yaml",
            )
        ]
        yield Estate(*places)
