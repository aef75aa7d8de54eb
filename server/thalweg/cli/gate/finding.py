"""A finding of a report: one cause of one line of an answer, with what waivers and a baseline make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from thalweg.cli.gate.waivers import Waiver
from thalweg.cli.things import exact, short
from thalweg.lineage.impact.policy import GRAVITY
from thalweg.lineage.impact.words import Verdict


class Standing(Enum):
    """Where a finding stands in a report, the worst first.

    WAIVED: it would block or warn, and somebody let it pass. UNCHANGED: it would, and the baseline has it already.
    LISTED: the policy lets it pass.
    """

    BLOCK = "block"
    WARN = "warn"
    WAIVED = "waived"
    UNCHANGED = "unchanged"
    LISTED = "listed"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Finding:
    """What the answer says of it, flattened, and what the report makes of that.

    title, asset: the asset as people read it (`deployment production/fraud`), and as it names it again. way: the assets
    on the path to it, itself the last, as people read them; empty where nobody looked them up. way_ids: the ids of
    these. path: its edges. said: the verdict of the policy. weighed: that, or with --strict what it would say if all
    were live. state: `new` or `unchanged`, where there is a baseline. waiver: the one that let it pass. place: the file
    and the line that make the change, where they are known.
    """

    rule_id: str
    rule_name: str
    fingerprint: str
    asset_id: str
    asset: str
    title: str
    kind: str
    effect: str
    confidence: str
    live: bool
    environments: tuple[str, ...]
    owners: tuple[str, ...]
    subject: str
    change: str
    column: str
    role: str
    reason: str
    fix: str
    said: Verdict
    policy_rule: str
    message: str
    would: Verdict
    not_live: str
    way: tuple[str, ...]
    way_ids: tuple[str, ...]
    path: tuple[Mapping[str, Any], ...]
    weighed: Verdict
    state: str = ""
    waiver: Waiver | None = None
    place: tuple[str, int] | None = None

    @property
    def counts(self) -> bool:
        """Whether it would block or warn by itself."""
        return self.weighed in (Verdict.BLOCK, Verdict.WARN)

    @property
    def standing(self) -> Standing:
        if not self.counts:
            return Standing.LISTED
        if self.waiver is not None:
            return Standing.WAIVED
        if self.state == "unchanged":
            return Standing.UNCHANGED
        return Standing.BLOCK if self.weighed is Verdict.BLOCK else Standing.WARN

    @property
    def verdict(self) -> Verdict:
        """What it means for the change in the end."""
        return self.weighed if self.standing in (Standing.BLOCK, Standing.WARN) else Verdict.PASS

    @property
    def what(self) -> str:
        """The effect, with how sure it is: `possibly STALE`."""
        return self.effect if self.confidence == "CERTAIN" else f"possibly {self.effect}"

    @property
    def changed(self) -> str:
        """What changes: `drop age of dataset:s3://lake/customers`."""
        return f"{self.change} {self.column} of {self.subject}" if self.column else f"{self.change} of {self.subject}"


def findings(
    line: Mapping[str, Any],
    way: Sequence[tuple[str, str]] = (),
    *,
    strict: bool = False,
    places: Mapping[str, tuple[str, int]] | None = None,
) -> list[Finding]:
    """The findings of a line of an answer, the gravest first."""
    asset = {**line, "id": line["assetId"]}
    found = []
    for one in line["findings"]:
        said, would = verdict(one["verdict"]), verdict(one["would"])
        found.append(
            Finding(
                rule_id=one["ruleId"],
                rule_name=one["ruleName"],
                fingerprint=one["fingerprint"],
                asset_id=line["assetId"],
                asset=exact(asset),
                title=short(asset),
                kind=line["kind"],
                effect=line["effect"],
                confidence=one["confidence"],
                live=line["live"],
                environments=tuple(line["environments"]),
                owners=tuple(line["owners"]),
                subject=one["subject"],
                change=one["change"],
                column=one["column"] or "",
                role=one["role"] or "",
                reason=one["reason"],
                fix=one["fix"],
                said=said,
                policy_rule=one["policyRule"],
                message=one["message"],
                would=would,
                not_live=one["notLive"] or "",
                way=tuple(name for _, name in way),
                way_ids=tuple(id for id, _ in way),
                path=tuple(line["path"]),
                weighed=max(said, would, key=GRAVITY.__getitem__) if strict else said,
                place=places.get(one["column"] or "", places.get("")) if places else None,
            )
        )
    return found


def verdict(word: str) -> Verdict:
    """A verdict by its word. One that nobody here knows, of a later server, is none that lets a change pass."""
    try:
        return Verdict(word)
    except ValueError:
        return Verdict.INCOMPLETE
