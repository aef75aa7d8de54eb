"""`thalweg import auto` and `import --list`: what lies at a place and who reads it; and who there is to read."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from thalweg.cli import output
from thalweg.cli.commands import imports, repositories
from thalweg.cli.commands.listing import columns
from thalweg.cli.place import address
from thalweg.importers import catalogue
from thalweg.importers.reading import Lies
from thalweg.model.errors import BadInput, SourceError, ThalwegError
from thalweg.model.names import without_password

OWN: dict[str, Callable[[str | None, str, bool], int]] = {
    "mlflow": lambda store, at, as_json: imports.mlflow(store, at, None, None, None, as_json),
    "dvc": lambda store, at, as_json: repositories.dvc(store, repositories.Given([at]), as_json=as_json),
    "openlineage": lambda store, at, as_json: imports.openlineage(store, [at], None, False, as_json),
    "gto": lambda store, at, as_json: repositories.gto(store, repositories.Given([at]), as_json=as_json),
    "lfs": lambda store, at, as_json: repositories.lfs(store, repositories.Given([at]), as_json=as_json),
    "dbt": lambda store, at, as_json: imports.dbt(store, at, None, None, None, (), None, as_json),
    "sagemaker": lambda store, at, as_json: imports.sagemaker(store, at, None, None, as_json),
    "azureml": lambda store, at, as_json: imports.azureml(store, at, None, None, as_json),
    "neptune": lambda store, at, as_json: imports.neptune(store, at, imports.NeptuneOptions(), as_json),
    "kubernetes": lambda store, at, as_json: imports.kubernetes(store, [at], None, None, None, [], None, as_json),
    "manifest": lambda store, at, as_json: imports.manifest(store, at, None, as_json),
    "git": lambda store, at, as_json: repositories.git(store, repositories.Given([at]), as_json=as_json),
}
"""Each importer of our own with nothing but a place."""


def auto(store: str | None, place: str, yes: bool, as_json: bool) -> int:
    """Says what lies at a place; imports all of it where somebody says yes. 1 where a part was refused, or failed."""
    if not Path(place).expanduser().exists():
        raise SourceError(f"{place} does not exist.", "Name a file or a folder.")
    found = list(catalogue.recognised(Path(place).expanduser()))
    if as_json and not yes:
        output.document([{"importer": name, "location": lies.location, "what": lies.what} for name, lies in found])
        return 0
    if not found:
        known = ", ".join([*catalogue.OWN, *catalogue.others()])
        raise SourceError(f"No importer knows what lies at {place}.", f"There are {known}; each says why not.")
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


def _line(name: str, lies: Lies) -> list[str]:
    return [f"thalweg import {name} {shlex.quote(lies.location)}", lies.what]


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


def listed(own: dict[str, str], as_json: bool) -> int:
    """Prints the importers that there are. own: what ours read, by name."""
    others = catalogue.others()
    if as_json:
        found = [{"name": name, "reads": reads, "package": "thalweg"} for name, reads in own.items()]
        found += [
            {"name": name, "reads": catalogue.about(point), "package": catalogue.package(point)}
            for name, point in others.items()
        ]
        output.document(found)
        return 0
    rows = [[name, reads] for name, reads in own.items()]
    rows += [[name, f"{catalogue.about(point)} ({catalogue.package(point)})"] for name, point in others.items()]
    output.write("".join(f"{line}\n" for line in columns(rows)))
    return 0
