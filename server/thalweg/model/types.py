"""Types of columns: parsed and normalized, so that `decimal(6, 5)` and `NUMERIC(6,5)` are one, and compared by values.

Each system spells its types its own way; what is parsed here is what SQL databases, Spark, Hive, Iceberg, Delta, Arrow,
Avro, pandas and MLflow write. What is not known is a type of its own, equal to itself alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum


class Base(Enum):
    """What values are. ZONED are instants, TIMESTAMP what a clock shows; ANY takes every value; OTHER is not known."""

    INT = "int"
    UINT = "uint"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOL = "bool"
    TEXT = "text"
    CHAR = "char"
    BINARY = "binary"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    ZONED = "zoned"
    LIST = "list"
    MAP = "map"
    STRUCT = "struct"
    ANY = "any"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type of a column, normalized.

    width: the bits of INT, UINT and FLOAT; the digits of DECIMAL, in all. scale: the digits behind the point of a
    DECIMAL, or of the seconds of a time (3 for milliseconds). size: how long TEXT, CHAR or BINARY may be, and a LIST
    is. Each is None where the text does not say: then TEXT, BINARY and LIST have no bound, and of the others it is not
    known. of: the types inside: of a LIST its elements; of a MAP keys and values; of a STRUCT its `fields`.
    """

    base: Base
    width: int | None = None
    scale: int | None = None
    size: int | None = None
    of: tuple[ColumnType, ...] = ()
    fields: tuple[str, ...] = ()
    name: str = field(default="")
    """Of OTHER: its text in lower case, without spaces."""


def parse(text: str) -> ColumnType:
    """The type that a text names; OTHER for what is not known. Raises nothing, whatever the text."""
    plain = re.sub(r"\s+", " ", text.strip().lower())
    found = _parse(plain, 0)
    return found if found is not None else ColumnType(Base.OTHER, name=plain.replace(" ", ""))


# ------------------------------------------------------------------------------------------------------------- reading

# `int8` is eight bits, as Arrow, NumPy and ClickHouse have it; PostgreSQL's is a bigint, and importers say so.
_INT: dict[str, int] = {
    "tinyint": 8, "byte": 8, "int8": 8,
    "smallint": 16, "short": 16, "int16": 16, "int2": 16,
    "int": 32, "integer": 32, "int32": 32, "int4": 32, "mediumint": 32, "serial": 32,
    "bigint": 64, "long": 64, "int64": 64, "bigserial": 64,
    "hugeint": 128, "int128": 128,
}  # fmt: skip
_UINT = {
    "uint8": 8, "ubyte": 8, "utinyint": 8,
    "uint16": 16, "ushort": 16, "usmallint": 16,
    "uint32": 32, "uint": 32, "uinteger": 32,
    "uint64": 64, "ulong": 64, "ubigint": 64,
}  # fmt: skip
_FLOAT = {
    "float16": 16, "half": 16, "halffloat": 16,
    "float32": 32, "float": 32, "real": 32, "float4": 32,
    "float64": 64, "double": 64, "double precision": 64, "float8": 64,
}  # fmt: skip
_PLAIN: dict[str, ColumnType] = {
    **{name: ColumnType(Base.INT, bits) for name, bits in _INT.items()},
    **{name: ColumnType(Base.UINT, bits) for name, bits in _UINT.items()},
    **{f"{name} unsigned": ColumnType(Base.UINT, bits) for name, bits in _INT.items() if bits <= 64},
    **{name: ColumnType(Base.FLOAT, bits) for name, bits in _FLOAT.items()},
    **dict.fromkeys(("decimal", "numeric", "number", "dec"), ColumnType(Base.DECIMAL)),
    **dict.fromkeys(("bool", "boolean", "bit"), ColumnType(Base.BOOL)),
    **dict.fromkeys(
        ("string", "text", "str", "varchar", "character varying", "nvarchar", "clob"),
        ColumnType(Base.TEXT),
    ),
    **dict.fromkeys(
        ("large_string", "utf8", "large_utf8"),
        ColumnType(Base.TEXT),
    ),
    **dict.fromkeys(("char", "character", "nchar", "bpchar"), ColumnType(Base.CHAR, size=1)),
    **dict.fromkeys(("binary", "bytes", "large_binary", "varbinary", "bytea", "blob"), ColumnType(Base.BINARY)),
    **dict.fromkeys(("date", "date32", "date32[day]"), ColumnType(Base.DATE)),
    **dict.fromkeys(("time", "time without time zone"), ColumnType(Base.TIME, scale=6)),
    **dict.fromkeys(
        ("timestamp", "timestamp without time zone", "timestamp_ntz", "datetime", "timestampntz"),
        ColumnType(Base.TIMESTAMP, scale=6),
    ),
    **dict.fromkeys(
        ("timestamptz", "timestamp with time zone", "timestamp_ltz", "timestamp_tz", "timestamp with local time zone"),
        ColumnType(Base.ZONED, scale=6),
    ),
    "timestamp_ns": ColumnType(Base.TIMESTAMP, scale=9),
    "timestamptz_ns": ColumnType(Base.ZONED, scale=9),
    **dict.fromkeys(("null", "void", "unknown", "any", "object", "variant"), ColumnType(Base.ANY)),
}
_UNITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_CHAR = {"char", "character", "nchar", "bpchar"}
_SIZED = {"varchar", "character varying", "nvarchar", "varbinary", "binary", "fixed", *_CHAR}
_NUMBERS = re.compile(r"([a-z_][a-z_ 0-9]*?) ?\((\d{1,9})(?:, ?(-?\d{1,9}))?\)( with(?:out)? time zone| unsigned)?")
_DEEPEST = 32
"""How far types may stand in one another; what is deeper is not known."""


