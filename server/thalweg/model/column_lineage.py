"""Which columns the columns of a dataset version were made of: OpenLineage's `columnLineage` facet, read.

    {"fields": {"total": {"inputFields": [{"namespace": …, "name": …, "field": "amount",
                                           "transformations": [{"type": "DIRECT", "subtype": "AGGREGATION"}]}]}},
     "dataset": [{"namespace": …, "name": …, "field": "email", "transformations": [{"type": "INDIRECT", …}]}]}

`dataset` holds what decides over all columns (a filter, a join, a grouping). Spark writes such either there or into
every field, so both are read. Source: the facet's schema 1-2-0, and what `openlineage-spark` writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from thalweg.model.columns import fold
from thalweg.model.facts import Json

_FIELD_ONLY = frozenset({"WINDOW", "CONDITIONAL"})
"""INDIRECT transformations that decide over the one field they stand at, and over no other."""

_REPORTS_PREDICATES = ("/integration/spark", "/integration/hive")
"""Producers that report filters and joins also where a query has none (which cannot be seen in the facet)."""


class SourceColumn(NamedTuple):
    """A column of a dataset, by the dataset's natural key; the name is folded as its namespace folds."""

    namespace: str
    name: str
    column: str


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """columns: what each column was made of, or decided by. whole: what decides over all of them.

    predicates: whether its producer reports filters and joins: then a column that is not named had no part.
    """

    columns: Mapping[str, frozenset[SourceColumn]]
    whole: frozenset[SourceColumn]
    predicates: bool

    def sources(self) -> frozenset[SourceColumn]:
        """All columns that are named, of whatever dataset."""
        return self.whole.union(*self.columns.values())


def read(facet: Json) -> ColumnLineage | None:
    """The facet as it was stated; None where it is none, or says nothing. What is malformed in it is left out."""
    if not isinstance(facet, Mapping):
        return None
    fields, over_all = facet.get("fields"), facet.get("dataset")
    if not isinstance(fields, Mapping):
        fields = {}
    columns: dict[str, frozenset[SourceColumn]] = {}
    whole = {source for source, _ in _sources(over_all)}
    indirect = False
    for name, field in fields.items():
        found = list(_sources(field.get("inputFields") if isinstance(field, Mapping) else None))
        for source, kinds in found:
            subtypes = {subtype for type, subtype in kinds if type == "INDIRECT"}
            indirect |= bool(subtypes)
            if subtypes - _FIELD_ONLY:
                whole.add(source)
        columns[name] = frozenset(source for source, _ in found)
    predicates = isinstance(over_all, list) or indirect or _by_spark(facet.get("_producer"))
    if not columns and not whole and not predicates:
        return None
    return ColumnLineage(columns, frozenset(whole), predicates)


def _by_spark(producer: Json) -> bool:
    return isinstance(producer, str) and any(part in producer for part in _REPORTS_PREDICATES)


def _sources(stated: Json) -> Iterator[tuple[SourceColumn, set[tuple[str, str]]]]:
    """Each source that is named, with its transformations as (type, subtype); one without any is DIRECT."""
    for one in stated if isinstance(stated, list) else ():
        if not isinstance(one, Mapping):
            continue
        namespace, name, column = one.get("namespace"), one.get("name"), one.get("field")
        if not (isinstance(namespace, str) and isinstance(name, str) and isinstance(column, str)):
            continue
        kinds = {
            (str(how.get("type", "")), str(how.get("subtype", "")))
            for how in one.get("transformations") or ()
            if isinstance(how, Mapping)
        }
        yield SourceColumn(namespace, name, fold(namespace, column)), kinds
