"""`thalweg flush`: sends what the Python client kept in a spool."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from thalweg.cli import output
from thalweg.client import Client
from thalweg.client.flushing import Flushed, flush
from thalweg.client.settings import of_environment
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput, ThalwegError

SECONDS_BETWEEN_LINES = 5.0
SHOWN = 10
"""Sentences of one sort that are printed; the JSON document has more."""


def run(folder: Path | None, server: str | None, as_json: bool) -> int:
    """1 where something was refused. Raises ThalwegError where the server stopped answering, or there is none."""
    address = server or os.environ.get("THALWEG_SERVER")
    if not address:
        raise BadInput("It is not said which server to send to.", "Give it with --server, or in THALWEG_SERVER.")
    if folder is not None and not folder.is_dir():
        raise BadInput(f"{folder} is no folder.", "Give the folder of a spool, or none for where scripts keep theirs.")
    place, client, came = folder or of_environment().folder, Client(address), Flushed()
    said_at = time.monotonic()

    def told(path: Path, so_far: Flushed) -> None:
        nonlocal said_at
        if (now := time.monotonic()) - said_at >= SECONDS_BETWEEN_LINES:
            said_at = now
            output.note(f"{output.printable(path.name)}: {so_far.sent:,} statements so far")

    try:
        flush(place, client.ask, told, came)
    except KeyboardInterrupt:
        raise output.Interrupted(
            f"Interrupted after {came.sent:,} statements. Nothing is lost, and nothing is written twice when they are "
            "sent again."
        ) from None
    if as_json:
        output.document({"folder": str(place), **document(came)})
    else:
        output.write("".join(f"{line}\n" for line in lines(place, came)))
    if came.stopped is not None:
        raise stopped(came.stopped)
    return 1 if came.refused else 0


def document(came: Flushed) -> dict[str, Any]:
    return {
        "files": came.files,
        "sent": came.sent,
        "repeated": came.repeated,
        "refused": came.refused,
        "refusals": came.refusals,
        "broken": came.broken,
        "warnings": came.warnings,
        "busy": came.busy,
        "complete": came.stopped is None and not came.busy,
    }


def lines(place: Path, came: Flushed) -> list[str]:
    """What it came to, as people read it."""
    if not (came.files or came.sent or came.refused or came.busy or came.stopped):
        return [f"Nothing waits in {place}."]
    known = f" ({came.repeated:,} of them known already)" if came.repeated else ""
    said = [f"{place}: {plural(came.files, 'file')}, {plural(came.sent, 'statement')} sent{known}"]
    are = "is" if came.busy == 1 else "are"
    said += [f"  {plural(came.busy, 'file')} {are} being sent by somebody else"] if came.busy else []
    for what, count, sentences in (
        ("refused, and kept beside in files that end in .refused.jsonl", came.refused, came.refusals),
        ("lines passed over", came.broken, came.warnings),
    ):
        if count:
            said += [f"  {what}: {count:,}", *(f"    {output.printable(one)}" for one in sentences[:SHOWN])]
    return said


def stopped(error: ThalwegError) -> ThalwegError:
    """Why it stopped, and that what is left waits."""
    found = ThalwegError(
        f"{error.message} What was not sent waits where it was.", "Flush again when the server is well."
    )
    found.code = error.code
    return found
