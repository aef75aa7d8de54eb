"""Types of columns: parsed and normalized, so that `decimal(6, 5)` and `NUMERIC(6,5)` are one.

Each system spells its types its own way; what is parsed here is what SQL databases, Spark, Hive, Iceberg, Delta, Arrow,
Avro, pandas and MLflow write. What is not known is a type of its own, equal to itself alone. `lattice` compares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from thalweg.model.dialects import SYNONYMS, WORDS


class Base(Enum):
    """What values are. ZONED are instants, TIMESTAMP what a clock shows; NULL holds nulls alone; ANY takes every value;
    OTHER is not known."""

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
    DURATION = "duration"
    LIST = "list"
    MAP = "map"
    STRUCT = "struct"
    NULL = "null"
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


def parse(text: str, dialect: str | None = None) -> ColumnType:
    """The type that a text names; OTHER for what is not known. Raises nothing, whatever the text.

    dialect: whose words they are (`dialects`), where that is known: `int8` has 8 bytes in PostgreSQL, else 8 bits.
    Names of fields keep their case; whether nulls may stand inside is not kept.
    """
    plain = re.sub(r"\s+", " ", text.strip())
    words = WORDS.get(dialect or "", {})
    found = _parse(plain, words, 0) if len(plain) <= _LONGEST else None
    return found or _other(words.get(plain.lower(), plain))


def write(type: ColumnType) -> str:
    """A text that `parse` reads as this type, of no dialect; `?` stands where something is not known."""
    base, unknown = type.base, "?"
    if base in (Base.INT, Base.UINT, Base.FLOAT) and type.width is not None:
        return _WORD.get((base, type.width), f"{base.value}{type.width}")
    if base is Base.DECIMAL and type.width is not None:
        return f"decimal({type.width}, {type.scale or 0})"
    if base in (Base.TIME, Base.TIMESTAMP, Base.ZONED, Base.DURATION):
        name = "timestamptz" if base is Base.ZONED else base.value
        return f"{name}({unknown if type.scale is None else type.scale})"
    if base in (Base.INT, Base.UINT, Base.FLOAT, Base.DECIMAL):
        return f"{base.value}({unknown})"
    if base is Base.TEXT:
        return "string" if type.size is None else f"varchar({type.size})"
    if base in (Base.CHAR, Base.BINARY):
        return base.value if type.size is None else f"{base.value}({type.size})"
    inside = [write(one) for one in type.of]
    if base is Base.LIST:
        return f"array<{inside[0]}>" + (f"[{type.size}]" if type.size is not None else "")
    if base is Base.MAP:
        return f"map<{inside[0]}, {inside[1]}>"
    if base is Base.STRUCT:
        return f"struct<{', '.join(f'{quoted(name)}: {one}' for name, one in zip(type.fields, inside, strict=True))}>"
    return {Base.BOOL: "boolean", Base.DATE: "date", Base.NULL: "null", Base.ANY: "variant"}.get(base, type.name)


def plain(text: str, dialect: str | None) -> str:
    """A text that means everywhere what this one means in a dialect; this one, where no dialect says otherwise."""
    if dialect is None:
        return text
    found = parse(text, dialect)
    return text if found.base is Base.OTHER or found == parse(text) else write(found)


def quoted(name: str) -> str:
    """The name of a field, as it stands in the text of a struct."""
    return name if re.fullmatch(r"\w+", name) else "`" + name.replace("`", "``") + "`"


# ------------------------------------------------------------------------------------------------------------- reading

_INT = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64, "int128": 128, "int256": 256}
_UINT = {f"uint{bits}": bits for bits in (8, 16, 32, 64, 128, 256)}
_FLOAT = {"float16": 16, "float": 32, "double": 64}
_PLAIN: dict[str, ColumnType] = {
    **{name: ColumnType(Base.INT, bits) for name, bits in _INT.items()},
    **{name: ColumnType(Base.UINT, bits) for name, bits in _UINT.items()},
    **{name: ColumnType(Base.FLOAT, bits) for name, bits in _FLOAT.items()},
    "decimal": ColumnType(Base.DECIMAL),
    "boolean": ColumnType(Base.BOOL),
    "string": ColumnType(Base.TEXT),
    "char": ColumnType(Base.CHAR, size=1),
    "binary": ColumnType(Base.BINARY),
    "date": ColumnType(Base.DATE),
    "time": ColumnType(Base.TIME, scale=6),
    "timestamp": ColumnType(Base.TIMESTAMP, scale=6),
    "timestamptz": ColumnType(Base.ZONED, scale=6),
    "null": ColumnType(Base.NULL),
    "variant": ColumnType(Base.ANY),
}
_WORD = {(type.base, type.width): word for word, type in _PLAIN.items()}
_TIMES = {"time": Base.TIME, "timestamp": Base.TIMESTAMP, "timestamptz": Base.ZONED, "duration": Base.DURATION}
_IN = {
    "timestamp": Base.TIMESTAMP, "datetime64": Base.TIMESTAMP, "time32": Base.TIME, "time64": Base.TIME,
    "duration": Base.DURATION, "timedelta64": Base.DURATION,
}  # fmt: skip
_UNITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_UNBOUNDED = 1 << 24
"""A length from which on a text has no bound: the longest of Snowflake, which it writes where nobody asked for one."""
_NUMBERS = re.compile(
    r"([a-z_][a-z_ 0-9]*?) ?\((\d{1,9}|\?|max)(?: (?:byte|char))?(?:, ?(-?\d{1,9}))?(?:, ?'[^']*')?\)"
    r"( with(?:out)?(?: local)? time zone| unsigned)?"
)
_IN_UNITS = re.compile(r"(timestamp|datetime64|time32|time64|duration|timedelta64)\[(s|ms|us|ns)(, ?[^\]]+)?\]")
_ROWS = re.compile(r"(.+)\[(\d{0,9})\]")
_AROUND = re.compile(r"(\w+) ?[<(\[](.*)[>)\]]", re.DOTALL)
_ICEBERG = re.compile(r"\d+: (.+?): (?:optional|required) (.+)", re.DOTALL)
_BEHIND = re.compile(r"( not null\b.*| null| comment '.*'| \('[^']*'\))$", re.DOTALL | re.IGNORECASE)
_DEEPEST = 32
"""How far types may stand in one another; what is deeper is not known."""
_LONGEST = 1 << 17
"""Letters of a type; a longer one is not read."""

Words = Mapping[str, str]


def _parse(text: str, words: Words, depth: int) -> ColumnType | None:
    text = text.strip()
    if depth > _DEEPEST:
        return None
    lower = text.lower()
    lower = words.get(lower) or SYNONYMS.get(lower, lower)
    if (plain := _PLAIN.get(lower)) is not None:
        return plain
    if match := _NUMBERS.fullmatch(lower):
        word, numbers, _ = words.get(match[1], "").partition("(")
        name = word if numbers else SYNONYMS.get(match[1], match[1])
        return _with_numbers(name, match[2], match[3], match[4] or "")
    if match := _IN_UNITS.fullmatch(lower):
        base = _IN[match[1]]
        return ColumnType(Base.ZONED if match[3] and base is Base.TIMESTAMP else base, scale=_UNITS[match[2]])
    if lower.endswith(("[pyarrow]", "[python]")):
        return _parse(text[: text.rindex("[")], words, depth)
    if match := _ROWS.fullmatch(text):
        size = int(match[2]) if match[2] else None
        if match[1].lower() in ("fixed", "fixed_size_binary"):
            return ColumnType(Base.BINARY, size=size)
        found = _parse(match[1], words, depth + 1)
        if match[1].endswith(">") and size is not None and found is not None and found.base is Base.LIST:
            return ColumnType(Base.LIST, size=size, of=found.of)
        return ColumnType(Base.LIST, size=size, of=(found or _other(match[1]),))
    if match := _AROUND.fullmatch(text):
        return _around(match[1].lower(), match[2], words, depth)
    return None


def _with_numbers(name: str, size: str, scale: str | None, after: str) -> ColumnType | None:
    first = int(size) if size.isdecimal() else None
    second = int(scale) if scale else None
    if name == "decimal":
        return ColumnType(Base.DECIMAL, first, None if first is None else second or 0)
    if second is not None:
        return None
    if name in _TIMES:
        zoned = after.endswith("time zone") and "without" not in after
        if zoned and name == "time":
            return None
        return ColumnType(Base.ZONED if zoned else _TIMES[name], scale=first)
    if name == "char":
        return ColumnType(Base.CHAR, size=first)
    if name in ("string", "binary"):
        return ColumnType(_PLAIN[name].base, size=None if first is None or first >= _UNBOUNDED else first)
    if name in ("int", "uint", "float") and first is None:
        return ColumnType(Base(name))
    if name == "float" and first is not None:
        return ColumnType(Base.FLOAT, 32 if first <= 24 else 64)  # SQL counts the bits of the mantissa
    if name in ("vector", "halfvec") and first is not None:
        return ColumnType(Base.LIST, size=first, of=(ColumnType(Base.FLOAT, 32 if name == "vector" else 16),))
    if name in _INT:  # a width to show it with, as MySQL has
        return ColumnType(Base.UINT if after == " unsigned" else Base.INT, _INT[name])
    return None


def _around(name: str, inside: str, words: Words, depth: int) -> ColumnType | None:
    """What has types in brackets behind its name."""
    if name == "dictionary" and (values := re.match(r"values=(.*), ?indices=", inside, re.DOTALL)):
        return _parse(values[1], words, depth + 1)
    parts = _split(inside)
    if name in ("nullable", "lowcardinality", "sparse"):
        return _parse(parts[0], words, depth + 1)
    if name == "vector" and len(parts) == 2 and (size := re.fullmatch(r"\d{1,9}", parts[1])):
        return ColumnType(Base.LIST, size=int(size[0]), of=(_inner(parts[0], words, depth),))
    if name == "run_end_encoded" and len(parts) == 2:
        return _inner(_field(parts[1])[1], words, depth)
    if re.fullmatch(r"array|(large_|fixed_size_)?list(_view)?", name) and len(parts) == 1 and parts[0]:
        return ColumnType(Base.LIST, of=(_inner(_after_colon(parts[0]), words, depth),))
    if name == "map" and len(parts) == 2:
        return ColumnType(Base.MAP, of=tuple(_inner(part, words, depth) for part in parts))
    if name in ("struct", "row", "record", "object", "tuple"):
        named = [_field(part) for part in parts]
        if all(kind for _, kind in named):
            of = tuple(_inner(kind, words, depth) for _, kind in named)
            return ColumnType(Base.STRUCT, of=of, fields=tuple(word for word, _ in named))
    return None


def _inner(text: str, words: Words, depth: int) -> ColumnType:
    text = _BEHIND.sub("", text.strip())
    return _parse(text, words, depth + 1) or _other(text)


def _field(text: str) -> tuple[str, str]:
    """The name and the type of a field: `a: int`, `a int`, `1: a: optional int`."""
    if match := _ICEBERG.fullmatch(text):
        return match[1], match[2]
    if match := re.fullmatch(r'(?:`((?:[^`]|``)*)`|"((?:[^"]|"")*)"):? ?(.+)', text, re.DOTALL):
        return (match[2].replace('""', '"') if match[1] is None else match[1].replace("``", "`")), match[3]
    kind = _after_colon(text)
    if kind != text:
        return text[: -len(kind) - 1].strip(), kind.strip()
    name, _, kind = text.partition(" ")
    return name, kind


def _after_colon(text: str) -> str:
    """What stands behind the first colon outside; all, where there is none."""
    for place, letter in _outside(text):
        if letter == ":" and text[place + 1 :].strip():
            return text[place + 1 :]
    return text


def _other(text: str) -> ColumnType:
    word = text.lower()
    return ColumnType(Base.OTHER, name=SYNONYMS.get(word, word).replace(" ", ""))


def _split(text: str) -> list[str]:
    """The parts between the commas outside."""
    parts, begin = [], 0
    for place, letter in _outside(text):
        if letter == ",":
            parts.append(text[begin:place].strip())
            begin = place + 1
    return [*parts, text[begin:].strip()]


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The commas and colons that stand in no brackets and no quotes, with their places."""
    depth, quote = 0, ""
    for place, letter in enumerate(text):
        if quote or letter in '`"':
            quote = "" if letter == quote else quote or letter
            continue
        depth += (letter in "<([") - (letter in ">)]")
        if letter in ",:" and depth == 0:
            yield place, letter
