"""Contents, and what is said of datasets, models and jobs, as facts.

(dataset)-[:HAS_VERSION]->(datasetVersion {uri, bytes, format, created_at, tags, extra})
(datasetVersion)-[:DERIVED_INTO]->(datasetVersion)          a version that GTO registered = the model's content
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import PurePosixPath

from thalweg.importers.dvc import remotes
from thalweg.importers.dvc.entries import Places, Thing
from thalweg.importers.dvc.files import shown
from thalweg.importers.dvc.naming import Naming
from thalweg.importers.dvc.registered import Registered
from thalweg.importers.dvc.survey import Content, Survey, Version
from thalweg.importers.gto.artifacts import NOTHING, Said
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, JoinFact, Json
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind


def version(
    scope: str,
    origin: str,
    content: Content,
    found: Version,
    survey: Survey,
    naming: Naming,
    places: Callable[[str], Places],
    registered: Registered,
    at: int | None,
) -> Granule:
    """`(version {…})`, and by which names GTO registered it."""
    one = found.thing
    named = naming.all(one)
    props = _props(found, places(found.file), at)
    edges: list[EdgeFact] = []
    joins: list[JoinFact] = []
    for key in named:
        mine = registered.get((key.parts[1], content), []) if key.kind is Kind.MODEL_VERSION else []
        for place, name in enumerate(mine):
            other = keys.model_version(naming.url, key.parts[1], name)
            if place == 0:
                joins.append(JoinFact(key, other))
            else:
                edges.append(EdgeFact(key, EdgeType.DERIVED_INTO, other))
    for artifact in sorted(survey.described.data.get(one.name, ())) if one.namespace == naming.url else ():
        for name in registered.get((artifact, content), []):
            other = keys.dataset_version(naming.url, artifact, name)
            edges.append(EdgeFact(keys.dataset_version(*content), EdgeType.DERIVED_INTO, other))
    where = one.name if one.namespace == naming.url else f"{one.namespace}/{one.name}"
    name = f"version/{where}@{one.version}"
    registered_too = {side for join in joins for side in join}
    entities = [EntityFact(key, _of_content(props) if key in registered_too else props) for key in named]
    return Granule(scope, name, origin, entities, edges, joins=joins, at=at, current=True)


def imported(scope: str, origin: str, survey: Survey, naming: Naming) -> Iterator[Granule]:
    """`(version)-[:DERIVED_INTO]->(version)`: what came from elsewhere, each pair a scope of its own."""
    for content, sources in sorted(survey.derived.items()):
        for of, how in sorted(sources.items()):
            edges = [
                EdgeFact(source, EdgeType.DERIVED_INTO, target, "", how)
                for source in naming.of(Thing(*of))
                for target in naming.of(Thing(*content))
                if source.kind is target.kind
            ]
            pair = blake2b(json.dumps([content, of]).encode(), digest_size=16).hexdigest()
            yield Granule(scope, f"import/{content[1]}/{pair}", origin, edges=edges)


def _of_content(props: dict[str, Json]) -> dict[str, Json]:
    """What is true of a content by any name: who registered it, when and at which commit, is GTO's to say."""
    return {name: value for name, value in props.items() if name in ("uri", "bytes", "format")}


def _props(found: Version, there: Places, at: int | None) -> dict[str, Json]:
    one, kind = found.thing, found.flags.kind
    more: dict[str, Json] = {"file": shown(found.file)}
    if one.files is not None:
        more["files"] = one.files
    if one.cloud:
        more["cloud"] = dict(one.cloud)
    suffix = PurePosixPath(one.name).suffix.removeprefix(".").lower()
    props: dict[str, Json] = {
        "uri": remotes.uri(one, found.flags, there, found.commit),
        "bytes": one.bytes,
        "format": suffix if suffix and not one.version.endswith(".dir") else None,
        "created_at": at,
        "tags": {"git.commit": found.commit, **({"dvc.kind": kind} if kind in ("metrics", "plots") else {})},
        "extra": {"dvc": more},
    }
    return {field: value for field, value in props.items() if value is not None}


def described(
    scope: str, origin: str, survey: Survey, naming: Naming, jobs: set[str], datasets: set[tuple[str, str]]
) -> Iterator[Granule]:
    """What is said of jobs and datasets that this pass states, each a scope of its own."""
    for job in sorted(jobs):
        written = survey.described.jobs.get(job) or survey.described.jobs.get(job.rpartition("@")[0])
        if written is not None:
            yield Granule(scope, f"job/{job}", origin, [EntityFact(keys.job(naming.url, job), _job(written))])
    for namespace, name in sorted(datasets):
        key = keys.dataset(namespace, name)
        fed = [EdgeFact(keys.dataset(*of), EdgeType.DERIVED_INTO, key) for of in sorted(survey.fed[namespace, name])]
        mine = namespace == naming.url
        artifacts = sorted(survey.described.data.get(name, ())) if mine else []
        said = survey.described.paths.get(name, NOTHING) if mine else NOTHING
        if artifacts:
            said = survey.described.artifacts[artifacts[0]]
        joins = [JoinFact(keys.dataset(naming.url, one), key) for one in artifacts if one != name]
        where = name if mine else f"{namespace}/{name}"
        if fed or joins or said != NOTHING:
            yield Granule(scope, f"dataset/{where}", origin, [EntityFact(key, _said(said))], fed, joins=joins)


def models(scope: str, origin: str, survey: Survey, found: set[Key]) -> Iterator[Granule]:
    """What is said of the models that this pass states."""
    for key in sorted(found):
        said = survey.described.artifacts.get(key.parts[1], NOTHING)
        yield Granule(scope, f"artifact/{key.parts[1]}", origin, [EntityFact(key, _said(said))])


def _said(said: Said) -> dict[str, Json]:
    props: dict[str, Json] = {}
    if said.description:
        props["description"] = said.description
    if said.labels:
        props["tags"] = dict.fromkeys(said.labels, "true")
    more = {**({"type": said.type} if said.type else {}), **said.more}
    if more:
        props["extra"] = {"dvc": more}
    return props


def _job(said: Mapping[str, Json]) -> dict[str, Json]:
    props: dict[str, Json] = {"job_type": "dvc"}
    command = said.get("cmd")
    if isinstance(command, list):
        command = "\n".join(map(str, command))
    if isinstance(command, str):
        props["entry_point"] = command
    if isinstance(description := said.get("desc"), str) and description:
        props["description"] = description
    more = {name: said[name] for name in ("meta", "frozen", "always_changed") if name in said}
    if more:
        props["extra"] = {"dvc": more}
    return props
