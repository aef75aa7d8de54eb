"""A run that is being recorded. Whatever is called here only notes something down: it is sent in the background."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar, cast

from thalweg.client import frames, naming, values
from thalweg.client.naming import DatasetVersion, ModelVersion
from thalweg.client.notes import LeftOut, once
from thalweg.client.options import Options
from thalweg.client.record import Record
from thalweg.client.settings import Settings
from thalweg.client.signature import signature as signature_of
from thalweg.client.statements import given as those_given
from thalweg.model import time
from thalweg.model.errors import BadInput
from thalweg.model.keys import UNVERSIONED

if TYPE_CHECKING:
    from thalweg.client.outbox import Outbox

P = ParamSpec("P")
T = TypeVar("T")
Facts = dict[str, Any]

Status = Literal["FINISHED", "FAILED", "KILLED", "UNKNOWN"]
ENDS = ("FINISHED", "FAILED", "KILLED", "UNKNOWN")


def guarded(fallback: T) -> Callable[[Callable[Concatenate[Run, P], T]], Callable[Concatenate[Run, P], T]]:
    """Nothing that goes wrong in a call reaches the script, unless it asked for that: it is said once."""

    def guard(call: Callable[Concatenate[Run, P], T]) -> Callable[Concatenate[Run, P], T]:
        known = _options(call)

        @wraps(call)
        def safe(self: Run, /, *arguments: P.args, **named: P.kwargs) -> T:
            try:
                for word in sorted(named.keys() - known) if known is not None else ():
                    del named[word]
                    said = f"{word}: is none of its options."
                    if self._settings.strict:
                        raise BadInput(said)
                    once(f"{call.__name__} {word}", f"{call.__name__} of run {self.id} was recorded in part: {said}")
                return call(self, *arguments, **named)
            except LeftOut as error:
                if self._settings.strict:
                    raise
                once(
                    f"{call.__name__}: {error.about}", f"{call.__name__} of run {self.id} was recorded in part: {error}"
                )
                return fallback if error.given is None else cast(T, error.given)
            except Exception as error:
                if self._settings.strict:
                    raise
                said = values.text(error, 2_000) or type(error).__name__
                once(f"{call.__name__}: {said}", f"{call.__name__} of run {self.id} was not recorded: {said}")
                return fallback
            finally:
                self._noted()

        return safe

    return guard


def _options(call: Callable[..., object]) -> frozenset[str] | None:
    """The names by which a call takes something; None where it takes any."""
    code = call.__code__
    if code.co_flags & inspect.CO_VARKEYWORDS:
        return None
    return frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


class Run:
    """A run: `thalweg.run(...)` starts it, and its end is recorded when the block ends.

    id: the id of the run; any process that gives it records into the same run. namespace: the system whose run it is.
    """

    def __init__(self, record: Record, settings: Settings, outbox: Outbox) -> None:
        self._settings = settings
        self._outbox = outbox
        self.record = record

    @property
    def id(self) -> str:
        return self.record.run_id

    @property
    def namespace(self) -> str:
        return self.record.namespace

    @property
    def job(self) -> str:
        return self.record.job

    @property
    def status(self) -> str:
        """`RUNNING`, or how it ended."""
        return self.record.status

    def __repr__(self) -> str:
        return f"<Run {self.id} of {self.job}: {self.status}>"

    def _noted(self) -> None:
        """After a call: in a process that was forked, nobody looks at what was noted until the first of them."""
        self._outbox.awake()

    # ------------------------------------------------------------------------------------------------ what it did

    @guarded(None)
    def params(self, given: Mapping[str, object] | None = None, /, **more: object) -> None:
        """Parameters: `run.params(lr=0.1)`, `run.params(vars(arguments))`. Objects within are named with dots."""
        self.record.put("params", values.pairs(given, more))

    @guarded(None)
    def tag(self, given: str | Mapping[str, object] | None = None, /, **more: object) -> None:
        """Tags: `run.tag(team="risk")`, or a word alone: `run.tag("baseline")`."""
        self.record.put("tags", values.pairs({given: ""} if isinstance(given, str) else given, more))

    @guarded(None)
    def metrics(
        self,
        given: Mapping[str, object] | None = None,
        /,
        *,
        step: object = None,
        at: datetime | None = None,
        **more: object,
    ) -> None:
        """Values of metrics: `run.metrics(auc=0.93)`, `run.metrics(loss=loss, step=step)`. All of them are kept.

        Without a step, each metric counts its own. What is no number is left out, and the others are not.
        """
        options = Options()
        sound = options.numbers({**values.mapping(given), **more})
        when = options.read("at", at, values.moment)
        self.record.log(sound, options.read("step", step, values.step), values.moment(None) if when is None else when)
        options.told()

    @guarded(cast("DatasetVersion | ModelVersion", DatasetVersion()))
    def reads(
        self,
        what: str | os.PathLike[str] | DatasetVersion | ModelVersion,
        *,
        version: object = None,
        columns: Sequence[str] | None = None,
        frame: object = None,
        schema: object = None,
        namespace: str | None = None,
        role: str | None = None,
        pinned: bool | None = None,
        exact: bool | None = None,
    ) -> DatasetVersion | ModelVersion:
        """That the run reads a dataset: by its URI or path, by its name in a namespace, or as another call named it.

        version: which version it is; without one it is the SHA-256 of a file on this disk, else the read is of whatever
            was there (assumed).
        columns: those that are read, all of them; a change of any other then cannot break this. frame: what was read,
            where `columns` are not given: its columns are read, and maybe others.
        schema: the columns that the version has: `{name: type}`, a list of objects, or a frame that holds all of it.
        role: what part it plays, `train`. pinned: whether this version was asked for, not the newest. exact: whether
            the columns are taken by their place.
        """
        options = Options()
        facts: dict[str, Any] = {}
        if isinstance(what, DatasetVersion | ModelVersion):
            if not what:  # what a call gave that went wrong, which was said
                return what
            found: DatasetVersion | ModelVersion = what
        else:
            place = naming.place(what, self._settings.word, namespace)
            found, facts = self._dataset(place, options.part("version", version), UNVERSIONED)
        assumed = isinstance(found, DatasetVersion) and found.version == UNVERSIONED
        facts |= those_given(columns=options.read("schema", schema, frames.columns))
        listed, covers = options.read("columns", columns, frames.names), "DECLARED"
        if listed is None and frame is not None:
            whole = options.read("frame", frame, frames.table)
            if whole is not None and whole.columns is not None:
                listed, covers = [one["name"] for one in whole.columns], "PROJECTION"
        self.record.thing(
            "reads",
            found,
            options.part("role", role),
            {} if assumed else facts,
            columns=listed,
            covers=None if listed is None else covers,
            pinned=options.truth("pinned", pinned),
            exact=options.truth("exact", exact),
            assumed=assumed or None,
        )
        options.told(found)
        return found

    @guarded(ModelVersion())
    def reads_model(
        self, name: str, *, version: object, namespace: str | None = None, role: str | None = None
    ) -> ModelVersion:
        """That the run reads a version of a model: to fine-tune it, to score with it, to evaluate it."""
        options = Options()
        found = self._model(name, version, namespace)
        self.record.thing("reads", found, options.part("role", role), {})
        options.told(found)
        return found

    @guarded(DatasetVersion())
    def writes(
        self,
        what: str | os.PathLike[str],
        *,
        version: object = None,
        frame: object = None,
        schema: object = None,
        rows: int | None = None,
        format: str | None = None,
        namespace: str | None = None,
        role: str | None = None,
        description: str | None = None,
    ) -> DatasetVersion:
        """That the run wrote a dataset. Call it when it is written.

        version: which version it is; without one it is the SHA-256 of a file on this disk, else the run's own:
            `run:<id>`. frame: what was written: it gives the columns and the number of rows. schema: the columns, where
            they are told otherwise.
        """
        place = naming.place(what, self._settings.word, namespace)
        options = Options()
        found, facts = self._dataset(place, options.part("version", version), f"run:{self.id}")
        table = options.read("frame", frame, frames.table)
        facts |= {} if table is None else those_given(**table._asdict())
        facts |= those_given(
            columns=options.read("schema", schema, frames.columns),
            rows=options.read("rows", rows, values.count),
            format=options.words("format", format, 200),
            description=options.words("description", description),
            createdAt=time.rfc3339(time.now()),  # who reads the newest, reads this from now on
        )
        self.record.thing("writes", found, options.part("role", role), facts)
        options.told(found)
        return found

    @guarded(ModelVersion())
    def produces_model(
        self,
        name: str,
        *,
        version: object = None,
        path: str | os.PathLike[str] | None = None,
        signature: object = None,
        format: str | None = None,
        metrics: Mapping[str, object] | None = None,
        tags: Mapping[str, object] | None = None,
        namespace: str | None = None,
        description: str | None = None,
    ) -> ModelVersion:
        """That the run made a version of a model; the id of the run names it, where no version is given.

        path: where it lies: a file (then its size and SHA-256 are stated), a folder, or a URI. signature: what it takes
            and gives: of MLflow, or `{"inputs": {"age": "long"}}`.
        """
        options = Options()
        found = self._model(name, options.part("version", version) or self.id, namespace)
        facts = options.read("path", path, self._lies_at) or {}
        facts |= those_given(
            metrics=options.metrics(metrics),
            signature=options.read("signature", signature, signature_of),
            format=options.words("format", format, 200),
            tags=options.tags(tags),
            description=options.words("description", description),
            createdAt=time.rfc3339(time.now()),
        )
        self.record.thing("writes", found, None, facts)
        options.told(found)
        return found

    def _model(self, name: str, version: object, namespace: str | None) -> ModelVersion:
        return ModelVersion(
            naming.part("namespace", namespace or self.namespace),
            naming.part("name", name),
            naming.part("version", version),
        )

    def _lies_at(self, path: Any) -> dict[str, Any]:
        place = naming.place(path, self._settings.word)
        file = naming.file(place.path, self._settings.digest_bytes)
        return those_given(uri=place.uri, **({} if file is None else file._asdict()))

    def _dataset(self, place: naming.Place, version: str | None, otherwise: str) -> tuple[DatasetVersion, Facts]:
        file = naming.file(place.path, self._settings.digest_bytes) if version is None else None
        if version is None:
            version = f"sha256:{file.sha256}" if file is not None and file.sha256 else otherwise
        facts = those_given(uri=place.uri, bytes=None if file is None else file.bytes)
        return DatasetVersion(place.namespace, place.name, version), facts

    # ------------------------------------------------------------------------------------------------------- its end

    @guarded(None)
    def end(self, status: Status = "FINISHED", error: str | BaseException | None = None) -> None:
        """Ends the run; what comes later is not recorded. A run in a block ends with it. A second end changes nothing.

        error: what went wrong, as text or as the exception: its type and its message, never a variable.
        """
        if status not in ENDS:
            raise BadInput(f"{status!r} is no end of a run.", f"There are {', '.join(ENDS)}.")
        self.stop(status, error)
        self._outbox.linger()

    @guarded(None)
    def stop(self, status: Status, error: str | BaseException | None) -> None:
        """As `end`, and never waits: for whoever ends the process, and sees to it that all is sent."""
        if self.record.end(status, None if error is None else _said(error)):
            self._outbox.wake()


def _said(error: str | BaseException) -> str:
    if isinstance(error, BaseException):
        message = values.text(error, 2_000)
        error = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return values.safe(error)
