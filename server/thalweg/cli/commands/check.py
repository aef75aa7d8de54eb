"""`thalweg check`: may changes go ahead? The exit code says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.changes import Flags
from thalweg.cli.commands.impact import EFFECTS, PAGE, Question, asked, told
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.proposals import SchemaFile
from thalweg.cli.things import short, unknown

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


def check(place: Place, sources: Sequence[Source], as_json: bool) -> int:
    with opened(place) as graph:
        answers = [answer for source in sources for answer in source(graph)]
    if as_json:
        output.document(answers[0] if len(answers) == 1 else answers)
    else:
        for answer in answers:
            output.show(*told(answer), *deciding(answer))
    return max((CODES[answer["verdict"]] for answer in answers), key=lambda code: (code == 1, code))


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
