"""GraphQL over HTTP, by the standard library: one request, one answer."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage, IncompleteRead
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from thalweg.model.errors import BadInput, ThalwegError

LONGEST_WAIT = 60.0
"""Seconds; a server gives up on a query long before."""

LARGEST = 64 << 20
"""Bytes of an answer that are read: whatever never stops to answer is no server of this kind."""

TOO_LARGE = 413


class ServerUnreachable(ThalwegError):
    """Nobody answers at the address."""

    code = "SERVER_UNREACHABLE"


class BrokeOff(ServerUnreachable):
    """Somebody was there, and broke the connection off without an answer: a server that goes away, or a proxy to which
    the request is too large and that does not say so.
    """


class NotAServer(ThalwegError):
    """Something answers at the address, but no Thalweg server."""

    code = "NOT_A_SERVER"


class Answered(ThalwegError):
    """The server answered with an error; its code and its sentence are the server's."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Client:
    """The server at an address: `http://127.0.0.1:8000`, with or without `/graphql`; `localhost:8000` will do.

    seconds: how long one answer is waited for. Raises BadInput for what is no address of a server.
    """

    def __init__(self, address: str, seconds: float = LONGEST_WAIT) -> None:
        self.url = endpoint(address)
        self.seconds = seconds
        self._opener = _opener(self.url)

    def ask(self, document: str, variables: Mapping[str, Any], operation: str | None = None) -> dict[str, Any]:
        """The data of an operation, whole. Raises ThalwegError for the first error of the answer, and for none at all.

        operation: which one, where the document holds several.
        """
        asked = {"query": document, "variables": dict(variables), "operationName": operation}
        sent = json.dumps(asked, ensure_ascii=False).encode(errors="replace")  # UTF-8: `\u` takes three times as much
        status, body = self._post(sent)
        if status == TOO_LARGE and b"BODY_TOO_LARGE" not in body:  # a proxy says it in words of its own
            hint = "Have it, or the proxy in front of it, take more."
            raise Answered(f"{self.url} takes no request of {len(sent):,} bytes. {hint}", "BODY_TOO_LARGE")
        answer = _parsed(body)
        if answer is None:
            raise self._no_server(f"with status {status}")
        return data_of(answer)

    def _no_server(self, how: str) -> NotAServer:
        return NotAServer(
            f"{self.url} answers ({how}), but not as a Thalweg server does.",
            "Give the address of the server, like http://127.0.0.1:8000.",
        )

    def _post(self, body: bytes) -> tuple[int, bytes]:
        # Request takes any scheme, `file:` too; `endpoint` has let through http and https alone
        request = Request(
            self.url,
            body,
            {"Content-Type": "application/json", "Accept": "application/graphql-response+json, application/json;q=0.9"},
        )
        try:
            try:
                answer: Any = self._opener.open(request, timeout=self.seconds)
            except HTTPError as error:
                answer = error  # an answer like any other, and it may break off like any other
            with answer:
                status: int = answer.status
                return status, self._content(answer)
        except TimeoutError as error:
            raise ServerUnreachable(
                f"{self.url} did not answer within {self.seconds:g} seconds.", "See whether the server is well."
            ) from error
        except IncompleteRead as error:
            raise ServerUnreachable(
                f"{self.url} broke off its answer after {len(error.partial):,} bytes.",
                "See whether the server is well.",
            ) from error
        except (URLError, HTTPException, OSError, ValueError) as error:  # the last: a proxy whose address is none
            reason = getattr(error, "reason", error)
            if getattr(request, _CONNECTED, False) and _broken_off(reason):
                raise BrokeOff(
                    f"{self.url} broke off while it was sent {len(body):,} bytes, and did not answer.",
                    "See whether the server is well, and whether a proxy in front of it takes so much.",
                ) from error
            said = getattr(reason, "strerror", None) or str(reason).strip() or type(reason).__name__
            raise ServerUnreachable(
                f"No server can be reached at {self.url} ({said}).",
                "Start one with `thalweg serve`, give its address with --server, or ask a store with --store.",
            ) from error

    def _content(self, answer: Any) -> bytes:
        """The whole of an answer, in pieces as they come: each of them may come in time, and still there is no end."""
        until = time.monotonic() + self.seconds
        content = bytearray()
        while part := answer.read1(1 << 16):
            content += part
            if len(content) > LARGEST:
                raise self._no_server(f"with more than {LARGEST:,} bytes")
            if time.monotonic() > until:
                raise TimeoutError
        if answer.length:  # `read1` says nothing of what is lacking
            raise IncompleteRead(bytes(content), answer.length)
        return bytes(content)


