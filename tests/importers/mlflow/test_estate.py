"""The committed example estate: what it tells, and that it tells it by itself."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from thalweg import estate
from thalweg.importers import git, manifest, mlflow
from thalweg.ingest import prepare
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, Granule, MarkKind
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

NOW = time.parse("2026-11-23T00:00:00Z")
HERE = f"mlflow://{estate.MLFLOW}"


@pytest.fixture(scope="module")
def files() -> Iterator[estate.Estate]:
    with estate.estate() as found:
        yield found


@pytest.fixture(scope="module")
def granules(files: estate.Estate) -> list[Granule]:
    """What all three importers make of it."""
    readings = (
        mlflow.read(files.mlflow, source=estate.MLFLOW, artifacts=files.artifacts),
        git.read(files.training, source=estate.TRAINING, url=estate.REPOSITORY_URL, all_commits=True),
        manifest.read(files.deployments),
    )
    found = []
    for reading in readings:
        found += list(reading.granules)
        assert reading.warnings == []
        reading.close()
    return found


@pytest.fixture(scope="module")
def edges(granules: list[Granule]) -> list[EdgeFact]:
    return [edge for granule in granules for edge in granule.edges]


def behind(edges: list[EdgeFact], start: Key) -> set[Key]:
    """All that a version flows into."""
    follow: dict[Key, list[Key]] = {}
    for edge in edges:
        if edge.type is not EdgeType.PARENT_OF:
            follow.setdefault(edge.source, []).append(edge.target)
    seen, rest = {start}, [start]
    while rest:
        for target in follow.get(rest.pop(), ()):
            if target not in seen:
                seen.add(target)
                rest.append(target)
    return seen - {start}


def released(edges: list[EdgeFact], dataset: str) -> set[str]:
    """The deployments of production that anything of a dataset flows into."""
    starts = {
        edge.source for edge in edges if edge.source.kind is Kind.DATASET_VERSION and edge.source.parts[1] == dataset
    }
    reached = set().union(*(behind(edges, start) for start in starts))
    return {key.parts[1] for key in reached if key.kind is Kind.RELEASE and key.parts[0] == "production"}


def test_it_can_be_written_as_it_is(granules: list[Granule]) -> None:
    notices = [notice for granule in granules for notice in prepare(granule, NOW).notices]
    assert notices == [], "no date of it lies in the future"


def test_a_year_of_some_forty_runs(granules: list[Granule]) -> None:
    runs = [fact for granule in granules for fact in granule.entities if fact.key.kind is Kind.RUN]
    assert len(runs) == 42
    assert Counter(run.props["status"] for run in runs) == {"FINISHED": 41, "FAILED": 1}
    assert [run.props["name"] for run in runs if "gone_at" in run.props] == ["wrong table"]
    months = {time.rfc3339(run.props["started_at"])[:7] for run in runs}
    assert {"2026-01", "2026-03", "2026-07", "2026-10"} <= months


def test_transactions_reach_fraud_and_churn_in_production_and_not_the_recommender(edges: list[EdgeFact]) -> None:
    assert released(edges, "transactions") == {"fraud", "churn"}
    assert released(edges, "events") == {"recommender"}


def test_fraud_and_churn_read_one_feature_table(edges: list[EdgeFact]) -> None:
    jobs = {"fraud": 0, "churn": 0}
    shared = [edge for edge in edges if edge.source.parts[:2] == ("s3://features", "customer_features")]
    for model in jobs:
        jobs[model] = len(
            [edge for edge in shared if edge.target.kind is Kind.RELEASE and edge.target.parts[1] == model]
        )
    assert jobs["fraud"] > 3
    assert jobs["churn"] >= 3


def test_a_recommender_that_was_never_released_read_the_customers(edges: list[EdgeFact]) -> None:
    starts = {edge.source for edge in edges if edge.source.parts[:2] == ("s3://lake", "transactions")}
    reached = set().union(*(behind(edges, start) for start in starts))
    assert keys.model_version(HERE, "recommender", "3") in reached
    assert keys.model_version(HERE, "recommender", "4") not in reached


def test_fraud_learns_from_what_its_own_endpoint_predicted(edges: list[EdgeFact]) -> None:
    third = keys.model_version(HERE, "fraud", "3")
    assert keys.release("production", "fraud", "3") in behind(edges, third)
    assert keys.model_version(HERE, "fraud", "4") in behind(edges, third)


def test_every_run_is_of_a_commit_of_the_bundle(granules: list[Granule], edges: list[EdgeFact]) -> None:
    commits = {fact.key for granule in granules if granule.origin == "git" for fact in granule.entities}
    used = {edge.source for edge in edges if edge.type is EdgeType.CODE_OF}
    assert len(used) == 8
    assert used <= commits


def test_champions_and_challengers_are_marked(granules: list[Granule]) -> None:
    aliases = {
        (mark.version.parts[1], mark.name): mark.version.parts[2]
        for granule in granules
        for mark in granule.marks
        if mark.kind is MarkKind.ALIAS
    }
    assert aliases == {
        ("fraud", "champion"): "5",
        ("fraud", "challenger"): "6",
        ("churn", "champion"): "3",
        ("churn", "challenger"): "4",
        ("recommender", "champion"): "4",
        ("recommender", "challenger"): "3",
    }


def test_every_registered_version_has_a_signature(granules: list[Granule]) -> None:
    versions: dict[Key, dict[str, object]] = {}
    for granule in granules:
        for fact in granule.entities:
            if fact.key.kind is Kind.MODEL_VERSION and fact.key.parts[1] in ("fraud", "churn", "recommender"):
                versions.setdefault(fact.key, {}).update(fact.props)
    assert len(versions) == 14
    assert all("signature" in props for props in versions.values())


def test_a_search_has_a_parent_and_its_candidates(edges: list[EdgeFact]) -> None:
    parents = Counter(edge.source for edge in edges if edge.type is EdgeType.PARENT_OF and edge.source.kind is Kind.RUN)
    assert list(parents.values()) == [4]


def test_the_bundle_can_be_cloned(files: estate.Estate, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", str(files.training), str(tmp_path / "clone")], check=True)
    assert (tmp_path / "clone" / "fraud" / "train.py").is_file()


def test_no_file_of_it_names_a_folder_of_a_machine(files: estate.Estate) -> None:
    folders = (f"{tempfile.gettempdir()}/", f"{Path.home()}/", "/home/", "/Users/", "file:/")
    places = [files.mlflow, files.training, files.deployments, *files.artifacts.rglob("MLmodel")]
    for place in places:
        content = place.read_bytes()
        assert not [folder for folder in folders if folder.encode() in content], place
    assert files.mlflow.stat().st_size < 3_000_000
