"""Files of rows that state no types: CSV with a header, and JSON Lines. Types are guessed from the first rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from thalweg.model.columns import Column
from thalweg.model.facts import Json
from thalweg.model.guessed import widened
from thalweg.schemas.table import DEEPER, DEEPEST, Budget, Table, struct, wrong

ROWS = 10_000
"""Rows that are looked at; those behind them are not even read."""
LONGEST = 4 << 20
"""Letters of a row; a longer one is none."""


def of_csv(path: Path) -> list[Table]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = _bounded(path, stream)
            first = next(lines, "")
            rows = csv.reader(_again(first, lines), delimiter=_separator(path, first), strict=True)
            header = next(rows, [])
            _check(path, header)
            values: list[set[str]] = [set() for _ in header]
            for number, row in zip(range(ROWS), rows, strict=False):
                if row and len(row) != len(header):
                    what = f"row {number + 2} has {len(row)} cells, and the header {len(header)}"
                    raise wrong(path, what, "Give a CSV file with a header, whose rows have as many cells.")
                for seen, cell in zip(values, row, strict=False):
                    seen.add(_of_text(cell.strip()))
    except UnicodeDecodeError as error:
        raise wrong(path, "it is no text in UTF-8", "Give the CSV file in UTF-8.", error) from error
    except csv.Error as error:
        raise wrong(path, "it is no CSV", "Give a CSV file with a header, its quotes closed.", error) from error
    return [_table("csv", zip(header, values, strict=True))]


def count(path: Path, format: str) -> int:
    """How many rows a CSV file or JSON Lines have: all of it is read."""
    try:
        if format == "jsonl":
            with path.open("rb") as lines:
                return sum(1 for line in lines if line.strip())
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines_of = _bounded(path, stream)
            first = next(lines_of, "")
            found = csv.reader(_again(first, lines_of), delimiter=_separator(path, first), strict=True)
            return max(0, sum(1 for row in found if row) - 1)
    except UnicodeDecodeError as error:
        raise wrong(path, "it is no text in UTF-8", "Give the CSV file in UTF-8.", error) from error
    except csv.Error as error:
        raise wrong(path, "it is no CSV", "Give a CSV file with a header, its quotes closed.", error) from error


def _bounded(path: Path, stream: Iterable[str]) -> Iterator[str]:
    while line := stream.readline(LONGEST + 1):  # type: ignore[attr-defined]
        if len(line) > LONGEST:
            raise wrong(path, f"a row of it has more than {LONGEST:,} letters", "Give a file with one row a line.")
        yield line


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _separator(path: Path, header: str) -> str:
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    return max(",;\t|", key=header.count)


def _check(path: Path, header: list[str]) -> None:
    right = "Give a CSV file whose first row names its columns, each once."
    if not any(header):
        raise wrong(path, "its first row is empty", right)
    if len(set(header)) < len(header) or "" in header:
        raise wrong(path, "its first row has a name twice, or an empty one", right)
    if all(_of_text(cell.strip()) != "string" for cell in header):
        raise wrong(path, f"its first row ({', '.join(header)[:60]}) holds values and no names", right)


_TEXTS = (
    ("boolean", re.compile(r"true|false", re.IGNORECASE)),
    ("int(?)", re.compile(r"[-+]?(0|[1-9]\d{0,30})")),  # 007 is a text
    ("double", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?inf|nan", re.IGNORECASE)),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("timestamp(?)", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?")),
    ("timestamptz(?)", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)")),
)


def _of_text(cell: str) -> str:
    """The kind of a cell; `null` where there is nothing in it."""
    if not cell:
        return "null"
    if re.fullmatch(r"[-+]?0\d+", cell):
        return "string"
    return next((kind for kind, pattern in _TEXTS if pattern.fullmatch(cell)), "string")


# ---------------------------------------------------------------------------------------------------------- JSON Lines


def of_lines(path: Path) -> list[Table]:
    budget = Budget(path)
    found: dict[str, set[str]] = {}
    count = 0
    with path.open("rb") as stream:
        while count < ROWS and (line := stream.readline(LONGEST + 1)):
            if len(line) > LONGEST:
                raise wrong(path, f"a line of it has more than {LONGEST:,} bytes", "Give one JSON object a line.")
            if not line.strip():
                continue
            row = _row(path, line, count + 1)
            for name in found.keys() - row.keys():
                found[name].add("null")
            for name, value in row.items():
                if name not in found:
                    budget.spend()
                    found[name] = {"null"} if count else set()
                found[name].add(_of_value(value, 0))
            count += 1
    if not found:
        raise wrong(path, "it has no rows, so nothing says its columns", "Give a file with one JSON object a line.")
    return [_table("jsonl", found.items())]


def _row(path: Path, line: bytes, number: int) -> Mapping[str, Json]:
    try:
        row = orjson.loads(line)
    except ValueError as error:
        raise wrong(path, f"row {number} is no JSON", "Give one JSON object a line, each whole.", error) from error
    if not isinstance(row, dict):
        raise wrong(path, f"row {number} is no JSON object", "Give one JSON object a line.")
    return row


def _of_value(value: Json, depth: int) -> str:
    if depth > DEEPEST:
        return DEEPER
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "int(?)" if isinstance(value, int) else "double"
    if isinstance(value, str):
        kind = _of_text(value)
        return kind if kind.startswith(("date", "timestamp")) else "string"
    if isinstance(value, list):
        return f"array<{_one({_of_value(one, depth + 1) for one in value}) or DEEPER}>"
    if isinstance(value, Mapping):
        return struct((name, _of_value(one, depth + 1)) for name, one in sorted(value.items())) if value else DEEPER
    return "null"


# --------------------------------------------------------------------------------------------------------------- kinds


def _table(format: str, seen: Iterable[tuple[str, set[str]]]) -> Table:
    """Nulls that were seen are certain; that none was seen says nothing."""
    columns = tuple(Column(name, _one(kinds), True if "null" in kinds else None) for name, kinds in seen)
    return Table(format, columns=columns, kinds=frozenset(one.name for one in columns), inferred=True)


def _one(kinds: set[str]) -> str | None:
    """The one kind that all values are of; None where there is no value."""
    return widened(kinds - {"null"})
