"""Files that Git LFS keeps, as dataset versions by their content: `docs/importers/lfs.md`.

    (dataset {format})-[:HAS_VERSION]->(datasetVersion {created_at, uri, bytes, tags, extra})

A file of a repository is a dataset; each content that it had is a version, whatever the number of commits that have it.
Each version is a scope of its own, which never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from thalweg.importers import git_objects, git_places
from thalweg.importers.git_clone import RIGHT, Clone
from thalweg.importers.git_kept import SMALL_FILES
from thalweg.importers.lfs import attributes, pointer
from thalweg.importers.lfs.pointer import Pointer
from thalweg.importers.reading import Lies, Place, Reading
from thalweg.importers.spelling import spelled
from thalweg.model import keys
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import EntityFact, Granule, Json

ORIGIN = "lfs"
SHOWN = 3
"""Files that a warning names; it counts the others."""


class Found(NamedTuple):
    """A content of a file: the path, what the pointer says, and the first commit that has it."""

    path: str
    pointer: Pointer
    commit: str


def read(
    location: Place,
    *,
    source: str | None = None,
    url: str | None = None,
    at: str | None = None,
    all_commits: bool = False,
    cache: Place | None = None,
) -> Reading:
    """One pass over the pointers of a repository: a clone on a disk, bare or not, a bundle, or a remote by its URL.

    source: the name it is filed under; the folder's or bundle's own name, or the host and path of a URL, without one.
    url: what the repository is called where the name of its remote is not what others call it.
    at: the commit, branch or tag whose files are read; without one the default branch's. Such a pass is never complete:
        it says nothing of what files held before.
    all_commits: every content that a file had in any commit of a branch or a tag. Complete, unless the clone is
        shallow, or lacks contents that may be pointers (a partial clone).

    cache: where a clone of a remote repository is kept.

    Raises SourceError, with what to do, for a location that is no repository, or that holds no pointer; BadInput for
    `at` together with `all_commits`, and for a commit that is not there.
    """
    if at is not None and all_commits:
        raise BadInput("`at` names one commit, and all are asked for.", "Leave one of the two out.")
    name = source or git_places.source_name(location)
    clone = git_places.opened(location, cache, SMALL_FILES)
    try:
        return _reading(clone, name, git_places.identity(clone, name, url), at, all_commits)
    except BaseException:
        clone.close()
        raise


def recognised(place: Path) -> Iterator[Lies]:
    """A repository whose attributes give some of its files to Git LFS."""
    return git_places.recognised(place, found_in)


def found_in(clone: Clone) -> str | None:
    """Whether the newest commit gives files to Git LFS, in words."""
    told = attributes.among(clone.files(git_places.tip(clone, clone.references(), None)))
    return "files that Git LFS keeps" if attributes.give(clone, told) else None


def _reading(clone: Clone, name: str, url: str, at: str | None, all_commits: bool) -> Reading:
    warnings = clone.said()
    references = clone.references()
    if all_commits:
        tips = {sha for sha in clone.commits_of(sha for sha, _ in references) if sha is not None}
        newest, wanted = _newest(clone, references), None
    else:
        newest = git_places.tip(clone, references, at)
        tips, wanted = {newest}, set(clone.files(newest))
    first = _firsts(clone, tips, wanted)
    lacking = _lacking(clone, first)
    pointers = _pointers(clone, {blob: path for path, blob in first}, warnings)
    found = _versions(first, pointers)
    unkept: list[str] = []
    if newest is not None:
        there = list(clone.files(newest)) if wanted is None else wanted
        unkept = _unkept(newest, attributes.unkept(clone, newest, there, {*pointers, *lacking}))
    warnings += unkept
    if lacking:
        some = _some([f"{spelled(path)} at {commit[:7]}" for path, commit in lacking.values()])
        if not found:
            raise SourceError(f"{clone.place} is a partial clone without pointers of Git LFS: it lacks {some}.", RIGHT)
        warnings.append(
            f"{clone.place} is a partial clone: whether Git LFS keeps {some} is not known, for their contents are not "
            f"here. They were left out, and nothing is taken as gone. {RIGHT}"
        )
    shallow = clone.shallow()
    nothing = None
    if not found:
        nothing = SourceError(
            f"{clone.place} has no file that Git LFS keeps" + ("." if all_commits else " at that commit."),
            next(iter(unkept), "Track one first: `git lfs track '*.parquet'`; or read all commits."),
        )
        if shallow or not all_commits:
            raise nothing
    if shallow:
        warnings.append(
            f"{clone.place} is a shallow clone: what files held before its oldest commits was not read, and what they "
            "held there counts as new there. Run `git fetch --unshallow`, and import again."
        )

    def granules() -> Iterator[Granule]:
        dates = {sha: git_objects.read(raw) for sha, raw in clone.objects(sorted({one.commit for one in found}))}
        for one in found:
            yield _granule(f"{ORIGIN}:{name}", url, one, dates[one.commit].person("committer").at)

    return Reading(
        f"{ORIGIN}:{name}",
        ORIGIN,
        granules(),
        total=len(found),
        complete=all_commits and not shallow and not lacking,
        nothing=nothing,
        warnings=warnings,
        close=clone.close,
    )


def _firsts(clone: Clone, tips: set[str], wanted: set[tuple[str, str]] | None) -> dict[tuple[str, str], str]:
    """By path and content of a file (all, or those that are wanted) the first commit that has it."""
    first: dict[tuple[str, str], str] = {}
    for commit, path, blob in clone.written(sha for sha, *_ in clone.history(sorted(tips))):
        if wanted is None or (path, blob) in wanted:
            first.setdefault((path, blob), commit)
    return first


def _lacking(clone: Clone, first: Mapping[tuple[str, str], str]) -> dict[str, tuple[str, str]]:
    """The contents that are not here, and may be pointers; of each the first path and commit."""
    largest = clone.left_out() if clone.partial else None
    if largest is not None and largest >= pointer.LARGEST:
        return {}  # what is left out is too large for one
    absent = clone.lacking(blob for _, blob in first)
    found: dict[str, tuple[str, str]] = {}
    for (path, blob), commit in first.items():
        if blob in absent:
            found.setdefault(blob, (path, commit))
    return found


def _newest(clone: Clone, references: list[tuple[str, str]]) -> str | None:
    """The commit of the default branch, where that is known."""
    try:
        return git_places.tip(clone, references, None)
    except BadInput:
        return None


def _unkept(commit: str, paths: Sequence[str]) -> list[str]:
    """What is said of files that are Git LFS's, and are no pointers."""
    if not paths:
        return []
    are = f"{len(paths):,} files are" if len(paths) > 1 else "1 file is"
    return [
        f"{are} given to Git LFS by {attributes.FILE}, and no pointer at {commit[:7]}, so nothing is stated of "
        f"{'them' if len(paths) > 1 else 'it'}: {_some([spelled(path) for path in paths])}. `git add --renormalize .` "
        "makes pointers."
    ]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")


