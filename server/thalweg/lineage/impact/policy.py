"""What a finding means for the change: ordered rules, the first that matches decides.

The rules are data: a server has its own, and a question may bring others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from thalweg.lineage.impact.words import Confidence, Effect, Verdict
from thalweg.model.kinds import Kind


class Standing(NamedTuple):
    """How something touched stands: how sure its effect is, whether it is live, and in which environments."""

    confidence: Confidence
    live: bool
    environments: tuple[str, ...] = ()


class Case(NamedTuple):
    """What a finding is of: an effect on an asset (kind, namespace, tags), by a change of something.

    change: the word of its cause (`drop`, `delete`, …). role: of the column, "" where that is not known. rule: the id
    of the rule that the effect follows.
    """

    effect: Effect
    kind: Kind
    namespace: str
    tags: Mapping[str, str]
    change: str
    role: str
    rule: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Decides what matches all that it gives; None matches anything.

    environment: a pattern (`prod*`) that one of the environments must match: those of the live releases that the thing
    is, that serve it, or that it feeds. A thing with none never matches.
    namespace: a pattern of the asset's namespace. tag: `key` or `key=value`, of the asset. role: of the column.
    change: the word of what happens (`drop`). finding: the id, or the name, of the rule that the effect follows.
    """

    name: str
    verdict: Verdict
    effect: Effect | None = None
    confidence: Confidence | None = None
    live: bool | None = None
    environment: str | None = None
    kind: Kind | None = None
    namespace: str | None = None
    tag: str | None = None
    role: str | None = None
    change: str | None = None
    finding: str | None = None
    message: str = ""

    def matches(self, case: Case, standing: Standing) -> bool:
        return (
            self.effect in (None, case.effect)
            and self.confidence in (None, standing.confidence)
            and self.live in (None, standing.live)
            and (self.environment is None or any(fnmatchcase(name, self.environment) for name in standing.environments))
            and self.kind in (None, case.kind)
            and (self.namespace is None or fnmatchcase(case.namespace, self.namespace))
            and (self.tag is None or _tagged(self.tag, case.tags))
            and self.role in (None, case.role)
            and self.change in (None, case.change)
            and self.finding in (None, case.rule)
        )


def _tagged(tag: str, tags: Mapping[str, str]) -> bool:
    key, given, value = tag.partition("=")
    return key in tags and (not given or tags[key] == value)


DEFAULT_POLICY: tuple[Rule, ...] = (
    Rule(
        "breaks-production",
        Verdict.BLOCK,
        effect=Effect.BREAKS,
        confidence=Confidence.CERTAIN,
        environment="prod*",
        message="It breaks what runs in production, or a job that feeds it.",
    ),
    Rule(
        "unreproducible-production",
        Verdict.BLOCK,
        effect=Effect.UNREPRODUCIBLE,
        confidence=Confidence.CERTAIN,
        environment="prod*",
        message="What runs in production could not be built again.",
    ),
    Rule("touches-live", Verdict.WARN, live=True, message="It touches something live."),
    Rule("nothing-live", Verdict.PASS, message="Nothing live is touched."),
)
"""The default policy."""

NO_RULE = Rule("no-rule", Verdict.PASS, message="No rule of the policy says anything of it.")

GRAVITY = {Verdict.PASS: 0, Verdict.WARN: 1, Verdict.INCOMPLETE: 2, Verdict.BLOCK: 3}
"""Which verdict wins: one that blocks, then that it could not be told, then a warning."""


def decide(rules: Sequence[Rule], case: Case, standings: Iterable[Standing]) -> Rule:
    """The rule that decides a finding: of those that decide each thing touched, the gravest."""
    decided = (next((rule for rule in rules if rule.matches(case, one)), NO_RULE) for one in set(standings))
    return max(decided, key=lambda rule: (GRAVITY[rule.verdict], rule.name), default=NO_RULE)


def verdict(found: Iterable[Verdict], complete: bool) -> Verdict:
    """The verdict over all: INCOMPLETE where there may be more, unless what was seen says BLOCK already."""
    worst = max(found, key=GRAVITY.__getitem__, default=Verdict.PASS)
    return worst if complete or worst is Verdict.BLOCK else Verdict.INCOMPLETE
