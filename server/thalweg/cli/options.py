"""The arguments and options that several commands share, so that each is the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thalweg.model.time import LONGEST_IN_DAYS

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
SomeNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME...", help="What is meant, as people name it.", show_default=False),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="As it was then: 2026-05-02, or 2026-05-02T08:00:00Z.", show_default=False
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="What others call the repository, where its remote says otherwise.",
        show_default=False,
    ),
]
Repositories = Annotated[
    list[str],
    typer.Argument(
        metavar="REPOSITORY...",
        help="Clones, bare or not, bundles, URLs, or folders of them; each is a source of its own.",
        show_default=False,
    ),
]
RepositoryOfRuns = Annotated[
    str | None,
    typer.Option(
        "--repository",
        metavar="URL",
        help="The repository of runs that name a commit and none.",
        show_default=False,
    ),
]
Clones = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        envvar="THALWEG_CACHE",
        help="Where clones of what is named by URL are kept; ~/.cache/thalweg without.",
        show_default=False,
        show_envvar=False,
    ),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="WORD", help="What to call this source; the same each time.", show_default=False),
]
GREATEST = 2**31 - 1
"""The greatest whole number that GraphQL knows, and so the greatest that a question may hold."""
ActiveWithin = Annotated[
    int,
    typer.Option(
        "--active-within",
        metavar="DAYS",
        min=0,
        max=LONGEST_IN_DAYS,
        help="How far back a run says what its job will do.",
    ),
]
Newest = Annotated[
    int | None,
    typer.Option(
        "--newest",
        metavar="N",
        min=1,
        max=GREATEST,
        help="Of a dataset only the newest N versions; all without.",
        show_default=False,
    ),
]


# ------------------------------------------------------------------------------------------------------- what happens

Content = Annotated[bool, typer.Option("--content", help="Its content changes, or was wrong.")]
ContentColumns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="COLUMN", help="With --content: only this column (again for more)."),
]
DropColumn = Annotated[
    list[str] | None, typer.Option("--drop-column", metavar="COLUMN", help="This column goes (again for more).")
]
RenameColumn = Annotated[
    list[str] | None, typer.Option("--rename-column", metavar="OLD=NEW", help="A column is renamed (again for more).")
]
RetypeColumn = Annotated[
    list[str] | None,
    typer.Option(
        "--retype-column",
        metavar="COLUMN=TYPE",
        help="A column gets another type; COLUMN:OLD=TYPE says also which it had (again for more).",
    ),
]
NullableColumn = Annotated[
    list[str] | None,
    typer.Option("--nullable-column", metavar="COLUMN", help="This column may be null from now on (again for more)."),
]
AddColumn = Annotated[
    list[str] | None,
    typer.Option("--add-column", metavar="COLUMN[:TYPE]", help="A column comes (again for more)."),
]
Delete = Annotated[bool, typer.Option("--delete", help="It is deleted.")]
DeleteVersions = Annotated[
    Path | None,
    typer.Option(
        "--delete-versions",
        metavar="FILE",
        help="The versions of it that a file lists, one a line, are deleted.",
        show_default=False,
    ),
]
Code = Annotated[
    bool, typer.Option("--code", help="This commit was wrong; or all of a range: commit:1a2b3c4..5d6e7f8.")
]
Withdraw = Annotated[bool, typer.Option("--withdraw", help="This model version may not be used any more.")]
NewSchema = Annotated[
    Path | None,
    typer.Option(
        "--new-schema",
        metavar="FILE",
        help="It becomes as this file says: SQL, dbt, Parquet, Iceberg, Delta, Avro, Arrow, JSON Schema, ODCS, CSV, "
        "JSON Lines.",
        show_default=False,
    ),
]
Table = Annotated[
    str | None,
    typer.Option("--table", metavar="NAME", help="Of a file with several tables: this one.", show_default=False),
]
Dialect = Annotated[
    str | None,
    typer.Option("--dialect", metavar="NAME", help="Of SQL: postgres, bigquery, spark, ….", show_default=False),
]
FromDiff = Annotated[
    str | None,
    typer.Option(
        "--from-diff",
        metavar="BASE...HEAD",
        help="What the files of these commits change, since HEAD left BASE: SQL, dbt, DVC, contracts, schemas, "
        "manifests. Then no NAME is given.",
        show_default=False,
    ),
]
Repository = Annotated[
    Path | None,
    typer.Option(
        "--repository",
        metavar="PATH",
        help="With --from-diff: of this repository; else of the one that the current folder is in.",
        show_default=False,
    ),
]
DatasetOf = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="TABLE=NAME",
        help="With --from-diff: this table of a file is that dataset, or, as TABLE=-, none (again for more).",
    ),
]
Keep = Annotated[
    bool, typer.Option("--keep", help="Keep the verdict in the store, and print the id that --verify takes.")
]
Verify = Annotated[
    str | None,
    typer.Option(
        "--verify",
        metavar="ID",
        help="Ask again what a kept verdict was given on, and tell what has moved since.",
        show_default=False,
    ),
]
Policy = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        envvar="THALWEG_POLICY",
        help="Judge by the rules of this TOML file; else by those of the server, or the default ones.",
        show_default=False,
        show_envvar=False,
    ),
]
MinCoverage = Annotated[
    float,
    typer.Option(
        "--min-coverage",
        metavar="PERCENT",
        min=0,
        max=100,
        help="Of how many readers it must be known which columns they read; else INCOMPLETE.",
    ),
]
AnyColumn = Annotated[
    bool, typer.Option("--allow-unknown-column", help="Take a column also where the dataset never had it.")
]

# ---------------------------------------------------------------------------------------------------------------- gate


class FailWord(StrEnum):
    """From which verdict on a check fails."""

    BLOCK = "block"
    WARN = "warn"


Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORM[=FILE]",
        help="Write text, json, markdown, junit, sarif, github or gitlab, to a file or to standard output (again for "
        "more).",
    ),
]
FailOn = Annotated[FailWord, typer.Option("--fail-on", help="From which verdict on to exit with 1.")]
Strict = Annotated[bool, typer.Option("--strict", help="Weigh everything as if it were live.")]
WaiversFile = Annotated[
    Path | None,
    typer.Option(
        "--waivers",
        metavar="FILE",
        help="What somebody let pass; thalweg-waivers.toml without, where it is there.",
        show_default=False,
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="An earlier report (--format json=FILE): what it has already blocks no more.",
        show_default=False,
    ),
]
Anchor = Annotated[
    str | None,
    typer.Option(
        "--anchor",
        metavar="FILE",
        help="The file of the repository that findings are shown at where no better is known; thalweg-waivers.toml "
        "without.",
        show_default=False,
    ),
]


SelfTest = Annotated[
    bool,
    typer.Option(
        "--self-test",
        help="Check that the gate itself closes and opens, on a small estate of its own, and stop.",
    ),
]

# --------------------------------------------------------------------------------------------------------------- words


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
