"""What dvc.yaml and `*.dvc` files say of stages, paths and artifacts besides what was read and written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from thalweg.importers.dvc import templates
from thalweg.importers.dvc.entries import LONGEST, inside
from thalweg.importers.dvc.files import File, shown
from thalweg.importers.dvc.stages import KINDS, Reader, job_name
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

    def pipeline(self, file: File, table: Mapping[str, Any]) -> None:
        """A dvc.yaml."""
        folder = shown(file.folder)
        for name, said in _entries(table, "stages"):
            inner = said.get("do", said)
            if isinstance(inner, Mapping):
                self.jobs[job_name(folder, name)] = inner
                self._stage(inner, folder)
        for name, said in _entries(table, "artifacts"):
            if len(name) <= LONGEST:
                self._artifact(file, name, artifacts.said(said, ""))

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

    def _stage(self, stage: Mapping[str, Any], folder: str) -> None:
        wdir = stage.get("wdir", ".")
        if not isinstance(wdir, str) or templates.is_one(wdir):
            return
        try:
            folder = inside(folder, wdir)
        except ValueError:
            return  # which is said where the lock file is read
        for kind in KINDS:
            listed = stage.get(kind)
            for one in listed if isinstance(listed, list) else ():
                if isinstance(one, Mapping):
                    told = [{**more, "path": path} for path, more in one.items() if isinstance(more, Mapping)]
                    self.outs([more for more in told if not templates.is_one(more["path"])], folder)

    def _artifact(self, file: File, name: str, said: Said) -> None:
        folder = shown(file.folder)
        try:
            path = inside(folder, said.path or "")
        except ValueError as error:
            self._reader.warn(f"{file.name}: artifacts.{name}: {error}. It was left out.")
            return
        whole = job_name(folder, name)
        self.artifacts[whole] = said._replace(path=path)
        (self.data if said.type in DATASETS else self.models)[path].add(whole)


def _entries(table: Mapping[str, Any], field: str) -> list[tuple[str, Mapping[str, Any]]]:
    listed = table.get(field)
    found = listed.items() if isinstance(listed, Mapping) else ()
    return [(str(name), entry) for name, entry in found if isinstance(entry, Mapping)]
