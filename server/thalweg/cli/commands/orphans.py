"""`thalweg orphans`: what stands alone, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thalweg.cli import output
from thalweg.cli.commands.lineage import moment
from thalweg.cli.commands.listing import columns
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import exact

PAGE = 100

WHAT = {
    "releases": ("live releases", "whose models came from no data that is known"),
    "data": ("datasets", "that feed nothing live"),
    "models": ("models", "that were never deployed"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; words as on the command line."""

    kind: str
    as_of: str | None
    limit: int
    after: str | None

    def variables(self) -> dict[str, Any]:
        return {"of": self.kind.upper(), "asOf": moment(self.as_of)}


def show(place: Place, question: Question, as_json: bool) -> int:
    question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        found = asked(graph, question)
    if as_json:
        output.document(found)
        return 0
    rows = [[exact(one), one["at"][:10], ", ".join(one["owners"])] for one in found["nodes"]]
    if rows:
        output.write("".join(f"{line}\n" for line in columns(rows)))
    candidates, which = WHAT[question.kind]
    many = f"{found['lookedAt']:,} {candidates} were looked at" if found["lookedAt"] != 1 else "One was looked at"
    output.note(found["note"] or f"{many}, and {len(rows) or 'none'} found {which}.")
    if found["undecided"]:
        names = ", ".join(exact(one) for one in found["undecided"])
        output.note(f"Of these it could not be told, because too much lies behind each: {names}.")
    if found["cursor"] is not None:
        late = " The time was over." if found["truncatedReason"] == "DEADLINE" else ""
        output.note(f"There is more.{late} Go on with --after {found['cursor']}, or a greater --limit.")
    return 0


def asked(graph: Graph, question: Question) -> dict[str, Any]:
    """The JSON document of the command; `cursor` is what to go on with, null at the end.

    It goes on until it has found as many as it may show, or looked at all; where the time of one question is over, it
    ends there.
    """
    found: dict[str, Any] = {"nodes": [], "undecided": [], "lookedAt": 0}
    after = question.after
    while True:
        size = min(PAGE, question.limit - len(found["nodes"]))
        page = graph.ask("orphans", {**question.variables(), "first": size, "after": after})["page"]
        for field in found:
            found[field] += page[field]
        after = page["endCursor"]
        late = page["truncatedReason"] == "DEADLINE"
        if not page["hasNextPage"] or late or len(found["nodes"]) >= question.limit:
            cursor = after if page["hasNextPage"] else None
            return {**found, "cursor": cursor, "truncatedReason": page["truncatedReason"], "note": page["note"]}
