"""What the files of DVC say over a history: each run, and each content, at the first commit that has it.

Commits come parents first. What was seen before is passed over, so that the same entry at many commits is one run, and
the same content of a path one version. Runs are kept in a file of their own until they are told: a history may hold
many, and what they mean hangs on files that come after them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from thalweg.importers.dvc import pipelines, stages
from thalweg.importers.dvc.described import Described
from thalweg.importers.dvc.entries import Places, Thing, inside, of_dataset
from thalweg.importers.dvc.files import LOCK, PIPELINE, File, Tables, shown
from thalweg.importers.dvc.flags import Flags
from thalweg.importers.dvc.imports import from_repository, upstream
from thalweg.importers.dvc.pipelines import Pipeline
from thalweg.importers.dvc.stages import Left, Reader, Stage, beside
from thalweg.importers.git_clone import Clone

Name = tuple[str, str]
Content = tuple[str, str, str]
"""Namespace, name and version."""

WINDOW = 200
"""Files that are looked at together."""


class Version(NamedTuple):
    """A content, and the commit and file of DVC's that had it first."""

    commit: str
    file: str
    thing: Thing
    flags: Flags


class Run(NamedTuple):
    """A run, and the commit that had it first. parts: what it read (a file of a folder, or a folder of files), with
    what DVC kept there at that commit as a whole, or as its parts.
    """

    commit: str
    stage: Stage
    parts: tuple[tuple[Content, Content], ...]


