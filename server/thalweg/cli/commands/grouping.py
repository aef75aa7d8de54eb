"""`thalweg list --group-by`: groups of a list, with counts and how metrics spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from thalweg.cli.graph import Graph
from thalweg.cli.things import ASSET_WORDS, exact
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind

if TYPE_CHECKING:
    from thalweg.cli.commands.listing import Question

PAGE = 100

GROUPS = {
    "status": "STATUS",
    "namespace": "NAMESPACE",
    "user": "USER",
    "month": "MONTH",
    "day": "DAY",
    "tags": "TAG",
    "params": "PARAM",
}
GROUPS_SAID = ("status", "namespace", "user", "month", "day", "tags.KEY", "params.KEY")
"""What things are grouped by, as the command line says it."""


def grouping(question: Question, kind: Kind) -> dict[str, Any]:
    """The variables that say what is grouped by. Raises BadInput for what says nothing of the kind."""
    field, _, key = str(question.group_by).partition(".")
    by = "ASSET" if field == ASSET_WORDS.get(kind) else GROUPS.get(field)
    if by is None or bool(key) != (by in ("TAG", "PARAM")):
        known = [*GROUPS_SAID, *([ASSET_WORDS[kind]] if kind in ASSET_WORDS else [])]
        raise BadInput(f"--group-by {question.group_by} says nothing.", f"Group by one of {', '.join(known)}.")
    sort, ascending = question.way(question.sorts[0] if question.sorts else "count")
    if sort not in ("count", "key") or len(question.sorts) > 1:
        raise BadInput("Groups are sorted by one of count, key.", "Leave --sort out, or give one of them.")
    if question.count:
        raise BadInput("--count counts entries, and --group-by shows groups of them.", "Give one of them.")
    return {
        "by": by,
        "key": key or None,
        "metrics": [one for one in question.metrics if question.spread(one)],
        "orderBy": sort.upper(),
        "direction": "ASC" if (sort == "key" if ascending is None else ascending) else "DESC",
    }


def groups(graph: Graph, question: Question, field: str) -> dict[str, Any]:
    """The JSON document of groups, and the cursor to go on with. `field`: what the API calls what is counted."""
    variables = question.variables()
    variables["of"] = {field: variables.pop("filter")}
    found: list[Mapping[str, Any]] = []
    after = question.after
    while True:
        size = min(PAGE, question.limit - len(found))
        page = graph.ask("groups", {**variables, "first": size, "after": after})["page"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        if after is None or len(found) >= question.limit:
            return {"groups": found, "cursor": after}


def line(group: Mapping[str, Any]) -> list[str]:
    """A line of a group: what it has in common, how many, and of each metric the number, least, mean and greatest."""
    key = exact(group["asset"]) if group["asset"] else "(none)" if group["key"] is None else str(group["key"])
    spreads = [
        f"{one['key']}: {one['count']} from {one['min']} to {one['max']}, {one['avg']} on average"
        if one["count"]
        else f"{one['key']}: none"
        for one in group["metrics"]
    ]
    return [key, f"{group['count']:,}", *spreads]
