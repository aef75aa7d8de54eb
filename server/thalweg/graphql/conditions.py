"""What a filter stands for: the condition that the store is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from thalweg.graphql import named
from thalweg.graphql.context import Context
from thalweg.graphql.filters import (
    KIND_OF,
    CommitFilter,
    DatasetFilter,
    DatasetVersionFilter,
    DeploymentFilter,
    Filter,
    JobFilter,
    KeyValueIs,
    LinkFilter,
    ModelFilter,
    ModelVersionFilter,
    ReleaseFilter,
    RepositoryFilter,
    RunFilter,
)
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.kinds import ASSET_OF, Kind, Level
from thalweg.model.results import Entity
from thalweg.store.conditions import DEEPEST, FARTHEST
from thalweg.store.questions import EVERYTHING, AllOf, AnyOf, Condition, Hop, MetricIs, Not, NumberIs, Related, Where

NOTHING = AnyOf(())
"""What no entity meets: a filter that names an asset which is not known."""

MOST_NAMED = 20
"""Things that one filter names, each of which is looked up."""

_RELATIONS: dict[type[Any], dict[str, tuple[Hop, EdgeType | None]]] = {
    DatasetFilter: {
        "versions": (Hop.VERSIONS, None),
        "consumers": (Hop.OUT, EdgeType.INPUT_TO),
        "producers": (Hop.IN, EdgeType.PRODUCED),
        "derived_into": (Hop.OUT, EdgeType.DERIVED_INTO),
        "derived_from": (Hop.IN, EdgeType.DERIVED_INTO),
    },
    DatasetVersionFilter: {
        "dataset_is": (Hop.ASSET, None),
        "producers": (Hop.IN, EdgeType.PRODUCED),
        "consumers": (Hop.OUT, EdgeType.INPUT_TO),
        "served_to": (Hop.OUT, EdgeType.INPUT_TO),
        "derived_into": (Hop.OUT, EdgeType.DERIVED_INTO),
        "derived_from": (Hop.IN, EdgeType.DERIVED_INTO),
    },
    RepositoryFilter: {
        "commits": (Hop.VERSIONS, None),
        "jobs": (Hop.OUT, EdgeType.CODE_OF),
    },
    CommitFilter: {
        "repository_is": (Hop.ASSET, None),
        "runs": (Hop.OUT, EdgeType.CODE_OF),
        "parents": (Hop.IN, EdgeType.PARENT_OF),
        "children": (Hop.OUT, EdgeType.PARENT_OF),
    },
    JobFilter: {
        "runs": (Hop.VERSIONS, None),
        "inputs": (Hop.IN, EdgeType.INPUT_TO),
        "outputs": (Hop.OUT, EdgeType.PRODUCED),
        "repositories": (Hop.IN, EdgeType.CODE_OF),
    },
    RunFilter: {
        "job_is": (Hop.ASSET, None),
        "commit": (Hop.IN, EdgeType.CODE_OF),
        "inputs": (Hop.IN, EdgeType.INPUT_TO),
        "outputs": (Hop.OUT, EdgeType.PRODUCED),
        "parent": (Hop.IN, EdgeType.PARENT_OF),
        "children": (Hop.OUT, EdgeType.PARENT_OF),
    },
    ModelFilter: {
        "versions": (Hop.VERSIONS, None),
        "producers": (Hop.IN, EdgeType.PRODUCED),
        "consumers": (Hop.OUT, EdgeType.INPUT_TO),
        "deployments": (Hop.OUT, EdgeType.SERVED_BY),
        "derived_into": (Hop.OUT, EdgeType.DERIVED_INTO),
        "derived_from": (Hop.IN, EdgeType.DERIVED_INTO),
    },
    ModelVersionFilter: {
        "model_is": (Hop.ASSET, None),
        "producer": (Hop.IN, EdgeType.PRODUCED),
        "consumers": (Hop.OUT, EdgeType.INPUT_TO),
        "releases": (Hop.OUT, EdgeType.SERVED_BY),
        "derived_into": (Hop.OUT, EdgeType.DERIVED_INTO),
        "derived_from": (Hop.IN, EdgeType.DERIVED_INTO),
    },
    DeploymentFilter: {
        "releases": (Hop.VERSIONS, None),
        "models": (Hop.IN, EdgeType.SERVED_BY),
        "inputs": (Hop.IN, EdgeType.INPUT_TO),
        "outputs": (Hop.OUT, EdgeType.PRODUCED),
    },
    ReleaseFilter: {
        "deployment_is": (Hop.ASSET, None),
        "models": (Hop.IN, EdgeType.SERVED_BY),
        "inputs": (Hop.IN, EdgeType.INPUT_TO),
        "outputs": (Hop.OUT, EdgeType.PRODUCED),
    },
    LinkFilter: {},
}
"""The fields that are relations, and which way each is followed."""

_KINDS_OF_A_LINK: dict[str, Kind] = {
    "dataset": Kind.DATASET,
    "dataset_version": Kind.DATASET_VERSION,
    "job": Kind.JOB,
    "run": Kind.RUN,
    "model": Kind.MODEL,
    "model_version": Kind.MODEL_VERSION,
    "deployment": Kind.DEPLOYMENT,
    "release": Kind.RELEASE,
}

_ASSETS = {
    Kind.DATASET_VERSION: "dataset",
    Kind.COMMIT: "repository",
    Kind.RUN: "job",
    Kind.MODEL_VERSION: "model",
    Kind.RELEASE: "deployment",
}
"""Of each kind of version, the field that names its asset."""


# --------------------------------------------------------------------------------------------------- what it stands for


async def condition(context: Context, given: Filter | None) -> Condition:
    """The condition that a filter is; NOTHING where it asks for what is not known.

    Raises BadInput for a name that means several things, or another kind, and for too many of them.
    """
    return EVERYTHING if given is None else await _Reading(context).filter(given, 0)


class _Reading:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.known: dict[tuple[str, tuple[Kind, ...]], Entity | None] = {}

    async def filter(self, given: Any, deep: int, versions: bool = True) -> Condition:
        """versions: whether it is about versions, where its own kind does not say so."""
        if deep > DEEPEST * (FARTHEST + 1):
            raise BadInput("The filter is nested too deep.", "Write it flatter: `or: [{…}, {…}]`.")
        parts: list[Condition] = [await self.fields(given, versions)]
        for name, (hop, type) in _RELATIONS[given.__class__].items():
            one = getattr(given, name)
            if one is not None:
                own = KIND_OF[given.__class__].level is Level.VERSION
                parts.append(await self.related(hop, type, one, deep + 1, own))
        if isinstance(given, LinkFilter):
            # Of several kinds there may be, it is this one, which the kinds of the relation say.
            ofs = [one for name in _KINDS_OF_A_LINK if (one := getattr(given, name)) is not None]
            parts += [await self.filter(one, deep + 1) for one in ofs]
        parts += [await self.filter(one, deep + 1, versions) for one in given.and_ or ()]
        if given.or_ is not None:
            parts.append(any_of([await self.filter(one, deep + 1, versions) for one in given.or_]))
        if given.not_ is not None:
            one = await self.filter(given.not_, deep + 1, versions)
            parts.append(EVERYTHING if one == NOTHING else Not(one))
        return all_of(parts)

    async def related(self, hop: Hop, type: EdgeType | None, given: Any, deep: int, versions: bool) -> Condition:
        """What stands at the other end of a relation is so; it is of the kinds that the filter is for."""
        where = await self.filter(given, deep, versions)
        if where == NOTHING:
            return NOTHING
        if not isinstance(given, LinkFilter):
            return Related(hop, type, where, (KIND_OF[given.__class__],))
        return Related(hop, type, where, _kinds(given))

    async def fields(self, given: Any, versions: bool) -> Condition:
        status = getattr(given, "status", None)
        where = Where(
            ids=None if given.ids is None else tuple(map(str, given.ids)),
            namespace=given.namespace,
            name=given.name,
            name_contains=given.name_contains,
            key_prefix=getattr(given, "sha", None),
            status=None if status is None else tuple(one.value for one in status),
            tags=_pairs(given.tags),
            params=_pairs(getattr(given, "params", None)),
            metrics=tuple(
                MetricIs(one.key, one.compare.value, one.value, one.best)
                for one in getattr(given, "metrics", None) or ()
            ),
            numbers=tuple(
                NumberIs(one.key, one.compare.value, one.value) for one in getattr(given, "numbers", None) or ()
            ),
            user=getattr(given, "user", None),
            since=given.since,
            before=given.before,
            created_since=given.created_since,
            created_before=given.created_before,
            updated_since=given.updated_since,
            updated_before=given.updated_before,
            gone=given.gone,
            known=given.known,
            live=getattr(given, "live", None),
            live_at=getattr(given, "live_at", None),
        )
        return await self.of(given, where, versions)

    async def of(self, given: Any, where: Where, versions: bool) -> Condition:
        """With the asset that the filter names."""
        if isinstance(given, LinkFilter):
            if given.of is None:
                return where
            found = await self.named(given.of)
            if found is None:
                return NOTHING
            asset = versions and found.kind.level is Level.ASSET
            return all_of([where, Where(asset_id=found.id) if asset else Where(ids=(found.id,))])
        kind = KIND_OF[given.__class__]
        text = getattr(given, _ASSETS[kind]) if kind in _ASSETS else None
        if text is None:
            return where
        found = await self.named(text, ASSET_OF[kind])
        return NOTHING if found is None else replace(where, asset_id=found.id)

    async def named(self, text: str, *kinds: Kind) -> Entity | None:
        if (text, kinds) not in self.known:
            if len(self.known) == MOST_NAMED:
                raise BadInput(f"The filter names more than {MOST_NAMED} things.", "Ask in several queries.")
            self.known[text, kinds] = await named.referred(self.context, text, *kinds)
        return self.known[text, kinds]


def _kinds(given: LinkFilter) -> tuple[Kind, ...] | None:
    """The kinds that the other end may be of: those given, and that of a filter of one kind."""
    kinds = None if given.kinds is None else tuple(kind.value for kind in given.kinds)
    for name, kind in _KINDS_OF_A_LINK.items():
        if getattr(given, name) is not None:
            kinds = (kind,) if kinds is None or kind in kinds else ()
    return kinds


def all_of(parts: Sequence[Condition]) -> Condition:
    some = [one for one in parts if one != EVERYTHING]
    if NOTHING in some:
        return NOTHING
    return some[0] if len(some) == 1 else AllOf(tuple(some)) if some else EVERYTHING


def any_of(parts: Sequence[Condition]) -> Condition:
    some = [one for one in parts if one != NOTHING]
    return some[0] if len(some) == 1 else AnyOf(tuple(some))


def _pairs(given: Sequence[KeyValueIs] | None) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.value) for one in given or ())
