"""Which options somebody gave on the command line: none is taken that would do nothing beside the others."""

from __future__ import annotations

from collections.abc import Collection

import typer

from thalweg.model.errors import BadInput


def given(context: typer.Context) -> dict[str, str]:
    """The options that stand on the command line, as they are spelled, by the names of their parameters. What the
    environment says holds for every command, and is none of them.
    """
    found = {}
    for one in context.command.params:
        source = context.get_parameter_source(one.name or "")
        if one.param_type_name == "option" and source is not None and source.name == "COMMANDLINE":
            found[one.name or ""] = one.opts[0]
    return found


def refuse_both(context: typer.Context, one: str, other: str, why: str) -> None:
    """Raises BadInput where two options are given of which the second takes the first's meaning away."""
    options = given(context)
    if one in options and other in options:
        raise BadInput(f"{options[one]} and {options[other]} are both given: {why}.", "Give one of them.")


def refuse_others(context: typer.Context, option: str, why: str, hint: str, beside: Collection[str] = ()) -> None:
    """Raises BadInput for whatever stands beside an option that does not heed it. beside: what it heeds."""
    options = given(context)
    others = [spelled for name, spelled in options.items() if name != option and name not in beside]
    if others:
        raise BadInput(f"{options[option]} {why}, and takes no {', '.join(others)}.", hint)
