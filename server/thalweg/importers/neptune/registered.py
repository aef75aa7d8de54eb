"""Models of the registry of 2.x, and their versions: one granule each.

(model)-[:MARKS {kind: STAGE, name: production, since}]->(modelVersion)      (run)-[:PRODUCED]->(modelVersion)
"""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.importers.neptune import place
from thalweg.importers.neptune.artifacts import Tracked
from thalweg.importers.neptune.attributes import Attributes
from thalweg.importers.neptune.run import gone_at
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json, MarkFact, MarkKind

NO_STAGE = "none"
RUN = "run"
"""The namespace in which a version names its run, as Neptune's examples do: `run/id`, `run/url`."""


def model(scope: str, told: Attributes, artifacts: Sequence[Tracked], revision: int) -> Granule:
    params, metrics, _ = told.measured()
    fields = params | {name: metric["last"] for name, metric in metrics.items()}
    extra = _extra(told, artifacts) | ({"fields": fields} if fields else {})
    props: dict[str, Json] = {
        "description": told.text("sys/description"),
        "owners": [owner] if (owner := told.text("sys/owner")) else None,
        "tags": told.tags() or None,
        "created_at": told.time("sys/creation_time"),
        "gone_at": gone_at(told),
        "extra": {"neptune": extra} if extra else None,
    }
    entities = [EntityFact(place.model(told.project, told.id), _known(props)), *_versions(artifacts)]
    return Granule(scope, f"model/{told.project}/{told.id}", place.ORIGIN, entities, revision=revision)


def version(scope: str, told: Attributes, artifacts: Sequence[Tracked], revision: int) -> Granule:
    """A version. An export tells the stage of now, and when anything of the version was last changed: so it is at that
    stage since the change with which it was first seen there, and that of before has ended then.
    """
    key = place.version(told.project, told.id, told.text("sys/model_id"))
    params, metrics, histories = told.measured(RUN)
    made = {one.props["uri"] for one in artifacts if one.produced and "uri" in one.props}
    extra = _extra(told, artifacts)
    props: dict[str, Json] = {
        "description": told.text("sys/description"),
        "user": told.text("sys/owner"),
        "tags": told.tags() or None,
        "created_at": told.time("sys/creation_time"),
        "gone_at": gone_at(told),
        "uri": made.pop() if len(made) == 1 else None,
        "params": params or None,
        "metrics": metrics or None,
        "extra": {"neptune": extra} if extra else None,
    }
    edges: list[EdgeFact] = []
    run = place.run_of(told.project, told.text(f"{RUN}/id"), told.text(f"{RUN}/url"))
    if run is not None:
        edges.append(EdgeFact(run, EdgeType.PRODUCED, key))
    marks: list[MarkFact] = []
    stage = told.text("sys/stage")
    if stage not in (None, NO_STAGE) and props["gone_at"] is None:
        marks.append(MarkFact(key, MarkKind.STAGE, stage))
    return Granule(
        scope,
        f"version/{told.project}/{told.id}",
        place.ORIGIN,
        entities=[EntityFact(key, _known(props), histories), *_versions(artifacts)],
        edges=edges,
        marks=marks,
        at=told.time("sys/modification_time"),
        revision=revision,
        current=True,
    )


def _extra(told: Attributes, artifacts: Sequence[Tracked]) -> dict[str, Json]:
    tracked = {one.path: " ".join(one.version.parts) for one in artifacts}
    found: dict[str, Json] = {
        "name": told.text("sys/name"),
        "group_tags": told.words("sys/group_tags"),
        "artifacts": tracked,
        **told.uploaded(),
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def _versions(artifacts: Sequence[Tracked]) -> list[EntityFact]:
    return [EntityFact(version, props) for version, props in {one.version: one.props for one in artifacts}.items()]


def _known(props: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in props.items() if value is not None}
