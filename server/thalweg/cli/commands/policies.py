"""`thalweg policy`: policies are shown, checked, and tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.commands.impact import PAGE, VERDICTS, Question, asked, told
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.policy import given
from thalweg.cli.things import short, unknown
from thalweg.lineage.impact import DEFAULT_POLICY
from thalweg.lineage.impact.policies import lint, load, written


def show(file: Path | None, as_json: bool) -> int:
    rules = DEFAULT_POLICY if file is None else load(file)
    if as_json:
        output.document(given(rules))
    else:
        output.write(written(rules))
    return 0


def check(file: Path, place: Place | None, as_json: bool) -> int:
    rules = load(file)
    found = lint(rules, None if place is None else _environments(place))
    if as_json:
        output.document([one._asdict() for one in found])
    elif not found:
        output.show(Text(f"{len(rules)} rules, and nothing wrong with them."))
    else:
        output.show(*(Text(output.printable(f"rule {one.rule}, `{one.name}`, {one.message}")) for one in found))
    return 1 if found else 0


def _environments(place: Place) -> list[str]:
    """The namespaces of all deployments."""
    names: dict[str, None] = {}
    with opened(place) as graph:
        after = None
        while True:
            page = graph.ask("environments", {"first": PAGE, "after": after})["deployments"]
            names.update((node["namespace"], None) for node in page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return sorted(names)
            after = page["pageInfo"]["endCursor"]


def dry_run(place: Place, question: Question, as_json: bool) -> int:
    """Each finding, the rule that decides it, and what that says."""
    with opened(place) as graph:
        answer = asked(graph, question, 10 * PAGE)
        if not answer["of"]:
            raise unknown(graph, question.change.of)
    decided = [_decided(line, finding) for line in answer["affected"] for finding in line["findings"]]
    if as_json:
        output.document(decided)
    else:
        output.show(*map(_row, decided), *told(answer))
    return 0


def _decided(line: Any, finding: Any) -> dict[str, Any]:
    return {
        "verdict": finding["verdict"],
        "policyRule": finding["policyRule"],
        "message": finding["message"],
        "would": finding["would"],
        "effect": line["effect"],
        "confidence": finding["confidence"],
        "live": line["live"],
        "asset": short({**line, "id": line["assetId"]}),
        "finding": finding["ruleId"],
        "change": finding["change"],
        "column": finding["column"],
        "fingerprint": finding["fingerprint"],
    }


def _row(one: dict[str, Any]) -> Text:
    possibly = "" if one["confidence"] == "CERTAIN" else "possibly "
    column = f" of {one['column']}" if one["column"] else ""
    text = Text()
    text.append(f"{one['verdict']:5}", style=VERDICTS[one["verdict"]])
    text.append(output.printable(f"  {one['policyRule']}: {one['asset']} {possibly}{one['effect']}"))
    text.append(output.printable(f"  by {one['change']}{column} ({one['finding']})"), style="dim")
    if one["would"] != one["verdict"]:
        text.append(f"  would {one['would']} if live", style="dim")
    return text
