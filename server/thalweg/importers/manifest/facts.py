"""What a manifest states, as granules: one scope for each item of its lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from thalweg.importers.manifest import form as forms
from thalweg.importers.manifest.form import Form, Manifest
from thalweg.importers.manifest.problems import shown
from thalweg.importers.manifest.text import Document, Where
from thalweg.model import keys, time
from thalweg.model.edges import TYPES_BETWEEN, Coverage, EdgeType
from thalweg.model.errors import Problem
from thalweg.model.facts import EdgeFact, EntityFact, Granule, JoinFact, Json, MarkFact, MarkKind, Point
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.properties import EDGE_PROPERTIES, PROPERTIES

ORIGIN = "manifest"

_PLAIN_NAMESPACE = re.compile(r"[^/]*[^/:]|[^/:]+://[^/]*")


def granules(manifest: Manifest, document: Document, source: str) -> list[Granule]:
    """The granules of one file. What does not fit together is added to the problems of the document."""
    return list(_Facts(document, source).granules(manifest))


def scope(kind: str, key: Key) -> str:
    """`dataset/s3://lake/transactions`. Two keys never share a scope: where slashes would hide which part of it is the
    namespace, those of the namespace are escaped.
    """
    namespace, *rest = key.parts
    if rest and not _PLAIN_NAMESPACE.fullmatch(namespace):
        namespace = re.sub("[%/:]", lambda found: f"%{ord(found[0]):02X}", namespace)
    return "/".join((kind, namespace, *rest))


class _Facts:
    def __init__(self, document: Document, source: str) -> None:
        self.document = document
        self.source = source
        self.entities: list[EntityFact] = []
        self.edges: list[EdgeFact] = []
        self.marks: list[MarkFact] = []
        self.described: set[Key] = set()
        self.scopes: set[str] = set()

    def granules(self, manifest: Manifest) -> Iterator[Granule]:
        for place, dataset in enumerate(manifest.datasets or ()):
            self.dataset(dataset, ("datasets", place))
            yield self.granule(scope("dataset", dataset.key()))
        for place, repository in enumerate(manifest.repositories or ()):
            self.repository(repository, ("repositories", place))
            yield self.granule(scope("repository", repository.key()))
        for place, job in enumerate(manifest.jobs or ()):
            self.job(job, ("jobs", place))
            yield self.granule(scope("job", job.key()))
        for place, model in enumerate(manifest.models or ()):
            self.model(model, ("models", place))
            yield self.granule(scope("model", model.key()))
        for place, deployment in enumerate(manifest.deployments or ()):
            self.deployment(deployment, ("deployments", place))
            yield self.granule(scope("deployment", deployment.key()))
        for place, edge in enumerate(manifest.edges or ()):
            name = self.stated_edge(edge, ("edges", place))
            if name is not None:
                yield self.granule(self.once(name, ("edges", place)))
        for place, join in enumerate(manifest.joins or ()):
            fact = JoinFact(join.alias.key(), join.of.key())
            name = self.once(f"join/{fact.alias.id}", ("joins", place))
            yield Granule(self.source, name, ORIGIN, joins=(fact,))

    def granule(self, name: str) -> Granule:
        """What was gathered since the last one."""
        found = Granule(self.source, name, ORIGIN, self.entities, self.edges, marks=self.marks)
        self.entities, self.edges, self.marks = [], [], []
        return found

    def once(self, name: str, where: Where) -> str:
        if name in self.scopes:
            self.wrong(where, "it", "is stated twice", "TWICE")
        self.scopes.add(name)
        return name

    # ------------------------------------------------------------------------------------------------------- the lists

    def dataset(self, dataset: forms.Dataset, where: Where) -> None:
        self.entity(dataset.key(), dataset, where)
        for place, version in enumerate(dataset.versions or ()):
            here = (*where, "versions", place)
            key = _version(dataset.key(), version.version)
            self.entity(key, version, here)
            for index, parent in enumerate(version.derived_from or ()):
                self.between(parent, EdgeType.DERIVED_INTO, key, dataset.key(), (*here, "derived_from", index))

    def repository(self, repository: forms.Repository, where: Where) -> None:
        url = repository.key().parts[0]
        self.entity(repository.key(), repository, where, without="url")
        for place, commit in enumerate(repository.commits or ()):
            key = keys.commit(url, commit.sha)
            self.entity(key, commit, (*where, "commits", place))
            for index, parent in enumerate(commit.parents or ()):
                here = (*where, "commits", place, "parents", index)
                self.edge(keys.commit(url, parent), EdgeType.PARENT_OF, key, {}, here)

    def job(self, job: forms.Job, where: Where) -> None:
        key = job.key()
        self.entity(key, job, where)
        ends: dict[str, Sequence[forms.Input | forms.Output]] = {
            "inputs": job.inputs or (),
            "outputs": job.outputs or (),
        }
        for name, stated in ends.items():
            for place, end in enumerate(stated):
                if end.version is not None:
                    here = (*where, name, place, "version")
                    self.wrong(here, shown(end.version), "belongs to a run of the job, which reads and writes versions")
        self.code(job.code, key, key, where)
        self.inputs(job.inputs, key, key, where)
        self.outputs(job.outputs, key, key, where)
        for place, run in enumerate(job.runs or ()):
            self.run(run, key, (*where, "runs", place))

    def run(self, run: forms.Run, job: Key, where: Where) -> None:
        """`(input)-[:INPUT_TO]->(run)-[:PRODUCED]->(output)`, `(commit)-[:CODE_OF]->(run)`"""
        namespace = run.namespace or job.parts[0]
        key = keys.run(namespace, run.run_id)
        self.entity(key, run, where, job=list(job.parts))
        self.interval(run, "started_at", "ended_at", where)
        if run.parent is not None:
            self.edge(keys.run(namespace, run.parent), EdgeType.PARENT_OF, key, {}, (*where, "parent"))
        self.code(run.code, key, job, where)
        self.inputs(run.inputs, key, job, where)
        self.outputs(run.outputs, key, job, where)

    def code(self, codes: Sequence[forms.Code] | None, target: Key, job: Key, where: Where) -> None:
        for place, code in enumerate(codes or ()):
            here = (*where, "code", place)
            whole = code.commit is None or target.kind is Kind.JOB
            source = code.repository if code.commit is None else keys.commit(code.repository.parts[0], code.commit)
            if code.commit is not None and target.kind is Kind.JOB:
                self.wrong((*here, "commit"), shown(code.commit), "belongs to a run of the job")
                continue
            self.edge(source, EdgeType.CODE_OF, job if whole else target, _props(code, EdgeType.CODE_OF), here)

    def inputs(self, ends: Sequence[forms.Input] | None, target: Key, job: Key, where: Where) -> None:
        for place, end in enumerate(ends or ()):
            self.between(end, EdgeType.INPUT_TO, target, job, (*where, "inputs", place))

    def outputs(self, ends: Sequence[forms.Output] | None, source: Key, job: Key, where: Where) -> None:
        for place, end in enumerate(ends or ()):
            self.between(end, EdgeType.PRODUCED, source, job, (*where, "outputs", place), outward=True)

    def model(self, model: forms.Model, where: Where) -> None:
        """`(model)-[:MARKS]->(version)`, `(parent)-[:DERIVED_INTO]->(version)`"""
        self.entity(model.key(), model, where)
        for place, version in enumerate(model.versions or ()):
            here = (*where, "versions", place)
            key = _version(model.key(), version.version)
            self.entity(key, version, here)
            for index, parent in enumerate(version.derived_from or ()):
                self.between(parent, EdgeType.DERIVED_INTO, key, model.key(), (*here, "derived_from", index))
            for kind, name, marks in (
                (MarkKind.ALIAS, "aliases", version.aliases),
                (MarkKind.STAGE, "stages", version.stages),
            ):
                for index, mark in enumerate(marks or ()):
                    self.interval(mark, "since", "until", (*here, name, index))
                    self.marks.append(MarkFact(key, kind, mark.name, mark.since, mark.until))

    def deployment(self, deployment: forms.Deployment, where: Where) -> None:
        self.entity(deployment.key(), deployment, where)
        for place, release in enumerate(deployment.releases or ()):
            self.release(release, deployment.key(), (*where, "releases", place))

    def release(self, release: forms.Release, deployment: Key, where: Where) -> None:
        """`(modelVersion)-[:SERVED_BY]->(release)`, `(datasetVersion)-[:INPUT_TO]->(release)-[:PRODUCED]->(…)`"""
        revision = release.revision or time.rfc3339(release.since or 0)
        key = _version(deployment, revision)
        self.entity(key, release, where)
        self.interval(release, "since", "until", where)
        for place, served in enumerate(release.serves or ()):
            self.between(served, EdgeType.SERVED_BY, key, deployment, (*where, "serves", place))
        for place, read in enumerate(release.reads or ()):
            self.between(read, EdgeType.INPUT_TO, key, deployment, (*where, "reads", place))
        for place, write in enumerate(release.writes or ()):
            self.between(write, EdgeType.PRODUCED, key, deployment, (*where, "writes", place), outward=True)

    def stated_edge(self, edge: forms.Edge, where: Where) -> str | None:
        """States one edge between any two things, and says in which scope; None where nothing may join them."""
        source, target = edge.source.key(), edge.target.key()
        pair = (source.kind, target.kind)
        types = TYPES_BETWEEN.get(pair, ())
        between = f"a {source.kind.value} to a {target.kind.value}"
        if not types:
            self.wrong(where, "nothing", f"joins {between}")
            return None
        type = EdgeType(edge.type) if edge.type else types[0]
        if type not in types:
            known = " or ".join(known.value for known in types)
            self.wrong((*where, "type"), type.value, f"does not join {between}; {known} does")
            return None
        for name in edge.model_fields_set - {"source", "target", "type", "role"} - EDGE_PROPERTIES[type].keys():
            self.wrong((*where, name), shown(getattr(edge, name)), f"is nothing that {type.value} has")
        self.edge(source, type, target, _props(edge, type), where, edge.role or "")
        return "/".join(filter(None, ("edge", source.id, type.value, target.id, edge.role)))

    # ----------------------------------------------------------------------------------------------------------- facts

    def entity(self, key: Key, form: Form, where: Where, without: str = "", **more: Json) -> None:
        stated = form.model_dump(include=PROPERTIES[key.kind].keys() - {without}, exclude_unset=True)
        histories = {
            name: [Point(point.step, point.at, point.value) for point in points]
            for name, points in (getattr(form, "histories", None) or {}).items()
        }
        if key in self.described:
            self.wrong(where, str(key), "is stated twice", "TWICE")
        self.described.add(key)
        self.entities.append(EntityFact(key, {**stated, **more}, histories))

    def between(
        self, end: Any, type: EdgeType, version: Key, asset: Key, where: Where, *, outward: bool = False
    ) -> None:
        """An edge between versions; between their assets where the other end names no version."""
        named = end.version is not None and version.kind is not Kind.JOB
        here = version if named else asset
        there = _version(end.asset(), end.version) if named else end.asset()
        source, target = (here, there) if outward else (there, here)
        self.edge(source, type, target, _props(end, type), where, getattr(end, "role", None) or "")

    def edge(
        self, source: Key, type: EdgeType, target: Key, props: dict[str, Json], where: Where, role: str = ""
    ) -> None:
        if source == target:
            self.wrong(where, str(source), "is what it is said of itself")
            return
        if "covers" in props and "columns" not in props:
            self.wrong((*where, "covers"), str(props["covers"]), "says what columns cover, and there are none")
        self.edges.append(EdgeFact(source, type, target, role, props))

    def interval(self, form: Any, first: str, last: str, where: Where) -> None:
        since, until = getattr(form, first), getattr(form, last)
        if since is not None and until is not None and until < since:
            self.wrong((*where, last), time.rfc3339(until), f"lies before {first}, {time.rfc3339(since)}")

    def wrong(self, where: Where, value: str, expected: str, code: str = "INVALID") -> None:
        self.problems.append(self.document.problem(where, value, expected, code))

    @property
    def problems(self) -> list[Problem]:
        return self.document.problems


def _version(asset: Key, version: str) -> Key:
    kind = asset.kind.version
    assert kind is not None
    return Key(kind, (*asset.parts, version))


def _props(form: Form, type: EdgeType) -> dict[str, Json]:
    """What an edge carries. Who lists columns by hand declares what is read, where no other coverage is named."""
    props = form.model_dump(include=set(EDGE_PROPERTIES[type]), exclude_unset=True)
    if type is EdgeType.INPUT_TO and "columns" in props:
        props.setdefault("covers", Coverage.DECLARED.value)
    return props
