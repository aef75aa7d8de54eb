"""Asking a server for JSON: again where that may help, never without end, and never led elsewhere.

A server that is overloaded, restarts or is cut off is asked again, with pauses that grow and are never quite the same,
until patience ends; what it says about when to come back is heeded. One that answers something else than JSON, or sends
us elsewhere, is not believed.
"""

from __future__ import annotations

import base64
import os
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPMessage
from typing import IO, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

import orjson

from thalweg.importers.mlflow.copied import Stop
from thalweg.model.errors import SourceError
from thalweg.model.facts import Json

TIMEOUT = 120.0
"""Seconds in which something must come; a page of a large store is long in the making."""
FIRST = 3.0
"""Seconds to look for a server that never answered: its address may be wrong."""
LONGEST = 600.0
"""Seconds that one answer may take."""
LARGEST = 64 << 20
"""Bytes of one answer; of a larger page a smaller one is asked for."""

LET_IN = (
    "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, to those of somebody who may "
    "read all experiments and models."
)

_AGAIN = (408, 429, 500, 502, 503, 504)
_PIECE = 1 << 20


class Lacking(SourceError):
    """The server does not know this path."""


class Absent(Lacking):
    """The server does not know the one thing that was asked for."""


class Barred(SourceError):
    """The server does not let us in here."""


class Declined(SourceError):
    """The server does not take the question."""


NOT_TOLD = (Lacking, Barred, Declined)
"""What a server may say of a question that it need not know: it is older, or only much like MLflow's."""


class TooLarge(SourceError):
    """An answer is larger than is taken."""


class _Passing(Exception):
    """What may be over when it is tried again; `after` is when the server says so, in seconds."""

    def __init__(self, said: str, after: float | None = None) -> None:
        super().__init__(said)
        self.after = after


