"""What a file of DVC's says of one thing that was read or written: where it lies, and which content it had there.

- path: data/orders.csv          (dataset: the repository, data/orders.csv)
  hash: md5
  md5: a304afb96060aad90176268345e10355    version md5:a304afb9…
  size: 14445097
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import md5
from posixpath import normpath
from typing import Any, NamedTuple

from thalweg.importers.dvc.config import Config
from thalweg.importers.dvc.files import shown
from thalweg.model import names

LONGEST = 800
"""Characters of a path, or of a version; longer ones are no name."""

_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_SHA = re.compile(r"[0-9a-f]{40}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


class Thing(NamedTuple):
    """A dataset at a content. version: nothing where the file does not tell. files: how many, in a folder.

    cloud: what a provider calls this content, where that is not its version.
    """

    namespace: str
    name: str
    version: str
    bytes: int | None = None
    files: int | None = None
    cloud: tuple[tuple[str, str], ...] = ()


class Places(NamedTuple):
    """What paths mean: the repository's URL, the source that paths on a disk are named under, and what DVC is told in
    the folder `root`, where it was initialized.
    """

    url: str
    source: str
    config: Config
    root: str = ""

    def of(self, folder: str, path: str) -> tuple[str, str]:
        """The namespace and the name of what lies at a path that is written in a folder of the repository.

        Raises ValueError for a path that leads out of it: nothing that a repository says is looked up elsewhere.
        """
        if len(path) > LONGEST:
            raise ValueError(f"path is {path[:40]!r}…, and must have at most {LONGEST} characters")
        path = self.config.whole(path)
        if _SCHEME.match(path) or path.startswith("/") or _DRIVE.match(path):
            try:
                return names.dataset_name(path, self.source)
            except ValueError as error:
                raise ValueError(f"path {error}") from error
        return self.url, inside(shown(folder), path)


def inside(folder: str, path: str) -> str:
    """A path from the top of the repository. Raises ValueError for one that leads out of it."""
    whole = normpath(f"{folder}/{path}" if folder else path)
    if whole.split("/", 1)[0] == ".." or whole.startswith("/") or not path:
        raise ValueError(f"path is {path[:LONGEST]!r}, and must stay in the repository")
    if len(whole) > LONGEST:
        raise ValueError(f"path is {whole[:40]!r}…, and must have at most {LONGEST} characters")
    return whole


def thing(entry: object, folder: str, places: Places) -> Thing:
    """An entry of `deps` or `outs`. Raises ValueError, with the field, its value and what would be right."""
    if not isinstance(entry, Mapping):
        raise ValueError(f"{str(entry)[:60]!r} stands there, and must be an object with a path")
    path = entry.get("path")
    if not isinstance(path, str) or not path:
        raise ValueError(f"path is {path!r}, and must be text")
    if path.startswith("ds://"):
        return of_dataset(entry.get("dataset"), places)
    namespace, name = places.of(folder, path)
    return _thing(namespace, name, entry)


def of_dataset(said: object, places: Places) -> Thing:
    """An entry of `datasets`: what a name like `ds://dogs` means. Raises ValueError as `thing` does."""
    said = said if isinstance(said, Mapping) else {}
    name, url, type = (said.get(field) for field in ("name", "url", "type"))
    if not isinstance(url, str) or not 0 < len(url) <= LONGEST:
        raise ValueError(f"url of the dataset {name!r} is {url!r:.60}, and must be text, not too long")
    if type == "dvc":
        path, sha = said.get("path"), said.get("rev_lock")
        if not isinstance(sha, str) or not _SHA.fullmatch(sha):
            raise ValueError(f"rev_lock of the dataset {name!r} is {sha!r}, and must be the sha of a commit")
        where = inside("", path) if isinstance(path, str) and path else str(name)
        return Thing(names.repository_url(url, places.source), where, f"commit:{sha}")
    if type == "dc":
        return Thing("dc", url.partition("://")[2].partition("@v")[0] or str(name), str(said.get("version", "")))
    if type != "url":
        raise ValueError(f"type of the dataset {name!r} is {type!r}, and must be dvc, dc or url")
    meta, files = said.get("meta"), said.get("files")
    flat = [
        {**one.get("meta", {}), "relpath": one.get("relpath")}
        for one in (files if isinstance(files, list) else ())
        if isinstance(one, Mapping) and isinstance(one.get("meta", {}), Mapping)
    ]
    namespace, path = places.of("", url)
    return _thing(namespace, path, {**(meta if isinstance(meta, Mapping) else {}), **({"files": flat} if flat else {})})


def _thing(namespace: str, name: str, entry: Mapping[str, Any]) -> Thing:
    files = entry.get("files")
    files = [one for one in files if isinstance(one, Mapping)] if isinstance(files, list) else []
    version, cloud = _version(entry, files)
    sizes = [one.get("size") for one in files]
    size = entry.get("size", sum(sizes) if sizes and all(map(_is_count, sizes)) else None)
    count = entry.get("nfiles", len(files) or None)
    return Thing(
        namespace, name, version, size if _is_count(size) else None, count if _is_count(count) else None, cloud
    )


def _version(entry: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The strongest name of a content that is stated; and what a provider calls it besides."""
    told = _flat(entry)
    cloud = tuple((name, told[name]) for name in ("version_id", "etag", "checksum") if name in told)
    prefix = "md5" if entry.get("hash") == "md5" else "md5-dos2unix"  # as releases before 3.0 counted
    digest = _md5(entry.get("md5"))
    if digest is None and files:
        digest = _of_files(files, "md5")
    if digest is not None:
        return f"{prefix}:{digest}", cloud
    if "version_id" in told:
        return told["version_id"], tuple(one for one in cloud if one[0] != "version_id")
    for name in ("etag", "checksum"):
        if name in told:
            return f"{name}:{told[name]}", ()
        if (digest := _of_files(files, name)) is not None:
            return f"{name}:{digest}", ()
    return "", ()


def _flat(entry: Mapping[str, Any]) -> dict[str, str]:
    """The names that a provider gave a content, those under `cloud` among them."""
    cloud = entry.get("cloud")
    nested: object = next(iter(cloud.values()), None) if isinstance(cloud, Mapping) else None
    both = {**(nested if isinstance(nested, Mapping) else {}), **entry}
    told = {name: both.get(name) for name in ("version_id", "etag", "checksum")}
    return {name: str(value)[:LONGEST] for name, value in told.items() if isinstance(value, str | int) and value != ""}


def _md5(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _MD5.fullmatch(value.lower()):
        raise ValueError(f"md5 is {value!r}, and must be 32 hexadecimal digits, with .dir behind them for a folder")
    return value.lower()


def _of_files(files: Sequence[Mapping[str, Any]], hash: str) -> str | None:
    """The digest of a folder by those of its files, as DVC counts it where it lists them."""
    told = [{hash: _flat(one).get(hash) or one.get(hash), "relpath": one.get("relpath")} for one in files]
    if not told or not all(isinstance(one[hash], str) and isinstance(one["relpath"], str) for one in told):
        return None
    listed = json.dumps(sorted(told, key=lambda one: str(one["relpath"])), sort_keys=True)
    return md5(listed.encode(), usedforsecurity=False).hexdigest() + ".dir"


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
