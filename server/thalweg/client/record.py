"""What is noted down of one run, and the granules that it comes to: the script's thread writes, the outbox takes."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from threading import Lock
from typing import Any, Literal, NamedTuple

from thalweg.client import captured, naming, statements
from thalweg.client.history import History
from thalweg.client.naming import DatasetVersion, ModelVersion
from thalweg.client.notes import LeftOut, once
from thalweg.client.settings import Settings
from thalweg.client.statements import Granule, given
from thalweg.client.values import MOST_TEXT, clean, weight
from thalweg.model import time
from thalweg.model.errors import BadInput

MOST_THINGS = 10_000
"""Things that one run reads or writes; more are left out, which is said once."""

Way = Literal["reads", "writes"]


class Thing(NamedTuple):
    """Something that a run read or wrote: what is known of that, and of the edge between."""

    one: DatasetVersion | ModelVersion
    role: str | None
    facts: dict[str, Any]
    edge: dict[str, Any]


class Record:
    """One run. part: None for the process that says how the run goes; another one only says what it did for it.

    Every method may be called from any thread.
    """

    def __init__(
        self,
        settings: Settings,
        namespace: str,
        run_id: str,
        job: str,
        part: str | None,
        parent: Mapping[str, str] | None,
        said: Mapping[str, str],
    ) -> None:
        self.namespace = naming.part("namespace", namespace)
        self.run_id = naming.part("run_id", run_id)
        self.job = naming.part("job", job)
        self.part = None if part is None else naming.part("part", part)
        self.status = "RUNNING"
        self._settings = settings
        self._parent = parent
        self._said = dict(said)
        self._started = time.now()
        self._ended: int | None = None
        self._error: str | None = None
        self._script, self._folder = captured.script(), captured.folder()
        self._process: dict[str, Any] | None = None
        self._code: captured.Code | None = None
        self._revision = 0
        self._altered = True
        self._fresh()

    def _fresh(self) -> None:
        self._lock = Lock()
        self._word = secrets.token_hex(4)
        self._pairs: dict[str, dict[str, str]] = {"params": {}, "tags": {}}
        self._sizes = {"params": 0, "tags": 0}
        self._history = History()
        self._things: dict[tuple[Way, str, str], Thing] = {}
        self._changed: set[tuple[Way, str, str]] = set()
        self._captured = False

    def forked(self) -> None:
        """In a process that was forked: what the other one noted is its own affair, and this is a part of the run."""
        self._fresh()
        self._altered = False
        own = f"process-{os.getpid()}"
        self.part = own if self.part is None else f"{self.part}/{own}"

    @property
    def ended(self) -> bool:
        return self._ended is not None

    # ---------------------------------------------------------------------------------------------------- noted down

    def put(self, what: Literal["params", "tags"], more: Mapping[str, str]) -> None:
        """Raises LeftOut where there are too many of them: the first ones are kept."""
        with self._lock:
            self._still()
            held = self._pairs[what]
            self._altered = True
            for name, value in more.items():
                size = self._sizes[what] + weight(name, value)
                if name in held:
                    size -= weight(name, held[name])
                if size > MOST_TEXT:
                    break
                held[name], self._sizes[what] = value, size
            else:
                return
            count = len(held)
        raise LeftOut(
            f"The {what} of the run have more than {MOST_TEXT:,} bytes.",
            f"{count:,} of them are kept; {clean(name, 80)!r} and what comes after it is left out.",
            about=f"{what} of {self.run_id}",
        )

    def log(self, metrics: Mapping[str, float], step: int | None, at: int) -> None:
        """Raises LeftOut where there are too many metrics; the rest is left out."""
        with self._lock:
            self._still()
            taken = [self._history.add(name, value, step, at) for name, value in metrics.items()]
            self._altered = True
            lost = self._history.lost
        if lost:
            once(f"{self.run_id} lost", f"Run {self.run_id} logs metrics faster than they can be taken: some are lost.")
        if not all(taken):
            raise LeftOut("There are too many metrics; the rest is left out.", "Give few names, and many steps.")

    def thing(
        self, way: Way, one: DatasetVersion | ModelVersion, role: str | None, facts: dict[str, Any], **edge: Any
    ) -> None:
        """That something was read or written; of what was read twice, the columns of both.

        Raises BadInput where there are too many things.
        """
        role = None if role is None else naming.part("role", role)
        place = (way, statements.key(one).id, role or "")
        noted = Thing(one, role, facts, given(**edge))
        with self._lock:
            self._still()
            held = self._things.get(place)
            if held is None and len(self._things) >= MOST_THINGS:
                raise BadInput(f"The run reads and writes more than {MOST_THINGS:,} things.", "The rest is left out.")
            self._things[place] = noted if held is None else _both(held, noted)
            self._changed.add(place)

    def end(self, status: str, error: str | None) -> bool:
        """False where it had ended already."""
        with self._lock:
            if self._ended is not None:
                return False
            self._ended, self.status, self._error = max(time.now(), self._started), status, error
            self._altered = True
            return True

    def _still(self) -> None:
        if self._ended is not None:
            raise BadInput("The run has ended.", "Record before its end, or start another.")

    # -------------------------------------------------------------------------------------------------------- stated

    def capture(self) -> None:
        """Finds out about the process, once; it takes a while."""
        if self._process is not None or self.part is not None:
            return
        settings, self._process = self._settings, {}
        self._code = captured.code(self._script, self._folder, settings.word)
        found = given(
            environment=statements.pairs(captured.environment(settings.record_packages)),
            command=captured.command() if settings.record_command else None,
            user=captured.user() if settings.record_user else None,
            extra={"host": captured.host()} if settings.record_host else None,
            dirty=None if self._code is None else self._code.dirty,
        )
        with self._lock:
            self._process, self._captured = found, True

    def take(self, *, turn: bool = False) -> list[Granule]:
        """What there is to state since it was asked last. turn: whether a page of metrics is not stated again."""
        with self._lock:
            now = self._revision = max(time.now(), self._revision + 1, self._started + 1)
            of = statements.run(self.namespace, self.run_id)
            pages = self._history.take(turn=turn)
            taken: list[Granule] = []
            if self._altered or pages:
                taken += self._itself(of, now) if self.part is None else self._as_part(of, now)
            if self._captured:
                edges = [statements.code_of(self._code, of)] if self._code is not None else []
                process = {**of, **(self._process or {})}
                taken.append(statements.granule(self._scope("process"), now, now, runs=[process], edges=edges))
            for place in sorted(self._changed):
                way, id, role = place
                scope = self._scope(way, id, *((role,) if role else ()))
                taken.append(statements.granule(scope, now, now, **_facts(way, self._things[place], of)))
            for number, metrics in pages:
                # as of the start: the run itself, which states the last and the best of all, is always later
                scope = self._scope("metrics", f"{self._word}-{number}")
                taken.append(statements.granule(scope, self._started, now, runs=[{**of, "metrics": metrics}]))
            self._altered = self._captured = False
            self._changed.clear()
            return taken

    def _scope(self, *more: str) -> str:
        return "/".join(("run", self.run_id, *(("part", self.part) if self.part else ()), *more))

    def _itself(self, of: dict[str, str], now: int) -> list[Granule]:
        facts = {
            **of,
            "job": {"namespace": self.namespace, "name": self.job},
            "status": self.status,
            "startedAt": time.rfc3339(self._started),
            **self._said,
            **self._logged(),
            **given(endedAt=None if self._ended is None else time.rfc3339(self._ended), error=self._error),
        }
        edges = [statements.parent_of(self._parent, of)] if self._parent is not None else []
        return [statements.granule(self._scope(), now, now, runs=[facts], edges=edges)]

    def _as_part(self, of: dict[str, str], now: int) -> list[Granule]:
        """A part says what it logged, and nothing of how the run goes, unless it failed."""
        taken = []
        if logged := self._logged():
            taken.append(statements.granule(self._scope(), self._started, now, runs=[{**of, **logged}]))
        if self.status in ("FAILED", "KILLED"):
            end = given(status=self.status, error=self._error)
            taken.append(statements.granule(self._scope("end"), now, now, runs=[{**of, **end}]))
        return taken

    def _logged(self) -> dict[str, Any]:
        stated = {what: statements.pairs(pairs) for what, pairs in self._pairs.items()}
        return {what: listed for what, listed in {**stated, "metrics": self._history.metrics()}.items() if listed}


def _both(held: Thing, more: Thing) -> Thing:
    edge = {**held.edge, **more.edge}
    columns = [one.edge.get("columns") for one in (held, more)]
    for name in ("columns", "covers"):
        edge.pop(name, None)
    if columns[0] is not None and columns[1] is not None:
        weakest = any(one.edge.get("covers") == "PROJECTION" for one in (held, more))
        edge |= {
            "columns": sorted({*columns[0], *columns[1]}),
            "covers": "PROJECTION" if weakest else "DECLARED",
        }
    return more._replace(facts={**held.facts, **more.facts}, edge=edge)


def _facts(way: Way, thing: Thing, of: Mapping[str, str]) -> dict[str, Any]:
    stated = statements.read if way == "reads" else statements.written
    edge = stated(thing.one, of, **given(role=thing.role), **thing.edge)
    return {**statements.described(thing.one, thing.facts), "edges": [edge]}
