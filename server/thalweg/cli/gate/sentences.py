"""What a report says in words, the same in every form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from glob import escape

from thalweg.cli.gate.baseline import Known
from thalweg.cli.gate.finding import Finding, Standing
from thalweg.cli.gate.report import Check, Report
from thalweg.cli.gate.waivers import FILE
from thalweg.cli.output import printable
from thalweg.lineage.impact.words import Verdict

NOT_CHECKED = "NOT CHECKED"
WAIVED_FOR = timedelta(days=30)
"""How long the waiver holds that a report proposes."""

ENDPOINTS = 10
"""Endpoints that the verdict names."""


def headline(report: Report) -> str:
    """The verdict in one line."""
    return f"{word(report.verdict)}: {printable(_because(report))}"


def word(verdict: Verdict) -> str:
    return f"{verdict.value} ({NOT_CHECKED})" if verdict is Verdict.INCOMPLETE else verdict.value


def _because(report: Report) -> str:
    counts = report.counts()
    parts = [f"{counts[key]:,} {verb}" for key, verb in _STANDS.items() if counts[key]]
    if report.verdict is Verdict.INCOMPLETE:
        first, *more = report.incomplete
        also = f" (and {len(more)} more such)" if more else ""
        return f"{first}{also}" + (f" Of what was seen: {', '.join(parts)}." if parts else "")
    ends = list(dict.fromkeys(one for check in report.checks for one in check.endpoints))
    more_ends = f" and {len(ends) - ENDPOINTS:,} more" if len(ends) > ENDPOINTS else ""
    live = f"{_many(len(ends), 'live endpoint')} touched: {', '.join(ends[:ENDPOINTS])}{more_ends}."
    if not parts:
        return "nothing is affected."
    total = _many(sum(counts.values()) - counts["absent"], "finding")
    not_all = [check for check in report.checks if check.incomplete]
    also = f" {NOT_CHECKED}: {len(not_all)} of {_many(len(report.checks), 'question')}." if not_all else ""
    return f"{total}: {', '.join(parts)}; {live if ends else 'no live endpoint touched.'}{also}"


_STANDS = {
    "block": "block",
    "warn": "warn",
    "waived": "waived",
    "unchanged": "in the baseline already",
    "listed": "let pass",
}


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def outcome(one: Finding) -> str:
    """Where a finding stands, with what it was or would be: `WARN`, `PASS, was BLOCK: waived until …`."""
    match one.standing:
        case Standing.WAIVED if one.waiver is not None:
            waiver = one.waiver
            return (
                f"PASS, was {one.weighed.value}: waived until {waiver.until} by {printable(waiver.author)}: "
                f"{printable(waiver.reason)}"
            )
        case Standing.UNCHANGED:
            return f"PASS, was {one.weighed.value}: in the baseline already"
        case _:
            return f"{one.weighed.value} ({one.policy_rule})" if one.weighed is one.said else one.weighed.value


def decided(one: Finding) -> str:
    """What the policy says, by which rule, and why: `PASS by nothing-live: Nothing live is touched.`"""
    by = f"{one.said.value} by {printable(one.policy_rule)}"
    return f"{by}: {printable(one.message)}" if one.message else by


def passing(one: Finding) -> str:
    """By what a finding passes that the policy lets pass, and what it would be were it live."""
    why, low = decided(one), lowered(one)
    return f"{why.rstrip('.')}; {low}" if low else why


def lowered(one: Finding) -> str:
    """What it would have been were it live, or what --strict made of it: `BREAKS, not live: no run in 90 days; would
    BLOCK`. Empty where it is live, or where that is all the same.
    """
    if one.would is one.said:
        return ""
    why = f"{one.what}, not live: {printable(one.not_live)}" if one.not_live else f"{one.what}, not where it counts"
    if one.weighed is one.said:
        return f"{why}; would {one.would.value}"
    return f"{why}; was {one.said.value}, and {one.weighed.value} as if all were live (--strict)"


def evidence(check: Check) -> str:
    """On what the answer stands: `on declared reads for 11 of 14 readers, …`. Empty where columns do not decide."""
    known: Mapping[str, int] = check.evidence
    readers = known["readers"]
    if not readers:
        return ""
    parts = [
        f"{text} {known[key]:,}"
        for key, text in (
            ("predicates", "on lineage with filters and joins for"),
            ("projection", "on selected columns only for"),
            ("unknown", "on nothing for"),
        )
        if known[key]
    ]
    return ", ".join([f"on declared reads for {known['declared']:,} of {_many(readers, 'reader')}", *parts])


def gone(known: Known) -> str:
    """A finding of the baseline that is no more."""
    column = f" {known.column}" if known.column else ""
    return printable(f"{known.asset} {known.effect}: {known.change}{column} of {known.subject}")


def waiving(found: Iterable[Finding], today: date) -> str:
    """The lines of a file of waivers that would let these pass, once somebody has put a name and a reason to them."""
    return "\n".join(_waiver(one, today + WAIVED_FOR) for one in found)


def _waiver(one: Finding, until: date) -> str:
    named = one.subject == printable(one.subject)
    return (
        f"# {one.rule_name}: {printable(one.title)} {one.what}, {printable(one.changed)}\n"
        "[[waiver]]\n"
        f"fingerprint = {_text(one.fingerprint)}\n"
        + (f"dataset = {_text(escape(one.subject))}\n" if named else "")
        + f"until = {until.isoformat()}\n"
        f"author = {_text('you@example.com')}\n"
        f"reason = {_text('why it may pass')}\n"
    )


def _text(text: str) -> str:
    """As TOML writes a string, which is as JSON does where nothing is unprintable."""
    return json.dumps(printable(text), ensure_ascii=False)


def add_to(count: int) -> str:
    return f"To let {'it' if count == 1 else 'them'} pass for a time, put this into {FILE}, with a name and a reason:"
