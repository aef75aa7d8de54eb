"""The files below given paths, and what each is called."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from thalweg.importers.spelling import spelled
from thalweg.model.errors import BadInput, SourceError

PASSED_OVER = (".git", ".hg", ".dvc")
"""Folders in which tools keep what is theirs; DVC passes over them too."""


class File(NamedTuple):
    """A file that is there. name: its path from the root, with forward slashes."""

    path: Path
    name: str


class Finding:
    """Walks below a root. What is passed over is a warning; whole: whether all could be looked at."""

    def __init__(self, root: Path, warnings: list[str]) -> None:
        self.root = Path(os.path.abspath(root))
        self.whole = True
        self._warnings = warnings

    def places(self, given: Collection[str | os.PathLike[str]]) -> list[Path]:
        """The files and folders that are meant, each once, in order. Raises SourceError for what is not there, and
        BadInput for what lies outside of the root.
        """
        found: dict[Path, None] = {}
        for one in given:
            meant = [one] if os.path.lexists(one) else sorted(glob.glob(os.fspath(one), recursive=True))
            if not meant:
                right = "Give files, folders, or patterns like 'data/*.csv'."
                raise SourceError(f"{os.fspath(one)} does not exist.", right)
            for place in meant:
                path = Path(os.path.abspath(place))
                if not path.is_relative_to(self.root):
                    raise BadInput(
                        f"{os.fspath(place)} lies outside of {self.root}, below which files are named.",
                        "Give the folder that they are named below: --root DIR.",
                    )
                found[path] = None
        return sorted(found)

    def name(self, path: Path) -> str:
        """What a file or folder is called: its path below the root, as text that can be written."""
        return spelled(path.relative_to(self.root).as_posix())

    def files(self, places: Iterable[Path]) -> Iterator[File]:
        """The files at places and below them, each once, in the order of their names."""
        seen: set[str] = set()
        for place in places:
            inside = self.below(place) if place.is_dir() else self._one(place, place.resolve().parent)
            for file in inside:
                if file.name not in seen:
                    seen.add(file.name)
                    yield file

    def below(self, folder: Path) -> Iterator[File]:
        """The files in a folder and in those below it: what links lead to, where that lies in the folder itself."""
        real = folder.resolve()
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                with os.scandir(here) as listed:
                    entries = sorted(listed, key=lambda entry: entry.name)
            except OSError as error:
                self.whole = False
                self._pass_over(here, error.strerror or "it cannot be read")
                continue
            folders = []
            for entry in entries:
                path = here / entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in PASSED_OVER:
                        folders.append(path)
                elif entry.is_file(follow_symlinks=False):
                    yield File(path, self.name(path))
                else:
                    yield from self._one(path, real)
            waiting += reversed(folders)

    def _one(self, path: Path, real: Path) -> Iterator[File]:
        """A file, unless it is none, or a link out of the folder that it was found in."""
        linked = path.is_symlink()
        try:
            mode = path.stat().st_mode
        except OSError as error:
            self.whole &= linked
            self._pass_over(
                path, "it is a link that leads nowhere" if linked else error.strerror or "it cannot be read"
            )
            return
        if stat.S_ISDIR(mode):
            self._pass_over(path, "it is a link to a folder")
        elif not stat.S_ISREG(mode):
            self._pass_over(path, "it is no file, but a device, a socket or a pipe")
        elif linked and not path.resolve().is_relative_to(real):
            self._pass_over(path, "it is a link that leads out of the folder")
        else:
            yield File(path, self.name(path))

    def _pass_over(self, path: Path, why: str) -> None:
        self._warnings.append(f"{self.name(path)} was passed over: {why}.")
