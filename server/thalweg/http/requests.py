"""What holds for every request: an id, a line in the log, headers for safety, and a name that the server goes by."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thalweg.http.settings import is_loopback

log = logging.getLogger("thalweg.http")

_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")

SAFETY: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
"""On every answer that does not say otherwise itself."""


def failure(status: int, code: str, message: str, request_id: str, headers: dict[str, str] | None = None) -> Response:
    """An error in the shape that GraphQL errors have, so that a client reads one shape only."""
    error = {"message": message, "extensions": {"code": code, "requestId": request_id}}
    return Response(orjson.dumps({"errors": [error]}), status, headers, "application/json")


MOST_DROPPED = 16_000_000
LONGEST_DROPPING = 2.0
"""Bytes of a body that nobody wants, and seconds in which it may come."""


async def drop(request: Request) -> None:
    """Reads the rest of a body that is too large, up to a bound, so that whoever sends it gets to read the answer: one
    whose connection is closed while it sends takes the server for gone, and sends the same again later.

    A client that waits to be told to go on (`Expect: 100-continue`) is not told so.
    """
    if request.headers.get("expect"):
        return
    left = MOST_DROPPED
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(LONGEST_DROPPING):
            async for part in request.stream():
                left -= len(part)
                if left < 0:
                    return


class Requests:
    """The outermost layer of the application.

    hosts: names that the server may be called by; None for any. A page of another site that makes its own name point at
    this machine (DNS rebinding) is refused by it.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] | None) -> None:
        self.app = app
        self.hosts = None if hosts is None else frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _SANE_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0
        size = 0

        async def answer(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                made = MutableHeaders(scope=message)
                made["X-Request-ID"] = request_id
                for name, value in SAFETY:
                    made.setdefault(name, value)
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            if self.known(headers.get("host", "")):
                await self.app(scope, receive, answer)
            else:
                await self.misdirected(request_id)(scope, receive, answer)
        except Exception:
            log.exception("A request failed", extra={"request_id": request_id})
            if not status:
                message = f"Something went wrong in the server. Its log says more, under the request id {request_id}."
                await failure(500, "INTERNAL_ERROR", message, request_id)(scope, receive, answer)
        finally:
            log.info(
                "%s %s",
                scope["method"],
                scope["path"],
                extra={
                    "status": status,
                    "milliseconds": round((perf_counter() - began) * 1000, 1),
                    "bytes": size,
                    "client": (scope.get("client") or ("",))[0],
                    "request_id": request_id,
                },
            )

    def known(self, host: str) -> bool:
        if self.hosts is None:
            return True
        name = host.lower()
        name = name.partition("]")[0].removeprefix("[") if name.startswith("[") else name.partition(":")[0]
        return is_loopback(name) or name in self.hosts

    @staticmethod
    def misdirected(request_id: str) -> Response:
        return failure(
            421,
            "UNKNOWN_HOST",
            "This server does not go by the name in the Host header. Call it as localhost, or name it in "
            "THALWEG_ALLOWED_HOSTS.",
            request_id,
        )
