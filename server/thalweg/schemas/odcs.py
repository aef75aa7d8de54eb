"""ODCS: a data contract of version 3 (Open Data Contract Standard)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from thalweg.model.columns import Column
from thalweg.model.dialects import of
from thalweg.model.facts import Json
from thalweg.model.types import plain
from thalweg.schemas.table import DEEPER, DEEPEST, Budget, Table, struct, wrong

RIGHT = "Give an ODCS contract of version 3, with `schema` and its `properties`."


def is_contract(given: Mapping[str, Json]) -> bool:
    return given.get("kind") == "DataContract" or ("dataContractSpecification" in given)


def tables(path: Path, given: Mapping[str, Json]) -> list[Table]:
    version = str(given.get("apiVersion"))
    if not version.startswith("v3"):
        raise wrong(path, f"it is a data contract of another form (apiVersion {version})", RIGHT)
    schema = given.get("schema")
    if not isinstance(schema, list) or not schema or not all(isinstance(one, Mapping) for one in schema):
        raise wrong(path, "its `schema` lists no objects", RIGHT)
    servers = [one for one in given.get("servers") or () if isinstance(one, Mapping)]
    budget = Budget(path)
    return [_table(path, one, servers, budget) for one in schema]


def _table(path: Path, given: Mapping[str, Json], servers: list[Mapping[str, Json]], budget: Budget) -> Table:
    properties = given.get("properties")
    if not isinstance(properties, list) or not all(isinstance(one, Mapping) and _name(one) for one in properties):
        raise wrong(path, f"`properties` of {_name(given) or 'its schema'} is no list of named properties", RIGHT)
    dialects = {of(str(one.get("type"))) for one in servers}
    dialect = dialects.pop() if len(dialects) == 1 else None
    columns, kinds = [], set()
    for one in properties:
        text, kind = _type(one, dialect, budget, 0)
        key = one.get("primaryKey") is True
        role = "KEY" if key else "PARTITION" if one.get("partitioned") is True else None
        nullable = not (one.get("required") is True or key)
        field_id = str(one["id"]) if one.get("id") is not None else None
        columns.append(Column(_name(one), text, nullable, field_id, role))
        kinds |= {_name(one)} if kind else set()
    names = tuple(dict.fromkeys(_names(given, servers)))
    return Table("odcs", names, tuple(columns), kinds=frozenset(kinds), native=dialect is None)


def _name(given: Mapping[str, Json]) -> str:
    """What a thing is called where it lies."""
    return str(given.get("physicalName") or given.get("name") or "")


def _names(given: Mapping[str, Json], servers: list[Mapping[str, Json]]) -> Iterator[str]:
    name = _name(given)
    for server in servers:
        spaces = [
            str(server[key]) for key in ("project", "catalog", "database", "dataset", "schema") if server.get(key)
        ]
        if spaces:
            yield ".".join((*spaces, name))
        if server.get("location"):
            yield str(server["location"]).replace("{model}", name)
    yield from (str(given[key]) for key in ("physicalName", "name") if given.get(key))


_LOGICAL = {
    "string": "string",
    "integer": "int(?)",
    "number": "decimal(?)",
    "boolean": "boolean",
    "date": "date",
    "time": "time(?)",
    "timestamp": "timestamp(?)",
}


def _type(given: Mapping[str, Json], dialect: str | None, budget: Budget, depth: int) -> tuple[str | None, bool]:
    """The text of a type, and whether it says a kind alone: a physical type is exact, a logical one has no width."""
    budget.spend()
    if depth > DEEPEST:
        return DEEPER, True
    if given.get("physicalType"):
        return plain(str(given["physicalType"]), dialect), False
    logical = given.get("logicalType")
    if logical == "array":
        items = given.get("items")
        inside = _type(items, dialect, budget, depth + 1)[0] if isinstance(items, Mapping) else None
        return f"array<{inside or DEEPER}>", True
    if logical == "object":
        fields = [one for one in given.get("properties") or () if isinstance(one, Mapping)]
        named = [(_name(one), _type(one, dialect, budget, depth + 1)[0] or DEEPER) for one in fields]
        return (struct(named) if named else DEEPER), True
    return _LOGICAL.get(str(logical)), True
