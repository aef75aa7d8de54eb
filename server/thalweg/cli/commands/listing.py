"""`thalweg list`: pages of a kind, as columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.cli import output
from thalweg.cli.commands.grouping import PAGE, grouping, groups, line
from thalweg.cli.commands.lineage import moment
from thalweg.cli.graph import Graph, opened
from thalweg.cli.place import Place
from thalweg.cli.things import ASSET_WORDS, exact, gone, unknown, words
from thalweg.cli.where import parse
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind

SORTS = {"at": "AT", "name": "NAME", "created": "CREATED_AT", "updated": "UPDATED_AT"}
COMPARES = {">=": "GE", "<=": "LE", "!=": "NE", "=": "EQ", "==": "EQ", ">": "GT", "<": "LT"}
NAMED = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
"""What JSON has no numbers for, as GraphQL takes it."""
_CONDITION = re.compile(r"\s*(.+?)\s*(>=|<=|!=|==|=|>|<)\s*(\S+)\s*")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is listed; words as on the command line."""

    kind: str
    namespace: str | None
    name: str | None
    contains: str | None
    of: str | None
    tags: Sequence[str]
    params: Sequence[str]
    metrics: Sequence[str]
    statuses: Sequence[str]
    live: bool | None
    gone: bool | None
    since: str | None
    before: str | None
    where: str | None
    sorts: Sequence[str]
    ascending: bool | None
    group_by: str | None
    limit: int
    after: str | None
    count: bool

    def variables(self) -> dict[str, Any]:
        """Raises BadInput for a filter that the kind has not, and for what cannot be read."""
        kind = words()[self.kind]
        filter: dict[str, Any] = {
            "namespace": self.namespace,
            "name": self.name,
            "nameContains": self.contains,
            "gone": self.gone,
            "since": moment(self.since),
            "before": moment(self.before),
            "tags": [_pair(one, "--tag") for one in self.tags] or None,
        }
        own: tuple[tuple[str, str, Any, tuple[Kind, ...]], ...] = (
            ("--of", ASSET_WORDS.get(kind, ""), self.of, tuple(ASSET_WORDS)),
            ("--param", "params", [_pair(one, "--param") for one in self.params], (Kind.RUN, Kind.MODEL_VERSION)),
            ("--metric", "metrics", [_condition(one) for one in self.metrics if not self.spread(one)], MEASURED),
            ("--status", "status", [one.upper() for one in self.statuses], (Kind.RUN,)),
            ("--live", "live", self.live, (Kind.RELEASE,)),
        )
        for option, field, value, kinds in own:
            if value in (None, []):
                continue
            if kind not in kinds:
                those = ", ".join(word for word, one in words().items() if one in kinds and word.endswith("s"))
                raise BadInput(f"{option} says nothing of {self.kind}.", f"It is for {those}.")
            filter[field] = value
        if self.where is not None:
            filter["and"] = [parse(self.where, kind)]
        filter = {field: value for field, value in filter.items() if value is not None}
        if self.ascending is not None and self.sorts and all(self.way(one)[0] != one for one in self.sorts):
            option = "--asc" if self.ascending else "--desc"
            raise BadInput(
                f"{option} says nothing where --sort {' '.join(self.sorts)} says which way.", "Leave one out."
            )
        if self.group_by is not None:
            return {"filter": filter, **grouping(self, kind)}
        return {
            "filter": filter,
            "orderBy": [self.order(kind, one) for one in self.sorts or ["at"]],
            "count": self.count,
            **({"metrics": self.keys()} if kind in MEASURED else {}),
        }

    def order(self, kind: Kind, sort: str) -> dict[str, Any]:
        key, ascending = self.way(sort)
        direction = "ASC" if (key == "name" if ascending is None else ascending) else "DESC"
        if key in SORTS:
            return {"by": SORTS[key], "direction": direction}
        if kind not in MEASURED:
            raise BadInput(f"{self.kind} have no metrics to sort by.", f"Sort by one of {', '.join(SORTS)}.")
        return {"by": "METRIC", "metric": key, "direction": direction}

    def way(self, sort: str) -> tuple[str, bool | None]:
        """What is sorted by, and whether it ascends; None where nobody says."""
        key, colon, way = sort.rpartition(":")
        if colon and way in ("asc", "desc"):
            return key, way == "asc"
        if colon and way.lower() in ("up", "down", "ascending", "descending", ""):
            raise BadInput(f"--sort {sort} says no way.", f"Write --sort {key}:asc, or {key}:desc.")
        return sort, self.ascending

    def keys(self) -> list[str]:
        """The metrics that the question is about, which is which are shown."""
        named = [_condition(one)["key"] for one in self.metrics]
        return list(dict.fromkeys([*self.sorting_metrics(), *named]))

    def sorting_metrics(self) -> list[str]:
        return [key for key, _ in map(self.way, self.sorts) if key not in SORTS]

    def spread(self, metric: str) -> bool:
        """Whether a metric is named for its spread over groups, not for a condition on it."""
        return self.group_by is not None and _CONDITION.fullmatch(metric) is None


MEASURED = (Kind.RUN, Kind.MODEL_VERSION, Kind.RELEASE)


