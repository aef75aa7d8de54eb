"""`thalweg policy`: policies are shown, checked, and tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.commands.impact import PAGE, VERDICTS, Question, asked, told
from thalweg.cli.commands.lineage import moment
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.policy import given
from thalweg.cli.things import short, unknown
from thalweg.lineage.impact import DEFAULT_POLICY
from thalweg.lineage.impact.policies import lint, load, written
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput
from thalweg.model.time import DAY, now, parse, rfc3339


@dataclass(frozen=True, slots=True)
class Backtest:
    """What is replayed; times as on the command line. days: how far back, where `since` is not given."""

    policy: Sequence[Mapping[str, Any]] | None
    since: str | None
    until: str | None
    days: int
    active_within: int
    follow: int


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


def _before(until: str, days: int) -> str:
    """Raises BadInput for a time before the first that can be written."""
    try:
        return rfc3339(parse(until) - days * DAY)
    except (OverflowError, ValueError):
        raise BadInput(
            f"{plural(days, 'day')} before {until} is before any time that can be written.", "Give fewer with --days."
        ) from None


def backtest(place: Place, given: Backtest, as_json: bool) -> int:
    """What a policy would have blocked, and which of that broke something."""
    until = moment(given.until) or rfc3339(now())
    since = moment(given.since) or _before(until, given.days)
    found: list[dict[str, Any]] = []
    begin: str | None = since
    with opened(place) as graph:
        while begin is not None:
            variables = {
                "policy": given.policy,
                "since": begin,
                "until": until,
                "activeWithinDays": given.active_within,
                "followDays": given.follow,
            }
            page = graph.ask("backtest", variables)["backtest"]
            found += page["changes"]
            if page["next"] == begin and not page["changes"]:
                raise BadInput("One change takes longer to replay than a question may.", "Give the server more time.")
            begin = page["next"]
    if as_json:
        output.document({"since": since, "until": until, "changes": found, **counted(found)})
    else:
        output.show(*map(_replayed, found), *_summed(counted(found), since, until))
    return 0


def counted(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How good the policy was. precision: of what it blocked, the part that broke something; recall: the other way."""
    blocked = [one for one in found if one["verdict"] == "BLOCK"]
    broke = [one for one in found if one["broke"]]
    right = [one for one in blocked if one["broke"]]
    return {
        "seen": len(found),
        "blocked": len(blocked),
        "warned": sum(one["verdict"] == "WARN" for one in found),
        "broke": len(broke),
        "blockedAndBroke": len(right),
        "precision": len(right) / len(blocked) if blocked else None,
        "recall": len(right) / len(broke) if broke else None,
    }


def _replayed(one: Mapping[str, Any]) -> Text:
    text = Text()
    text.append(f"{one['verdict']:5}", style=VERDICTS[one["verdict"]])
    text.append(f"  {one['at'][:10]}  {short(one['dataset'])}: ")
    text.append(output.printable(", ".join(one["changes"])))
    for each in one["followed"]:
        if each["failed"]:
            text.append(f"\n       {short(each['job'])} failed", style="red")
            text.append(" as was said" if each["expected"] else "; nobody said so", style="dim")
        elif each["expected"]:
            text.append(f"\n       {short(each['job'])} was said to break, and did not", style="dim")
    return text


def _summed(counts: Mapping[str, Any], since: str, until: str) -> list[Text]:
    days = max(1, round((parse(until) - parse(since)) / DAY))
    text = (
        f"This policy would have blocked {counts['blocked']} of {plural(counts['seen'], 'change')} in "
        f"{plural(days, 'day')}, {counts['blockedAndBroke']} of which broke something; "
        f"{counts['broke'] - counts['blockedAndBroke']} more broke something and would not have been blocked."
    )
    return [Text(text)]


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
