"""What a table in memory is made of: its columns, in the words that `model/types.py` reads, and how many rows it has.

pandas, polars and Arrow are told by the name of their module, and never imported: who has a frame has the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, cast

from thalweg.client.values import clean, text
from thalweg.model.columns import ROLES
from thalweg.model.errors import BadInput

Column = dict[str, Any]
"""As GraphQL takes it: name, and type and nullable where they are known."""

MOST = 10_000
"""Columns of a table that are stated; those of a wider one are left out."""


class Table(NamedTuple):
    """columns: None where there are too many of them. rows: None where that is not known without reading all."""

    columns: list[Column] | None
    rows: int | None


def table(frame: object) -> Table:
    """The columns and rows of a frame, or of a schema of Arrow. Raises BadInput for what is neither."""
    packages = [kind.__module__.partition(".")[0] for kind in type(frame).__mro__]  # a class of theirs, or made of one
    reader = next((_READERS[package] for package in packages if package in _READERS), None)
    if reader is not None:
        columns, rows = reader(frame)
        found = list(columns)
        return Table(found if len(found) <= MOST else None, rows)
    raise BadInput(
        f"{type(frame).__name__} is no table whose columns can be told.",
        "Give a frame of pandas or polars, an Arrow table, or a schema as {name: type}.",
    )


def columns(schema: object) -> list[Column] | None:
    """The columns of a schema: `{name: type}`, a list of objects with a name, or a frame. Raises BadInput."""
    if isinstance(schema, Mapping) or _dtypes(schema):
        return [_typed(name, kind) for name, kind in cast(Mapping[object, object], schema).items()]
    if isinstance(schema, Sequence) and not isinstance(schema, str | bytes):
        return [_stated(one) for one in schema]
    return table(schema).columns


def names(columns: object) -> list[str]:
    """Names of columns, each once, in order. pandas names by numbers and days too, and by several levels.

    Raises BadInput for what is no list of names, and for too many: some of them would not be all that are read.
    """
    listed = [] if isinstance(columns, str | bytes) else list(cast(Iterable[object], columns))
    if isinstance(columns, str | bytes) or not all(_is_name(one) for one in listed):
        raise BadInput(f"{text(columns, 80)!r} must be a list of names.", 'Write columns=["amount", "country"].')
    if len(listed) > MOST:
        raise BadInput(f"There are {len(listed):,} of them, and may be {MOST:,}.")
    return sorted({_name(one) for one in listed})


def _is_name(one: object) -> bool:
    if isinstance(one, tuple):
        return bool(one) and all(_is_name(part) or part == "" for part in one)
    if isinstance(one, str):
        return bool(one)
    return isinstance(one, float) or hasattr(type(one), "__index__") or hasattr(type(one), "isoformat")


def _name(given: object) -> str:
    return clean(".".join(str(part) for part in given) if isinstance(given, tuple) else str(given))


def _dtypes(schema: object) -> bool:
    """Whether this is what a frame of pandas says of its types: a column with names beside it."""
    if not hasattr(schema, "items") or not hasattr(schema, "dtype"):
        return False
    kinds = [kind for _, kind in islice(cast(Any, schema).items(), MOST)]
    return bool(kinds) and all(_of_array(kind) for kind in kinds)


def _of_array(kind: object) -> bool:
    """Whether this is a type of numpy or pandas."""
    return any(base.__name__ in ("dtype", "ExtensionDtype") for base in type(kind).__mro__)


def _typed(name: object, kind: object) -> Column:
    """A column of a type that is told in any way: in words, by a type of Python, or as a frame has it."""
    if kind is None or isinstance(kind, str):
        return _column(name, kind)
    if _of_array(kind):
        return _pandas_column(name, kind)
    if type(kind).__module__.partition(".")[0] == "polars":
        return _column(name, _polars_type(kind))
    if isinstance(kind, type):
        return _column(name, _PYTHON.get(kind.__name__, kind.__name__))
    return _column(name, str(kind))


_PYTHON = {
    "int": "long", "float": "double", "str": "string", "bool": "boolean", "bytes": "binary", "datetime": "timestamp",
    "str_": "string", "bool_": "boolean", "bytes_": "binary", "object_": "object",
}  # fmt: skip
"""What types of Python and numpy are in the words of the model, where those are others."""

_PARTS = {"name", "type", "nullable", "field_id", "role", "description"}


def _stated(one: object) -> Column:
    if not isinstance(one, Mapping) or not one.get("name") or not one.keys() <= _PARTS:
        raise BadInput(
            f"{one!r} is no column.", f"A column is an object with a name, and may have {', '.join(sorted(_PARTS))}."
        )
    if one.get("role") is not None and one["role"] not in ROLES:
        raise BadInput(f"{one['role']!r} is no role of a column.", f"There are {', '.join(ROLES)}.")
    found = _column(one["name"], None if one.get("type") is None else str(one["type"]), one.get("nullable"))
    more = {"fieldId": one.get("field_id"), "role": one.get("role"), "description": one.get("description")}
    return found | {name: clean(str(value)) for name, value in more.items() if value is not None}


def _column(name: object, kind: str | None, nullable: bool | None = None) -> Column:
    found: Column = {"name": _name(name)}
    if kind:
        found["type"] = clean(kind)
    if nullable is not None:
        found["nullable"] = bool(nullable)
    return found


Read = tuple[Iterator[Column], int | None]


def _arrow(given: Any) -> Read:
    fields = given if hasattr(given, "field") and not hasattr(given, "schema") else given.schema
    found = (_column(field.name, str(field.type), field.nullable) for field in fields)
    return found, getattr(given, "num_rows", None)


def _pandas(given: Any) -> Read:
    """Numbers and truths of numpy have no place for a null; the others may hold some."""
    if not hasattr(given, "columns"):  # a single column
        return iter([_pandas_column(given.name if given.name is not None else "0", given.dtype)]), len(given)
    return (_pandas_column(name, kind) for name, kind in zip(given.columns, given.dtypes, strict=True)), len(given)


def _pandas_column(name: object, kind: Any) -> Column:
    written = str(kind)
    if written == "category":
        written = str(kind.categories.dtype)
    return _column(name, written, False if getattr(kind, "kind", "") in ("i", "u", "b") and _numpy(kind) else None)


def _numpy(kind: object) -> bool:
    return type(kind).__module__.partition(".")[0] == "numpy"


def _polars(given: Any) -> Read:
    """Every column of polars may hold nulls."""
    schema = given.collect_schema() if hasattr(given, "collect_schema") else {given.name: given.dtype}
    rows = getattr(given, "height", None) if hasattr(given, "collect_schema") else len(given)
    return (_column(name, _polars_type(kind)) for name, kind in schema.items()), rows


def _polars_type(kind: Any) -> str:
    """A type of polars in Arrow's words, as `DataFrame.to_arrow` would have it."""
    name = getattr(kind, "__name__", None) or type(kind).__name__
    inner = getattr(kind, "inner", None)
    if name == "List" and inner is not None:
        return f"list<{_polars_type(inner)}>"
    if name == "Array" and inner is not None:
        return f"fixed_size_list<{_polars_type(inner)}>[{kind.shape[0] if len(kind.shape) == 1 else kind.size}]"
    if name == "Struct" and getattr(kind, "fields", None):
        return f"struct<{', '.join(f'{one.name}: {_polars_type(one.dtype)}' for one in kind.fields)}>"
    if name == "Datetime":
        zone = getattr(kind, "time_zone", None)
        return f"timestamp[{getattr(kind, 'time_unit', None) or 'us'}{f', tz={zone}' if zone else ''}]"
    if name == "Duration":
        return f"duration[{getattr(kind, 'time_unit', None) or 'us'}]"
    if name == "Decimal":
        precision = getattr(kind, "precision", None)
        return f"decimal({precision if precision is not None else 38}, {getattr(kind, 'scale', None) or 0})"
    return _POLARS.get(name, name.lower())


_POLARS = {"Categorical": "string", "Enum": "string", "Time": "time64[ns]", "Object": "object"}

_READERS: dict[str, Callable[[Any], Read]] = {"pyarrow": _arrow, "pandas": _pandas, "polars": _polars}
