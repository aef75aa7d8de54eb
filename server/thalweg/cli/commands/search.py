"""`thalweg search`: what a text meets, the best first, each with what was met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.commands.grouping import PAGE
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import exact, gone, words

MET = "bold yellow"


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for; words as on the command line."""

    text: str
    kinds: Sequence[str]
    namespace: str | None
    gone: bool | None
    limit: int
    after: str | None

    def variables(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "kinds": [words()[kind].name for kind in self.kinds] or None,
            "namespace": self.namespace,
            "gone": self.gone,
        }


def show(place: Place, question: Question, as_json: bool) -> int:
    with opened(place) as graph:
        found = asked(graph, question)
    if as_json:
        output.document(found)
        return 0
    if found["hits"]:
        output.show(*(line for hit in found["hits"] for line in drawn(hit)))
    if found["cursor"] is not None:
        output.note(f"There is more; go on with --after {found['cursor']}, or a greater --limit.")
    elif not found["hits"]:
        output.note("Nothing was found. A word must be whole, or end in *: fra* finds fraud.")
    return 0


def asked(graph: Graph, question: Question) -> dict[str, Any]:
    """The JSON document of the command: what was found, and the cursor to go on with (null at the end)."""
    hits: list[Mapping[str, Any]] = []
    after = question.after
    while True:
        size = min(PAGE, question.limit - len(hits))
        page = graph.ask("search", {**question.variables(), "first": size, "after": after})["search"]
        hits += page["edges"]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        if after is None or len(hits) >= question.limit:
            return {"hits": hits, "cursor": after}


def drawn(hit: Mapping[str, Any]) -> list[Text]:
    """The name that finds it again, and below it a line for each text that was met, unless that is its name."""
    title = Text(exact(hit["node"]) + gone(hit["node"]), style="bold")
    others = [match for match in hit["matches"] if match["field"] != "NAME" or "run:" in title.plain]
    return [title, *(_line(match) for match in others)]


def _line(match: Mapping[str, Any]) -> Text:
    line = Text(f"  {match['field'].lower()}  ", style="dim")
    snippet = Text(output.printable(match["snippet"]), style="default")
    for place in match["ranges"]:
        snippet.stylize(MET, place["offset"], place["offset"] + place["length"])
    return line.append_text(snippet)
