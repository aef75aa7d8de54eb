"""The application: one store, one API over it, and the doors into it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from thalweg.graphql.execution import Api
from thalweg.http.endpoint import GRAPHQL, JSON, Endpoint, media_types
from thalweg.http.openlineage import OpenLineage
from thalweg.http.pages import GraphiQL
from thalweg.http.requests import Requests, failure
from thalweg.http.settings import Settings
from thalweg.http.sources import Sources
from thalweg.model.errors import ThalwegError
from thalweg.store.store import Store
from thalweg.sync.keeping import Keeping

WORTH_PACKING = 32_000
"""Bytes of JSON: below, packing takes longer than what it saves."""


METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
"""All: the endpoint itself says which it takes, in the shape that its errors have."""


class App(Starlette):
    """`ready` is false while the server stops: then it still answers, and asks not to be asked."""

    ready: bool = True


def application(store: Store, settings: Settings, keeping: Keeping | None = None) -> App:
    """The application over an open store, which it does not close. keeping: sources that are kept in step beside it."""
    endpoint = Endpoint(Api(store, settings.limits, settings.judging()))
    lineage = OpenLineage(store, settings)
    sources = Sources(keeping)
    pages = GraphiQL()

    async def graphql(request: Request) -> Response:
        return await (pages.page(request) if wants_page(request) else endpoint(request))

    async def livez(request: Request) -> Response:
        return PlainTextResponse("alive\n", headers={"Cache-Control": "no-store"})

    async def readyz(request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        if not app.ready:
            return PlainTextResponse("stopping\n", 503, headers)
        try:
            await store.ping()
        except ThalwegError as error:
            return PlainTextResponse(f"{error.code}\n", 503, headers)
        return PlainTextResponse(f"ready\n{sources.lines()}", headers=headers)

    async def home(request: Request) -> Response:
        return RedirectResponse("/graphql", 307)

    packing = [Middleware(GZipMiddleware, minimum_size=WORTH_PACKING, compresslevel=1)]
    app = App(
        routes=[
            Route("/graphql", graphql, methods=METHODS, middleware=packing),
            Route("/api/v1/lineage", lineage.one, methods=METHODS),
            Route("/api/v1/lineage/batch", lineage.batch, methods=METHODS),
            Route("/graphiql/assets/{name}", pages.asset),
            Route("/graphiql/operations.json", pages.operations),
            Route("/graphiql/LICENSES.txt", pages.licenses),
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", sources.metrics),
            Route("/api/v1/sync/{name}", sources.trigger, methods=["POST"]),
            Route("/", home),
        ],
        middleware=[Middleware(Requests, hosts=hosts(settings))],
        exception_handlers={HTTPException: _http_error},
    )
    return app


def hosts(settings: Settings) -> Sequence[str] | None:
    """The names that the server goes by besides those of loopback; None for any name."""
    if settings.allowed_hosts or settings.on_loopback:
        return settings.allowed_hosts
    return None


def wants_page(request: Request) -> bool:
    """Whether a browser asks, and not a program: a page is wanted more than any JSON that is named."""
    if request.method not in ("GET", "HEAD"):
        return False
    qualities = dict(media_types(request.headers.get("accept", "")))
    return qualities.get("text/html", 0.0) > max(qualities.get(GRAPHQL, 0.0), qualities.get(JSON, 0.0))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message = {
        404: ("NOT_FOUND", "There is nothing at this address. The API is at /graphql."),
        405: ("METHOD_NOT_ALLOWED", "This address does not take that method."),
    }.get(error.status_code, ("BAD_REQUEST", error.detail))
    return failure(error.status_code, code, message, request.state.request_id, dict(error.headers or {}))
