"""`thalweg live`: what was live at a time, a tree for each release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from rich.tree import Tree

from thalweg.cli import output
from thalweg.cli.commands.lineage import STYLES, moment
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import gone, kind, short
from thalweg.model.counting import plural

PAGE = 100


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; words as on the command line."""

    at: str | None
    environment: str | None
    deployment: str | None
    limit: int
    after: str | None

    def variables(self) -> dict[str, Any]:
        return {"at": moment(self.at), "environment": self.environment, "deployment": self.deployment}


def show(place: Place, question: Question, as_json: bool) -> int:
    question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        found = asked(graph, question)
    if as_json:
        output.document(found)
        return 0
    output.show(*map(drawn, found["nodes"]))
    if found["cursor"] is not None:
        output.note(f"There is more; go on with --after {found['cursor']}, or a greater --limit.")
    elif not found["nodes"]:
        output.note(found["note"] or ("Nothing was live then." if question.at else "Nothing is live."))
    else:
        output.note(f"{plural(len(found['nodes']), 'release')} live{' then' if question.at else ''}.")
    return 0


def asked(graph: Graph, question: Question) -> dict[str, Any]:
    """The JSON document of the command: the releases, and the cursor to go on with (null at the end)."""
    nodes: list[Mapping[str, Any]] = []
    after = question.after
    while True:
        size = min(PAGE, question.limit - len(nodes))
        page = graph.ask("live", {**question.variables(), "first": size, "after": after})["page"]
        nodes += page["nodes"]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        if after is None or len(nodes) >= question.limit:
            return {"at": page["at"], "nodes": nodes, "cursor": after, "note": page["note"]}


def drawn(live: Mapping[str, Any]) -> Tree:
    """A release, below it the models that it served, and what made each."""
    release = live["release"]
    title = Text(short(release), style="bold")
    ended = f" to {release['until'][:10]}" if release["until"] else ""
    title.append(f"  live from {release['since'][:10]}{ended}", style="green")
    root = Tree(title, guide_style="dim")
    for model in live["models"]:
        line = _thing(model["version"])
        if model["traffic"] is not None:
            line.append(f"  {model['traffic']:g} % of the traffic", style="dim")
        below = root.add(line)
        for made in model["madeBy"]:
            run = below.add(_thing(made["run"]))
            for near in (made["data"], made["code"]):
                for one in _near(near):
                    run.add(one)
        if model["moreRuns"]:
            below.add(Text("and more runs", style="dim"))
    if live["moreModels"]:
        root.add(Text("and more models", style="dim"))
    for one in _near(live["reads"]):
        root.add(Text.assemble(("reads ", "dim"), one))
    return root


def _near(found: Mapping[str, Any]) -> Iterator[Text]:
    for one in found["nodes"]:
        yield _thing(one)
    if found["more"]:
        yield Text("and more", style="dim")


def _thing(thing: Mapping[str, Any]) -> Text:
    return Text(short(thing) + gone(thing), style=STYLES.get(kind(thing), ""))
