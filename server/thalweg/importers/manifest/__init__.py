"""Facts that no system tells, written by hand in YAML or JSON and kept in Git: `docs/importers/manifest.md`.

    thalweg: 1
    source: deployments
    deployments:
      - namespace: production
        name: fraud
        releases:
          - since: 2026-05-02T08:00:00Z
            serves: [{model: fraud, namespace: "mlflow://prod", version: "3"}]

Each item of a list is one scope (`deployment/production/fraud`): what it no longer says is taken back, and an item that
is no longer there goes with the next complete pass.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from thalweg.importers.manifest.facts import ORIGIN, granules
from thalweg.importers.manifest.form import Manifest
from thalweg.importers.manifest.problems import problems
from thalweg.importers.manifest.text import Document, load
from thalweg.importers.reading import Lies, Reading
from thalweg.model.errors import BadInput, Problem, SourceError
from thalweg.model.facts import Granule

ENDINGS = (".yaml", ".yml", ".json")
MOST_FILES = 1_000
BEGINNING = 4_096
_FIRST = re.compile(rb"""^\s*["']?thalweg["']?\s*:\s*1\b|^\s*\{\s*"thalweg"\s*:\s*1\b""", re.MULTILINE)


def read(location: str | os.PathLike[str], *, source: str | None = None) -> Reading:
    """One pass over a manifest, or over every manifest that lies in a folder.

    source: the name it is filed under; else the one that the files state, else the name of the file or the folder.

    All of it is looked through before the first granule comes. Raises BadInput with everything that is wrong, each with
    its file, line, path and what would be right; SourceError where there is nothing to read.
    """
    place = Path(location).expanduser()
    documents = [load(file, name) for file, name in _files(place, str(location))]
    found = [problem for document in documents for problem in document.problems]
    name = source or _stated_source(documents, found) or (place.resolve().name if place.is_dir() else place.stem)
    scope = f"{ORIGIN}:{name}"
    facts: dict[str, Granule] = {}
    where_from: dict[str, str] = {}
    for document in documents:
        for granule in _granules(document, name, scope, found):
            there = where_from.get(granule.name, document.name)
            if there != document.name:
                found.append(Problem(document.name, granule.name, "it", f"is stated in {there} too", "TWICE"))
            facts[granule.name] = granule
            where_from[granule.name] = document.name
    if found:
        count = f"{len(found)} problems" if len(found) > 1 else "One problem"
        raise BadInput(f"{count} in {location}; nothing of it was taken. First: {found[0]}", problems=found)
    return Reading(scope, ORIGIN, iter(facts.values()), total=len(facts))


def recognised(place: Path) -> Iterator[Lies]:
    """A manifest; of a folder, each that lies in it, for other files may lie there too."""
    try:
        files = _files(place, str(place))
    except SourceError:
        return
    for file, _ in files:
        if file.suffix.lower() in ENDINGS and _begins(file):
            yield Lies(str(file), "a manifest of Thalweg")


def _begins(file: Path) -> bool:
    """Whether a file says near its top that it is a manifest."""
    try:
        with file.open("rb") as opened:
            return _FIRST.search(opened.read(BEGINNING)) is not None
    except OSError:
        return False


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest, for editors: `schema/manifest.schema.json`."""
    schema = _plain(Manifest.model_json_schema(mode="validation"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:thalweg:manifest:1",
        **schema,
        "title": "Thalweg manifest",
    }


def _files(place: Path, name: str) -> list[tuple[Path, str]]:
    if not place.exists():
        raise SourceError(f"{name} does not exist.", "Point at a manifest, or at a folder of them.")
    if not place.is_dir():
        return [(place, place.name)]
    try:
        found = sorted(
            file
            for file in place.iterdir()
            if file.suffix.lower() in ENDINGS and not file.name.startswith(".") and file.is_file()
        )
    except OSError as error:
        raise SourceError(f"{name} cannot be read ({error.strerror}).", "Look at its permissions.") from error
    if not found:
        raise SourceError(f"{name} holds no manifest.", f"Their names end in {', '.join(ENDINGS)}.")
    if len(found) > MOST_FILES:
        raise SourceError(f"{name} holds more than {MOST_FILES} files.", "Import its folders one by one.")
    return [(file, file.name) for file in found]


def _stated_source(documents: list[Document], found: list[Problem]) -> str | None:
    """The one source that the files name; where they name two, each would take back what the other says."""
    names: dict[str, str] = {}
    for document in documents:
        stated = document.data.get("source") if isinstance(document.data, dict) else None
        if isinstance(stated, str) and stated:
            names.setdefault(stated, document.name)
    if len(names) > 1:
        (one, there), (other, here) = list(names.items())[:2]
        found.append(Problem(here, "source", repr(other), f"must be {one!r}, as in {there}: a folder is one source"))
    return next(iter(names), None)


def _granules(document: Document, name: str, scope: str, found: list[Problem]) -> list[Granule]:
    if document.data is None:
        found.append(Problem(document.name, "", "the file", "is empty; begin it with `thalweg: 1`"))
        return []
    try:
        manifest = Manifest.model_validate(document.data, context={"source": name})
    except ValidationError as error:
        found += problems(error, document, Manifest)
        return []
    before = len(document.problems)
    facts = granules(manifest, document, scope)
    found += document.problems[before:]
    return facts


def _plain(schema: Any) -> Any:
    """A schema without the titles that pydantic makes of names, and without null: who writes null states nothing."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    noise: dict[str, type] = {"title": str, "default": type(None)}
    plain = {name: _plain(part) for name, part in schema.items() if not isinstance(part, noise.get(name, ()))}
    choices = [choice for choice in plain.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1 and len(plain["anyOf"]) == 2:
        del plain["anyOf"]
        return {**choices[0], **plain}
    return {**plain, "anyOf": choices} if choices else plain
