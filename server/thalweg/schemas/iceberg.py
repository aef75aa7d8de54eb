"""Iceberg: the metadata of a table (`*.metadata.json`), which holds every schema that it had and names the current."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from thalweg.model.columns import Column
from thalweg.model.facts import Json
from thalweg.schemas.table import DEEPER, DEEPEST, Budget, Table, struct, wrong

WHOLE = "Give the newest `*.metadata.json` of the table, whole."


def is_metadata(given: Mapping[str, Json]) -> bool:
    return "format-version" in given and ("schemas" in given or "schema" in given)


def tables(path: Path, given: Mapping[str, Json]) -> list[Table]:
    schema = _current(path, given)
    keys = {str(one) for one in schema.get("identifier-field-ids") or ()}
    parts = _partitions(given)
    budget = Budget(path)
    columns = []
    for one in _fields(path, schema):
        field_id = str(one["id"])
        role = "KEY" if field_id in keys else "PARTITION" if field_id in parts else None
        columns.append(
            Column(str(one["name"]), _type(one.get("type"), budget, 0), not one.get("required", False), field_id, role)
        )
    location = given.get("location")
    names = (location.rstrip("/"),) if isinstance(location, str) else ()
    return [Table("iceberg", names, tuple(columns))]


def _current(path: Path, given: Mapping[str, Json]) -> Mapping[str, Json]:
    schemas = given.get("schemas")
    if isinstance(schemas, list):
        for one in schemas:
            if isinstance(one, Mapping) and one.get("schema-id") == given.get("current-schema-id"):
                return one
    if isinstance(given.get("schema"), Mapping):  # format version 1
        schema: Mapping[str, Json] = given["schema"]
        return schema
    raise wrong(path, f"its current-schema-id ({given.get('current-schema-id')}) is none of its schemas", WHOLE)


def _fields(path: Path, schema: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    fields = schema.get("fields")
    if not isinstance(fields, list) or not all(
        isinstance(one, Mapping) and {"id", "name"} <= set(one) for one in fields
    ):
        raise wrong(path, "its current schema has no fields with ids and names", WHOLE)
    return fields


def _partitions(given: Mapping[str, Json]) -> set[str]:
    """The ids of columns by whose values as they are the table is parted."""
    for spec in given.get("partition-specs") or ():
        if isinstance(spec, Mapping) and spec.get("spec-id") == given.get("default-spec-id"):
            parts = [one for one in spec.get("fields") or () if isinstance(one, Mapping)]
            return {str(one.get("source-id")) for one in parts if one.get("transform") == "identity"}
    return set()


def _type(given: Json, budget: Budget, depth: int) -> str:
    budget.spend()
    if isinstance(given, str):
        return given
    if not isinstance(given, Mapping) or depth > DEEPEST:
        return DEEPER
    if given.get("type") == "struct":
        fields = [one for one in given.get("fields") or () if isinstance(one, Mapping)]
        return struct((str(one.get("name")), _type(one.get("type"), budget, depth + 1)) for one in fields)
    if given.get("type") == "list":
        return f"array<{_type(given.get('element'), budget, depth + 1)}>"
    if given.get("type") == "map":
        inside = [_type(given.get(one), budget, depth + 1) for one in ("key", "value")]
        return f"map<{', '.join(inside)}>"
    return DEEPER
