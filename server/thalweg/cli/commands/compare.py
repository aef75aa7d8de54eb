"""`thalweg compare`: things of one kind side by side, what differs first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.commands.lineage import moment
from thalweg.cli.commands.listing import columns
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.things import KINDS, short
from thalweg.lineage.spelling import label
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind

PARTS = ("facts", "params", "metrics", "environment", "data", "code", "columns")
BEST = " *"
"""Behind the value of a metric that is the best of all."""
SHOWN = 20
"""Metrics that are named where somebody names another."""
DIFFERS = "≠ "
"""Before a row that differs, where others are shown too."""

Row = tuple[list[str], bool]
"""The cells of a row, what it is about first; and whether it differs."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; words as on the command line. all: also what is the same."""

    names: Sequence[str]
    as_of: str | None
    all: bool
    minimize: Sequence[str]
    maximize: Sequence[str]

    def variables(self) -> dict[str, Any]:
        return {
            "things": list(self.names),
            "asOf": moment(self.as_of),
            "differingOnly": not self.all,
            "minimize": list(self.minimize),
            "maximize": list(self.maximize),
        }


def show(place: Place, question: Question, as_json: bool) -> int:
    variables = question.variables()  # what makes no sense is said before anything is opened
    with opened(place) as graph:
        found = graph.ask("compare", variables)["compare"]
        known = {row["key"] for row in found["metrics"]}
        if not known.issuperset((*question.minimize, *question.maximize)):
            whole = graph.ask("compare", {**variables, "differingOnly": False})["compare"]
            _require_metrics(question, [row["key"] for row in whole["metrics"]])
    if as_json:
        output.document(found)
    else:
        output.show(*drawn(found, question.all))
    return 0


def _require_metrics(question: Question, known: Sequence[str]) -> None:
    """Raises BadInput for a metric that is said to be better one way, and that nothing has which is compared."""
    for option, keys in (("--minimize", question.minimize), ("--maximize", question.maximize)):
        for key in keys:
            if key not in known:
                there = (
                    f"There are {', '.join(map(output.brief, known[:SHOWN]))}" if known else "There is no metric at all"
                )
                more = f" and {len(known) - SHOWN:,} more" if len(known) > SHOWN else ""
                near = get_close_matches(key, known, n=1, cutoff=0.6)
                meant = f"Did you mean {near[0]}? " if near else ""
                raise BadInput(
                    f"{option} {output.brief(key)}: nothing that is compared has a metric of this name.",
                    f"{meant}{there}{more}.",
                )


def drawn(found: Mapping[str, Any], all: bool) -> list[Text]:
    """A table with a part for each heading, the commits between, and what else to know."""
    parts = {part: _ordered(rows(found, part, all)) for part in PARTS}
    head = ["", *(short(thing["entity"]) for thing in found["things"])]
    table = [head] + [cells for part in parts.values() for cells, _ in part]
    lines = iter(columns(table))
    shown = [Text(next(lines), style="bold")]
    for part, of in parts.items():
        if of:
            shown.append(Text(part, style="bold dim"))
            shown += [Text(next(lines), style="default" if differs else "dim") for _, differs in of]
    if not any(parts.values()):
        shown.append(Text("Nothing differs." if any(thing["there"] for thing in found["things"]) else "Nothing there."))
    shown += [Text(line) for line in between(found)]
    if any(any(row["wins"]) for row in found["metrics"]):
        shown.append(Text("* is the best.", style="dim"))
    shown += [Text(output.printable(f"Incomplete: {sentence}"), style="dim") for sentence in found["incomplete"]]
    return shown + [Text(output.printable(f"Note: {sentence}"), style="dim") for sentence in found["notes"]]


def _ordered(of: Iterator[Row]) -> list[Row]:
    """What differs first; else in the order of the answer."""
    return sorted(of, key=lambda row: not row[1])


def rows(found: Mapping[str, Any], part: str, all: bool) -> Iterator[Row]:
    for row in found[part]:
        name, cells = CELLS[part](row)
        yield (
            [
                f"{DIFFERS if all and row['differs'] else '  '}{name}",
                *("-" if cell is None else output.brief(cell) for cell in cells),
            ],
            row["differs"],
        )


Cells = tuple[str, list[str | None]]


def _texts(row: Mapping[str, Any]) -> Cells:
    return row["key"], row["values"]


def _metric(row: Mapping[str, Any]) -> Cells:
    cells: list[str | None] = []
    for last, best, wins in zip(row["last"], row["best"], row["wins"], strict=True):
        text = None if last is None else str(last) if last == best else f"{last} (best {best})"
        cells.append(text if text is None or not wins else text + BEST)
    return row["key"], cells


def _data(row: Mapping[str, Any]) -> Cells:
    versions = [one["nodes"] for one in row["versions"]]
    kind = next(KINDS[node["kind"]] for nodes in versions for node in nodes)
    asset = Kind.DATASET if kind is Kind.DATASET_VERSION else Kind.MODEL
    read = [", ".join(node["version"] for node in nodes) or None for nodes in versions]
    return label(asset, (row["namespace"], row["name"])), read


def _code(row: Mapping[str, Any]) -> Cells:
    cells: list[str | None] = []
    for ran, dirty in zip(row["commits"], row["dirty"], strict=True):
        shas = ", ".join(commit["sha"][:7] for commit in ran["nodes"])
        cells.append(f"{shas}{' and changes that no commit holds' if dirty else ''}" if shas else None)
    return row["url"], cells


def _column(row: Mapping[str, Any]) -> Cells:
    return row["name"], [None if column is None else _typed(column) for column in row["columns"]]


def _typed(column: Mapping[str, Any]) -> str:
    never = ", never empty" if column["nullable"] is False else ""
    return f"{column['type'] or 'of unknown type'}{never}"


CELLS = {
    "facts": _texts,
    "params": _texts,
    "metrics": _metric,
    "environment": _texts,
    "data": _data,
    "code": _code,
    "columns": _column,
}


def between(found: Mapping[str, Any]) -> Iterator[str]:
    """The commits between two neighbours, and which columns keep their values where they have another type."""
    names = [short(thing["entity"]) for thing in found["things"]]
    for row in found["code"]:
        for one in row["ranges"]:
            if one["aheadCount"] or one["behindCount"] or not one["complete"]:
                least = "" if one["complete"] else "at least "
                ahead, behind = plural(one["aheadCount"], "commit"), plural(one["behindCount"], "commit")
                yield f"From {names[one['base']]} to {names[one['head']]}: {least}{ahead} ahead, {behind} behind"
                yield from (f"  + {_message(commit)}" for commit in one["ahead"])
                yield from (f"  - {_message(commit)}" for commit in one["behind"])
    for row in found["columns"]:
        for step in row["steps"]:
            if step["kind"] == "RETYPED":
                kept = {
                    True: "every value is kept",
                    False: "values may be lost",
                    None: "whether values are kept is not known",
                }
                yield output.printable(
                    f"Column {row['name']} from {names[step['base']]} to {names[step['head']]}: {kept[step['keeps']]}"
                )


def _message(commit: Mapping[str, Any]) -> str:
    message = (commit["message"] or "").partition("\n")[0]
    return output.printable("  ".join(filter(None, [commit["sha"][:7], message, commit["author"]])))
