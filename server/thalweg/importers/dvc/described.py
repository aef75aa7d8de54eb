"""What dvc.yaml and `*.dvc` files say of stages, paths and artifacts besides what was read and written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from thalweg.importers.dvc.entries import LONGEST, inside
from thalweg.importers.dvc.files import File, shown
from thalweg.importers.dvc.flags import KINDS, outputs
from thalweg.importers.dvc.pipelines import Pipeline, Written
from thalweg.importers.dvc.stages import Reader, job_name
from thalweg.importers.dvc.templates import Definition
from thalweg.importers.dvc_variables import NotHere, Variables
from thalweg.importers.gto import artifacts
from thalweg.importers.gto.artifacts import DATASETS, NOTHING, Said

_SAID = ("desc", "type", "labels", "meta")


class Described:
    """Grows while files are taken; the last word holds.

    paths: of data. jobs: what dvc.yaml has of a stage, by its name; of those of a loop by that of the loop. artifacts:
    by their names. models, data: by path the artifacts that it ever was.
    """

    def __init__(self, reader: Reader) -> None:
        self.paths: dict[str, Said] = {}
        self.jobs: dict[str, Mapping[str, Any]] = {}
        self.artifacts: dict[str, Said] = {}
        self.models: defaultdict[str, set[str]] = defaultdict(set)
        self.data: defaultdict[str, set[str]] = defaultdict(set)
        self._reader = reader

    def pipeline(self, file: File, pipeline: Pipeline) -> None:
        """A dvc.yaml."""
        folder = shown(file.folder)
        written = self._reader.pipelines.at(file.commit, file.folder, pipeline)
        for name, said in _entries(pipeline.table, "stages"):
            inner = said.get("do", said)
            if isinstance(inner, Mapping):
                self.jobs[job_name(folder, name)] = inner
        with suppress(NotHere):  # which is said of the file
            self._stages(file, pipeline, written)
        for name, said in _entries(pipeline.table, "artifacts"):
            self._artifact(file, name, said, written.variables)

    def outs(self, listed: object, folder: str) -> None:
        """The outputs of a file or a stage, whose paths start in a folder."""
        for entry in listed if isinstance(listed, list) else ():
            if not isinstance(entry, Mapping):
                continue
            said = artifacts.said({name: entry[name] for name in _SAID if name in entry}, "")
            try:
                path = inside(folder, str(entry.get("path")))
            except ValueError:
                continue  # which is said where contents are read
            if said.type == "model":
                self.models[path].add(path)
                self.artifacts[path] = said
            elif said != NOTHING:
                self.paths[path] = said
            else:
                self.paths.pop(path, None)

    def _stages(self, file: File, pipeline: Pipeline, written: Written) -> None:
        """What is said of the outputs of stages, of those of a loop each by itself."""
        saying = {name for name, said in _entries(pipeline.table, "stages") if _says(said.get("do", said))}
        for name, one in written.definitions.all() if saying else ():
            if name in saying:
                self._stage(file, one, written.variables.inner(one.names))

    def _stage(self, file: File, one: Definition, variables: Variables) -> None:
        wdir = one.said.get("wdir")
        try:
            folder = inside(file.folder, variables.text(wdir) if isinstance(wdir, str) and wdir else ".")
            variables = self._reader.pipelines.of_stage(file.commit, variables, one.said, folder)
        except NotHere:
            raise
        except ValueError:
            return  # which is said where the lock file is read
        listed = [{**out.said, "path": out.path} for out in outputs(one.said, variables) if out.path and out.said]
        self.outs(listed, shown(folder))

    def _artifact(self, file: File, name: str, entry: Mapping[str, Any], variables: Variables) -> None:
        folder = shown(file.folder)
        try:
            name, said = variables.text(name), artifacts.said(variables.resolved(entry), "")
            path = inside(folder, said.path or "")
        except NotHere:
            return  # which is said of the file
        except ValueError as error:
            self._reader.warn(f"{file.name}: artifacts.{name[:LONGEST]}: {error}. It was left out.")
            return
        if len(name) > LONGEST:
            return
        whole = job_name(folder, name)
        self.artifacts[whole] = said._replace(path=path)
        (self.data if said.type in DATASETS else self.models)[path].add(whole)


def _says(stage: object) -> bool:
    """Whether a stage says more of one of its outputs than where it lies."""
    lists = [stage.get(kind) for kind in KINDS] if isinstance(stage, Mapping) else []
    entries = [one for listed in lists if isinstance(listed, list) for one in listed if isinstance(one, Mapping)]
    return any(isinstance(more, Mapping) and more for one in entries for more in one.values())


def _entries(table: Mapping[str, Any], field: str) -> list[tuple[str, Mapping[str, Any]]]:
    listed = table.get(field)
    found = listed.items() if isinstance(listed, Mapping) else ()
    return [(str(name), entry) for name, entry in found if isinstance(entry, Mapping)]
