"""What the old file store holds, `mlruns`: a folder for each experiment, below it one for each run.

    <experiment>/meta.yaml, tags/, datasets/<id>/meta.yaml, models/<id>/     (deleted ones in .trash)
    <experiment>/<run>/meta.yaml, params/, metrics/, tags/, inputs/, outputs/
    models/<registered model>/meta.yaml, tags/, aliases/, version-<n>/

What a folder is called is believed before what its file says: in the files of inputs, MLflow writes the dataset where
the run should be. A file that cannot be read costs the thing that it is of, which is said; and then the pass is not
whole, so that what could not be read is not taken for gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import yaml

from thalweg.importers.mlflow import records
from thalweg.importers.mlflow.answers import Odd, id_of, needed, part, text, whole
from thalweg.importers.mlflow.copied import Copy, Filled, Value
from thalweg.importers.mlflow.mapping import mapping
from thalweg.model.facts import Json

LARGEST = 4 << 20
"""Bytes of one file that is read whole: MLflow lets nothing be as long."""
SAID = 20
"""Things that could not be read and are told one by one; the rest are counted."""

_META = "meta.yaml"
_PIECE = 1 << 16
_TRASH = ".trash"
_OF_EXPERIMENT = ("tags", "datasets", "traces", "models")
_OF_RUN = ("params", "metrics", "tags")
_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_WORKSPACE = "default"


def find(folder: Path) -> Path | None:
    """The file store at a folder: itself, or its `mlruns`; None where there is none."""
    for root in (folder, folder / "mlruns"):
        for place, says in (
            (root, b"experiment_id:"),
            (root / _TRASH, b"experiment_id:"),
            (root / "models", b"creation_timestamp:"),
        ):
            if any(_says(one / _META, says) for one in _folders(place)):
                return root
    return None


def _says(file: Path, words: bytes) -> bool:
    """Whether a file of this name is MLflow's, for recipes of conda have it too."""
    try:
        with file.open("rb") as stream:
            return words in stream.read(_PIECE)
    except OSError:
        return False


