"""Commits of a Git repository: a clone on a disk, bare or not, or a bundle.

    (repository {default_branch})-[:HAS_VERSION]->(commit {author, authored_at, message, branches, git_tags})
    (parent:Commit)-[:PARENT_OF]->(child:Commit)

Scopes: `commit/<sha>` for what a commit is and which parents it has, which does not change, so that a second pass is
skipped by its digest; `refs` for what does change: the default branch, and which commits branches and tags point at.
A branch or a tag is stated of the commit that it points at, not of every commit that it contains: those are a walk
along PARENT_OF away, and would be stated anew with each push.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from thalweg.importers import git_objects
from thalweg.importers.git_address import recognised_at as recognised_at
from thalweg.importers.git_clone import Clone
from thalweg.importers.reading import Lies, Reading
from thalweg.model import keys, names
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, Problem, SourceError
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key

ORIGIN = "git"

Heads = dict[str, tuple[list[str], list[str]]]
"""By commit: the branches and the tags that point at it."""

_PREFIX = re.compile(r"[0-9a-f]{7,40}")


def repository(location: str | os.PathLike[str], *, source: str | None = None, url: str | None = None) -> str:
    """The identity of the repository at a location: what its commits are filed under, and what to ask a store about.

    `url`, where one is given, else the URL of the remote `origin`, else the path under the source
    (`file://<source>/…`). Raises SourceError when there is no repository.
    """
    place = Path(location)
    clone = Clone(place)
    try:
        return identity(clone, source or source_name(place), url)
    finally:
        clone.close()


def read(
    location: str | os.PathLike[str],
    *,
    source: str | None = None,
    url: str | None = None,
    refs_to: Collection[str] | None = None,
    all_commits: bool = False,
) -> Reading:
    """One pass over a repository.

    source: the name it is filed under; the folder's or bundle's own name without one.
    url: what the repository is called where the name of its remote is not what runs call it.
    refs_to: the shas that runs name, whole or 7 and more characters of them. Read are these, every commit on a path of
        parents between two of them, and the heads of branches and tags. Such a pass is never complete: it says nothing
        of the commits that it leaves out.
    all_commits: read everything that a branch, a tag or `refs_to` reaches. Complete, unless the clone is shallow.

    Raises SourceError, with what to do, for a location that is no repository, or a broken or empty one.
    """
    place = Path(location)
    name = source or source_name(place)
    clone = Clone(place)
    try:
        return _reading(clone, name, identity(clone, name, url), refs_to or (), all_commits)
    except BaseException:
        clone.close()
        raise


def recognised(place: Path) -> Iterator[Lies]:
    """A clone, with or without a work tree; bundles."""
    for at, clone in repositories(place):
        yield Lies(str(at), f"a Git repository: {identity(clone, source_name(at), None)}")


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


def source_name(place: Path) -> str:
    folder = place.expanduser().resolve()
    name = (folder.parent if folder.name == ".git" else folder).name
    for ending in (".git", ".bundle"):
        name = name.removesuffix(ending)
    return name or "repository"


def is_sha(text: str) -> bool:
    """Whether a text names a commit by its sha, or by so much of it that it can."""
    return _PREFIX.fullmatch(text.lower()) is not None


def identity(clone: Clone, source: str, url: str | None) -> str:
    try:
        return names.repository_url(url or clone.remote() or str(clone.location.resolve()), source)
    except ValueError as error:
        problem = Problem("", "url", url or clone.remote() or "", str(error))
        raise BadInput("The URL of the repository is not one.", "Give it with `url`.", [problem]) from error


def tip(clone: Clone, references: list[tuple[str, str]], at: str | None) -> str:
    """The commit that is meant: by its sha, or as a branch or a tag points at it; without a name the default branch's.

    Raises BadInput where there is none.
    """
    by_name = {name: sha for sha, name in references}
    if at is None:
        branch = clone.default_branch(references)
        places = [f"refs/heads/{branch}", f"refs/remotes/origin/{branch}", "HEAD"]
    else:
        places = [at, f"refs/heads/{at}", f"refs/remotes/origin/{at}", f"refs/tags/{at}"]
    sha = next((by_name[place] for place in places if place in by_name), None)
    if sha is None and at is not None and is_sha(at):
        sha = at.lower()
    (found,) = clone.commits_of([sha]) if sha is not None else (None,)
    if found is None:
        raise BadInput(
            f"{clone.place} has no commit {at or 'yet'!r}.", "Name a branch, a tag, or a sha of 7 or more characters."
        )
    return found


def check_names(clone: Clone) -> None:
    """Raises SourceError for a repository whose commits have other names than a graph can hold."""
    if clone.object_format() != "sha1":
        raise SourceError(
            f"{clone.place} names its commits by {clone.object_format()}.",
            "Only commits named by 40 hexadecimal digits (SHA-1) can be read so far.",
        )


def _reading(clone: Clone, name: str, url: str, refs_to: Collection[str], all_commits: bool) -> Reading:
    check_names(clone)
    scope, warnings = f"{ORIGIN}:{name}", list[str]()
    used = _named(clone, refs_to, warnings)
    references = clone.references()
    heads = _heads(clone, references, warnings)
    if not heads and not used:
        raise SourceError(f"{clone.place} has no commits.", "Commit something first, or point at another clone.")
    if all_commits:
        order = [sha for sha, *_ in clone.history({*heads, *used})]
    else:
        order = _between(clone.history(used), used) if used else []
    chain = set(order)
    order += [sha for sha in heads if sha not in chain]
    shallow = clone.shallow()
    if url.startswith("file:"):
        warnings.append(
            f"{clone.place} names no remote host, so it is filed under a path on a disk, {url}. Give the url that runs "
            "name it by, or their commits stay apart from these."
        )
    if not all_commits and not used:
        warnings.append(
            f"No known run names a commit of {url}, so only the heads of its branches and tags were read. Import the "
            "runs first, or read all commits."
        )
    if shallow:
        warnings.append(
            f"{clone.place} is a shallow clone: what lies behind its oldest commits was not read. Run `git fetch "
            "--unshallow` there, and import again."
        )

    def granules() -> Generator[Granule, None, None]:
        yield _references(scope, url, heads, clone.default_branch(references))
        for sha, raw in clone.objects(order):
            yield _commit(scope, url, sha, raw, chain)

    stream = granules()

    def close() -> None:
        stream.close()
        clone.close()

    complete, total = all_commits and not shallow, 1 + len(order)
    return Reading(scope, ORIGIN, stream, total=total, complete=complete, warnings=warnings, close=close)


def _named(clone: Clone, refs_to: Collection[str], warnings: list[str]) -> set[str]:
    """The whole shas of the texts that name a commit of this clone."""
    texts = sorted({text.strip() for text in refs_to})
    shas = [text for text in texts if _PREFIX.fullmatch(text.lower())]
    found = dict(zip(shas, clone.commits_of(text.lower() for text in shas), strict=True))
    strange = [text for text in texts if text not in found]
    if strange:
        warnings.append(f"{_some(strange)} cannot be commits: a commit is named by 7 to 40 hexadecimal digits.")
    whole = {
        sha for text, sha in found.items() if sha and sha.startswith(text.lower())
    }  # a branch may be named `c0ffee1`
    missing = [text for text, sha in found.items() if sha not in whole]
    if missing:
        warnings.append(
            f"{_some(missing)}: named by runs, but not in {clone.place}, or short for more than one commit. Fetch all "
            "its branches, or import the clone that they were made in."
        )
    return whole


def _some(texts: list[str]) -> str:
    return ", ".join(texts[:3]) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")


def _between(history: Iterable[tuple[str, ...]], used: set[str]) -> list[str]:
    """Those that are used, and all on a path of parents from one of them to another, parents first.

    The history is of ancestors of used commits, so that what descends from a used one lies between two.
    """
    chain: dict[str, None] = {}
    for sha, *parents in history:
        if sha in used or any(parent in chain for parent in parents):
            chain[sha] = None
    return list(chain)


def _heads(clone: Clone, references: list[tuple[str, str]], warnings: list[str]) -> Heads:
    """The branches and the tags that point at each commit that is pointed at; neither for a HEAD of its own.

    The repository is named by its remote, so where the remote has a branch of a name, that is the branch, and the
    local one of that name is somebody's working copy of it.
    """
    upstream = {name.removeprefix("refs/remotes/origin/") for _, name in references}
    heads: Heads = {}
    broken = []
    found = clone.commits_of(sha for sha, _ in references)
    for (_, name), sha in zip(references, found, strict=True):
        if name == "refs/remotes/origin/HEAD":
            continue
        if sha is None:
            broken.append(name)
            continue
        branches, tags = heads.setdefault(sha, ([], []))
        if name.startswith("refs/tags/"):
            tags.append(name.removeprefix("refs/tags/"))
        elif name.startswith("refs/remotes/origin/"):
            branches.append(name.removeprefix("refs/remotes/origin/"))
        elif name.startswith("refs/heads/") and name.removeprefix("refs/heads/") not in upstream:
            branches.append(name.removeprefix("refs/heads/"))
    if broken:
        warnings.append(f"{_some(broken)} of {clone.place} point at no commit and were left out.")
    return heads


def _references(scope: str, url: str, heads: Heads, default_branch: str | None) -> Granule:
    entities = [EntityFact(keys.repository(url), {"default_branch": default_branch} if default_branch else {})]
    for sha, (branches, tags) in heads.items():
        props: dict[str, Json] = {"branches": sorted(branches), "git_tags": sorted(tags)}
        stated = {name: value for name, value in props.items() if value}
        if stated:
            entities.append(EntityFact(keys.commit(url, sha), stated))
    return Granule(scope, "refs", ORIGIN, entities)


def _commit(scope: str, url: str, sha: str, raw: bytes, chain: set[str]) -> Granule:
    """One commit as it is stored; a date that is none and bytes that are no text are passed over, not refused."""
    stored = git_objects.read(raw)
    author, committer = stored.person("author"), stored.person("committer")
    props: dict[str, Json] = {
        "author": author.name,
        "author_email": author.email,
        "authored_at": author.at,
        "created_at": committer.at,
        "message": stored.message,
    }
    child = keys.commit(url, sha)
    parents = stored.shas("parent")
    return Granule(
        scope,
        f"commit/{sha}",
        ORIGIN,
        entities=(EntityFact(child, {name: value for name, value in props.items() if value not in (None, "")}),),
        edges=tuple(_parent(keys.commit(url, parent), child) for parent in parents if {parent, sha} <= chain),
        at=author.at or committer.at,
    )


def _parent(parent: Key, child: Key) -> EdgeFact:
    """`(parent)-[:PARENT_OF]->(child)`"""
    return EdgeFact(parent, EdgeType.PARENT_OF, child)
