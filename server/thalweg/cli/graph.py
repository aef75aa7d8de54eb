"""Where a question goes: a server, or a store. Both are asked the same documents, so that both give the same answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from thalweg.cli.place import Place, open_at

if TYPE_CHECKING:
    import asyncio

    from thalweg.graphql.execution import Api
    from thalweg.store.store import Store

SHARED = "named"
"""The fragment that many documents use."""


BRIEF_DOCUMENTS = frozenset({"assets", "demo", "entity", "get", "impact", "lineage", "path"})
"""What the part of the schema answers that is made fast; the rest needs the whole."""

SERVED, LOCAL = 100, 5_000
"""Entries of one page: what any server gives, and what a store here does."""
PATIENCE = 60.0
"""Seconds that a question to a store which is opened here may take: a Neo4j that has just started plans it for long,
and nobody else waits for this one."""


class Graph(Protocol):
    """Answers documents of `queries/`. page: how many lines of an answer that is worked out whole it gives at once."""

    @property
    def page(self) -> int: ...

    def ask(self, document: str, variables: Mapping[str, Any], operation: str | None = None) -> dict[str, Any]:
        """The data of an operation. `document` is the name of its file; `operation` says which, where it holds several.

        Raises ThalwegError for an error in the answer.
        """
        ...


@contextmanager
def opened(place: Place, *, writing: bool = False) -> Iterator[Graph]:
    """The graph at a place, for as long as the context is open. `writing`: whether facts are going to be stated."""
    if place.server is not None:
        from thalweg.client import Client

        yield _ServerGraph(Client(place.server))
        return
    import asyncio

    with asyncio.Runner() as runner:
        store = runner.run(open_at(place.store, read_only=not writing))
        try:
            yield StoreGraph(store, runner)
        finally:
            runner.run(store.close())


def text(document: str) -> str:
    """A document of `queries/`, with the shared fragment where it spreads that."""
    folder = files("thalweg.cli").joinpath("queries")
    asked = folder.joinpath(f"{document}.graphql").read_text("utf-8")
    return asked + folder.joinpath(f"{SHARED}.graphql").read_text("utf-8") if "...Named" in asked else asked


class _ServerGraph:
    page = SERVED

    def __init__(self, client: Any) -> None:
        self._client = client

    def ask(self, document: str, variables: Mapping[str, Any], operation: str | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.ask(text(document), variables, operation)
        return answer


class StoreGraph:
    """An open store, asked as a server would ask it; what is much for a server to give many is not for one person."""

    page = LOCAL

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self._store = store
        self._runner = runner
        self._apis: dict[bool, Api] = {}

    def _api(self, brief: bool) -> Api:
        if brief not in self._apis:
            from thalweg.graphql.execution import Api
            from thalweg.graphql.limits import Limits

            limits = Limits(first=LOCAL, nodes=1_000 * LOCAL, cost=1_000 * LOCAL, seconds=PATIENCE)
            if brief:
                from thalweg.graphql.brief import BRIEF

                self._apis[True] = Api(self._store, limits, schema=BRIEF)
            else:
                self._apis[False] = Api(self._store, limits)
        return self._apis[brief]

    def ask(self, document: str, variables: Mapping[str, Any], operation: str | None = None) -> dict[str, Any]:
        from thalweg.client.graphql import data_of
        from thalweg.graphql.execution import Asked
        from thalweg.model.facts import Caller

        asked = Asked(text(document), variables, operation)
        answer = self._runner.run(self._api(document in BRIEF_DOCUMENTS).answer(asked, Caller()))
        return data_of(answer.body)
