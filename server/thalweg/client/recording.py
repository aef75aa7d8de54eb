"""What a script calls: `thalweg.run(...)` and its like."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from threading import RLock
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypedDict, TypeVar, Unpack, overload

from thalweg.client import calls, notes
from thalweg.client.ending import Ends, of_exception, of_interpreter
from thalweg.client.outbox import Outbox
from thalweg.client.recorded import Run, Status
from thalweg.client.settings import Settings, changed, of_environment
from thalweg.client.starting import start
from thalweg.client.values import text
from thalweg.model.errors import BadInput

P = ParamSpec("P")
R = TypeVar("R")


class Choices(TypedDict, total=False):
    """What `configure` takes; `Settings` says what each is."""

    server: str | None
    namespace: str
    source: str
    spool: str | os.PathLike[str] | None
    strict: bool
    record_command: bool
    record_packages: bool
    record_user: bool
    record_host: bool
    handle_sigterm: bool
    flush_seconds: float
    digest_bytes: int


class Start(TypedDict, total=False):
    """What a run is started with.

    run_id: the id of the run; a new one without. Several processes that give the same record into one run: one of them
        without `part`, which says how the run goes, and each other with a part of its own, like `rank-1`.
    name: what people call the run. namespace: the system whose run it is. parent: the run that started it, or its id.
    """

    run_id: str | None
    name: str | None
    part: str | None
    namespace: str | None
    parent: Run | str | None
    params: Mapping[str, object] | None
    tags: Mapping[str, object] | None
    description: str | None


def configure(**given: Unpack[Choices]) -> None:
    """Sets what holds for runs that start from now on; what is not given is as the environment says."""
    global _settings
    with _lock:
        settings = of_environment()
        notes.forgotten()
        for name, value in given.items():
            try:
                settings = changed(settings, {name: value})
            except Exception as error:  # BadInput, or what a value raises that is looked at
                if given.get("strict") is True or settings.strict:
                    raise
                notes.once(f"configure {name}", f"What `configure` was given as {name} was left out: {text(error)}")
        _settings = settings


def start_run(job: str, **given: Unpack[Start]) -> Run:
    """Starts a run of a job, which its `end` ends; without that, the end of the interpreter does."""
    settings, outbox = _opened()
    record, wrong = start(job, given, settings)
    if wrong:
        said = " ".join(wrong)
        if settings.strict:
            raise BadInput(said)
        notes.once(f"start {said}", f"A run was started wrongly, and is recorded without what is wrong: {said}")
    started = Run(record, settings, outbox)
    if (params := given.get("params")) is not None:  # not asked whether it is true: that, a row of pandas does not say
        started.params(params)
    if (tags := given.get("tags")) is not None:
        started.tag(tags)
    outbox.add(started.record)
    with _lock:
        _runs.append(started)
    return started


def flush(seconds: float | None = None) -> bool:
    """Waits until what was recorded by now is sent, or in the spool, for as long as `flush_seconds` says; False where
    it takes longer. The end of the interpreter does the same.
    """
    with _lock:
        outboxes = list(_outboxes)
    done = [one.flush(one.settings.flush_seconds if seconds is None else seconds) for one in outboxes]
    return all(done)


@overload
def run(job: str, **given: Unpack[Start]) -> Recording: ...


@overload
def run(job: Callable[Concatenate[Run, P], R]) -> Callable[P, R]: ...


@overload
def run(job: Callable[P, R]) -> Callable[P, R]: ...


def run(job: Any, **given: Unpack[Start]) -> Any:
    """Records a run of a job: as a block, `with thalweg.run("train") as run:`, or `async with`; or as a decorator,
    `@thalweg.run("train")`, that starts one with each call and hands it to a function that has an argument `run`.
    `@thalweg.run` alone names the job after the function.
    """
    if not isinstance(job, str) and calls.may_record(job):
        return Recording(calls.name_of(job), given)(job)
    return Recording(job, given)


_entered: ContextVar[tuple[tuple[Recording, Run], ...]] = ContextVar("thalweg_entered", default=())
"""The blocks that this thread, or this task, is in, the innermost last."""


class Recording:
    """What `thalweg.run` gives: a run to be, each time it is entered or called; also by several threads and tasks."""

    def __init__(self, job: str, given: Start) -> None:
        self._job = job
        self._given = given
        self._open: list[Run] = []

    def __enter__(self) -> Run:
        started = start_run(self._job, **self._given)
        self._open.append(started)
        still = (one for one in _entered.get() if one[1] in one[0]._open)  # one may have been left in another task
        _entered.set((*still, (self, started)))
        return started

    def __exit__(
        self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        started = self._left()
        if started is None:
            return
        if error is None:
            started.end()
        else:
            started.end(*of_exception(error))

    def _left(self) -> Run | None:
        """The run of the block that is left: the last that was entered here; where none was, for whoever entered it has
        it left in another task, the last of all.
        """
        with _lock:
            mine = [run for recording, run in _entered.get() if recording is self and run in self._open]
            left = mine[-1] if mine else self._open[-1] if self._open else None
            if left is not None:
                self._open.remove(left)
        _entered.set(tuple(one for one in _entered.get() if one[1] is not left))
        return left

    async def __aenter__(self) -> Run:
        return self.__enter__()

    async def __aexit__(
        self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(type, error, trace)

    @overload
    def __call__(self, function: Callable[Concatenate[Run, P], R]) -> Callable[P, R]: ...

    @overload
    def __call__(self, function: Callable[P, R]) -> Callable[P, R]: ...

    def __call__(self, function: Any) -> Any:
        """A function that records a run each time it is called: also one that is awaited, or yields."""
        return calls.recording(function, lambda: Recording(self._job, self._given))


# ----------------------------------------------------------------------------------------------------- of the process

_lock = RLock()
_settings: Settings | None = None
_outboxes: list[Outbox] = []
_runs: list[Run] = []
"""Those that may be open."""
_ends: Ends | None = None


def _opened() -> tuple[Settings, Outbox]:
    """The settings that hold, and the outbox that sends by them."""
    global _settings, _ends, _runs
    with _lock:
        _settings = settings = _settings or of_environment()
        _ends = _ends or Ends(_close, _killed, _forked)
        _ends.finish()
        if settings.handle_sigterm:
            _ends.watch()
        _runs = [one for one in _runs if not one.record.ended]
        outbox = next((one for one in _outboxes if one.settings == settings), None)
        if outbox is None:
            outbox = Outbox(settings, _ends.finish)
            _outboxes.append(outbox)
            if settings.server is None and settings.spool is None:
                notes.once(
                    "no server",
                    f"No server is set, so what is recorded goes to {settings.folder}; `thalweg flush` sends it. Set "
                    "THALWEG_SERVER, or THALWEG_SPOOL to say that this is meant.",
                )
        return settings, outbox


def _close() -> None:
    _end_open(*of_interpreter())


def _killed() -> None:
    _end_open("KILLED", "The process was terminated (SIGTERM).")


def _end_open(status: Status, error: BaseException | str | None) -> None:
    for one in list(_runs):
        one.stop(status, error)
    for outbox in _outboxes:
        outbox.close(outbox.settings.flush_seconds)


def _forked() -> None:
    global _lock
    _lock = RLock()
    for outbox in _outboxes:
        outbox.forked()
