"""All points of the metrics of a tracking server, which tells of a run that is searched the last of each alone.

Which metrics have more than that one nobody tells, so each is asked for; but of forty runs together, by the question
that MLflow's own page asks (`get-history-bulk-interval`). That thins out what is longer than some thousand points: such
a history, and those of a server that does not know this question, are asked for one by one, page by page.
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.importers.mlflow import records
from thalweg.importers.mlflow.answers import Odd, needed, objects, parts, whole
from thalweg.importers.mlflow.copied import Copy, Filled
from thalweg.importers.mlflow.web import NOT_TOLD, Absent, Server, TooLarge
from thalweg.model.facts import Json

TOGETHER = 40
"""Runs of one question: with all that they may answer, some 100,000 points are held at once."""
MOST = 2_500
"""Points of a run, or steps of several, from which on MLflow thins them out."""
PAGE = 20_000
"""Points of a page of one history."""
ALONE = 10_000
"""Histories that are asked for one by one of a server that knows no better; where there are more, none is."""

_STEPS = {"start_step": -(1 << 31), "end_step": (1 << 31) - 1}
"""All that the question can name; where it names none, MLflow 2 leaves out those below zero."""
_TOGETHER = "/api/2.0/mlflow/metrics/get-history-bulk-interval"
_ALONE = "/api/2.0/mlflow/metrics/get-history"
_SAID = 10

_ASKED = "CREATE TEMP TABLE asked(key, run_uuid, step, PRIMARY KEY(key, run_uuid)) WITHOUT ROWID"
_WINDOW = "SELECT key, run_uuid, step FROM asked WHERE (key, run_uuid) > (?, ?) ORDER BY key, run_uuid LIMIT ?"


def read(server: Server, copy: Copy) -> Filled:
    """Adds the points to the copy, in which the last of each metric already is."""
    copy.change(_ASKED, ())
    copy.change("INSERT OR REPLACE INTO asked SELECT key, run_uuid, step FROM metrics", ())
    return _Histories(server, copy).read()


class _Histories:
    def __init__(self, server: Server, copy: Copy) -> None:
        self._server = server
        self._copy = copy
        self._together = True
        self._thinned: list[str] = []

    def read(self) -> Filled:
        try:
            for key, runs in self._some():
                if not self._together:
                    self._each(key, runs)
                elif alone := self._of(key, runs):
                    self._each(key, alone)
        except _Untold as untold:
            return Filled(said=[str(untold)], histories=False)
        return Filled(said=self._said())

    def _some(self) -> Iterator[tuple[str, list[str]]]:
        """A metric, and some of the runs that measured it."""
        after = ("", "")
        while rows := self._copy.rows(_WINDOW, (*after, TOGETHER)):
            key = rows[0][0]
            runs = [run for named, run, _ in rows if named == key]
            after = (key, runs[-1])
            yield key, runs

    def _of(self, key: str, runs: list[str]) -> list[str]:
        """Takes the histories of several runs. Returns those runs whose history may have been thinned out."""
        question: dict[str, Json] = {"run_ids": list(runs), "metric_key": key, "max_results": MOST, **_STEPS}
        try:
            answer = self._server.ask(_TOGETHER, question, post=False)
        except TooLarge:
            if len(runs) == 1:
                return runs
            half = len(runs) // 2
            return self._of(key, runs[:half]) + self._of(key, runs[half:])
        except Absent:
            return runs  # one was removed meanwhile
        except NOT_TOLD:
            self._together = False
            self._count()
            return runs
        of: dict[str, list[dict[str, Json]]] = {}
        steps: set[int | None] = set()
        try:
            for point in parts(answer, "metrics"):
                of.setdefault(needed(point, "run_id"), []).append(point)
                steps.add(whole(point, "step"))
            for run in runs:
                records.metrics(self._copy, run, of.get(run, ()))
        except Odd as odd:
            self._server.odd(_TOGETHER, str(odd))
        least = 1 if len(steps) >= MOST else MOST - 1
        return [run for run in runs if len(of.get(run, ())) > least or self._beyond(key, run)]

    def _beyond(self, key: str, run: str) -> bool:
        """Whether its steps are larger than can be asked for together: some count by the clock."""
        rows = self._copy.rows("SELECT step FROM asked WHERE (key, run_uuid) = (?, ?)", (key, run))
        return not _STEPS["start_step"] <= rows[0][0] <= _STEPS["end_step"]

    def _count(self) -> None:
        count = self._copy.rows("SELECT count(*) FROM asked")[0][0]
        if count > ALONE:
            raise _Untold(
                f"{self._server.address} tells each history of a metric by itself alone, and has {count:,}, which are "
                "too many: of metrics the last value is stated, and not the history."
            )

    def _each(self, key: str, runs: list[str]) -> None:
        for run in runs:
            try:
                for page in self._server.pages(
                    _ALONE, {"run_id": run, "metric_key": key}, "metrics", PAGE, post=False, least=PAGE
                ):
                    records.metrics(self._copy, run, objects(page, "metrics"))
            except Odd as odd:
                self._server.odd(_ALONE, str(odd))
            except TooLarge:
                self._thinned.append(f"{key} of run {run}")
            except Absent:
                pass  # the run was removed meanwhile
            except NOT_TOLD as error:
                if not self._together:
                    raise _Untold(
                        f"{error.message} So of metrics the last value is stated, and not the history."
                    ) from error
                self._thinned.append(f"{key} of run {run}")

    def _said(self) -> list[str]:
        if not self._thinned:
            return []
        shown = ", ".join(self._thinned[:_SAID])
        more = f" and {len(self._thinned) - _SAID:,} more" if len(self._thinned) > _SAID else ""
        return [
            f"{self._server.address} cannot tell all points of {shown}{more}: it was asked for some that are spread "
            "evenly, or for the last."
        ]


class _Untold(Exception):
    """A server does not tell histories, or not so many; with a sentence."""
