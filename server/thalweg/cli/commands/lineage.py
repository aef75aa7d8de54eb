"""`thalweg lineage`: a walk, drawn as a tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from rich.tree import Tree

from thalweg.cli import output
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import gone, kind, short, unknown, words
from thalweg.lineage.spelling import WORDS
from thalweg.model import time
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind

WHY = {
    "MAX_NODES": "there are more nodes than --limit",
    "DEPTH": "there is more behind; go on with --depth, or --all",
    "VISITED": "more nodes would have to be looked at than one question may",
    "DEADLINE": "it took too long",
}
PAGE = 100
RUNS_NAMED = 500
ALSO = 3
"""How many other parents of a node are named beside it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; words as on the command line. depth: None for no limit. limit: 0 for counts alone."""

    name: str
    direction: str
    level: str | None
    newest: int | None
    depth: int | None
    kinds: Sequence[str] | None
    edges: Sequence[str] | None
    stop_at: Sequence[str] | None
    as_of: str | None
    limit: int

    def variables(self) -> dict[str, Any]:
        return {
            "of": self.name,
            "direction": self.direction,
            "level": self.level and self.level.upper(),
            "newest": self.newest,
            "depth": self.depth,
            "kinds": _kinds(self.kinds),
            "edgeTypes": [word.upper().replace("-", "_") for word in self.edges] if self.edges else None,
            "stopAt": _kinds(self.stop_at),
            "asOf": moment(self.as_of),
            "maxNodes": self.limit,
        }


def _kinds(given: Sequence[str] | None) -> list[str] | None:
    return [words()[word].name for word in given] if given else None


def moment(text: str | None) -> str | None:
    """A time of the command line as GraphQL takes it. Raises BadInput for what is none."""
    if text is None:
        return None
    try:
        return time.rfc3339(time.parse(text))
    except ValueError as error:
        raise BadInput(f"{error}.") from None


def show(place: Place, question: Question, as_json: bool) -> int:
    question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        found = graph.ask("lineage", question.variables())["lineage"]
        if found is None:
            raise unknown(graph, question.name)
        if not as_json:
            name_runs(graph, found["nodes"])
    if as_json:
        output.document(found)
        return 0
    if question.limit:
        output.show(*drawn(found))
    output.show("\n".join(told(found)))
    return 0


def name_runs(graph: Graph, nodes: Sequence[dict[str, Any]]) -> None:
    """Gives the nearest runs the names that people gave them, which a walk does not know."""
    runs = {node["id"]: node for node in nodes if node["kind"] == Kind.RUN.name}
    ids = list(runs)[:RUNS_NAMED]
    for start in range(0, len(ids), PAGE):
        for entity in graph.ask("assets", {"ids": ids[start : start + PAGE]})["nodes"]:
            if entity is not None and entity["id"] in runs:
                runs[entity["id"]]["runId"] = entity["runId"]
                runs[entity["id"]]["name"] = entity["name"]


# ---------------------------------------------------------------------------------------------------------------- drawn


def drawn(found: Mapping[str, Any]) -> list[Tree]:
    """A tree for each side that was walked, with the start as its root; a node hangs once, under its nearest parent."""
    sides = ("UPSTREAM", "DOWNSTREAM") if found["direction"] == "BOTH" else (found["direction"],)
    return [_side(found, side, len(sides) > 1) for side in sides]


def _side(found: Mapping[str, Any], side: str, named: bool) -> Tree:
    distance = "upstreamDistance" if side == "UPSTREAM" else "downstreamDistance"
    on_side = (node for node in found["nodes"] if node[distance] is not None)
    nodes = {node["id"]: node for node in sorted(on_side, key=lambda node: int(node[distance]))}
    towards: defaultdict[str, list[str]] = defaultdict(list)
    for edge in found["edges"]:
        near, far = (edge["target"], edge["source"]) if side == "UPSTREAM" else (edge["source"], edge["target"])
        if near in nodes and far in nodes and near not in towards[far]:
            towards[far].append(near)
    title = Text(short(found["start"]) + gone(found["start"]), style="bold")
    if named:
        title.append(f"  {side.lower()}", style="dim")
    root = Tree(title, guide_style="dim")
    places: dict[str, Tree] = {}
    for id, node in nodes.items():  # nearest first, so that a parent has its place before its children
        if node[distance] == 0:
            places[id] = root if id == found["start"]["id"] else root.add(_line(node, 0, []))
            continue
        parents = [near for near in towards[id] if near in places and nodes[near][distance] < node[distance]]
        hangs = places[parents[0]] if parents else root
        steps = node[distance] - (nodes[parents[0]][distance] if parents else 0)
        places[id] = hangs.add(_line(node, steps, [nodes[one] for one in parents[1:]]))
    return root


def _line(node: Mapping[str, Any], steps: int, also: Sequence[Mapping[str, Any]]) -> Text:
    """One node. steps: from what it hangs on; more than one where what lies between is hidden."""
    text = Text(short(node), style=STYLES.get(kind(node), ""))
    if node["goneAt"]:
        text.append("  gone", style="dim red")
    elif kind(node) is Kind.RELEASE:
        live = node["until"] is None or node["until"] > time.rfc3339(time.now())
        text.append("  live" if live else "  ended", style="bold green" if live else "dim")
    elif node["status"] and node["status"] not in ("FINISHED", "READY"):
        text.append(f"  {output.printable(node['status'].lower())}", style="dim")
    if steps > 1:
        text.append(f"  {steps} steps on", style="dim")
    if also:
        more = f" and {len(also) - ALSO} more" if len(also) > ALSO else ""
        text.append(f"  also of {', '.join(short(one) for one in also[:ALSO])}{more}", style="dim")
    return text


STYLES = {
    Kind.MODEL: "cyan",
    Kind.MODEL_VERSION: "cyan",
    Kind.DEPLOYMENT: "green",
    Kind.RELEASE: "green",
    Kind.JOB: "blue",
    Kind.RUN: "blue",
    Kind.REPOSITORY: "magenta",
    Kind.COMMIT: "magenta",
}


def told(found: Mapping[str, Any]) -> list[str]:
    """How much was reached, and what of it is not shown."""
    total = sum(one["count"] for one in found["countsByKind"])
    counted = ", ".join(plural(one["count"], WORDS[Kind[one["kind"]]]) for one in found["countsByKind"])
    lines = [f"{'' if found['countsComplete'] else 'At least '}{plural(total, 'node')} reached: {counted}."]
    if found["truncated"]:
        lines.append(f"Not all of it is shown: {WHY[found['truncatedReason']]}.")
    return lines