def _pointers(clone: Clone, paths: Mapping[str, str], warnings: list[str]) -> dict[str, Pointer]:
    """By blob what it says, where it is a pointer."""
    small = [blob for blob, size in clone.sizes(paths) if size < pointer.LARGEST]
    found: dict[str, Pointer] = {}
    for blob, raw in zip(small, clone.blobs(small, pointer.LARGEST), strict=True):
        try:
            one = pointer.read(raw)
        except ValueError as error:
            warnings.append(f"The pointer {spelled(paths[blob])} ({blob[:7]}) was passed over: {error}.")
            continue
        if one is not None:
            found[blob] = one
    return found


def _versions(first: Mapping[tuple[str, str], str], pointers: Mapping[str, Pointer]) -> list[Found]:
    """Each content of each file once: pointers may differ in how they are written, and say the same."""
    found: dict[tuple[str, str], Found] = {}
    for (path, blob), commit in first.items():
        if blob in pointers:
            name = spelled(path)
            found.setdefault((name, pointers[blob].content), Found(name, pointers[blob], commit))
    return sorted(found.values())


def _granule(scope: str, url: str, found: Found, at: int | None) -> Granule:
    said = found.pointer
    version = keys.dataset_version(url, found.path, f"sha256:{said.content}")
    props: dict[str, Json] = {
        "uri": f"{url}@{found.commit}:{found.path}",
        "tags": {"git.commit": found.commit},
        "extra": {"lfs": {"oid": said.oid, "size": said.size}},
    }
    if at is not None:
        props["created_at"] = at
    if said.extensions:
        props["extra"] = {
            "lfs": {"oid": said.oid, "size": said.size, "extensions": [name for name, _ in said.extensions]}
        }
    else:
        props["bytes"] = said.size
    suffix = PurePosixPath(found.path).suffix.removeprefix(".").lower()
    if suffix:
        props["format"] = suffix
    name = f"file/{found.path}@{said.content}"
    return Granule(scope, name, ORIGIN, entities=(EntityFact(version, props),), at=at, current=True)