class Files:
    """One reading of a folder into a copy."""

    def __init__(self, root: Path, copy: Copy) -> None:
        self._root = root
        self._copy = copy
        self._missed: list[str] = []
        self._count = 0

    def read(self) -> Filled:
        """Reads all there is."""
        for folder in _folders(self._root):
            if folder.name not in (_TRASH, "models"):
                self._experiment(folder, None)
        for folder in _folders(self._root / _TRASH):
            self._experiment(folder, "deleted")
        for folder in _folders(self._root / "models"):
            self._registered_model(folder)
        if self._count > SAID:
            self._missed.append(f"{self._count - SAID} more things in {self._root} could not be read.")
        return Filled(self._missed)

    def _miss(self, what: str, error: Exception) -> None:
        self._count += 1
        if self._count <= SAID:
            reason = " ".join(str(error).split())[:300].rstrip(".")
            self._missed.append(f"{what} could not be read ({reason}); it was left out, and nothing was retired.")

    # --------------------------------------------------------------------------------------------------- experiments

    def _experiment(self, folder: Path, stage: str | None) -> None:
        if not (folder / _META).is_file():
            return
        id = id_of(folder.name)
        try:
            meta = _meta(folder)
            records.experiment(
                self._copy, id, _WORKSPACE, meta | ({"lifecycle_stage": stage} if stage else {}), _tags(folder / "tags")
            )
        except _UNREADABLE as error:
            self._miss(f"The experiment {folder}", error)
            return
        for run in _folders(folder):
            if run.name in _OF_EXPERIMENT:
                continue
            if not (run / _META).is_file():
                if any((run / part).is_dir() for part in _OF_RUN):
                    self._miss(f"The run {run}", Odd(f"it has no {_META}"))
                continue
            try:
                self._run(folder, run, id)
            except _UNREADABLE as error:
                self._miss(f"The run {run}", error)
        for model in _folders(folder / "models"):
            try:
                self._logged_model(model, id)
            except _UNREADABLE as error:
                self._miss(f"The logged model {model}", error)
        if any(_folders(folder / "traces")):
            self._copy.add("trace_info", ("request_id",), [("of a folder",)])

    def _run(self, experiment: Path, folder: Path, id: Value) -> None:
        run_id = folder.name
        meta = _meta(folder)
        status = whole(meta, "status")
        meta |= {"run_id": run_id, "status": _STATUS.get(status, str(status)) if status is not None else "RUNNING"}
        meta.setdefault("lifecycle_stage", "active")
        for name, file in _keys(folder / "metrics"):
            records.metrics(self._copy, run_id, _points(name, file))
        read: list[str] = []
        for folder_of_input in _folders(folder / "inputs"):
            given = _meta(folder_of_input)
            source = needed(given, "source_id")
            if text(given, "source_type") == "DATASET":
                self._input(experiment, id, run_id, source, part(given, "tags"))
            else:
                read.append(source)
        made = [(output.name, whole(_meta(output), "step") or 0) for output in _folders(folder / "outputs")]
        records.links(self._copy, run_id, read, made)
        # The run comes last: one that is odd leaves no half of it.
        records.run(self._copy, id, meta, _tags(folder / "tags"), _tags(folder / "params"))

    def _input(self, experiment: Path, id: Value, run_id: str, dataset: str, tags: dict[str, Json]) -> None:
        if Path(dataset).name != dataset:
            raise Odd(f"`source_id` of an input is {dataset!r:.80}, and no name of a folder")
        named = [(key, text(tags, key) or "") for key in tags]
        records.read(self._copy, id, run_id, _meta(experiment / "datasets" / dataset), named)

    # -------------------------------------------------------------------------------------------------------- models

    def _logged_model(self, folder: Path, id: Value) -> None:
        if not (folder / _META).is_file():
            return
        meta = _meta(folder) | {"model_id": folder.name}
        measured = [point for name, file in _keys(folder / "metrics") for point in _points(name, file, of_model=True)]
        records.logged_model(self._copy, id, meta, _tags(folder / "tags"), _tags(folder / "params"), measured)

    def _registered_model(self, folder: Path) -> None:
        if not (folder / _META).is_file():
            return
        try:
            meta = _meta(folder) | {"name": folder.name}
            aliases = [(alias, version.strip()) for alias, version in _tags(folder / "aliases")]
            records.registered_model(self._copy, _WORKSPACE, meta, _tags(folder / "tags"), aliases)
            for version in _folders(folder):
                if version.name.startswith("version-"):
                    given = _meta(version) | {"name": folder.name, "version": version.name.removeprefix("version-")}
                    records.model_version(self._copy, _WORKSPACE, given, _tags(version / "tags"))
        except _UNREADABLE as error:
            self._copy.change("DELETE FROM registered_models WHERE name = ?", (folder.name,))
            self._miss(f"The model {folder}", error)


_UNREADABLE = (OSError, UnicodeError, yaml.YAMLError, ValueError, RecursionError)


def _folders(folder: Path) -> Iterator[Path]:
    """Those in a folder, by name; none where there is no such folder."""
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found if entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (folder / name for name in names)


def _keys(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files below a folder, by their paths there: a key may have slashes."""
    for place, below, files in os.walk(folder):
        below.sort()
        for file in sorted(files):
            path = Path(place, file)
            yield path.relative_to(folder).as_posix(), path


def _tags(folder: Path) -> list[tuple[str, str]]:
    """Keys and values of a folder that has a file for each."""
    return [(key, _content(file).decode()) for key, file in _keys(folder)]


def _content(file: Path) -> bytes:
    if file.stat().st_size > LARGEST:
        raise Odd(f"{file} has more than {LARGEST:,} bytes")
    return file.read_bytes()


def _meta(folder: Path) -> dict[str, Json]:
    return mapping(_content(folder / _META))


def _points(name: str, file: Path, *, of_model: bool = False) -> Iterator[dict[str, Json]]:
    """The points of one file of a metric: `timestamp value [step [run] [dataset digest]]`, one a line.

    Of a logged model the run stands in each line. MLflow itself takes the step of a line with a dataset for 0.
    """
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            fields = line.split()
            if not fields:
                continue
            point: dict[str, Json] = {"key": name, "timestamp": fields[0], "value": fields[1] if fields[1:] else None}
            rest = fields[2:]
            if rest:
                point["step"] = rest.pop(0)
            if of_model and rest:
                point["run_id"] = rest.pop(0)
            if len(fields) < 2 or len(rest) == 1:
                raise Odd(f"{file} has the line {line.rstrip()!r:.80}, which is no point of a metric")
            if rest:
                *words, point["dataset_digest"] = rest
                point["dataset_name"] = " ".join(words)
            yield point
