"""Which format a file has, by what it holds first, then by its name; and its tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson
import yaml

from thalweg.model.dbt import version as dbt_version
from thalweg.model.errors import BadInput, unread
from thalweg.model.facts import Json
from thalweg.model.formats import DATA
from thalweg.model.nesting import bounded
from thalweg.schemas import avro, dbt, delta, extras, iceberg, json_schema, odcs, rows
from thalweg.schemas.statements import speaks_of_tables
from thalweg.schemas.table import Table, wrong

FORMATS = ("sql", "dbt", "parquet", "iceberg", "delta", "avro", "arrow", "json-schema", "odcs", "csv", "jsonl")
"""The names of formats, as they are given and as tables carry them."""

LARGEST = 50 << 20
"""Bytes of a text that is read whole; of data files only the headers, footers or first rows are."""
LARGEST_SQL = 5 << 20

ANY = f"Give the schema as one of: {', '.join(FORMATS)}."
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path, *, table: str | None = None, format: str | None = None, dialect: str | None = None) -> list[Table]:
    """The tables that a file describes.

    table: only the one of this name (`shop.orders`; its last parts are enough). format: one of `FORMATS`, where the
    file does not show it. dialect: of SQL, as sqlglot names it. Raises BadInput for a file that cannot be read as any
    format, or not as the one that it is said to be, and where `table` names none of it, or several.
    """
    if format is not None and format not in FORMATS:
        raise BadInput(f"{format!r} is no format of schemas.", ANY)
    with _said(path):
        found = _read(path, format, dialect)
    return found if table is None else [_chosen(path, found, table)]


TEXTS = ("sql", "dbt", "iceberg", "avro", "json-schema", "odcs")
"""The formats that people keep as text beside their code."""


def format_of(path: Path, text: str) -> str | None:
    """Which of `TEXTS` a text is, whole or broken; None for any other text. SQL is what speaks of tables."""
    if _by_name(path) == "sql":
        return "sql" if speaks_of_tables(text) else None
    if path.suffix.lower() == ".avsc":
        return "avro"
    if text.lstrip()[:1] not in ("{", "["):
        return "odcs" if _CONTRACT.search(text) and _by_name(path) == "odcs" else None
    try:
        given = orjson.loads(text)
        found = _json_format(given)
        return None if found == "dbt" and (dbt_version(given) or ("", 0))[0] != "manifest" else found
    except ValueError:
        return next((format for format, sign in _SIGNS if sign.search(text)), None)


def read_text(path: Path, text: str, format: str, dialect: str | None = None, beside: str | None = None) -> list[Table]:
    """The tables that a text describes, which is not on the disk: one of `TEXTS`. Of SQL also those that it drops, and
    those of which it does not say the columns.

    path: what the text is called. beside: the catalog that lies beside a manifest of dbt. Raises BadInput as `read`.
    """
    with _said(path):
        if format == "sql":
            _sized(path, text)
            return extras.statements(path, text, dialect)
        if format == "odcs" and text.lstrip()[:1] != "{":
            return _of_yaml(path, text)
        given = _json(path, text)
        _as_said(path, format, _json_format(given) or "no schema that is known")
        catalog = {} if beside is None else _catalog(path.with_name("catalog.json"), beside)
        return _of_object(path, given, format, catalog)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Whatever goes wrong with a file, as the sentence of a BadInput."""
    try:
        yield
    except OSError as error:
        raise wrong(
            path, f"it cannot be read: {unread(error)}", "Give a file that is there and may be read."
        ) from error
    except (TypeError, AttributeError, KeyError, ValueError, RecursionError) as error:
        raise wrong(path, "its parts are not what they should be", "Give the schema as its tool wrote it.") from error


def _chosen(path: Path, found: list[Table], table: str) -> Table:
    if len(found) == 1 and not found[0].names:
        return found[0]
    named = [one for one in found if any(called(name, table) for name in one.names)]
    exact = [one for one in named if table in one.names]
    if len(exact or named) == 1:
        return (exact or named)[0]
    names = ", ".join(one.names[0] for one in (named or found) if one.names)[:400]
    if named:
        raise BadInput(f"{path}: {table!r} may mean several of its tables: {names}.", "Give more of the name.")
    raise BadInput(f"{path}: it has no table {table!r}.", f"It has {names}.")


def called(name: str, other: str) -> bool:
    """Whether one name is the other, or its last parts: `orders` of `shop.orders`, of `s3://lake/shop/orders`."""
    one, two = ([part for part in re.split(r"[./:]+", text.casefold()) if part] for text in (name, other))
    shorter = min(len(one), len(two))
    return shorter > 0 and one[-shorter:] == two[-shorter:]


