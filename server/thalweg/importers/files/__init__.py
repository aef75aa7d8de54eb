"""Files on a disk, as dataset versions by their content: `docs/importers/files.md`.

    (dataset)-[:HAS_VERSION]->(datasetVersion {bytes, rows, columns, format, extra})

Each file is a dataset, or each folder that is given; what it holds now is a version, `sha256:…`. Each version is a
scope of its own, `file/<name>@<digest>`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Generator, Iterator
from pathlib import Path, PurePosixPath

from thalweg.importers.files.cache import Cache
from thalweg.importers.files.contents import Contents, Hashed, listed
from thalweg.importers.files.finding import File, Finding, is_folder
from thalweg.importers.files.hashing import Content, Describe
from thalweg.importers.files.recognising import recognised as recognised
from thalweg.importers.reading import Place, Reading, several
from thalweg.model import keys, names
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import EntityFact, Granule, Json

ORIGIN = "files"

THREADS = min(8, os.cpu_count() or 1)


def read(
    paths: Place | Collection[Place],
    *,
    source: str | None = None,
    root: str | os.PathLike[str] | None = None,
    namespace: str | None = None,
    name: str | None = None,
    as_folder: bool = False,
    use_md5: bool = False,
    everything: bool = False,
    cache: str | os.PathLike[str] | None = None,
    threads: int = THREADS,
    describe: Describe | None = None,
    hashed: Hashed = lambda done, total: None,
) -> Reading:
    """One pass over files: those at the path, or at several, and below them; a path may be a pattern.

    source: the name it is filed under; that of the root's folder without one.
    root: the folder that datasets are named below; the current one without.
    namespace: where the data lies for others, `s3://lake/raw`, or the URL of a repository; `file://<source>` without.
    name: what the one dataset is called that is read.
    as_folder: each folder that is given is one dataset, whose version is that of the list of its files.
    use_md5: versions are MD5 digests, and those of folders as DVC counts them.
    everything: these paths are all of the source: what they no longer hold is gone.
    cache: a folder where digests are kept for the next time; nowhere without one.
    describe: tells what the format of a file does. hashed: is told how many bytes of how many were dealt with.

    Raises SourceError for a path that is not there, or a cache that cannot be kept; BadInput for one outside of the
    root, a name for several datasets, and a namespace that is none.
    """
    warnings: list[str] = []
    finding = Finding(Path(root) if root is not None else Path.cwd(), warnings)
    places = finding.places(several(paths))
    if name is not None and (len(places) != 1 or (is_folder(places[0]) and not as_folder)):
        raise BadInput("--name names one dataset, and several may be read.", "Give one file, or one --as-folder.")
    source = source or finding.root.name or "local"
    here, prefix, own = _namespace(namespace, source, finding.name(finding.root))
    count, size = _measured(finding.root, places, as_folder)
    contents = Contents("md5" if use_md5 else "sha256", _cache(cache), describe, threads, size, hashed, warnings)

    def granules() -> Generator[Granule]:
        try:
            for called, version, props in _versions(finding, places, as_folder, contents):
                key = keys.dataset_version(here, prefix + (name or called) if name or called else own, version)
                yield _granule(f"{ORIGIN}:{source}", key, props)
            reading.complete = everything and finding.whole and contents.whole
        finally:
            contents.close()

    stream = granules()

    def close() -> None:
        stream.close()
        contents.close()

    scope = f"{ORIGIN}:{source}"
    reading = Reading(scope, ORIGIN, stream, total=count, complete=False, warnings=warnings, close=close)
    return reading


def _namespace(given: str | None, source: str, root: str) -> tuple[str, str, str]:
    """The namespace of datasets, what their names begin with, and what the root is called where it is one itself.

    With a place that is the place itself, as others name it; a name of its own (`root`) it has where there is no other.
    """
    if given is None:
        return f"file://{source}", "/", "/" + root.lstrip("/")
    scheme, separator, _ = given.partition("://")
    try:
        if not separator or scheme.lower() in ("http", "https", "ssh", "git"):
            return names.repository_url(given), "", root
        place = given.rstrip("/")
        namespace, below = names.dataset_name(f"{place}/x" if not place.endswith(":") else given, source)
    except ValueError as error:
        right = "Give where the data lies, like s3://lake/raw, or the URL of a repository."
        raise BadInput(f"--namespace {error}.", right) from error
    return namespace, below[:-1], names.dataset_name(given, source)[1]


def _measured(root: Path, places: list[Path], as_folder: bool) -> tuple[int, int]:
    """How many datasets there are, and how many bytes: for whoever looks on."""
    count, size = 0, 0
    for file in Finding(root, []).files(places):
        count += 1
        try:
            size += file.path.stat().st_size
        except OSError:  # it went in between
            continue
    return len(places) if as_folder else count, size


def _cache(folder: str | os.PathLike[str] | None) -> Cache:
    try:
        return Cache(Path(folder) if folder is not None else None)
    except (OSError, sqlite3.Error) as error:
        right = "Give a folder of your own: --cache DIR; or do without: --no-cache."
        raise SourceError(f"Digests cannot be kept in {folder} ({error}).", right) from error


Version = tuple[str, str, dict[str, Json]]
"""What a dataset is called below the root (nothing where it is the root), its version, and the properties of that."""


def _versions(finding: Finding, places: list[Path], as_folder: bool, contents: Contents) -> Iterator[Version]:
    single = [place for place in places if not (as_folder and is_folder(place))]
    for file, found in contents.of(finding.files(single)):
        if found is not None:
            yield file.name, f"{contents.algorithm}:{found.digest}", _props(file.name, found)
    for folder in places if as_folder else ():
        if is_folder(folder) and (version := _of_folder(finding, folder, contents)) is not None:
            yield version


def _of_folder(finding: Finding, folder: Path, contents: Contents) -> Version | None:
    """The version of a folder; None where a file in it could not be read, which is said."""
    called = finding.name(folder)
    files: list[tuple[File, Content]] = []
    missing, before = False, finding.whole
    finding.whole = True
    for file, found in contents.of(finding.below(folder)):
        if found is None:
            missing = True
        else:
            files.append((file._replace(name=file.path.relative_to(folder).as_posix()), found))
    missing |= not finding.whole
    finding.whole &= before
    if missing:
        contents.warn(f"{called} was left out: not all of its files could be read.")
        return None
    digest = listed(contents.algorithm, {file.name: found.digest for file, found in files})
    props: dict[str, Json] = {
        "bytes": sum(found.size for _, found in files),
        "extra": {"files": {"count": len(files)}},
    }
    props |= contents.together(called, [found for _, found in files])
    return "" if folder == finding.root else called, f"{contents.algorithm}:{digest}.dir", props


def _props(called: str, found: Content) -> dict[str, Json]:
    props: dict[str, Json] = {"bytes": found.size}
    suffix = PurePosixPath(called).suffix.removeprefix(".").lower()
    if suffix:
        props["format"] = suffix
    return props | {name: value for name, value in found.described.items() if name != "problem"}


def _granule(scope: str, key: keys.Key, props: dict[str, Json]) -> Granule:
    _, called, version = key.parts
    entities = (EntityFact(keys.dataset(*key.parts[:2])), EntityFact(key, props))
    return Granule(scope, f"file/{called}@{version.partition(':')[2]}", ORIGIN, entities=entities)
