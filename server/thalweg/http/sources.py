"""What the server says of the sources that it keeps in step, and the door by which one is read at once."""

from __future__ import annotations

import time as clock
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from thalweg.http.requests import failure
from thalweg.http.signatures import signed
from thalweg.model import time
from thalweg.sync.keeping import Keeping
from thalweg.sync.standing import Standing

LARGEST = 1_000_000
"""Bytes of a call that is heard; of what it says nothing is needed but that it is signed."""

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
"""By this event Azure's Event Grid asks whether its calls are wanted; the answer repeats a code of it."""


class Sources:
    """The doors of sources; those of a server that keeps none say so."""

    def __init__(self, keeping: Keeping | None) -> None:
        self.keeping = keeping

    @property
    def standings(self) -> Sequence[Standing]:
        return () if self.keeping is None else self.keeping.standings

    async def trigger(self, request: Request) -> Response:
        """Has a source read at once: 202. Whether it is known is told only to who can sign."""
        id = request.state.request_id
        body = await _body(request)
        if body is None:
            return failure(413, "BODY_TOO_LARGE", f"The body has more than {LARGEST:,} bytes.", id)
        source = None if self.keeping is None else self.keeping.source(request.path_params["name"])
        headers = {name.lower(): value for name, value in request.headers.items()}
        if source is None or source.secret is None or not signed(headers, body, source.secret, clock.time()):
            message = "There is no such source, or it is not signed with the source's secret. `docs/sync.md` says how."
            return failure(401, "NOT_SIGNED", message, id, {"WWW-Authenticate": "Bearer"})
        asked = _validation(body)
        if asked is not None:
            return Response(orjson.dumps({"validationResponse": asked}), media_type="application/json")
        assert self.keeping is not None
        self.keeping.trigger(source.name)
        return Response(orjson.dumps({"source": source.name, "state": "triggered"}), 202, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        return PlainTextResponse(
            exposition(self.standings, time.now()), media_type="text/plain; version=0.0.4; charset=utf-8"
        )

    def lines(self) -> str:
        """How the sources stand, a line each; nothing where there are none."""
        now = time.now()
        return "".join(f"{'late ' if one.late(now) else ''}{one.line(now)}\n" for one in self.standings)


async def _body(request: Request) -> bytes | None:
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            return None
    return bytes(found)


def _validation(body: bytes) -> str | None:
    """The code that Event Grid wants to hear again, where that is what is sent."""
    try:
        given: Any = orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return None
    for event in given if isinstance(given, list) else [given]:
        if isinstance(event, dict) and event.get("eventType") == VALIDATION:
            data = event.get("data")
            code = data.get("validationCode") if isinstance(data, dict) else None
            return code if isinstance(code, str) else None
    return None


_GAUGES = (
    ("thalweg_source_lag_seconds", "Seconds since the source was last read well, or since it was planned."),
    ("thalweg_source_late", "1 where a source was not read well for two of its intervals."),
    ("thalweg_source_failures", "How many passes over the source failed in a row."),
    ("thalweg_source_refused", "How many scopes of the last good pass were refused."),
)


def exposition(standings: Sequence[Standing], now: int) -> str:
    """The standings as Prometheus reads them."""
    said: list[str] = []
    for name, help in _GAUGES:
        said += [f"# HELP {name} {help}", f"# TYPE {name} gauge"]
        for one in standings:
            labels = f'source="{_escaped(one.name)}",importer="{_escaped(one.importer)}"'
            said.append(f"{name}{{{labels}}} {_value(name, one, now):g}")
    return "\n".join(said) + "\n"


def _value(name: str, one: Standing, now: int) -> float:
    match name:
        case "thalweg_source_lag_seconds":
            return one.lag(now) / time.SECOND
        case "thalweg_source_late":
            return float(one.late(now))
        case "thalweg_source_failures":
            return float(one.failures)
        case _:
            return float(one.refused)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
