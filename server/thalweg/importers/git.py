"""Commits of a Git repository: a clone on a disk, bare or not, a bundle, or a remote by its URL.

    (repository {default_branch})-[:HAS_VERSION]->(commit {author, authored_at, message, branches, git_tags})
    (parent:Commit)-[:PARENT_OF]->(child:Commit)

Scopes: `commit/<sha>` for what a commit is and which parents it has, which does not change, so that a second pass is
skipped by its digest; `refs` for what does change: the default branch, and which commits branches and tags point at.
A branch or a tag is stated of the commit that it points at, not of every commit that it contains: those are a walk
along PARENT_OF away, and would be stated anew with each push.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator
from pathlib import Path

from thalweg.importers import git_objects, git_places
from thalweg.importers.git_address import recognised_at as recognised_at
from thalweg.importers.git_clone import Clone
from thalweg.importers.git_remote import is_url
from thalweg.importers.reading import Lies, Place, Reading
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key

ORIGIN = "git"

Heads = dict[str, tuple[list[str], list[str]]]
"""By commit: the branches and the tags that point at it."""


def repository(location: Place, *, source: str | None = None, url: str | None = None) -> str:
    """The identity of the repository at a location: what its commits are filed under, and what to ask a store about.

    `url`, where one is given, else the URL that the location is or that its remote `origin` has, else the path under
    the source (`file://<source>/…`). Raises SourceError when there is no repository.
    """
    name = source or git_places.source_name(location)
    if is_url(location):
        return git_places.named(url or str(location), name)
    clone = git_places.opened(location)
    try:
        return git_places.identity(clone, name, url)
    finally:
        clone.close()


def read(
    location: Place,
    *,
    source: str | None = None,
    url: str | None = None,
    refs_to: Collection[str] | None = None,
    all_commits: bool = False,
    cache: Place | None = None,
) -> Reading:
    """One pass over a repository.

    source: the name it is filed under; the folder's or bundle's own name, or the host and path of a URL, without one.
    url: what the repository is called where the name of its remote is not what runs call it.
    refs_to: the shas that runs name, whole or 7 and more characters of them. Read are these, every commit on a path of
        parents between two of them, and the heads of branches and tags. Such a pass is never complete: it says nothing
        of the commits that it leaves out.
    all_commits: read everything that a branch, a tag or `refs_to` reaches. Complete, unless the clone is shallow.
    cache: where a clone of a remote repository is kept.

    Raises SourceError, with what to do, for a location that is no repository, or a broken or empty one.
    """
    name = source or git_places.source_name(location)
    clone = git_places.opened(location, cache)
    try:
        return reading(clone, name, git_places.identity(clone, name, url), refs_to or (), all_commits)
    except BaseException:
        clone.close()
        raise


def recognised(place: Path) -> Iterator[Lies]:
    """A clone, with or without a work tree; bundles."""
    for at, clone in git_places.repositories(place):
        yield Lies(str(at), f"a Git repository: {git_places.identity(clone, git_places.source_name(at), None)}")


def reading(clone: Clone, name: str, url: str, refs_to: Collection[str], all_commits: bool) -> Reading:
    """One pass over a repository that is open; `read` says how. Whoever closes the reading closes the clone."""
    git_places.check_names(clone)
    scope, warnings = f"{ORIGIN}:{name}", clone.said()
    used = _named(clone, refs_to, warnings)
    references = clone.references()
    heads = _heads(clone, references, warnings)
    if not heads and not used:
        raise git_places.no_commits(clone)
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
    shas = [text for text in texts if git_places.is_sha(text)]
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
