"""A clone or a bundle, read object by object: what it names, which commits it has, and what lies in them.

What is promised and not here (a partial clone) is told apart from what is damaged, and where a history is cut off (a
shallow one) is known. Only a clone that this program keeps fetches what is asked for.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

from thalweg.importers.git_bundle import Bundle
from thalweg.importers.git_kept import Kept
from thalweg.importers.git_plumbing import Plumbing
from thalweg.model.errors import SourceError

LONGEST_COMMIT = 1 << 20
"""Bytes of a commit that are read; what lies behind them is the rest of a message that nobody wrote by hand."""

_BRANCHES = "refs/heads/"
_UPSTREAM = "refs/remotes/origin/"
_EXPERIMENTS = "refs/exps/"
_CHUNK = 1 << 16
_THING = re.compile(rb"([0-9a-f]{40}) (blob|tree) ([0-9]+)\n")

RIGHT = "Clone it whole, or import it by the URL of its remote."
"""What to do with a partial clone that lacks what is asked for."""

_NOTHING = "-"
_FILTER = r"^remote\..*\.partialclonefilter$"
_LIMIT = re.compile(r"blob:limit=([0-9]{1,15})([kmgKMG]?)")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_PROMISES = r"^(extensions\.partialclone|remote\..*\.promisor)$"
_OF_THE_CLONE = ("config", "for-each-ref", "init", "rev-parse", "symbolic-ref")
"""What asks for settings and names; the others ask for objects, by their shas."""


def _fields(out: IO[bytes]) -> Iterator[str]:
    """What stands between NULs, as it comes."""
    rest = b""
    while chunk := out.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        for field in whole:
            yield field.decode("utf-8", "surrogateescape")


class Entry(NamedTuple):
    """A file of a commit. mode: as Git writes it, `100644` for a plain one. sha: that of its content."""

    path: str
    mode: str
    sha: str


class Thing(NamedTuple):
    """What lies at a path of a commit. kind: `blob` for a file, `tree` for a folder. size: in bytes, of a file; None
    where its content is not here (a partial clone).
    """

    kind: str
    sha: str
    size: int | None


class Clone:
    """A repository on a disk. A bundle is unpacked into a folder of its own, which `close` removes.

    partial: whether it was made with `--filter`, so that contents of files may be missing without anything being
    damaged. What was promised and is not here is named by `lacking`, and never fetched behind anybody's back: objects
    are read through a repository that knows of no remote.

    Raises SourceError, with what to do, where there is no repository that git can read.
    """

    def __init__(self, location: Path, kept: Kept | None = None) -> None:
        """kept: what the clone is of, where it is one that this program keeps. Then it is read as a fresh one would be,
        and contents of files that are asked for are fetched.
        """
        self._kept = kept
        self.place = kept.url if kept is not None else str(location)
        self.location = location.expanduser().absolute()
        if shutil.which("git") is None:
            raise SourceError("git is not installed here.", "Install git (2.32 or later) and import again.")
        if not self.location.exists():
            raise SourceError(f"{self.place} does not exist.", "Clone the repository first, and point at the clone.")
        self._bundle = Bundle(self.location, self.place) if self.location.is_file() else None
        self.partial = False
        self._scratch = TemporaryDirectory(prefix="thalweg-git-", ignore_cleanup_errors=True)
        try:
            scratch = Path(self._scratch.name)
            self._plumbing = Plumbing(scratch, self.location.resolve().parent, self._broken)
            self._directory = self._found() if self._bundle is None else self._unbundled(self._bundle, scratch)
            self._objects = self._directory
            self.partial = self._promised()
            if self.partial and self._bundle is None:
                self._objects = self._beside()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._scratch.cleanup()

    def said(self) -> list[str]:
        """Sentences about what was amiss with it, and is not any more: what every reading of it warns of first."""
        return list(self._kept.said) if self._kept is not None else []

    def remote(self) -> str | None:
        """The URL of the remote `origin` as it was written down; a relative path is made whole."""
        if self._kept is not None:
            return self._kept.url
        if self._bundle is not None:
            return None
        url = self._text("config", "--local", "--get", "remote.origin.url", missing=True).strip()
        return str((self.location / url).resolve()) if url.startswith(("./", "../")) else url or None

    def shallow(self) -> bool:
        return self._text("rev-parse", "--is-shallow-repository").strip() == "true"

    def lacking(self, shas: Iterable[str]) -> set[str]:
        """Those of the contents of files that a partial clone does not have; of another clone none, and reading one
        that is not there says that it is damaged. A clone that is kept here fetches them.
        """
        absent = self._absent(shas) if self.partial else set()
        if absent and self._kept is not None:
            self._kept.bring(sorted(absent))
            absent = self._absent(absent)
        return absent

    def _absent(self, shas: Iterable[str]) -> set[str]:
        wanted = list(dict.fromkeys(shas))
        with self._running("cat-file", "--batch-check", stdin=wanted) as out:
            return {sha for sha, line in zip(wanted, out, strict=True) if line.endswith(b" missing\n")}

    def left_out(self) -> int | None:
        """The bytes from which on a partial clone has no contents (`--filter=blob:limit=1m`); None where it is not by
        their size that they are left out.
        """
        if self._bundle is not None:
            said = self._bundle.filter or ""
        else:
            said = self._text("config", "--local", "--get-regexp", _FILTER, missing=True).strip().rpartition(" ")[2]
        found = _LIMIT.fullmatch(said)
        return int(found[1]) * _UNITS[found[2].lower()] if found else None

    def object_format(self) -> str:
        return self._text("rev-parse", "--show-object-format").strip()

    def references(self) -> list[tuple[str, str]]:
        """(sha, name) of every branch, tag and remote branch, and of HEAD; the sha may be that of a tag object."""
        if self._bundle is not None:
            return list(self._bundle.references)
        pattern = ("--format=%(objectname) %(refname)", _BRANCHES, "refs/tags/", _UPSTREAM)
        lines = self._text("for-each-ref", *pattern).splitlines()
        found = [(sha, name) for sha, _, name in (line.partition(" ") for line in lines)]
        head = self._text("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD", missing=True).strip()
        return [*found, (head, "HEAD")] if head else found

    def experiments(self) -> list[tuple[str, str]]:
        """(sha, name) of what DVC keeps of experiments that nobody committed; a bundle may have been made with them."""
        if self._bundle is not None:
            return [one for one in self._bundle.references if one[1].startswith(_EXPERIMENTS)]
        lines = self._text("for-each-ref", "--format=%(objectname) %(refname)", _EXPERIMENTS).splitlines()
        return [(sha, name) for sha, _, name in (line.partition(" ") for line in lines)]

    def default_branch(self, references: list[tuple[str, str]]) -> str | None:
        """The remote's, where there is one: a work tree's HEAD is what somebody works on. None when it is unknown."""
        by_name = {name: sha for sha, name in references}
        if self._bundle is not None:  # which tells only at which commit HEAD was
            there = [name for sha, name in references if sha == by_name.get("HEAD") and name.startswith(_BRANCHES)]
            return there[0].removeprefix(_BRANCHES) if len(there) == 1 else None
        upstream = any(name.startswith(_UPSTREAM) for name in by_name)
        name = self._text("symbolic-ref", "--quiet", f"{_UPSTREAM}HEAD" if upstream else "HEAD", missing=True).strip()
        return name.removeprefix(_UPSTREAM).removeprefix(_BRANCHES) if name in by_name else None

    def commits_of(self, shas: Iterable[str]) -> list[str | None]:
        """The whole sha of the commit that each sha, prefix or tag object names; None where there is not just one."""
        wanted = list(shas)
        lines = self._text("cat-file", "--batch-check", stdin=(f"{sha}^{{commit}}" for sha in wanted)).splitlines()
        fields = [line.split(" ") for line in lines]
        commits = [found[0] if found[1:2] == ["commit"] else None for found in fields]
        dropped = self._dropped({sha for sha in commits if sha is not None})
        return [None if sha in dropped else sha for sha in commits]

    def _dropped(self, commits: set[str]) -> set[str]:
        """Those of commits that a fresh clone would not have: they are left from before a history was rewritten."""
        if self._kept is None or not commits:
            return set()
        tips = set(self._text("for-each-ref", "--format=%(objectname)").splitlines())
        return commits.intersection(sha for sha, *_ in self.history([*commits, *(f"^{tip}" for tip in tips)]))

    def history(self, tips: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """Each commit that the tips reach, with its parents behind it; parents come before their children. What a tip
        reaches that begins with `^` is left out.
        """
        with self._running("rev-list", "--topo-order", "--reverse", "--parents", "--stdin", stdin=tips) as out:
            for line in out:
                yield tuple(line.decode("ascii").split())

    def objects(self, shas: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The commits as they are stored, in the order asked for."""
        with self._running("cat-file", "--batch", stdin=shas) as out:
            for line in out:
                sha, kind, *size = line.decode("utf-8", "replace").split()
                if kind != "commit":
                    raise self._broken(f"{sha} is {kind}")
                yield sha, self._body(out, sha, int(size[0]), LONGEST_COMMIT)

    def tags(self, references: list[tuple[str, str]]) -> Iterator[tuple[str, str | None, bytes]]:
        """The annotated tags among references: the name, the sha of the commit (None: it is of none), the stored tag.

        Lightweight tags are left out: they do not say who wrote them, or when.
        """
        named = [(sha, name.removeprefix("refs/tags/")) for sha, name in references if name.startswith("refs/tags/")]
        kinds = self._text("cat-file", "--batch-check", stdin=(sha for sha, _ in named)).splitlines()
        found = [one for one, line in zip(named, kinds, strict=True) if line.split(" ")[1:2] == ["tag"]]
        commits = self.commits_of(sha for sha, _ in found)
        with self._running("cat-file", "--batch", stdin=(sha for sha, _ in found)) as out:
            for (sha, name), commit in zip(found, commits, strict=True):
                fields = out.readline().split()
                yield name, commit, self._body(out, sha, int(fields[2]), LONGEST_COMMIT)

    def files(self, commit: str) -> Iterator[tuple[str, str]]:
        """The path and the sha of each plain file of a commit."""
        for line in self._text("ls-tree", "-r", "-z", commit).split("\0"):
            head, _, path = line.partition("\t")
            if head.startswith("100"):
                yield path, head.split(" ")[2]

    def written(self, commits: Iterable[str], names: Iterable[str] = ()) -> Iterator[tuple[str, str, str]]:
        """What commits changed, against each of their parents: the commit, the path and the sha of each plain file.

        names: patterns, such as `*.csv`; only files of such a name, in any folder, are looked at.
        """
        options = (
            "--stdin",
            "-r",
            "-z",
            "-m",
            "--root",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--ignore-submodules=all",
        )
        commit, written = "", ""
        patterns = [f":(glob)**/{name}" for name in names]
        with self._running("diff-tree", *options, "--", *patterns, stdin=commits) as out:
            for field in _fields(out):
                if field.startswith(":") and not written:
                    _, mode, _, sha, _ = field.split(" ")
                    written = sha if mode.startswith("100") else _NOTHING
                elif not written:
                    commit = field[:40]
                else:
                    if written != _NOTHING:
                        yield commit, field, written
                    written = ""

    def sizes(self, shas: Iterable[str]) -> Iterator[tuple[str, int]]:
        """The sizes of files, in bytes; those that are not here (a partial clone) are left out."""
        with self._running("cat-file", "--batch-check", stdin=shas) as out:
            for line in out:
                sha, kind, *size = line.decode("ascii", "replace").split()
                if kind == "blob":
                    yield sha, int(size[0])

    def merge_base(self, one: str, other: str) -> str | None:
        """The newest commit that two commits both have behind them; None where there is none here."""
        return self._text("merge-base", one, other, missing=True).strip() or None

    def changed(self, old: str, new: str) -> Iterator[tuple[Entry | None, Entry | None]]:
        """What differs between two commits: each file as it was, and as it is; None where it is not there. A file that
        moved is one, where most of it stayed the same.
        """
        options = ("-r", "-z", "-M", "-l2000", "--raw", "--no-abbrev", "--ignore-submodules=all", "--no-ext-diff")
        fields = iter(self._text("diff-tree", *options, old, new, "--").split("\0"))
        for head in fields:
            if not head:
                continue
            before, now, old_sha, new_sha, letter = head.removeprefix(":").split(" ")
            path = next(fields)
            to = next(fields) if letter[0] in "RC" else path
            yield (
                Entry(path, before, old_sha) if old_sha.strip("0") else None,
                Entry(to, now, new_sha) if new_sha.strip("0") else None,
            )

    def blob_at(self, commit: str, path: str) -> str | None:
        """The sha of a plain file of a commit, whether its content is here or not."""
        mode, sha = self._entries(commit, [path]).get(path, ("", ""))
        return sha if mode.startswith("100") else None

    def things_at(self, places: Iterable[tuple[str, str]]) -> Iterator[Thing | None]:
        """What lies at each (commit, path), in the order asked for; None where nothing does."""
        wanted = list(places)
        found = self._things(wanted)
        return self._promised_things(wanted, list(found)) if self.partial else found

    def _things(self, places: Sequence[tuple[str, str]]) -> Iterator[Thing | None]:
        asked = (f"{commit}:{path}" if "\n" not in path else "-" for commit, path in places)
        with self._running("cat-file", "--batch-check", stdin=asked) as out:
            for line in out:
                match = _THING.fullmatch(line)
                yield Thing(match[2].decode(), match[1].decode(), int(match[3])) if match else None

    def _promised_things(
        self, places: Sequence[tuple[str, str]], found: Sequence[Thing | None]
    ) -> Iterator[Thing | None]:
        """What was found, and files whose contents are not here, which look as if nothing were there."""
        asked: dict[str, list[str]] = {}
        for (commit, path), thing in zip(places, found, strict=True):
            if thing is None:
                asked.setdefault(commit, []).append(path)
        there = {
            (commit, path): sha
            for commit, paths in asked.items()
            for path, (_, sha) in self._entries(commit, paths).items()
        }
        lacking = self.lacking(there.values())
        sizes = dict(self.sizes(set(there.values()) - lacking))
        for place, thing in zip(places, found, strict=True):
            sha = there.get(place)
            yield thing if sha is None else Thing("blob", sha, sizes.get(sha))

    def _entries(self, commit: str, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
        """By path the mode and the sha of each file of a commit."""
        lines = self._text("--literal-pathspecs", "ls-tree", "-z", commit, "--", *paths).split("\0")
        found: dict[str, tuple[str, str]] = {}
        for head, _, path in (line.partition("\t") for line in lines if line):
            mode, kind, sha = head.split(" ")
            if kind == "blob":
                found[path] = (mode, sha)
        return {path: found[path] for path in paths if path in found}

    def attributed(self, commit: str, attribute: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """What `.gitattributes` of a commit say of an attribute of its files: the path and the value, `set` or `unset`
        where there is none; files of which they say nothing are left out. They must be here.

        Git looks for them in an index, so it gets one that is not the clone's. Of a commit that no index may hold (with
        a file that is called `.git`) nothing is told.
        """
        place = self._objects if self.partial or self._bundle is not None else self._beside()
        index = Path(self._scratch.name) / f"index-{commit}"
        self._plumbing.text(place, "read-tree", commit, index=index, missing=True)
        asked = "\0".join([*paths, ""])
        words = ("check-attr", "--cached", "-z", "--stdin", attribute)
        said = iter(self._plumbing.text(place, *words, stdin=[asked], index=index).split("\0"))
        for path, _, value in zip(said, said, said, strict=False):
            if value != "unspecified":
                yield path, value

    def blobs(self, shas: Iterable[str], most: int) -> Iterator[bytes]:
        """The contents of files in the order asked for, and of each one byte more than `most`, where it has more."""
        with self._running("cat-file", "--batch", stdin=shas) as out:
            for line in out:
                sha, kind, *size = line.decode("utf-8", "replace").split()
                if kind != "blob":
                    raise self._broken(f"{sha} is {kind}")
                yield self._body(out, sha, int(size[0]), most + 1)

    def _body(self, out: IO[bytes], sha: str, size: int, most: int) -> bytes:
        body = out.read(min(size, most))
        rest = size + 1 - len(body)  # a line feed ends each object
        while rest:
            skipped = len(out.read(min(rest, _CHUNK)))
            if not skipped:
                raise self._broken(f"{sha} ends early")
            rest -= skipped
        return body

    def _found(self) -> Path:
        self._directory = self.location.resolve()
        try:
            self._text("rev-parse", "--git-dir")
        except SourceError as error:
            if (self.location / ".git").exists():
                raise SourceError(
                    f"{self.place} looks like a clone, but git cannot read it ({error.message}).", "Clone it again."
                ) from error
            raise SourceError(
                f"{self.place} is not a Git repository.",
                "Point at the top folder of a clone, at a bare repository, or at a file made by `git bundle create`.",
            ) from error
        return self._directory

    def _promised(self) -> bool:
        """Whether somebody promised to give later what is not here."""
        if self._bundle is not None:
            return self._bundle.filter is not None
        said = self._text("config", "--local", "--get-regexp", _PROMISES, missing=True)
        return any(line.partition(" ")[2] not in ("false", "no", "off", "0") for line in said.splitlines())

    def _beside(self) -> Path:
        """A repository with the objects of this one, and nothing else of it but where its history is cut off."""
        lies, cut = self._text(
            "rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-path", "shallow"
        ).splitlines()
        beside = Path(self._scratch.name) / "objects.git"
        self._text("init", "--quiet", "--bare", "--template=", f"--object-format={self.object_format()}", str(beside))
        (beside / "objects" / "info").mkdir(exist_ok=True)
        (beside / "objects" / "info" / "alternates").write_text(f"{lies}\n", "utf-8", "surrogateescape")
        if Path(cut).is_file():
            shutil.copyfile(cut, beside / "shallow")
        return beside

    def _unbundled(self, bundle: Bundle, scratch: Path) -> Path:
        bare = scratch / "bundle.git"
        init = ("init", "--quiet", "--bare", "--template=", f"--object-format={bundle.object_format}")
        self._plumbing.text(scratch, *init, str(bare))
        self._plumbing.text(bare, "bundle", "unbundle", str(self.location.resolve()))
        return bare

    def _text(self, *arguments: str, stdin: Iterable[str] = (), missing: bool = False) -> str:
        return self._plumbing.text(self._lies(arguments[0]), *arguments, stdin=stdin, missing=missing)

    def _running(self, *arguments: str, stdin: Iterable[str] = ()) -> AbstractContextManager[IO[bytes]]:
        return self._plumbing.running(self._lies(arguments[0]), *arguments, stdin=stdin)

    def _lies(self, command: str) -> Path:
        return self._directory if command in _OF_THE_CLONE else self._objects

    def _broken(self, complaint: str, missing: bool = False) -> SourceError:
        lines = [line.strip() for line in complaint.splitlines() if line.strip()]
        grave = [line for line in lines if line.startswith(("fatal:", "error:"))]
        said = next(iter(grave or lines), "no reason given").rstrip(".")
        if self._kept is not None:
            if not missing:
                self._kept.distrust()
            return SourceError(
                f"What is kept of {self.place} cannot be read: {said.partition(': ')[2] or said}.",
                "Import again: it is cloned anew then.",
            )
        hint = "`git fsck` there says what is missing; clone it again if it is damaged."
        if self.partial:
            hint = f"A partial clone that lacks folders (`--filter=tree:0`) has commits only. {RIGHT}"
        return SourceError(f"git cannot read {self.place}: {said.partition(': ')[2] or said}.", hint)
