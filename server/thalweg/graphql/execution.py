"""One operation, from its text to its answer. Knows nothing of HTTP; tests and the CLI ask it directly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from graphql import ExecutionResult, OperationType
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable

from thalweg.graphql import errors, types
from thalweg.graphql.completion import Completing
from thalweg.graphql.context import BY_DEFAULT, Context, Judging
from thalweg.graphql.documents import Documents, Operation
from thalweg.graphql.errors import Refused, refused
from thalweg.graphql.fitting import misfits
from thalweg.graphql.limits import Limits
from thalweg.graphql.loaders import Loaders
from thalweg.model.errors import BadInput, DeadlineExceeded
from thalweg.model.facts import Caller
from thalweg.store.store import Store

log = logging.getLogger("thalweg.graphql")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a client sends it, its shape checked."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, as JSON values. executed: whether it was executed at all; only then it has `data`."""

    body: dict[str, Any]
    executed: bool


class Api:
    """The API over one store. schema: a part of it; the whole without."""

    def __init__(
        self,
        store: Store,
        limits: Limits = Limits(),  # noqa: B008 (it is frozen)
        judging: Judging = BY_DEFAULT,
        schema: Schema | None = None,
    ) -> None:
        if schema is None:
            from thalweg.graphql.schema import SCHEMA  # here, for it takes a while to be made

            schema = SCHEMA
        self.store = store
        self.limits = limits
        self.judging = judging
        self._schema = schema._schema
        self._documents = Documents(self._schema, limits)

    async def answer(self, asked: Asked, caller: Caller) -> Answer:
        """Executes what is asked, within the limits. Never raises but for what cancels it."""
        try:
            return await self.execute(self.operation(asked), asked, caller)
        except Refused as error:
            return Answer({"errors": error.shown(caller.request_id)}, executed=False)

    def operation(self, asked: Asked) -> Operation:
        """Raises Refused for what cannot be executed, or costs too much."""
        operation = self._documents.operation(asked.query, asked.operation_name)
        operation.charge(asked.variables, self.limits)
        return operation

    async def execute(self, operation: Operation, asked: Asked, caller: Caller) -> Answer:
        """Raises Refused where the variables are not what the operation declares."""
        seconds = self.limits.bulk_seconds if operation.bulk else self.limits.seconds

        def new_loaders() -> Loaders:
            return Loaders(self.store, caller, types.entity)

        context = Context(
            store=self.store,
            caller=caller,
            limits=self.limits,
            ends=asyncio.get_running_loop().time() + seconds,
            new_loaders=new_loaders,
            loaders=new_loaders(),
            judging=self.judging,
        )
        try:
            async with asyncio.timeout(seconds):
                result = await self._run(operation, asked, context)
        except TimeoutError:
            wrote = operation.type is OperationType.MUTATION
            late = refused(
                DeadlineExceeded.code,
                f"This took longer than {seconds:g} seconds and was stopped. "
                + (
                    "What it stated may have been written all the same: send it again with the same idempotencyKey."
                    if wrote
                    else "Ask for less: fewer nodes, a smaller depth, a narrower filter."
                ),
            )
            return Answer({"data": None, "errors": late.shown(caller.request_id)}, executed=True)
        finally:
            context.loaders.close()
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            raise Refused(BadInput.code, result.errors)
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [errors.shown(error, caller.request_id) for error in result.errors]
        return Answer(body, executed=True)

    async def _run(self, operation: Operation, asked: Asked, context: Context) -> ExecutionResult:
        build = partial(self._built, operation, dict(asked.variables or {}), context)
        # ten megabytes of variables take seconds to be coerced: others are answered meanwhile
        built = await asyncio.to_thread(build) if operation.bulk else build()
        if isinstance(built, list):
            return ExecutionResult(None, built)
        result = built.execute_operation()
        if not isinstance(result, ExecutionResult):
            result = await cast("Awaitable[ExecutionResult]", result)
        return result

    def _built(self, operation: Operation, variables: dict[str, Any], context: Context) -> Any:
        """The executor of an operation; or what is wrong with the variables."""
        built = Completing.build(
            self._schema,
            operation.document,
            context_value=context,
            raw_variable_values=variables,
            operation_name=operation.name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            max_coercion_errors=self.limits.errors,
        )
        if isinstance(built, list):
            return misfits(self._schema, operation.node, variables, self.limits.errors) or built
        return built
