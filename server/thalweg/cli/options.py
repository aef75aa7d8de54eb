"""The arguments and options that several commands share, so that each is the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

Server = Annotated[
    str | None,
    typer.Option(
        "--server", metavar="URL", help="Ask this server; else the one in THALWEG_SERVER.", show_default=False
    ),
]
AskedStore = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        help="Ask this store directly, without a server; else the one in THALWEG_STORE, else sqlite:///thalweg.db.",
        show_default=False,
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        help="The store, like sqlite:///thalweg.db or neo4j://host:7687; else the one in THALWEG_STORE, else "
        "sqlite:///thalweg.db.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="What is meant, as people name it: s3://lake/transactions, model:fraud@champion, model:fraud/3, "
        "run:4f1c…, commit:abc1234, deployment:production/fraud, a bare name where only one thing bears it, or an id.",
        show_default=False,
    ),
]
Names = Annotated[
    list[str], typer.Argument(metavar="NAME...", help="What is meant, as people name it.", show_default=False)
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="As it was then: 2026-05-02, or 2026-05-02T08:00:00Z.", show_default=False
    ),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="WORD", help="What to call this source; the same each time.", show_default=False),
]
ActiveWithin = Annotated[
    int,
    typer.Option("--active-within", metavar="DAYS", min=0, help="How far back a run says what its job will do."),
]
Newest = Annotated[
    int | None,
    typer.Option(
        "--newest", metavar="N", min=1, help="Of a dataset only the newest N versions; all without.", show_default=False
    ),
]


class KindWord(StrEnum):
    """A kind as it is written on the command line."""

    DATASET = "dataset"
    DATASET_VERSION = "dataset-version"
    REPOSITORY = "repository"
    COMMIT = "commit"
    JOB = "job"
    RUN = "run"
    MODEL = "model"
    MODEL_VERSION = "model-version"
    DEPLOYMENT = "deployment"
    RELEASE = "release"


class ListWord(StrEnum):
    """What can be listed."""

    DATASETS = "datasets"
    DATASET_VERSIONS = "dataset-versions"
    REPOSITORIES = "repositories"
    COMMITS = "commits"
    JOBS = "jobs"
    RUNS = "runs"
    MODELS = "models"
    MODEL_VERSIONS = "model-versions"
    DEPLOYMENTS = "deployments"
    RELEASES = "releases"


class OrphanWord(StrEnum):
    """What may stand alone."""

    RELEASES = "releases"
    DATA = "data"
    MODELS = "models"


class LevelWord(StrEnum):
    ASSET = "asset"
    VERSION = "version"


class ChangeWord(StrEnum):
    """What may happen to a thing."""

    CONTENT = "content"
    DELETE = "delete"
    WITHDRAW = "withdraw"


class EdgeWord(StrEnum):
    """A type of edge that a walk may follow."""

    INPUT_TO = "input-to"
    CODE_OF = "code-of"
    PRODUCED = "produced"
    SERVED_BY = "served-by"
    DERIVED_INTO = "derived-into"


class StatusWord(StrEnum):
    """How far a run has come."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    KILLED = "killed"
    UNKNOWN = "unknown"
