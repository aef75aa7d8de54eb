"""The commands that ask what a change does, `thalweg impact` and `thalweg check`: as in `program.py`, their names,
arguments and help; what they do is imported when they run.
"""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli import options

REPORTED = ("formats", "as_json", "fail_on", "strict", "waivers", "baseline", "anchor", "server", "store")
"""The options of `check` that say where it asks, and what is made of the answers."""


def impact(
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
    as_of: options.AsOf = None,
    active_within: options.ActiveWithin = 90,
    newest: options.Newest = None,
    policy: options.Policy = None,
    any_column: options.AnyColumn = False,
    reasons: Annotated[bool, typer.Option("--reasons", help="Say of each why, as a sentence.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show so many at most, the worst.")] = 200,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """What a change does to everything behind it.

    A change of its content, where nothing else is said. A tree from what changes to the models and the live endpoints:
    what breaks, what goes stale, what could not be built again; the worst first, and a verdict.
    """
    from thalweg.cli.changes import Flags
    from thalweg.cli.commands.impact import Question, show
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
    question = Question(
        flags.change(name, default="content"),
        as_of,
        active_within,
        any_column=any_column,
        policy=rules_of(policy),
    )
    return show(place(server, store), question, limit, reasons, as_json)


def check(
    context: typer.Context,
    names: options.SomeNames = None,
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
    new_schema: options.NewSchema = None,
    table: options.Table = None,
    dialect: options.Dialect = None,
    from_diff: options.FromDiff = None,
    repository: options.Repository = None,
    dataset: options.DatasetOf = None,
    as_of: options.AsOf = None,
    active_within: options.ActiveWithin = 90,
    newest: options.Newest = None,
    policy: options.Policy = None,
    min_coverage: options.MinCoverage = 0,
    any_column: options.AnyColumn = False,
    formats: options.Formats = None,
    fail_on: options.FailOn = options.FailWord.BLOCK,
    strict: options.Strict = False,
    waivers: options.WaiversFile = None,
    baseline: options.BaselineFile = None,
    anchor: options.Anchor = None,
    keep: options.Keep = False,
    verify: options.Verify = None,
    self_test: options.SelfTest = False,
    server: options.Server = None,
    store: options.AskedStore = None,
    as_json: options.Json = False,
) -> int:
    """May a change go ahead? The exit code says it.

    0 for PASS and WARN, 1 for BLOCK (and for WARN with --fail-on warn), 2 for INCOMPLETE and for errors. Several things
    are judged together. With --new-schema the changes are worked out from a file, with --from-diff from those that a
    range of Git changes; --rename-column says what none can.
    """
    from dataclasses import replace

    from thalweg.cli.changes import NO_CHANGE, Flags
    from thalweg.cli.commands import sources
    from thalweg.cli.commands.check import Gate, check
    from thalweg.cli.commands.check import verify as checked_again
    from thalweg.cli.commands.impact import Question
    from thalweg.cli.given import refuse_others
    from thalweg.cli.place import place
    from thalweg.cli.policy import rules_of
    from thalweg.cli.proposals import SchemaFile
    from thalweg.model.errors import BadInput

    if self_test:
        judges = "judges an estate of its own, on terms of its own"
        if names:
            raise BadInput(f"--self-test {judges}, and takes no NAME: {names[0]}.", "Leave all else out.")
        refuse_others(context, "self_test", judges, "Leave all else out.")
        from thalweg.cli.commands.self_test import self_test as tested

        return tested()
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
    question = Question(NO_CHANGE, as_of, active_within, min_coverage, any_column, rules_of(policy))
    gate = Gate(
        formats=formats or (),
        as_json=as_json,
        fail_on_warn=fail_on is options.FailWord.WARN,
        strict=strict,
        policy=policy,
        waivers=waivers,
        baseline=baseline,
        anchor=anchor,
        as_of=as_of,
        keep=keep,
    )
    if verify is not None:
        asks = "asks again what was asked before, of now"
        hint = "Leave out names and changes; how it is reported may be said."
        if names:
            raise BadInput(f"--verify {asks}, and takes no NAME: {names[0]}.", hint)
        refuse_others(context, "verify", asks, hint, beside=REPORTED)
        return checked_again(place(server, store), verify, replace(gate, policy=None))
    names = list(dict.fromkeys(names or ()))
    if from_diff is not None or repository is not None or dataset:
        others = bool(names or new_schema or table)
        told = sources.told(from_diff, dataset or (), dialect, flags, others=others)
        asked = [sources.of_diff(from_diff or "", repository, told, question)]
    elif (table is not None or dialect is not None) and new_schema is None:
        what = "--table" if table is not None else "--dialect"
        raise BadInput(f"{what} says how a schema is read, and there is none.", "Give it with --new-schema.")
    elif not names:
        raise BadInput("Missing argument 'NAME...'.", "`thalweg check --help` says what there is.")
    elif new_schema is not None:
        file = SchemaFile(new_schema, table, dialect)
        asked = [sources.of_schema(name, file, flags, question) for name in names]
    else:
        asked = [sources.of(replace(question, change=flags.change(name))) for name in names]
    return check(place(server, store), asked, gate, question)
