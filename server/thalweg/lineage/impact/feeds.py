"""Which releases a job feeds: a run of it leads to a model version that the release serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.live import Live


class Feeds:
    """Works out, for a set of jobs together, the releases that each of them feeds, or did by its last run.

    Each release is a bit; a node's bits are those of what it leads to. Nodes are taken in post-order, so one pass is
    enough where there is no cycle, and passes are repeated until nothing changes where there is.
    """

    def __init__(self, facts: Facts, activity: Activity, live: Live, jobs: Iterable[str]) -> None:
        onward: defaultdict[str, list[str]] = defaultdict(list)
        for edge in facts.edges:
            onward[edge.source].append(edge.target)
        self._active = {job: bool(activity.recent(job)) for job in jobs}
        runs_of = {job: [run.id for run in (activity.recent(job) or activity.last(job))] for job in self._active}
        self._live = live
        self._releases = live.ever
        bit = {release: 1 << place for place, release in enumerate(self._releases)}
        order = _postorder([run for runs in runs_of.values() for run in runs], onward)
        reach = {node: sum(bit[target] for target in {edge.target for edge in live.served(node)}) for node in order}
        changed = True
        while changed:
            changed = False
            for node in order:
                bits = reach[node]
                for target in onward.get(node, ()):
                    bits |= reach[target]
                if bits != reach[node]:
                    reach[node] = bits
                    changed = True
        self._by_job: dict[str, int] = {}
        for job, runs in runs_of.items():
            bits = 0
            for run in runs:
                bits |= reach[run]
            self._by_job[job] = bits

    def releases(self, job: str) -> list[str]:
        """The ids of the live releases that the job feeds, in order."""
        return [id for id in self.ever(job) if id in self._live.releases] if self._active.get(job) else []

    def ever(self, job: str) -> list[str]:
        """The ids of the releases, live or not, that the runs of the job within the window led to, or its last run."""
        bits = self._by_job.get(job, 0)
        return [release for place, release in enumerate(self._releases) if bits >> place & 1]


def _postorder(roots: Iterable[str], onward: dict[str, list[str]]) -> list[str]:
    """Everything reachable from the roots, what a node leads to before the node itself (but for cycles)."""
    order: list[str] = []
    seen: set[str] = set()
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(onward.get(root, ())))]
        while stack:
            node, beyond = stack[-1]
            for target in beyond:
                if target not in seen:
                    seen.add(target)
                    stack.append((target, iter(onward.get(target, ()))))
                    break
            else:
                stack.pop()
                order.append(node)
    return order
