"""What a model's signature says of the columns that it is fed, and which columns MLflow lets through to it.

A model version keeps its signature as `{inputs, outputs, params}`; `inputs` are columns (`name, type, nullable`), or
what MLflow itself writes in an MLmodel file: a list of specs, or its JSON text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import orjson

from thalweg.model.facts import Json
from thalweg.model.types import Base, ColumnType, parse


class Input(NamedTuple):
    """A column that a model takes.

    name: None where it is known by its place alone. type: MLflow's (`long`, `array<double>`, `tensor<float64, -1x3>`);
    None where the signature does not say. required: whether it must be there.
    """

    name: str | None
    type: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a model takes. Of one without names MLflow checks how many columns there are, and takes them by place."""

    columns: tuple[Input, ...]

    @property
    def named(self) -> bool:
        return all(one.name is not None for one in self.columns)

    @property
    def tensor(self) -> bool:
        """Whether it takes arrays: their types and shapes are then exact."""
        return any((one.type or "").startswith("tensor<") for one in self.columns)


def inputs(signature: Json) -> Inputs | None:
    """The inputs of a signature; None where it says nothing of them that can be read."""
    given = signature.get("inputs") if isinstance(signature, Mapping) else None
    try:
        if isinstance(given, str):
            given = orjson.loads(given)
        if not isinstance(given, list) or not given:
            return None
        return Inputs(tuple(_input(place, one) for place, one in enumerate(given)))
    except (ValueError, RecursionError):
        return None


def _input(place: int, given: Json) -> Input:
    if not isinstance(given, Mapping):
        raise ValueError("is no object")
    name = given.get("name")
    if name is None or name in ("", f"[{place}]"):  # importers call a column without a name by its place
        name = None
    return Input(name if name is None else str(name), type_text(given) or None, not optional(given))


def optional(spec: Mapping[str, Json]) -> bool:
    """Whether what a spec describes may be missing. (Older releases of MLflow write `optional`, where it is.)"""
    return bool(spec.get("nullable") or spec.get("optional")) or not spec.get("required", True)


def type_text(spec: Json) -> str:
    """MLflow's type as text: `double`, `array<long>`, `map<string>`, `object<a: long>`, `tensor<float64, -1x3>`."""
    if isinstance(spec, str):
        return spec
    if not isinstance(spec, Mapping):
        return ""
    kind = str(spec.get("type") or "")
    if kind == "tensor":
        tensor = spec.get("tensor-spec") or {}
        shape = tensor.get("shape")
        sizes = "x".join(str(size) for size in shape) if isinstance(shape, list) else "?"
        return f"tensor<{tensor.get('dtype', '?')}, {sizes}>"
    if kind == "array":
        return f"array<{type_text(spec.get('items', {}))}>"
    if kind == "map":
        return f"map<{type_text(spec.get('values', {}))}>"
    if kind == "object" and isinstance(spec.get("properties"), Mapping):
        fields = ", ".join(f"{name}: {type_text(one)}" for name, one in sorted(spec["properties"].items()))
        return f"object<{fields}>"
    return kind


# ----------------------------------------------------------------------------------------------------------- accepting


class _Row(NamedTuple):
    """What MLflow takes for a type of a signature: columns without nulls, and with some; and what it does not look at.

    unchecked: what reaches pandas as objects, which MLflow lets through as they are, in some releases or in all.
    """

    full: str
    holes: str
    unchecked: str = ""


_TABLE: Mapping[str, _Row] = {
    "boolean": _Row("bool", "bool", "text binary decimal date time list map struct"),
    "integer": _Row("int8 int16 int32 uint8 uint16", ""),
    "long": _Row("int8 int16 int32 int64 uint8 uint16 uint32", ""),
    "float": _Row("float16 float32", "float16 float32"),
    "double": _Row(
        "int8 int16 int32 uint8 uint16 uint32 float16 float32 float64 decimal",
        "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 decimal bool",
    ),
    "string": _Row("text", "text bool", "binary decimal date time list map struct"),
    "binary": _Row("binary", "binary bool", "text decimal date time list map struct"),
    "datetime": _Row("date timestamp", "date timestamp"),
}
"""As MLflow itself does it (`tests/importers/mlflow/enforced.py` asks it); all else is refused. Whole numbers with
nulls are floats to pandas, and so no `long`; eight bytes of a whole number are too many for a `double`."""


def accepts(wanted: str, column: ColumnType, nullable: bool | None, *, required: bool = True) -> bool | None:
    """Whether MLflow lets a column through to a model, whatever its values; None where that is not known.

    wanted: the type that the signature states. nullable: whether the column may hold nulls: then it must pass both with
    some and without. required: as the signature has it; a column that is not there is not asked about here.
    """
    wanted = wanted.strip()
    if column.base in (Base.ANY, Base.OTHER, Base.NULL):
        return None
    if (row := _TABLE.get(wanted)) is not None:
        return _by_row(row, column, nullable)
    if match := re.fullmatch(r"array<(.*)>", wanted):
        return _array(match[1], column, nullable, required)
    if match := re.fullmatch(r"tensor<(\w+), ?(-?\d{1,9}(?:x-?\d{1,9})*)>", wanted):
        return _tensor(match[1], match[2], column, nullable)
    if re.fullmatch(r"(map|object)<.*>", wanted):
        return None if column.base in (Base.MAP, Base.STRUCT) else False
    return None


def _by_row(row: _Row, column: ColumnType, nullable: bool | None) -> bool | None:
    kind = _kind(column)
    if kind is None or kind in row.unchecked.split():
        return None
    full, holes = kind in row.full.split(), kind in row.holes.split()
    if nullable is False or not full:
        return full
    return holes if nullable or holes else None


def _kind(column: ColumnType) -> str | None:
    if column.base in (Base.INT, Base.UINT, Base.FLOAT):
        known = column.width is not None and column.width <= 64
        return f"{column.base.value}{column.width}" if known else None
    if column.base is Base.DURATION:
        return "duration"
    return "text" if column.base is Base.CHAR else column.base.value


def _array(of: str, column: ColumnType, nullable: bool | None, required: bool) -> bool | None:
    """Lists whose elements pass; whether nulls stand among them is not known."""
    if column.base is not Base.LIST:
        return False
    inside = accepts(of, column.of[0], None)
    if inside is False or nullable is False or not required:
        return inside
    return False if nullable else None


def _tensor(dtype: str, shape: str, column: ColumnType, nullable: bool | None) -> bool | None:
    """Lists that become the rows of an array. Numbers become a column of it, together with others: not known of one."""
    if column.base is not Base.LIST:
        return None
    numbers, inside = parse(dtype), column.of[0]
    sizes = [int(size) for size in shape.split("x")[1:]]
    if Base.OTHER in (numbers.base, inside.base) or column.size is None or any(size < 0 for size in sizes):
        return None
    if prod(sizes) != column.size:
        return False
    if numbers != inside or nullable is None:  # numbers of another type MLflow casts out of a frame, and refuses alone
        return None
    return not nullable
