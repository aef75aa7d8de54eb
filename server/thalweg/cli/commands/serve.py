"""`thalweg serve`: its flags are the settings of the server, made of them, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer
from pydantic import SecretStr, ValidationError

from thalweg.cli import output
from thalweg.http.serve import serve as run_server
from thalweg.http.settings import Settings, address_shown
from thalweg.model.errors import BadInput, Problem


def run(arguments: Sequence[str]) -> int:
    """Runs the command with its arguments as they were given."""
    command = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    command.command()(_declared())
    code = command(args=list(arguments), prog_name="thalweg serve", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _declared() -> Any:
    """The command as typer reads it: a flag for each setting, but for secrets, which others could see in a flag."""

    def serve(show_settings: bool, as_json: bool, **given: Any) -> int:
        """Serve the graph: GraphQL, GraphiQL for a browser, health.

        Each flag is a variable of the environment too: --max-depth is THALWEG_MAX_DEPTH. THALWEG_NEO4J_PASSWORD is a
        variable only.
        """
        found = settings({name: value for name, value in given.items() if value not in (None, [])})
        if show_settings:
            if as_json:
                output.document(dict(line.split("=", 1) for line in found.show().splitlines()))
            else:
                output.write(f"{found.show()}\n")
            return 0
        if as_json:
            raise BadInput(
                "--json goes with --show-settings: a server prints no document.", "Leave it out, or give both."
            )
        return run_server(found, lambda addresses: _tell(found, addresses))

    show = typer.Option("--show-settings", help="Print what would hold, secrets hidden, and stop.")
    json = typer.Option("--json", help="With --show-settings: print one JSON document instead.")
    flags = [
        Parameter("show_settings", Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, show]),
        Parameter("as_json", Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, json]),
    ]
    for name, field in Settings.model_fields.items():
        if field.annotation == SecretStr | None:
            continue
        dashed = name.replace("_", "-")
        if field.annotation is bool:
            option = typer.Option(f"--{dashed}/--no-{dashed}", help=field.description, show_default=False)
            type: Any = bool | None
        else:
            option = typer.Option(f"--{dashed}", help=field.description, metavar="VALUE", show_default=False)
            type = list[str] | None if field.annotation == tuple[str, ...] else str | None
        flags.append(Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[type, option]))
    serve.__signature__ = Signature(flags)  # type: ignore[attr-defined]
    return serve


def settings(given: dict[str, Any]) -> Settings:
    """The settings of the environment, with what is given on top. Raises BadInput for each that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = [
            Problem("", f"THALWEG_{str(found['loc'][0]).upper()}", "it", f"is not right: {_said(found['msg'])}")
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    raise BadInput(f"{problems[0]}.", "`thalweg serve --help` says what each may be.", problems)


def _said(message: str) -> str:
    """What our own check says, without what pydantic puts before it."""
    return message.removeprefix("Value error, ")


def _tell(settings: Settings, addresses: Sequence[str]) -> None:
    output.write(
        f"Thalweg serves {address_shown(settings.store)}. Ctrl-C stops it.\n"
        f"  GraphQL, and GraphiQL in a browser  {addresses[0]}\n"
        f"  health                              {addresses[1]}\n"
    )
