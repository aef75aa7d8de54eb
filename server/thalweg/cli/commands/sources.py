"""Where the questions of a check come from: from its options, or from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from thalweg.cli import output
from thalweg.cli.changes import Change, Flags
from thalweg.cli.commands.impact import LINES, Question, asked
from thalweg.cli.graph import Graph
from thalweg.cli.proposals import Answer, SchemaFile
from thalweg.cli.things import unknown


@dataclass(frozen=True, slots=True)
class Source:
    """Some questions. change: what they are about, for a report of what could not be asked.

    answers: gives each answer with the name of what changes, once it is known whom to ask.
    """

    change: Change
    answers: Callable[[Graph], Iterable[tuple[str, Answer]]]


def of(question: Question) -> Source:
    """One question. Raises BadInput for what makes no sense."""
    question.variables()

    def answers(graph: Graph) -> Iterator[tuple[str, Answer]]:
        answer = asked(graph, question, LINES)
        if not answer["of"]:
            output.note(f"thalweg: {unknown(graph, question.change.of)}")
        yield question.change.of, answer

    return Source(question.change, answers)


def of_schema(name: str, file: SchemaFile, flags: Flags, like: Question) -> Source:
    """What the schema in a file changes of a dataset. Raises BadInput for other changes beside it."""
    renames = flags.renames()

    def answers(graph: Graph) -> Iterator[tuple[str, Answer]]:
        for answer in file.proposal(graph, name, renames, like.as_of).answers(graph, like):
            yield name, answer

    return Source(replace(like.change, of=name), answers)
