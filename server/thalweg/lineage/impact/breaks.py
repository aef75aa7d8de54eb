"""Whether a reader breaks when columns of a dataset change: by what it reads, by its own type rule, by the types.

A reader's own rule is the signature of the model that an endpoint serves. It may show that a reader is hit or that it
rejects a type, never that it is safe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from thalweg.lineage.impact.causes import Cause
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.pattern import Reading
from thalweg.lineage.impact.reads import ALL, Reads
from thalweg.model.columns import Add, Column, Drop, MayBeNull, Rename, Retype, fold
from thalweg.model.edges import Coverage, EdgeType
from thalweg.model.kinds import Kind
from thalweg.model.lattice import keeps
from thalweg.model.results import Edge
from thalweg.model.signatures import Input, Inputs, accepts, inputs
from thalweg.model.types import parse


class Break(NamedTuple):
    """That a reader breaks by a cause, and by what that is known.

    named: whether the column is among what it is known to read. covers: what that covers; None where nothing is known.
    model: the version whose signature requires the column; rejects: its type there, where that takes the new values no
    more.
    """

    sure: bool
    named: bool = False
    covers: Coverage | None = None
    model: str = ""
    rejects: str = ""


class Breaks:
    """Judges readings of the datasets that change."""

    def __init__(self, facts: Facts, reads: Reads, causes: tuple[Cause, ...]) -> None:
        self._facts = facts
        self._reads = reads
        self._causes = causes
        self._into: defaultdict[str, list[Edge]] = defaultdict(list)
        self._models: defaultdict[str, list[str]] = defaultdict(list)
        self._derived: defaultdict[tuple[str | None, str | None], list[Edge]] = defaultdict(list)
        for edge in facts.edges:
            if edge.source not in facts.nodes or edge.target not in facts.nodes:
                continue
            if edge.type is EdgeType.INPUT_TO and facts.nodes[edge.source].kind is Kind.DATASET_VERSION:
                self._into[edge.target].append(edge)
            elif edge.type is EdgeType.SERVED_BY:
                self._models[edge.target].append(edge.source)
            elif edge.type is EdgeType.PRODUCED and facts.nodes[edge.target].kind is Kind.MODEL_VERSION:
                self._models[edge.source].append(edge.target)
            elif edge.type is EdgeType.DERIVED_INTO:
                self._derived[facts.nodes[edge.source].asset_id, facts.nodes[edge.target].asset_id].append(edge)
        self._signatures: dict[str, Inputs | None] = {}
        self._found: dict[tuple[str, int], Break | None] = {}

    def sure(self, reading: Reading, place: int) -> bool | None:
        """As `Breaking` wants it."""
        found = self.of(reading, place)
        return None if found is None else found.sure

    def of(self, reading: Reading, place: int) -> Break | None:
        """How a reader breaks by the cause in a place; None where it does not, or where that is of another dataset."""
        key = (reading.edge.target, place)
        if self._causes[place].subject != reading.edge.source:
            return None
        if key not in self._found:
            self._found[key] = self._judged(reading, self._causes[place])
        return self._found[key]

    def touches(self, edge: Edge, place: int) -> bool | None:
        """Whether what is made of a dataset without a run is touched; it counts as a run that declares nothing."""
        cause = self._causes[place]
        if cause.subject != edge.source:
            return None
        if cause.change == "delete":
            return True
        harm, column = self._harm(cause), self._column(cause)
        behind = self._derived.get((edge.source, edge.target), ())
        found = [_weighed(self._reads.of(one).hit(column), harm) for one in behind] or [_weighed(None, harm)]
        return _strongest(found)

    # -------------------------------------------------------------------------------------------------------- judging

    def _judged(self, reading: Reading, cause: Cause) -> Break | None:
        if cause.change == "delete":
            return Break(reading.sure)
        edges = [edge for act in reading.acts for edge in self._into[act.id] if self._is_of(edge, cause)]
        if edges:
            breaks = [found for edge in edges if (found := self._of_act(edge, cause)) is not None]
            return max(breaks, key=_weight, default=None)
        if reading.acts:
            return None  # all that it reads is pinned
        harm, column = self._harm(cause), self._column(cause)
        stated = [edge for edge in reading.edges if edge.stated]
        harms = [_weighed(self._reads.stated(edge).hit(column), harm) for edge in stated]
        if reading.sure and not stated:  # in runs that are not known here
            harms = [_weighed(None, harm)]
        return None if _strongest(harms) is None else Break(False)

    def _is_of(self, edge: Edge, cause: Cause) -> bool:
        """Whether it reads what changes, and whatever comes next of it."""
        return self._facts.nodes[edge.source].asset_id == cause.subject and not edge.props.get("pinned")

    def _of_act(self, edge: Edge, cause: Cause) -> Break | None:
        """How a run or a release that read a version along an edge breaks."""
        read = self._reads.of(edge)
        if isinstance(cause.detail, Add):
            model = next((one for one, signed in self._signed(edge.target) if _exact(signed)), "")
            exact = edge.props.get("exact") or ALL in read.columns or model
            return Break(False, False, read.covers, model) if exact else None
        hit = read.hit(self._column(cause))
        harm = self._harm(cause)
        if hit is False or harm is None:
            return None
        model, rejects = self._by_signature(edge, cause)
        sure = (hit is True or bool(model)) and (harm or bool(rejects))
        return Break(sure, hit is True, read.covers, model, rejects)

    def _by_signature(self, edge: Edge, cause: Cause) -> tuple[str, str]:
        """The model whose signature requires the column, of this dataset and of no other; and its type that rejects."""
        version, reader, column = edge.source, edge.target, self._column(cause)
        known = self._column_of(version, column)
        if known is None or any(self._may_have(other.source, column, version) for other in self._into[reader]):
            return "", ""
        requires = ""
        for model, signed in self._signed(reader):
            named = next((one for one in signed.columns if one.name is not None and self._same(cause, one.name)), None)
            if named is None:
                continue
            if named.required:
                requires = requires or model
            if self._facts.nodes[reader].kind is Kind.RELEASE and self._rejects(named, known, cause):
                return model, named.type or ""
        return requires, ""

    def _rejects(self, wanted: Input, known: Column, cause: Cause) -> bool:
        """Whether a signature takes what the column will hold no more."""
        if wanted.type is None:
            return False
        match cause.detail:
            case Retype(new=new):
                return accepts(wanted.type, parse(new), known.nullable, required=wanted.required) is False
            case MayBeNull() if known.type is not None:
                return accepts(wanted.type, parse(known.type), True, required=wanted.required) is False
            case _:
                return False

    def _may_have(self, version: str, column: str, but: str) -> bool:
        """Whether a version of another dataset has the column, or may have it, since its columns are not known."""
        same = self._facts.nodes[version].asset_id == self._facts.nodes[but].asset_id
        return not same and (version not in self._facts.columns or self._column_of(version, column) is not None)

    def _column_of(self, version: str, column: str) -> Column | None:
        namespace = self._facts.nodes[version].key[0]
        known = self._facts.columns.get(version, ())
        return next((one for one in known if fold(namespace, one.name) == fold(namespace, column)), None)

    def _same(self, cause: Cause, name: str) -> bool:
        return fold(self._facts.assets[cause.subject].key[0], name) == self._column(cause)

    def _column(self, cause: Cause) -> str:
        return fold(self._facts.assets[cause.subject].key[0], cause.column)

    def _harm(self, cause: Cause) -> bool | None:
        """Whether a change surely hurts whoever reads the column; None where it hurts nobody who takes it by name."""
        match cause.detail:
            case Drop() | Rename():
                return True
            case Retype(new=new, inferred=inferred):
                old = self.old_type(cause)
                return not inferred and old is not None and keeps(parse(old), parse(new)) is False
            case MayBeNull():
                return False
            case _:
                return None

    def old_type(self, cause: Cause) -> str | None:
        """The type that a column had: as it was named, or as the newest version has it."""
        if not isinstance(cause.detail, Retype):
            return None
        if cause.detail.old is not None:
            return cause.detail.old
        newest = self._facts.newest.get(cause.subject)
        known = None if newest is None else self._column_of(newest, cause.column)
        return None if known is None else known.type

    def _signed(self, reader: str) -> Iterator[tuple[str, Inputs]]:
        """The models that a release serves, or a run made, whose signature names their inputs."""
        for model in self._models[reader]:
            if model not in self._signatures:
                self._signatures[model] = inputs(self._facts.signatures.get(model))
            signed = self._signatures[model]
            if signed is not None:
                yield model, signed


def _exact(signed: Inputs) -> bool:
    """Whether a model takes columns by their place or number: MLflow lets one more through to no such model."""
    return signed.tensor or not signed.named


def _weight(found: Break) -> tuple[bool, ...]:
    return found.sure, bool(found.rejects), found.named, found.covers is not None


def _weighed(hit: bool | None, harm: bool | None) -> bool | None:
    """A reader that is hit surely breaks by what surely harms; one that is not hit, by nothing."""
    return None if hit is False or harm is None else hit is True and harm


def _strongest(found: Iterable[bool | None]) -> bool | None:
    known = [one for one in found if one is not None]
    return any(known) if known else None