def _parse(text: str, depth: int) -> ColumnType | None:
    text = text.strip()
    if depth > _DEEPEST:
        return None
    if (plain := _PLAIN.get(text)) is not None:
        return plain
    if text.endswith("[]"):
        return _list(text[:-2], None, depth)
    if match := _NUMBERS.fullmatch(text):
        return _with_numbers(match[1], int(match[2]), int(match[3]) if match[3] else None, match[4] or "")
    if match := re.fullmatch(r"(timestamp|datetime64|time32|time64)\[(s|ms|us|ns)(, ?[^\]]+)?\]", text):
        base = Base.TIME if match[1] in ("time32", "time64") else Base.ZONED if match[3] else Base.TIMESTAMP
        return ColumnType(base, scale=_UNITS[match[2]])
    if match := re.fullmatch(r"(\w+)<(.*)>(?:\[(\d+)\])?", text):
        return _with_types(match[1], match[2], int(match[3]) if match[3] else None, depth)
    if match := re.fullmatch(r"(nullable|lowcardinality|array)\((.*)\)", text):
        return _list(match[2], None, depth) if match[1] == "array" else _parse(match[2], depth + 1)
    return None


def _with_numbers(name: str, first: int, second: int | None, after: str) -> ColumnType | None:
    if name in ("decimal", "numeric", "number", "dec", "decimal128", "decimal256"):
        return ColumnType(Base.DECIMAL, first, second or 0)
    if name in _SIZED and second is None:
        base = Base.CHAR if name in _CHAR else Base.TEXT if "var" in name and name != "varbinary" else Base.BINARY
        return ColumnType(base, size=first)
    if name in ("timestamp", "datetime", "timestamp_ntz"):
        return ColumnType(Base.ZONED if after == " with time zone" else Base.TIMESTAMP, scale=first)
    if name in ("timestamptz", "timestamp_ltz", "timestamp_tz"):
        return ColumnType(Base.ZONED, scale=first)
    if name == "time":
        return ColumnType(Base.TIME, scale=first)
    if name == "float" and second is None:
        return ColumnType(Base.FLOAT, 32 if first <= 24 else 64)  # SQL counts the bits of the mantissa
    if name in _INT and second is None:  # a width to show it with, as MySQL has
        return ColumnType(Base.UINT if after == " unsigned" else Base.INT, _INT[name])
    return None


def _with_types(name: str, inside: str, size: int | None, depth: int) -> ColumnType | None:
    parts = _split(inside)
    if name in ("array", "list", "large_list", "fixed_size_list") and len(parts) == 1:
        return _list(re.sub(r"^(?:item|element): ?", "", parts[0]), size, depth)
    if name == "map" and len(parts) == 2:
        inner = [_parse(part, depth + 1) for part in parts]
        return ColumnType(Base.MAP, of=tuple(one for one in inner if one)) if all(inner) else None
    if name == "struct":
        named = [part.partition(":") for part in parts]
        of = [_parse(kind, depth + 1) or _other(kind) for _, _, kind in named]
        return ColumnType(Base.STRUCT, of=tuple(of), fields=tuple(word.strip() for word, _, _ in named))
    if name == "dictionary" and (values := re.match(r"values=([^,]+)", inside)):
        return _parse(values[1], depth + 1)
    return None


def _list(inside: str, size: int | None, depth: int) -> ColumnType:
    return ColumnType(Base.LIST, size=size, of=(_parse(inside, depth + 1) or _other(inside),))


