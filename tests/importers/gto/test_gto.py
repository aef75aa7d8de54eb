"""Models that are registered by tags: what GTO wrote is read as GTO itself shows it, at any time."""

from __future__ import annotations

import subprocess
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.importers.git.repositories import FIRST_SECOND, Repository, init
from tests.importers.golden import Golden
from tests.importers.gto.conftest import Made
from tests.importers.stores import gone, imported
from thalweg.importers import gto
from thalweg.importers.git_clone import Clone
from thalweg.importers.gto.tags import Action, event, in_order, is_name
from thalweg.importers.reading import Reading
from thalweg.ingest import prepare
from thalweg.model import keys
from thalweg.model.errors import SourceError
from thalweg.model.facts import ANYONE, EntityFact, Granule, MarkFact
from thalweg.model.results import Outcome
from thalweg.model.time import SECOND
from thalweg.store.store import Store

URL = "https://git.example.com/acme/models"
HOUR = 3_600 * SECOND
BEGIN = FIRST_SECOND * SECOND


def taken(reading: Reading) -> dict[str, Granule]:
    """The granules of a pass by name; each must be one that a store takes."""
    found = {granule.name: granule for granule in reading.granules}
    reading.close()
    for granule in found.values():
        prepare(granule, now=BEGIN + 1_000 * HOUR)
    return found


def entities(granule: Granule) -> dict[tuple[str, ...], dict[str, Any]]:
    return {fact.key.parts: dict(fact.props) for fact in granule.entities}


def hours(at: int | None) -> int | None:
    return None if at is None else (at - BEGIN) // HOUR


def stages(granule: Granule) -> set[tuple[str, str, int | None, int | None]]:
    """Version, stage, and the hours from and until which that holds."""
    return {(mark.version.parts[2], mark.name, hours(mark.since), hours(mark.until)) for mark in granule.marks}


def test_each_artifact_is_a_scope_with_its_versions_and_all_that_held_a_stage(life: Made) -> None:
    reading = gto.read(life.path)
    found = taken(reading)
    assert (reading.source, reading.origin, reading.total, reading.complete) == ("gto:life", "gto", 3, True)
    assert set(found) == {"artifact/churn", "artifact/data:orders", "artifact/old"}
    assert stages(found["artifact/churn"]) == {
        ("v0.0.1", "prod", 2, 9),
        ("v1.0.0", "prod", 9, 11),
        ("v0.0.1", "prod", 11, 12),  # what was taken back returns the stage to the one before
        ("v1.0.0", "prod", 12, 13),
        ("v0.0.1", "prod", 13, None),
        ("v1.0.0-rc.1", "dev", 5, None),  # assigned to the commit, before it had a version
        ("v1.0.0", "shadow", 10, 13),
    }
    assert stages(found["artifact/old"]) == {("v0.0.1", "prod", 15, 16)}


def test_a_repository_comes_to_what_is_written_down(life: Made, golden: Golden) -> None:
    golden.holds(taken(gto.read(life.path)).values())


def test_a_version_says_who_registered_it_when_and_where_it_lies(life: Made) -> None:
    churn = entities(taken(gto.read(life.path))["artifact/churn"])
    first = churn[URL, "churn", "v0.0.1"]
    sha = git(life.path, "rev-list", "--reverse", "HEAD").splitlines()[0]
    assert first["created_at"] == BEGIN + HOUR
    assert first["user"] == "Grace <grace@example.com>"
    assert first["tags"] == {"git.commit": sha}
    assert first["uri"] == f"{URL}@{sha}:churn.pkl"
    assert first["extra"]["gto"]["note"] == "The first one"
    assert "gone_at" not in first
    last = churn[URL, "churn", "v1.0.0"]
    assert hours(last["gone_at"]) == 13
    assert [(one["action"], one["stage"]) for one in last["extra"]["gto"]["stages"]] == [
        ("assign", "prod"),
        ("assign", "shadow"),
        ("unassign", "prod"),
        ("assign", "prod"),
    ]
    assert last["extra"]["gto"]["stages"][0]["note"] == "Approved in the meeting"


def test_a_model_says_what_its_repository_says_of_it(life: Made) -> None:
    found = taken(gto.read(life.path))
    churn = entities(found["artifact/churn"])[URL, "churn"]
    assert churn["description"] == "Says who leaves."
    assert churn["tags"] == {"growth": "true", "weekly": "true"}
    assert churn["extra"] == {"gto": {"type": "model", "meta": {"threshold": 0.5, "since": "2026-01-01"}}}
    old = entities(found["artifact/old"])[URL, "old"]
    assert old["tags"] == {"gto.deprecated": "2026-01-01T16:00:00.000000Z"}


