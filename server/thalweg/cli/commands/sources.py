"""Where the questions of a check come from: from its options, or from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.cli import output
from thalweg.cli.changes import Change, Flags
from thalweg.cli.commands.impact import LINES, Question, asked
from thalweg.cli.graph import Graph
from thalweg.cli.proposals import Answer, Proposal, SchemaFile
from thalweg.cli.things import unknown
from thalweg.model.errors import BadInput, ThalwegError

if TYPE_CHECKING:
    from thalweg.cli.diff.proposed import Told


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


def again(question: Question) -> Source:
    """One question that was asked before; what of it was made meanwhile is no mistake."""

    def answers(graph: Graph) -> Iterator[tuple[str, Answer]]:
        name = question.change.of
        for answer in Proposal(name, (question.change,)).answers(graph, question):
            yield name, answer

    return Source(question.change, answers)


def of_schema(name: str, file: SchemaFile, flags: Flags, like: Question) -> Source:
    """What the schema in a file changes of a dataset. Raises BadInput for other changes beside it."""
    renames = flags.renames()

    def answers(graph: Graph) -> Iterator[tuple[str, Answer]]:
        for answer in file.proposal(graph, name, renames, like.as_of).answers(graph, like):
            yield name, answer

    return Source(replace(like.change, of=name), answers)


def told(text: str | None, datasets: Sequence[str], dialect: str | None, flags: Flags, *, others: bool) -> Told:
    """What is said besides a range of Git. others: whether something besides is named that changes.

    Raises BadInput for what makes no sense together.
    """
    from thalweg.cli.diff.datasets import given
    from thalweg.cli.diff.proposed import Told

    if text is None:
        raise BadInput("--repository and --dataset go with --from-diff.", "Say which commits: origin/main...HEAD.")
    if others:
        raise BadInput(
            "With --from-diff the files of a range say what changes, and of what.",
            "Leave out NAME, --new-schema and --table; --dataset TABLE=NAME says which dataset a table is.",
        )
    return Told(given(datasets), flags.renames("--from-diff the files say"), dialect)


def of_diff(text: str, repository: Path | None, told: Told, like: Question) -> Source:
    """What a range of Git changes."""
    from thalweg.cli.diff import proposed, ranges

    def answers(graph: Graph) -> Iterator[tuple[str, Answer]]:
        with ranges.opened(text, repository) as range:
            for one in proposed.proposals(graph, range, told, like.as_of):
                name = one.name or one.file or text
                try:
                    yield from [(name, answer) for answer in one.answers(graph, like)]
                except ThalwegError as error:
                    if error.code != BadInput.code:
                        raise  # else it is of one table; what the others do is told all the same
                    alone = replace(one, changes=(), unknown=str(error))
                    yield from [(name, answer) for answer in alone.answers(graph, like)]

    return Source(replace(like.change, of=text), answers)