class _NoRedirects(HTTPRedirectHandler):
    """Whoever is sent elsewhere takes along what lets him in; so nobody goes."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class Server:
    """A server by its address; `name` and `address` have nothing that lets somebody in.

    patience: seconds to go on asking for one answer; FIRST at most while none ever came. stop: ends that, from another
    thread.
    """

    def __init__(
        self, address: SplitResult, patience: float, stop: Stop, environment: Mapping[str, str] = os.environ
    ) -> None:
        host = address.netloc.rpartition("@")[2]
        self.name = f"{host}{address.path}".rstrip("/")
        self.address = f"{address.scheme}://{self.name}"
        self._patience = patience
        self._first = min(patience, FIRST)
        self._answered = False
        self._stop = stop
        self._headers = {"Accept": "application/json", "User-Agent": "thalweg", **credentials(address, environment)}
        if workspace := environment.get("MLFLOW_WORKSPACE", "").strip():
            self._headers["X-MLFLOW-WORKSPACE"] = workspace
        self.workspace = workspace or "default"
        certificates = environment.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or None
        try:
            context = ssl.create_default_context(cafile=certificates)
        except OSError as error:
            raise SourceError(
                f"The certificates at {certificates} cannot be read: {error}.",
                "Correct MLFLOW_TRACKING_SERVER_CERT_PATH.",
            ) from error
        self._opener = build_opener(_NoRedirects, HTTPSHandler(context=context))

    def ask(self, path: str, question: Mapping[str, Json], *, post: bool) -> dict[str, Json]:
        """The JSON object that is answered. Raises SourceError; Lacking where the path is not known."""
        url, body = f"{self.address}{path}", None
        headers = self._headers
        if post:
            body, headers = orjson.dumps(question), headers | {"Content-Type": "application/json"}
        else:
            url = f"{url}?{urlencode(question, doseq=True)}"
        request = Request(url, data=body, headers=headers, method="POST" if post else "GET")
        began, pause = time.monotonic(), 0.2
        while True:
            self._stop.heed()
            try:
                return self._answer(request, path)
            except _Passing as passing:
                wait = random.uniform(pause / 2, pause) if passing.after is None else passing.after
                patience = self._patience if self._answered else self._first
                if time.monotonic() + wait > began + patience:
                    asks = f" and asks to wait {wait:.0f} seconds" if passing.after is not None else ""
                    raise SourceError(
                        f"{self.address}{path} {passing}{asks}; it was asked for {patience:g} seconds.",
                        "Nothing was taken of it. Import again when the server is well.",
                    ) from passing
            self._stop.heed(wait)
            pause = min(pause * 2, 30.0)

    def pages(
        self, path: str, question: Mapping[str, Json], named: str, size: int, *, post: bool, least: int = 1
    ) -> Iterator[Json]:
        """The lists called `named` of all pages, each as it came; of a page that is too large smaller ones.

        least: how small they may become.
        """
        token, seen = "", set[str]()
        while True:
            asked = {**question, "max_results": size} | ({"page_token": token} if token else {})
            try:
                answer = self.ask(path, asked, post=post)
            except TooLarge:
                if size <= least:
                    raise
                size = max(size // 4, least)
                continue
            yield answer.get(named)
            token = answer.get("next_page_token") or ""
            if not token:
                return
            if not isinstance(token, str) or token in seen:
                self.odd(path, f"`next_page_token` is {token!r} again, which has no end")
            seen.add(token)

    def odd(self, path: str, said: str) -> NoReturn:
        """Raises SourceError for an answer that is not as MLflow's are."""
        raise SourceError(
            f"The answer of {self.address}{path} is not as MLflow's are: {said}.",
            "Check the address: it is that of MLflow's page, without what follows a `#`.",
        )

    def _answer(self, request: Request, path: str) -> dict[str, Json]:
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                kind = response.headers.get_content_type()
                self._answered = True
                content = self._content(response.read, response.headers.get("Content-Length"), path)
        except HTTPError as error:
            self._answered = True
            with error:
                self._refused(error, path)
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise SourceError(
                    f"{self.address} is not trusted: {reason.verify_message}.",
                    "Name the certificates that vouch for it in MLFLOW_TRACKING_SERVER_CERT_PATH.",
                ) from error
            raise _Passing(f"cannot be read: {str(reason) or type(reason).__name__}") from error
        try:
            found = orjson.loads(content)
        except ValueError as error:
            if content.lstrip().startswith(b"{"):
                raise _Passing(f"answers JSON that is cut short or broken ({error})") from error
            self.odd(path, f"it is {kind}, and no JSON" + (" (a page to log in?)" if kind == "text/html" else ""))
        if not isinstance(found, dict):
            self.odd(path, f"it is a {type(found).__name__}, and no object")
        return found

    def _content(self, read: Callable[[int], bytes], length: str | None, path: str) -> bytes:
        pieces, size, until = [], 0, time.monotonic() + LONGEST
        while piece := read(_PIECE):
            self._stop.heed()
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise TooLarge(
                    f"An answer of {self.address}{path} has more than {LARGEST:,} bytes.",
                    "One run or model of it alone is larger than is read; look what it logged.",
                )
            if time.monotonic() > until:
                raise _Passing(f"takes longer than {LONGEST:.0f} seconds for one answer")
        if length is not None and length.isdecimal() and size < int(length):
            raise _Passing(f"stops after {size:,} of {int(length):,} bytes")
        return b"".join(pieces)

    def _refused(self, error: HTTPError, path: str) -> NoReturn:
        where = f"{self.address}{path}"
        if error.code in _AGAIN:
            raise _Passing(f"answers {error.code}", _after(error.headers.get("Retry-After"))) from error
        if error.code in (301, 302, 303, 307, 308):
            to = urlsplit(error.headers.get("Location") or "")
            raise SourceError(
                f"{where} sends us to {to.scheme}://{to.netloc.rpartition('@')[2]}{to.path}.",
                "Give that address, if it is MLflow's; it is not gone to unasked, for what lets us in would go along.",
            ) from error
        if error.code in (401, 403):
            raise Barred(
                f"{where} does not let us in ({error.code}).",
                LET_IN,
            ) from error
        code, said = _reason(error)
        if error.code in (404, 405, 501):
            kind = Absent if code == "RESOURCE_DOES_NOT_EXIST" else Lacking
            raise kind(
                f"There is no {where} ({error.code}).",
                "Check the address: it is that of MLflow's page, without what follows a `#`.",
            ) from error
        raise Declined(
            f"{where} answers {error.code}: {' '.join(str(said).split())[:300].rstrip('.')}.",
            "Its log may say more.",
        ) from error


def _reason(error: HTTPError) -> tuple[Json, Json]:
    """MLflow's own code of an error, and its words; those of HTTP where it has none."""
    try:
        said = orjson.loads(error.read(_PIECE))
        return said.get("error_code"), said["message"]
    except (ValueError, TypeError, LookupError, AttributeError, OSError, HTTPException):
        return None, error.reason


def credentials(address: SplitResult, environment: Mapping[str, str]) -> dict[str, str]:
    """What lets us in: of the address, else of the variables that MLflow's own client reads."""
    user, password = unquote(address.username or ""), unquote(address.password or "")
    if not user:
        user, password = (environment.get(f"MLFLOW_TRACKING_{name}", "") for name in ("USERNAME", "PASSWORD"))
    if user:
        return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
    if token := environment.get("MLFLOW_TRACKING_TOKEN", "").strip():
        return {"Authorization": f"Bearer {token}"}
    return {}


def _after(said: str | None) -> float | None:
    """The seconds of a `Retry-After`, which is a number or a date."""
    if said is None:
        return None
    if said.strip().isdecimal():
        return float(said.strip())
    try:
        return max(parsedate_to_datetime(said).timestamp() - time.time(), 0.0)
    except ValueError:
        return None
