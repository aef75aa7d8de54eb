"""An address, and what answers there: few short questions, asked by whichever importer may know it.

    git@github.com:acme/churn.git     postgresql://reader@db/mlflow     https://mlflow.example.com     aws://eu-west-1

Nothing is followed to another address, and nothing that logs in is shown: what an address holds is sent to it alone.
"""

from __future__ import annotations

import base64
import re
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage
from types import MappingProxyType
from typing import IO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from thalweg.model.errors import SourceError
from thalweg.model.names import without_password

SECONDS = 5.0
"""How long one question may take."""
LARGEST = 64 << 10
"""Bytes of an answer that are looked at."""

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9.+-]+)://\S+")
_SCP = re.compile(r"[^/\s@:]+@[^/\s:]+:(?!//)\S+")
_NOTHING: Mapping[str, str] = MappingProxyType({})


def is_address(text: str) -> bool:
    """Whether a text is an address rather than a path; `file://` is a path, written as one."""
    found = _URL.fullmatch(text.strip())
    return (found is not None and found["scheme"].lower() != "file") or _SCP.fullmatch(text.strip()) is not None


class Answer(NamedTuple):
    """status: that of HTTP. kind: the type of what came, `text/html`. body: its beginning."""

    status: int
    kind: str
    body: bytes


class Address:
    """An address as it was given: `text`; `shown` has nothing that logs in. scheme: `ssh` for `git@host:path` too.

    Raises SourceError for a URL that is none.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        found = _URL.fullmatch(self.text)
        self.scheme = found["scheme"].lower() if found else "ssh"
        self.web = self.scheme in ("http", "https")
        self.shown = _shown(self.text, self.web)
        self.answers: list[Answer] = []
        try:
            self.parts = urlsplit(self.text if found else f"ssh://{self.text.replace(':', '/', 1)}")
            self.host = self.parts.hostname or ""
            port = self.parts.port  # raises ValueError for one that is none
        except ValueError as error:
            raise SourceError(f"{self.shown} is no address: {error}.", "Write it like https://host/path.") from error
        if self.web and (not self.host or port == 0):
            raise SourceError(f"{self.shown} names no host.", "Write it like https://host/path.")

    @property
    def base(self) -> str:
        """Of a web address the part that others can be put behind."""
        return f"{self.parts.scheme}://{self.parts.netloc.rpartition('@')[2]}{self.parts.path}".rstrip("/")

    def ask(self, path: str, headers: Mapping[str, str] = _NOTHING) -> Answer:
        """What is answered at a path behind a web address. Raises SourceError where nobody answers."""
        request = Request(self.base + path, headers={"User-Agent": "thalweg", **self._login(), **headers})
        until = time.monotonic() + SECONDS
        try:
            with build_opener(_Staying()).open(request, timeout=SECONDS) as response:
                answer = Answer(response.status, response.headers.get_content_type(), _begun(response, until))
        except HTTPError as error:
            with error:
                answer = Answer(error.code, error.headers.get_content_type(), _begun(error, until))
        except (OSError, HTTPException) as error:
            raise self._unanswered(error) from error
        self.answers.append(answer)
        return answer

    def _login(self) -> dict[str, str]:
        if self.parts.username is None:
            return {}
        user, password = unquote(self.parts.username), unquote(self.parts.password or "")
        return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}

    def _unanswered(self, error: Exception) -> SourceError:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, ssl.SSLCertVerificationError):
            return SourceError(
                f"{self.shown} is not trusted: {reason.verify_message}.",
                "Name the certificates that vouch for it in SSL_CERT_FILE; of a cluster, give a context of the "
                "kubeconfig: thalweg import kubernetes --context NAME.",
            )
        if isinstance(reason, TimeoutError):
            said = f"nothing came in {SECONDS:.0f} seconds"
        elif isinstance(reason, HTTPException):
            said = "what is there does not speak HTTP"
        else:
            said = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
        return SourceError(
            f"Nothing answers at {self.shown}: {said}.", "Check the address, and that it can be reached from here."
        )


class _Staying(HTTPRedirectHandler):
    """Whoever is sent elsewhere takes along what lets him in; so nobody goes."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _begun(response: IO[bytes], until: float) -> bytes:
    """The beginning of an answer, as much of it as comes in time."""
    pieces, size = [], 0
    while size < LARGEST and time.monotonic() < until:
        piece = response.read1(LARGEST - size)  # type: ignore[attr-defined]  # both kinds of answers have it
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _shown(text: str, web: bool) -> str:
    """A URL without who logs in, and without its parameters, which may hold what does."""
    plain, question, _ = without_password(text).partition("?")
    if web:  # where a name alone is often a token
        plain = re.sub(r"(?<=://)[^/?#@]*@", "", plain)
    return f"{plain}{'?…' if question else ''}"
