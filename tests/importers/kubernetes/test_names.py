"""What services are called that have one name in one environment: who has it keeps it, whoever comes later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.kubernetes.known import bring
from thalweg.importers import kubernetes
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.questions import Find, Where
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


def service(namespace: str, version: int, more: str = "", name: str = "fraud") -> str:
    return (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
        f"metadata: {{name: {name}, namespace: {namespace}{more}}}\n"
        f"spec: {{predictor: {{model: {{storageUri: 's3://models/{namespace}/{version}'}}}}}}\n"
    )


def together(*objects: str) -> str:
    return "---\n".join(objects)


RISK, GROWTH, APPS = service("risk", 1), service("growth", 1), service("apps", 1)


async def owners(store: Store) -> dict[str, str]:
    """By name the namespace of the cluster of what is called so now."""
    found = (await store.find(Find(Kind.DEPLOYMENT, Where(known=True)), ANYONE)).entities
    return {one.name: one.props["tags"]["kubernetes.namespace"] for one in found if one.gone_at is None}


async def test_a_service_keeps_its_name_when_one_comes_that_sorts_before_it(store: Store, tmp_path: Path) -> None:
    await bring(store, RISK, tmp_path)
    assert await owners(store) == {"fraud": "risk"}
    await bring(store, together(GROWTH, RISK), tmp_path)
    assert await owners(store) == {"fraud": "risk", "growth/fraud": "growth"}
    await bring(store, together(APPS, GROWTH, RISK), tmp_path)
    assert await owners(store) == {"fraud": "risk", "growth/fraud": "growth", "apps/fraud": "apps"}
    assert await bring(store, together(APPS, GROWTH, RISK), tmp_path) == ["UNCHANGED"]


async def test_nobody_gets_another_name_when_the_one_that_has_it_goes(store: Store, tmp_path: Path) -> None:
    await bring(store, RISK, tmp_path)
    await bring(store, together(GROWTH, RISK), tmp_path)
    await bring(store, GROWTH, tmp_path)
    assert await owners(store) == {"growth/fraud": "growth"}


async def test_what_takes_the_place_of_a_service_is_called_as_it_was(store: Store, tmp_path: Path) -> None:
    await bring(store, RISK, tmp_path)
    await bring(store, service("growth", 2), tmp_path)
    assert await owners(store) == {"fraud": "growth"}


async def test_where_one_namespace_alone_is_read_a_name_of_another_is_not_taken(store: Store, tmp_path: Path) -> None:
    await bring(store, RISK, tmp_path)
    await bring(store, together(GROWTH, RISK), tmp_path, namespace="growth")
    assert await owners(store) == {"fraud": "risk", "growth/fraud": "growth"}


async def test_a_mark_gives_the_name_that_it_says_as_soon_as_it_is_free(store: Store, tmp_path: Path) -> None:
    await bring(store, RISK, tmp_path)
    await bring(store, together(GROWTH, RISK), tmp_path)
    marked = service("growth", 1, ", annotations: {thalweg.io/name: fraud}")
    await bring(store, together(marked, RISK), tmp_path)
    assert await owners(store) == {"fraud": "risk", "growth/fraud": "growth"}
    await bring(store, together(marked, service("risk", 1, name="scoring")), tmp_path)
    assert await owners(store) == {"fraud": "growth", "scoring": "risk"}


def names(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    """By themselves, without a store: what each is called."""
    (tmp_path / "it.yaml").write_text(text)
    reading = kubernetes.read(tmp_path / "it.yaml", environment="production")
    found = [one.entities[0] for one in reading.granules if one.entities[0].key.kind is Kind.DEPLOYMENT]
    return [(fact.key.parts[1], fact.props["tags"]["kubernetes.namespace"]) for fact in found]


async def test_without_a_store_the_one_that_was_made_first_has_the_name(tmp_path: Path) -> None:
    old = service("risk", 1, ", creationTimestamp: '2026-01-01T00:00:00Z'")
    new = service("growth", 1, ", creationTimestamp: '2026-02-01T00:00:00Z'")
    assert names(tmp_path, together(new, old)) == [("growth/fraud", "growth"), ("fraud", "risk")]
    assert names(tmp_path, together(GROWTH, RISK)) == [("fraud", "growth"), ("risk/fraud", "risk")]


async def test_objects_that_are_marked_to_be_one_are_one_in_whatever_order(tmp_path: Path) -> None:
    part = service("risk", 1, ", annotations: {thalweg.io/name: fraud}", name="aside")
    assert names(tmp_path, together(part, RISK)) == names(tmp_path, together(RISK, part)) == [("fraud", "risk")]
    other = (
        service("risk", 1)
        .replace("InferenceService", "Model")
        .replace("serving.kserve.io/v1beta1", "mlops.seldon.io/v1alpha1")
    )
    assert sorted(names(tmp_path, together(RISK, other))) == [("fraud", "risk"), ("risk/fraud", "risk")]
