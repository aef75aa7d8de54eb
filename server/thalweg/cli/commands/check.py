"""`thalweg check`: may changes go ahead? The exit code says it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from thalweg.cli import output
from thalweg.cli.commands.impact import Question, asked, assets, way
from thalweg.cli.gate import baseline, places, text, waivers
from thalweg.cli.gate.formats import TEXT, WRITTEN, Form, forms
from thalweg.cli.gate.report import Asked, Report, Terms, report
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import short, unknown
from thalweg.model.errors import BadInput, ThalwegError

LINES = 5_000
"""Lines of an answer that are read, the worst first. Of an answer with more the verdict is never PASS."""

WAYS = 200
"""Lines whose paths are told asset by asset."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is made of the answers, as the command line says it; `as_of` is a time, or nothing."""

    formats: Sequence[str] = ()
    as_json: bool = False
    fail_on_warn: bool = False
    strict: bool = False
    waivers: Path | None = None
    baseline: Path | None = None
    anchor: str | None = None
    as_of: str | None = None

    def terms(self) -> Terms:
        """Raises BadInput for files that are named and are not there, or are no baseline."""
        today = _day(self.as_of)
        file = waivers.found(self.waivers, Path())
        return Terms(
            today,
            self.strict,
            self.fail_on_warn,
            waivers.NO_WAIVERS if file is None else waivers.read(file, today),
            None if self.baseline is None else baseline.read(self.baseline),
        )


def check(place: Place, questions: Sequence[Question], gate: Gate) -> int:
    written, terms, anchor = forms(gate.formats, gate.as_json), gate.terms(), places.anchor(gate.anchor)
    for question in questions:
        question.variables()  # what makes no sense is said before anything is opened
    answers: list[Asked] = []
    try:
        with opened(place) as graph:
            for question in questions:
                answers.append(answered(graph, question))
    except ThalwegError as error:
        if all(form.word == TEXT for form in written):
            raise
        # a report that is not there would leave the last one standing, which may say PASS
        answers += [_not_answered(question, error) for question in questions[len(answers) :]]
        write(report(answers, terms), written, anchor)
        raise
    found = report(answers, terms)
    write(found, written, anchor)
    return found.code


def answered(graph: Graph, question: Question) -> Asked:
    """The whole answer to a question, with the ways to its worst lines."""
    answer = asked(graph, question, LINES)
    if not answer["of"]:
        output.note(f"thalweg: {unknown(graph, question.change.of)}")
    some = {**answer, "affected": answer["affected"][:WAYS]}
    known = assets(graph, some)
    ways = {
        (line["assetId"], line["effect"]): [short(asset) for asset in way(line, known)] for line in some["affected"]
    }
    return Asked(question.change.of, answer, ways)


def _not_answered(question: Question, error: ThalwegError) -> Asked:
    """What stands for the answer to a question that nobody answered."""
    answer: dict[str, Any] = {
        "of": [],
        "change": question.change.word,
        "given": question.change.given,
        "at": datetime.now(UTC).isoformat(),
        "verdict": "INCOMPLETE",
        "incomplete": [str(error)],
        "notes": [],
        "evidence": {"readers": 0, "declared": 0, "predicates": 0, "projection": 0, "unknown": 0},
        "total": 0,
        "endpoints": [],
        "affected": [],
    }
    return Asked(question.change.of, answer, {})


def write(found: Report, forms: Sequence[Form], anchor: str) -> None:
    """Writes a report in each form; standard output the last, so that what it says of files is so.

    Raises BadInput for a file that cannot be written.
    """
    for form in forms:
        if form.file is None:
            if form.word == TEXT:
                output.show(*text.drawn(found))
            else:
                output.write(WRITTEN[form.word](found, anchor))
            continue
        content = output.plain(*text.drawn(found)) if form.word == TEXT else WRITTEN[form.word](found, anchor)
        try:
            form.file.parent.mkdir(parents=True, exist_ok=True)
            form.file.write_text(content, encoding="utf-8", errors="replace", newline="\n")
        except OSError as error:
            raise BadInput(
                f"{form.file} cannot be written ({error.strerror}).", f"Give another file: --format {form.word}=FILE."
            ) from None


def _day(as_of: str | None) -> date:
    """The day of the question; one that makes no sense is told of where the question is asked."""
    if as_of is not None:
        with suppress(ValueError):
            at = datetime.fromisoformat(as_of)
            return (at if at.tzinfo is None else at.astimezone(UTC)).date()
    return datetime.now(UTC).date()
