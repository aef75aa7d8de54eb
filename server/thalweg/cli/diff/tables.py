"""What a file says at one end of a range: its tables, or the outputs of DVC with their hashes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from thalweg.cli.diff.files import LOCK, Side
from thalweg.importers.manifest import text as documents
from thalweg.importers.manifest.form import Dataset, Manifest
from thalweg.importers.manifest.problems import problems
from thalweg.lineage.spelling import spell
from thalweg.model.columns import Column
from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.schemas import Table, read_text


def tables(side: Side, dialect: str | None) -> list[Table]:
    """The tables that a file describes or changes. Raises BadInput where it cannot be read as what it is."""
    if side.kind == "manifest":
        return list(_of_manifest(side))
    return read_text(side.name, side.text, str(side.kind), dialect, side.beside)


# ------------------------------------------------------------------------------------------------------ our manifests


def _of_manifest(side: Side) -> Iterator[Table]:
    document = documents.parse(side.text.encode(), side.path)
    try:
        manifest = Manifest.model_validate(document.data, context={"source": "local"})
    except ValidationError as error:
        found = [*document.problems, *problems(error, document, Manifest)]
        raise BadInput(f"{found[0]}.", "`thalweg import manifest` says all that is wrong.") from error
    if document.problems:
        raise BadInput(f"{document.problems[0]}.", "`thalweg import manifest` says all that is wrong.")
    for place, dataset in enumerate(manifest.datasets or ()):
        key = dataset.key()
        line = document.line(("datasets", place))
        names = (spell(key.kind, key.parts),)
        if dataset.gone_at is not None:
            yield Table("manifest", names, line=line, dropped=True)
        elif (columns := _newest(dataset)) is not None:
            yield Table("manifest", names, columns, line=line)


def _newest(dataset: Dataset) -> tuple[Column, ...] | None:
    """The columns of the newest version that has some: by its time; else by its place, the last is the newest."""
    versions = [one for one in dataset.versions or () if one.columns is not None and one.gone_at is None]
    if not versions:
        return None
    newest = max(enumerate(versions), key=lambda one: (one[1].created_at or 0, one[0]))[1]
    return tuple(Column(one.name, one.type, one.nullable, one.field_id, one.role) for one in newest.columns or ())


# ---------------------------------------------------------------------------------------------------------------- DVC


@dataclass(frozen=True, slots=True)
class Output:
    """What DVC keeps beside the repository. hash: of what it is now; '' where the file says none."""

    path: str
    hash: str
    file: str
    line: int | None


def outputs(side: Side) -> list[Output]:
    """The outputs that a `.dvc` file or a `dvc.lock` names, by their paths from the top of the repository. Raises
    BadInput where it is neither.
    """
    if side.wrong:
        raise BadInput(f"{side.path}: {side.wrong}.", "Give it as DVC wrote it.")
    document = documents.parse(side.text.encode(), side.path)
    if not isinstance(document.data, dict):
        raise BadInput(f"{side.path}: it is no file of DVC.", "Give it as DVC wrote it.")
    return list(_outputs(side, document, document.data))


def _outputs(side: Side, document: documents.Document, data: Mapping[str, Json]) -> Iterator[Output]:
    folder = posixpath.dirname(side.path)
    holders: list[tuple[documents.Where, Json]] = []
    if posixpath.basename(side.path) == LOCK:
        inside = data.get("stages")
        stages, above = (inside, ("stages",)) if isinstance(inside, dict) else (data, ())
        holders += [((*above, name), stage) for name, stage in stages.items()]
    else:
        holders.append(((), data))
    for place, holder in holders:
        outs = holder.get("outs") if isinstance(holder, dict) else None
        for at, out in enumerate(outs if isinstance(outs, list) else ()):
            if isinstance(out, dict) and isinstance(out.get("path"), str):
                base = posixpath.join(folder, str(holder.get("wdir", ".")))
                path = posixpath.normpath(posixpath.join(base, out["path"]))
                yield Output(path, _hash(out), side.path, document.line((*place, "outs", at, "path")))


def _hash(out: Mapping[str, Json]) -> str:
    for name in ("md5", "etag", "checksum", "version_id"):
        if out.get(name):
            return str(out[name])
    cloud = out.get("cloud") or out.get("files")
    return str(cloud) if cloud else ""


# -------------------------------------------------------------------------------------------------------------- lines


def line_of(text: str, table: Table, columns: list[str]) -> int:
    """The line that is to be shown for a change: of the first of these columns that stands there, from where the table
    begins; else that of the table; else the first.
    """
    lines = text.splitlines()
    start = table.line or _first(lines, [re.split(r"[./:]", name)[-1] for name in table.names[:1]], 1) or 1
    return _first(lines, columns, start) or start


def _first(lines: list[str], words: list[str], start: int) -> int | None:
    for word in words:
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        for at in range(start - 1, len(lines)):
            if word and pattern.search(lines[at]):
                return at + 1
    return None


def alike(one: Table | None, other: Table | None) -> bool:
    """Whether two say the same of a table, wherever they say it."""
    return (one and replace(one, line=None)) == (other and replace(other, line=None))
