"""What each deployment gets of the traffic of its endpoint, by the endpoint's file; and what of that cannot be.

What cannot be is told with its file and line, and costs its own share alone: what is served is known all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from thalweg.importers.manifest.text import Document, Where
from thalweg.importers.parts import Part
from thalweg.model.errors import Problem
from thalweg.model.facts import Json

MOST, MOST_MIRRORED = 100, 50
"""Percent. A mirror is of one deployment."""


@dataclass(slots=True)
class Traffic:
    """By the name of a deployment, in small letters as Azure ML has them, what it gets in percent.

    live: None for a share that is not known. said: whether all shares are told, so that who has none gets nothing.
    mirrored: those that get copies.
    """

    live: dict[str, int | None] = field(default_factory=dict)
    said: bool = False
    mirrored: set[str] = field(default_factory=set)

    def share(self, deployment: str) -> tuple[int | None, bool]:
        """What it gets of the traffic; of a mirror it gets copies, and answers nobody."""
        name = deployment.lower()
        share = self.live.get(name, 0 if self.said else None)
        return (0, True) if not share and name in self.mirrored else (share, False)


def traffic(document: Document, endpoint: Part, deployed: Set[str], problems: list[Problem]) -> Traffic:
    """deployed: the names of the deployments that files are of, in small letters."""
    found = Traffic()
    live = _shares(document, endpoint, "traffic", MOST, problems)
    total = sum(share or 0 for share in live.values())
    if total > MOST:
        ends = f"must be {MOST} at most; what its deployments get is not known here"
        problems.append(document.problem(("traffic",), f"{total} percent in all", ends))
        live = dict.fromkeys(live)
    found.live, found.said = {name.lower(): share for name, share in live.items()}, bool(live)
    mirror = _shares(document, endpoint, "mirror_traffic", MOST_MIRRORED, problems)
    found.mirrored = {name.lower() for name, share in mirror.items() if share != 0}
    if len(found.mirrored) > 1:
        shown = " and ".join(sorted(found.mirrored))
        problems.append(document.problem(("mirror_traffic",), shown, "are more than the one that Azure ML mirrors to"))
    for place, shares in (("traffic", live), ("mirror_traffic", mirror)):
        nowhere = [name for name, share in shares.items() if share != 0 and name.lower() not in deployed]
        problems += [_nowhere(document, (place, name), endpoint) for name in nowhere]
    return found


def _shares(
    document: Document, endpoint: Part, field: str, most: int, problems: list[Problem]
) -> Mapping[str, int | None]:
    """What is written of each deployment; None for what cannot be."""
    said: Json = endpoint.data.get(field)
    if said is None:
        return {}
    if not isinstance(said, dict):
        expected = "must be percents by the names of deployments, like {blue: 90, green: 10}"
        problems.append(document.problem((field,), _shown(said), expected))
        return {}
    found: dict[str, int | None] = {}
    for name, value in said.items():
        share = _whole(value)
        found[name] = share if share is not None and 0 <= share <= most else None
        if found[name] is None:
            expected = f"must be a whole number from 0 to {most}, in percent; what it gets is not known here"
            problems.append(document.problem((field, name), _shown(value), expected))
    return found


def _whole(value: Json) -> int | None:
    """As Azure ML takes numbers: in quotes too."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _nowhere(document: Document, where: Where, endpoint: Part) -> Problem:
    name = str(where[-1])
    of = endpoint.data.get("name")
    command = f"`az ml online-deployment show --endpoint-name {of} --name {name} -o yaml`"
    ends = f"goes to a deployment that no file here is of, so what it serves is not known; {command} prints it"
    return document.problem(where, f"the share of {name}", ends)


def _shown(value: Json) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "…"
