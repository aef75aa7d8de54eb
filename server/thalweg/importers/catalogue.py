"""Which importers there are, the project's own and those that other packages bring; and which of them knows a place.

A package brings one by an entry point in the group `thalweg.importers`, whose name is the importer's. It leads to a
module, or to anything else, that has what `Importer` has: `docs/importers/README.md`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

from thalweg.importers import options
from thalweg.importers.address import Address
from thalweg.importers.options import Option
from thalweg.importers.reading import Lies, Reading
from thalweg.model.errors import BadInput, SourceError

GROUP = "thalweg.importers"

OWN = (
    "mlflow",
    "openlineage",
    "dvc",
    "gto",
    "lfs",
    "dbt",
    "sagemaker",
    "azureml",
    "neptune",
    "files",
    "manifest",
    "kubernetes",
    "git",
)
"""In the order in which they are best imported: Kubernetes asks the store where models lie, and Git which commits runs
name, so these come last."""

PLAIN = "files"
"""Knows data by the names of files alone, so it is asked only of what nobody else knows: events are JSON Lines too."""

EXTRAS: Mapping[str, Mapping[str, str]] = {
    "mlflow": {"postgresql": "psycopg", "mysql": "pymysql"},
    "dbt": {"sql": "sqlglot"},
    "sagemaker": {"aws": "boto3"},
    "neptune": {"parquet": "pyarrow"},
    "files": {"parquet": "pyarrow"},
}
"""By importer the extras with which it reads more, or at all, and the module that each brings."""

GIVEN = ("refs_to", "found", "versions", "held", "describe", "hashed")
"""Options that only the program itself can give."""


class Importer(Protocol):
    """What an importer is. `recognised(place: Path) -> Iterable[Lies]` is asked too, where there is one, and
    `recognised_at(address: Address) -> Iterable[Lies]` of addresses. `EXTRAS` may say by the extras of its package the
    module that each brings, where it reads more with them.
    """

    def read(self, location: str, *, source: str | None = None) -> Reading: ...


def others() -> dict[str, EntryPoint]:
    """Importers that other packages bring, by name. One that bears the name of our own does not come in its place."""
    return {point.name: point for point in sorted(entry_points(group=GROUP)) if point.name not in OWN}


def loaded(point: EntryPoint) -> Importer:
    """Raises SourceError for one that cannot be loaded, and for what is no importer."""
    try:
        found = point.load()
    except Exception as error:  # whatever another package does when it is imported
        raise SourceError(
            f"The importer {point.name} of {package(point)} cannot be loaded: {type(error).__name__}: {error}.",
            f"Install {package(point)} anew, or remove it.",
        ) from error
    if not callable(getattr(found, "read", None)):
        raise SourceError(
            f"The importer {point.name} of {package(point)} is none: {point.value} has no `read`.",
            "It must have `read(location, *, source=None)`, which gives a Reading.",
        )
    return cast("Importer", found)


def package(point: EntryPoint) -> str:
    """The package that brings it, with its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "a package"


def about(point: EntryPoint) -> str:
    """What it says of itself in one line; nothing where it says nothing, or cannot be loaded."""
    try:
        return (inspect.getdoc(loaded(point)) or "").partition("\n")[0]
    except SourceError as error:
        return str(error)


def options_of(name: str) -> Mapping[str, Option] | None:
    """The options that an importer of this name takes from whoever calls it; None where it takes any.

    Raises BadInput where there is no such importer, SourceError where it cannot be loaded.
    """
    return options.options_of(_called(name).read, ("source", *GIVEN))


def _called(name: str) -> Importer:
    if name in OWN:
        return own(name)
    if (point := others().get(name)) is not None:
        return loaded(point)
    raise BadInput(f"There is no importer called {name}.", f"There are {', '.join((*OWN, *others()))}.")


def reading(name: str, location: str, source: str | None, given: Mapping[str, Any]) -> Reading:
    """One pass by an importer of this name. Raises BadInput where there is none, or an option that it does not take."""
    known = options_of(name)
    for option in given:
        if known is not None and option not in (*known, *GIVEN):
            of = f"It takes {', '.join(known)}." if known else "It takes none."
            raise BadInput(f"The importer {name} takes no option {option}.", of)
    read = _called(name).read(location, source=source, **given)
    if not isinstance(read, Reading):
        whose = package(others()[name])
        raise SourceError(
            f"The importer {name} of {whose} gave a {type(read).__name__}, and no Reading.",
            f"Tell whoever wrote {whose}.",
        )
    return read


def extras(name: str) -> str:
    """What an importer of our own reads more with, `thalweg[aws]`, and whether that is there."""
    return _extras("thalweg", EXTRAS.get(name, {}))


def extras_of(point: EntryPoint) -> str:
    """The same of one that another package brings; nothing where that cannot be loaded."""
    try:
        found = getattr(loaded(point), "EXTRAS", None)
    except SourceError:
        return ""
    return _extras(point.dist.name, found) if point.dist is not None and isinstance(found, Mapping) else ""


def _extras(package: str, found: Mapping[str, str]) -> str:
    return ", ".join(
        f"{package}[{extra}]{'' if find_spec(module) is not None else ' (not installed)'}"
        for extra, module in found.items()
    )


def own(name: str) -> Importer:
    """The module of an importer of our own."""
    return cast("Importer", import_module(f"thalweg.importers.{name}"))


def recognised(place: Path) -> Iterator[tuple[str, Lies]]:
    """What lies at a place, and by which importer it is read; by each that knows something there."""
    known = False
    for name, importer in _asked():
        for lies in _recognised(importer, place):
            known = True
            yield name, lies
    if not known:
        yield from ((PLAIN, lies) for lies in _recognised(own(PLAIN), place))


def _asked() -> Iterator[tuple[str, Importer]]:
    yield from ((name, own(name)) for name in OWN if name != PLAIN)
    yield from ((name, loaded(point)) for name, point in others().items())


def recognised_at(address: Address) -> Iterator[tuple[str, Lies]]:
    """What lies at an address, by the first importer that knows it: nobody is asked more than need be.

    Raises SourceError where nobody answers, or where an importer knows what is there and why it cannot be read.
    """
    for name in OWN:
        if found := list(_recognised_at(own(name), address)):
            yield from ((name, lies) for lies in found)
            return
    for name, point in others().items():
        yield from ((name, lies) for lies in _recognised_at(loaded(point), address))


def _recognised_at(importer: Importer, address: Address) -> Iterable[Lies]:
    recognised: Callable[[Address], Iterable[Lies]] | None = getattr(importer, "recognised_at", None)
    return recognised(address) if recognised is not None else ()


def _recognised(importer: Importer, place: Path) -> Iterable[Lies]:
    recognised: Callable[[Path], Iterable[Lies]] | None = getattr(importer, "recognised", None)
    return recognised(place) if recognised is not None else ()
