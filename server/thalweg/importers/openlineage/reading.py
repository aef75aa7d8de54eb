"""An event as granules.

    RunEvent      (datasetVersion | modelVersion)-[:INPUT_TO]->(run)-[:PRODUCED]->(datasetVersion | modelVersion)
                  (commit)-[:CODE_OF]->(run)      (parent run)-[:PARENT_OF]->(run)
    JobEvent      (dataset | model)-[:INPUT_TO]->(job)-[:PRODUCED]->(dataset | model)
    DatasetEvent  (dataset)-[:HAS_VERSION]->(datasetVersion)

Each event is a scope of its own, so that what events say of a run is gathered in the graph, in whatever order they
come. Two things are said in scopes that a later event takes over: the design of a job, and whether a dataset was
dropped. Which job a parent run is of is said with the least rank of all: its own events know that better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from thalweg.importers.openlineage import code, datasets, own
from thalweg.importers.openlineage.datasets import Said
from thalweg.importers.openlineage.event import Event, Named, Odd, Sort, problem, refused, uuid
from thalweg.importers.openlineage.event import read as core
from thalweg.importers.openlineage.facets import Taken, deleted, described
from thalweg.importers.openlineage.stated import ORIGIN, Stated, scope
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import Problem
from thalweg.model.facts import Granule, Json, MarkFact
from thalweg.model.keys import UNVERSIONED, Key

RUNS = "openlineage"
"""The namespace of runs: a run id is a UUID, and tells the run from all others whoever sends it."""

STATUS = {"START": "RUNNING", "RUNNING": "RUNNING", "COMPLETE": "FINISHED", "FAIL": "FAILED", "ABORT": "KILLED"}
ENDS = ("COMPLETE", "FAIL", "ABORT")

CLIENT = "OPENLINEAGE_CLIENT"
"""The source of tags that the client itself puts on a run."""

_REVISIONS = 1_024
_LATEST = (1 << 63) // _REVISIONS - 1


class Heard(NamedTuple):
    """What an event states. odd: what in it is not as the specification says, and was taken all the same."""

    granules: list[Granule]
    odd: list[Problem]


def heard(given: Json, source: str = ORIGIN, *, strict: bool = False) -> Heard:
    """What one event states, filed under the name of a source.

    Raises BadInput, with every problem, for what is no event; a strict reading takes what is odd for a problem too.
    """
    odd = Odd()
    granules = _Read(core(given, source, odd), source, odd).granules()
    if strict and odd.noted:
        raise refused(odd.noted)
    return Heard(granules, odd.noted)


def written_in(run_id: str) -> str:
    """The version that a run wrote of a dataset, where nobody named it."""
    return f"run:{run_id}"


class _Read:
    def __init__(self, event: Event, source: str, odd: Odd) -> None:
        self.event = event
        self.source = source
        self.scope = scope(source)
        self.odd = odd
        self.stated = Stated()
        self.beside: list[Granule] = []

    def granules(self) -> list[Granule]:
        event = self.event
        if event.sort is Sort.DATASET:
            assert event.dataset is not None
            about = self.dataset(event.dataset)
        else:
            about = self.job()
        self.beside.append(self.stated.granule(self.scope, f"{about}/{event.digest}", event.at))
        return self.beside

    @property
    def revision(self) -> int:
        """Orders events by time; of two of one time it is chance, but always the same, which is the later.

        A date in the future is taken as now, as it is wherever facts are written: else whatever is told later, and
        rightly dated, would be outdated until then.
        """
        return (
            min(max(time.believed(self.event.at), 0), _LATEST) * _REVISIONS
            + int(self.event.digest[:3], 16) % _REVISIONS
        )

    # ------------------------------------------------------------------------------------------------------ datasets

    def dataset(self, named: Named) -> str:
        taken = Taken(named.facets, "dataset.facets", self.odd)
        whole = own.entity(taken)
        if whole is not None:
            self.whole(whole)
            return f"entity/{whole.key.id}"
        said = datasets.read(named, self.source, self.odd, self.stated)
        self.describe(said, said.version or UNVERSIONED, dated=said.change in ("CREATE", "OVERWRITE", "TRUNCATE"))
        return f"dataset/{said.asset.id}"

    def whole(self, whole: own.Whole) -> None:
        if whole.known:
            self.stated.entity(whole.key, whole.props, whole.histories)
        for source, type, target, role, props in whole.edges:
            self.stated.edge(source, type, target, props, role)
        self.stated.marks.extend(whole.marks)
        for alias, of in whole.joins:
            self.stated.join(alias, of)

    def describe(self, said: Said, version: str | None, *, dated: bool = False) -> None:
        """The dataset or model, and what is known of the version.

        `unversioned` has no date of its own: the store dates it before all others. Of a dataset that is only named
        nothing is stated, for its edges say that it is; nor in an event that is all about a version of it.
        """
        if said.asset_props or (self.event.sort is Sort.DATASET and not said.of_version):
            self.stated.entity(said.asset, said.asset_props)
        if said.change in ("DROP", "CREATE", datasets.TAKEN_BACK):
            life = Stated()
            life.entity(said.asset, {"gone_at": self.event.at} if said.change == "DROP" else {})
            self.beside.append(life.granule(self.scope, f"{said.asset.id}/life", self.event.at, self.revision))
        if version is None:
            return
        props = {name: value for name, value in said.version_props.items() if value is not None}
        if version == UNVERSIONED:
            if not props or said.is_model:
                return
        elif not props and not said.edge.known:
            return
        elif dated:
            props.setdefault("created_at", self.event.at)
        self.stated.entity(said.at(version), props, {} if said.model is None else said.model.histories)
        if said.model is not None:
            for mark in said.model.marks:
                since = self.event.at if mark.since is None else mark.since
                self.stated.marks.append(MarkFact(said.at(version), mark.kind, mark.name, since, mark.until))

    # ---------------------------------------------------------------------------------------------------------- jobs

    def job(self) -> str:
        event = self.event
        taken = Taken(event.job, "job.facets", self.odd)
        deployment = own.deployment(taken)
        properties = own.properties(taken)
        props = described(taken) if properties is None else own.without_nulls(described(taken))
        if (kind := taken.look("jobType")) is not None:
            props["job_type"] = taken.text("jobType", kind, "jobType") or taken.text("jobType", kind, "processingType")
        elif taken.gone("jobType"):
            props["job_type"] = ""
        if deployment is not None:
            self.keep(props, taken)
            return self.release(deployment, props, properties)
        job = keys.job(event.namespace, event.name)
        if event.sort is Sort.JOB:
            self.design(job, taken, props)
            about = f"job/{job.id}"
        else:
            about = self.run(job, taken, props)
        self.keep(props, taken)
        if properties is not None:
            props |= properties.asset
        if props or event.sort is Sort.JOB:
            self.stated.entity(job, props)
        return about

    def keep(self, props: dict[str, Json], taken: Taken) -> None:
        if kept := taken.kept():
            props["extra"] = {**kept, **props.get("extra", {})}

    def design(self, job: Key, taken: Taken, props: dict[str, Json]) -> None:
        """What a job reads and writes whenever it runs: the latest event that speaks of it says all of it. So it is
        with its code, of which another event may speak.
        """
        event = self.event
        design, location = Stated(), Stated()
        props |= code.stated(location, taken, job, None, self.source)
        for named in event.outputs or ():
            said = datasets.read(named, self.source, self.odd, self.stated)
            self.describe(said, said.version or UNVERSIONED)
            design.edge(job, EdgeType.PRODUCED, said.asset, said.edge.props, said.edge.role)
            for pair in sorted(said.sources):
                design.edge(keys.dataset(*pair), EdgeType.INPUT_TO, job)
        for named in event.inputs or ():
            said = datasets.read(named, self.source, self.odd, self.stated)
            self.describe(said, said.version or UNVERSIONED)
            design.edge(said.asset, EdgeType.INPUT_TO, job, said.edge.props, said.edge.role)
        if event.inputs is not None or event.outputs is not None:
            self.beside.append(design.granule(self.scope, f"job/{job.id}", event.at, self.revision))
        if "sourceCodeLocation" in event.job:
            self.beside.append(location.granule(self.scope, f"job/{job.id}/code", event.at, self.revision))

    # ---------------------------------------------------------------------------------------------------------- runs

    def run(self, job: Key, job_facets: Taken, job_props: dict[str, Json]) -> str:
        event, stated = self.event, self.stated
        taken = Taken(event.run, "run.facets", self.odd)
        told = own.run(taken)
        run = keys.run(RUNS, event.run_id) if told is None else keys.run(*told.names)
        props: dict[str, Json] = {} if told is None else dict(told.props)
        props.setdefault("job", list(job.parts))
        self.of_run(taken, props)
        location = code.stated(stated, job_facets, job, run, self.source)
        if told is None:
            props["started_at"] = event.at
            props["status"] = STATUS.get(event.type or "")
            props["ended_at"] = event.at if event.type in ENDS else None
            self.parent(taken, run)
            extra = taken.kept()
            if event.producer is not None:
                extra["producer"] = event.producer
            if extra:
                props["extra"] = {**extra, **props.get("extra", {})}
            job_props |= location
        else:  # what its own system knows was told whole
            job_facets.take("sourceCodeLocation")
            for parent in told.parents:
                stated.edge(keys.run(*parent), EdgeType.PARENT_OF, run)
        stated.entity(run, props, {} if told is None else told.histories)
        self.outputs(run, dated=told is None and event.type in ENDS)
        self.inputs(run)
        return f"run/{event.run_id}"

    def of_run(self, taken: Taken, props: dict[str, Json]) -> None:
        if (facet := taken.take("executionParameters")) is not None:
            found = {} if deleted(facet) else taken.pairs("executionParameters", facet, "parameters", "key")
            props.setdefault("params", found)
        if (facet := taken.take("environmentVariables")) is not None:
            found = {} if deleted(facet) else taken.pairs("environmentVariables", facet, "environmentVariables", "name")
            props.setdefault("environment", found)
        if (facet := taken.take("tags")) is not None:
            self.tags(taken, facet, props)
        if (facet := taken.take("errorMessage")) is not None:
            props.setdefault("error", "" if deleted(facet) else taken.text("errorMessage", facet, "message"))
            more = {field: facet[field] for field in ("programmingLanguage", "stackTrace") if field in facet}
            props["extra"] = {"errorMessage": more or None, **props.get("extra", {})}

    def tags(self, taken: Taken, facet: Mapping[str, Any], props: dict[str, Json]) -> None:
        """The client puts a tag of its own (its version) on every event: where it is alone, the facet says nothing of
        the tags that an earlier event told.
        """
        given = facet.get("tags")
        if isinstance(given, list):
            of_others = [one for one in given if not (isinstance(one, dict) and one.get("source") == CLIENT)]
            if given and not of_others:
                return
            facet = {**facet, "tags": of_others}
        props.setdefault("tags", {} if deleted(facet) else taken.pairs("tags", facet, "tags", "key"))

    def parent(self, taken: Taken, run: Key) -> None:
        name = "parent" if "parent" in taken.left else "parentRun"
        facet = taken.look(name)
        if facet is None:
            return
        found = self.parent_run(taken, name, facet)
        if found is not None:
            self.stated.edge(found, EdgeType.PARENT_OF, run)
        root = facet.get("root")
        if isinstance(root, dict):
            self.parent_run(taken, f"{name}.root", root)

    def parent_run(self, taken: Taken, place: str, facet: Mapping[str, Any]) -> Key | None:
        """The run that a parent facet names. Its job is said of it, for some parents never speak for themselves."""
        run, job = facet.get("run"), facet.get("job")
        id = uuid(run.get("runId")) if isinstance(run, dict) else None
        if id is None:
            taken.odd(f"{place}.run", run, "must have a runId that is a UUID; it was kept in extra, and links nothing")
            return None
        key = keys.run(RUNS, id)
        if isinstance(job, dict) and _is_name(job.get("namespace")) and _is_name(job.get("name")):
            said = Stated()
            of = keys.job(job["namespace"], job["name"])
            said.entity(key, {"job": list(of.parts)})
            self.beside.append(said.granule(self.scope, f"parent/{id}/{of.id}", 0))
        return key

    def outputs(self, run: Key, *, dated: bool) -> None:
        event, stated = self.event, self.stated
        read = {(named.namespace, named.name) for named in event.inputs or ()}
        assumed: set[tuple[str, str]] = set()
        for named in event.outputs or ():
            said = datasets.read(named, self.source, self.odd, stated)
            assumed |= said.sources - read
            if said.change == "DROP":
                self.describe(said, None)
                continue
            version = said.version or written_in(event.run_id)
            self.describe(said, version, dated=dated)
            stated.edge(run, EdgeType.PRODUCED, said.at(version), said.edge.props, said.edge.role)
        for pair in sorted(assumed):
            stated.edge(keys.dataset_version(*pair, UNVERSIONED), EdgeType.INPUT_TO, run, {"assumed": True})

    def inputs(self, run: Key) -> None:
        stated = self.stated
        for named in self.event.inputs or ():
            said = datasets.read(named, self.source, self.odd, stated)
            props = {**({"extra": said.seen} if said.seen else {}), **said.edge.props}
            self.describe(said, said.version or UNVERSIONED)
            if said.version is not None:
                stated.edge(said.at(said.version), EdgeType.INPUT_TO, run, props, said.edge.role)
            elif said.is_model:  # which version is not guessed
                job = keys.job(self.event.namespace, self.event.name)
                stated.edge(said.asset, EdgeType.INPUT_TO, job, props, said.edge.role)
            else:
                stated.edge(said.at(UNVERSIONED), EdgeType.INPUT_TO, run, {**props, "assumed": True}, said.edge.role)

    # ------------------------------------------------------------------------------------------------------ releases

    def release(self, deployment: own.Deployment, props: dict[str, Json], properties: own.Properties | None) -> str:
        """A job that is deployed: its run, or the event itself, is a release, and what it reads is what it serves."""
        event, stated = self.event, self.stated
        since, until = deployment.since, deployment.until
        revision = deployment.revision
        if revision is None and since is not None:
            revision = time.rfc3339(since)
        if revision is None and event.sort is Sort.RUN:
            revision = event.run_id
        if revision is None:
            place = f"job.facets.{own.DEPLOYMENT}.revision"
            raise refused([problem(place, None, "must be text, or since a time: that is what names a release")])
        if event.sort is Sort.RUN:
            taken = Taken(event.run, "run.facets", self.odd)
            self.keep(props, taken)
            since = event.at if since is None and event.type == "START" else since
            until = event.at if until is None and event.type in ENDS else until
        of = (deployment.namespace, deployment.name)
        asset, release = keys.deployment(*of), keys.release(*of, revision)
        asset_props, release_props = {**deployment.asset}, {**deployment.release, "since": since, "until": until}
        for name, value in props.items():
            (release_props if name == "extra" else asset_props).setdefault(name, value)
        asset_props.pop("job_type", None)
        if properties is not None:
            asset_props |= properties.asset
            release_props |= properties.version
        stated.entity(asset, asset_props)
        stated.entity(release, release_props)
        for named in event.outputs or ():
            said = datasets.read(named, self.source, self.odd, stated)
            if said.is_model:
                self.odd.note(named.place, named.name, "is a model, and a release writes datasets; it was left out")
                continue
            self.describe(said, said.version or UNVERSIONED)
            ends = (release, said.at(said.version)) if said.version else (asset, said.asset)
            stated.edge(ends[0], EdgeType.PRODUCED, ends[1], said.edge.props, said.edge.role)
        for named in event.inputs or ():
            said = datasets.read(named, self.source, self.odd, stated)
            self.describe(said, said.version or UNVERSIONED)
            type = EdgeType.SERVED_BY if said.is_model else EdgeType.INPUT_TO
            ends = (said.at(said.version), release) if said.version else (said.asset, asset)
            stated.edge(ends[0], type, ends[1], said.edge.props, said.edge.role)
        return f"release/{release.id}"


def _is_name(value: Json) -> bool:
    return isinstance(value, str) and bool(value)
