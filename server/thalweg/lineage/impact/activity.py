"""Which jobs are active: what ran within the window is what will run again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median_high, median_low

from thalweg.lineage.impact.facts import Facts
from thalweg.model.kinds import Kind
from thalweg.model.results import Node


def window_of(started: Sequence[int], window: int) -> int:
    """How far back the runs of a job count, given when its runs started, the newest first.

    A job whose usual interval between runs (the median) is longer than half the window looks back twice that interval:
    a yearly job is not inactive in March.
    """
    if len(started) < 2:
        return window
    intervals = [later - earlier for later, earlier in pairwise(started)]
    twice = median_low(intervals) + median_high(intervals)  # twice the median, and a whole number
    return max(twice, window)


class Activity:
    """The runs of jobs, up to the time of the question."""

    def __init__(self, facts: Facts) -> None:
        self._at = facts.at
        self._window = facts.window
        self._runs_at = facts.runs_at
        runs: defaultdict[str, list[Node]] = defaultdict(list)
        for node in facts.nodes.values():
            if node.kind is Kind.RUN and node.asset_id is not None and node.at <= facts.at:
                runs[node.asset_id].append(node)
        for known in runs.values():
            known.sort(key=lambda run: (-run.at, run.id))
        self._runs = dict(runs)
        self._since: dict[str, int] = {}

    def since(self, job: str) -> int:
        """From when on a run of the job counts."""
        if job not in self._since:
            self._since[job] = self._at - window_of(self._runs_at.get(job, ()), self._window)
        return self._since[job]

    def recent(self, job: str) -> list[Node]:
        """The runs within the window, whatever their status, the newest first."""
        since = self.since(job)
        return [run for run in self._runs.get(job, ()) if run.at >= since]

    def last(self, job: str) -> list[Node]:
        """The last run, or those that started last together; empty where none is known."""
        runs = self._runs.get(job, [])
        return [run for run in runs if run.at == runs[0].at]

    def active(self, job: str) -> bool:
        runs = self._runs.get(job)
        return runs is not None and runs[0].at >= self.since(job)