def test_an_artifact_that_is_a_dataset_is_one(life: Made) -> None:
    reading = gto.read(life.path)
    orders = taken(reading)["artifact/data:orders"]
    assert [fact.key for fact in orders.entities] == [
        keys.dataset(URL, "data:orders"),
        keys.dataset_version(URL, "data:orders", "v1.0.0"),
    ]
    assert entities(orders)[URL, "data:orders", "v1.0.0"]["uri"].endswith(":data/orders.csv")


def test_lightweight_tags_and_those_of_others_do_not_count(life: Made) -> None:
    reading = gto.read(life.path)
    names = {fact.key.parts[-1] for granule in taken(reading).values() for fact in granule.entities}
    assert "v9.9.9" not in names
    assert [text for text in reading.warnings if "churn@v9.9.9: lightweight tags" in text]
    assert not any("release-1" in text for text in reading.warnings)


@pytest.mark.parametrize("which", ["life", "chance"])
def test_at_any_time_a_stage_is_held_by_whom_gto_shows(which: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(which)
    found = taken(gto.read(made.path))
    marks = {name.removeprefix("artifact/"): granule.marks for name, granule in found.items()}
    names = {
        fact.props["tags"]["git.commit"]: fact.key.parts[2]
        for granule in found.values()
        for fact in granule.entities
        if len(fact.key.parts) == 3
    }
    assert len(made.shown) > 10
    for (at, shown), (until, _) in pairwise([*made.shown, (made.shown[-1][0] + 3_600, {})]):
        expected = {
            (artifact, stage): names.get(version, version)
            for artifact, held in shown.items()
            for stage, version in held.items()
        }
        for moment in (at, until - 1):
            assert held_at(marks, moment * SECOND) == expected, moment


def held_at(marks: dict[str, Any], moment: int) -> dict[tuple[str, str], str]:
    def holds(mark: MarkFact) -> bool:
        return (mark.since or 0) <= moment and (mark.until is None or moment < mark.until)

    found = [(artifact, mark) for artifact, some in marks.items() for mark in some if holds(mark)]
    assert len({(artifact, mark.name) for artifact, mark in found}) == len(found), "a stage has one version at a time"
    return {(artifact, mark.name): mark.version.parts[2] for artifact, mark in found}


@pytest.mark.anyio
async def test_a_store_answers_for_the_past_and_a_second_pass_changes_nothing(life: Made, store: Store) -> None:
    for outcome in (Outcome.WRITTEN, Outcome.UNCHANGED):
        summary = await imported(store, gto.read(life.path))
        assert summary.closed
        assert set(summary.granules) == {outcome}
    model = keys.model(URL, "churn").id
    for hour, version in ((8, "v0.0.1"), (10, "v1.0.0"), (11, "v0.0.1"), (20, "v0.0.1")):
        held = (await store.marks([model], ANYONE, as_of=BEGIN + hour * HOUR + 1))[model]
        assert {mark.version_id for mark in held if mark.name == "prod"} == {
            keys.model_version(URL, "churn", version).id
        }, hour


@pytest.mark.anyio
async def test_what_has_no_tag_any_more_is_gone(life: Made, store: Store, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(life.path), "models")
    path = tmp_path / "models"
    await imported(store, gto.read(path, url=URL))
    for tag in git(path, "tag", "--list", "old*").split():
        git(path, "tag", "-d", tag)
    assert (await imported(store, gto.read(path, url=URL))).closed
    old, churn = keys.model(URL, "old"), keys.model(URL, "churn")
    version = keys.model_version(URL, "old", "v0.0.1")
    assert await gone(store, old, version, churn) == {old, version}


@pytest.mark.anyio
async def test_what_was_said_last_can_be_taken_back(store: Store, tmp_path: Path) -> None:
    """Then what the source says is of an earlier time than what is held: the newest tag is no longer there."""
    repository = init(tmp_path / "models")
    repository.commit()
    tagged(repository, "churn@v0.0.1")
    tagged(repository, "churn@v0.0.2", "churn#prod#1", second=FIRST_SECOND + 60)
    await imported(store, gto.read(repository.path, url=URL))
    model = keys.model(URL, "churn").id
    first, second = (keys.model_version(URL, "churn", version) for version in ("v0.0.1", "v0.0.2"))
    assert [mark.version_id for mark in (await store.marks([model], ANYONE))[model]] == [second.id]

    repository.git("tag", "-d", "churn#prod#1", "churn@v0.0.2")
    summary = await imported(store, gto.read(repository.path, url=URL))
    assert (summary.granules, summary.counts["unmarked"]) == ({Outcome.WRITTEN: 1}, 1)
    assert not (await store.marks([model], ANYONE)).get(model)
    (was,) = (await store.marks([model], ANYONE, as_of=(FIRST_SECOND + 90) * SECOND))[model]
    assert was.version_id == second.id, "until it was learned that it is no longer so"
    assert await gone(store, first, second) == {second}
    assert (await imported(store, gto.read(repository.path, url=URL))).granules == {Outcome.UNCHANGED: 1}


@pytest.mark.anyio
async def test_the_last_artifact_can_go_too_and_where_there_never_was_one_is_no_source(
    store: Store, tmp_path: Path
) -> None:
    repository = init(tmp_path / "models")
    repository.commit()
    with pytest.raises(SourceError, match=r"has no tags that GTO wrote\..*git fetch --tags"):
        await imported(store, gto.read(repository.path, url=URL))
    tagged(repository, "churn@v0.0.1")
    await imported(store, gto.read(repository.path, url=URL))
    repository.git("tag", "-d", "churn@v0.0.1")
    summary = await imported(store, gto.read(repository.path, url=URL))
    assert summary.closed
    assert [text for text in summary.warnings if text.endswith("What was read there before is gone.")]
    model, version = keys.model(URL, "churn"), keys.model_version(URL, "churn", "v0.0.1")
    assert await gone(store, model, version) == {model, version}


# ---------------------------------------------------------------------------------------------------------- odd tags


def git(path: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", path, *words], check=True, capture_output=True, text=True).stdout.strip()


def tagged(repository: Repository, *names: str, second: int = FIRST_SECOND) -> None:
    """Annotated tags of HEAD, all of one second."""
    for name in names:
        repository.git("tag", "-a", name, "-m", "x", env={"GIT_COMMITTER_DATE": f"{second} +0000"})


@pytest.mark.parametrize(
    "name",
    ["churn@v1.0.0", "churn@v1.0.0!", "churn@v1.0.0-rc.1+b", "churn#prod", "churn#prod!#4", "a/b_c#x/y#1", "a@created",
     "models/eu=churn@v0.1.0", "churn@deprecated#12"],
)  # fmt: skip
def test_what_is_called_as_gto_calls_its_tags(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["v1.0.0", "churn", "churn@1.0.0", "churn@v1.0", "churn@v01.0.0", "churn#", "-a@v1.0.0", "a@v1.0.0#x", "é#a"],
)
def test_what_is_called_otherwise(name: str) -> None:
    assert not is_name(name)


def test_of_one_second_a_version_comes_before_its_stage_and_stages_by_their_counters(tmp_path: Path) -> None:
    repository = init(tmp_path / "ties")
    repository.commit()
    tagged(repository, "m#prod#1", "m#prod!#2", "m@v1.0.0", "m#prod#3", "m#dev#4")
    found = taken(gto.read(repository.path))["artifact/m"]
    assert {(version, stage) for version, stage, _, until in stages(found) if until is None} == {
        ("v1.0.0", "prod"),
        ("v1.0.0", "dev"),
    }


def test_where_all_of_a_second_are_counted_the_counter_says(tmp_path: Path) -> None:
    repository = init(tmp_path / "counted")
    repository.commit()
    tagged(repository, "m@v1.0.0#1", "m#prod#2", "m@v1.0.0!#3", "m@v1.0.0#4")
    with closing(Clone(repository.path)) as clone:
        events = [event(tag, commit or "", raw) for tag, commit, raw in clone.tags(clone.references())]
    assert [one.action for one in in_order(filter(None, events))] == [
        Action.REGISTER,
        Action.ASSIGN,
        Action.DEREGISTER,
        Action.REGISTER,
    ]


def test_a_repository_without_commits_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"empty has no commits\. Commit something first"):
        gto.read(init(tmp_path / "empty").path)


BOMB = "a: &a {x: 1}\n" + "".join(f"{b}: &{b} {{<<: [{f'*{a}, ' * 10}]}}\n" for a, b in pairwise("abcdefghi"))


@pytest.mark.parametrize("text", ["artifacts: [", BOMB, "artifacts: " + "[" * 100_000], ids=["cut", "bomb", "deep"])
def test_a_broken_dvc_yaml_is_passed_over_and_said(tmp_path: Path, text: str) -> None:
    repository = init(tmp_path / "broken")
    (repository.path / "dvc.yaml").write_text(text)
    repository.git("add", "dvc.yaml")
    repository.git("commit", "-q", "-m", "x")
    tagged(repository, "m@v1.0.0")
    reading = gto.read(repository.path)
    (granule,) = taken(reading).values()
    assert [fact.key.parts[-1] for fact in granule.entities] == ["m", "v1.0.0"]
    assert any("dvc.yaml at" in text and "was passed over" in text for text in reading.warnings)


def test_a_model_is_named_under_the_url_that_is_given(tmp_path: Path) -> None:
    repository = init(tmp_path / "here")
    repository.commit()
    tagged(repository, "m@v1.0.0")
    (granule,) = taken(gto.read(repository.path, url="https://git.example.com/x.git", source="registry")).values()
    facts: list[EntityFact] = list(granule.entities)
    assert facts[0].key == keys.model("https://git.example.com/x", "m")
    assert granule.source == "gto:registry"
