"""What a repository says of an artifact besides its tags: `artifacts` in a dvc.yaml, or the older artifacts.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from thalweg.importers.git_clone import Clone
from thalweg.importers.manifest import text
from thalweg.model.errors import BadInput

DATASETS = ("dataset", "data")
"""Types of artifacts that are no models."""

LARGEST = 1 << 20
"""Bytes of a file that is read; nobody writes a larger one by hand."""


class Said(NamedTuple):
    """path: where it lies, from the top of the repository. more: what else stands there."""

    path: str | None = None
    type: str | None = None
    description: str | None = None
    labels: tuple[str, ...] = ()
    more: Mapping[str, Any] = {}


NOTHING = Said()


def of(
    clone: Clone, wanted: Iterable[tuple[str, str]], warnings: list[str], absent: set[str]
) -> dict[tuple[str, str], Said]:
    """What is said of artifacts at commits, by (artifact, commit); nothing where nothing is. absent: gets the names of
    files that would say so, and are not here (a partial clone).
    """
    found: dict[tuple[str, str], Said] = {}
    read: dict[str, Any] = {}
    there = {(artifact, commit): list(_files(clone, artifact, commit)) for artifact, commit in wanted}
    lacking = clone.lacking(sha for files in there.values() for _, _, sha in files)
    for (artifact, commit), files in there.items():
        folder, _, name = artifact.rpartition(":")
        for file, key, sha in files:
            if sha in lacking:
                absent.add(f"{file} at {commit[:7]}")
                break
            if sha not in read:
                read[sha] = _parsed(clone, sha, f"{file} at {commit[:7]}", warnings)
            table = read[sha].get(key) if key else read[sha]
            entry = table.get(name if key else artifact) if isinstance(table, Mapping) else None
            if isinstance(entry, Mapping):
                found[artifact, commit] = said(entry, folder if key else "")
                break
    return found


def _files(clone: Clone, artifact: str, commit: str) -> Iterator[tuple[str, str | None, str]]:
    """The path of each file that may speak of an artifact, the best first; what in it holds artifacts; and its sha."""
    folder = artifact.rpartition(":")[0]
    for file, key in ((str(PurePosixPath(folder, "dvc.yaml")), "artifacts"), ("artifacts.yaml", None)):
        sha = clone.blob_at(commit, file)
        if sha is not None:
            yield file, key, sha


def _parsed(clone: Clone, sha: str, where: str, warnings: list[str]) -> Mapping[str, Any]:
    (raw,) = clone.blobs([sha], LARGEST)
    try:
        if len(raw) > LARGEST:
            raise BadInput(f"it is larger than {LARGEST} bytes.")
        found = text.parse(raw, where).data
    except BadInput as error:
        warnings.append(f"{where} was passed over: {error.message}")
        return {}
    return found if isinstance(found, Mapping) else {}


def said(entry: Mapping[str, Any], folder: str) -> Said:
    """What an entry of `artifacts` says, which stands in a file of a folder."""
    path, labels = entry.get("path"), entry.get("labels")
    known = ("path", "type", "desc", "description", "labels")
    return Said(
        path=str(PurePosixPath(folder, path)) if isinstance(path, str) and path else None,
        type=_text(entry.get("type")),
        description=_text(entry.get("desc")) or _text(entry.get("description")),
        labels=tuple(str(label) for label in labels) if isinstance(labels, list) else (),
        more={str(name): _plain(value) for name, value in entry.items() if name not in known},
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _plain(value: object) -> Any:
    """A value of YAML as one of JSON: what JSON has not (a date, say) as text."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
