"""Where a repository lies, what it is called, and which commit of it is meant: for all importers that read one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from thalweg.importers import caching
from thalweg.importers.git_clone import Clone
from thalweg.importers.git_kept import WITHOUT_FILES, Kept
from thalweg.importers.git_remote import is_url
from thalweg.importers.reading import Lies, Place
from thalweg.model import names
from thalweg.model.errors import BadInput, Problem, SourceError

_PREFIX = re.compile(r"[0-9a-f]{7,40}")


def opened(location: Place, cache: Place | None = None, left_out: str = WITHOUT_FILES) -> Clone:
    """The repository at a location: read where it lies, or, by its URL, from a clone that is kept, brought up to date.

    cache: the folder where clones are kept; that of `THALWEG_CACHE`, or the user's own, without. left_out: which
    contents of files do not come with a clone that is kept; they are fetched when they are asked for.

    Raises SourceError, with what to do, where there is no repository, or it cannot be fetched.
    """
    if not is_url(location):
        return Clone(Path(location))
    kept = Kept(str(location), caching.folder(cache), left_out)
    kept.update()
    return Clone(kept.path, kept)


def held(location: str, recognised: Callable[[Path], Iterable[Lies]]) -> list[str]:
    """The repositories that a location means: itself, or, of a folder that is none, those in it that an importer knows.

    Where it knows none of them, it is the location, which whoever reads it refuses.
    """
    place = Path(location).expanduser()
    if is_url(location) or not place.is_dir() or _is_repository(place):
        return [location]
    try:
        inside = [child for child in sorted(place.iterdir()) if child.suffix == ".bundle" or _is_repository(child)]
    except OSError:  # of which whoever reads it says what is wrong
        inside = []
    return [lies.location for child in inside for lies in recognised(child)] or [location]


def _is_repository(place: Path) -> bool:
    return (place / ".git").exists() or ((place / "HEAD").is_file() and (place / "objects").is_dir())


def repositories(place: Path) -> Iterator[tuple[Path, Clone]]:
    """The repositories at a place: itself, or the bundles that lie in it. Each is closed when the next one comes."""
    bundles = sorted(place.glob("*.bundle")) if place.is_dir() and not (place / ".git").exists() else []
    for at in [place, *bundles]:
        with suppress(SourceError):
            clone = Clone(at)
            try:
                yield at, clone
            finally:
                clone.close()


def recognised(place: Path, found_in: Callable[[Clone], str | None]) -> Iterator[Lies]:
    """The repositories at a place in which an importer finds something, and what."""
    for at, clone in repositories(place):
        what = None
        with suppress(SourceError, BadInput):  # one without a commit, one that is damaged: whoever reads it says so
            what = found_in(clone)
        if what is not None:
            yield Lies(str(at), what)


def source_name(location: Place) -> str:
    """What a source is called without a name of its own: as its folder, its bundle, or a URL without its scheme."""
    if is_url(location):
        called = named(str(location), "local")
        return called.rpartition("/")[2] if called.startswith("file:") else called.removeprefix("https://")
    folder = Path(location).expanduser().resolve()
    name = (folder.parent if folder.name == ".git" else folder).name
    for ending in (".git", ".bundle"):
        name = name.removesuffix(ending)
    return name or "repository"


def is_sha(text: str) -> bool:
    """Whether a text names a commit by its sha, or by so much of it that it can."""
    return _PREFIX.fullmatch(text.lower()) is not None


def identity(clone: Clone, source: str, url: str | None) -> str:
    """What a repository is known by, whoever names it."""
    return named(url or clone.remote() or str(clone.location.resolve()), source)


def named(url: str, source: str) -> str:
    """A URL as an identity. Raises BadInput where it is none."""
    shown = names.without_password(url)
    try:
        return names.repository_url(shown, source)
    except ValueError as error:
        problem = Problem("", "url", shown, str(error))
        raise BadInput("The URL of the repository is not one.", "Give it with `url`.", [problem]) from error


def tip(clone: Clone, references: list[tuple[str, str]], at: str | None) -> str:
    """The commit that is meant: by its sha, or as a branch or a tag points at it; without a name the default branch's.

    A branch is that of the remote, unless the clone's own is further on: one that was only fetched has an old one.

    Raises BadInput where there is none, and SourceError where nothing was committed yet, so that no name would do.
    """
    by_name = {name: sha for sha, name in references}
    if at is None:
        branch = clone.default_branch(references)
        sha = _branch(clone, by_name, branch) or by_name.get("HEAD") or _only_branch(clone, by_name)
    else:
        sha = by_name.get(at) or _branch(clone, by_name, at) or by_name.get(f"refs/tags/{at}")
    if sha is None and at is not None and is_sha(at):
        sha = at.lower()
    (found,) = clone.commits_of([sha]) if sha is not None else (None,)
    if found is not None:
        return found
    if not any(clone.commits_of(sha for sha, _ in references)):
        raise no_commits(clone)
    if at is None:
        raise BadInput(f"{clone.place} does not tell which branch is the default one.", "Name one with `at`.")
    raise BadInput(f"{clone.place} has no commit {at!r}.", "Name a branch, a tag, or a sha of 7 or more characters.")


def _branch(clone: Clone, by_name: Mapping[str, str], branch: str | None) -> str | None:
    ours, theirs = by_name.get(f"refs/heads/{branch}"), by_name.get(f"refs/remotes/origin/{branch}")
    if ours is None or theirs is None:
        return ours or theirs
    ahead, behind = (deque(clone.history([one, f"^{other}"]), 1) for one, other in ((ours, theirs), (theirs, ours)))
    return ours if ahead and not behind else theirs


def _only_branch(clone: Clone, by_name: Mapping[str, str]) -> str | None:
    """The branch of a repository that has one alone, whatever it says which is the default one."""
    prefixes = ("refs/heads/", "refs/remotes/origin/")
    names = {name.removeprefix(prefix) for name in by_name for prefix in prefixes if name.startswith(prefix)} - {"HEAD"}
    return _branch(clone, by_name, names.pop()) if len(names) == 1 else None


def no_commits(clone: Clone) -> SourceError:
    """What is said of a repository that was made, and nothing more."""
    return SourceError(f"{clone.place} has no commits.", "Commit something first, or point at another clone.")


def check_names(clone: Clone) -> None:
    """Raises SourceError for a repository whose commits have other names than a graph can hold."""
    if clone.object_format() != "sha1":
        raise SourceError(
            f"{clone.place} names its commits by {clone.object_format()}.",
            "Only commits named by 40 hexadecimal digits (SHA-1) can be read so far.",
        )
