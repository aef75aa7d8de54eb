"""What is live, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.facts import Facts, LiveMarks
from thalweg.model.edges import EdgeType
from thalweg.model.facts import MarkKind
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge, Node


def is_open(release: Node, at: int) -> bool:
    """Whether the period of a release is open at a time, whatever its traffic: a shadow is live too."""
    return release.at <= at and (release.until is None or at < release.until) and not is_gone(release, at)


def is_gone(node: Node, at: int) -> bool:
    return node.gone_at is not None and node.gone_at <= at


class Live:
    """Which versions are live.

    A release whose period is open; a model version that such a release serves, or that an alias or a stage which counts
    holds; the newest version of a dataset; a run of a job that is active. `ever`: all releases until now, by id.
    """

    def __init__(self, facts: Facts, activity: Activity, marks: LiveMarks) -> None:
        self._activity = activity
        self._nodes = facts.nodes
        self.releases = {
            id: node for id, node in facts.nodes.items() if node.kind is Kind.RELEASE and is_open(node, facts.at)
        }
        self.ever = sorted(id for id, node in facts.nodes.items() if node.kind is Kind.RELEASE and node.at <= facts.at)
        self._of_deployment: defaultdict[str, set[str]] = defaultdict(set)
        for id, node in self.releases.items():
            if node.asset_id is not None:
                self._of_deployment[node.asset_id].add(id)
        self._serving: defaultdict[str, list[Edge]] = defaultdict(list)
        self._served: defaultdict[str, list[Edge]] = defaultdict(list)
        releases = set(self.ever)
        for edge in facts.edges:
            if edge.type is EdgeType.SERVED_BY and edge.target in releases:
                self._served[edge.source].append(edge)
                if edge.target in self.releases:
                    self._serving[edge.source].append(edge)
        self._of_model: defaultdict[str, set[str]] = defaultdict(set)
        self._held: set[str] = set()
        for model, found in facts.marks.items():
            for mark in found:
                if mark.name in (marks.aliases if mark.kind is MarkKind.ALIAS else marks.stages):
                    self._held.add(mark.version_id)
                    self._of_model[model].add(mark.version_id)
        for version in self._serving:
            served = facts.nodes.get(version)
            if served is not None and served.asset_id is not None:
                self._of_model[served.asset_id].add(version)
        self._newest = facts.newest

    def version(self, node: Node) -> bool:
        """Whether a version is live."""
        match node.kind:
            case Kind.RELEASE:
                return node.id in self.releases
            case Kind.MODEL_VERSION:
                return node.id in self._serving or node.id in self._held
            case Kind.DATASET_VERSION:
                return node.asset_id is not None and self._newest.get(node.asset_id) == node.id
            case Kind.RUN:
                return node.asset_id is not None and self._activity.active(node.asset_id)
            case _:
                return False

    def serving(self, version: str) -> list[Edge]:
        """The edges from a model version to the live releases that serve it."""
        return self._serving.get(version, [])

    def served(self, version: str) -> list[Edge]:
        """The edges from a model version to all releases that serve it, or did."""
        return self._served.get(version, [])

    def of(self, asset: str, kind: Kind) -> Collection[str]:
        """The live versions of a dataset, a model or a deployment."""
        if kind is Kind.DATASET:
            return [self._newest[asset]] if asset in self._newest else []
        return sorted((self._of_model if kind is Kind.MODEL else self._of_deployment).get(asset, ()))

    def environments(self, node: Node) -> tuple[str, ...]:
        """The namespaces of the live releases that a version is, or that serve it."""
        if node.kind is Kind.RELEASE:
            return (node.key[0],) if node.id in self.releases else ()
        return self.where([edge.target for edge in self.serving(node.id)])

    def environments_ever(self, node: Node) -> tuple[str, ...]:
        """The same of all releases that it is, or that serve it, or did."""
        if node.kind is Kind.RELEASE:
            return (node.key[0],)
        return self.where([edge.target for edge in self.served(node.id)])

    def where(self, releases: Collection[str]) -> tuple[str, ...]:
        """The namespaces of releases."""
        return () if not releases else tuple(sorted({self._nodes[id].key[0] for id in releases}))
