"""Sends what runs have to say, from one thread in the background; what cannot be sent goes to the spool.

The script's own thread only ever notes things down. It waits once: at its end, for as long as the settings allow; what
is not sent by then goes to the spool, and what was under way goes there too, for nobody knows whether it arrived. A
worker of a pool has no end of its own, so it waits at that of each run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Condition, Thread

from thalweg.client import spool
from thalweg.client.delivery import Ask, Statement, batches, deliver
from thalweg.client.ending import may_be_terminated
from thalweg.client.flushing import Flushed, send, silent
from thalweg.client.graphql import Client
from thalweg.client.notes import once
from thalweg.client.record import Record
from thalweg.client.settings import Settings

INTERVAL = 2.0
"""Seconds between two looks at what runs have to say, while they run."""

KEPT_INTERVAL = 10.0
"""The same where what they say goes to the spool: each state of a run takes a place of its own there."""

PATIENCE = 10.0
"""Seconds that one answer is waited for."""

PAUSE = 30.0
"""Seconds after a failure in which nothing is sent, so that a server that is down is not asked all the time."""


class Outbox:
    """Where the runs of one server put what they have to say."""

    def __init__(self, settings: Settings, forked: Callable[[], None]) -> None:
        """forked: called before the first thing that is noted down in a process that was forked."""
        self.settings = settings
        self._first = forked
        self.records: list[Record] = []
        self._source = f"client:{settings.word}"
        self._client = Client(settings.server, PATIENCE) if settings.server is not None else None
        self._fresh()

    def _fresh(self) -> None:
        self._spool = spool.Spool(self.settings.folder)
        self._kept = False
        self._again = 0.0
        self._changed = Condition()
        self._thread: Thread | None = None
        self._under_way: list[Statement] = []
        self._asked = self._answered = 0
        self._closed = False
        self._asleep = False

    def forked(self) -> None:
        """In a process that was forked: it has no thread, and a file of its own."""
        self._fresh()
        self._asleep = True
        for record in self.records:
            record.forked()

    # ------------------------------------------------------------------------------------- for the script's thread

    def add(self, record: Record) -> None:
        with self._changed:
            self.records.append(record)
        self.wake()

    def wake(self) -> None:
        """Has somebody look now: a run began, or ended."""
        with self._changed:
            self._asked += 1
            self._started()
            self._changed.notify_all()

    def awake(self) -> None:
        """Has somebody look from now on, in a process that was forked."""
        if self._asleep:
            self._asleep = False
            self._first()
            self.wake()

    def linger(self) -> None:
        """Waits until what was noted down is sent, in a process that may be terminated once its work is done."""
        if may_be_terminated():
            self.flush(self.settings.flush_seconds)

    def flush(self, seconds: float) -> bool:
        """Waits until what was noted down by now is sent, or in the spool; False where that takes longer."""
        with self._changed:
            self._asked += 1
            asked = self._asked
            if not self._started():
                return False
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._answered >= asked, seconds)

    def close(self, seconds: float) -> None:
        """Ends it: what is not sent in time goes to the spool."""
        if not self._changed.acquire(timeout=max(seconds, 0.1)):
            return
        try:
            done = not self.records or self._flushed(seconds)
            self._closed = True
            rest = [] if done else [*self._under_way, *self._said_by(self.records)]
        finally:
            self._changed.release()
        self._keep(rest)

    def _flushed(self, seconds: float) -> bool:
        """As `flush`, for somebody who presses Ctrl-C because it takes too long."""
        try:
            return self.flush(seconds)
        except KeyboardInterrupt:
            return False

    def _started(self) -> bool:
        """Whether there is a thread; while the interpreter ends, none can be started."""
        if self._thread is None or not self._thread.is_alive():
            thread = Thread(target=self._work, name="thalweg", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
        return True

    # --------------------------------------------------------------------------------------------- in the background

    def _work(self) -> None:
        changed = self._changed
        while True:
            with changed:
                if self._answered >= self._asked:
                    pause = INTERVAL if self._sends() else KEPT_INTERVAL
                    changed.wait(pause if self.records else None)
                asked, records = self._asked, list(self.records)
            over: list[Record] = []
            try:
                self._capture(records)
                with changed:
                    if self._closed:  # whoever closed it takes the rest
                        return
                    over = [record for record in records if record.ended]
                    self._under_way = self._said_by(records)
                self._send(self._under_way)
            except Exception as error:  # some of it may have arrived; what is sent twice is written once
                self._again = time.monotonic() + PAUSE
                once(
                    f"outbox {type(error).__name__}",
                    f"What is recorded goes to {self.settings.folder} for now: sending it failed with {error!r:.200}. "
                    "`thalweg flush` sends it later.",
                )
                if not self._closed:
                    self._keep(self._under_way)
            with changed:
                if self._closed:
                    return
                self._under_way = []
                self.records = [record for record in self.records if record not in over]
                self._answered = max(self._answered, asked)
                changed.notify_all()

    def _capture(self, records: Sequence[Record]) -> None:
        for record in records:
            try:
                record.capture()
            except Exception as error:  # a run is recorded without it
                once(f"capture {type(error).__name__}", f"The process could not be looked at: {error!r:.200}.")

    def _said_by(self, records: Sequence[Record]) -> list[Statement]:
        """What they have to say: what one of them cannot put into words keeps nobody else from it."""
        turn = not self._sends()
        said: list[Statement] = []
        for record in records:
            try:
                said += [Statement(self._source, granule) for granule in record.take(turn=turn)]
            except Exception as error:
                once(f"take {type(error).__name__}", f"Something of run {record.run_id} is lost: {error!r:.200}.")
        return said

    def _sends(self) -> bool:
        return self._client is not None and time.monotonic() >= self._again

    def _send(self, statements: Sequence[Statement]) -> None:
        for batch in batches(statements):
            if self._client is None or not self._sends():
                self._keep(batch)
                continue
            came = deliver(self._client.ask, batch)
            if self._closed:  # whoever closed it has put all that was under way into the spool
                return
            if came.reason is None:
                self._catch_up(self._client.ask)
            else:
                self._again = time.monotonic() + PAUSE
                once(
                    f"server {self.settings.server}",
                    f"What is recorded goes to {self.settings.folder} for now: {came.reason.message} "
                    "`thalweg flush` sends it later.",
                )
                self._keep(came.unsent)
            if came.refused:
                once(f"refused {came.refused[0].error[:200]}", f"The server refused something: {came.refused[0].error}")
                try:
                    self._spool.refuse(came.refused)
                except OSError as error:
                    self._lost(error)

    def _catch_up(self, ask: Ask) -> None:
        """The server answers again: what this process kept in the meantime is sent."""
        if self._kept:
            self._kept = False
            try:
                send(self._spool.path, ask, silent, Flushed())
            except OSError as error:
                once(f"catch up {error}", f"What waits in {self.settings.folder} could not be sent: {error}.")

    def _keep(self, statements: Sequence[Statement]) -> None:
        try:
            self._spool.keep(statements)
            self._kept = self._kept or bool(statements)
        except OSError as error:
            self._lost(error)
        except Exception as error:  # one of them is no JSON; it takes none of the others along
            if len(statements) == 1:
                self._lost(error)
                return
            for one in statements:
                self._keep([one])

    def _lost(self, error: Exception) -> None:
        once(
            f"spool {self.settings.folder}",
            f"What is recorded is lost, for it can neither be sent nor kept in {self.settings.folder}: {error}",
        )
