"""`thalweg check`: may changes go ahead? The exit code says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.changes import Flags
from thalweg.cli.commands.impact import EFFECTS, PAGE, Question, asked, told
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.proposals import SchemaFile
from thalweg.cli.things import short, unknown
from thalweg.model.errors import BadInput, ThalwegError

SHOWN = 10
"""Lines that are named."""

CODES = {"PASS": 0, "WARN": 0, "BLOCK": 1, "INCOMPLETE": 2}
GRAVITY = ("PASS", "WARN", "INCOMPLETE", "BLOCK")


Source = Callable[[Graph], Iterable[dict[str, Any]]]
"""Gives the answers to some questions, once it is known whom to ask."""


def of(question: Question) -> Source:
    """The answer to one question."""

    def answers(graph: Graph) -> Iterator[dict[str, Any]]:
        answer = asked(graph, question, PAGE)
        if not answer["of"]:
            output.note(f"thalweg: {unknown(graph, question.change.of)}")
        yield answer

    return answers


def of_schema(name: str, file: SchemaFile, flags: Flags, like: Question) -> Source:
    """The answers to what the schema in a file changes of a dataset."""
    renames = flags.renames()

    def answers(graph: Graph) -> Iterator[dict[str, Any]]:
        yield from file.proposal(graph, name, renames, like.as_of).answers(graph, like)

    return answers


def of_diff(
    text: str | None,
    repository: Path | None,
    datasets: Sequence[str],
    dialect: str | None,
    flags: Flags,
    like: Question,
    *,
    others: bool,
) -> Source:
    """The answers to what a range of Git changes. others: whether something besides is named that changes.

    Raises BadInput for what makes no sense together.
    """
    from thalweg.cli.diff import proposed, ranges
    from thalweg.cli.diff.datasets import given

    if text is None:
        raise BadInput("--repository and --dataset go with --from-diff.", "Say which commits: origin/main...HEAD.")
    if others:
        raise BadInput(
            "With --from-diff the files of a range say what changes, and of what.",
            "Leave out NAME, --new-schema and --table; --dataset TABLE=NAME says which dataset a table is.",
        )
    told = proposed.Told(given(datasets), flags.renames("--from-diff the files say"), dialect)

    def answers(graph: Graph) -> Iterator[dict[str, Any]]:
        with ranges.opened(text, repository) as range:
            for one in proposed.proposals(graph, range, told, like.as_of):
                try:
                    yield from list(one.answers(graph, like))
                except ThalwegError as error:
                    if error.code != BadInput.code:
                        raise  # else it is of one table; what the others do is told all the same
                    yield from replace(one, changes=(), unknown=str(error)).answers(graph, like)

    return answers


def check(place: Place, sources: Sequence[Source], as_json: bool) -> int:
    with opened(place) as graph:
        answers = [answer for source in sources for answer in source(graph)]
    if as_json:
        output.document(answers[0] if len(answers) == 1 else answers)
    else:
        for answer in answers:
            output.show(*_of_file(answer), *told(answer), *deciding(answer))
    return max((CODES[answer["verdict"]] for answer in answers), key=lambda code: (code == 1, code))


def _of_file(answer: Mapping[str, Any]) -> list[Text]:
    """What is judged, where a file with several such says it."""
    place = answer.get("place")
    if not place or place["line"] is None:
        return []
    names = [short(one) for one in answer["of"]]
    return [Text(output.printable(": ".join((f"{place['file']}:{place['line']}", *names))), style="bold")]


def deciding(answer: Mapping[str, Any]) -> list[Text]:
    """The lines that the verdict follows from, each with its reason."""
    lines = [line for line in answer["affected"] if line["verdict"] == answer["verdict"] != "PASS"]
    shown = []
    for line in lines[:SHOWN]:
        text = Text(f"  {short({**line, 'id': line['assetId']})}  ")
        text.append(line["effect"], style=EFFECTS[line["effect"]])
        text.append(output.printable(f"  {line['reason']} ({line['rule']})"), style="dim")
        shown.append(text)
    if len(lines) > SHOWN:
        shown.append(Text(f"  and {len(lines) - SHOWN:,} more; `thalweg impact` shows them.", style="dim"))
    return shown
