"""The OpenLineage door: `POST /api/v1/lineage` takes one event, `POST /api/v1/lineage/batch` a list of them.

It answers after the durable write. Of a batch each event is taken or refused by itself, and the answer says which
failed and why. An event that was sent before changes nothing, so a client that learned of no answer sends it again.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from thalweg import ingest
from thalweg.http.endpoint import JSON, Malformed
from thalweg.http.requests import drop, failure
from thalweg.http.settings import Settings
from thalweg.importers.openlineage import heard
from thalweg.model.errors import BadInput, Problem, StoreError, ThalwegError
from thalweg.model.facts import Caller, Granule
from thalweg.model.results import Notice, Written
from thalweg.store.store import Store

AT_ONCE = 250
"""Events that are read and stated together: while they are written the next are read, and others are answered."""

ONE, SEVERAL = "THALWEG_MAX_BODY", "THALWEG_MAX_EVENTS_BODY"
"""The settings that say how large an event may be, and a batch."""

WARNINGS = 100
"""Warnings that an answer spells out; all are counted."""

RETRY_AFTER = "5"
"""Seconds after which a client may try again where the store could not be reached."""


@dataclass(slots=True)
class Outcome:
    """What became of a request's events."""

    received: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    warned: int = 0
    retriable: int = 0
    store: StoreError | None = None

    def refuse(self, index: int, error: ThalwegError) -> None:
        problems = [_problem(one) for one in getattr(error, "problems", ())]
        retriable = isinstance(error, StoreError)
        told: dict[str, Any] = {"index": index, "reason": f"event {index}: {error}", "retriable": retriable}
        self.failed.append({**told, "code": error.code, "problems": problems})
        if isinstance(error, StoreError):
            self.retriable += 1
            self.store = error

    def warn(self, index: int, found: Sequence[Problem | Notice]) -> None:
        self.warned += len(found)
        for one in found[: WARNINGS - len(self.warnings)]:
            said = _problem(one) if isinstance(one, Problem) else {"field": one.field, "expected": one.message}
            self.warnings.append({"index": index, "code": one.code, **said})

    def body(self) -> dict[str, Any]:
        """As the specification words the answer to a batch, with the warnings besides."""
        failed = len(self.failed)
        return {
            "status": "success" if not failed else "partial_success" if failed < self.received else "failed",
            "summary": {
                "received": self.received,
                "successful": self.received - failed,
                "failed": failed,
                "retriable": self.retriable,
                "non_retriable": failed - self.retriable,
            },
            "failed_events": sorted(self.failed, key=lambda one: one["index"]),
            "warned": self.warned,
            "warnings": sorted(self.warnings, key=lambda one: one["index"]),
        }


