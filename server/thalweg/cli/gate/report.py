"""The report of a check: every finding of every question, what it means in the end, one verdict, one exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from thalweg.cli.gate.baseline import Baseline, Known
from thalweg.cli.gate.finding import Finding, Standing, findings, verdict
from thalweg.cli.gate.waivers import NO_WAIVERS, Waivers
from thalweg.cli.things import exact
from thalweg.lineage.impact.policy import GRAVITY
from thalweg.lineage.impact.words import Verdict

CODES = {Verdict.PASS: 0, Verdict.WARN: 0, Verdict.BLOCK: 1, Verdict.INCOMPLETE: 2}

_STANDINGS = tuple(Standing)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a report weighs. today: the day by which waivers end. strict: as if all were live. fail_on_warn: a
    WARN is a failure too. amiss: what of the policy will not do what its author meant, a sentence each.
    """

    today: date
    strict: bool = False
    fail_on_warn: bool = False
    waivers: Waivers = NO_WAIVERS
    baseline: Baseline | None = None
    amiss: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer, as `asked` gives it. name: what changes, as it was named.

    ways: by the id of a touched asset and the effect, the assets on the path to it, each by its id and as people read
    it, where they were looked up. places: by the column ("" for all others), the file and the line that make the
    change, where they are known.
    """

    name: str
    answer: Mapping[str, Any]
    ways: Mapping[tuple[str, str], Sequence[tuple[str, str]]]
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """What became of one question.

    of: what changes, spelled so that it names it again; as it was named where nobody knows it. ids: the ids of that.
    said: the verdict that the answer gives. verdict: what is left of that. incomplete: why it was not checked, or not
    all of it. findings: the worst first. place: the file and the line that say it, where one does. endpoints: the live
    ones that are touched. total: the lines of the answer.
    """

    of: tuple[str, ...]
    change: str
    given: Mapping[str, Any]
    at: str
    said: Verdict
    verdict: Verdict
    incomplete: tuple[str, ...]
    notes: tuple[str, ...]
    evidence: Mapping[str, int]
    endpoints: tuple[str, ...]
    total: int
    findings: tuple[Finding, ...]
    ids: frozenset[str] = frozenset()
    place: tuple[str, int] | None = None

    @property
    def name(self) -> str:
        since, of = self.given.get("since"), ", ".join(self.of)
        return of if since is None else f"{since}..{of}"  # a range of commits


@dataclass(frozen=True, slots=True)
class Report:
    """All of it.

    absent: what the baseline has, and this check has not. warnings: what is amiss with policy and waivers.
    """

    checks: tuple[Check, ...]
    terms: Terms
    verdict: Verdict
    absent: tuple[Known, ...]
    warnings: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code: 0 it may go ahead, 1 it may not, 2 that could not be told."""
        return 1 if self.terms.fail_on_warn and self.verdict is Verdict.WARN else CODES[self.verdict]

    @property
    def findings(self) -> list[Finding]:
        """Of all checks, the worst first."""
        return sorted((one for check in self.checks for one in check.findings), key=_worst_first)

    @property
    def incomplete(self) -> list[str]:
        return [sentence for check in self.checks for sentence in check.incomplete]

    def of(self, *standings: Standing) -> list[Finding]:
        return [one for one in self.findings if one.standing in standings]

    def failing(self) -> list[Finding]:
        """The findings that would have to go for the exit code to be 0."""
        warns = (Standing.WARN,) if self.terms.fail_on_warn else ()
        return self.of(Standing.BLOCK, *warns)

    def counts(self) -> dict[str, int]:
        """How many findings stand where."""
        count = Counter(one.standing for one in self.findings)
        return {standing.value: count[standing] for standing in Standing} | {"absent": len(self.absent)}


