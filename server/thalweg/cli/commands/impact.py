"""`thalweg impact`: what a change does, drawn from what changes to the endpoints, and the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text
from rich.tree import Tree

from thalweg.cli import output
from thalweg.cli.changes import DOES, Change
from thalweg.cli.commands.lineage import moment
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import KINDS, gone, short, unknown
from thalweg.lineage.spelling import WORDS
from thalweg.model.counting import plural

PAGE = 100
LINES = 5_000
"""Lines of an answer that a check reads, the worst first. Of an answer with more the verdict is never PASS."""
SHOWN = 10
"""Endpoints that a verdict lists."""

VERDICTS = {"PASS": "bold green", "WARN": "bold yellow", "BLOCK": "bold red", "INCOMPLETE": "bold magenta"}
EFFECTS = {"BREAKS": "bold red", "STALE": "yellow", "UNREPRODUCIBLE": "magenta"}

Line = Mapping[str, Any]
"""What happens to one asset, as the document `impact` answers it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; words as on the command line. policy: rules as the API takes them; None for the server's."""

    change: Change
    as_of: str | None
    active_within: int
    min_coverage: float = 0
    any_column: bool = False
    policy: Sequence[Mapping[str, Any]] | None = None

    def variables(self) -> dict[str, Any]:
        return {
            "of": self.change.of,
            "change": self.change.input,
            "asOf": moment(self.as_of),
            "activeWithinDays": self.active_within,
            "policy": self.policy,
            "minCoverage": self.min_coverage,
            "allowUnknownColumn": self.any_column,
        }


def show(place: Place, question: Question, limit: int, reasons: bool, as_json: bool) -> int:
    question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        answer = asked(graph, question, limit)
        if not answer["of"]:
            raise unknown(graph, question.change.of)
        if as_json:
            output.document(answer)
        else:
            output.show(*drawn(answer, assets(graph, answer), reasons), *told(answer))
    return 0


def asked(graph: Graph, question: Question, limit: int) -> dict[str, Any]:
    """The answer, with as many lines as `limit`, the worst ones: the JSON document of both commands."""
    variables = question.variables()
    found: dict[str, Any] = {}
    lines: list[Line] = []
    after = None
    while not found or (after is not None and len(lines) < limit):
        first = min(graph.page, limit - len(lines))
        page = graph.ask("impact", {**variables, "first": first, "after": after})["impact"]
        found = found or page
        lines += page["affected"]["nodes"]
        info = page["affected"]["pageInfo"]
        after = info["endCursor"] if info["hasNextPage"] else None
    return {
        "of": found["of"],
        "change": question.change.word,
        "given": question.change.given,
        "at": found["at"],
        "verdict": found["verdict"],
        "incomplete": found["incomplete"],
        "notes": found["notes"],
        "evidence": found["evidence"],
        "total": found["affected"]["totalCount"],
        "live": found["live"]["totalCount"],
        "models": found["models"]["totalCount"],
        "endpoints": found["endpoints"]["nodes"],
        "affected": lines,
    }


# ---------------------------------------------------------------------------------------------------------------- drawn


def assets(graph: Graph, answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By the id of whatever a path touches, the asset that it is or is a version of."""
    ids = {edge[end] for line in answer["affected"] for edge in line["path"] for end in ("source", "target")}
    ids |= {one["id"] for one in answer["of"]} | {line["assetId"] for line in answer["affected"]}
    wanted, found = sorted(ids), {}
    for start in range(0, len(wanted), PAGE):
        for node in graph.ask("assets", {"ids": wanted[start : start + PAGE]})["nodes"]:
            if node is not None:
                found[node["id"]] = node.get("asset") or node
    return found


@dataclass(slots=True)
class Branch:
    """An asset in the tree, with the lines about it and what hangs on it. rank: the place of the worst line in it."""

    asset: Mapping[str, Any]
    lines: list[Line] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    rank: int = 0


def branches(answer: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> list[Branch]:
    """What changes, and behind it every asset that is touched, once, on the way that leads to it; the worst first.

    An asset hangs on the last one of its path that is in the tree already, with what lies between. Where versions
    change, a path may lead back to their asset, which is touched through other versions: it hangs there too.
    """
    roots: dict[str, Branch] = {}
    for one in answer["of"]:
        asset = known.get(one["id"], one)
        roots.setdefault(asset["id"], Branch(asset))
    places = {one["id"]: roots[one["id"]] for one in answer["of"] if one["id"] in roots}
    ranked = list(enumerate(answer["affected"]))
    for rank, line in sorted(ranked, key=lambda one: one[1]["distance"]):
        branch = places.get(line["assetId"])
        if branch is None:
            through = way(line, known)
            root = roots.get(through[0]["id"]) or next(iter(roots.values()))
            branch = _hung(through[1:] or through, places, root)
        branch.lines.append(line)
        branch.rank = rank
    for root in roots.values():
        _order(root, len(ranked))
    return list(roots.values())


def way(line: Line, known: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The assets on the path of a line, itself the last, each once in a row."""
    ids = [line["path"][0]["source"], *(edge["target"] for edge in line["path"])] if line["path"] else []
    found = [known[id] for id in ids if id in known]
    if not found or found[-1]["id"] != line["assetId"]:
        found.append(known.get(line["assetId"], {**line, "id": line["assetId"]}))
    return [asset for place, asset in enumerate(found) if place == 0 or asset["id"] != found[place - 1]["id"]]


def _hung(way: Sequence[Mapping[str, Any]], places: dict[str, Branch], root: Branch) -> Branch:
    """The branch of the last asset of a way from a root, hung where the way first leaves the tree for good."""
    there = max((place for place, asset in enumerate(way) if asset["id"] in places), default=-1)
    branch = places[way[there]["id"]] if there >= 0 else root
    for asset in way[there + 1 :]:
        if asset["id"] not in places:  # it may lead through one asset twice
            places[asset["id"]] = Branch(asset)
            branch.branches.append(places[asset["id"]])
        branch = places[asset["id"]]
    return branch


def _order(branch: Branch, last: int) -> int:
    """Puts the worst first, all the way down; answers the place of the worst line here or behind."""
    own = branch.rank if branch.lines else last
    ranks = {id(one): _order(one, last) for one in branch.branches}
    branch.branches.sort(key=lambda one: ranks[id(one)])
    return min([own, *ranks.values()])


def drawn(answer: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], reasons: bool = False) -> list[Tree]:
    """The tree of each thing that changes."""
    trees = []
    for root in branches(answer, known):
        title = Text(short(root.asset) + gone(root.asset), style="bold")
        title.append(f"  {DOES[answer['change']]}{_versions(answer, root)}", style="dim")
        trees.append(_tree(Tree(title, guide_style="dim"), root, reasons))
    return trees


