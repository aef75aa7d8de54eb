"""An entry of a lock file: what a stage read and wrote when it ran, as one thing with its dvc.yaml.

The lock file has paths and contents, everything resolved. Only from dvc.yaml one learns in which folder the stage ran,
which of its outputs are metrics or plots, and which of them Git keeps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from thalweg.importers.dvc import values
from thalweg.importers.dvc.entries import LONGEST, Places, Thing, inside, thing
from thalweg.importers.dvc.files import File, Tables, shown
from thalweg.importers.dvc.flags import Flags, matched, outputs
from thalweg.importers.dvc.pipelines import Pipeline, Pipelines, Written, reads_more
from thalweg.importers.dvc_variables import NotHere, Variables

KEPT = 5_000
"""Stages that are kept, for most are the same from one commit to the next."""

_AT = re.compile(r" at [0-9a-f]{7}\b")


class Out(NamedTuple):
    thing: Thing
    flags: Flags


class Stage(NamedTuple):
    """A run of a stage. file: its dvc.yaml. folder: where its command ran. more_metrics: files of metrics that dvc.yaml
    names apart from its stages, where one of its outputs holds them.
    """

    job: str
    file: str
    folder: str
    command: str
    params: dict[str, str]
    deps: tuple[Thing, ...]
    outs: tuple[Out, ...]
    more_metrics: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A digest of what ran, read and wrote what: the same entry at many commits is one run."""
        ran = (
            self.job,
            self.folder,
            self.command,
            sorted(self.params.items()),
            sorted(one[:3] for one in self.deps),
            sorted(one.thing[:3] for one in self.outs),
        )
        return blake2b(json.dumps(ran).encode(), digest_size=16).hexdigest()


def from_row(row: list[Any]) -> Stage:
    """A stage that was written down as JSON."""
    job, file, folder, command, params, deps, outs, more = row
    return Stage(
        job,
        file,
        folder,
        command,
        params,
        tuple(_thing(one) for one in deps),
        tuple(Out(_thing(one), Flags(*flags)) for one, flags in outs),
        tuple(more),
    )


def _thing(row: list[Any]) -> Thing:
    namespace, name, version, size, files, cloud = row
    return Thing(namespace, name, version, size, files, tuple((name, value) for name, value in cloud))


def job_name(folder: str, stage: str) -> str:
    """`train`, or `models/eu:train` for a stage that stands in a folder: as GTO names what stands there."""
    return f"{folder}:{stage}" if folder else stage


def beside(lock: File) -> str:
    """The dvc.yaml of a lock file."""
    return f"{lock.folder}/dvc.yaml" if lock.folder else "dvc.yaml"


class Left(dict[str, set[tuple[str, str]]]):
    """Entries that were left out, by their lock file: the stage, and all that stands there."""


