"""Clones of remote repositories that are kept between imports.

    <cache>/git/churn-4f1c2a9be0d31c57/clone.git      bare; branches and tags are those of the remote
                                      /lock           held by the process that changes it
                                      /sealed.json    what was in it when it was last right

The first time the whole history comes, later what is new. Contents of files are left out: an importer that needs some
asks for them, and they come together. All of it can be fetched again, so where it is broken, or was half made, it is
made anew. What it answers is what a fresh clone would: branches that are gone are gone here too, and a commit that no
branch or tag reaches any more is not there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from thalweg.importers.alone import alone
from thalweg.importers.git_remote import Head, Remote
from thalweg.importers.git_sealed import seal, sound
from thalweg.model.errors import SourceError

WITHOUT_FILES = "blob:none"
SMALL_FILES = "blob:limit=1k"
"""What is left out of a clone."""

PATIENCE = 900.0
"""Seconds that a process waits for another one to have fetched."""

_HEAD = "refs/thalweg/head"
_REFERENCES = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+refs/exps/*:refs/exps/*")
_FETCH = ("fetch", "--quiet", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
_CONFIG = """\
[core]
	repositoryformatversion = 1
	bare = true
[extensions]
	partialClone = origin
[remote "origin"]
	promisor = true
	partialclonefilter = {}
"""


class Kept:
    """A clone of the repository at a URL. left_out: which contents of files do not come with it.

    url: as it is shown; nothing that logs in is kept. said: sentences about what was amiss with what was kept.
    """

    def __init__(self, url: str, cache: Path, left_out: str = WITHOUT_FILES) -> None:
        self._remote = Remote(url)
        self.url = self._remote.url
        self.said: list[str] = []
        self._left_out = left_out
        word = re.sub(r"[^A-Za-z0-9._-]", "", self.url.rstrip("/").rpartition("/")[2].removesuffix(".git"))[:60]
        digest = blake2b(f"{self.url} {left_out}".encode(), digest_size=8).hexdigest()
        self._folder = cache.absolute() / "git" / f"{word or 'repository'}-{digest}"
        self._sealed = self._folder / "sealed.json"
        self.path = self._folder / "clone.git"

    def update(self) -> None:
        """Fetches what is new. Raises SourceError where the remote does not answer, or stops before all is here, or
        nothing can be kept; what was kept before stays as it was.
        """
        with self._alone():
            head = self._remote.head(self._folder)  # before anything is thrown away
            fresh = not sound(self.path, self._sealed)
            if fresh:
                self._make()
            else:
                self._settle()
            try:
                self._fetch(head)
            except SourceError:
                if fresh or self._whole():
                    raise
                self._make()
                self._fetch(head)
            with suppress(SourceError):  # which only saves room
                self._git("gc", "--auto", "--quiet")
            seal(self.path, self._sealed)

    def bring(self, shas: Iterable[str]) -> None:
        """Fetches contents of files, together."""
        with self._alone():
            options = ("--no-tags", f"--filter={WITHOUT_FILES}", "--stdin")
            self._git("-c", "fetch.negotiationAlgorithm=noop", *_FETCH, *options, "origin", asked=shas)
            seal(self.path, self._sealed)

    def distrust(self) -> None:
        """Has it made anew the next time: something in it could not be read."""
        self._sealed.unlink(missing_ok=True)

    def _fetch(self, head: Head) -> None:
        options = ["--prune", "--no-tags", f"--filter={self._left_out}"]
        options.append("--unshallow" if (self.path / "shallow").exists() else "--update-shallow")
        self._git(*_FETCH, *options, "origin", *_REFERENCES, *([f"+HEAD:{_HEAD}"] if head.sha else []))
        if not head.sha:
            self._git("update-ref", "-d", _HEAD)
        if head.sha and head.branch is None:
            self._git("update-ref", "--no-deref", "HEAD", _HEAD)
        else:
            self._git("symbolic-ref", "HEAD", head.branch or "refs/thalweg/nothing")

    def _make(self) -> None:
        """An empty clone, in the place of whatever is there."""
        if self.path.exists():
            self.said.append(
                f"What was kept of {self.url} was damaged, or its making was interrupted: it was cloned anew."
            )
        self._sealed.unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)
        self._remote.git(
            self._folder, "init", "--quiet", "--bare", "--template=", "--object-format=sha1", self.path.name
        )
        self._settle()

    def _settle(self) -> None:
        """What a process that was killed may have left, or somebody else changed, is as it must be."""
        (self.path / "config").write_text(_CONFIG.format(self._left_out), "utf-8")
        for left in (*self.path.glob("*.lock"), *self.path.glob("refs/**/*.lock"), *self.path.glob("objects/**/tmp_*")):
            left.unlink(missing_ok=True)
        (self.path / "gc.pid").unlink(missing_ok=True)

    def _whole(self) -> bool:
        """Whether git finds nothing amiss in what is kept: then it is the remote that stopped."""
        try:
            self._git("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
        except SourceError:
            return False
        return True

    def _git(self, *arguments: str, asked: Iterable[str] = ()) -> str:
        return self._remote.git(self._folder, *arguments, clone=self.path, asked=asked)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time changes what is kept; others read it meanwhile."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / "lock").touch(0o600)
        except OSError as error:
            raise SourceError(
                f"Nothing can be kept in {self._folder} ({error.strerror}).", "Name another folder: THALWEG_CACHE."
            ) from error
        try:
            with alone(self._folder / "lock", PATIENCE):
                yield
        except TimeoutError as error:
            raise SourceError(
                f"Another process fetches {self.url} and does not come to an end.", "Look at it, or end it."
            ) from error
        except OSError as error:
            raise SourceError(f"{self._folder} cannot be used ({error.strerror}).", "Delete that folder.") from error
