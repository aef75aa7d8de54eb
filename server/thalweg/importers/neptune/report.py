"""The report of what the exporter could not get: `neptune_exporter_errors.jsonl`, a line for each attribute, or run."""

from __future__ import annotations

from pathlib import Path

import orjson

from thalweg.importers.parts import Wrong, as_part

NAME = "neptune_exporter_errors.jsonl"

LONGEST = 1 << 20
"""Bytes of a line."""


def find(place: Path) -> Path | None:
    """The report, where the exporter leaves it if nobody says otherwise: in the folder, or in the two above it."""
    here = place.resolve()
    return next((one / NAME for one in (here, here.parent, here.parent.parent) if (one / NAME).is_file()), None)


def failed(report: Path) -> dict[tuple[str, str], str]:
    """By project and id what is missing of a run, a model or a version, the first of it.

    Raises Wrong for a line that is none of a report, and OSError.
    """
    found: dict[tuple[str, str], str] = {}
    with report.open("rb") as stream:
        number = 0
        while line := stream.readline(LONGEST):
            number += 1
            here = (f"line {number}",)
            if not line.strip():
                continue
            try:
                given = as_part(orjson.loads(line), here)
            except orjson.JSONDecodeError:
                raise Wrong(here, line[:40].decode(errors="replace"), "must be JSON") from None
            project, id = given.text("project_id"), given.text("run_id")
            if project is not None and id is not None:
                found.setdefault((project, id), given.text("attribute_path") or "all")
    return found
