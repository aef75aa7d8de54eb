"""A question to measure, and the ways to ask it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import neo4j

from bench.server import Client

Thing = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the ways to ask it, by name; the first is what the others are compared with."""

    name: str
    ways: dict[str, Thing]


@dataclass(frozen=True, slots=True)
class Doors:
    """A server, and the raw driver where the store is a Neo4j: nothing over Neo4j is faster."""

    client: Client
    session: neo4j.AsyncSession | None

    def case(self, name: str, text: str, variables: dict[str, Any], raw: str, **parameters: Any) -> Case:
        """A GraphQL query over HTTP, beside the same data asked of the driver in one row."""

        async def over_http() -> object:
            return self.client.query(text, variables)

        async def by_driver() -> object:
            assert self.session is not None
            return await (await self.session.run(raw, parameters)).single(strict=True)

        ways: dict[str, Thing] = {"raw driver": by_driver} if self.session is not None else {}
        return Case(f"{name}, over HTTP", ways | {"over HTTP": over_http})
