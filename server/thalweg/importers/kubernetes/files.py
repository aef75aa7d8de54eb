"""Manifests on a disk: files and folders of YAML and JSON, as people keep them or as `kubectl get -o` prints them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from thalweg.importers.kubernetes.gathered import Gathered, resource
from thalweg.importers.kubernetes.services import Object
from thalweg.importers.manifest.text import Document, parse_all
from thalweg.importers.parts import Part, Wrong, as_part
from thalweg.model.errors import BadInput, Problem, SourceError

ENDINGS = (".yaml", ".yml", ".json")
MOST_FILES = 10_000
LARGEST = 100_000_000
"""Bytes of one file."""
LARGEST_YAML = 10_000_000
"""Of one that is YAML, which takes far longer to read."""
EMPTY = "is empty; where there is nothing, write `{apiVersion: v1, kind: List, items: []}`"
NAMESPACE = "default"
"""Of objects that do not say theirs, as `kubectl apply` takes them."""


NO_OBJECT = "no object of Kubernetes"
"""What is counted with the kinds that are not read."""


class Files(NamedTuple):
    """What manifests came to. passed: how many objects of each kind that is not read."""

    gathered: Gathered
    passed: Counter[str]


def read(paths: Sequence[str | os.PathLike[str]], namespace: str | None) -> Files:
    """Every object of the files. namespace: only what is in it; what does not say its own counts as there.

    Raises BadInput with everything that is wrong; SourceError where there is nothing to read.
    """
    gathered, passed = Gathered(), Counter[str]()
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str], str] = {}
    for file, name in _files(paths):
        try:
            raw = _raw(file, name)
            documents = parse_all(raw, name)
        except BadInput as error:
            problems += error.problems
            continue
        if not raw.strip():  # as `kubectl get … > now.yaml` leaves it when it fails: all would be taken as gone
            problems.append(Problem(name, "", "the file", EMPTY))
        for document in documents:
            problems += document.problems
            if not document.problems:
                _take(document, namespace, gathered, passed, seen, problems)
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "One problem"
        raise BadInput(f"{count}; nothing was taken. First: {problems[0]}", problems=problems)
    return Files(gathered, passed)


def _take(
    document: Document,
    namespace: str | None,
    gathered: Gathered,
    passed: Counter[str],
    seen: dict[tuple[str, str, str], str],
    problems: list[Problem],
) -> None:
    try:
        objects = list(_objects(as_part(document.data, ()), "", ""))
    except Wrong as error:
        problems.append(document.problem(error.where, error.value, error.expected))
        return
    for part, version, kind in objects:
        known = resource(version, kind)
        if known is None:
            passed[f"{version} {kind}".strip()] += 1
            continue
        try:
            metadata = part.part("metadata")
            name, there = metadata.text("name"), metadata.text("namespace") or namespace or NAMESPACE
            if name is None:
                raise Wrong((*metadata.where, "name"), None, "must be the name of the object")
            if namespace is not None and there != namespace:
                continue
            if (first := seen.get((kind, there, name))) is not None:
                raise Wrong(
                    (*metadata.where, "name"),
                    name,
                    f"is stated by {first} too, as {kind} of {there}; render an overlay first (`kubectl kustomize`, "
                    "`helm template`)",
                )
            seen[kind, there, name] = document.name
            gathered.found += known.taken(Object(kind, there, name, part))
        except Wrong as error:
            problems.append(document.problem(error.where, error.value, error.expected))


def _objects(part: Part, version: str, kind: str) -> Iterator[tuple[Part, str, str]]:
    """An object, or those of a list, with what each says that it is; those of a typed list need not say it."""
    version, kind = part.text("apiVersion") or version, part.text("kind") or kind
    if not version and not kind:  # what other programs keep beside manifests: the values of a chart, say
        yield part, "", NO_OBJECT
        return
    if not version or not kind:
        missing = "kind" if version else "apiVersion"
        raise Wrong((*part.where, missing), None, "is missing; this is no object of Kubernetes")
    if not kind.endswith("List") or part.part("metadata").text("name") is not None:
        yield part, version, kind
        return
    if "items" not in part.data:
        raise Wrong((*part.where, "items"), None, f"is missing; a {kind} has a list of objects")
    inside = kind.removesuffix("List")
    for one in part.parts("items"):
        yield from _objects(one, version if inside else "", inside)


def _raw(file: Path, name: str) -> bytes:
    largest = LARGEST if name.lower().endswith(".json") else LARGEST_YAML
    try:
        with file.open("rb") as stream:
            raw = stream.read(largest + 1)
    except OSError as error:
        raise SourceError(f"{name} cannot be read ({error.strerror}).", "Look at its path and permissions.") from error
    if len(raw) > largest:
        problem = Problem(
            name, "size", f"more than {largest // 1_000_000} MB", "is too much; print it as JSON, in parts"
        )
        raise BadInput(f"{problem}.", problems=[problem])
    return raw


def _files(paths: Sequence[str | os.PathLike[str]]) -> Iterator[tuple[Path, str]]:
    count = 0
    for given in paths:
        place = Path(given).expanduser()
        if not place.exists():
            raise SourceError(f"{given} does not exist.", "Point at manifests of Kubernetes, or at a folder of them.")
        if not place.is_dir():
            yield place, place.name
            continue
        found = [one for one in sorted(place.rglob("*")) if _is_manifest(one, place)]
        if not found:
            raise SourceError(f"{given} holds no manifest.", f"Their names end in {', '.join(ENDINGS)}.")
        count += len(found)
        if count > MOST_FILES:
            raise SourceError(f"{given} holds more than {MOST_FILES:,} files.", "Import its folders one by one.")
        for file in found:
            yield file, str(file.relative_to(place))


def _is_manifest(file: Path, top: Path) -> bool:
    hidden = any(step.startswith(".") for step in file.relative_to(top).parts)
    return file.suffix.lower() in ENDINGS and not hidden and file.is_file()