def _opener(url: str) -> OpenerDirector:
    """What sends requests: by the proxies of the environment, but never to this machine itself."""
    host = urlsplit(url).hostname or ""
    alone = host == "localhost" or host == "::1" or host.startswith("127.")
    return build_opener(_Stays, *_HANDLERS, *([ProxyHandler({})] if alone else []))


_CONNECTED = "thalweg_connected"
"""Noted at a request once there was a connection for it."""


def _broken_off(error: object) -> bool:
    """Whether a connection was ended by who is at its other end; over TLS that has a name of its own."""
    ended = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError)
    return isinstance(error, ended) or type(error).__name__ in ("SSLEOFError", "SSLZeroReturnError")


class _Listens:
    """Hears an answer that came before all was sent, as that a request is too large: whoever says so may close then."""

    def do_open(self, http_class: Any, req: Request, **given: Any) -> Any:
        class Connection(http_class):  # type: ignore[misc]
            def connect(self) -> None:
                super().connect()
                setattr(req, _CONNECTED, True)

            def request(self, *asked: Any, **more: Any) -> None:
                try:
                    super().request(*asked, **more)
                except (BrokenPipeError, ConnectionResetError, ConnectionAbortedError):
                    if self.sock is None:
                        raise

        return super().do_open(Connection, req, **given)  # type: ignore[misc]


class _Plain(_Listens, HTTPHandler):
    pass


_HANDLERS: list[Any] = [_Plain]
if hasattr(urllib.request, "HTTPSHandler"):  # a Python without TLS has none

    class _Secure(_Listens, urllib.request.HTTPSHandler):
        pass

    _HANDLERS.append(_Secure)


class _Stays(HTTPRedirectHandler):
    """Follows nobody elsewhere: on its way there what is sent would be left out, and a question become a page."""

    def http_error_302(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> None:
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def endpoint(address: str) -> str:
    """The URL that takes GraphQL. Raises BadInput, with what would be right, for what is no address of a server."""
    text = address.strip()
    whole = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(whole)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if not usable or any(letter.isspace() for letter in text):
        raise BadInput(
            f"{text.rpartition('@')[2]!r} is no address of a server.", "Give one like http://127.0.0.1:8000."
        )
    if "@" in parts.netloc:
        raise BadInput(
            "The address of the server holds a user or a password, which would end up in logs.",
            "Give it without, like http://127.0.0.1:8000.",
        )
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path if path.endswith('/graphql') else f'{path}/graphql'}"


def _parsed(body: bytes) -> dict[str, Any] | None:
    """An answer of GraphQL; None for what has not the shape of one, as what a proxy says of itself."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
        return None
    errors = answer.get("errors")
    if errors is None:
        return answer
    listed = isinstance(errors, list) and all(isinstance(error, dict) for error in errors)
    sound = listed and all(isinstance(error.get("extensions") or {}, dict) for error in errors)
    return answer if sound else None


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an answer of GraphQL. Raises Answered for its first error: what is left of the data is not whole."""
    for error in answer.get("errors") or ():
        code = (error.get("extensions") or {}).get("code")
        raise Answered(str(error.get("message", "The server gave no reason.")), str(code or ThalwegError.code))
    data = answer.get("data")
    return data if isinstance(data, dict) else {}
