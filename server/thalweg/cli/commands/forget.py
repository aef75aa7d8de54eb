"""`thalweg forget` and `thalweg restore`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer

from thalweg.cli import output
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.things import short, unknown
from thalweg.model.errors import BadInput
from thalweg.model.keys import kind_of_id


def forget(place: Place, names: Sequence[str], yes: bool, as_json: bool) -> int:
    with opened(place, writing=True) as graph:
        found = {}
        for name in names:
            entity = graph.ask("entity", {"of": name})["entity"]
            if entity is None:
                raise unknown(graph, name)
            found[entity["id"]] = entity
        if not (yes or _confirmed(f"Take {_listed(list(found.values()))} out of every answer?")):
            return 1
        _done(graph.ask("forget", {"ids": list(found)}, "Forget")["forget"])
    if as_json:
        output.document({"forgotten": list(found.values())})
    else:
        output.write(
            "".join(f"Forgotten: {short(one)}. Back with: thalweg restore {id}\n" for id, one in found.items())
        )
    return 0


def restore(place: Place, ids: Sequence[str], yes: bool, as_json: bool) -> int:
    strange = [id for id in ids if kind_of_id(id) is None]
    if strange:
        raise BadInput(
            f"{strange[0]!r} is no id, and what is forgotten is found by its id alone.",
            "`thalweg forget` printed it.",
        )
    if not (yes or _confirmed(f"Bring {', '.join(ids)} back?")):
        return 1
    with opened(place, writing=True) as graph:
        payload = graph.ask("forget", {"ids": list(ids)}, "Restore")["restore"]
        _done(payload)
    if as_json:
        output.document({"restored": payload["entities"]})
    else:
        output.write("".join(f"Restored: {short(one)}.\n" for one in payload["entities"]))
    return 0


def _confirmed(question: str) -> bool:
    """Raises BadInput where nobody can answer."""
    if not sys.stdin.isatty():
        raise BadInput("This must be confirmed, and there is nobody to ask.", "Give --yes.")
    if typer.confirm(question, err=True):
        return True
    output.note("Nothing was done.")
    return False


def _listed(things: Sequence[Any]) -> str:
    shown = ", ".join(short(one) for one in things[:3])
    return shown + (f" and {len(things) - 3} more" if len(things) > 3 else "")


def _done(payload: Any) -> None:
    """Raises BadInput for what was refused."""
    if payload["errors"]:
        raise BadInput(
            " ".join(error["message"] for error in payload["errors"]), payload["errors"][0]["expected"] or ""
        )
