"""Every command: its name, its arguments, its help. What a command does is imported when it runs, and not before, so
that `thalweg --help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thalweg.cli import options
from thalweg.cli.changing import check, impact
from thalweg.cli.groups import exports, identities, policies, stores
from thalweg.cli.imports import imports

app = typer.Typer(
    help="Which models learned from this data, and where are they running?",
    epilog="Exit codes: 0 fine; 1 the answer is no (BLOCK, findings, refused); 2 an error, or INCOMPLETE; 130 "
    "interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich takes longer to load than help may take
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from thalweg import __version__

        typer.echo(f"thalweg {__version__}")
        raise typer.Exit


@app.callback()
def thalweg(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Which models learned from this data, and where are they running?"""


# ------------------------------------------------------------------------------------------------------------ questions


app.command()(impact)
app.command()(check)


@app.command()
def lineage(
    context: typer.Context,
    name: options.Name,
    up: Annotated[bool, typer.Option("--up", help="What it came from.")] = False,
    down: Annotated[
        bool, typer.Option("--down", help="What came of it; so it is without either, and both with both.")
    ] = False,
    level: Annotated[
        options.LevelWord | None,
        typer.Option(
            "--level", help="Among assets, or among their versions; that of NAME without.", show_default=False
        ),
    ] = None,
    newest: options.Newest = None,
    depth: Annotated[
        int, typer.Option("--depth", metavar="N", min=0, max=options.GREATEST, help="How many steps at most.")
    ] = 5,
    no_limit: Annotated[bool, typer.Option("--all", help="As many steps as there are.")] = False,
    kinds: Annotated[
        list[options.KindWord] | None,
        typer.Option("--kind", help="Show only these kinds (again for more); the walk goes on through all."),
    ] = None,
    edges: Annotated[
        list[options.EdgeWord] | None,
        typer.Option("--edge", help="Walk only along edges of this type (again for more)."),
    ] = None,
    stop_at: Annotated[
        list[options.KindWord] | None,
        typer.Option("--stop-at", help="Walk no further than this kind (again for more)."),
    ] = None,
    as_of: options.AsOf = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, max=9_999, help="Show so many at most, the nearest.")
    ] = 1_000,
    counts: Annotated[bool, typer.Option("--counts", help="Only count what is reached.")] = False,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What something came from, and what came of it, as a tree."""
    from thalweg.cli.commands.lineage import Question, show
    from thalweg.cli.given import refuse_both
    from thalweg.cli.place import place

    refuse_both(context, "depth", "no_limit", "one says how many steps, the other that there is no end of them")
    refuse_both(context, "limit", "counts", "what is only counted is not shown, and all of it counts")
    question = Question(
        name,
        direction="BOTH" if up and down else "UPSTREAM" if up else "DOWNSTREAM",
        level=level,
        newest=newest,
        depth=None if no_limit else depth,
        kinds=kinds,
        edges=edges,
        stop_at=stop_at,
        as_of=as_of,
        limit=0 if counts else limit,
    )
    return show(place(server, store), question, as_json)


@app.command()
def path(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The one, as people name it.", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="TO", help="The other.", show_default=False)],
    through: Annotated[
        list[str] | None,
        typer.Option("--through", metavar="KIND|NAME", help="It must pass one of this kind, or this (again for more)."),
    ] = None,
    avoiding: Annotated[
        list[str] | None,
        typer.Option("--avoiding", metavar="KIND|NAME", help="It must not pass this kind, or this (again for more)."),
    ] = None,
    level: Annotated[
        options.LevelWord | None,
        typer.Option(
            "--level",
            help="Among assets, or among their versions; assets where both ends are without.",
            show_default=False,
        ),
    ] = None,
    edges: Annotated[
        list[options.EdgeWord] | None,
        typer.Option("--edge", help="Only along edges of this type (again for more)."),
    ] = None,
    as_of: options.AsOf = None,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """How one thing came to influence another, step by step.

    Exits with 1 where there is none.
    """
    from thalweg.cli.commands.path import Question, show
    from thalweg.cli.place import place

    question = Question(source, target, through or [], avoiding or [], level, edges, as_of)
    return show(place(server, store), question, as_json)


@app.command()
def ancestors(
    names: options.Names,
    edges: Annotated[
        list[options.EdgeWord] | None,
        typer.Option("--edge", help="Walk only along edges of this type (again for more)."),
    ] = None,
    as_of: options.AsOf = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=1_000, help="Show so many at most, the nearest.")
    ] = 100,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What several things share of what they came from."""
    from thalweg.cli.commands.ancestors import Question, show
    from thalweg.cli.place import place

    return show(place(server, store), Question(names, edges, as_of, limit), as_json)


