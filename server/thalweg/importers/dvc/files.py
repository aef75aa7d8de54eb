"""The files that DVC writes into a repository: which there are, and what stands in them.

dvc.yaml     the stages of a folder, as people write them
dvc.lock     what each of them read and wrote when it ran last
*.dvc        data that was added, or imported, without a stage
.dvc/config  where contents are kept
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from thalweg.importers import dvc_variables
from thalweg.importers.dvc_scalars import plain
from thalweg.importers.dvc_variables import NotHere
from thalweg.importers.git_clone import Clone
from thalweg.importers.manifest import text
from thalweg.importers.spelling import spelled
from thalweg.model.errors import BadInput

LOCK = "dvc.lock"
PIPELINE = "dvc.yaml"
NAMES = (LOCK, PIPELINE, "*.dvc")
CONFIG = ".dvc/config"

LARGEST = 10_000_000
"""Bytes of a file that is read."""
_CONFLICT = (b"<<<<<<< ", b"=======\n", b">>>>>>> ")
_KEPT = 300
"""Tables that are kept for who asks again: one dvc.yaml, and its variables, are asked for at many commits."""
_KEPT_STAGES = 5_000
"""Stages of lock files that are kept: most are the same from one commit to the next."""
_LOCK = re.compile(rb"schema: '2\.0'\nstages:\n(?=  \S)")
_STAGE = re.compile(rb"^(?=  [^\s#-])", re.MULTILINE)
_TOP = re.compile(rb"^[^\s]", re.MULTILINE)
_SHARED = re.compile(rb"(?:^|[\s\[\]{},:?-])(?:\*\w|<<)", re.MULTILINE)


class File(NamedTuple):
    """A file of a commit, by its content."""

    commit: str
    path: str
    blob: str

    @property
    def name(self) -> str:
        """As a warning names it."""
        return f"{shown(self.path)} at {self.commit[:7]}"

    @property
    def folder(self) -> str:
        """Where it lies, from the top of the repository; nothing at the top."""
        return self.path.rpartition("/")[0]


def is_one(path: str) -> bool:
    """Whether DVC takes a file for one of its own, by its path; what lies in a folder `.dvc` is its own business."""
    *folders, name = PurePosixPath(path).parts
    if ".dvc" in folders:
        return False
    return name in (LOCK, PIPELINE) or (name.endswith(".dvc") and name != ".dvc")


shown = spelled
"""A path as text that can be kept."""


class Tables:
    """What stands in files, read from Git objects. What is broken is said once, and then holds nothing.

    lacking: the contents that a partial clone does not have, of files that were asked for. Each is said once; whatever
    hangs on one is left out.
    """

    def __init__(self, clone: Clone, warnings: list[str]) -> None:
        self.lacking: set[str] = set()
        self._clone = clone
        self._warnings = warnings
        self._kept: dict[str, Mapping[str, Any]] = {}
        self._stages: dict[bytes, tuple[str, Any]] = {}
        self._broken: set[str] = set()

    def of(self, files: Iterable[File]) -> dict[str, Mapping[str, Any]]:
        """By content; those that are broken are left out."""
        wanted = {file.blob: file for file in files if file.blob not in self._broken}
        found = {blob: self._kept[blob] for blob in wanted if blob in self._kept}
        missing = [file.blob for file in self.here(wanted[blob] for blob in wanted if blob not in found)]
        if len(self._kept) > _KEPT:
            self._kept.clear()
        for blob, raw in zip(missing, self._clone.blobs(missing, LARGEST), strict=True):
            table = self._parsed(wanted[blob], raw)
            if table is None:
                self._broken.add(blob)
            else:
                found[blob] = table
                if not wanted[blob].path.endswith((LOCK, ".dvc")):
                    self._kept[blob] = table
        return found

    def here(self, files: Iterable[File]) -> list[File]:
        """Those whose contents are here; each that is not is said, by one commit that has it."""
        wanted = list(files)
        lacking = self._clone.lacking(file.blob for file in wanted)
        for file in wanted:
            if file.blob in lacking and file.blob not in self.lacking:
                self.lacking.add(file.blob)
                self._warnings.append(f"{file.name} is not here, and what hangs on it was left out.")
        return [file for file in wanted if file.blob not in lacking]

    def files(self, commit: str, paths: Iterable[str]) -> list[File]:
        """Those of some paths that are files at a commit."""
        wanted = list(paths)
        if not wanted:
            return []
        found = zip(wanted, self._clone.things_at((commit, path) for path in wanted), strict=True)
        return [File(commit, path, lying.sha) for path, lying in found if lying is not None and lying.kind == "blob"]

    def variables(self, commit: str, path: str) -> Mapping[str, Any]:
        """What stands in a file of a commit; nothing where there is none, or it is broken. Raises NotHere."""
        for file in self.files(commit, [path]):
            found = self.of([file])
            if file.blob in self.lacking:
                raise NotHere(f"{file.name} is not here")
            return found.get(file.blob, {})
        return {}

    def _parsed(self, file: File, raw: bytes) -> Mapping[str, Any] | None:
        why = ""
        if len(raw) > LARGEST:
            why = f"it has more than {LARGEST // 1_000_000} MB"
        elif line := _conflict(raw):
            why = f"line {line} is the mark of a merge conflict that nobody resolved"
        elif file.path.lower().endswith(".toml"):
            try:
                return dvc_variables.toml(raw)
            except ValueError as error:
                why = str(error)
        elif file.path.endswith(LOCK) and (stages := self._lock(raw)) is not None:
            return {"stages": stages}
        else:
            try:
                # a .dvc file has no numbers but sizes, and one of an early DVC may have digests that look like some
                document = text.parse(raw, file.name, None if file.path.endswith(".dvc") else plain)
            except BadInput as error:
                why = error.message.removeprefix(file.name).strip(" .:")
            else:
                if document.problems:
                    why = str(document.problems[0]).removeprefix(file.name).strip(" .:")
                elif document.data is None:
                    return {}
                elif not isinstance(document.data, Mapping):
                    why = "it must hold an object, as DVC writes it"
                else:
                    return document.data
        self._warnings.append(f"{file.name} was passed over: {why}. Nothing is taken from it.")
        return None

    def _lock(self, raw: bytes) -> Mapping[str, Any] | None:
        """The stages of a lock file as DVC writes it, read one by one, and those that were read before not again; None
        for any other, which is read as a whole.
        """
        head = _LOCK.match(raw)
        if head is None or _TOP.search(raw, head.end()) or _SHARED.search(raw):
            return None
        found: dict[str, Any] = {}
        for part in _STAGE.split(raw[head.end() :])[1:]:
            if part not in self._stages:
                try:
                    document = text.parse(part, LOCK, plain)
                except BadInput:
                    return None
                if document.problems or not isinstance(document.data, Mapping) or len(document.data) != 1:
                    return None
                if len(self._stages) >= _KEPT_STAGES:
                    self._stages.clear()
                ((self._stages[part]),) = document.data.items()
            name, entry = self._stages[part]
            if name in found:
                return None
            found[name] = entry
        return found


def _conflict(raw: bytes) -> int | None:
    """The line where a merge conflict begins."""
    if not all(mark in raw for mark in _CONFLICT):
        return None
    lines = raw.split(b"\n")
    return next((number for number, line in enumerate(lines, 1) if line.startswith(_CONFLICT[0])), None)
