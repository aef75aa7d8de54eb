"""Assets, jobs and endpoints of Azure ML, by a folder of their YAML: `docs/importers/azureml.md`.

    (datasetVersion)-[:INPUT_TO]->(run)-[:PRODUCED]->(modelVersion)-[:SERVED_BY {traffic}]->(release)

The files are those that people keep, that the SDK dumps, or that `az ml … show -o yaml` prints.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from thalweg.importers.azureml import assets, jobs, serving
from thalweg.importers.azureml.assets import DATA, MODELS, ORIGIN
from thalweg.importers.azureml.merged import Said, merged
from thalweg.importers.azureml.references import Workspace, workspace_of
from thalweg.importers.azureml.traffic import Traffic, traffic
from thalweg.importers.manifest.text import Document, load
from thalweg.importers.parts import Part, Wrong, as_part
from thalweg.importers.reading import Lies, Reading
from thalweg.model.errors import BadInput, Problem, SourceError
from thalweg.model.facts import Granule
from thalweg.model.keys import Key

ENDINGS = (".yml", ".yaml", ".json")
MOST_FILES = 100_000
LOOKED_AT = 100
"""Files of a folder, to see whether there is anything for this importer."""
JOBS = ("command", "pipeline", "sweep", "spark", "parallel", "automl", "import", "finetuning")
STORES = {
    "azure_blob": ("wasbs://{container_name}@{account_name}.blob.core.windows.net", ("account_name", "container_name")),
    "azure_data_lake_gen2": (
        "abfss://{filesystem}@{account_name}.dfs.core.windows.net",
        ("account_name", "filesystem"),
    ),
}
_NAMED = re.compile(b"azureml(schemas|:)|Microsoft[.]MachineLearningServices")
"""What stands near the top of an asset's file: its schema, or what it refers to; the SDK dumps no schemas."""
_SCHEMA = re.compile(r".*/(?P<name>\w+)\.schema\.json")


class File(NamedTuple):
    """A file and what it is: `model`, `data`, `job`, `component`, `endpoint`, `deployment`, `datastore`.

    folder: where it lies within the source, from which its paths go. A model that is written into a deployment is one
    too: then its part is not all of the document.
    """

    document: Document
    part: Part
    kind: str
    folder: str


def read(location: str | os.PathLike[str], *, source: str | None = None, environment: str | None = None) -> Reading:
    """One pass over a folder, with those below it, or over one file.

    source: the name it is filed under, and of the workspace: things are in `azureml://<source>`.
    environment: the one that its endpoints are in, `production`; the workspace without one.

    All of it is looked through before the first granule comes. Raises BadInput with everything that is wrong, each with
    its file, line, path and what would be right; SourceError where there is nothing to read.
    """
    place = Path(location).expanduser()
    name = source or (place.resolve().name if place.is_dir() else place.stem)
    problems: list[Problem] = []
    passed: Counter[str] = Counter()
    files = list(_files(place, problems, passed))
    workspace = Workspace(name, called=_called(source, files))
    for file in files:
        if file.kind == "datastore":
            _store(file, workspace, problems)
    found: dict[str, list[Said]] = {}
    doubts: list[Problem] = []
    take = _taken(f"{ORIGIN}:{name}", workspace, environment or name, files, doubts)
    for file in (*files, *_inline(files)):
        try:
            for granule in take[file.kind](file) if file.kind in take else ():
                said = found.setdefault(granule.name, [])
                if not file.part.where or all(one.part.where for one in said):  # what its own file says holds
                    said.append(Said(granule, file.document, file.part))
        except Wrong as error:
            problems.append(file.document.problem(error.where, error.value, error.expected))
        except ValueError as error:
            problems.append(file.document.problem((), "it", f"names what cannot be named: {error}"))
    warnings = [f"{problem}." for problem in doubts]
    granules = merged(found, problems, warnings)
    problems = list(dict.fromkeys(problems))  # a model that is written into a deployment is looked at twice
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "One problem"
        raise BadInput(f"{count} in {location}; nothing of it was taken. First: {problems[0]}", problems=problems)
    if passed:
        shown = ", ".join(f"{count} {kind}" for kind, count in sorted(passed.items()))
        warnings.append(f"Passed over, for nothing is read of them: {shown}.")
    return Reading(f"{ORIGIN}:{name}", ORIGIN, iter(granules.values()), total=len(granules), warnings=warnings)


Take = Callable[[File], Iterator[Granule]]


def recognised(place: Path) -> Iterator[Lies]:
    """YAML whose schema is one of Azure ML's, or that refers to what is in it and is of a kind that is read."""
    try:
        paths = [path for path, _ in _paths(place) if path.suffix.lower() in ENDINGS]
    except SourceError:
        return
    if any(_named(path) for path in paths[:LOOKED_AT]):
        yield Lies(str(place), "assets of Azure ML")


