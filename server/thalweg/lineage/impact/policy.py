"""What an effect means for the change: ordered rules, the first that matches decides.

The rules are data, so that a server may have its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from thalweg.lineage.impact.answer import Confidence, Effect, Verdict


class Standing(NamedTuple):
    """How something touched stands: how sure its effect is, whether it is live, and in which environments."""

    confidence: Confidence
    live: bool
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Decides what matches all that it gives; None matches anything.

    environment: a pattern (`prod*`) that one of the environments must match: those of the live releases that the thing
    is, that serve it, or that it feeds. A thing with none never matches.
    """

    name: str
    verdict: Verdict
    effect: Effect | None = None
    confidence: Confidence | None = None
    live: bool | None = None
    environment: str | None = None
    message: str = ""

    def matches(self, effect: Effect, standing: Standing) -> bool:
        return (
            self.effect in (None, effect)
            and self.confidence in (None, standing.confidence)
            and self.live in (None, standing.live)
            and (self.environment is None or any(fnmatchcase(name, self.environment) for name in standing.environments))
        )


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


def decide(rules: Sequence[Rule], effect: Effect, standings: Iterable[Standing]) -> Rule:
    """The rule that decides a line: of those that decide each thing touched, the gravest."""
    decided = (next((rule for rule in rules if rule.matches(effect, one)), NO_RULE) for one in set(standings))
    return max(decided, key=lambda rule: (GRAVITY[rule.verdict], rule.name), default=NO_RULE)


def verdict(lines: Iterable[Verdict], complete: bool) -> Verdict:
    """The verdict over all lines: INCOMPLETE where there may be more, unless what was seen says BLOCK already."""
    worst = max(lines, key=GRAVITY.__getitem__, default=Verdict.PASS)
    return worst if complete or worst is Verdict.BLOCK else Verdict.INCOMPLETE
