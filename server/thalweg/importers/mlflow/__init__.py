"""Runs, datasets, models and marks of an MLflow tracking store: its SQLite file, of MLflow 2 or 3, read only.

    (dataset version)-[:INPUT_TO {role}]->(run)-[:PRODUCED]->(dataset version | model version)
    (commit)-[:CODE_OF {path, dirty}]->(run)      (parent run)-[:PARENT_OF]->(run)
    (model)-[:MARKS {ALIAS | STAGE}]->(model version)

MLflow knows what datasets a run read, and has no place for those it wrote. Thalweg's convention: a dataset that was
logged with `mlflow.log_input` in the context `output` (or `outputs`, `produced`) was PRODUCED by the run, in any other
context it was read, and the context is the role. A later run that logs the same source and digest reads that version.

Scopes: `dataset/<namespace>/<name>@<version>`, `experiment/<id>` (its jobs), `run/<id>`, `logged-model/<id>`,
`model/<name>` (a registered model with its versions, aliases and stages). None has a revision: what is stated decides.
Runs that MLflow holds as deleted are stated with `gone_at`; what it no longer holds is simply not stated.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from thalweg.importers.mlflow import datasets, experiments, logged, registered, runs
from thalweg.importers.mlflow.database import Database, Rows
from thalweg.importers.mlflow.mlmodel import Artifacts
from thalweg.importers.mlflow.notes import Notes
from thalweg.importers.mlflow.place import Place
from thalweg.importers.reading import Lies, Reading
from thalweg.model.errors import SourceError
from thalweg.model.facts import Granule
from thalweg.model.names import without_password

ORIGIN = "mlflow"
PATIENCE = 5.0

_SERVERS = ("postgresql", "postgres", "mysql", "mssql", "oracle")


def read(
    location: str | os.PathLike[str],
    *,
    source: str | None = None,
    artifacts: str | os.PathLike[str] | None = None,
    repository: str | None = None,
    patience: float = PATIENCE,
) -> Reading:
    """One pass over an MLflow store.

    location: the SQLite file, a folder with an `mlflow.db`, or a `sqlite:///` address.
    source: the name of this MLflow, `prod`; without one the file's own. Its runs, jobs and models are in the namespace
        `mlflow://<name>`, so two stores imported under one name are taken for one.
    artifacts: a copy of the artifact store, or of its MLmodel files alone: signatures are read there. Without it they
        are read where the artifacts lie on this disk.
    repository: the URL of the repository whose commits those are whose runs name none (MLflow before 3 writes none).
    patience: seconds to wait for somebody who writes.

    Raises SourceError, with what to do, for what is no MLflow store or cannot be read.
    """
    path = _path(location)
    place = Place(_name(source) if source is not None else path.stem or "mlflow")
    warnings: list[str] = []
    notes = Notes(warnings)
    folder = Path(artifacts).expanduser() if artifacts is not None else None
    if folder is not None and not folder.is_dir():
        raise SourceError(f"{folder} is no folder.", "Give the folder that holds the artifacts of the experiments.")

    def prepare(connection: sqlite3.Connection) -> None:
        datasets.gather(connection, place)
        experiments.gather(connection)
        logged.gather(connection)

    database = Database(path, patience, prepare)

    def granules() -> Generator[Granule, None, None]:
        files = Artifacts(folder, notes)
        try:
            yield from datasets.granules(database, place, notes)
            yield from experiments.granules(database, place)
            yield from runs.granules(database, place, notes, repository)
            yield from logged.granules(database, place, files)
            yield from registered.granules(database, place, files)
        finally:
            notes.close()

    try:
        total = database.read(_total)
    except BaseException:
        database.close()
        raise
    stream = granules()

    def close() -> None:
        stream.close()
        database.close()

    return Reading(place.source, ORIGIN, stream, total=total, warnings=warnings, close=close)


def recognised(place: Path) -> Iterator[Lies]:
    """An SQLite file that MLflow made, or a folder with one that is named as MLflow names it."""
    file = place / "mlflow.db" if place.is_dir() else place
    if not file.is_file():
        return
    with suppress(SourceError):
        Database(file, PATIENCE, lambda _: None).close()
        yield Lies(str(file), "an MLflow store")


def _total(rows: Rows) -> int:
    counts = rows(
        """
        SELECT (SELECT count(*) FROM versions) + (SELECT count(*) FROM experiments) + (SELECT count(*) FROM runs)
          + (SELECT count(*) FROM logged_models) + (SELECT count(*) FROM registered_models)
        """
    )
    return int(counts[0][0])


def _name(source: str) -> str:
    """`prod` of `prod`, or of `mlflow:prod`."""
    name = source.strip().removeprefix(f"{ORIGIN}:")
    if not name or re.search(r"[\s\0]", name):
        raise SourceError(f"{source!r} is no name of a source.", "Call this MLflow by one word, like `prod`.")
    return name


def _path(location: str | os.PathLike[str]) -> Path:
    text = os.fspath(location)
    scheme = text.partition(":")[0].partition("+")[0].lower() if "://" in text else ""
    if scheme in _SERVERS:
        raise SourceError(
            f"{without_password(text)} is a database server; of MLflow's backend stores only SQLite is read as of now.",
            "Copy the store into SQLite, or send lineage as OpenLineage events.",
        )
    if scheme in ("http", "https", "databricks"):
        raise SourceError(
            f"{without_password(text)} is a tracking server; only its SQLite file is read as of now.",
            "Point at the file of its backend store (`--backend-store-uri` of `mlflow server`).",
        )
    if scheme == "sqlite":
        # SQLAlchemy's rule: three slashes and a relative path, four and an absolute one.
        text = unquote(urlsplit(text).path)[1:]
    elif scheme == "file":
        text = unquote(urlsplit(text).path)
    path = Path(text).expanduser()
    if path.is_dir():
        if (path / "mlflow.db").is_file():
            return path / "mlflow.db"
        if any(path.glob("*/meta.yaml")) or (path / "mlruns").is_dir():
            raise SourceError(
                f"{path} is a file store of MLflow (`mlruns`); only SQLite is read as of now.",
                "Bring it over with `mlflow migrate-filestore`, and point at the database it makes.",
            )
        raise SourceError(f"{path} is a folder without an `mlflow.db`.", "Point at the SQLite file of MLflow.")
    if not path.exists():
        raise SourceError(f"{path} does not exist.", "Point at the SQLite file of MLflow (`mlflow.db`).")
    return path