def _named(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            found = _NAMED.search(stream.read(4_096))
        return found is not None and (found[1] == b"schemas" or any(_file(path, path.name, [], Counter())))
    except (OSError, SourceError):
        return False


def _taken(
    scope: str, workspace: Workspace, environment: str, files: list[File], doubts: list[Problem]
) -> Mapping[str, Take]:
    """By the kind of a file what it states. doubts: what is wrong with the traffic of an endpoint, and left out."""
    places: dict[str, set[Key | str]] = {}
    endpoints: dict[str, Part] = {}
    shares: dict[str, Traffic] = {}
    deployed: dict[str, set[str]] = {}
    for file in files:
        if file.kind == "deployment":
            of, called = str(file.part.data.get("endpoint_name")), str(file.part.data.get("name"))
            deployed.setdefault(of, set()).add(called.lower())
    for file in files:
        name, path = file.part.data.get("name"), file.part.data.get("path")
        if file.kind == "data" and isinstance(name, str) and isinstance(path, str):
            here = workspace.within(file.folder)
            places.setdefault(name, set()).add(here.place(path) or here.address(path))
        elif file.kind == "endpoint" and isinstance(name, str):
            endpoints[name] = file.part
            shares[name] = traffic(file.document, file.part, deployed.get(name, set()), doubts)

    def data(file: File) -> Iterator[Granule]:
        found = places.get(str(file.part.data.get("name")), set())
        return assets.data(scope, file.part, workspace.within(file.folder), found)

    return {
        "model": lambda file: assets.model(scope, file.part, workspace.within(file.folder)),
        "data": data,
        "component": lambda file: assets.component(scope, file.part, workspace),
        "job": lambda file: jobs.job(scope, file.part, workspace.within(file.folder)),
        "endpoint": lambda file: serving.endpoint(scope, file.part, environment),
        "deployment": lambda file: serving.deployment(
            scope, file.part, workspace.within(file.folder), environment, endpoints, shares
        ),
    }


def _inline(files: list[File]) -> Iterator[File]:
    """The models that are written into deployments by a name, under which Azure ML registers them."""
    for file in files:
        model = file.part.data.get("model")
        if file.kind == "deployment" and isinstance(model, dict) and model.get("name"):
            yield file._replace(part=file.part.part("model"), kind="model")


def _called(source: str | None, files: list[File]) -> frozenset[str]:
    """What Azure calls the workspace, as who imports it says, and as the ids do that Azure gave to what is in it."""
    ids = [str(file.part.data.get("id") or "") for file in files]
    named = {source or "", *(workspace_of(id) or "" for id in ids)} - {""}
    return frozenset(name.lower() for name in named)


def _store(file: File, workspace: Workspace, problems: list[Problem]) -> None:
    """Notes where a datastore keeps what it holds, where that is a kind of storage with an address."""
    try:
        name, (form, needed) = file.part.text("name"), STORES.get(file.part.text("type") or "", ("", ()))
        said = {field: file.part.text(field) or "" for field in needed}
        if name is not None and said and all(said.values()):
            workspace.stores[name] = form.format(**said)
    except Wrong as error:
        problems.append(file.document.problem(error.where, error.value, error.expected))


def _files(place: Path, problems: list[Problem], passed: Counter[str]) -> Iterator[File]:
    for path, name in _paths(place):
        yield from _file(path, name, problems, passed)


def _file(path: Path, name: str, problems: list[Problem], passed: Counter[str]) -> Iterator[File]:
    """The file, where it is of a kind that is read; else it is counted, or what is wrong with it is said."""
    try:
        document = load(path, name)
    except BadInput as error:
        problems += error.problems
        return
    problems += document.problems
    if document.data is None and not document.problems and not path.read_bytes().strip():
        problems.append(Problem(name, "", "the file", "is empty; remove it, if what it held is gone"))
    if document.problems or document.data is None:
        return
    try:
        part = as_part(document.data, ())
        kind = _kind(part)
    except Wrong as error:
        problems.append(document.problem(error.where, error.value, error.expected))
        return
    if kind in KINDS:
        yield File(document, part, kind, posixpath.dirname(name))
    else:
        passed[kind or "no asset of Azure ML"] += 1


KINDS = ("model", "data", "job", "component", "endpoint", "deployment", "datastore")


def _kind(part: Part) -> str | None:
    """What a file is: as its schema says, else as its fields show. Another word than `KINDS` is what is not read."""
    schema, type = _SCHEMA.fullmatch(part.text("$schema") or ""), part.data.get("type")
    if schema is not None:
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", schema["name"]).lower()
        return "datastore" if "datastore" in name or type in STORES else name.rpartition(" ")[2]
    if part.text("endpoint_name") is not None:
        return "deployment"
    if "auth_mode" in part.data or "scoring_uri" in part.data or "traffic" in part.data:
        return "endpoint"
    if type in MODELS:
        return "model"
    if type in DATA:
        return "data"
    if type in STORES:
        return "datastore"
    if type in JOBS:
        return "component" if "version" in part.data else "job"
    return None


def _paths(place: Path) -> Iterator[tuple[Path, str]]:
    if not place.exists():
        raise SourceError(f"{place} does not exist.", "Point at YAML of Azure ML, or at a folder of it.")
    if not place.is_dir():
        yield place, place.name
        return
    found = sorted(
        one
        for one in place.rglob("*")
        if one.suffix.lower() in ENDINGS
        and not any(step.startswith(".") for step in one.relative_to(place).parts)
        and one.is_file()
    )
    if not found:
        raise SourceError(f"{place} holds no asset.", f"Their names end in {', '.join(ENDINGS)}.")
    if len(found) > MOST_FILES:
        raise SourceError(f"{place} holds more than {MOST_FILES:,} files.", "Import its folders one by one.")
    for one in found:
        yield one, one.relative_to(place).as_posix()
