"""Granules to a server, and what became of each: taken, refused for what it says, or not sent for now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from thalweg.client.graphql import Answered
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


def deliver(ask: Ask, batch: Sequence[Statement]) -> Delivered:
    """Sends statements of one source. Raises nothing that a server or the way to it does.

    A request that is refused as a whole is halved until the one is found that it was refused for.
    """
    variables = {"input": {"source": batch[0].source, "granules": [one.granule for one in batch]}}
    try:
        answer = ask(STATE, variables)["stateBatch"]
        if answer["errors"]:
            raise Answered(str(answer["errors"][0]["message"]), str(answer["errors"][0]["code"]))
        results = answer["results"]
        if len(results) != len(batch):
            raise Answered("The server did not answer for each granule.", "NOT_A_SERVER")
        return _came(batch, results)
    except ThalwegError as error:
        if not isinstance(error, Answered) or not _of_what_it_says(error.code):
            return Delivered(unsent=tuple(batch), reason=error)
        if len(batch) == 1:
            return Delivered(refused=(Refusal(batch[0], str(error)),))
        half = len(batch) // 2
        first = deliver(ask, batch[:half])
        if first.reason is not None:
            return first._replace(unsent=(*first.unsent, *batch[half:]))
        return _both(first, deliver(ask, batch[half:]))
    except Exception as error:  # whatever it is that came: what it was to answer for is still to be sent
        said = f"The server answered, but not what it took and what it refused ({error!r:.200})."
        reason = Answered(said, "NOT_A_SERVER")
        return Delivered(unsent=tuple(batch), reason=reason)


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
        one.reason or other.reason,
    )


def _for_now(code: str) -> bool:
    """Whether an error is of the server's state, so that the same may be taken later."""
    return code.startswith("STORE_") or code in ("DEADLINE_EXCEEDED", "INTERNAL_ERROR", "ERROR", "SERVER_UNREACHABLE")


def _of_what_it_says(code: str) -> bool:
    """Whether a whole request was refused for something in it."""
    return code in ("BAD_INPUT", "BAD_REQUEST", "BODY_TOO_LARGE", "GRAPHQL_VALIDATION_FAILED") or code.startswith(
        "TOO_"
    )
