"""`thalweg ancestors`: what several things share, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.cli import output
from thalweg.cli.commands.lineage import WHY, moment, name_runs
from thalweg.cli.commands.listing import columns
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.things import gone, short
from thalweg.model.counting import plural


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; words as on the command line."""

    names: Sequence[str]
    edges: Sequence[str] | None
    as_of: str | None
    limit: int

    def variables(self) -> dict[str, Any]:
        return {
            "of": list(self.names),
            "edgeTypes": [word.upper().replace("-", "_") for word in self.edges] if self.edges else None,
            "asOf": moment(self.as_of),
            "first": self.limit,
        }


def show(place: Place, question: Question, as_json: bool) -> int:
    question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        found = graph.ask("ancestors", question.variables())["commonAncestors"]
        if not as_json:
            name_runs(graph, found["ancestors"])
    if as_json:
        output.document(found)
        return 0
    if found["ancestors"]:
        output.write("".join(f"{line}\n" for line in columns([_row(one) for one in found["ancestors"]])))
    output.note(told(found))
    return 0


def _row(ancestor: Mapping[str, Any]) -> list[str]:
    steps = ", ".join(map(str, ancestor["distances"]))
    return [short(ancestor) + gone(ancestor), steps, "lowest" if ancestor["lowest"] else ""]


def told(found: Mapping[str, Any]) -> str:
    """How many there are, and what of them is not shown."""
    if found["note"]:
        return str(found["note"])
    if not found["totalCount"]:
        said = "They share nothing that they came from."
    else:
        least = "At least " if found["truncatedReason"] in ("VISITED", "DEADLINE") else ""
        said = f"{least}{plural(found['totalCount'], 'common ancestor')}, with the steps from each of the things named."
    return f"{said} Not all is shown: {WHY[found['truncatedReason']]}." if found["truncated"] else said
