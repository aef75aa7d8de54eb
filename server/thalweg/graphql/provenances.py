"""Provenance: where a model version comes from. Here is only what the answer looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import argument, field

from thalweg.graphql import enums, questions, relations, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.relations import First, Links
from thalweg.graphql.scalars import DateTime
from thalweg.lineage import provenance as accounts
from thalweg.lineage import walk
from thalweg.model import results
from thalweg.model.errors import BadInput, NotFound

ANCESTORS = 1_000
"""The most ancestors of one account; `lineage` walks further."""


@strawberry.type(description="Something that a full account needs and this one lacks.")
class Gap:
    kind: enums.GapKind = field(description="What is missing.")
    entity: types.Entity = field(description="Of what it is missing.")
    sentence: str = field(description="The same as a sentence.")
    closes: str = field(description="What would close it.")


@strawberry.type(description="A run, with what is needed to run it again.")
class ProvenanceStep:
    run: types.Run = field(description="The run: its parameters, environment, command, who ran it.")
    job: types.Job | None = field(description="The job that ran, where that is known.")
    step: strawberry.Private[accounts.Step]

    @answered("What it made that the account is about: the model version, or inputs that are gone.")
    def makes(self, info: Info, first: First = 25) -> list[types.Entity]:
        return [types.entity(made) for made in self.step.makes[: relations.size(first, info.context)]]

    @answered("The commits that it ran, each with the path in its repository.")
    def code(self, info: Info, first: First = 25) -> Links[types.Commit]:
        return _links(info, self.step.code, first)

    @answered("The dataset versions that it read, each with its role and whether that was stated.")
    def data(self, info: Info, first: First = 25) -> Links[types.DatasetVersion]:
        return _links(info, self.step.data, first)

    @answered("The model versions that it read, like one that was fine-tuned.")
    def models(self, info: Info, first: First = 25) -> Links[types.ModelVersion]:
        return _links(info, self.step.models, first)

    @answered("Datasets that its job is stated to read, and no version that this run read is known.")
    def unversioned(self, info: Info, first: First = 25) -> list[types.Entity]:
        return [types.entity(dataset) for dataset in self.step.unversioned[: relations.size(first, info.context)]]


@strawberry.type(description="Where a model version comes from, and what a full account of that would need.")
class Provenance:
    of: types.ModelVersion = field(description="The model version.")
    at: DateTime | None = field(description="The time of the question; null for now.")
    step: ProvenanceStep | None = field(description="The run that made it, with all that it read.")
    producers: int = field(description="How many runs are said to have made it; of several the newest is followed.")
    parent: types.Run | None = field(description="The run that started that run.")
    reproduce: str = field(description="A shell script that makes it again, as far as it is known how.")
    incomplete: list[str] = field(description="What was cut, in sentences; empty when nothing was.")
    notes: list[str] = field(description="What else to know.")
    found: strawberry.Private[accounts.Provenance]

    @answered("Model versions that it was made of by no known run.")
    def derived_from(self, info: Info, first: First = 25) -> Links[types.ModelVersion]:
        return _links(info, self.found.derived_from, first)

    @answered("Runs that would have to make inputs again that are gone, in the order in which they have to run.")
    def remade(self, info: Info, first: First = 25) -> list[ProvenanceStep]:
        return [_step(step) for step in self.found.remade[: relations.size(first, info.context)]]

    @answered("Everything upstream of it, the nearest first.")
    def ancestors(
        self,
        max_nodes: Annotated[int, argument(description="How many at most, the nearest: 0 to 1,000.")] = ANCESTORS,
    ) -> list[questions.LineageNode]:
        if not 0 <= max_nodes <= ANCESTORS:
            raise BadInput(f"maxNodes is {max_nodes}, and must be 0 to {ANCESTORS}.", "Walk further with `lineage`.")
        return [questions.lineage_node(_ancestor(node)) for node in self.found.ancestors[:max_nodes]]

    @answered("What a full account needs and this one lacks, what matters most first.")
    def gaps(self, info: Info, first: First = 100) -> list[Gap]:
        return [_gap(gap) for gap in self.found.gaps[: relations.size(first, info.context)]]


def _links(info: Info, reads: Sequence[accounts.Read], first: int) -> Links[Any]:
    size = relations.size(first, info.context)
    near = tuple((read.edge, read.entity) for read in reads[:size])
    return relations.links(results.Neighbours(near, len(reads) > size), types.entity)


def _ancestor(node: results.Node) -> walk.LineageNode:
    distance = node.distance
    return walk.LineageNode(*node[:8], distance=distance, upstream=distance, downstream=None, degrees=None)


def _gap(gap: accounts.Gap) -> Gap:
    shown = {"kind": gap.kind, "entity": types.entity(gap.entity), "sentence": gap.sentence, "closes": gap.closes}
    return relations.made(Gap, shown)


def _step(step: accounts.Step) -> ProvenanceStep:
    job = None if step.job is None else types.entity(step.job)
    return relations.made(ProvenanceStep, {"run": types.entity(step.run), "job": job, "step": step})


def _provenance(found: accounts.Provenance) -> Provenance:
    attributes: dict[str, Any] = {
        "of": types.entity(found.of),
        "at": found.at,
        "step": None if found.step is None else _step(found.step),
        "producers": found.producers,
        "parent": None if found.parent is None else types.entity(found.parent),
        "reproduce": found.reproduce,
        "incomplete": list(found.incomplete),
        "notes": list(found.notes),
        "found": found,
    }
    return relations.made(Provenance, attributes)


@strawberry.type
class Provenances:
    """The part of Query that asks where a model version comes from."""

    @answered(
        "Where a model version comes from: the run that made it, data, code, parameters, environment, ancestors; what "
        "a full account would need and lacks; the commands that make it again. Null where it is not known.",
        cost=100,
    )
    async def provenance(self, info: Info, of: questions.Of, as_of: types.AsOf = None) -> Provenance | None:
        context = info.context
        id = await questions.id_of(info, of)
        if id is None:
            return None
        try:
            found = await accounts.provenance(
                context.store,
                context.caller,
                id,
                as_of=as_of,
                max_nodes=ANCESTORS,
                visited=context.limits.visited,
                seconds=context.seconds,
            )
        except NotFound:
            return None
        return _provenance(found)
