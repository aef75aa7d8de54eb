"""The commands that stand in groups, `thalweg export …`, `identity …`, `policy …` and `store …`: as in `program.py`,
their names, arguments and help; what they do is imported when they run. Those of `import …` are in `imports.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thalweg.cli import options
from thalweg.model.time import LONGEST_IN_DAYS

exports = typer.Typer(help="State the graph for other systems.", no_args_is_help=True, rich_markup_mode=None)
policies = typer.Typer(
    help="Policies: by which rules a change may go ahead.", no_args_is_help=True, rich_markup_mode=None
)
identities = typer.Typer(help="Names: whom they mean, and why.", no_args_is_help=True, rich_markup_mode=None)
stores = typer.Typer(help="Look after a store.", no_args_is_help=True, rich_markup_mode=None)


# ------------------------------------------------------------------------------------------------------------- exports


@exports.command("openlineage")
def export_openlineage(
    into: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Where to; the standard output without. Packed for .gz.",
            show_default=False,
        ),
    ] = None,
    store: options.Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --output: print one JSON document instead.")] = False,
) -> int:
    """The whole graph as OpenLineage events, one a line, which import again into the same graph."""
    from thalweg.cli.commands.exports import openlineage

    return openlineage(store, into, as_json)


# ----------------------------------------------------------------------------------------------------------- identity


@identities.command("explain")
def identity_explain(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The name, as people or any system wrote it.", show_default=False),
    ],
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help="The source in which it stands, for a path on a disk.")
    ] = "local",
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Whom a name means: by which laws it was made canonical, and who joined it with others."""
    from thalweg.cli.commands.identity import explain
    from thalweg.cli.place import place

    return explain(place(server, store), name, source, as_json)


# ------------------------------------------------------------------------------------------------------------- policies


@policies.command("show")
def policy_show(policy: options.Policy = None, as_json: options.Json = False) -> int:
    """Print a policy as TOML: the default one, to begin with, or the one that is given."""
    from thalweg.cli.commands.policies import show

    return show(policy, as_json)


@policies.command("check")
def policy_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy, a TOML file.", show_default=False)],
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Looks for rules that never decide and names that nothing bears. Exits with 1 when it finds something.

    Environments are looked for where --server or --store says, or THALWEG_SERVER or THALWEG_STORE.
    """
    from thalweg.cli.commands.policies import check
    from thalweg.cli.place import place_if_named

    return check(file, place_if_named(server, store), as_json)


@policies.command("try")
def policy_try(
    name: options.Name,
    content: options.Content = False,
    columns: options.ContentColumns = None,
    drop: options.DropColumn = None,
    rename: options.RenameColumn = None,
    retype: options.RetypeColumn = None,
    nullable: options.NullableColumn = None,
    add: options.AddColumn = None,
    delete: options.Delete = False,
    delete_versions: options.DeleteVersions = None,
    code: options.Code = False,
    withdraw: options.Withdraw = False,
    policy: options.Policy = None,
    as_of: options.AsOf = None,
    active_within: options.ActiveWithin = 90,
    newest: options.Newest = None,
    any_column: options.AnyColumn = False,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Which rule decides each finding of a change, and what it says: a dry run, whatever the verdict."""
    from thalweg.cli.changes import Flags
    from thalweg.cli.commands.impact import Question
    from thalweg.cli.commands.policies import dry_run
    from thalweg.cli.place import place
    from thalweg.cli.policy import rules_of

    flags = Flags(
        content=content,
        columns=columns or (),
        drop=drop or (),
        rename=rename or (),
        retype=retype or (),
        nullable=nullable or (),
        add=add or (),
        delete=delete,
        delete_versions=delete_versions,
        code=code,
        withdraw=withdraw,
        newest=newest,
    )
    change = flags.change(name, default="content")
    question = Question(change, as_of, active_within, any_column=any_column, policy=rules_of(policy))
    return dry_run(place(server, store), question, as_json)


@policies.command("backtest")
def policy_backtest(
    context: typer.Context,
    policy: options.Policy = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=LONGEST_IN_DAYS, help="The last N days.")] = 90,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="From then on, instead.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Until then; now without.")] = None,
    follow: Annotated[
        int,
        typer.Option(
            "--follow", metavar="DAYS", min=1, max=LONGEST_IN_DAYS, help="How long after a change a run may fail of it."
        ),
    ] = 30,
    active_within: options.ActiveWithin = 90,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What a policy would have said of the changes of columns that were seen, and what then really failed.

    Each change is asked as of the moment before it came.
    """
    from thalweg.cli.commands.policies import Backtest, backtest
    from thalweg.cli.given import refuse_both
    from thalweg.cli.place import place
    from thalweg.cli.policy import rules_of

    refuse_both(context, "days", "since", "each says where it begins")
    given = Backtest(rules_of(policy), since, until, days, active_within, follow)
    return backtest(place(server, store), given, as_json)


# --------------------------------------------------------------------------------------------------------------- stores


@stores.command("info")
def store_info(store: options.Store = None, as_json: options.Json = False) -> int:
    """What a store is, and how much is in it."""
    from thalweg.cli.commands.stores import info

    return info(store, as_json)


@stores.command("check")
def store_check(store: options.Store = None, as_json: options.Json = False) -> int:
    """Looks for what must not be. Exits with 1 when it finds something."""
    from thalweg.cli.commands.stores import check

    return check(store, as_json)


@stores.command("migrate")
def store_migrate(store: options.Store = None, as_json: options.Json = False) -> int:
    """Brings a store to the schema of this release. Make a copy first."""
    from thalweg.cli.commands.stores import migrate

    return migrate(store, as_json)


@stores.command("rebuild")
def store_rebuild(store: options.Store = None, as_json: options.Json = False) -> int:
    """Works the derived edges between assets, and the words of the search, out again."""
    from thalweg.cli.commands.stores import rebuild

    return rebuild(store, as_json)
