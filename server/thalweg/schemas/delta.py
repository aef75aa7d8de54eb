"""Delta: the log of a table (`_delta_log`), or one commit of it. The last `metaData` action holds the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson

from thalweg.model.columns import Column
from thalweg.model.facts import Json
from thalweg.schemas import extras
from thalweg.schemas.table import DEEPER, DEEPEST, Budget, Table, struct, wrong

LOG = "_delta_log"
ACTIONS = {"metaData", "protocol", "commitInfo", "add", "remove", "txn", "cdc", "domainMetadata"}
WHOLE = "Give the table's folder, its whole `_delta_log`, or a commit (`….json`) with a `metaData` action."


def log_of(path: Path) -> Path | None:
    """The log of a folder: itself, or the one in it."""
    found = path if path.name == LOG else path / LOG
    return found if found.is_dir() else None


def is_commit(lines: Sequence[Json]) -> bool:
    """Whether lines of JSON are actions of a commit."""
    return bool(lines) and all(isinstance(one, Mapping) and one and set(one) <= ACTIONS for one in lines)


def of_commit(path: Path) -> list[Table]:
    found = list(_metadata(path))
    if not found:
        raise wrong(path, "this commit of a Delta log changes no schema: it has no metaData action", WHOLE)
    return [_table(path, found[-1], ())]


def of_log(log: Path) -> list[Table]:
    """The schema now: of the newest commit that states one, else of the checkpoint before the commits."""
    commits = {int(one.stem): one for one in log.iterdir() if re.fullmatch(r"\d{20}\.json", one.name)}
    checkpoints = _checkpoints(log)
    last = max(checkpoints, default=-1)
    names = (log.parent.resolve().name,)
    newest = max([*commits, last])
    if newest < 0:
        raise wrong(log, "this Delta log has neither commits nor checkpoints", WHOLE)
    for version in range(newest, last, -1):
        if version not in commits:
            raise wrong(log, f"this Delta log is not whole: commit {version} is missing", WHOLE)
        if found := list(_metadata(commits[version])):
            return [_table(log, found[-1], names)]
    found = [one for file in checkpoints.get(last, ()) for one in _of_checkpoint(file)]
    if not found:
        raise wrong(log, "this Delta log has no metaData action", WHOLE)
    return [_table(log, found[-1], names)]


def _checkpoints(log: Path) -> dict[int, list[Path]]:
    """The files of each checkpoint that is whole, by version: one, or as many as their names say."""
    found: dict[int, list[Path]] = {}
    for one in sorted(log.iterdir()):
        if match := re.fullmatch(
            r"(\d{20})\.checkpoint(?:\.\d{10}\.(\d{10})|\.[0-9a-f-]{36})?\.(?:parquet|json)", one.name
        ):
            found.setdefault(int(match[1]), []).append(one)
    whole = {}
    for version, files in found.items():
        parts = [re.search(r"\.(\d{10})\.parquet$", one.name) for one in files]
        several = [one for one, part in zip(files, parts, strict=True) if part]
        alone = [one for one, part in zip(files, parts, strict=True) if not part]
        if alone or any(part is not None and int(part[1]) == len(several) for part in parts):
            whole[version] = alone[:1] or several
    return whole


def _of_checkpoint(file: Path) -> list[Mapping[str, Json]]:
    if file.suffix == ".json":
        return list(_metadata(file))
    return extras.checkpoint(file)


def _metadata(file: Path) -> Iterator[Mapping[str, Json]]:
    """The `metaData` actions of a file of actions, one a line. Other actions are not even parsed."""
    try:
        with file.open("rb") as stream:
            for line in stream:
                if b'"metaData"' not in line:
                    continue
                action = orjson.loads(line)
                if isinstance(action, Mapping) and isinstance(action.get("metaData"), Mapping):
                    yield action["metaData"]
    except ValueError as error:
        raise wrong(file, "this commit of a Delta log is truncated or broken", WHOLE, error) from error


# -------------------------------------------------------------------------------------------------------------- fields


def _table(path: Path, metadata: Mapping[str, Json], names: Sequence[str]) -> Table:
    try:
        schema = orjson.loads(metadata.get("schemaString") or "")
    except ValueError as error:
        raise wrong(path, "its metaData has a schemaString that is no JSON", WHOLE, error) from error
    stated = (str(metadata["name"]),) if metadata.get("name") else ()
    settings = metadata.get("configuration")
    mode = settings.get("delta.columnMapping.mode") if isinstance(settings, Mapping) else None
    parts = {str(one) for one in metadata.get("partitionColumns") or ()}
    columns = of_struct(path, schema, identified=mode in ("name", "id"))
    roles = tuple(one._replace(role="PARTITION") if one.name in parts else one for one in columns)
    return Table("delta", tuple(dict.fromkeys((*stated, *names))), roles)


def of_struct(path: Path, schema: Json, *, identified: bool) -> tuple[Column, ...]:
    """The columns of Spark's JSON of a schema. identified: its ids stay the same when names change."""
    fields = schema.get("fields") if isinstance(schema, Mapping) else None
    if not isinstance(fields, list) or not all(isinstance(one, Mapping) and "name" in one for one in fields):
        raise wrong(path, "its schemaString is no struct with fields", WHOLE)
    budget, columns = Budget(path), []
    for one in fields:
        extra = one.get("metadata") or {}
        text = extra.get("__CHAR_VARCHAR_TYPE_STRING") or _type(one.get("type"), budget, 0)
        field_id = extra.get("delta.columnMapping.id") if identified else None
        columns.append(
            Column(str(one["name"]), text, bool(one.get("nullable", True)), None if field_id is None else str(field_id))
        )
    return tuple(columns)


_WORDS = {"timestamp": "timestamptz", "timestamp_ntz": "timestamp"}
"""What Delta means by words that others use otherwise."""


def _type(given: Json, budget: Budget, depth: int) -> str:
    budget.spend()
    if isinstance(given, str):
        return _WORDS.get(given, given)
    if not isinstance(given, Mapping) or depth > DEEPEST:
        return DEEPER
    if given.get("type") == "struct":
        fields = [one for one in given.get("fields") or () if isinstance(one, Mapping)]
        return struct((str(one.get("name")), _type(one.get("type"), budget, depth + 1)) for one in fields)
    if given.get("type") == "array":
        return f"array<{_type(given.get('elementType'), budget, depth + 1)}>"
    if given.get("type") == "map":
        inside = [_type(given.get(one), budget, depth + 1) for one in ("keyType", "valueType")]
        return f"map<{', '.join(inside)}>"
    return DEEPER
