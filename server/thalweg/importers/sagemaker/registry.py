"""Groups of model packages as models, packages as their versions, with who approved them.

(model)-[:MARKS {kind: STAGE, name: Approved, since}]->(modelVersion)
(run)-[:PRODUCED]->(modelVersion)        (commit)-[:CODE_OF]->(run)
"""

from __future__ import annotations

from contextlib import suppress

from thalweg.importers.model_place import shown
from thalweg.importers.parts import Part
from thalweg.importers.sagemaker.known import Arn, Known, data_of, package
from thalweg.model import keys, names
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json, MarkFact, MarkKind
from thalweg.model.kinds import Kind

ORIGIN = "sagemaker"


def group(source: str, answer: Part) -> Granule | None:
    arn, name = Arn.of(answer.text("ModelPackageGroupArn")), answer.text("ModelPackageGroupName")
    if arn is None or name is None:
        return None
    props: dict[str, Json] = {
        "created_at": answer.time("CreationTime"),
        "description": answer.text("ModelPackageGroupDescription"),
        "extra": {"sagemaker": known({"arn": answer.text("ModelPackageGroupArn"), "by": who(answer, "CreatedBy")})},
    }
    key = keys.model(arn.namespace, name)
    return Granule(source, f"model/{arn.namespace}/{name}", ORIGIN, entities=[EntityFact(key, props)])


def version(source: str, answer: Part, dump: Known) -> Granule | None:
    """A package of a group. One without a group is no version of anything, and is passed over.

    It is at one approval status at a time. SageMaker says when anything of it was last changed, and not since when it
    is at that status: so it is since the change with which it was first seen so, and that of before has ended then.
    """
    key = package(answer.text("ModelPackageArn"))
    if key is None:
        return None
    changed = answer.time("LastModifiedTime")
    approval, life = answer.text("ModelApprovalStatus"), answer.part("ModelLifeCycle")
    meta = answer.part("MetadataProperties")
    marks: list[MarkFact] = []
    if approval is not None:
        first = answer.time("CreationTime") if approval == "PendingManualApproval" else None
        marks.append(MarkFact(key, MarkKind.STAGE, approval, first=first))
    if (stage := life.text("Stage")) is not None and stage != approval:
        marks.append(MarkFact(key, MarkKind.STAGE, stage))
    said = known(
        {
            "arn": answer.text("ModelPackageArn"),
            "approval": approval,
            "approval_description": answer.text("ApprovalDescription"),
            "changed_by": who(answer, "LastModifiedBy"),
            "changed_at": changed,
            "life_cycle": known({name: life.text(name) for name in ("Stage", "StageStatus", "StageDescription")}),
            "generated_by": meta.text("GeneratedBy"),
            "project": meta.text("ProjectId"),
        }
    )
    uris = list(data_of(answer.part("InferenceSpecification")))
    repository, commit = meta.text("Repository"), meta.text("CommitId")
    tags = answer.texts("CustomerMetadataProperties") | ({"git.commit": commit} if commit else {})
    props: dict[str, Json] = {
        "created_at": answer.time("CreationTime"),
        "description": answer.text("ModelPackageDescription"),
        "user": who(answer, "CreatedBy"),
        "status": answer.text("ModelPackageStatus"),
        "uri": shown(uris[0]) if uris else None,
        "tags": tags or None,
        "extra": {"sagemaker": said},
    }
    edges: list[EdgeFact] = []
    run = dump.run_or_thing(meta.text("GeneratedBy"))
    if run is not None and run.kind is Kind.RUN:
        edges.append(EdgeFact(run, EdgeType.PRODUCED, key))
        if repository and commit and len(commit) == 40 and set(commit.lower()) <= set("0123456789abcdef"):
            with suppress(ValueError):  # where it names no repository
                code = keys.commit(names.repository_url(repository, dump.source), commit.lower())
                edges.append(EdgeFact(code, EdgeType.CODE_OF, run))
    name = f"version/{'/'.join(key.parts)}"
    entities = [EntityFact(key, props)]
    return Granule(source, name, ORIGIN, entities=entities, edges=edges, marks=marks, at=changed, current=True)


def who(answer: Part, field: str) -> str | None:
    """Whom an answer names: a profile of Studio, else an identity of IAM."""
    person = answer.part(field)
    return person.text("UserProfileName") or person.part("IamIdentity").text("Arn")


def known(given: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in given.items() if value not in (None, {}, [])}