class Reader:
    """Reads the entries of lock files; what makes no sense is said once, and left out."""

    def __init__(self, tables: Tables, places: Callable[[str], Places], warnings: list[str]) -> None:
        self.places = places
        self.pipelines = Pipelines(tables)
        self._said: set[str] = set()
        self._warnings = warnings
        self._kept: dict[tuple[str, ...], Stage] = {}

    def warn(self, sentence: str) -> None:
        """Once, of the first commit that there is to say it of."""
        about = _AT.sub("", sentence)
        if about not in self._said:
            self._said.add(about)
            self._warnings.append(sentence)

    def stages(
        self, lock: File, table: Mapping[str, Any], pipeline: Pipeline, left: Left | None = None, again: bool = False
    ) -> Iterator[Stage]:
        """table: what stands in the lock file; pipeline: the dvc.yaml beside it, at the same commit.

        left: gets the entries of which that dvc.yaml does not tell where they ran, and loses those of which it does.
        again: whether only those are read.
        """
        stages = table.get("stages", {})
        if not {"stages", "schema", "datasets"} & table.keys():
            stages = table  # as releases before 2.0 wrote it
        if not isinstance(stages, Mapping):
            self.warn(f"{lock.name}: stages is {str(stages)[:40]!r}, and must be an object; it was passed over.")
            return
        missing = left.setdefault(lock.path, set()) if left is not None else set[tuple[str, str]]()
        written = self.pipelines.at(lock.commit, lock.folder, pipeline)
        for name, entry in stages.items():
            if not isinstance(entry, Mapping) or not isinstance(entry.get("cmd"), str | list):
                self.warn(f"{lock.name}: the stage {name} has no cmd, as if half of it were missing; it was left out.")
                continue
            if len(name) > LONGEST:
                self.warn(
                    f"{lock.name}: a stage is called {name[:40]}…, which is too long for a name; it was left out."
                )
                continue
            about = (name, json.dumps(entry))
            if again and about not in missing:
                continue
            stage = self._kept.get((*written.key, *about)) or self._stage(lock, *about, entry, pipeline, written)
            if stage is None:
                missing.add(about)
            else:
                missing.discard(about)
                yield stage

    def things(self, where: str, entries: object, folder: str, places: Places) -> list[tuple[Thing, Mapping[str, Any]]]:
        """The entries of a list, each with what it came from; those that say nothing are warned of."""
        found: list[tuple[Thing, Mapping[str, Any]]] = []
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            try:
                one = thing(entry, folder, places)
            except ValueError as error:
                self.warn(f"{where}[{place}]: {error}. It was left out.")
                continue
            if one.version:
                found.append((one, entry))
            else:
                self.warn(f"{where}[{place}]: {one.name} has neither md5 nor etag, checksum or version_id; left out.")
        return found

    def _stage(
        self, lock: File, name: str, text: str, entry: Mapping[str, Any], pipeline: Pipeline, written: Written
    ) -> Stage | None:
        """text: the entry, by which the stage is kept for the next commit. None where it is said why there is none."""
        where = f"{lock.name}: {name}"
        there = shown(beside(lock))
        if pipeline.broken:
            self.warn(
                f"{where}: its wdir cannot be told ({there} is broken), and its paths start there; it was left out."
            )
            return None
        places = self.places(lock.path)
        try:
            said = written.definitions.of(name)
            if said is None and pipeline.blob:
                self.warn(f"{where}: {there} has no such stage any more, so where it ran is not told; it was left out.")
                return None
            inner = written.variables.inner(said.names) if said else written.variables
            folder = _folder(lock, said.said, inner) if said else lock.folder
            if said:
                inner = self.pipelines.of_stage(lock.commit, inner, said.said, folder)
            listed = list(outputs(said.said, inner)) if said else []
            more = self._top_metrics(lock, pipeline, written.variables)
        except NotHere:
            return None  # which is said of the file
        except ValueError as error:
            self.warn(f"{where}: its wdir cannot be told ({error}), and its paths start there; it was left out.")
            return None
        command = entry["cmd"]
        found = self.things(f"{where}: outs", entry.get("outs"), folder, places)
        flags = matched(listed, [str(raw["path"]) for _, raw in found])
        outs = tuple(Out(one, said_of) for (one, _), said_of in zip(found, flags, strict=True))
        ours = [out.thing.name for out in outs if out.thing.namespace == places.url]
        stage = Stage(
            job=job_name(shown(lock.folder), name),
            file=beside(lock),
            folder=folder,
            command="\n".join(map(str, command)) if isinstance(command, list) else command,
            params=values.params(entry.get("params")),
            deps=tuple(one for one, _ in self.things(f"{where}: deps", entry.get("deps"), folder, places)),
            outs=outs,
            more_metrics=tuple(path for path in more if any(f"{path}/".startswith(f"{name}/") for name in ours)),
        )
        if said is None or not reads_more(said.said):
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[*written.key, name, text] = stage
        return stage

    def _top_metrics(self, lock: File, pipeline: Pipeline, variables: Variables) -> list[str]:
        """The files of metrics that stand at the top of a dvc.yaml."""
        listed = pipeline.table.get("metrics")
        found: list[str] = []
        for place, path in enumerate(listed if isinstance(listed, list) else ()):
            try:
                found.append(inside(lock.folder, variables.text(path)))
            except NotHere:
                raise
            except ValueError as error:
                file = lock._replace(path=beside(lock))
                self.warn(f"{file.name}: metrics[{place}] cannot be told ({error}); it was left out.")
        return found


def _folder(lock: File, said: Mapping[str, Any], variables: Variables) -> str:
    """Where the command of a stage ran. Raises ValueError where that cannot be told."""
    wdir = said.get("wdir")
    if not isinstance(wdir, str) or not wdir:
        return lock.folder
    folder = inside(lock.folder, variables.text(wdir))
    return "" if folder == "." else folder