def _pair(text: str, option: str) -> dict[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise BadInput(f"{option} {text} has no value.", f"Write it like {option} team=risk.")
    return {"key": key, "value": value}


def _condition(text: str) -> dict[str, Any]:
    match = _CONDITION.fullmatch(text)
    value: float | None = None
    if match is not None:
        try:
            value = float(match[3])
        except ValueError:
            match = None
    if match is None:
        raise BadInput(f"--metric {text} is no condition.", "Write it like --metric 'auc>=0.9'.")
    return {"key": match[1], "compare": COMPARES[match[2]], "value": NAMED.get(str(value), value)}


def show(place: Place, question: Question, as_json: bool) -> int:
    question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        found = asked(graph, question)
    if as_json:
        output.document(found)
        return 0
    if question.group_by is not None:
        output.write("".join(f"{line}\n" for line in columns([line(one) for one in found["groups"]])))
        return more(found["cursor"])
    kind = words()[question.kind]
    rows = [[exact(row) + gone(row), *(cell(row) for cell in CELLS[kind])] for row in found["nodes"]]
    output.write("".join(f"{line}\n" for line in columns(rows)))
    if question.count:
        output.note(f"{found['total']:,} in all.")
    more(found["cursor"])
    if not rows:
        measured = f" that have the metric {' and '.join(keys)}" if (keys := question.sorting_metrics()) else ""
        output.note(f"No {question.kind} {'are so' if question.variables()['filter'] else 'are known'}{measured}.")
    return 0


def more(cursor: str | None) -> int:
    if cursor is not None:
        output.note(f"There is more; go on with --after {cursor}, or a greater --limit.")
    return 0


def asked(graph: Graph, question: Question) -> dict[str, Any]:
    """The JSON document of the command: the entries, the cursor to go on with (null at the end), and the count.

    With --group-by it has groups instead of entries, and no count.
    """
    variables = question.variables()
    operation = FIELDS[words()[question.kind]]
    if question.of is not None and graph.ask("entity", {"of": question.of})["entity"] is None:
        raise unknown(graph, question.of)
    if question.group_by is not None:
        return groups(graph, question, operation)
    nodes: list[Row] = []
    total, after = None, question.after
    while True:
        size = min(PAGE, question.limit - len(nodes))
        page = graph.ask("list", {**variables, "first": size, "after": after}, operation)["page"]
        nodes += page["nodes"]
        total = page.get("totalCount", total)
        variables["count"] = False
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        if after is None or len(nodes) >= question.limit:
            return {"nodes": nodes, "cursor": after, "total": total}


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their cells below each other."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return [
        "  ".join(f"{output.printable(cell):<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


# ---------------------------------------------------------------------------------------------------------------- cells


def _day(row: Row) -> str:
    return str(row["at"])[:10]


def _owners(row: Row) -> str:
    return ", ".join(row["owners"])


def _field(name: str) -> Callable[[Row], str]:
    return lambda row: str(row[name] if row[name] is not None else "")


def _status(row: Row) -> str:
    return str(row["status"] or "").lower()


def _metrics(row: Row) -> str:
    return " ".join(f"{metric['key']}={metric['last']}" for metric in row["metrics"])


def _message(row: Row) -> str:
    return str(row["message"] or "").partition("\n")[0][:72]


def _job(row: Row) -> str:
    return str(row["job"]["name"]) if row["job"] else ""


def _aliases(row: Row) -> str:
    return " ".join(f"{alias['name']}={alias['version']['version']}" for alias in row["aliases"] if alias["version"])


def _marks(row: Row) -> str:
    return " ".join(mark["name"] for mark in row["marks"])


def _live(row: Row) -> str:
    return f"live {', '.join(one['revision'] for one in row['liveNow']['nodes'])}" if row["liveNow"]["nodes"] else ""


def _standing(row: Row) -> str:
    return "live" if row["live"] else f"ended {row['until'][:10]}" if row["until"] else "ended"


def _served(row: Row) -> str:
    return " ".join(f"{model['name']}/{model['version']}" for model in row["models"]["nodes"])


FIELDS: dict[Kind, str] = {
    Kind.DATASET: "datasets",
    Kind.DATASET_VERSION: "datasetVersions",
    Kind.REPOSITORY: "repositories",
    Kind.COMMIT: "commits",
    Kind.JOB: "jobs",
    Kind.RUN: "runs",
    Kind.MODEL: "models",
    Kind.MODEL_VERSION: "modelVersions",
    Kind.DEPLOYMENT: "deployments",
    Kind.RELEASE: "releases",
}
"""The operations of `queries/list.graphql`."""

CELLS: dict[Kind, tuple[Callable[[Row], str], ...]] = {
    Kind.DATASET: (_owners, _field("format")),
    Kind.DATASET_VERSION: (_day, _field("rows")),
    Kind.REPOSITORY: (_field("defaultBranch"),),
    Kind.COMMIT: (_day, _field("author"), _message),
    Kind.JOB: (_owners,),
    Kind.RUN: (_field("name"), _job, _status, _day, _metrics),
    Kind.MODEL: (_owners, _aliases),
    Kind.MODEL_VERSION: (_day, _marks, _metrics),
    Kind.DEPLOYMENT: (_live, _owners),
    Kind.RELEASE: (_standing, _day, _served),
}
"""What is shown of each kind beside its name."""