def report(asked: Iterable[Asked], terms: Terms) -> Report:
    """The report of questions and their answers."""
    seen: set[str] = set()
    checks = tuple(_check(one, terms, seen) for one in asked)
    every = [one for check in checks for one in check.findings]
    gravest = max((check.verdict for check in checks), key=GRAVITY.__getitem__, default=Verdict.INCOMPLETE)
    subjects = {one.subject for one in every} | {name for check in checks for name in check.of}
    unused = terms.waivers.unused([one for one in every if one.counts], subjects)
    whole = not any(check.incomplete for check in checks)
    return Report(
        checks=checks,
        terms=terms,
        verdict=gravest,
        absent=_absent(terms.baseline, every) if whole else (),
        warnings=(*terms.amiss, *terms.waivers.warnings, *(unused if whole else ())),
    )


def _check(asked: Asked, terms: Terms, seen: set[str]) -> Check:
    """`seen`: the fingerprints that the report has already; the same finding is told once."""
    answer = asked.answer
    flat = [
        one
        for line in answer["affected"]
        for one in findings(
            line, asked.ways.get((line["assetId"], line["effect"]), ()), strict=terms.strict, places=asked.places
        )
    ]
    weighed = [_weighed(one, terms) for one in _once(flat, seen)]
    incomplete = _incomplete(answer, flat)
    left = max((one.verdict for one in weighed), key=GRAVITY.__getitem__, default=Verdict.PASS)
    return Check(
        of=tuple(exact(one) for one in answer["of"]) or (asked.name,),
        change=answer["change"],
        given=answer["given"],
        at=answer["at"],
        said=verdict(answer["verdict"]),
        verdict=Verdict.INCOMPLETE if incomplete and left is not Verdict.BLOCK else left,
        incomplete=tuple(incomplete),
        notes=tuple(answer["notes"]),
        evidence=answer["evidence"],
        endpoints=tuple(dict.fromkeys(f"{one['namespace']}/{one['name']}" for one in answer["endpoints"])),
        total=answer["total"],
        findings=tuple(sorted(weighed, key=_worst_first)),
        ids=frozenset(one["id"] for one in answer["of"]),
        place=asked.places.get(""),
    )


def _once(flat: Iterable[Finding], seen: set[str]) -> Iterable[Finding]:
    for one in flat:
        if one.fingerprint not in seen:
            seen.add(one.fingerprint)
            yield one


def _weighed(one: Finding, terms: Terms) -> Finding:
    """With what the baseline and the waivers make of it."""
    state = terms.baseline.state(one.fingerprint, one.weighed) if terms.baseline is not None else ""
    return replace(one, state=state, waiver=terms.waivers.of(one) if one.counts else None)


def _incomplete(answer: Mapping[str, Any], flat: Sequence[Finding]) -> list[str]:
    """Why the answer is not to be relied on, a sentence each. No answer is taken for a PASS that it may not be."""
    sentences = list(answer["incomplete"])
    read, total = len(answer["affected"]), answer["total"]
    if read < total:
        sentences.append(
            f"Only the {read:,} worst of {total:,} lines were read; what is in the others was not weighed."
        )
    said = verdict(answer["verdict"])
    gravest = max((one.said for one in flat), key=GRAVITY.__getitem__, default=Verdict.PASS)
    if Verdict.INCOMPLETE in (said, gravest) and not sentences:
        sentences.append("The question could not be answered in full.")
    if GRAVITY[said] > GRAVITY[gravest] and said is not Verdict.INCOMPLETE:
        sentences.append(f"The verdict of the answer is {said.value}, and none of its findings says so.")
    return sentences


def _absent(baseline: Baseline | None, every: Iterable[Finding]) -> tuple[Known, ...]:
    there = {one.fingerprint for one in every if one.counts}
    return tuple(one for one in baseline.known.values() if one.fingerprint not in there) if baseline else ()


def _worst_first(one: Finding) -> tuple[int, int, bool]:
    return _STANDINGS.index(one.standing), -GRAVITY[one.weighed], not one.live
