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
        columns: Mapping[str, Collection[Column]],
        warnings: list[str],
    ) -> None:
        """columns: of tables, by unique id, where all are known."""
        self._project = project
        self._warnings = warnings
        self._tables = _tables(dialect)
        self._names: dict[tuple[str, ...], str] = {}
        if self._tables is None:
            warnings.append(MISSING)
            return
        for thing in project.things.values():
            if thing.is_table and thing.relation is not None:
                self._add(self._tables, thing, columns.get(thing.unique_id))

    def _add(self, tables: Tables, thing: Thing, columns: Collection[Column] | None) -> None:
        from thalweg.importers.sql_lineage import Untold

        try:
            name = tables.add(thing.relation or "", None if columns is None else [one.name for one in columns])
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
        except Untold as error:
            self._warnings.append(f"{thing.unique_id}: its column lineage is left out, because {error}.")
            return None
        selected = _selected(thing, query)
        if columns is None and selected is not None and thing.relation is not None:
            self._tables.add(thing.relation, selected)  # for those that read all of it
        return self._lineage(self._tables, query, thing, columns)

    def _lineage(self, tables: Tables, query: Query, thing: Thing, columns: Collection[Column] | None) -> Lineage:
        """What is said of the own table, which an incremental model reads to go on from there, is passed over: what it
        held before is no other data.
        """
        named = {table: self._names.get(table, ".".join(table)) for table in query.tables}
        others = {table: name for table, name in named.items() if name != thing.table}
        real = None if columns is None else {tables.folded(one.name): one.name for one in columns}
        fields = {
            name if real is None else real[name]: {"inputFields": self._sources(tables, others, found)}
            for name, found in query.columns.items()
            if real is None or name in real
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


def _selected(thing: Thing, query: Query) -> list[str] | None:
    """The columns of what a statement makes, where it makes all of it and names them all."""
    named = query.columns and not any(name.startswith("_col_") for name in query.columns)
    return list(query.columns) if named and thing.materialized in ("table", "view") else None


def _tables(dialect: str | None) -> Tables | None:
    try:
        from thalweg.importers.sql_lineage import Tables
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sqlglot":
            raise
        return None
    return Tables(dialect)
