"""`thalweg import auto` and `import --list`: what lies at a path or an address and who reads it; and who there is."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import typer

from thalweg.cli import output
from thalweg.cli.commands import imports, repositories
from thalweg.cli.commands.listing import columns
from thalweg.cli.place import address
from thalweg.importers import catalogue
from thalweg.importers.address import Address, is_address
from thalweg.importers.reading import Lies
from thalweg.model.errors import BadInput, SourceError, ThalwegError
from thalweg.model.names import without_password

OWN: dict[str, Callable[[str | None, str, bool], int]] = {
    "mlflow": lambda store, at, as_json: imports.mlflow(store, at, None, None, None, True, as_json),
    "dvc": lambda store, at, as_json: repositories.dvc(store, repositories.Given([at]), as_json=as_json),
    "openlineage": lambda store, at, as_json: imports.openlineage(store, [at], None, False, as_json),
    "gto": lambda store, at, as_json: repositories.gto(store, repositories.Given([at]), as_json=as_json),
    "lfs": lambda store, at, as_json: repositories.lfs(store, repositories.Given([at]), as_json=as_json),
    "dbt": lambda store, at, as_json: imports.dbt(store, at, None, None, None, (), None, as_json),
    "sagemaker": lambda store, at, as_json: imports.sagemaker(store, at, None, None, as_json),
    "azureml": lambda store, at, as_json: imports.azureml(store, at, None, None, as_json),
    "neptune": lambda store, at, as_json: imports.neptune(store, at, imports.NeptuneOptions(), as_json),
    "kubernetes": lambda store, at, as_json: imports.kubernetes(store, [at], None, None, None, [], None, as_json),
    "files": lambda store, at, as_json: imports.files(store, [at], imports.FilesOptions(root=_root(at)), as_json),
    "manifest": lambda store, at, as_json: imports.manifest(store, at, None, as_json),
    "git": lambda store, at, as_json: repositories.git(store, repositories.Given([at]), as_json=as_json),
}
"""Each importer of our own with nothing but a place."""


def auto(store: str | None, place: str, yes: bool, as_json: bool) -> int:
    """Says what lies at a place; imports all of it where somebody says yes. 1 where a part was refused, or failed."""
    found = _answers(place) if is_address(place) else _lies(place)
    if as_json and not yes:
        output.document([{"importer": name, "location": _shown(lies), "what": lies.what} for name, lies in found])
        return 0
    if not found:
        raise _unknown(place, "", f" As a file by its content: thalweg import files {shlex.quote(place)}")
    if not as_json:
        output.write("".join(f"{line}\n" for line in columns([_line(name, lies) for name, lies in found])))
    if not yes:
        if not sys.stdin.isatty():
            output.note("Nothing was imported. Run these commands, or add --yes.")
            return 0
        if not typer.confirm(f"Import into {without_password(address(store))}?", err=True):
            output.note("Nothing was imported.")
            return 0
    return max(_imported(store, name, lies, as_json) for name, lies in found)


def _lies(place: str) -> list[tuple[str, Lies]]:
    """What lies at a path, or at one that is written as `file://`."""
    path = Path(unquote(urlsplit(place).path) if place.lower().startswith("file://") else place).expanduser()
    if not path.exists():
        raise SourceError(f"{place} does not exist.", "Name a file, a folder or an address.")
    return list(catalogue.recognised(path))


def _answers(text: str) -> list[tuple[str, Lies]]:
    """What answers at an address."""
    address = Address(text)
    if found := list(catalogue.recognised_at(address)):
        inside = [one for name, lies in found if name == "git" for one in _inside(lies)]
        return inside + found
    barred = [answer.status for answer in address.answers if answer.status in (401, 403)]
    if barred:
        raise SourceError(
            f"{address.shown} does not say what it is to whoever asks ({barred[0]}).",
            "An MLflow is read by `thalweg import mlflow`, which takes MLFLOW_TRACKING_TOKEN, or "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; a repository by `thalweg import git`.",
        )
    if any((answer.status, answer.kind) == (200, "text/html") for answer in address.answers):
        raise _unknown(address.shown, ": it answers with a page for people (text/html)")
    raise _unknown(address.shown, f": it answers {address.answers[0].status}" if address.answers else "")


def _inside(repository: Lies) -> list[tuple[str, Lies]]:
    """What lies in a repository that is served; nothing where it cannot be fetched, and why is said."""
    output.note(f"Fetching {_shown(repository)} to look into it; what is fetched is kept.")
    try:
        return list(repositories.inside(repository.location))
    except SourceError as error:
        output.note(f"thalweg: {output.printable(str(error))}")
        return []


def _unknown(place: str, why: str, more: str = "") -> SourceError:
    known = ", ".join([*catalogue.OWN, *catalogue.others()])
    return SourceError(f"No importer knows what lies at {place}{why}.", f"There are {known}; each says why not.{more}")


def _line(name: str, lies: Lies) -> list[str]:
    root = _root(lies.location) if name == catalogue.PLAIN else None
    below = [] if root is None else ["--root", shlex.quote(str(root))]
    return [" ".join(["thalweg", "import", name, shlex.quote(_shown(lies)), *below]), lies.what]


def _root(location: str) -> Path | None:
    """What files are named below, where they do not lie below the current folder."""
    place = Path(location)
    if Path(os.path.abspath(place)).is_relative_to(Path.cwd()):
        return None
    return place if place.is_dir() else place.parent


def _shown(lies: Lies) -> str:
    """Where it lies, without what logs in there."""
    return Address(lies.location).shown if is_address(lies.location) else lies.location


def _imported(store: str | None, name: str, lies: Lies, as_json: bool) -> int:
    """One that fails does not keep the others from being imported."""
    try:
        if name in OWN:
            return OWN[name](store, lies.location, as_json)
        return other(store, name, lies.location, None, (), as_json)
    except ThalwegError as error:
        output.note(f"thalweg: {name}: {output.printable(str(error))}")
        return 1


def other(
    store: str | None, name: str, location: str, source: str | None, options: list[str] | tuple[str, ...], as_json: bool
) -> int:
    """Imports by an importer that another package brings."""
    return imports.run_read(store, catalogue.reading(name, location, source, dict(map(_option, options))), as_json)


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f"--option {text} has no value.", "Write it like --option project=churn.")
    return name.replace("-", "_"), value


def listed(own: dict[str, str]) -> int:
    """Prints the importers that there are, with their extras. own: what ours read, by name."""
    rows = [[name, reads, catalogue.extras(name)] for name, reads in own.items()]
    for name, point in catalogue.others().items():
        rows.append([name, f"{catalogue.about(point)} ({catalogue.package(point)})", catalogue.extras_of(point)])
    output.write("".join(f"{line}\n" for line in columns(rows)))
    return 0