def _other(text: str) -> ColumnType:
    return ColumnType(Base.OTHER, name=text.replace(" ", ""))


def _split(text: str) -> list[str]:
    """The parts between the commas that stand in no brackets."""
    parts, depth, begin = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "<([") - (letter in ">)]")
        if letter == "," and depth == 0:
            parts.append(text[begin:place].strip())
            begin = place + 1
    return [*parts, text[begin:].strip()]


# ----------------------------------------------------------------------------------------------------------- comparing

_MANTISSA = {16: 11, 32: 24, 64: 53}
"""Bits of a whole number that a float holds exactly, by its bits."""
_DIGITS = {(Base.INT, 8): 3, (Base.INT, 16): 5, (Base.INT, 32): 10, (Base.INT, 64): 19, (Base.INT, 128): 39}
_DIGITS |= {(Base.UINT, 8): 3, (Base.UINT, 16): 5, (Base.UINT, 32): 10, (Base.UINT, 64): 20}
"""Digits of the largest whole number of a type."""


def keeps(old: ColumnType, new: ColumnType) -> bool | None:
    """Whether every value of a type is kept exactly when it becomes another; None where that is not known.

    Storage and readers have rules of their own: a database may take what loses values, a reader refuse what loses none.
    """
    if old == new:
        return True
    if new.base is Base.ANY:
        return True
    if Base.OTHER in (old.base, new.base):
        return None
    if old.base is Base.ANY:
        return False
    return _KEEPS.get((old.base, new.base), _never)(old, new)


def _never(old: ColumnType, new: ColumnType) -> bool | None:
    return False


def _whole(old: ColumnType, new: ColumnType) -> bool | None:
    """Among whole numbers."""
    if old.width is None or new.width is None:
        return None
    if old.base is new.base:
        return old.width <= new.width
    return old.base is Base.UINT and old.width < new.width


def _whole_to_float(old: ColumnType, new: ColumnType) -> bool | None:
    if old.width is None or new.width is None:
        return None
    return old.width - (old.base is Base.INT) <= _MANTISSA[new.width]


def _float(old: ColumnType, new: ColumnType) -> bool | None:
    return None if old.width is None or new.width is None else old.width <= new.width


def _whole_to_decimal(old: ColumnType, new: ColumnType) -> bool | None:
    if old.width is None or new.width is None:
        return None
    return new.width - (new.scale or 0) >= _DIGITS[old.base, old.width]


def _decimal(old: ColumnType, new: ColumnType) -> bool | None:
    if old.width is None or new.width is None:
        return None
    scale, other = old.scale or 0, new.scale or 0
    return other >= scale and new.width - other >= old.width - scale


def _sized(old: ColumnType, new: ColumnType) -> bool | None:
    return new.size is None or (old.size is not None and old.size <= new.size)


def _finer(old: ColumnType, new: ColumnType) -> bool | None:
    return None if old.scale is None or new.scale is None else old.scale <= new.scale


def _inside(old: ColumnType, new: ColumnType) -> bool | None:
    """What holds for all that is inside: not known where that is not known of any, and nothing is lost."""
    if old.base is Base.LIST and new.size is not None and old.size != new.size:
        return False
    if old.fields != new.fields:
        return False
    found = [keeps(one, other) for one, other in zip(old.of, new.of, strict=True)]
    return False if False in found else None if None in found else True


def _always(old: ColumnType, new: ColumnType) -> bool | None:
    return True


_WHOLE = (Base.INT, Base.UINT)
_KEEPS = {
    **{(one, other): _whole for one in _WHOLE for other in _WHOLE},
    **{(one, Base.FLOAT): _whole_to_float for one in _WHOLE},
    **{(one, Base.DECIMAL): _whole_to_decimal for one in _WHOLE},
    (Base.FLOAT, Base.FLOAT): _float,
    (Base.DECIMAL, Base.DECIMAL): _decimal,
    (Base.TEXT, Base.TEXT): _sized,
    (Base.BINARY, Base.BINARY): _sized,
    (Base.DATE, Base.TIMESTAMP): _always,
    (Base.TIME, Base.TIME): _finer,
    (Base.TIMESTAMP, Base.TIMESTAMP): _finer,
    (Base.ZONED, Base.ZONED): _finer,
    (Base.LIST, Base.LIST): _inside,
    (Base.MAP, Base.MAP): _inside,
    (Base.STRUCT, Base.STRUCT): _inside,
}
"""By the two bases; a pair that is not here loses values. (A CHAR of another length does: it pads to it.)"""
