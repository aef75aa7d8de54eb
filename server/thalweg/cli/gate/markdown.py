"""A report as Markdown, for a comment on a pull request: worst first, and never longer than hosts take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from thalweg.cli.gate import sentences
from thalweg.cli.gate.finding import Finding, Standing
from thalweg.cli.gate.report import Report
from thalweg.cli.output import printable

MARK = "<!-- thalweg-check -->"
"""The first line, by which the comment of the last time is found again."""

LONGEST = 65_000
"""Characters, and bytes: GitHub refuses a comment of 65,536, and does not say which it counts."""

KEPT = 2_500
"""Of these, what is kept for the ends of sections and the lines that say how many more there are."""

PROPOSED = 5
"""Findings for which a waiver is proposed."""

_SIGNS = {"PASS": "✅", "WARN": "⚠️", "BLOCK": "⛔", "INCOMPLETE": "❓"}


class Page:
    """Text that grows only as far as it may."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._bytes = 0  # never fewer than characters

    def add(self, text: str, kept: int = 0) -> bool:
        """Adds a piece where it fits and leaves `kept` bytes free; answers whether it did."""
        size = len(text.encode(errors="replace"))
        if self._bytes + size > LONGEST - kept:
            return False
        self._parts.append(text)
        self._bytes += size
        return True

    def add_all(self, items: Sequence[Finding], form: Callable[[Finding], str]) -> None:
        """Adds as many as fit, and says how many more there are."""
        for place, one in enumerate(items):
            if not self.add(form(one), KEPT):
                self.add(f"- … and {len(items) - place:,} more; the JSON report has them all.\n")
                return

    def __str__(self) -> str:
        return "".join(self._parts)


def text(report: Report) -> str:
    page = Page()
    page.add(f"{MARK}\n### {_SIGNS[report.verdict.value]} {_cut(sentences.headline(report))}\n\n")
    page.add("".join(f"{line}\n" for line in _heads(report)) + "\n", KEPT)
    _section(page, "Not checked", [f"- {_cut(one)}\n" for one in report.incomplete])
    for title, standing in (("Blocks", Standing.BLOCK), ("Warns", Standing.WARN)):
        some = report.of(standing)
        if some and page.add(f"**{title}** ({len(some):,})\n\n", KEPT):
            page.add_all(some, _told)
            page.add("\n")
    for title, standing in (("Waived", Standing.WAIVED), ("In the baseline already", Standing.UNCHANGED)):
        some = report.of(standing)
        if some and page.add(f"<details><summary>{title} ({len(some):,})</summary>\n\n", KEPT):
            page.add_all(some, _folded)
            page.add("\n</details>\n\n")
    _section(page, "Gone since the baseline", [f"- {_cut(sentences.gone(one))}\n" for one in report.absent])
    _section(page, "Warnings", [f"- {_cut(one)}\n" for one in report.warnings])
    failing = report.failing()
    if failing:
        toml = sentences.waiving(failing[:PROPOSED], report.terms.today)
        said = sentences.add_to(min(len(failing), PROPOSED))
        if not page.add(f"<details><summary>To waive</summary>\n\n{said}\n\n{_fenced(toml)}\n</details>\n\n"):
            page.add("The text of the report ends with the lines that would waive this.\n\n")
    _let_pass(page, report)
    return str(page)


def _let_pass(page: Page, report: Report) -> None:
    """What the policy lets pass, first what would be graver were it live. It stands at the very end, so that it takes
    the room of nothing graver.
    """
    listed = sorted(report.of(Standing.LISTED), key=lambda one: not sentences.lowered(one))
    if listed and page.add(f"<details><summary>Let pass ({len(listed):,})</summary>\n\n", KEPT):
        page.add_all(listed, _folded)
        page.add("\n</details>\n")


def _section(page: Page, title: str, items: Sequence[str]) -> None:
    if items and page.add(f"**{title}**\n\n", KEPT):
        for place, item in enumerate(items):
            if not page.add(item, KEPT):
                page.add(f"- … and {len(items) - place:,} more.\n")
                break
        page.add("\n")


def _heads(report: Report) -> Iterable[str]:
    """A line for each question, with what its answer stands on."""
    for check in report.checks:
        on = sentences.evidence(check)
        yield _cut(f"- {sentences.word(check.verdict)}: {check.change} of {check.name}{f'; {on}' if on else ''}")
        yield from (f"  - {_cut(note)}" for note in check.notes)


def _told(one: Finding) -> str:
    lines = [
        f"- **{one.weighed.value}** {plain(one.title)} **{one.what}** ({plain(one.changed)}); "
        f"{one.rule_id} {one.rule_name} `{_code(one.fingerprint)}`{f', {one.state}' if one.state else ''}",
        f"  - {_cut(one.reason)}",
    ]
    if low := sentences.lowered(one):
        lines.append(f"  - {_cut(low)}")
    if one.fix:
        lines.append(f"  - Fix: {_cut(one.fix)}")
    if len(one.way) > 1:
        lines.append(f"  - Way: {_cut(' → '.join(one.way))}")
    if one.owners:
        lines.append(f"  - Ask: {_cut(', '.join(one.owners))}")
    if one.place:
        lines.append(f"  - At: `{_code(one.place[0])}:{one.place[1]}`")
    return "".join(f"{line}\n" for line in lines)


def _folded(one: Finding) -> str:
    said = sentences.passing(one) if one.standing is Standing.LISTED else sentences.outcome(one)
    return f"- {plain(one.title)} {one.what} ({plain(one.changed)}) `{_code(one.fingerprint)}`: {_cut(said)}\n"


# ------------------------------------------------------------------------------------------------------------- letters

PIECE = 1_000
"""The longest that one sentence may be; names come from outside."""


def _cut(text: str) -> str:
    return plain(text if len(text) <= PIECE else f"{text[:PIECE]}…")


def plain(text: str) -> str:
    """Text that says what it says: no markup, no mention of anybody. What stands in backticks stays code."""
    pieces = printable(text).split("`")
    if len(pieces) % 2 == 0:
        return "".join(_escaped(letter) for letter in printable(text))
    return "".join(
        f"`{piece}`" if place % 2 else "".join(_escaped(letter) for letter in piece)
        for place, piece in enumerate(pieces)
    )


def _escaped(letter: str) -> str:
    return _SPECIAL.get(letter, letter)


_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"} | {letter: f"\\{letter}" for letter in "\\`*_[]~|#$"}


def _code(text: str) -> str:
    return printable(text).replace("`", "'")


def _fenced(text: str) -> str:
    """As a block of code, with a fence longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}toml\n{text}{fence}\n"
