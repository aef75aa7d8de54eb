"""The API of Kubernetes over HTTPS: lists of objects, page after page.

No answer is followed to another address, for the token would go there too.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from thalweg.importers.kubernetes.kubeconfig import Access
from thalweg.importers.parts import Part, Wrong, as_part
from thalweg.model.errors import SourceError, ThalwegError

PAGE = 500
SECONDS = 60.0
LARGEST_PAGE = 256_000_000
TRIES = 3
LONGEST_PAUSE = 30.0
PAUSE = 0.2
"""Seconds before the second try; twice that before the third, where the server does not say how long."""


class Refused(ThalwegError):
    """A list that is there and may not be read."""


class Missing(ThalwegError):
    """A list that is not there: its kind is not installed."""


class Expired(ThalwegError):
    """A list that changed too much to be read on: it must be begun again."""


class Unreadable(ThalwegError):
    """A list that could not be read, or not to its end."""


class Api:
    """The API that an Access leads to. Raises SourceError where nobody is there, or where nobody may log in."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._opener = _opener(access)

    def groups(self) -> dict[str, list[str]] | None:
        """The groups that are installed, with their versions; None where that may not be asked."""
        try:
            answer = self._get("/apis", {})
        except (Refused, Missing):
            return None
        except Unreadable as error:
            raise SourceError(f"{self.access.server} does not answer as Kubernetes does: {error.message}") from error
        try:
            return {
                group.text("name") or "": [version.text("version") or "" for version in group.parts("versions")]
                for group in answer.parts("groups")
            }
        except Wrong as error:
            raise SourceError(f"{self.access.server} does not answer as Kubernetes does.", str(error)) from error

    def pages(self, group: str, version: str, plural: str, namespace: str | None) -> Iterator[Part]:
        """The pages of a list, of one namespace or of all."""
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace is not None else ""
        parameters = {"limit": str(PAGE)}
        while True:
            page = self._get(f"/apis/{group}/{version}{within}/{plural}", parameters)
            if "items" not in page.data:
                raise Unreadable(f"the answer is no list: it has no items, and is a {page.data.get('kind', 'thing')}")
            yield page
            following = page.part("metadata").text("continue")
            if following is None:
                return
            parameters = {"limit": str(PAGE), "continue": following}

    def _get(self, path: str, parameters: Mapping[str, str]) -> Part:
        address = f"{self.access.server}{path}" + (f"?{urlencode(parameters)}" if parameters else "")
        request = Request(address, headers={"Accept": "application/json", **self.access.headers})
        for attempt in range(1, TRIES + 1):
            try:
                with self._opener.open(request, timeout=SECONDS) as answer:
                    raw = answer.read(LARGEST_PAGE + 1)
                    if answer.length and len(raw) <= LARGEST_PAGE:  # what is still to come, and will not
                        raise http.client.IncompleteRead(raw, answer.length)
                    return _parsed(raw)
            except HTTPError as error:
                with error:
                    pause = self._answered(error, attempt)
            except (http.client.HTTPException, TimeoutError) as error:
                pause = _again(attempt, f"the answer broke off ({type(error).__name__})")
            except (URLError, OSError) as error:
                raise self._unreachable(error) from error
            time.sleep(pause)
        raise AssertionError("the last attempt ends by itself")

    def _answered(self, error: HTTPError, attempt: int) -> float:
        """What an answer that is none means; how long to wait where it may be asked again."""
        said = _said(error)
        match error.code:
            case 401:
                raise SourceError(
                    f"{self.access.server} does not know who asks (401 {said}).",
                    f"The token or the certificate of {self.access.context} has expired, or is of another cluster: log "
                    "in again.",
                )
            case 403:
                raise Refused(said)
            case 404:
                raise Missing(said)
            case 410:
                raise Expired(said)
            case 429 | 500 | 502 | 503 | 504:
                after = error.headers.get("Retry-After", "")
                pause = _again(attempt, f"{error.code} {said}")
                return min(float(after), LONGEST_PAUSE) if after.isascii() and after.isdigit() else pause
            case code:
                raise Unreadable(f"{code} {said}")

    def _unreachable(self, error: OSError) -> SourceError:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, ssl.SSLCertVerificationError):
            return SourceError(
                f"{self.access.server} has a certificate that cannot be trusted ({reason.verify_message}).",
                "Name the authority that signed it: certificate-authority in the kubeconfig.",
            )
        said = reason.strerror if isinstance(reason, OSError) and reason.strerror else reason
        return SourceError(f"{self.access.server} cannot be reached ({said}).", "Is it running, and the address right?")


def _again(attempt: int, said: str) -> float:
    if attempt == TRIES:
        raise Unreadable(said)
    return PAUSE * attempt


def _parsed(raw: bytes) -> Part:
    if len(raw) > LARGEST_PAGE:
        raise Unreadable(f"the answer has more than {LARGEST_PAGE // 1_000_000} MB")
    try:
        return as_part(json.loads(raw), ())
    except (ValueError, RecursionError) as error:
        raise Unreadable("the answer is no JSON") from error


def _said(error: HTTPError) -> str:
    """The sentence of a Status, else that of the status line."""
    try:
        said = as_part(json.loads(error.read(100_000)), ()).text("message")
    except (ValueError, OSError, http.client.HTTPException):
        said = None
    return (said or str(error.reason))[:300]


class _Staying(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Connection(http.client.HTTPSConnection):
    """One whose certificate is of a name that is not the address."""

    def __init__(self, *given: Any, named: str, context: ssl.SSLContext, **more: Any) -> None:
        super().__init__(*given, context=context, **more)
        self._tls, self._named = context, named

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock: socket.socket = self._tls.wrap_socket(self.sock, server_hostname=self._named)


class _Named(HTTPSHandler):
    def __init__(self, tls: ssl.SSLContext, named: str) -> None:
        super().__init__(context=tls)
        self._connection = partial(_Connection, named=named, context=tls)

    def https_open(self, request: Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, request)


def _opener(access: Access) -> OpenerDirector:
    https = HTTPSHandler(context=access.tls) if access.name is None else _Named(access.tls, access.name)
    proxy = ProxyHandler({"https": access.proxy, "http": access.proxy}) if access.proxy else ProxyHandler()
    return build_opener(https, proxy, _Staying())
