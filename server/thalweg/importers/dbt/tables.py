"""Granules of what a project is: a scope for each table with what makes it, and for each exposure.

(dataset)-[:INPUT_TO]->(job)-[:PRODUCED]->(dataset)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from thalweg.importers.dbt.project import Project, Thing, text
from thalweg.model import dbt, keys
from thalweg.model.columns import Column
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json


def granule(project: Project, thing: Thing, scope: str, at: int | None, columns: Collection[Column] | None) -> Granule:
    """columns: of the version of which nobody knows which it is, where all are known and no run tells a better one."""
    entities, edges = [], []
    if thing.type != "exposure":
        entities.append(EntityFact(project.dataset(thing), _dataset(project, thing)))
        if columns is not None:
            version = project.version(thing, keys.UNVERSIONED)
            entities.append(EntityFact(version, {"columns": documents(columns)}))
    if thing.type != "source":
        job = project.job(thing)
        entities.append(EntityFact(job, _job(project, thing)))
        edges += [EdgeFact(project.dataset(one), EdgeType.INPUT_TO, job) for one in project.inputs(thing)]
        if thing.made_here:
            edges.append(EdgeFact(job, EdgeType.PRODUCED, project.dataset(thing)))
    return Granule(scope, f"node/{thing.unique_id}", "dbt", entities=entities, edges=edges, at=at)


def documents(columns: Collection[Column]) -> list[Json]:
    """Columns as a version keeps them."""
    return [{name: value for name, value in one._asdict().items() if value is not None} for one in columns]


def _dataset(project: Project, thing: Thing) -> dict[str, Json]:
    props = thing.props(project.owners(thing))
    told: dict[str, Json] = {"unique_id": thing.unique_id, "materialized": thing.materialized}
    documented = _documented(dbt.entries(thing.given, "columns"))
    if documented:
        told["columns"] = documented
    return props | {"extra": {"dbt": told}}


def _documented(columns: Mapping[str, dbt.Node]) -> dict[str, str]:
    described = {str(one.get("name") or name): text(one.get("description")) for name, one in columns.items()}
    return {name: words for name, words in described.items() if words is not None}


def _job(project: Project, thing: Thing) -> dict[str, Json]:
    given = thing.given
    props = thing.props(project.owners(thing))
    told: dict[str, Json] = {"unique_id": thing.unique_id}
    if thing.type == "exposure":
        props["job_type"] = f"dbt exposure ({text(given.get('type')) or 'unknown'})"
        if (url := text(given.get("url"))) is not None:
            props["url"] = url
        told |= {name: given[name] for name in ("label", "maturity") if text(given.get(name)) is not None}
    else:
        props["job_type"] = f"dbt {thing.type}"
        told["materialized"] = thing.materialized
    if (path := text(given.get("original_file_path"))) is not None:
        props["entry_point"] = path
    return props | {"extra": {"dbt": told}}
