"""A report for people: the ways that lead to what is touched, what decides, and the verdict in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from thalweg.cli.changes import DOES
from thalweg.cli.gate import sentences
from thalweg.cli.gate.finding import Finding, Standing
from thalweg.cli.gate.report import Check, Report
from thalweg.cli.output import printable
from thalweg.lineage.impact.words import Verdict

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN = 10
"""Findings of each standing that are told in full; the verdict counts them all."""

STYLES = {Verdict.PASS: "bold green", Verdict.WARN: "bold yellow", Verdict.BLOCK: "bold red"}
EFFECTS = {"BREAKS": "bold red", "STALE": "yellow", "UNREPRODUCIBLE": "magenta"}
NOT_CHECKED = "bold magenta"


def drawn(report: Report) -> list[RenderableType]:
    """All of it, the verdict below the findings and, where it blocks, what would waive them at the very end."""
    shown: list[RenderableType] = []
    for check in report.checks:
        shown += _check(check)
    shown += [_plain(f"Gone since the baseline: {sentences.gone(one)}") for one in report.absent[:SHOWN]]
    if len(report.absent) > SHOWN:
        shown.append(_more(len(report.absent) - SHOWN))
    shown += [Text(f"Warning: {printable(sentence)}", style="yellow") for sentence in report.warnings]
    if shown:
        shown.append(Text())
    word, _, because = sentences.headline(report).partition(": ")
    shown.append(Text.assemble((word, STYLES.get(report.verdict, NOT_CHECKED)), f": {because}"))
    return [*shown, *_waiving(report)]


def _check(check: Check) -> list[RenderableType]:
    deciding = [one for one in check.findings if one.standing in (Standing.BLOCK, Standing.WARN)]
    told = [*deciding[:SHOWN]]
    shown: list[RenderableType] = [_tree(check, told)]
    for one in told:
        shown += _told(one)
    if len(deciding) > SHOWN:
        shown.append(_more(len(deciding) - SHOWN))
    for standing in (Standing.WAIVED, Standing.UNCHANGED):
        shown += _folded([one for one in check.findings if one.standing is standing])
    listed = [one for one in check.findings if one.standing is Standing.LISTED]
    shown += _folded(
        sorted(listed, key=lambda one: not sentences.lowered(one))
    )  # what would be graver were it live first
    shown += [
        Text(f"  {sentences.NOT_CHECKED}: {printable(sentence)}", style=NOT_CHECKED) for sentence in check.incomplete
    ]
    if on := sentences.evidence(check):
        shown.append(_plain(f"  Evidence: {on}."))
    return [*shown, *(_plain(f"  Note: {note}") for note in check.notes)]


def _told(one: Finding) -> list[RenderableType]:
    head = Text.assemble(
        "  ",
        (one.weighed.value, STYLES.get(one.weighed, NOT_CHECKED)),
        f"  {one.title}  ",
        (one.what, EFFECTS.get(one.effect, "")),
        printable(f"  {one.rule_id} {one.rule_name} {one.fingerprint}"),
    )
    if one.state:
        head.append(f"  {one.state}")
    below = [
        one.reason,
        f"By {one.policy_rule}: {one.message}" if one.message else f"By {one.policy_rule}",
        sentences.lowered(one),
        f"Fix: {one.fix}" if one.fix else "",
        f"Ask: {', '.join(one.owners)}" if one.owners else "",
        f"At: {one.place[0]}:{one.place[1]}" if one.place else "",
    ]
    return [head, *(_plain(f"    {text}") for text in below if text)]


def _folded(some: Sequence[Finding]) -> list[RenderableType]:
    """One line each of what does not decide."""
    shown: list[RenderableType] = []
    for one in some[:SHOWN]:
        text = Text(f"  {one.standing.value}  ", style="dim")
        text.append(f"{one.title}  {one.what}  {printable(one.changed)}  {one.fingerprint}  ", style="dim")
        said = sentences.passing(one) if one.standing is Standing.LISTED else sentences.outcome(one)
        shown.append(text.append(said, style="dim"))
    return [*shown, _more(len(some) - SHOWN)] if len(some) > SHOWN else shown


def _plain(text: str) -> Text:
    return Text(printable(text), style="dim")


def _more(count: int) -> Text:
    return Text(f"  and {count:,} more; `--format json` has them all.", style="dim")


def _waiving(report: Report) -> list[RenderableType]:
    """The exact lines that would waive what fails, unfolded, so that they can be copied."""
    failing = report.failing()
    if not failing:
        return []
    some = failing[:SHOWN]
    rest = f" ({len(failing) - SHOWN:,} more need their own.)" if len(failing) > SHOWN else ""
    return [
        Text(),
        Text(sentences.add_to(len(some)) + rest, style="dim"),
        Text(),
        sentences.waiving(some, report.terms.today).rstrip("\n"),
    ]


# ----------------------------------------------------------------------------------------------------------- the ways


@dataclass(slots=True)
class _Branch:
    """An asset in the tree. name: as people read it; '' at the root."""

    name: str = ""
    findings: list[Finding] = field(default_factory=list)
    branches: list[_Branch] = field(default_factory=list)


def _tree(check: Check, told: Sequence[Finding]) -> Tree:
    """What changes, and on their ways from it the assets that decide, each once: where a way leads through what is
    drawn already, it goes on from there. Where a version changes, a way may lead back to its asset, which is touched
    through other versions: that is drawn there, and is not what changes.
    """
    root = _Branch()
    places = dict.fromkeys(check.ids, root)
    for one in told:
        steps = list(zip(one.way_ids, one.way, strict=True))[1:] or [(one.asset_id, one.title)]
        there = max((place for place, (id, _) in enumerate(steps) if id in places), default=-1)
        branch = places[steps[there][0]] if there >= 0 else root
        for id, name in steps[there + 1 :]:
            if id not in places:
                places[id] = _Branch(name)
                branch.branches.append(places[id])
            branch = places[id]
        branch.findings.append(one)
    title = Text(printable(check.name), style="bold")
    title.append(f"  {DOES.get(check.change, check.change)}", style="dim")
    return _grown(Tree(title, guide_style="dim"), root)


def _grown(tree: Tree, branch: _Branch) -> Tree:
    for one in branch.branches:
        text = Text(one.name, style="" if one.findings else "dim")
        for effect in dict.fromkeys(found.what for found in one.findings):
            text.append(f"  {effect}", style=EFFECTS.get(effect.rpartition(" ")[2], ""))
        _grown(tree.add(text), one)
    return tree
