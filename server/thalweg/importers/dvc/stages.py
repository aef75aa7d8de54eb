"""An entry of a lock file: what a stage read and wrote when it ran, as one thing with its dvc.yaml.

The lock file has paths and contents, everything resolved. Only from dvc.yaml one learns in which folder the stage ran,
which of its outputs are metrics or plots, and which of them Git keeps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from posixpath import normpath
from typing import Any, NamedTuple

from thalweg.importers.dvc import templates, values
from thalweg.importers.dvc.entries import LONGEST, Places, Thing, inside, thing
from thalweg.importers.dvc.files import File, Tables, shown

KEPT = 5_000
"""Stages that are kept, for most are the same from one commit to the next."""

_AT = re.compile(r" at [0-9a-f]{7}\b")
KINDS = ("outs", "metrics", "plots")


class Flags(NamedTuple):
    """What is said of an output beside its content. kind: what it is for, or `deps` for what was only ever read. kept:
    whether DVC keeps it.
    """

    kind: str = "outs"
    kept: bool = True
    remote: str | None = None
    pushed: bool = True


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


class Pipeline(NamedTuple):
    """What stands in a dvc.yaml, by its content. asks: whether a folder in it is resolved by what stands elsewhere."""

    blob: str = ""
    table: Mapping[str, Any] = {}
    asks: bool = False


class Reader:
    """Reads the entries of lock files; what makes no sense is said once, and left out."""

    def __init__(self, tables: Tables, places: Callable[[str], Places], warnings: list[str]) -> None:
        self._tables = tables
        self.places = places
        self._said: set[str] = set()
        self._warnings = warnings
        self._kept: dict[tuple[str, str, str, str], Stage] = {}

    def warn(self, sentence: str) -> None:
        """Once, of the first commit that there is to say it of."""
        about = _AT.sub("", sentence)
        if about not in self._said:
            self._said.add(about)
            self._warnings.append(sentence)

    def stages(self, lock: File, table: Mapping[str, Any], pipeline: Pipeline) -> Iterator[Stage]:
        """table: what stands in the lock file; pipeline: what in the dvc.yaml beside it, at the same commit."""
        stages = table.get("stages", {})
        if not {"stages", "schema", "datasets"} & table.keys():
            stages = table  # as releases before 2.0 wrote it
        if not isinstance(stages, Mapping):
            self.warn(f"{lock.name}: stages is {str(stages)[:40]!r}, and must be an object; it was passed over.")
            return
        for name, entry in stages.items():
            if not isinstance(entry, Mapping) or not isinstance(entry.get("cmd"), str | list):
                self.warn(f"{lock.name}: the stage {name} has no cmd, as if half of it were missing; it was left out.")
                continue
            if len(name) > LONGEST:
                self.warn(
                    f"{lock.name}: a stage is called {name[:40]}…, which is too long for a name; it was left out."
                )
                continue
            key = (lock.path, pipeline.blob, name, json.dumps(entry))
            stage = self._kept.get(key)
            if stage is None:
                stage = self._stage(lock, name, entry, pipeline.table)
                if stage is None:
                    continue
                if len(self._kept) >= KEPT:
                    self._kept.clear()
                if not pipeline.asks:
                    self._kept[key] = stage
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

    def _stage(self, lock: File, name: str, entry: Mapping[str, Any], pipeline: Mapping[str, Any]) -> Stage | None:
        where = f"{lock.name}: {name}"
        places = self.places(lock.path)
        written = pipeline.get("stages")
        around = self._variables(lock, pipeline)
        said = templates.definition(written, name, around) if isinstance(written, Mapping) else None
        try:
            folder = self._folder(lock, said, around)
        except ValueError as error:
            self.warn(f"{where}: its wdir cannot be told ({error}), and its paths start there; it was left out.")
            return None
        command = entry["cmd"]
        deps = [one for one, _ in self.things(f"{where}: deps", entry.get("deps"), folder, places)]
        flags = list(_flags(said.said)) if said else []
        outs = [
            Out(one, next((flags for test, flags in flags if test.fullmatch(normpath(str(raw["path"])))), Flags()))
            for one, raw in self.things(f"{where}: outs", entry.get("outs"), folder, places)
        ]
        return Stage(
            job=job_name(shown(lock.folder), name),
            file=beside(lock),
            folder=folder,
            command="\n".join(map(str, command)) if isinstance(command, list) else command,
            params=values.params(entry.get("params")),
            deps=tuple(deps),
            outs=tuple(outs),
            more_metrics=tuple(_top_metrics(pipeline, lock.folder, [out.thing for out in outs], places)),
        )

    def _folder(self, lock: File, said: templates.Definition | None, around: Callable[[], Mapping[str, Any]]) -> str:
        wdir = said.said.get("wdir") if said else None
        if not isinstance(wdir, str) or not wdir:
            return lock.folder
        if templates.is_one(wdir) and said is not None:
            wdir = templates.resolved(wdir, said.names, around)
        folder = inside(lock.folder, wdir)
        return "" if folder == "." else folder

    def _variables(self, lock: File, pipeline: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
        """What `${…}` may name in a dvc.yaml: params.yaml, and `vars` of files and values."""

        def around() -> Mapping[str, Any]:
            said = pipeline.get("vars")
            found: dict[str, Any] = {}
            for one in ["params.yaml", *(said if isinstance(said, list) else ())]:
                if isinstance(one, str):
                    path = inside(lock.folder, one.partition(":")[0])
                    one = self._tables.at(lock.commit, path)
                if isinstance(one, Mapping):
                    found.update(one)
            return found

        return around


def _flags(said: Mapping[str, Any]) -> Iterator[tuple[Any, Flags]]:
    """By a pattern of the path what is said of each output."""
    for kind in KINDS:
        listed = said.get(kind)
        for one in listed if isinstance(listed, list) else ():
            for path, more in one.items() if isinstance(one, Mapping) else ((one, None),):
                how = more if isinstance(more, Mapping) else {}
                remote = how.get("remote")
                yield (
                    templates.pattern(normpath(str(path))),
                    Flags(
                        kind,
                        how.get("cache") is not False,
                        remote if isinstance(remote, str) else None,
                        how.get("push") is not False,
                    ),
                )


def _top_metrics(pipeline: Mapping[str, Any], folder: str, outs: list[Thing], places: Places) -> Iterator[str]:
    """The files of metrics that stand at the top of a dvc.yaml, where one of these outputs holds them."""
    listed = pipeline.get("metrics")
    written = [one.name for one in outs if one.namespace == places.url]
    for path in listed if isinstance(listed, list) else ():
        try:
            whole = inside(folder, str(path))
        except ValueError:
            continue
        if any(whole == name or whole.startswith(f"{name}/") for name in written):
            yield whole
