"""The files that dbt leaves in its target folder: which they are, whether they belong together, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import orjson
import yaml

from thalweg.model import dbt
from thalweg.model.dbt import Node
from thalweg.model.errors import SourceError

LARGEST = 1 << 30
"""Bytes of a file; a manifest of ten thousand models has about a quarter of it."""

NEWEST = 12
"""The newest version of a manifest that this was written for (dbt 1.8 to 1.11)."""

OLDEST_RESULTS = 4
MANIFEST = "manifest.json"
_NAMES = {"manifest": MANIFEST, "catalog": "catalog.json", "run-results": "run_results.json"}


class Artifacts(NamedTuple):
    """manifest: what a project is. catalog: which columns its tables have, nothing where there is none. results: what
    came of invocations, the earliest first. folder: the project's, by whose name it goes where the manifest has none.
    """

    folder: Path
    manifest: Node
    catalog: Node
    results: list[Node]


def found(place: Path, catalog: Path | None, results: Collection[Path], warnings: list[str]) -> Artifacts:
    """The files at a place: a project, its target folder, or a manifest. What is not given is looked for beside it.

    Raises SourceError for a file that is not there, is not whole, or belongs to another project.
    """
    file = _manifest(place)
    manifest = _read(file, "manifest", dbt.OLDEST)
    _, number = dbt.version(manifest) or ("", 0)
    if number > NEWEST:
        warnings.append(
            f"{file} is of version {number}, which came after {NEWEST}, the newest that this was written for: what is "
            "new in it is not read."
        )
    beside = file.with_name("catalog.json")
    catalog = catalog or (beside if beside.is_file() else None)
    listed = _read(catalog, "catalog", 1) if catalog is not None else {}
    known = {**dbt.entries(manifest, "nodes"), **dbt.entries(manifest, "sources"), **dbt.entries(manifest, "exposures")}
    if catalog is not None:
        _belong(catalog, {**dbt.entries(listed, "nodes"), **dbt.entries(listed, "sources")}, known)
    beside = file.with_name("run_results.json")
    given = list(results) or ([beside] if beside.is_file() else [])
    ran = []
    for one in given:
        ran.append(_read(one, "run-results", OLDEST_RESULTS))
        _belong(one, [str(result.get("unique_id")) for result in of_run(ran[-1])], known)
    ran.sort(key=lambda one: str(one["metadata"].get("generated_at")))
    return Artifacts(file.absolute().parent.parent, manifest, listed, ran)


def of_run(results: Node) -> list[Node]:
    """The single results of an invocation."""
    given = results.get("results")
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _manifest(place: Path) -> Path:
    if not place.exists():
        raise SourceError(f"{place} does not exist.", "Give a dbt project, its target folder, or a manifest.json.")
    if not place.is_dir():
        return place
    folders = [place]
    project = place / "dbt_project.yml"
    if project.is_file():
        folders.append(place / _target(project))
    for folder in folders:
        if (folder / MANIFEST).is_file():
            return folder / MANIFEST
    for folder in folders:
        for name in ("run_results.json", "catalog.json"):
            if (folder / name).is_file():
                raise SourceError(
                    f"{folder} has a {name}, and no manifest.json, without which nothing says what it is about.",
                    "Keep the manifest.json of the same invocation beside it: dbt writes both.",
                )
    raise SourceError(
        f"{place} has no manifest.json" + (f", nor has {folders[1]}." if len(folders) > 1 else "."),
        "Run `dbt build` (or `dbt parse`) first, or give the target folder that it wrote to.",
    )


def _target(project: Path) -> str:
    try:
        said = yaml.safe_load(project.read_bytes()[: 1 << 20])
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise SourceError(f"{project} cannot be read ({' '.join(str(error).split())[:200]}).", "Mend it.") from error
    target = said.get("target-path") if isinstance(said, dict) else None
    return target if isinstance(target, str) and target else "target"


def _read(file: Path, wanted: str, oldest: int) -> Node:
    name = _NAMES[wanted]
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise SourceError(f"{file} has {size:,} bytes, and {LARGEST:,} are read at most.", f"Give dbt's {name}.")
        given = orjson.loads(file.read_bytes())
    except OSError as error:
        right = f"Give dbt's {name}, which may be read."
        raise SourceError(f"{file} cannot be read ({error.strerror}).", right) from error
    except ValueError as error:
        right = "Give it whole: dbt may be writing it just now, or was stopped."
        raise SourceError(f"{file} is JSON that is truncated or broken ({error}), or none.", right) from error
    what, number = (dbt.version(given) if isinstance(given, dict) else None) or ("", 0)
    if what != wanted:
        is_called = f"dbt's {_NAMES[what]}" if what in _NAMES else f"dbt's {what}" if what else "no file of dbt's"
        raise SourceError(f"{file} is {is_called}, and not a {name}.", f"Give dbt's {name}.")
    if number < oldest:
        right = f"Give one of version {oldest} or later: run dbt 1.5 or later."
        raise SourceError(f"{file} is a {name} of version {number}, which is not read any more.", right)
    return dict(given)


def _belong(file: Path, named: Iterable[str], known: Collection[str]) -> None:
    names = list(named)
    if names and not any(name in known for name in names):
        raise SourceError(
            f"{file} belongs to another project: the manifest knows nothing of what it names ({names[0]}, …).",
            "Give files that dbt wrote for one project.",
        )
