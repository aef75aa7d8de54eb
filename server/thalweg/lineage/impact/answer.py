"""What an impact question is answered with: one line for each asset and effect, and a verdict over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from thalweg.lineage.impact.causes import EffectRule
from thalweg.lineage.impact.change import Change
from thalweg.lineage.impact.reads import NO_EVIDENCE, Evidence
from thalweg.lineage.impact.words import Confidence, Effect, Verdict
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge


class TouchedColumn(NamedTuple):
    """A column of a dataset version that is touched, folded as its namespace folds; "" for the whole version."""

    version_id: str
    column: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause of a line: what changes, by which rule it touches the asset, how sure that is, what helps.

    rule: the id and the name of the rule, which stay (`causes.py`). fingerprint: of rule, dataset, column, change and
    asset, and of no wording, so that what was said of a finding once (a waiver, a baseline) holds for it later.
    subject_id, subject: what changes: a dataset, a repository or a model version, spelled so that it names it again.
    role: what the column is there for, where that is known.
    verdict, policy_rule: what the policy says of it, and by which of its rules, with that rule's message. would: what
    it would say if all that is touched were live; `not_live` says why it is not. fix: what to do, to paste where there
    is something.
    """

    rule: EffectRule
    fingerprint: str
    subject_id: str
    subject: str
    change: str
    column: str
    role: str
    confidence: Confidence
    reason: str
    fix: str
    verdict: Verdict
    policy_rule: str
    message: str
    would: Verdict
    not_live: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """One line of the answer: what happens to one asset.

    confidence: the strongest over all its versions and paths. distance: the steps of `path`, which is a shortest
    explanation of that confidence: edges along the influence, from what changes to what is touched.
    live: whether something touched is live; it never changes the effect. environments: where it is: the namespaces of
    the live releases that it is, that serve it, or that it feeds, in order.
    versions: the ids of what is touched (of a job its runs, of a deployment its releases), the newest first.
    columns: of a dataset, what of its versions is touched.
    reason: a sentence that a person can act on. findings: its causes, the gravest first. verdict, rule: what the policy
    says of the gravest of them, and by which rule. would: the gravest that it would say if all were live.
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
    would: Verdict
    findings: tuple[Finding, ...]
    columns: tuple[TouchedColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """The answer: what a change of `of` (canonical ids) does, at the time `at` (epoch microseconds).

    affected: the worst first. evidence: on what it stands, where what changes is a dataset. incomplete: why this may
    not be all, a sentence each; then the verdict is INCOMPLETE, unless what was seen says BLOCK already. notes: what a
    reader should know besides.
    """

    of: tuple[str, ...]
    change: Change
    at: int
    affected: tuple[Affected, ...]
    verdict: Verdict
    evidence: Evidence = NO_EVIDENCE
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
