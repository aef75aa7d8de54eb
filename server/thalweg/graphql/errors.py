"""How an error looks to a client: a sentence, a code, a request id; never a stack trace, a query text, or a secret.

Expected errors are those of the model (`model/errors.py`) and of GraphQL itself. Anything else is a fault of ours: it
is logged here, once, and the client is told the request id to ask for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from thalweg.model.errors import BadInput, ThalwegError

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
INTERNAL = "INTERNAL_ERROR"

log = logging.getLogger("thalweg.graphql")


class Refused(Exception):
    """A request that is not executed: its errors, and one code for all of them."""

    def __init__(self, code: str, errors: Sequence[GraphQLError], **extensions: Any) -> None:
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.extensions = extensions

    def shown(self, request_id: str) -> list[dict[str, Any]]:
        extensions = {"code": self.code, "requestId": request_id, **self.extensions}
        return [{**error.formatted, "extensions": extensions} for error in self.errors]


def refused(code: str, message: str, **extensions: Any) -> Refused:
    return Refused(code, [GraphQLError(message)], **extensions)


def shown(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """An error of the execution as the client sees it."""
    cause = _cause(error)
    formatted: dict[str, Any] = {**error.formatted}
    extensions: dict[str, Any] = {"code": BadInput.code, "requestId": request_id}
    if isinstance(cause, ThalwegError):
        formatted["message"] = str(cause)
        extensions["code"] = cause.code
        if isinstance(cause, BadInput) and cause.problems:
            extensions["problems"] = [
                {"code": problem.code, "entity": problem.entity, "field": problem.field, "message": str(problem)}
                for problem in cause.problems
            ]
    elif cause is not None:
        log.error("A field failed: %s", error.path, exc_info=cause, extra={"request_id": request_id})
        formatted["message"] = (
            f"Something went wrong in the server. Its log says more, under the request id {request_id}."
        )
        extensions["code"] = INTERNAL
    formatted["extensions"] = extensions
    return formatted


def _cause(error: GraphQLError) -> Exception | None:
    """What was raised; None where GraphQL itself objects."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
