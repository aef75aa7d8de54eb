"""A report as workflow commands of GitHub: annotations on the lines of a pull request, without any permission."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.cli.gate import sentences
from thalweg.cli.gate.finding import Finding, Standing
from thalweg.cli.gate.places import place
from thalweg.cli.gate.report import Report
from thalweg.lineage.impact.words import Verdict

MOST = 9
"""Annotations of a level; GitHub shows ten of a step, and the verdict is one."""

_LEVELS = {Verdict.PASS: "notice", Verdict.WARN: "warning", Verdict.BLOCK: "error", Verdict.INCOMPLETE: "error"}


def text(report: Report, anchor: str) -> str:
    """The verdict first, so that it is never the one that is cut."""
    failing = report.code != 0
    level = "error" if failing else _LEVELS[report.verdict]
    lines = [_command(level, f"thalweg: {sentences.word(report.verdict)}", sentences.headline(report))]
    not_checked = [
        _command("error", sentences.NOT_CHECKED, f"{check.change} of {check.name}: {sentence}", anchor, 1)
        for check in report.checks
        for sentence in check.incomplete
    ][: MOST // 2]
    lines += not_checked
    lines += [_command("warning", "thalweg", sentence) for sentence in report.warnings[:MOST]]
    for standings, word in (
        ((Standing.BLOCK,), "error"),
        ((Standing.WARN,), "error" if report.terms.fail_on_warn else "warning"),
        ((Standing.WAIVED, Standing.UNCHANGED), "notice"),
    ):
        lines += _some(report.of(*standings), word, anchor, MOST - len(not_checked))
    return "".join(f"{line}\n" for line in lines)


def _some(found: Sequence[Finding], level: str, anchor: str, most: int) -> list[str]:
    """At most so many, with the one that says how many more there are."""
    shown = found if len(found) <= most else found[: most - 1]
    lines = [_finding(level, one, anchor) for one in shown]
    if len(found) > len(shown):
        rest = len(found) - len(shown)
        lines.append(_command(level, "thalweg", f"and {rest:,} more like these; the report has them all."))
    return lines


def _finding(level: str, one: Finding, anchor: str) -> str:
    said = "\n".join(
        line
        for line in (
            f"{sentences.outcome(one)}: {one.reason}",
            sentences.lowered(one),
            f"Fix: {one.fix}" if one.fix else "",
        )
        if line
    )
    return _command(level, f"{one.rule_id} {one.title} {one.what}", said, *place(one, anchor))


def _command(level: str, title: str, message: str, file: str = "", line: int = 0) -> str:
    properties = {"file": file, "line": str(line)} if file else {}
    given = ",".join(f"{name}={_property(value)}" for name, value in {**properties, "title": title}.items())
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    """What is after the `::`. Other line ends that Python knows would be lines of their own to a log."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