def _versions(answer: Mapping[str, Any], root: Branch) -> str:
    """Which versions change, where not all do."""
    some = [one for one in answer["of"] if one["id"] != root.asset["id"]]
    if some and answer["change"] == "code":
        named, since = ", ".join(map(short, some)), answer["given"].get("since")
        return output.printable(f" in {named}" if since is None else f" in {named}, and in all since {since}")
    return f" in {plural(len(some), 'version')}" if some else ""


def _tree(tree: Tree, branch: Branch, reasons: bool) -> Tree:
    for one in branch.branches:
        _tree(tree.add(_label(one, reasons)), one, reasons)
    return tree


def _label(branch: Branch, reasons: bool) -> Text:
    text = Text(short(branch.asset) + gone(branch.asset), style="" if branch.lines else "dim")
    for line in branch.lines:
        possible = "" if line["confidence"] == "CERTAIN" else "possibly "
        text.append(f"  {possible}{line['effect']}", style=EFFECTS[line["effect"]])
    if any(line["live"] for line in branch.lines):
        text.append("  active" if branch.lines[0]["kind"] == "JOB" else "  live", style="bold green")
    owners = list(dict.fromkeys(owner for line in branch.lines for owner in line["owners"]))
    if owners:
        text.append(output.printable(f"  {', '.join(owners)}"), style="dim")
    if reasons:
        for line in branch.lines:
            text.append(f"\n{output.printable(line['reason'])}", style="dim italic")
    return text


def told(answer: Mapping[str, Any]) -> list[Text]:
    """The verdict in one line, and below it why it may not be all, and what else to know."""
    verdict = str(answer["verdict"])
    text = Text.assemble((verdict, VERDICTS[verdict]), f": {output.printable(_summary(answer))}")
    sentences = [f"Incomplete: {sentence}" for sentence in answer["incomplete"]]
    sentences += [f"Note: {sentence}" for sentence in answer["notes"]]
    if answer["total"] > len(answer["affected"]):
        sentences.append(f"The {len(answer['affected']):,} worst of {answer['total']:,} are shown; --limit shows more.")
    return [text, *(Text(output.printable(sentence), style="dim") for sentence in sentences)]


def _summary(answer: Mapping[str, Any]) -> str:
    if not answer["of"] and answer["incomplete"]:
        return "it could not be checked." if answer.get("place") else "nobody knows what that is."
    if not answer["total"]:
        return "nothing is affected."
    counted = Counter(line["kind"] for line in _assets_once(answer["affected"]))
    kinds = ", ".join(plural(counted[kind], WORDS[KINDS[kind]]) for kind in KINDS if counted[kind])
    at_least = " and more" if answer["total"] > len(answer["affected"]) else ""
    ends = list(dict.fromkeys(f"{one['namespace']}/{one['name']}" for one in answer["endpoints"]))
    if not ends:
        return f"{kinds}{at_least} affected; no live endpoint."
    more = f" and {len(ends) - SHOWN:,} more" if len(ends) > SHOWN else ""
    return f"{kinds}{at_least} affected; {plural(len(ends), 'live endpoint')}: {', '.join(ends[:SHOWN])}{more}."


def _assets_once(lines: Iterable[Line]) -> Iterable[Line]:
    return {line["assetId"]: line for line in lines}.values()
