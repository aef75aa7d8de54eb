"""Runs, datasets, models and marks of an MLflow: of its database, its tracking server or its files, only ever read.

    (dataset version)-[:INPUT_TO {role}]->(run)-[:PRODUCED]->(dataset version | model version)
    (commit)-[:CODE_OF {path, dirty}]->(run)      (parent run)-[:PARENT_OF]->(run)
    (model)-[:MARKS {ALIAS | STAGE}]->(model version)

MLflow knows what datasets a run read, and has no place for those it wrote. Thalweg's convention: a dataset that was
logged with `mlflow.log_input` in the context `output` (or `outputs`, `produced`) was PRODUCED by the run, in any other
context it was read, and the context is the role. A later run that logs the same source and digest reads that version.

Scopes: `dataset/<namespace>/<name>@<version>`, `evaluation-dataset/<id>`, `experiment/<id>` (its jobs), `run/<id>`,
`logged-model/<id>`, `model/<name>` (a registered model with its versions, aliases and stages). None has a revision:
what is stated decides. Runs that MLflow holds as deleted are stated with `gone_at`; what it no longer holds is simply
not stated.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from thalweg.importers.mlflow import datasets, evaluation, experiments, files, logged, registered, runs, stores
from thalweg.importers.mlflow.database import Database, Rows
from thalweg.importers.mlflow.mlmodel import Artifacts
from thalweg.importers.mlflow.place import Place
from thalweg.importers.notes import Notes
from thalweg.importers.reading import Lies, Reading
from thalweg.model.errors import SourceError
from thalweg.model.facts import Granule

ORIGIN = "mlflow"

_TRACES = "This MLflow has traces, which are not read: they say what was asked and answered, and not what came of what."


def read(
    location: str | os.PathLike[str],
    *,
    source: str | None = None,
    artifacts: str | os.PathLike[str] | None = None,
    repository: str | None = None,
    patience: float | None = None,
) -> Reading:
    """One pass over an MLflow store.

    location: the SQLite file, a folder with an `mlflow.db`; the address of a database, as SQLAlchemy has it
        (`sqlite:///`, `postgresql://`, `mysql://`); that of a tracking server (`http://`); or a folder, `mlruns`.
    source: the name of this MLflow, `prod`; without one the file's own, or the server's. Its runs, jobs and models are
        in the namespace `mlflow://<name>`, so two stores imported under one name are taken for one.
    artifacts: a copy of the artifact store, or of its MLmodel files alone: signatures are read there. Without it they
        are read where the artifacts lie on this disk.
    repository: the URL of the repository whose commits those are whose runs name none (MLflow before 3 writes none).
    patience: seconds to wait for somebody who writes to a file (5 if not given), or for a server that is not well (60).

    A server is asked for all there is before anything is stated; so a pass that fails has stated nothing.

    Raises SourceError, with what to do, for what is no MLflow store or cannot be read.
    """
    folder = Path(artifacts).expanduser() if artifacts is not None else None
    if folder is not None and not folder.is_dir():
        raise SourceError(f"{folder} is no folder.", "Give the folder that holds the artifacts of the experiments.")
    named = _name(source) if source is not None else None
    warnings: list[str] = []
    notes = Notes(warnings)
    closing = ExitStack()
    try:
        store = stores.at(location, patience)
        closing.callback(store.close)
        place = Place(named or store.name)

        def prepare(connection: sqlite3.Connection) -> None:
            datasets.gather(connection, place)
            experiments.gather(connection)
            logged.gather(connection)

        def granules() -> Generator[Granule, None, None]:
            reached = Artifacts(folder, notes)
            try:
                database = store.database(prepare)
                reading.total = database.read(_total)
                reading.complete = not store.missed
                warnings.extend(store.missed)
                if database.read(_traced):
                    warnings.append(_TRACES)
                yield from datasets.granules(database, place, notes)
                yield from evaluation.granules(database, place)
                yield from experiments.granules(database, place)
                yield from runs.granules(database, place, notes, repository, store.histories)
                yield from logged.granules(database, place, reached)
                yield from registered.granules(database, place, reached)
            finally:
                notes.close()

        stream = granules()
        closing.callback(stream.close)
        reading = Reading(place.source, ORIGIN, stream, warnings=warnings, stop=store.stop, close=closing.close)
        if store.at_hand:
            reading.total = store.database(prepare).read(_total)
    except BaseException:
        closing.close()
        raise
    return reading


def recognised(place: Path) -> Iterator[Lies]:
    """An SQLite file that MLflow made, or a folder with one that is named as MLflow names it; and a file store."""
    file = place / "mlflow.db" if place.is_dir() else place
    if file.is_file():
        with suppress(SourceError):
            Database(file, stores.PATIENCE, lambda _: None).close()
            yield Lies(str(file), "an MLflow store")
    elif place.is_dir() and (folder := files.find(place)) is not None:
        yield Lies(str(folder), "a file store of MLflow")


def _total(rows: Rows) -> int:
    counts = rows(
        """
        SELECT (SELECT count(*) FROM versions) + (SELECT count(*) FROM evaluation_datasets)
          + (SELECT count(*) FROM experiments) + (SELECT count(*) FROM runs) + (SELECT count(*) FROM logged_models)
          + (SELECT count(*) FROM registered_models)
          - (SELECT count(*) FROM registered_model_tags WHERE key = 'mlflow.prompt.is_prompt' AND value = 'true')
        """
    )
    return int(counts[0][0])


def _traced(rows: Rows) -> bool:
    return bool(rows("SELECT EXISTS (SELECT 1 FROM trace_info)")[0][0])


def _name(source: str) -> str:
    """`prod` of `prod`, or of `mlflow:prod`."""
    name = source.strip().removeprefix(f"{ORIGIN}:")
    if not name or re.search(r"[\s\0]", name):
        raise SourceError(f"{source!r} is no name of a source.", "Call this MLflow by one word, like `prod`.")
    return name
