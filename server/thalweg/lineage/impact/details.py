"""What is fetched of versions beyond what a walk gives: their columns, what these were made of, and signatures."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from thalweg.lineage.impact.bounded import Bounded
from thalweg.model import column_lineage
from thalweg.model.column_lineage import ColumnLineage
from thalweg.model.columns import Column, columns_of
from thalweg.model.facts import Json
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity

AT_ONCE = 5_000
"""Versions that are asked for together."""


class Details:
    """As `Facts` has them."""

    def __init__(self, ask: Bounded) -> None:
        self._ask = ask
        self.columns: dict[str, tuple[Column, ...]] = {}
        self.lineage: dict[str, ColumnLineage] = {}
        self.joined: dict[str, str] = {}
        self.signatures: dict[str, Json] = {}

    async def columned(self, versions: Collection[str]) -> None:
        """The columns of dataset versions, and what these were made of."""
        await self._taken(await self._ask_for(versions))

    async def lineages(self, versions: Collection[str]) -> None:
        """What the columns of dataset versions were made of, of those that say so."""
        await self._taken((await self._ask.with_column_lineage(versions)).values())

    async def _taken(self, versions: Iterable[Entity]) -> None:
        before = set(self.lineage)
        self.take(versions)
        sources = {
            (source.namespace, source.name)
            for version, lineage in self.lineage.items()
            if version not in before
            for source in lineage.sources()
        }
        ids = [Key(Kind.DATASET, source).id for source in sources]
        self.joined.update((id, entity.id) for id, entity in (await self._ask.get(ids)).items() if id != entity.id)

    async def signed(self, versions: Collection[str]) -> None:
        """The signatures of model versions."""
        for version in await self._ask_for(versions):
            if "signature" in version.props:
                self.signatures[version.id] = version.props["signature"]

    def take(self, versions: Iterable[Entity]) -> None:
        """Notes the columns of versions that were fetched, and their lineage."""
        for version in versions:
            if (columns := columns_of(version.props)) is not None:
                self.columns[version.id] = columns
            if (lineage := column_lineage.read(version.props.get("column_lineage"))) is not None:
                self.lineage[version.id] = lineage

    def names(self, dataset: str, versions: Iterable[str], read: Iterable[Iterable[str]]) -> set[str]:
        """The columns that a dataset ever had: by its versions, by who read them, by what was made of them."""
        names = {column.name for version in versions for column in self.columns.get(version, ())}
        names.update(column for columns in read for column in columns)
        for lineage in self.lineage.values():
            for source in lineage.sources():
                id = Key(Kind.DATASET, (source.namespace, source.name)).id
                if self.joined.get(id, id) == dataset:
                    names.add(source.column)
        return names - {"*"}

    async def _ask_for(self, versions: Collection[str]) -> list[Entity]:
        wanted, found = list(versions), dict[str, Entity]()
        for begin in range(0, len(wanted), AT_ONCE):
            found.update(await self._ask.get(wanted[begin : begin + AT_ONCE]))
        return list(found.values())
