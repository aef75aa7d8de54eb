"""`thalweg check`: may changes go ahead? The exit code says it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from thalweg.cli import output
from thalweg.cli.changes import Change
from thalweg.cli.commands.impact import Question, assets, way
from thalweg.cli.commands.sources import Source, again
from thalweg.cli.gate import baseline, kept, places, text, waivers
from thalweg.cli.gate.formats import TEXT, WRITTEN, Form, forms
from thalweg.cli.gate.report import Asked, Report, Terms, report
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.policy import amiss
from thalweg.cli.proposals import Answer
from thalweg.cli.things import short
from thalweg.model.errors import BadInput, ThalwegError

WAYS = 200
"""Lines whose paths are told asset by asset."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is made of the answers, as the command line says it; `as_of` is a time, or nothing."""

    formats: Sequence[str] = ()
    as_json: bool = False
    fail_on_warn: bool = False
    strict: bool = False
    policy: Path | None = None
    waivers: Path | None = None
    baseline: Path | None = None
    anchor: str | None = None
    as_of: str | None = None
    keep: bool = False

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
            () if self.policy is None else amiss(self.policy),
        )


def check(place: Place, sources: Sequence[Source], gate: Gate, like: Question) -> int:
    """like: how the questions are asked, whatever they are about."""
    written, terms, anchor = forms(gate.formats, gate.as_json), gate.terms(), places.anchor(gate.anchor)
    answers: list[Asked] = []
    done = 0
    try:
        with opened(place, writing=gate.keep) as graph:
            for source in sources:
                answers += answered(graph, source)
                done += 1
            found = report(answers, terms)
            if gate.keep:
                found = _noted(found, f"Kept as {kept.keep(graph, _questions(answers, like), found)}.")
    except ThalwegError as error:
        if all(form.word == TEXT for form in written):
            raise
        # a report that is not there would leave the last one standing, which may say PASS
        answers += [_not_answered(source, error) for source in sources[done:]]
        write(report(answers, terms), written, anchor)
        raise
    write(found, written, anchor)
    return found.code


def verify(place: Place, id: str, gate: Gate) -> int:
    """Asks again what a kept verdict was given on, and tells what has moved since."""
    written, terms, anchor = forms(gate.formats, gate.as_json), gate.terms(), places.anchor(gate.anchor)
    with opened(place) as graph:
        there = kept.look_up(graph, id)
        answers = [one for question in there.questions() for one in answered(graph, again(question))]
    strict, fails = there.body.strict or terms.strict, there.body.fail_on_warn or terms.fail_on_warn
    found = report(answers, replace(terms, strict=strict, fail_on_warn=fails))
    moved = there.moved(found)
    when = f"since {id} was kept on {there.at[:10]}"
    found = _noted(found, *([f"Moved {when}: {one}." for one in moved] or [f"Nothing has moved {when}."]))
    write(found, written, anchor)
    return found.code


def _noted(found: Report, *notes: str) -> Report:
    """The report with notes beside its first check."""
    first, *others = found.checks
    return replace(found, checks=(replace(first, notes=(*first.notes, *notes)), *others))


def _questions(answers: Sequence[Asked], like: Question) -> list[Question]:
    """The questions that were asked; where nothing was going to change, none was."""
    changes = [Change(one.answer["change"], one.name, dict(one.answer["given"])) for one in answers]
    return [replace(like, change=one) for one in changes if one.given != {"changes": []}]


def answered(graph: Graph, source: Source) -> list[Asked]:
    """The answers to the questions of a source."""
    return [_asked(graph, name, answer) for name, answer in source.answers(graph)]


def _asked(graph: Graph, name: str, answer: Answer) -> Asked:
    """A whole answer, with the ways to its worst lines."""
    some = {**answer, "affected": answer["affected"][:WAYS]}
    known = assets(graph, some)
    ways = {
        (line["assetId"], line["effect"]): [(asset["id"], short(asset)) for asset in way(line, known)]
        for line in some["affected"]
    }
    place = answer.get("place")
    return Asked(name, answer, ways, {"": (place["file"], place["line"] or 1)} if place else {})


def _not_answered(source: Source, error: ThalwegError) -> Asked:
    """What stands for the answer to a question that nobody answered."""
    answer: dict[str, Any] = {
        "of": [],
        "change": source.change.word,
        "given": source.change.given,
        "at": datetime.now(UTC).isoformat(),
        "verdict": "INCOMPLETE",
        "incomplete": [str(error)],
        "notes": [],
        "evidence": {"readers": 0, "declared": 0, "predicates": 0, "projection": 0, "unknown": 0},
        "total": 0,
        "endpoints": [],
        "affected": [],
    }
    return Asked(source.change.of, answer, {})


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