# --------------------------------------------------------------------------------------------------------- what it is

_MAGIC: tuple[tuple[bytes, str, Callable[[Path], list[Table]]], ...] = (
    (b"PAR1", "parquet", extras.parquet),
    (b"ARROW1", "arrow", extras.arrow_file),
    (b"\xff\xff\xff\xff", "arrow", extras.arrow_stream),
    (avro.MAGIC, "avro", avro.of_records),
)
_OTHERS = (
    (b"PARE", "an encrypted Parquet file", "Give one whose footer is plain."),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "Unpack it first."),
    (b"PK\x03\x04", "a ZIP archive", "Unpack it first."),
    (b"ORC", "an ORC file", ""),
    (b"SQLite format 3\x00", "an SQLite database, whose schema `sqlite3 FILE .schema` prints as SQL", ""),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "Fetch it first: `git lfs pull`."),
)


def _read(path: Path, format: str | None, dialect: str | None) -> list[Table]:
    if path.is_dir():
        if (log := delta.log_of(path)) is not None and format in (None, "delta"):
            return delta.of_log(log)
        raise wrong(path, "it is a folder without a Delta log", f"{ANY[:-1]} (delta may be a table's folder).")
    with path.open("rb") as stream:
        begin = stream.read(64)
    if not begin.strip():
        raise wrong(path, "it is empty", _whole(format) or ANY)
    for magic, name, reader in _MAGIC:
        if begin.startswith(magic):
            _as_said(path, format, name)
            return reader(path)
    for magic, what, right in _OTHERS:
        if begin.startswith(magic):
            raise wrong(path, f"it is {what}", right or (f"Give it as {format}." if format else ANY))
    named = format or _by_name(path)
    if format in ("parquet", "arrow") or (named in ("parquet", "arrow") and b"\x00" in begin):
        mark = "PAR1" if named == "parquet" else "ARROW1"
        raise wrong(path, f"it is no {named} file: it does not begin with {mark}", f"Give a whole {named} file.")
    if named == "csv":
        return rows.of_csv(path)
    if named == "jsonl":
        return rows.of_lines(path)
    return _of_text(path, _text(path), format, dialect)


def _whole(format: str | None) -> str:
    """What to do where it is known which format was meant: as a rule it is no schema then, but data."""
    return f"Give {format} that is whole." if format is not None else ""


def _as_said(path: Path, format: str | None, found: str) -> None:
    if format is not None and format != found:
        raise wrong(path, f"it is {found}, and was said to be {format}", f"Leave the format out, or say {found}.")


_SUFFIXES = {**DATA, ".sql": "sql", ".ddl": "sql", ".avsc": "avro", ".yaml": "odcs", ".yml": "odcs"}


def _by_name(path: Path) -> str | None:
    return _SUFFIXES.get(path.suffix.lower())


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > LARGEST:
        right = f"A schema may have {LARGEST:,} bytes; of data, give Parquet, Avro or Arrow, or name it .csv or .jsonl."
        raise wrong(path, f"it has {size:,} bytes, too many for a schema", right)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = _by_name(path)
        like = f"no {what} file and no" if what in ("parquet", "arrow", "avro") else "of no known format, and no"
        raise wrong(path, f"it is {like} text in UTF-8", _whole(what) or ANY) from error


# ---------------------------------------------------------------------------------------------------------- of a text

_SQL = re.compile(
    r"^\s*(create\s+(or\s+replace\s+)?((global|local|temp|temporary|transient|external|unlogged|materialized)\s+)*"
    r"(table|view|schema|database|type|sequence)|alter\s+table|drop\s+table)\b",
    re.IGNORECASE | re.MULTILINE,
)


_CONTRACT = re.compile(r"^(kind: *['\"]?DataContract\b|dataContractSpecification:)", re.MULTILINE)
_SIGNS = (
    ("dbt", re.compile(r"/dbt/manifest/v\d+\.json")),
    ("iceberg", re.compile(r'"format-version"')),
    ("odcs", re.compile(r'"kind"\s*:\s*"DataContract"')),
    ("json-schema", re.compile(r'"\$schema"\s*:\s*"[^"]*json-schema\.org')),
)
"""What JSON that is broken still shows of what it was."""


def _sized(path: Path, text: str) -> None:
    if len(text) > LARGEST_SQL:
        what = f"it has {len(text):,} letters, too many for SQL"
        raise wrong(path, what, f"Give {LARGEST_SQL:,} letters at most: the statements about one table.")


