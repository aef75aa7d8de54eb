"""Files that the real Git LFS tracks, and pointers as others write them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.importers.git.repositories import FIRST_SECOND, Repository, init
from tests.importers.golden import Golden
from tests.importers.stores import gone, imported
from thalweg.importers import lfs
from thalweg.importers.lfs import pointer
from thalweg.importers.lfs.pointer import Pointer
from thalweg.importers.reading import Reading
from thalweg.ingest import prepare
from thalweg.model import keys
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.results import Outcome
from thalweg.model.time import DAY, SECOND
from thalweg.store.store import Store

URL = "https://git.example.com/acme/data"
BEGIN = FIRST_SECOND * SECOND
OTHER = "a" * 64


class Tracked:
    """A repository with Git LFS, whose commits are an hour apart."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.hour = 0
        self.git("remote", "add", "origin", "git@git.example.com:acme/data.git")
        self.git("lfs", "install", "--local")
        self.git("lfs", "track", "*.csv", "models/**")

    def git(self, *words: str) -> str:
        date = f"{FIRST_SECOND + 3_600 * self.hour} +0000"
        return self.repository.git(*words, env={"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date})

    def commit(self, **files: bytes | None) -> str:
        """Writes files (`/` is `__`, `.` is `_dot_`), removes those that are None, and commits."""
        for name, content in files.items():
            file = self.repository.path / name.replace("__", "/").replace("_dot_", ".")
            file.parent.mkdir(exist_ok=True)
            if content is None:
                file.unlink()
            else:
                file.write_bytes(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Change")
        self.hour += 1
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def tracked(tmp_path: Path) -> Tracked:
    return Tracked(init(tmp_path / "data"))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def taken(reading: Reading) -> list[Granule]:
    """The granules of a pass; each must be one that a store takes."""
    found = list(reading.granules)
    reading.close()
    for granule in found:
        prepare(granule, now=BEGIN + 1_000 * DAY)
    return found


def versions(reading: Reading) -> dict[tuple[str, str], dict[str, Any]]:
    """By path and digest."""
    facts = [fact for granule in taken(reading) for fact in granule.entities]
    return {(fact.key.parts[1], fact.key.parts[2].removeprefix("sha256:")): dict(fact.props) for fact in facts}


def test_a_file_at_a_commit_is_a_version_by_its_content(tracked: Tracked) -> None:
    old = tracked.commit(orders_dot_csv=b"1,2\n", models__churn=b"weights", readme=b"no pointer")
    new = tracked.commit(orders_dot_csv=b"1,2,3\n")
    reading = lfs.read(tracked.repository.path)
    found = versions(reading)
    assert (reading.source, reading.origin, reading.complete) == ("lfs:data", "lfs", False)
    assert found == {
        ("orders.csv", digest(b"1,2,3\n")): {
            "bytes": 6,
            "format": "csv",
            "created_at": BEGIN + 3_600 * SECOND,
            "uri": f"{URL}@{new}:orders.csv",
            "tags": {"git.commit": new},
            "extra": {"lfs": {"oid": digest(b"1,2,3\n"), "size": 6}},
        },
        ("models/churn", digest(b"weights")): {
            "bytes": 7,
            "created_at": BEGIN,
            "uri": f"{URL}@{old}:models/churn",
            "tags": {"git.commit": old},
            "extra": {"lfs": {"oid": digest(b"weights"), "size": 7}},
        },
    }


def test_a_history_comes_to_what_is_written_down(tracked: Tracked, golden: Golden) -> None:
    first = tracked.commit(orders_dot_csv=b"1,2\n", models__churn=b"weights", readme=b"no pointer")
    second = tracked.commit(orders_dot_csv=b"1,2,3\n", events__day_dot_csv=b"")
    tracked.commit(orders_dot_csv=b"1,2\n", models__churn=None)
    names = {first: "<first>", second: "<second>"}  # Git LFS writes .gitattributes in any order
    golden.holds(taken(lfs.read(tracked.repository.path, all_commits=True)), names)


def test_a_history_has_each_content_once_whatever_the_number_of_its_commits(tracked: Tracked) -> None:
    first = tracked.commit(orders_dot_csv=b"one")
    tracked.commit(orders_dot_csv=b"two")
    tracked.commit(orders_dot_csv=b"one")
    tracked.commit(orders_dot_csv=None, other_dot_csv=b"one")
    tracked.git("checkout", "-q", "-b", "side")
    tracked.commit(other_dot_csv=b"three")
    tracked.git("checkout", "-q", "main")
    reading = lfs.read(tracked.repository.path, all_commits=True)
    found = versions(reading)
    assert reading.complete
    assert set(found) == {
        ("orders.csv", digest(b"one")),
        ("orders.csv", digest(b"two")),
        ("other.csv", digest(b"one")),
        ("other.csv", digest(b"three")),
    }
    assert found["orders.csv", digest(b"one")]["tags"] == {"git.commit": first}
    names = [granule.name for granule in taken(lfs.read(tracked.repository.path, all_commits=True))]
    assert len(set(names)) == len(names) == 4


@pytest.mark.anyio
async def test_a_second_pass_changes_nothing_and_what_no_branch_has_is_gone(tracked: Tracked, store: Store) -> None:
    tracked.commit(orders_dot_csv=b"one")
    tracked.git("checkout", "-q", "-b", "side")
    tracked.commit(orders_dot_csv=b"two", other_dot_csv=b"three")
    tracked.git("checkout", "-q", "main")
    for outcome in (Outcome.WRITTEN, Outcome.UNCHANGED):
        assert (await imported(store, lfs.read(tracked.repository.path, all_commits=True))).granules == {outcome: 3}
    tracked.git("branch", "-q", "-D", "side")
    one, two, three = (
        keys.dataset_version(URL, path, f"sha256:{digest(content)}")
        for path, content in (("orders.csv", b"one"), ("orders.csv", b"two"), ("other.csv", b"three"))
    )
    assert not (await imported(store, lfs.read(tracked.repository.path))).closed, "one commit is not all there is"
    assert not await gone(store, one, two, three)
    assert (await imported(store, lfs.read(tracked.repository.path, all_commits=True))).closed
    assert await gone(store, one, two, three) == {two, three}


@pytest.mark.anyio
async def test_what_an_earlier_commit_turns_out_to_have_had_first_is_of_that_one(
    tracked: Tracked, store: Store, tmp_path: Path
) -> None:
    first = tracked.commit(orders_dot_csv=b"one")
    tracked.commit(readme=b"more")
    clone = tmp_path / "shallow"
    tracked.git("clone", "--quiet", "--depth", "1", f"file://{tracked.repository.path}", str(clone))
    await imported(store, lfs.read(clone, url=URL, source="data", all_commits=True))
    tracked.git("-C", str(clone), "fetch", "--quiet", "--unshallow")
    assert (await imported(store, lfs.read(clone, url=URL, source="data", all_commits=True))).closed
    version = keys.dataset_version(URL, "orders.csv", f"sha256:{digest(b'one')}").id
    held = (await store.get([version], ANYONE))[version].props
    assert (held["tags"], held["created_at"]) == ({"git.commit": first}, BEGIN)


@pytest.mark.anyio
async def test_the_last_pointer_can_go_too_and_where_there_never_was_one_is_no_source(
    tracked: Tracked, store: Store
) -> None:
    tracked.commit(readme=b"no pointer")
    with pytest.raises(SourceError, match=r"has no file that Git LFS keeps\."):
        await imported(store, lfs.read(tracked.repository.path, all_commits=True))
    tracked.commit(orders_dot_csv=b"one")
    await imported(store, lfs.read(tracked.repository.path, all_commits=True))
    tracked.git("reset", "--quiet", "--hard", "HEAD~1")
    assert (await imported(store, lfs.read(tracked.repository.path, all_commits=True))).closed
    version = keys.dataset_version(URL, "orders.csv", f"sha256:{digest(b'one')}")
    assert await gone(store, version) == {version}


def test_a_merge_keeps_what_either_side_brought(tracked: Tracked) -> None:
    tracked.commit(a_dot_csv=b"a")
    tracked.git("checkout", "-q", "-b", "side")
    tracked.commit(b_dot_csv=b"b")
    tracked.git("checkout", "-q", "main")
    tracked.commit(c_dot_csv=b"c")
    tracked.git("merge", "-q", "--no-edit", "side")
    assert {path for path, _ in versions(lfs.read(tracked.repository.path))} == {"a.csv", "b.csv", "c.csv"}


@pytest.mark.parametrize("named", ["main~1", "v1", "old", "sha"])
def test_a_commit_is_named_by_branch_tag_or_sha(tracked: Tracked, named: str) -> None:
    sha = tracked.commit(orders_dot_csv=b"one")
    tracked.git("tag", "-a", "v1", "-m", "x")
    tracked.git("branch", "old")
    tracked.commit(orders_dot_csv=b"two")
    at = {"sha": sha[:10]}.get(named, named)
    if named == "main~1":
        with pytest.raises(BadInput, match="has no commit 'main~1'"):
            lfs.read(tracked.repository.path, at=at)
        return
    assert set(versions(lfs.read(tracked.repository.path, at=at))) == {("orders.csv", digest(b"one"))}


def test_a_clone_that_was_only_fetched_is_read_as_its_remote_is_now(tracked: Tracked, tmp_path: Path) -> None:
    """Its own branch is still where it was; commits of its own that are not pushed yet count too."""
    tracked.commit(orders_dot_csv=b"one")
    clone = tmp_path / "clone"
    tracked.git("clone", "--quiet", str(tracked.repository.path), str(clone))
    tracked.commit(orders_dot_csv=b"two")
    tracked.git("-C", str(clone), "fetch", "--quiet")
    for at in (None, "main"):
        assert set(versions(lfs.read(clone, at=at))) == {("orders.csv", digest(b"two"))}
    tracked.git("-C", str(clone), "merge", "--quiet", "--ff-only", "origin/main")
    said = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest(b'three')}\nsize 5\n"
    (clone / "orders.csv").write_text(said)
    tracked.git("-C", str(clone), "commit", "--quiet", "--all", "--message", "Mine")
    assert set(versions(lfs.read(clone))) == {("orders.csv", digest(b"three"))}


def test_where_the_default_branch_is_none_that_there_is_the_only_one_is_meant(tracked: Tracked, tmp_path: Path) -> None:
    tracked.commit(orders_dot_csv=b"one")
    bare = tmp_path / "bare.git"
    tracked.git("init", "--quiet", "--bare", "--initial-branch", "trunk", str(bare))
    tracked.git("push", "--quiet", "--no-verify", str(bare), "main")
    assert set(versions(lfs.read(bare))) == {("orders.csv", digest(b"one"))}
    assert [lies.location for lies in lfs.recognised(bare)] == [str(bare)]
    tracked.git("push", "--quiet", "--no-verify", str(bare), "main:side")
    with pytest.raises(BadInput, match="does not tell which branch is the default one"):
        lfs.read(bare)


def test_what_makes_no_pass(tracked: Tracked, tmp_path: Path) -> None:
    tracked.commit(readme=b"no pointer")
    with pytest.raises(SourceError, match=r"has no file that Git LFS keeps at that commit\."):
        lfs.read(tracked.repository.path)
    with pytest.raises(BadInput, match="`at` names one commit, and all are asked for"):
        lfs.read(tracked.repository.path, at="main", all_commits=True)
    with pytest.raises(SourceError, match="does not exist"):
        lfs.read(tmp_path / "nowhere")
    empty = init(tmp_path / "empty")
    for at in (None, "main"):
        with pytest.raises(SourceError, match=r"empty has no commits\. Commit something first"):
            lfs.read(empty.path, at=at)


# --------------------------------------------------------------------------------------------------------- pointers


def written(oid: str = OTHER, size: str = "5", more: str = "", version: str = pointer.VERSIONS[0]) -> bytes:
    return f"version {version}\n{more}oid sha256:{oid}\nsize {size}\n".encode()


@pytest.mark.parametrize("version", pointer.VERSIONS)
def test_a_pointer_of_any_release_is_read(version: str) -> None:
    assert pointer.read(written(version=version)) == Pointer(OTHER, 5)


def test_extensions_tell_the_content_that_people_see() -> None:
    first, second = "b" * 64, "c" * 64
    read = pointer.read(written(more=f"ext-0-crypt sha256:{first}\next-1-zip sha256:{second}\n"))
    assert read == Pointer(OTHER, 5, (("crypt", first), ("zip", second)))
    assert read.content == first


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello", b"version 2\n", written(version="https://example.com/spec"), written(more="x" * 1_000 + " y\n")],
)
def test_what_is_no_pointer(raw: bytes) -> None:
    assert pointer.read(raw) is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (written(oid="abc"), "oid is 'sha256:abc', and must be sha256: with 64 hexadecimal digits"),
        (written(size="-1"), "size is '-1', and must be a number of bytes"),
        (written(more="nothing\n"), "'nothing' is no line of a pointer"),
        (written(more="size 6\n"), "'size 6' stands where oid must"),
        (b"version https://git-lfs.github.com/spec/v1\n", "oid is 'missing'"),
    ],
)
def test_a_broken_pointer_says_what_is_wrong(raw: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        pointer.read(raw)


def test_a_broken_pointer_is_passed_over_and_said_and_one_with_extensions_has_no_bytes(tracked: Tracked) -> None:
    seen = "b" * 64
    tracked.git("lfs", "untrack", "*.csv")
    tracked.commit(
        bad_dot_csv=written(oid="abc"),
        good_dot_csv=written(more=f"ext-0-crypt sha256:{seen}\n"),
        same_dot_csv=written(),
    )
    reading = lfs.read(tracked.repository.path)
    found = versions(reading)
    assert set(found) == {("good.csv", seen), ("same.csv", OTHER)}
    assert found["good.csv", seen]["extra"] == {"lfs": {"oid": OTHER, "size": 5, "extensions": ["crypt"]}}
    assert "bytes" not in found["good.csv", seen]
    assert [text for text in reading.warnings if "The pointer bad.csv" in text]


def test_what_attributes_give_to_git_lfs_and_is_no_pointer_is_named(tracked: Tracked, tmp_path: Path) -> None:
    """As `git lfs fsck --pointers` has it."""
    tracked.commit(orders_dot_csv=b"one", models__churn=b"weights")
    files = {"raw.csv": b"1,2\n", "models/deep": b"as it is", "empty.csv": b"", "readme": b"not asked for"}
    for path, content in files.items():  # as who commits without Git LFS
        blob = tracked.repository.git("hash-object", "-w", "--no-filters", "--stdin", stdin=content)
        tracked.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    tracked.git("commit", "--quiet", "--message", "Without Git LFS")
    said = (
        "2 files are given to Git LFS by .gitattributes, and no pointer at {}, so nothing is stated of them: "
        "models/deep, raw.csv. `git add --renormalize .` makes pointers."
    ).format(tracked.git("rev-parse", "HEAD")[:7])
    bundle = tmp_path / "data.bundle"
    tracked.git("bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    partial = tmp_path / "partial"
    tracked.git("config", "uploadpack.allowFilter", "true")
    small = ("clone", "--quiet", "--bare", "--filter=blob:limit=1k")
    tracked.git(*small, tracked.repository.path.as_uri(), str(partial))
    for place in (tracked.repository.path, tracked.repository.path / ".git", bundle, partial):
        for all_commits in (False, True):
            reading = lfs.read(place, all_commits=all_commits)
            assert {path for path, _ in versions(reading)} == {"orders.csv", "models/churn"}
            assert reading.warnings == [said]
    (tracked.repository.path / "models" / ".gitattributes").write_text("deep -filter\n")
    for warnings in ([said], []):  # what is not committed does not count
        reading = lfs.read(tracked.repository.path)
        assert versions(reading)
        assert reading.warnings == warnings
        tracked.commit()


@pytest.mark.parametrize("name", ["a\\b.csv", "git~1", ".git", "c:d.csv", "new\nline.csv"])
def test_a_name_that_another_system_cannot_write_does_no_harm(tracked: Tracked, name: str) -> None:
    tracked.commit(orders_dot_csv=b"one")
    blob = tracked.repository.git("hash-object", "-w", "--stdin", stdin=b"1,2\n")
    listed = tracked.git("ls-tree", "-z", "HEAD") + f"100644 blob {blob}\t{name}\0"
    tree = tracked.repository.git("mktree", "-z", stdin=listed.encode())
    commit = tracked.git("commit-tree", tree, "-p", "HEAD", "-m", "Elsewhere")
    tracked.git("update-ref", "refs/heads/main", commit)
    reading = lfs.read(tracked.repository.path)
    assert {path for path, _ in versions(reading)} == {"orders.csv"}
    assert [text for text in reading.warnings if name in text] == reading.warnings
    assert len(reading.warnings) == name.endswith(".csv")


def test_where_all_that_git_lfs_is_given_was_committed_as_it_is_that_is_said(tmp_path: Path) -> None:
    repository = init(tmp_path / "data")
    (repository.path / ".gitattributes").write_text("*.csv filter=lfs\n")
    (repository.path / "a.csv").write_text("1,2\n")
    repository.git("-c", "filter.lfs.clean=cat", "add", "--all")
    repository.git("commit", "--quiet", "--message", "Without Git LFS")
    with pytest.raises(SourceError, match=r"at that commit\. 1 file is given to Git LFS .* is stated of it: a\.csv\."):
        lfs.read(repository.path)


def test_a_shallow_clone_is_not_complete(tracked: Tracked, tmp_path: Path) -> None:
    tracked.commit(orders_dot_csv=b"one")
    tracked.commit(orders_dot_csv=b"two")
    clone = tmp_path / "clone"
    tracked.git(
        "-c", "filter.lfs.smudge=cat", "clone", "-q", "--depth", "1", tracked.repository.path.as_uri(), str(clone)
    )
    reading = lfs.read(clone, all_commits=True, url=URL)
    assert len(taken(reading)) == 1
    assert not reading.complete
    assert any("is a shallow clone" in text for text in reading.warnings)


def test_paths_that_are_no_utf8_stay_as_many_as_they_are(tracked: Tracked) -> None:
    tracked.commit(orders_dot_csv=b"one")
    (tracked.repository.path / "x").mkdir()
    for name in (b"\xff.csv", b"\xfe.csv"):
        with open(bytes(tracked.repository.path) + b"/x/" + name, "wb") as file:
            file.write(b"odd")
    tracked.commit()
    found = versions(lfs.read(tracked.repository.path))
    assert set(found) == {(path, digest(b"odd")) for path in ("x/�FF.csv", "x/�FE.csv")} | {
        ("orders.csv", digest(b"one"))
    }


def test_a_dataset_is_named_under_the_url_that_is_given(tracked: Tracked) -> None:
    tracked.commit(orders_dot_csv=b"one")
    (granule,) = taken(lfs.read(tracked.repository.path, url="https://git.example.com/x.git", source="here"))
    assert granule.entities[0].key == keys.dataset_version(
        "https://git.example.com/x", "orders.csv", f"sha256:{digest(b'one')}"
    )
    assert granule.source == "lfs:here"
