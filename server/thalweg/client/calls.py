"""Functions that record a run with each call: plain ones, those that are awaited, and those that yield."""

from __future__ import annotations

import inspect
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AbstractContextManager
from functools import update_wrapper
from inspect import Parameter
from typing import Any

from thalweg.client.recorded import Run

Entered = Callable[[], AbstractContextManager[Run]]
"""Starts a run, which ends with the block."""

Arguments = tuple[tuple[Any, ...], Mapping[str, Any]]
Handing = Callable[[Run, tuple[Any, ...], Mapping[str, Any]], Arguments]
"""The arguments of a call, the run among them where the function asks for it."""


_UNEVALUATED: dict[str, Any] = {}
if sys.version_info >= (3, 14):  # what is imported for annotations alone is not there when they are looked at
    import annotationlib

    _UNEVALUATED["annotation_format"] = annotationlib.Format.FORWARDREF


def may_record(given: object) -> bool:
    return callable(given) or isinstance(given, classmethod | staticmethod)


def name_of(function: object) -> str:
    """What a function is called, to name a job after it."""
    return str(getattr(function, "__name__", None) or type(function).__name__)


def recording(function: Any, entered: Entered) -> Any:
    """The function, with a run around each call. Raises TypeError for what nobody can call."""
    if isinstance(function, classmethod | staticmethod):  # it stands below the decorator, and stays what it is
        return type(function)(recording(function.__func__, entered))
    if not callable(function):
        raise TypeError(f"{function!r} cannot be called: write @thalweg.run('job') above a function.")
    made = _around(function, entered, _handing(function))
    update_wrapper(made, function)
    return made


def _around(function: Callable[..., Any], entered: Entered, handed: Handing) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        async def awaited(*given: Any, **named: Any) -> Any:
            with entered() as started:
                all_given, all_named = handed(started, given, named)
                return await function(*all_given, **all_named)

        return awaited
    if inspect.isasyncgenfunction(function):

        async def yielding_later(*given: Any, **named: Any) -> AsyncGenerator[Any, Any]:
            """Hands on what is sent and thrown into it, and that it is closed: what `yield from` does for others."""
            with entered() as started:
                all_given, all_named = handed(started, given, named)
                inner = function(*all_given, **all_named)
                try:
                    got = await anext(inner)
                    while True:
                        try:
                            sent = yield got
                        except GeneratorExit:
                            await inner.aclose()
                            raise
                        except BaseException as error:
                            got = await inner.athrow(error)
                        else:
                            got = await inner.asend(sent)
                except StopAsyncIteration:
                    return

        return yielding_later
    if inspect.isgeneratorfunction(function):

        def yielding(*given: Any, **named: Any) -> Generator[Any, Any, Any]:
            with entered() as started:
                all_given, all_named = handed(started, given, named)
                return (yield from function(*all_given, **all_named))

        return yielding

    def called(*given: Any, **named: Any) -> Any:
        with entered() as started:
            all_given, all_named = handed(started, given, named)
            return function(*all_given, **all_named)

    return called


def _handing(function: Callable[..., Any]) -> Handing:
    """How a function is handed the run: at the place of its parameter `run`, or by that name; else not at all."""
    try:
        signature = inspect.signature(function, **_UNEVALUATED)
    except (TypeError, ValueError):  # one in C may say nothing of its parameters
        return _not_handed
    asked = signature.parameters.get("run")
    if asked is None or asked.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
        return _not_handed
    place = list(signature.parameters).index("run")

    def handed(started: Run, given: tuple[Any, ...], named: Mapping[str, Any]) -> Arguments:
        if "run" in named and asked.kind is not Parameter.POSITIONAL_ONLY:
            return given, named
        if asked.kind is Parameter.KEYWORD_ONLY or len(given) < place:
            return given, {**named, "run": started}
        more = (*given[:place], started, *given[place:])
        if len(given) > place and not _fits(signature, more, named) and _fits(signature, given, named):
            return given, named  # the caller gives one of its own
        return more, named

    return handed


def _not_handed(started: Run, given: tuple[Any, ...], named: Mapping[str, Any]) -> Arguments:
    return given, named


def _fits(signature: inspect.Signature, given: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    try:
        signature.bind(*given, **named)
    except TypeError:
        return False
    return True
