"""`thalweg store`: what a store is, whether it is well, and what brings it up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from thalweg.cli import output
from thalweg.cli.place import open_at
from thalweg.lineage.spelling import WORDS
from thalweg.model.counting import plural
from thalweg.model.facts import Caller, Source
from thalweg.model.kinds import Kind
from thalweg.model.results import StoreInfo
from thalweg.model.time import rfc3339
from thalweg.store.store import Store

CALLER = Caller("store")
T = TypeVar("T")


def info(store: str | None, as_json: bool) -> int:
    async def ask(opened: Store) -> tuple[StoreInfo, tuple[Source, ...]]:
        return await opened.info(), await opened.sources(CALLER)

    found, sources = _with(store, ask, read_only=True)
    if as_json:
        output.document(_document(found, sources))
        return 0
    rows = [
        ("engine", found.engine),
        ("address", found.address),
        ("schema", f"{found.version}, written by Thalweg {found.release}"),
        ("entities", ", ".join(plural(found.counts[kind], WORDS[kind]) for kind in Kind if found.counts.get(kind))),
        ("edges", ", ".join(f"{count:,} {type.label}" for type, count in found.edges.items() if count)),
        ("events", f"{found.events:,}"),
        *(("source", _source(one)) for one in sources),
    ]
    output.write("".join(f"{label:<9} {output.printable(value or 'none')}\n" for label, value in rows))
    return 0


def _document(found: StoreInfo, sources: tuple[Source, ...]) -> dict[str, Any]:
    return {
        "engine": found.engine,
        "address": found.address,
        "schema": found.version,
        "release": found.release,
        "entities": {kind.name: found.counts.get(kind, 0) for kind in Kind},
        "edges": {type.label: count for type, count in found.edges.items()},
        "events": found.events,
        "sources": [
            {
                "name": one.name,
                "origin": one.origin,
                "scopes": one.scopes,
                "closedAt": None if one.closed_at is None else rfc3339(one.closed_at),
            }
            for one in sources
        ],
    }


def _source(source: Source) -> str:
    whole = "never read whole" if source.closed_at is None else f"last read whole {rfc3339(source.closed_at)[:16]}Z"
    return f"{source.name}, {plural(source.scopes, 'scope')}, {whole}"


def check(store: str | None, as_json: bool) -> int:
    found = _with(store, lambda opened: opened.check(), read_only=True)
    if as_json:
        findings = [{"code": one.code, "message": one.message, "hint": one.hint} for one in found.findings]
        output.document({"findings": findings, "lookedAt": found.looked_at})
    else:
        lines = [f"{one.code}: {one.message} {one.hint}" for one in found.findings]
        lines.append(f"{found.looked_at:,} looked at, {plural(len(found.findings), 'finding')}.")
        output.write("".join(f"{output.printable(line)}\n" for line in lines))
    return 1 if found.findings else 0


def migrate(store: str | None, as_json: bool) -> int:
    before, after = _with(store, lambda opened: opened.migrate(), older=True)
    if as_json:
        output.document({"before": before, "after": after})
    elif before == after:
        output.write(f"The store has schema {after} already.\n")
    else:
        output.write(f"The store was brought from schema {before} to {after}.\n")
    return 0


def rebuild(store: str | None, as_json: bool) -> int:
    mended = _with(store, lambda opened: opened.rebuild(CALLER))
    if as_json:
        output.document({"mended": mended})
    elif mended:
        output.write(f"{plural(mended, 'derived fact')} not as it should be; mended.\n")
    else:
        output.write("Every derived fact is as it should be.\n")
    return 0


def _with(store: str | None, do: Callable[[Store], Awaitable[T]], *, read_only: bool = False, older: bool = False) -> T:
    """What is done with an open store."""

    async def run() -> T:
        opened = await open_at(store, read_only=read_only, older=older)
        try:
            return await do(opened)
        finally:
            await opened.close()

    return asyncio.run(run())
