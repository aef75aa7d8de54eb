"""What the SQL of a model reads, as datasets and columns; by `sql_lineage`, where sqlglot is installed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.importers.dbt.project import Project, Thing
from thalweg.model.columns import Column
from thalweg.model.facts import Json

if TYPE_CHECKING:
    from thalweg.importers.sql_lineage import How, Query, Source, Tables

MISSING = (
    "Which columns are made of which was left out, for sqlglot is not installed: pip install 'thalweg[sql]', and "
    "import again."
)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What one statement does, in the words of the graph.

    facet: the column lineage of what it makes. reads: by dataset the columns that it reads, those it filters by
    included. columns: the names of what it makes; None where it does not say them all.
    """

    facet: dict[str, Json]
    reads: dict[str, list[str]]
    columns: list[str] | None


class Lineages:
    """The tables of a project, ready to be asked what a statement makes of them."""

    def __init__(
        self,
        project: Project,
        dialect: str | None,
        listed: Mapping[str, Collection[Column]],
        contracts: Mapping[str, Collection[Column]],
        warnings: list[str],
    ) -> None:
        """listed: the columns of tables by unique id, as the warehouse calls them. contracts: as the project does."""
        self._project = project
        self._warnings = warnings
        self._tables = _tables(dialect)
        self._names: dict[tuple[str, ...], str] = {}
        if self._tables is None:
            warnings.append(MISSING)
            return
        for thing in project.things.values():
            if thing.is_table and thing.relation is not None:
                found = listed.get(thing.unique_id)
                written = found is None
                self._add(self._tables, thing, contracts.get(thing.unique_id) if found is None else found, written)

    def _add(self, tables: Tables, thing: Thing, columns: Collection[Column] | None, written: bool) -> None:
        from thalweg.importers.sql_lineage import Untold

        names = None if columns is None else [one.name for one in columns]
        try:
            name = tables.add(thing.relation or "", names, written=written)
        except Untold as error:
            self._warnings.append(f"{thing.unique_id}: {error}; statements that read it are not followed to it.")
        else:
            self._names[name] = thing.table

    def of(self, thing: Thing, sql: str | None, columns: Collection[Column] | None) -> Lineage | None:
        """What the statement that makes a thing does; None where that cannot be told, which is a warning.

        columns: those of the table that it makes, where all are known.
        """
        if self._tables is None or sql is None:
            return None
        if thing.given.get("language") not in (None, "sql"):
            return None
        from thalweg.importers.sql_lineage import Untold

        try:
            query = self._tables.query(sql, database=thing.database, keys=thing.keys)
            named = _named(self._tables, query, thing, columns)
        except Untold as error:
            self._warnings.append(f"{thing.unique_id}: its column lineage is left out, because {error}.")
            return None
        selected = _selected(thing, query)
        if columns is None and selected is not None and thing.relation is not None:
            self._tables.add(thing.relation, selected)  # for those that read all of it
        return self._lineage(self._tables, query, thing, named)

    def _lineage(self, tables: Tables, query: Query, thing: Thing, named: Mapping[str, str]) -> Lineage:
        """What is said of the own table, which an incremental model reads to go on from there, is passed over: what it
        held before is no other data.
        """
        called = {table: self._names.get(table, ".".join(table)) for table in query.tables}
        others = {table: name for table, name in called.items() if name != thing.table}
        fields = {
            named[name]: {"inputFields": self._sources(tables, others, found)} for name, found in query.columns.items()
        }
        reads: dict[str, set[str]] = {name: set() for name in others.values()}
        for source in query.sources():
            if source.table in others:
                reads[others[source.table]].add(tables.true_name(source))
        return Lineage(
            facet={"fields": fields, "dataset": self._sources(tables, others, query.whole)},
            reads={name: sorted(found) for name, found in sorted(reads.items())},
            columns=_selected(thing, query),
        )

    def _sources(
        self, tables: Tables, others: Mapping[tuple[str, ...], str], found: Mapping[Source, Iterable[How]]
    ) -> list[Json]:
        return [
            {
                "namespace": self._project.namespace,
                "name": others[source.table],
                "field": tables.true_name(source),
                "transformations": [{"type": how.type, "subtype": how.subtype} for how in sorted(hows)],
            }
            for source, hows in sorted(found.items(), key=lambda item: item[0])
            if source.table in others
        ]


WHOLE = ("table", "view")
"""What is made anew each time, with the columns of its statement in their order."""


def _named(tables: Tables, query: Query, thing: Thing, columns: Collection[Column] | None) -> dict[str, str]:
    """By the columns that a statement gives, what they are called in the table that it makes.

    columns: those of the table, where all are known. Raises Untold where a column has no name, and no place tells it.
    """
    from thalweg.importers.sql_lineage import Untold

    if not any(map(_nameless, query.columns)):
        exact = {tables.folded(one.name): one.name for one in columns or ()}
        alike = {one.name.casefold(): one.name for one in columns or ()}
        return {name: exact.get(name) or alike.get(name.casefold()) or name for name in query.columns}
    if columns is None or len(columns) != len(query.columns) or thing.materialized not in WHOLE:
        raise Untold("it gives a column no name")
    return {name: one.name for name, one in zip(query.columns, columns, strict=True)}


def _selected(thing: Thing, query: Query) -> list[str] | None:
    """The columns of what a statement makes, where it makes all of it and names them all."""
    named = query.columns and not any(map(_nameless, query.columns))
    return list(query.columns) if named and thing.materialized in WHOLE else None


def _nameless(column: str) -> bool:
    return column.casefold().startswith("_col_")


def _tables(dialect: str | None) -> Tables | None:
    try:
        from thalweg.importers.sql_lineage import Tables
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sqlglot":
            raise
        return None
    return Tables(dialect)
