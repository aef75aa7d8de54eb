"""The files below given paths, and what each is called."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from errno import ELOOP, ENOENT, ENOTDIR
from pathlib import Path
from typing import NamedTuple

from thalweg.importers.files.patterns import Pattern, is_pattern
from thalweg.importers.spelling import spelled
from thalweg.model.errors import BadInput, SourceError

PASSED_OVER = (".git", ".hg", ".dvc")
"""Folders in which tools keep what is theirs; DVC passes over them too."""

_NOWHERE = (ENOENT, ENOTDIR, ELOOP)
"""What is wrong where a link leads to nothing. Otherwise there may be something, which cannot be looked at."""


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
        self._said: set[str] = set()

    def places(self, given: Collection[str | os.PathLike[str]]) -> list[Path]:
        """The files and folders that are meant, each once, in order. Raises SourceError for what is not there, and
        BadInput for what lies outside of the root.
        """
        found: dict[Path, None] = {}
        for one in given:
            for path in self._meant(os.fspath(one)):
                if not path.is_relative_to(self.root):
                    raise BadInput(
                        f"{path} lies outside of {self.root}, below which files are named.",
                        "Give the folder that they are named below: --root DIR.",
                    )
                found[path] = None
        return sorted(found)

    def _meant(self, given: str) -> list[Path]:
        """The path itself, or what matches, where there is no such path. Where all that may match was passed over,
        which is said, it is nothing.
        """
        if os.path.lexists(given):
            return [Path(os.path.abspath(given))]
        said = len(self._said)
        found = list(self._matching(Pattern(given))) if is_pattern(given) else []
        if not found and len(self._said) == said:
            raise SourceError(f"{given} does not exist.", "Give files, folders, or patterns like 'data/*.csv'.")
        return found

    def name(self, path: Path) -> str:
        """What a file or folder is called: its path below the root, as text that can be written; the root by its own
        name.
        """
        if path == self.root:
            return spelled(path.name) or "/"
        return spelled((path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix())

    def files(self, places: Iterable[Path]) -> Iterator[File]:
        """The files at places and below them, each once, in the order of their names."""
        seen: set[str] = set()
        for place in places:
            inside = self.below(place) if is_folder(place) else self._one(place, place.resolve().parent)
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
            folders = []
            for entry in self._entries(here):
                path = here / entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in PASSED_OVER:
                        folders.append(path)
                elif entry.is_file(follow_symlinks=False):
                    yield File(path, self.name(path))
                else:
                    yield from self._one(path, real)
            waiting += reversed(folders)

    def _matching(self, pattern: Pattern) -> Iterator[Path]:
        """What matches below the folder that a pattern names, of what a walk through that folder finds."""
        folder = Path(os.path.abspath(pattern.folder))
        if not is_folder(folder):
            return
        if pattern.itself:
            yield folder
        real = folder.resolve()
        waiting = [(folder, pattern.begin)]
        while waiting:
            here, steps = waiting.pop()
            for entry in self._entries(here):
                further = pattern.after(steps, entry.name)
                path = here / entry.name
                if entry.is_dir(follow_symlinks=False):
                    if further and entry.name not in PASSED_OVER:
                        if pattern.ends(further, folder=True):
                            yield path
                        if pattern.goes_on(further):
                            waiting.append((path, further))
                elif pattern.ends(further, folder=False) or (further and is_folder(path)):
                    yield from (file.path for file in self._one(path, real))

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        """What a folder holds, in the order of names; nothing where it cannot be read, which is said."""
        try:
            with os.scandir(folder) as listed:
                return sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            self.whole = False
            self._pass_over(folder, error.strerror or "it cannot be read")
            return []

    def _one(self, path: Path, real: Path) -> Iterator[File]:
        """A file, unless it is none, or a link out of the folder that it was found in."""
        linked = os.path.islink(path)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            nowhere = linked and error.errno in _NOWHERE
            self.whole &= nowhere
            self._pass_over(
                path, "it is a link that leads nowhere" if nowhere else error.strerror or "it cannot be read"
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
        sentence = f"{self.name(path)} was passed over: {why}."
        if sentence not in self._said:  # a folder and what is in it may both be given, or match
            self._said.add(sentence)
            self._warnings.append(sentence)


def is_folder(path: Path) -> bool:
    """Whether there is a folder, or a link to one. Of what may not be looked at, it is not known: whoever reads it says
    so.
    """
    return os.path.isdir(path)