class OpenLineage:
    """Both addresses, over one store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.strict = settings.openlineage_strict
        self.largest_event = settings.max_body
        self.largest_batch = settings.max_events_body

    async def one(self, request: Request) -> Response:
        """`/api/v1/lineage`"""
        request_id: str = request.state.request_id
        try:
            event = await _posted(request, self.largest_event, ONE)
            if isinstance(event, list):
                raise Malformed(400, "BAD_REQUEST", "The body is a list. Send lists to /api/v1/lineage/batch.")
            outcome = await asyncio.shield(self.state([event], Caller(request_id=request_id)))
        except Malformed as error:
            return failure(error.status, error.code, error.message, request_id, error.headers)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it
        if not outcome.failed:
            said = {"status": "success", "warned": outcome.warned, "warnings": outcome.warnings}
            return _answer(200, said)
        (failed,) = outcome.failed
        message = failed["reason"].partition(": ")[2]
        extensions = {"code": failed["code"], "requestId": request_id, "problems": failed["problems"]}
        return _answer(_status(outcome), {"errors": [{"message": message, "extensions": extensions}]})

    async def batch(self, request: Request) -> Response:
        """`/api/v1/lineage/batch`"""
        request_id: str = request.state.request_id
        try:
            events = await _posted(request, self.largest_batch, SEVERAL)
            if not isinstance(events, list):
                raise Malformed(400, "BAD_REQUEST", "The body must be a list of events. One goes to /api/v1/lineage.")
            outcome = await asyncio.shield(self.state(events, Caller(request_id=request_id)))
        except Malformed as error:
            return failure(error.status, error.code, error.message, request_id, error.headers)
        except ClientDisconnect:
            return Response(status_code=499)
        return _answer(_status(outcome), outcome.body())

    async def state(self, events: Sequence[Any], caller: Caller) -> Outcome:
        """Reads events and states what they say, some at a time, while those before are written."""
        outcome = Outcome(len(events))
        under_way: deque[tuple[list[list[int]], asyncio.Task[list[Written | ThalwegError]]]] = deque()

        async def settle() -> None:
            of, writing = under_way.popleft()
            refused: set[int] = set()
            try:
                answers = await writing
            except StoreError as error:
                answers = [error] * len(of)
            # first what the fewest say: what is wrong with an event stands there, and not at what it says like others
            for said_by, answer in sorted(zip(of, answers, strict=True), key=lambda one: len(one[0])):
                if isinstance(answer, Written):
                    outcome.warn(said_by[0], answer.warnings)
                    continue
                for index in said_by:
                    if index not in refused:
                        refused.add(index)
                        outcome.refuse(index, answer)

        for begin in range(0, len(events), AT_ONCE):
            of, granules = self.read(events, range(begin, min(begin + AT_ONCE, len(events))), outcome)
            under_way.append((of, asyncio.create_task(ingest.state(self.store, granules, caller, together=of))))
            await asyncio.sleep(0)  # it is validated, and waits to be written; others have their turn
            if len(under_way) == 2:
                await settle()
        while under_way:
            await settle()
        return outcome

    def read(self, events: Sequence[Any], which: range, outcome: Outcome) -> tuple[list[list[int]], list[Granule]]:
        """The granules of some events, and for each those that say it: what several say alike is said once."""
        of: list[list[int]] = []
        granules: list[Granule] = []
        seen: dict[str, list[int]] = {}
        for index in which:
            try:
                found = heard(events[index], strict=self.strict)
            except BadInput as error:
                outcome.refuse(index, error)
                continue
            outcome.warn(index, found.odd)
            for granule in found.granules:
                if granule.revision is None and granule.name in seen:
                    seen[granule.name].append(index)
                    continue
                of.append([index])
                granules.append(granule)
                if granule.revision is None:
                    seen[granule.name] = of[-1]
        return of, granules


def _problem(problem: Problem) -> dict[str, Any]:
    return {"field": problem.field, "value": problem.value, "expected": problem.expected}


def _status(outcome: Outcome) -> int:
    """400 where nothing was taken; 503 where the store could not take what was right: all of it may be sent again."""
    if outcome.retriable:
        return 503
    return 400 if outcome.failed and len(outcome.failed) == outcome.received else 200


def _answer(status: int, body: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = RETRY_AFTER
    return Response(orjson.dumps(body), status, headers, JSON)


# ------------------------------------------------------------------------------------------------------------ the body


async def _posted(request: Request, limit: int, setting: str) -> Any:
    """The JSON that was posted. Raises Malformed for what is none, or too large, packed or unpacked."""
    if request.method != "POST":
        raise Malformed(405, "METHOD_NOT_ALLOWED", "Events are sent by POST.", {"Allow": "POST"})
    type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if type != JSON:  # a browser sends any other to any server, without asking it first
        raise Malformed(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            f"The content type of the body is {type or 'missing'}, and must be {JSON}.",
            {"Accept-Post": JSON},
        )
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Malformed(
            415,
            "UNSUPPORTED_ENCODING",
            f"The body is encoded as {encoding}; it may be gzip, or not encoded at all.",
            {"Accept-Encoding": "gzip"},
        )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        await drop(request)
        raise _too_large(limit, setting)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            await drop(request)
            raise _too_large(limit, setting)
    whole = bytes(body) if encoding == "identity" else b"".join(_unpacked(bytes(body), limit, setting))
    try:
        return orjson.loads(whole)
    except orjson.JSONDecodeError as error:
        raise Malformed(400, "BAD_REQUEST", f"The body is not JSON: {error}.") from None


def _unpacked(packed: bytes, limit: int, setting: str) -> Iterator[bytes]:
    """What gzip packed, in one member or several, and never more of it than may be."""
    left = limit
    while packed:
        unpacking = zlib.decompressobj(31)  # gzip's header and checksum
        try:
            part = unpacking.decompress(packed, left + 1)
        except zlib.error as error:
            raise Malformed(400, "BAD_REQUEST", f"The body is not gzip: {error}.") from None
        left -= len(part)
        if left < 0:
            raise _too_large(limit, setting)
        if not unpacking.eof:
            raise Malformed(400, "BAD_REQUEST", "The body is gzip that was cut short.")
        yield part
        packed = unpacking.unused_data


def _too_large(limit: int, setting: str) -> Malformed:
    right = "Send it as a batch of one, to /api/v1/lineage/batch." if setting == ONE else "Send fewer events at once."
    return Malformed(
        413,
        "BODY_TOO_LARGE",
        f"The body may have {limit} bytes, unpacked too ({setting}). {right}",
        {"Connection": "close"},
    )
