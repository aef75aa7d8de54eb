"""The columns of dataset versions, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from thalweg.lineage.compare.answer import ColumnRow, ColumnStep, StepKind
from thalweg.model.columns import Column, columns_of, fold
from thalweg.model.lattice import keeps
from thalweg.model.results import Entity
from thalweg.model.types import parse

Schema = Mapping[str, Column]
"""Columns by their names, as the dataset compares names."""


def columns(versions: Sequence[Entity | None]) -> tuple[ColumnRow, ...]:
    """A row for each column of any version. A version whose columns are not known says nothing of any column."""
    schemas = [_schema(version) for version in versions]
    names = {name for schema in schemas if schema is not None for name in schema}
    return tuple(_row(name, schemas) for name in sorted(names))


def _schema(version: Entity | None) -> Schema | None:
    found = None if version is None else columns_of(version.props)
    if version is None or found is None:
        return None
    return {fold(version.namespace, column.name): column for column in sorted(found, reverse=True, key=_by_name)}


def _by_name(column: Column) -> str:
    return column.name


def _row(name: str, schemas: Sequence[Schema | None]) -> ColumnRow:
    places = [place for place, schema in enumerate(schemas) if schema is not None]
    found = tuple(None if schema is None else schema.get(name) for schema in schemas)
    steps = tuple(step for base, head in pairwise(places) for step in _steps(base, head, found[base], found[head]))
    called = min(column.name for column in found if column is not None)
    return ColumnRow(called, found, _differs([found[place] for place in places]), steps)


def _differs(found: Sequence[Column | None]) -> bool:
    """Whether some have it and some not, or some say otherwise of it; who says nothing does not differ."""
    there = [column for column in found if column is not None]
    types = {parse(column.type) for column in there if column.type is not None}
    nullable = {column.nullable for column in there if column.nullable is not None}
    return len(there) < len(found) or len(types) > 1 or len(nullable) > 1


def _steps(base: int, head: int, old: Column | None, new: Column | None) -> Iterator[ColumnStep]:
    if old is None or new is None:
        if new is not None:
            yield ColumnStep(base, head, StepKind.ADDED)
        elif old is not None:
            yield ColumnStep(base, head, StepKind.DROPPED)
        return
    if old.type is not None and new.type is not None and parse(old.type) != parse(new.type):
        yield ColumnStep(base, head, StepKind.RETYPED, keeps(parse(old.type), parse(new.type)))
    if (old.nullable, new.nullable) == (False, True):
        yield ColumnStep(base, head, StepKind.NULLABLE)
    elif (old.nullable, new.nullable) == (True, False):
        yield ColumnStep(base, head, StepKind.NOT_NULLABLE)
