"""GraphQL over HTTP, as its specification says, and within the limits of the server.

A well-formed request is answered with `application/graphql-response+json` where the client accepts it, and then with
400 where nothing was executed; else with `application/json`, and then with 200. What is no well-formed request has a
status of its own either way: 400, 405, 406, 413, 415.
"""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from thalweg.graphql.documents import Operation
from thalweg.graphql.errors import Refused
from thalweg.graphql.execution import Answer, Api, Asked
from thalweg.http.requests import drop, failure
from thalweg.model.facts import Caller

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
BULK = b"stateBatch"
"""What the body of a bulk mutation holds somewhere; whether it is one is known when it was read."""


class Malformed(Exception):
    """A request that is none by the specification."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


class Endpoint:
    """`/graphql` for programs."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def __call__(self, request: Request) -> Response:
        request_id: str = request.state.request_id
        try:
            media = accepted(request.headers.get("accept"))
            asked, size = await self._asked(request)
            return await self._answer(request, asked, size, media)
        except Malformed as error:
            return failure(error.status, error.code, error.message, request_id, error.headers)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it

    async def _asked(self, request: Request) -> tuple[Asked, int]:
        if request.method in ("GET", "HEAD"):
            return _asked(_from_query(request)), 0
        if request.method != "POST":
            raise Malformed(405, "METHOD_NOT_ALLOWED", "Ask by POST, or a query by GET.", {"Allow": "GET, POST"})
        type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if type != JSON:  # a browser sends any other to any server, without asking it first
            raise Malformed(
                415,
                "UNSUPPORTED_MEDIA_TYPE",
                f"The content type of the body is {type or 'missing'}, and must be {JSON}.",
                {"Accept-Post": JSON},
            )
        body = await self._body(request)
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Malformed(400, "BAD_REQUEST", f"The body is not JSON: {error}.") from None
        return _asked(given), len(body)

    async def _body(self, request: Request) -> bytes:
        limit = self.api.limits.bulk_body
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            await drop(request)
            raise _too_large(int(announced), limit)
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > limit:
                await drop(request)
                raise _too_large(len(body), limit)
        if len(body) > self.api.limits.body and BULK not in body:  # looked at before it is read as JSON
            raise _too_large(len(body), self.api.limits.body)
        return bytes(body)

    async def _answer(self, request: Request, asked: Asked, size: int, media: str) -> Response:
        caller = Caller(request_id=request.state.request_id)
        try:
            operation = self.api.operation(asked)
            if size > self.api.limits.body and not operation.bulk:
                raise _too_large(size, self.api.limits.body)
            if request.method != "POST" and operation.type is not OperationType.QUERY:
                raise Malformed(405, "METHOD_NOT_ALLOWED", "A mutation goes by POST.", {"Allow": "POST"})
            answer = await self._executed(request, operation, asked, caller)
        except Refused as error:
            answer = Answer({"errors": error.shown(caller.request_id)}, executed=False)
        status = 400 if media == GRAPHQL and not answer.executed else 200
        return Response(
            orjson.dumps(answer.body),
            status,
            {"Vary": "Accept", "Cache-Control": "no-store"},
            f"{media}; charset=utf-8",
        )

    async def _executed(self, request: Request, operation: Operation, asked: Asked, caller: Caller) -> Answer:
        """Executes it; a query is stopped when its client goes away, a mutation is finished for whoever asks again."""
        executing = asyncio.ensure_future(self.api.execute(operation, asked, caller))
        if operation.type is not OperationType.QUERY:
            return await asyncio.shield(executing)
        leaving = asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({executing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not executing.done():
                raise ClientDisconnect
            return executing.result()
        finally:
            for task in (executing, leaving):
                task.cancel()
            await asyncio.gather(executing, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    """Returns when the client has gone. The body was read, so that the next message can only be that."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _too_large(size: int, limit: int) -> Malformed:
    return Malformed(
        413,
        "BODY_TOO_LARGE",
        f"The body has {size} bytes, and may have {limit}. Send less at once; facts in bulk go by stateBatch.",
        {"Connection": "close"},
    )


def accepted(header: str | None) -> str:
    """The media type to answer with. `*/*`, and no header at all, is `application/json`. Raises Malformed for none."""
    best: tuple[float, int] | None = None
    chosen = JSON
    if not header or not header.strip():
        return chosen
    for place, (type, quality) in enumerate(media_types(header)):
        offered = {GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}.get(type)
        if offered is not None and quality > 0 and (best is None or (quality, -place) > best):
            best, chosen = (quality, -place), offered
    if best is None:
        raise Malformed(406, "NOT_ACCEPTABLE", f"This is answered as {GRAPHQL} or as {JSON}.")
    return chosen


def media_types(header: str) -> list[tuple[str, float]]:
    """The media types of an Accept header, in their order, each with its quality."""
    found: list[tuple[str, float]] = []
    for part in header.split(","):
        type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        found.append((type, quality))
    return found


def _from_query(request: Request) -> dict[str, Any]:
    """The parameters of a GET: variables and extensions are JSON in the URL."""
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        text = given.get(name)
        if text:
            try:
                given[name] = orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise Malformed(400, "BAD_REQUEST", f"`{name}` in the URL is not JSON: {error}.") from None
        else:
            given.pop(name, None)
    return given


def _asked(given: Any) -> Asked:
    """Checks the shape of a request."""
    if isinstance(given, list):
        raise Malformed(400, "BAD_REQUEST", "Batches are not taken: send one operation a request.")
    if not isinstance(given, dict):
        raise Malformed(400, "BAD_REQUEST", "The request must be a JSON object with a `query`.")
    query, name = given.get("query"), given.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise Malformed(400, "BAD_REQUEST", "`query` must be a GraphQL document as text.")
    if name is not None and not isinstance(name, str):
        raise Malformed(400, "BAD_REQUEST", "`operationName` must be text.")
    for field in ("variables", "extensions"):
        if given.get(field) is not None and not isinstance(given[field], dict):
            raise Malformed(400, "BAD_REQUEST", f"`{field}` must be an object.")
    return Asked(query, given.get("variables"), name or None)
