"""What a repository says of an artifact besides its tags: `artifacts` in a dvc.yaml, or the older artifacts.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from thalweg.importers import dvc_variables
from thalweg.importers.dvc_scalars import plain
from thalweg.importers.dvc_variables import NotHere, Variables
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

    Templates are resolved by the variables of that commit, as DVC does; of what cannot be, nothing is said.
    """
    found: dict[tuple[str, str], Said] = {}
    read: dict[str, Mapping[str, Any]] = {}
    unknown: dict[tuple[str, str], str] = {}
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
            if not key:
                entry = read[sha].get(artifact)
                if isinstance(entry, Mapping):
                    found[artifact, commit] = said(entry, "")
                continue
            variables = dvc_variables.of(read[sha], folder, partial(_values, clone, commit, read, warnings))
            try:
                entry = _resolved(_entry(read[sha].get(key), name, variables), variables, artifact, commit, unknown)
            except NotHere as error:
                absent.add(str(error))
                break
            if entry is not None:
                found[artifact, commit] = said(entry, folder)
                break
    warnings += unknown.values()
    return found


def _values(
    clone: Clone, commit: str, read: dict[str, Mapping[str, Any]], warnings: list[str], path: str
) -> Mapping[str, Any]:
    """What stands in a file of variables; nothing where there is none. read: what is known already, by content."""
    sha, where = clone.blob_at(commit, path), f"{path} at {commit[:7]}"
    if sha is None:
        return {}
    if clone.lacking([sha]):
        raise NotHere(where)
    if sha not in read:
        read[sha] = _parsed(clone, sha, where, warnings, toml=path.lower().endswith(".toml"))
    return read[sha]


def _entry(table: object, name: str, variables: Variables) -> Mapping[str, Any] | None:
    """Of an artifact, whose name may be a template too."""
    if not isinstance(table, Mapping):
        return None
    if isinstance(entry := table.get(name), Mapping):
        return entry
    for written, entry in table.items():
        if dvc_variables.is_one(written) and isinstance(entry, Mapping) and _known(written, variables) == name:
            return entry
    return None


def _known(written: str, variables: Variables) -> str | None:
    try:
        return variables.text(written)
    except NotHere:
        raise
    except ValueError:
        return None


def _resolved(
    entry: Mapping[str, Any] | None,
    variables: Variables,
    artifact: str,
    commit: str,
    unknown: dict[tuple[str, str], str],
) -> Mapping[str, Any] | None:
    """unknown: gets a sentence of each field that cannot be resolved, once for an artifact."""
    if entry is None:
        return None
    known: dict[str, Any] = {}
    for field, value in entry.items():
        try:
            known[field] = variables.resolved(value)
        except NotHere:
            raise
        except ValueError as error:
            sentence = f"{artifact}: its {field} at {commit[:7]} is {str(value)[:60]!r}, and {error}; it was left out."
            unknown.setdefault((artifact, field), sentence)
    return known


def _files(clone: Clone, artifact: str, commit: str) -> Iterator[tuple[str, str | None, str]]:
    """The path of each file that may speak of an artifact, the best first; what in it holds artifacts; and its sha."""
    folder = artifact.rpartition(":")[0]
    for file, key in ((str(PurePosixPath(folder, "dvc.yaml")), "artifacts"), ("artifacts.yaml", None)):
        sha = clone.blob_at(commit, file)
        if sha is not None:
            yield file, key, sha


def _parsed(clone: Clone, sha: str, where: str, warnings: list[str], toml: bool = False) -> Mapping[str, Any]:
    (raw,) = clone.blobs([sha], LARGEST)
    try:
        if len(raw) > LARGEST:
            raise BadInput(f"it is larger than {LARGEST} bytes.")
        found = dvc_variables.toml(raw) if toml else text.parse(raw, where, plain).data
    except BadInput as error:
        warnings.append(f"{where} was passed over: {error.message}")
        return {}
    except ValueError as error:
        warnings.append(f"{where} was passed over: {error}.")
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
