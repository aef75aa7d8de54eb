"""`thalweg path`: how one thing came to influence another, a line a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.commands.lineage import STYLES, moment
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import gone, kind, short, unknown, words
from thalweg.model.counting import plural


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; words as on the command line."""

    source: str
    target: str
    through: Sequence[str]
    avoiding: Sequence[str]
    level: str | None
    edges: Sequence[str] | None
    as_of: str | None

    def variables(self) -> dict[str, Any]:
        return {
            "from": self.source,
            "to": self.target,
            "through": _on_path(self.through),
            "avoiding": _on_path(self.avoiding),
            "level": self.level and self.level.upper(),
            "edgeTypes": [word.upper().replace("-", "_") for word in self.edges] if self.edges else None,
            "asOf": moment(self.as_of),
        }


def _on_path(given: Sequence[str]) -> dict[str, list[str]]:
    """A word that is a kind is one; any other text is a name."""
    return {
        "kinds": [words()[word].name for word in given if word in words()],
        "entities": [word for word in given if word not in words()],
    }


def show(place: Place, question: Question, as_json: bool) -> int:
    question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        found = graph.ask("path", question.variables())["path"]
        if found is None:
            _require_known(graph, question)
    if as_json:
        output.document(found)
    elif found is None:
        conditions = question.through or question.avoiding or question.edges
        then = " then" if question.as_of else ""
        output.note(f"Neither influences the other{then}{', in the way that is asked for' if conditions else ''}.")
    else:
        output.show(*drawn(found))
    return 0 if found is not None else 1


def _require_known(graph: Graph, question: Question) -> None:
    """Raises NotFound for an end that nothing bears the name of."""
    for name in (question.source, question.target):
        if graph.ask("entity", {"of": name})["entity"] is None:
            raise unknown(graph, name)


def drawn(found: Mapping[str, Any]) -> list[Text]:
    """A line for each thing on the way, upstream first, with what joins it to the one before."""
    lines = []
    for place, thing in enumerate(found["entities"]):
        line = Text()
        if place:
            step = found["edges"][place - 1]
            line.append(f"  {step['type'].lower().replace('_', ' ')} ", style="dim")
        line.append(short(thing) + gone(thing), style=STYLES.get(kind(thing), ""))
        lines.append(line)
    lines.append(Text(f"{plural(found['length'], 'step')}, {found['direction'].lower()}.", style="dim"))
    return lines
