"""`thalweg import git`, `gto`, `lfs` and `dvc`: one repository, or many, each a source of its own; and which importers
find something in one that is served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from thalweg.cli import output
from thalweg.cli.commands.imports import lines, passed, passed_read, printed
from thalweg.importers import git_places
from thalweg.importers.reading import Lies, Reading
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.names import without_password
from thalweg.store.store import Store
from thalweg.sync.bringing import Summary
from thalweg.sync.importing import commits_of_runs


class Given(NamedTuple):
    """What the command line says of repositories. locations: clones, bundles, URLs, and folders that hold some."""

    locations: Sequence[str]
    source: str | None = None
    url: str | None = None
    cache: Path | None = None


def git(store: str | None, given: Given, all_commits: bool = False, as_json: bool = False) -> int:
    from thalweg.importers import git as importer

    def one(location: str) -> Summary:
        clone = git_places.opened(location, given.cache)  # so that no store is made for what is no repository
        try:
            name = given.source or git_places.source_name(location)
            identity = git_places.identity(clone, name, given.url)

            async def read(opened: Store) -> Reading:
                named = await commits_of_runs(opened, identity)
                return importer.reading(clone, name, identity, named, all_commits)

            return passed(store, read)
        finally:
            clone.close()

    return _each(given, importer.recognised, one, as_json)


def gto(store: str | None, given: Given, as_json: bool = False) -> int:
    from thalweg.importers import gto as importer

    return _each(given, importer.recognised, _reader(store, given, importer.read), as_json)


def lfs(
    store: str | None, given: Given, at: str | None = None, all_commits: bool = False, as_json: bool = False
) -> int:
    from thalweg.importers import lfs as importer

    read = partial(importer.read, at=at, all_commits=all_commits)
    return _each(given, importer.recognised, _reader(store, given, read), as_json)


def dvc(
    store: str | None, given: Given, at: str | None = None, all_commits: bool = False, as_json: bool = False
) -> int:
    from thalweg.importers import dvc as importer

    read = partial(importer.read, at=at, all_commits=all_commits)
    return _each(given, importer.recognised, _reader(store, given, read), as_json)


def inside(url: str) -> Iterator[tuple[str, Lies]]:
    """Which importers find something in the repository at a URL, and what. Its history is fetched, and kept for them.

    Raises SourceError where it cannot be fetched.
    """
    from thalweg.importers import dvc, gto, lfs

    clone = git_places.opened(url)
    try:
        for importer in (dvc, gto, lfs):
            with suppress(BadInput, SourceError):  # it has no commit, or tells of no default branch
                if (what := importer.found_in(clone)) is not None:
                    yield importer.ORIGIN, Lies(url, what)
    finally:
        clone.close()


def _reader(store: str | None, given: Given, read: Callable[..., Reading]) -> Callable[[str], Summary]:
    """Imports one repository by what an importer reads of it."""

    def one(location: str) -> Summary:
        return passed_read(store, read(location, source=given.source, url=given.url, cache=given.cache))

    return one


def _each(
    given: Given, recognised: Callable[[Path], Iterable[Lies]], one: Callable[[str], Summary], as_json: bool
) -> int:
    """Imports each repository by itself. One that cannot be read is said, and does not keep the others from being
    imported: then the answer is 2; else 1 where a part was refused.
    """
    held = [git_places.held(location, recognised) for location in given.locations]
    locations = list(dict.fromkeys(location for some in held for location in some))
    if locations == list(given.locations) and len(locations) == 1:
        return printed(one(locations[0]), as_json)
    if len(locations) > 1:
        _check(given, locations)
    code, documents = 0, list[dict[str, Any]]()
    for location in locations:
        shown = without_password(location)
        try:
            summary = one(location)
        except (SourceError, BadInput) as error:
            code = 2
            output.note(f"thalweg: {output.printable(shown)}: {output.printable(str(error))}")
            documents.append({"location": shown, "error": error.message, "hint": error.hint})
            continue
        code = max(code, 1 if summary.refused else 0)
        documents.append({"location": shown, **summary.document()})
        if not as_json:
            output.write("".join(f"{line}\n" for line in lines(summary)))
    if as_json:
        output.document(documents)
    return code


def _check(given: Given, locations: Sequence[str]) -> None:
    """Raises BadInput where several repositories would be taken for one, and what the last one lacks for gone."""
    for option, value in (("--source", given.source), ("--url", given.url)):
        if value is not None:
            raise BadInput(
                f"{option} {value} is of one repository, and there are {len(locations)}.",
                "Leave it out, or import each by itself.",
            )
    by_name: dict[str, str] = {}
    for location in locations:
        name = git_places.source_name(location)
        other = by_name.setdefault(name, location)
        if other != location:
            raise BadInput(
                f"{without_password(other)} and {without_password(location)} would both be the source {name}, and one "
                "would be taken for the other.",
                "Import each by itself, one of them with --source.",
            )
