"""Avro: a schema (`.avsc`), or the header of a file of records (`.avro`), which holds one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import orjson

from thalweg.model.columns import Column
from thalweg.model.facts import Json
from thalweg.schemas.table import DEEPER, DEEPEST, Budget, Table, struct, wrong

MAGIC = b"Obj\x01"
LARGEST = 50 << 20
"""Bytes of a schema in a header; where more are announced, it is none."""


def of_records(path: Path) -> list[Table]:
    """The schema that an object container file begins with."""
    try:
        with path.open("rb") as stream:
            stream.seek(len(MAGIC))
            text = _header(stream)["avro.schema"]
        given = orjson.loads(text)
    except (EOFError, KeyError, ValueError) as error:
        raise wrong(path, "its Avro header is truncated or broken", "Give a whole Avro file.", error) from error
    return of_schema(path, given)


def _header(stream: BinaryIO) -> dict[str, bytes]:
    """A map of bytes, as Avro writes maps: blocks of a count and pairs, until one of none."""
    found: dict[str, bytes] = {}
    while count := _long(stream):
        if count < 0:  # then the block's size in bytes follows
            _long(stream)
        for _ in range(abs(count)):
            name = _bytes(stream).decode()
            found[name] = _bytes(stream)
    return found


def _long(stream: BinaryIO) -> int:
    number, shift = 0, 0
    while True:
        byte = stream.read(1)
        if not byte or shift > 63:
            raise EOFError("a number does not end")
        number |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return (number >> 1) ^ -(number & 1)
        shift += 7


def _bytes(stream: BinaryIO) -> bytes:
    size = _long(stream)
    if not 0 <= size <= LARGEST:
        raise ValueError(f"{size} bytes are announced")
    found = stream.read(size)
    if len(found) < size:
        raise EOFError("it ends too early")
    return found


# ------------------------------------------------------------------------------------------------------------- schemas


def of_schema(path: Path, given: Json) -> list[Table]:
    """The columns of a record; of several records (a list), a table each."""
    if isinstance(given, list):
        return [table for one in given for table in of_schema(path, one)]
    if not isinstance(given, Mapping) or given.get("type") != "record" or not isinstance(given.get("fields"), list):
        raise wrong(path, "it is an Avro schema of no record", 'Give one with `"type": "record"` and `fields`.')
    reading = _Reading(path, given)
    columns, aliases = [], {}
    for one in given["fields"]:
        if not isinstance(one, Mapping) or not isinstance(one.get("name"), str) or "type" not in one:
            raise wrong(path, "a field of its record has no name or no type", "Give an Avro schema that is whole.")
        text, nullable = reading.type(one["type"], str(given.get("namespace", "")), 0)
        columns.append(Column(one["name"], text, nullable))
        if isinstance(one.get("aliases"), list):
            aliases[one["name"]] = tuple(str(alias) for alias in one["aliases"])
    full = _full(given, "")
    names = tuple(dict.fromkeys((full, full.rpartition(".")[2])))
    return [Table("avro", names, tuple(columns), aliases=aliases)]


def _full(given: Mapping[str, Json], namespace: str) -> str:
    name = str(given.get("name", ""))
    space = str(given.get("namespace", namespace))
    return name if "." in name or not space else f"{space}.{name}"


_LOGICAL = {
    ("int", "date"): "date",
    ("int", "time-millis"): "time(3)",
    ("long", "time-micros"): "time(6)",
    ("long", "timestamp-millis"): "timestamptz(3)",
    ("long", "timestamp-micros"): "timestamptz(6)",
    ("long", "timestamp-nanos"): "timestamptz(9)",
    ("long", "local-timestamp-millis"): "timestamp(3)",
    ("long", "local-timestamp-micros"): "timestamp(6)",
    ("long", "local-timestamp-nanos"): "timestamp(9)",
    ("string", "uuid"): "uuid",
    ("fixed", "uuid"): "uuid",
    ("bytes", "big-decimal"): "decimal(?)",
    ("fixed", "duration"): "interval",
}
_PRIMITIVE = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")


class _Reading:
    """Types of a schema, with the named ones that it defined so far."""

    def __init__(self, path: Path, root: Mapping[str, Json]) -> None:
        self._budget = Budget(path)
        self._named: dict[str, tuple[Json, str]] = {}
        self._open = {_full(root, "")}

    def type(self, given: Json, namespace: str, depth: int) -> tuple[str, bool]:
        """Its text, and whether it may be null."""
        self._budget.spend()
        if depth > DEEPEST:
            return DEEPER, False
        if isinstance(given, list):
            several = [self.type(one, namespace, depth + 1)[0] for one in given]
            others = [text for text in several if text != "null"]
            nullable = len(others) < len(several)
            if len(others) == 1:
                return others[0], nullable
            return (f"union<{', '.join(others)}>" if others else "null"), nullable
        if isinstance(given, str):
            return self._by_name(given, namespace, depth)
        if isinstance(given, Mapping):
            return self._complex(given, namespace, depth)
        return DEEPER, False

    def _by_name(self, name: str, namespace: str, depth: int) -> tuple[str, bool]:
        if name in _PRIMITIVE:
            return name, name == "null"
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        found = self._named.get(full) or self._named.get(name)
        if found is None or full in self._open:
            return name, False  # a record inside itself has no end
        return self._complex(found[0], found[1], depth)

    def _complex(self, given: Mapping[str, Json], namespace: str, depth: int) -> tuple[str, bool]:
        kind, logical = given.get("type"), given.get("logicalType")
        if isinstance(kind, list | Mapping) or (isinstance(kind, str) and kind in self._named):
            return self.type(kind, namespace, depth + 1)
        if kind in ("record", "error", "enum", "fixed"):
            self._named[_full(given, namespace)] = (given, namespace)
        if logical == "decimal" and isinstance(given.get("precision"), int):
            return f"decimal({given['precision']}, {given.get('scale', 0)})", False
        if (text := _LOGICAL.get((str(kind), str(logical)))) is not None:
            return text, False
        if kind in ("record", "error"):
            return self._record(given, _full(given, namespace), depth), False
        if kind == "enum":
            return f"enum({', '.join(repr(str(symbol)) for symbol in given.get('symbols') or ())})", False
        if kind == "fixed":
            return f"fixed[{given.get('size')}]", False
        if kind == "array":
            return f"array<{self.type(given.get('items'), namespace, depth + 1)[0]}>", False
        if kind == "map":
            return f"map<string, {self.type(given.get('values'), namespace, depth + 1)[0]}>", False
        return self._by_name(kind, namespace, depth) if isinstance(kind, str) else (DEEPER, False)

    def _record(self, given: Mapping[str, Json], full: str, depth: int) -> str:
        if full in self._open:
            return full
        self._open.add(full)
        fields = given.get("fields")
        space = full.rpartition(".")[0]
        named = [one for one in fields if isinstance(one, Mapping)] if isinstance(fields, list) else []
        text = struct((str(one.get("name")), self.type(one.get("type"), space, depth + 1)[0]) for one in named)
        self._open.discard(full)
        return text