def _of_text(path: Path, text: str, format: str | None, dialect: str | None) -> list[Table]:
    begin = text.lstrip()[:1]
    if format == "sql" or (format is None and begin not in ("{", "[") and _is_sql(path, text)):
        _sized(path, text)
        return extras.tables(path, text, dialect)
    if begin in ("{", "["):
        return _of_json(path, text, format)
    if format == "odcs" or _by_name(path) == "odcs" or _CONTRACT.search(text):
        return _of_yaml(path, text)
    if format is not None:
        raise wrong(path, f"it is no {format}: it does not begin with {{", _whole(format))
    raise wrong(path, f"it is a text that begins with {text.split()[0][:40]!r}, of no format that is known", ANY)


def _is_sql(path: Path, text: str) -> bool:
    return _by_name(path) == "sql" or bool(_SQL.search(text))


def _of_json(path: Path, text: str, format: str | None) -> list[Table]:
    try:
        given = orjson.loads(text)
    except ValueError as error:
        if (lines := _lines(text)) is not None:
            return _of_lines(path, lines, format)
        raise wrong(path, BROKEN, "Give it whole.", error) from error
    found = _json_format(given)
    if found is None and format in ("jsonl", "delta", None) and "\n" not in text.strip() and isinstance(given, dict):
        if delta.is_commit([given]):
            return _of_lines(path, [given], format)
        if format == "jsonl":
            return rows.of_lines(path)
    if found is None:
        what = "a list" if isinstance(given, list) else f"an object of {', '.join(map(str, given))[:80] or 'nothing'}"
        raise wrong(
            path,
            f"it is JSON, {what}, and no schema that is known",
            _whole(format) or f"{ANY} Rows go one a line, as .jsonl.",
        )
    _as_said(path, format, found)
    return _of_object(path, given, found, _beside(path) if found == "dbt" else {})


BROKEN = "it is JSON that is truncated or broken"


def _json(path: Path, text: str) -> Json:
    try:
        return orjson.loads(text)
    except ValueError as error:
        raise wrong(path, BROKEN, "Give it whole.", error) from error


def _of_object(path: Path, given: Json, found: str, catalog: Mapping[str, Json]) -> list[Table]:
    if found == "iceberg":
        return iceberg.tables(path, given)
    if found == "dbt":
        return dbt.tables(path, given, catalog)
    if found == "avro":
        return avro.of_schema(path, given)
    if found == "odcs":
        return odcs.tables(path, given)
    return json_schema.tables(path, given)


def _json_format(given: Json) -> str | None:
    if isinstance(given, list):
        return (
            "avro"
            if given and all(isinstance(one, dict) and "type" in one and "name" in one for one in given)
            else None
        )
    if iceberg.is_metadata(given):
        return "iceberg"
    if dbt_version(given) is not None:
        return "dbt"
    if odcs.is_contract(given):
        return "odcs"
    if json_schema.is_schema(given):
        return "json-schema"
    return "avro" if given.get("type") in ("record", "enum", "fixed", "array", "map") else None


def _lines(text: str) -> list[Json] | None:
    """The first lines as JSON, each whole; None where they are not."""
    try:
        return [orjson.loads(line) for line in text.splitlines()[:100] if line.strip()]
    except ValueError:
        return None


def _of_lines(path: Path, lines: list[Json], format: str | None) -> list[Table]:
    if delta.is_commit(lines):
        _as_said(path, format, "delta")
        return delta.of_commit(path)
    _as_said(path, format, "jsonl")
    return rows.of_lines(path)


def _beside(manifest: Path) -> Mapping[str, Json]:
    """The catalog that dbt wrote beside a manifest; nothing where there is none."""
    catalog = manifest.with_name("catalog.json")
    return _catalog(catalog, _text(catalog)) if catalog.is_file() else {}


def _catalog(catalog: Path, text: str) -> Mapping[str, Json]:
    given = _json(catalog, text)
    if not isinstance(given, dict) or (dbt_version(given) or ("", 0))[0] != "catalog":
        raise wrong(catalog, "it is no catalog of dbt", "Give dbt's own, or take it away.")
    return given


def _of_yaml(path: Path, text: str) -> list[Table]:
    try:
        bounded(text.encode(), _Loader)
        given = yaml.load(text, _Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise wrong(path, "it is YAML that is truncated or broken", odcs.RIGHT, error) from error
    if not isinstance(given, dict) or not odcs.is_contract(given):
        raise wrong(path, "it is YAML, and no data contract", odcs.RIGHT)
    return odcs.tables(path, given)