class Survey:
    """Grows while files are taken.

    versions: what was written or added, by content; reads: of what was read the first commit, and the dvc.yaml.
    derived: by content what it was made of without a run, with what is known of that; fed: the same of datasets, where
    the content is not known (a table). described: what is said of all that. outs, above: the paths that DVC keeps, and
    the folders that hold some. pointers: whether Git LFS keeps files too, so that what a file of Git's is hangs on its
    content.
    """

    def __init__(self, clone: Clone, tables: Tables, reader: Reader, places: Callable[[str], Places]) -> None:
        self.runs = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 -- `close` does it
        self.versions: dict[Content, Version] = {}
        self.reads: dict[Content, tuple[str, str]] = {}
        self.derived: defaultdict[Content, dict[Content, dict[str, Any]]] = defaultdict(dict)
        self.fed: defaultdict[Name, set[Name]] = defaultdict(set)
        self.described = Described(reader)
        self.outs: set[str] = set()
        self.above: set[str] = set()
        self.pointers = True
        self._clone = clone
        self._tables = tables
        self._reader = reader
        self._places = places
        self._seen: set[str] = set()
        self._left = Left()
        self._added: dict[str, Thing] = {}
        """By path what a `.dvc` file held last."""

    def take(self, files: Iterable[File], only: Collection[str | Content] | None = None) -> None:
        """Files in the order in which commits brought them. only: the runs and contents to keep, where not all are."""
        for file, table, pipeline in self._read(files):
            self._describe(file, table, pipeline)
            if file.path.endswith(LOCK):
                self._lock(file, table, list(self._reader.stages(file, table, pipeline, self._left)), only)
            elif file.path.endswith(PIPELINE):
                self._again(file, pipeline, only)
            else:
                self._data(file, table, only)

    def describe(self, files: Iterable[File]) -> None:
        """Lets files have the last word on what is said of things."""
        for file, table, pipeline in self._read(files):
            self._describe(file, table, pipeline)

    def contents(self, files: Iterable[File]) -> set[str | Content]:
        """The runs and contents that files state: what `only` may be."""
        found: set[str | Content] = set()
        for file, table, pipeline in self._read(files):
            if file.path.endswith(LOCK):
                for stage in self._reader.stages(file, table, pipeline):
                    found |= {stage.id, *(out.thing[:3] for out in stage.outs), *(dep[:3] for dep in stage.deps)}
                found |= {one[:3] for one in self._datasets(file, table)}
            elif not file.path.endswith(PIPELINE):
                found |= {one[:3] for one, _ in self._outs(file, table)}
        return found

    def at(self, files: Iterable[File]) -> Iterator[tuple[str, Thing]]:
        """What files state that lies in the repository, by path."""
        for file, table, pipeline in self._read(files):
            url = self._places(file.path).url
            if file.path.endswith(LOCK):
                found = [out.thing for stage in self._reader.stages(file, table, pipeline) for out in stage.outs]
            else:
                found = [] if file.path.endswith(PIPELINE) else [one for one, _ in self._outs(file, table)]
            yield from ((one.name, one) for one in found if one.namespace == url)

    def lack(self, files: Iterable[File]) -> None:
        """Says that files are not here."""
        self._tables.here(files)

    @property
    def lacking(self) -> bool:
        """Whether a file is not here that was asked for: a partial clone, of which not all can be told."""
        return bool(self._tables.lacking)

    def close(self) -> None:
        self.runs.close()

    def told(self) -> Iterator[Run]:
        """Each run, in the order in which they were seen."""
        self.runs.seek(0)
        for line in self.runs:
            commit, row, parts = json.loads(line)
            yield Run(commit, stages.from_row(row), tuple((tuple(of), tuple(read)) for of, read in parts))

    def tracked(self, name: str) -> bool:
        """Whether a path of the repository is one that DVC keeps, or part of one, or holds one."""
        if name in self.outs or name in self.above:
            return True
        return self.part(name)

    def part(self, name: str) -> bool:
        """Whether a path lies in a folder that DVC keeps."""
        return any(parent in self.outs for parent in above(name))

    # ------------------------------------------------------------------------------------------------------ the files

    def _read(self, files: Iterable[File]) -> Iterator[tuple[File, Mapping[str, Any], Pipeline]]:
        """Each file with what stands in it, and the dvc.yaml that is meant: itself, or that beside a lock file."""
        files = iter(files)
        while window := list(islice(files, WINDOW)):
            locks = [file for file in window if file.path.endswith(LOCK)]
            there = self._clone.things_at((lock.commit, beside(lock)) for lock in locks)
            written = {file: file for file in window if file.path.endswith(PIPELINE)} | {
                lock: File(lock.commit, beside(lock), thing.sha)
                for lock, thing in zip(locks, there, strict=True)
                if thing is not None and thing.kind == "blob"
            }
            tables = self._tables.of([*window, *written.values()])
            found = {blob: pipelines.of(blob, tables.get(blob)) for blob in {file.blob for file in written.values()}}
            for file in window:
                blob = written[file].blob if file in written else ""
                if file.blob in tables and blob not in self._tables.lacking:
                    yield file, tables[file.blob], found.get(blob, Pipeline())

    def _again(self, file: File, pipeline: Pipeline, only: Collection[str | Content] | None) -> None:
        """Reads what was left out of a lock file, where it still stands there and another dvc.yaml says where it ran: a
        conflict was committed in between, say.
        """
        lock = f"{file.folder}/{LOCK}" if file.folder else LOCK
        if not self._left.get(lock):
            return
        for there in self._tables.files(file.commit, [lock]):
            table = self._tables.of([there]).get(there.blob, {})
            found = list(self._reader.stages(there, table, pipeline, self._left, again=True))
            if found:
                self._lock(there, table, found, only)

    def _lock(
        self, file: File, table: Mapping[str, Any], found: list[Stage], only: Collection[str | Content] | None
    ) -> None:
        url = self._places(file.path).url
        here = {out.thing.name: out.thing for stage in found for out in stage.outs if out.thing.namespace == url}
        for name in here:
            self._kept(name)
        for one in self._datasets(file, table):
            self._version(file, one, Flags(kept=False), only)
        for stage in found:
            id = stage.id
            if id in self._seen:
                continue
            self._seen.add(id)
            for out in stage.outs:
                self._version(file, out.thing, out.flags, only)
            for dep in stage.deps:
                if only is None or dep[:3] in only:
                    self.reads.setdefault(dep[:3], (file.commit, stage.file))
            if only is not None and id not in only:
                continue
            parts = [part for dep in stage.deps if dep.namespace == url for part in self._parts(dep, here)]
            self.runs.write(json.dumps([file.commit, stage, parts]) + "\n")

    def _parts(self, dep: Thing, here: Mapping[str, Thing]) -> Iterator[tuple[Content, Content]]:
        if dep.name in here or dep.name in self._added:
            return
        held = [here.get(name) or self._added.get(name) for name in above(dep.name)]
        if dep.name in self.above:
            parts = {**self._added, **here}
            held += [parts[name] for name in parts if name.startswith(f"{dep.name}/")]
        yield from ((one[:3], dep[:3]) for one in held if one is not None)

    def _data(self, file: File, table: Mapping[str, Any], only: Collection[str | Content] | None) -> None:
        """A `.dvc` file: data that no stage made."""
        places = self._places(file.path)
        found = self._outs(file, table)
        for one, entry in found:
            if one.namespace == places.url:
                self._kept(one.name)
                self._added[one.name] = one
            remote, push = entry.get("remote"), entry.get("push") is not False and not from_repository(table)
            kept = entry.get("cache") is not False
            self._version(file, one, Flags("outs", kept, remote if isinstance(remote, str) else None, push), only)
        made = [one for one, _ in found if one[:3] in self.versions]
        deps = table.get("deps")
        for place, entry in enumerate(deps if isinstance(deps, list) else ()):
            where = f"{file.name}: deps[{place}]"
            try:
                of, how = upstream(entry, self._folder(file, table), places, made)
            except ValueError as error:
                self._reader.warn(f"{where}: {error}. It was left out.")
                continue
            for one in made:
                if of.version and of[:3] != one[:3]:
                    self.derived[one[:3]].setdefault(of[:3], how)
                elif not of.version and of[:2] != one[:2]:
                    self.fed[one[:2]].add(of[:2])

    def _outs(self, file: File, table: Mapping[str, Any]) -> list[tuple[Thing, Mapping[str, Any]]]:
        folder, places = self._folder(file, table), self._places(file.path)
        return self._reader.things(f"{file.name}: outs", table.get("outs"), folder, places)

    def _folder(self, file: File, table: Mapping[str, Any]) -> str:
        wdir = table.get("wdir")
        if not isinstance(wdir, str):
            return file.folder
        try:
            folder = inside(file.folder, wdir)
        except ValueError as error:
            self._reader.warn(f"{file.name}: wdir: {error}; its own folder was taken.")
            return file.folder
        return "" if folder == "." else folder

    def _datasets(self, file: File, table: Mapping[str, Any]) -> Iterator[Thing]:
        listed = table.get("datasets")
        for place, said in enumerate(listed if isinstance(listed, list) else ()):
            try:
                one = of_dataset(said, self._places(file.path))
            except ValueError as error:
                self._reader.warn(f"{file.name}: datasets[{place}]: {error}. It was left out.")
                continue
            if one.version:
                yield one

    def _version(self, file: File, one: Thing, flags: Flags, only: Collection[str | Content] | None) -> None:
        if only is None or one[:3] in only:
            self.versions.setdefault(one[:3], Version(file.commit, file.path, one, flags))

    def _describe(self, file: File, table: Mapping[str, Any], pipeline: Pipeline) -> None:
        if file.path.endswith(PIPELINE):
            self.described.pipeline(file, pipeline)
        elif file.path.endswith(LOCK):
            if pipeline.asks:  # of variables, which may change while the dvc.yaml does not
                self.described.pipeline(file._replace(path=beside(file), blob=pipeline.blob), pipeline)
        else:
            self.described.outs(table.get("outs"), shown(self._folder(file, table)))

    def _kept(self, name: str) -> None:
        self.outs.add(name)
        self.above.update(above(name))


def above(name: str) -> Iterator[str]:
    """The folders that hold a path."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name
