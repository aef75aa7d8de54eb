"""Granules to a server, and what became of each: taken, refused for what it says, or not sent for now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from thalweg.client.graphql import Answered, BrokeOff
from thalweg.client.statements import Granule
from thalweg.model.errors import ThalwegError

STATE = """mutation State($input: StateBatchInput!) {
  stateBatch(input: $input) {
    results { scope outcome errors { code path message } }
    errors { code message }
  }
}"""

MOST_GRANULES = 500
MOST_BYTES = 4 << 20
"""Of one request; a server takes more, but not every proxy in front of it."""
MOST_BREAKS = 4
"""Of single statements in a row: where none of them gets through, the rest is left for another time."""

Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Answers a document with its variables. Raises ThalwegError."""


class Statement(NamedTuple):
    """A granule and who states it: what one line of a spool holds."""

    source: str
    granule: Granule


class Refusal(NamedTuple):
    """A statement that a server will never take, and why."""

    statement: Statement
    error: str


class Delivered(NamedTuple):
    """What became of statements. repeated: of those that were taken, how many had been before, or are older than what
    is held. unsent: those that nobody answered for; `reason` says why.
    """

    taken: int = 0
    repeated: int = 0
    refused: tuple[Refusal, ...] = ()
    unsent: tuple[Statement, ...] = ()
    reason: ThalwegError | None = None


def batches(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """Statements of one source that go together in a request."""
    batch: list[Statement] = []
    size = 0
    for one in statements:
        weight = len(json.dumps(one.granule, ensure_ascii=False).encode(errors="replace"))
        full = len(batch) >= MOST_GRANULES or size + weight > MOST_BYTES
        if batch and (full or one.source != batch[0].source):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += weight
    if batch:
        yield batch


@dataclass(slots=True)
class _Breaks:
    """How many single statements, one after the other, may still break off before nobody seems to be there."""

    left: int = MOST_BREAKS


def deliver(ask: Ask, batch: Sequence[Statement]) -> Delivered:
    """Sends statements of one source. Raises nothing that a server or the way to it does.

    A request that is refused as a whole is halved until the one is found that it was refused for. So is one that
    somebody breaks off without a word, as some proxies do with what is too large to them: the one that breaks off even
    alone is still to be sent, for nobody has refused it.
    """
    return _deliver(ask, batch, _Breaks())


def _deliver(ask: Ask, batch: Sequence[Statement], breaks: _Breaks) -> Delivered:
    variables = {"input": {"source": batch[0].source, "granules": [one.granule for one in batch]}}
    try:
        answer = ask(STATE, variables)["stateBatch"]
        if answer["errors"]:
            raise Answered(str(answer["errors"][0]["message"]), str(answer["errors"][0]["code"]))
        results = answer["results"]
        if len(results) != len(batch):
            raise Answered("The server did not answer for each granule.", "NOT_A_SERVER")
        breaks.left = MOST_BREAKS
        return _came(batch, results)
    except ThalwegError as error:
        broke_off = isinstance(error, BrokeOff)
        if not broke_off and (not isinstance(error, Answered) or not _of_what_it_says(error.code)):
            return Delivered(unsent=tuple(batch), reason=error)
        if len(batch) == 1:
            breaks.left = breaks.left - 1 if broke_off else MOST_BREAKS
            return Delivered(unsent=tuple(batch), reason=error) if broke_off else _refused(batch[0], error)
        half = len(batch) // 2
        first = _deliver(ask, batch[:half], breaks)
        if first.reason is not None and not (isinstance(first.reason, BrokeOff) and breaks.left > 0):
            return first._replace(unsent=(*first.unsent, *batch[half:]))
        return _both(first, _deliver(ask, batch[half:], breaks))
    except Exception as error:  # whatever it is that came: what it was to answer for is still to be sent
        said = f"The server answered, but not what it took and what it refused ({error!r:.200})."
        reason = Answered(said, "NOT_A_SERVER")
        return Delivered(unsent=tuple(batch), reason=reason)


def _refused(one: Statement, error: ThalwegError) -> Delivered:
    return Delivered(refused=(Refusal(one, str(error)),))


def _came(batch: Sequence[Statement], results: Sequence[Mapping[str, Any]]) -> Delivered:
    """Raises where a result is none: nothing counts as taken of which the server does not say so."""
    refused: list[Refusal] = []
    unsent: list[Statement] = []
    reason: ThalwegError | None = None
    repeated = 0
    for one, result in zip(batch, results, strict=True):
        errors = result.get("errors") or ()
        if not errors:
            if not isinstance(result["outcome"], str):
                raise TypeError(f"{result!r:.80} has no outcome")
            repeated += result["outcome"] != "WRITTEN"
        elif all(_for_now(str(error["code"])) for error in errors):
            unsent.append(one)
            reason = Answered(str(errors[0]["message"]), str(errors[0]["code"]))
        else:
            refused.append(Refusal(one, " ".join(str(error["message"]) for error in errors)))
    taken = len(batch) - len(refused) - len(unsent)
    return Delivered(taken, repeated, tuple(refused), tuple(unsent), reason)


def _both(one: Delivered, other: Delivered) -> Delivered:
    return Delivered(
        one.taken + other.taken,
        one.repeated + other.repeated,
        one.refused + other.refused,
        one.unsent + other.unsent,
        one.reason if other.reason is None or (isinstance(other.reason, BrokeOff) and one.reason) else other.reason,
    )


def _for_now(code: str) -> bool:
    """Whether an error is of the server's state, so that the same may be taken later."""
    return code.startswith("STORE_") or code in ("DEADLINE_EXCEEDED", "INTERNAL_ERROR", "ERROR", "SERVER_UNREACHABLE")


def _of_what_it_says(code: str) -> bool:
    """Whether a whole request was refused for something in it."""
    return code in ("BAD_INPUT", "BAD_REQUEST", "BODY_TOO_LARGE", "GRAPHQL_VALIDATION_FAILED") or code.startswith(
        "TOO_"
    )
