"""What a store holds after imports: the same after a second one, without what is gone, and one thing by many names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.dvc.conftest import Made
from tests.importers.dvc.passes import BEGIN, URL
from tests.importers.dvc.test_dvc import digest
from tests.importers.dvc.written import A, B, C, Written, added, lock
from tests.importers.stores import gone, imported
from thalweg.importers import dvc, git, gto, lfs
from thalweg.model import keys
from thalweg.model.errors import SourceError
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Outcome
from thalweg.store.open import open_store
from thalweg.store.questions import Find, Start, Walk
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def test_a_second_pass_changes_nothing_and_what_no_branch_has_is_gone(store: Store, tmp_path: Path) -> None:
    written = Written(tmp_path / "churn")
    written.commit({"raw.csv.dvc": added("raw.csv", A), "dvc.lock": lock(wrote=B)})
    written.git("checkout", "-q", "-b", "side")
    written.commit({"dvc.lock": lock(wrote=C)})
    written.git("checkout", "-q", "main")
    written.commit({"dvc.yaml": "stages: {train: {cmd: python train.py, desc: Trains.}}"})
    first = await imported(store, dvc.read(written.path, all_commits=True))
    assert first.closed
    assert first.granules == {Outcome.WRITTEN: 6}  # two runs, three contents and a job
    again = await imported(store, dvc.read(written.path, all_commits=True))
    assert again.granules == {Outcome.UNCHANGED: 6}
    assert not again.counts.total()

    kept, other = (keys.dataset_version(URL, "model.pkl", f"md5:{content}") for content in (B, C))
    raw = keys.dataset_version(URL, "raw.csv", f"md5:{A}").id
    walked = await store.walk(Start((raw,)), Walk(Direction.DOWNSTREAM), ANYONE)
    assert {kept.id, other.id} <= {node.id for node in walked.nodes}

    written.git("branch", "-q", "-D", "side")
    written.commit({"dvc.lock": None})  # which says nothing of what ran before
    after = await imported(store, dvc.read(written.path, all_commits=True))
    assert after.counts["gone"] == 2
    assert await gone(store, kept, other) == {other}


async def test_what_an_earlier_commit_turns_out_to_have_had_first_is_of_that_one(store: Store, tmp_path: Path) -> None:
    """A branch is merged that did the same before; then it is as if it had been there from the first pass on."""
    written = Written(tmp_path / "churn")
    written.commit({"readme": "x"})
    written.git("checkout", "-q", "-b", "side")
    early = written.commit({"dvc.lock": lock(wrote=B)})
    written.git("checkout", "-q", "main")
    late = written.commit({"dvc.lock": lock(wrote=B), "more": "x"})
    written.git("branch", "-q", "-m", "side", "kept")
    written.git("update-ref", "refs/kept", "kept")
    written.git("branch", "-q", "-D", "kept")
    await imported(store, dvc.read(written.path, all_commits=True))
    version = keys.dataset_version(URL, "model.pkl", f"md5:{B}").id
    assert (await store.get([version], ANYONE))[version].props["tags"]["git.commit"] == late

    written.git("reset", "-q", "--hard", "HEAD~1")
    written.git("merge", "-q", "--ff-only", "refs/kept")
    after = await imported(store, dvc.read(written.path, all_commits=True))
    assert after.closed
    assert Outcome.OUTDATED not in after.granules
    assert (await store.get([version], ANYONE))[version].props["tags"]["git.commit"] == early


async def test_the_last_file_can_go_too_and_where_none_ever_was_is_no_source(store: Store, tmp_path: Path) -> None:
    written = Written(tmp_path / "churn")
    written.commit({"readme": "x"})
    with pytest.raises(SourceError, match=r"has no file of DVC's\. Track one first"):
        await imported(store, dvc.read(written.path, all_commits=True))
    written.commit({"raw.csv.dvc": added("raw.csv", A)})
    await imported(store, dvc.read(written.path, all_commits=True))
    written.git("reset", "-q", "--hard", "HEAD~1")
    assert (await imported(store, dvc.read(written.path, all_commits=True))).closed
    raw = keys.dataset_version(URL, "raw.csv", f"md5:{A}")
    assert await gone(store, raw) == {raw}


async def test_one_repository_through_four_importers_is_one_graph(made: Made, tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    path = made.path("churn")
    for reading in (
        gto.read(path),
        lfs.read(path, all_commits=True),
        dvc.read(path, all_commits=True),
        git.read(path, all_commits=True),
    ):
        assert (await imported(store, reading)).closed

    async def names(kind: Kind) -> set[tuple[str, ...]]:
        found = await store.find(Find(kind, limit=500), ANYONE)
        return {entity.key for entity in found.entities}

    assert await names(Kind.REPOSITORY) == {(URL,)}
    assert await names(Kind.MODEL) == {(URL, "churn")}
    commits = made.commits["churn"]
    assert await names(Kind.COMMIT) == {(URL, sha) for sha in commits.values()}
    assert (URL, "orders") not in await names(Kind.DATASET)
    assert {version for _, _, version in await names(Kind.MODEL_VERSION)} == {
        "v1.0.0",
        "v1.1.0",
        "v1.2.0",  # the content of v1.0.0, registered again
        digest("0.4 1\n9"),  # an experiment that nobody registered
    }

    registered = keys.model_version(URL, "churn", "v1.0.0").id
    content = keys.model_version(URL, "churn", digest("0.1 1\n9")).id
    found = await store.get([content], ANYONE)
    assert found[content].id == registered
    assert found[content].props["uri"].startswith("s3://acme-dvc/churn/files/md5/")
    assert found[content].props["extra"]["gto"]["tag"] == "churn@v1.0.0"

    large = [key for key in await names(Kind.DATASET_VERSION) if key[1] == "regions.csv"]
    assert len(large) == 1
    start = Start((keys.dataset_version(*large[0]).id,))
    walked = await store.walk(start, Walk(Direction.DOWNSTREAM, depth=None), ANYONE)
    reached = {node.id for node in walked.nodes}
    assert {registered, keys.model_version(URL, "churn", "v1.2.0").id} <= reached

    orders = keys.dataset_version(URL, "orders", "v2.0.0").id
    assert (await store.get([orders], ANYONE))[orders].key == (URL, "data/orders.csv", "v2.0.0")
    for part in (dvc.read(path), dvc.read(path, at="churn@v1.1.0")):  # takes nothing back of what all commits say
        summary = await imported(store, part)
        assert set(summary.granules) == {Outcome.UNCHANGED}
        assert not summary.counts.total()
    trained = keys.commit(URL, commits["first"]).id
    assert (await store.get([trained], ANYONE))[trained].props["created_at"] == BEGIN
    await store.close()
