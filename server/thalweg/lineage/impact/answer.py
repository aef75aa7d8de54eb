"""What an impact question is answered with: one line for each asset and effect, and a verdict over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from thalweg.lineage.impact.change import Change
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge


class Effect(Enum):
    """What happens to an asset.

    BREAKS: a job or a release needs what goes away. STALE: it holds what derives from what changes, or will no longer
    be refreshed. UNREPRODUCIBLE: it can no longer be rebuilt, because an ancestor is gone.
    """

    BREAKS = "BREAKS"
    STALE = "STALE"
    UNREPRODUCIBLE = "UNREPRODUCIBLE"

    __hash__ = object.__hash__  # as in `Kind`


class Confidence(Enum):
    """How sure an effect is. Over several paths the strongest wins, along one path the weakest."""

    CERTAIN = "CERTAIN"
    POSSIBLE = "POSSIBLE"

    __hash__ = object.__hash__


class Verdict(Enum):
    """May the change go ahead? INCOMPLETE: it could not be told; never to be taken for a PASS."""

    PASS = "PASS"
    WARN = "WARN"
    BLOCK = "BLOCK"
    INCOMPLETE = "INCOMPLETE"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Affected:
    """One line of the answer: what happens to one asset.

    confidence: the strongest over all its versions and paths. distance: the steps of `path`, which is a shortest
    explanation of that confidence: edges along the influence, from what changes to what is touched.
    live: whether something touched is live; it never changes the effect. environments: where it is: the namespaces of
    the live releases that it is, that serve it, or that it feeds, in order.
    versions: the ids of what is touched (of a job its runs, of a deployment its releases), the newest first.
    reason: a sentence that a person can act on. verdict, rule: what the policy says of this line, and by which rule.
    """

    asset_id: str
    kind: Kind
    key: tuple[str, ...]
    effect: Effect
    confidence: Confidence
    distance: int
    live: bool
    environments: tuple[str, ...]
    versions: tuple[str, ...]
    owners: tuple[str, ...]
    tags: Mapping[str, str]
    path: tuple[Edge, ...]
    reason: str
    verdict: Verdict
    rule: str


@dataclass(frozen=True, slots=True)
class Impact:
    """The answer: what a change of `of` (canonical ids) does, at the time `at` (epoch microseconds).

    affected: the worst first. incomplete: why this may not be all, a sentence each; then the verdict is INCOMPLETE,
    unless what was seen says BLOCK already. notes: what a reader should know besides.
    """

    of: tuple[str, ...]
    change: Change
    at: int
    affected: tuple[Affected, ...]
    verdict: Verdict
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
