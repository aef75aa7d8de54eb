"""Where the content of a version can be fetched: in the remote of DVC's where it is kept, or in Git."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from thalweg.importers.dvc import config
from thalweg.importers.dvc.entries import Places, Thing
from thalweg.importers.dvc.files import CONFIG, LARGEST
from thalweg.importers.dvc.flags import Flags
from thalweg.importers.git_clone import RIGHT, Clone
from thalweg.model.errors import SourceError


def places(clone: Clone, files: Iterable[tuple[str, str]], url: str, source: str) -> Callable[[str], Places]:
    """By the path of a file of DVC's what the paths in it mean. files: those of the commit whose configuration holds:
    contents are moved to another remote, and old commits do not say so.

    Raises SourceError where a configuration is not here (a partial clone): no path would mean what it says.
    """
    configs = [(path, blob) for path, blob in files if _is_config(path)]
    lacking = clone.lacking(blob for _, blob in configs)
    if absent := [path for path, blob in configs if blob in lacking]:
        raise SourceError(f"{clone.place} is a partial clone, and {absent[0]} is not here.", RIGHT)
    found = [(path.removesuffix(CONFIG).rstrip("/"), blob) for path, blob in configs]
    blobs = clone.blobs([blob for _, blob in found], LARGEST)
    known = {root: Places(url, source, config.read(raw), root) for (root, _), raw in zip(found, blobs, strict=True)}
    nothing = Places(url, source, config.NO_CONFIG)

    def of(path: str) -> Places:
        folders = [str(folder) for folder in PurePosixPath(path).parents]
        return next((known[name] for folder in folders if (name := folder.removeprefix(".")) in known), nothing)

    return of


def _is_config(path: str) -> bool:
    return path == CONFIG or path.endswith(f"/{CONFIG}")


def uri(one: Thing, flags: Flags, there: Places, commit: str) -> str | None:
    """The address of a content; None for a file that neither DVC nor Git keeps.

    `s3://bucket/dvc/files/md5/a3/04afb9…`, before release 3.0 `s3://bucket/dvc/a3/04afb9…`; where a remote keeps files
    as they are, their path. Where no remote is known, and for what is in Git, the commit and the path, which DVC finds
    it by: `https://git.example.com/acme/churn@<commit>:metrics.json`.
    """
    if one.namespace != there.url:
        if one.version.startswith("commit:"):
            return f"{one.namespace}@{one.version.removeprefix('commit:')}:{one.name}"
        scheme = one.namespace.partition("://")[1]
        return f"{one.namespace}/{one.name.lstrip('/')}" if scheme else f"{one.namespace}://{one.name}"
    remote = there.config.remote(flags.remote) if flags.kept and flags.pushed else None
    algorithm, _, digest = one.version.partition(":")
    if flags.kind == "deps" and not flags.kept:
        return None
    if remote is None:
        return f"{there.url}@{commit}:{one.name}"
    if one.cloud:
        return f"{remote}/{one.name.removeprefix(there.root).lstrip('/')}"
    if algorithm == "md5":
        return f"{remote}/files/md5/{digest[:2]}/{digest[2:]}"
    if algorithm == "md5-dos2unix":
        return f"{remote}/{digest[:2]}/{digest[2:]}"
    return f"{there.url}@{commit}:{one.name}"
