"""The group `thalweg import`: the commands of our own importers, and one for each that another package brings."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from thalweg.cli import options


class ImportGroup(TyperGroup):
    """Looks for what other packages bring only where nothing of our own is named."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or _of_another(cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        from thalweg.importers.catalogue import others

        return [*super().list_commands(ctx), *others()]


def _of_another(name: str) -> Any:
    from thalweg.importers.catalogue import about, others

    point = others().get(name)
    if point is None:
        return None
    app = typer.Typer(rich_markup_mode=None)

    @app.command(name, help=about(point))
    def read(
        location: Annotated[str, typer.Argument(metavar="LOCATION", help="What to read.", show_default=False)],
        source: options.Source = None,
        option: Annotated[
            list[str] | None,
            typer.Option("--option", metavar="NAME=VALUE", help="An option that it takes (again for more)."),
        ] = None,
        store: options.Store = None,
        as_json: options.Json = False,
    ) -> int:
        from thalweg.cli.commands.recognising import other

        return other(store, name, location, source, option or (), as_json)

    command = typer.main.get_command(app)
    command.name = name
    return command


def show(wanted: bool) -> None:
    """What `--list` does."""
    if not wanted:
        return
    from thalweg.cli.commands.recognising import listed
    from thalweg.cli.imports import imports

    own = {
        str(one.name): inspect.getdoc(one.callback or show).partition("\n")[0]  # type: ignore[union-attr]
        for one in imports.registered_commands
        if one.name != "auto"
    }
    raise typer.Exit(listed(own))
