"""The commits between two, along `(commit)-[:PARENT_OF]->(commit)`: what is behind the one and not behind the other."""

from __future__ import annotations

from thalweg.lineage.bounds import Bounds
from thalweg.lineage.compare.answer import Range
from thalweg.lineage.subject import said
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Caller
from thalweg.model.results import Direction, Entity, Node, Truncated
from thalweg.store.questions import Start, Walk
from thalweg.store.store import Store

COMMITS = 2_000
"""How many commits behind one are looked at, the nearest."""

LISTED = 100
"""How many commits of a range are told on each side."""


class History:
    """Histories of commits, each walked once. Parents do not change, so a time makes no difference to them."""

    def __init__(self, store: Store, caller: Caller, bounds: Bounds) -> None:
        self._store = store
        self._caller = caller
        self._bounds = bounds
        self._known: dict[str, tuple[tuple[Node, ...], bool]] = {}

    async def between(self, base: int, head: int, old: Entity, new: Entity) -> Range:
        """What lies between two commits, by the places of the things that ran them."""
        if old.id == new.id:
            return Range(base, head, (), (), 0, 0, True)
        before, all_before = await self._behind(old)
        after, all_after = await self._behind(new)
        ahead = _without(after, before)
        behind = _without(before, after)
        told = [node.id for node in (*ahead[:LISTED], *behind[:LISTED])]
        known = await self._bounds.within(self._store.get(told, self._caller), {}) if told else {}
        return Range(
            base,
            head,
            tuple(known[node.id] for node in ahead[:LISTED] if node.id in known),
            tuple(known[node.id] for node in behind[:LISTED] if node.id in known),
            len(ahead),
            len(behind),
            all_before and all_after,
        )

    async def _behind(self, commit: Entity) -> tuple[tuple[Node, ...], bool]:
        """A commit and all behind it, the nearest first, and whether that is everything that is known."""
        if commit.id in self._known:
            return self._known[commit.id]
        if not self._bounds.open():
            return (), False
        most = min(COMMITS, self._bounds.left)
        walk = Walk(
            Direction.UPSTREAM,
            types=(EdgeType.PARENT_OF,),
            depth=None,
            max_nodes=most,
            visited=most,
            edges=False,
            seconds=self._bounds.seconds,
        )
        walked = await self._store.walk(Start(ids=(commit.id,)), walk, self._caller)
        self._bounds.left -= len(walked.nodes)
        if walked.truncated is Truncated.DEADLINE:
            self._bounds.cut(self._bounds.too_late())
        elif walked.truncated is not None:
            self._bounds.cut(f"Only the nearest {len(walked.nodes)} commits behind {said(commit)} were looked at.")
        self._known[commit.id] = walked.nodes, walked.truncated is None
        return self._known[commit.id]


def _without(one: tuple[Node, ...], other: tuple[Node, ...]) -> list[Node]:
    ids = {node.id for node in other}
    left = (node for node in one if node.id not in ids)
    return sorted(left, key=lambda node: (node.distance, -node.at, node.id))