@app.command()
def live(
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="Then: 2026-05-02, or 2026-05-02T08:00:00Z; now without."),
    ] = None,
    environment: Annotated[
        str | None, typer.Option("--environment", help="In this one; `prod*` is any that begins so.")
    ] = None,
    deployment: Annotated[
        str | None, typer.Option("--of", metavar="NAME", help="Only releases of this deployment.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show so many releases at most.")] = 50,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="Go on behind the cursor that a page ended with.")
    ] = None,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What was live at a time, and what had made it."""
    from thalweg.cli.commands.live import Question, show
    from thalweg.cli.place import place

    return show(place(server, store), Question(at, environment, deployment, limit, after), as_json)


@app.command()
def orphans(
    kind: Annotated[
        options.OrphanWord,
        typer.Argument(
            help="Live releases with no known data, data that feeds nothing live, models never deployed.",
            show_default=False,
        ),
    ],
    as_of: options.AsOf = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show so many at most.")] = 50,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="Go on behind the cursor that a page ended with.")
    ] = None,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What stands alone: releases, data, models."""
    from thalweg.cli.commands.orphans import Question, show
    from thalweg.cli.place import place

    return show(place(server, store), Question(kind, as_of, limit, after), as_json)


@app.command()
def provenance(
    name: options.Name,
    script: Annotated[bool, typer.Option("--script", help="Print only the shell script that makes it again.")] = False,
    as_of: options.AsOf = None,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Where a model version comes from, and what is not known of it."""
    from thalweg.cli.commands.provenance import show
    from thalweg.cli.place import place

    return show(place(server, store), name, as_of, script, as_json)


@app.command()
def compare(
    names: options.Names,
    everything: Annotated[bool, typer.Option("--all", help="Also what is the same.")] = False,
    minimize: Annotated[
        list[str] | None,
        typer.Option("--minimize", metavar="METRIC", help="Less of this is better (again for more)."),
    ] = None,
    maximize: Annotated[
        list[str] | None,
        typer.Option("--maximize", metavar="METRIC", help="More of this is better (again for more)."),
    ] = None,
    as_of: options.AsOf = None,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What differs between 2 to 10 runs, or versions.

    Runs, model versions or dataset versions, all of one kind, side by side; and the commits between.
    """
    from thalweg.cli.commands.compare import Question, show
    from thalweg.cli.place import place

    question = Question(names, as_of, everything, minimize or [], maximize or [])
    return show(place(server, store), question, as_json)


@app.command()
def get(
    name: options.Name,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Everything that is known of one thing."""
    from thalweg.cli.commands.get import show
    from thalweg.cli.place import place

    return show(place(server, store), name, as_json)


@app.command()
def search(
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help="Words that must all be met: fraud, fra* (what begins so), '\"card payments\"' (next to each other).",
            show_default=False,
        ),
    ],
    kinds: Annotated[
        list[options.KindWord] | None, typer.Option("--kind", help="Only of this kind (again for more).")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", help="In this namespace; `prod*` is any that begins so.")
    ] = None,
    gone: Annotated[
        bool | None,
        typer.Option("--gone/--not-gone", help="What was deleted in the world, or was not.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show so many at most, the best.")] = 25,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="Go on behind the cursor that a page ended with.")
    ] = None,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Find things by words, the best first.

    Words of names, tags, owners, descriptions, columns of datasets, and commits; with what was met.
    """
    from thalweg.cli.commands.search import Question, show
    from thalweg.cli.place import place

    question = Question(text, kinds or [], namespace, gone, limit, after)
    return show(place(server, store), question, as_json)


@app.command("list")
def list_(
    kind: Annotated[options.ListWord, typer.Argument(help="What to list.", show_default=False)],
    namespace: Annotated[
        str | None, typer.Option("--namespace", help="In this namespace; `prod*` is any that begins so.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Of this name; `churn*` is any that begins so.")] = None,
    contains: Annotated[str | None, typer.Option("--contains", help="With this in the name.")] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="NAME", help="Versions, runs or releases of this thing.")
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="KEY=VALUE", help="With this tag (again for more).")
    ] = None,
    params: Annotated[
        list[str] | None, typer.Option("--param", metavar="KEY=VALUE", help="With this parameter (again for more).")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="CONDITION", help="Where a metric is so: 'auc>=0.9' (again for more)."),
    ] = None,
    statuses: Annotated[
        list[options.StatusWord] | None, typer.Option("--status", help="Runs that are so (again for more).")
    ] = None,
    live: Annotated[
        bool | None, typer.Option("--live/--not-live", help="Releases that are live, or are not.", show_default=False)
    ] = None,
    gone: Annotated[
        bool | None,
        typer.Option("--gone/--not-gone", help="What was deleted in the world, or was not.", show_default=False),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Then, or later.")] = None,
    before: Annotated[str | None, typer.Option("--before", metavar="TIME", help="Before then.")] = None,
    where: Annotated[
        str | None,
        typer.Option("--where", metavar="EXPRESSION", help="Where this holds: 'metrics.auc > 0.9 and not gone'."),
    ] = None,
    sorts: Annotated[
        list[str] | None,
        typer.Option(
            "--sort",
            metavar="BY",
            help="at (the default), name, created, updated, or the name of a metric; `:asc` or `:desc` behind it says "
            "which way (again for what is equal by it).",
        ),
    ] = None,
    ascending: Annotated[
        bool | None,
        typer.Option("--asc/--desc", help="Which way; names ascend, all else descends, without.", show_default=False),
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(
            "--group-by",
            metavar="FIELD",
            help="Groups with counts instead: status, namespace, user, month, day, tags.KEY, params.KEY, or what it is "
            "a version of, like job; with --metric NAME how that spreads.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show so many at most.")] = 50,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="Go on behind the cursor that a page ended with.")
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Also count the whole list.")] = False,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What there is of a kind, filtered and sorted."""
    from thalweg.cli.commands.listing import Question, show
    from thalweg.cli.place import place

    question = Question(
        kind,
        namespace=namespace,
        name=name,
        contains=contains,
        of=of,
        tags=tags or [],
        params=params or [],
        metrics=metrics or [],
        statuses=statuses or [],
        live=live,
        gone=gone,
        since=since,
        before=before,
        where=where,
        sorts=sorts or [],
        ascending=ascending,
        group_by=group_by,
        limit=limit,
        after=after,
        count=count,
    )
    return show(place(server, store), question, as_json)


# ------------------------------------------------------------------------------------------------------ server and demo


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
def serve(context: typer.Context) -> int:
    """Serve the graph: GraphQL, GraphiQL for a browser, health."""
    from thalweg.cli.commands.serve import run  # its flags are the settings, which take longer to load than help may

    return run(context.args)


@app.command()
def sync(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of sources, in TOML.", show_default=False)],
    once: Annotated[bool, typer.Option("--once", help="Read each once, and end; 1 where one failed.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Only say how they stand.")] = False,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Keep sources in step with a store, until Ctrl-C."""
    from thalweg.cli.commands.sync import sync
    from thalweg.cli.given import refuse_both

    refuse_both(context, "once", "show", "one reads the sources, the other reads none")

    return sync(store, file, once, show, as_json)


@app.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="Try it all, ask over HTTP, and stop: 0 fine, 1 not.")] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="N",
            min=0,
            max=65_535,
            help="8000 without, or a free one if that is taken.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keep the store in this folder for next time.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --check: print one JSON document instead.")] = False,
) -> int:
    """An example estate, a question, its answer, and a server."""
    from thalweg.cli.commands.demo import run

    return run(check, port, keep, as_json)


@app.command()
def flush(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="The spool; else the one in THALWEG_SPOOL, else where scripts keep theirs.",
            show_default=False,
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            "--server",
            metavar="URL",
            help="Send to this server; else to the one in THALWEG_SERVER.",
            show_default=False,
        ),
    ] = None,
    as_json: options.Json = False,
) -> int:
    """Send what scripts recorded while no server could be reached.

    What was sent before is known again, so nothing is written twice. What the server refuses is kept beside, with the
    error, and then it exits with 1.
    """
    from thalweg.cli.commands.flush import run

    return run(folder, server, as_json)


@app.command()
def forget(
    names: options.Names,
    yes: options.Yes = False,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Take things out of every answer, until they are restored.

    An asset goes with its versions, whatever sources go on saying.
    """
    from thalweg.cli.commands.forget import forget
    from thalweg.cli.place import place

    return forget(place(server, store), names, yes, as_json)


@app.command()
def restore(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="The ids that `forget` printed.", show_default=False)
    ],
    yes: options.Yes = False,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """Undo `forget`."""
    from thalweg.cli.commands.forget import restore
    from thalweg.cli.place import place

    return restore(place(server, store), ids, yes, as_json)


@app.command()
def schema(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as the JSON of an introspection instead.")] = False,
) -> int:
    """Print the GraphQL schema."""
    from thalweg.cli.commands.schema import show

    return show(as_json)


app.add_typer(imports, name="import")
app.add_typer(exports, name="export")
app.add_typer(identities, name="identity")
app.add_typer(policies, name="policy")
app.add_typer(stores, name="store")
