"""What a clone or a bundle may be, what is refused with what to do, and that nothing of it is obeyed."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from tests.importers.git.repositories import (
    ENVIRONMENT,
    FIRST_SECOND,
    Repository,
    all_of,
    commits_of,
    init,
    parents_of,
    scopes_of,
)
from thalweg.importers import git
from thalweg.importers.git_clone import Clone
from thalweg.model.errors import SourceError


@pytest.fixture
def churn(tmp_path: Path) -> Repository:
    repository = init(tmp_path / "churn")
    repository.git("config", "remote.origin.url", "https://git.example.com/acme/churn")
    return repository


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files of this test go."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def read_all(location: Path) -> list[str]:
    return scopes_of(all_of(git.read(location, all_commits=True)))


# ---------------------------------------------------------------------------------------------- what can be read


def test_a_bare_repository_a_git_folder_and_a_work_tree_of_it_read_alike(churn: Repository, tmp_path: Path) -> None:
    shas = churn.chain("one", "two")
    churn.git("clone", "--quiet", "--bare", str(churn.path), str(tmp_path / "bare.git"))
    churn.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    for place in (churn.path, churn.path / ".git", tmp_path / "bare.git", tmp_path / "linked"):
        assert read_all(place) == shas


def test_a_path_that_looks_like_an_option_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = init(tmp_path / "--upload-pack=x").commit()
    monkeypatch.chdir(tmp_path)
    assert read_all(Path("--upload-pack=x")) == [sha]


def test_a_bundle_reads_like_the_repository_that_it_was_made_of(churn: Repository, tmp_path: Path) -> None:
    one, two = churn.chain("one", "two")
    churn.git("tag", "-a", "-m", "First", "v1", one)
    bundle = tmp_path / "churn.bundle"
    churn.git("bundle", "create", "--quiet", str(bundle), "--all")
    granules = all_of(git.read(bundle, url="https://git.example.com/acme/churn", all_commits=True))
    assert granules == all_of(git.read(churn.path, all_commits=True))
    assert parents_of(granules) == {(one, two)}


def test_a_bundle_without_a_url_is_named_under_its_source(churn: Repository, tmp_path: Path) -> None:
    churn.commit()
    bundle = tmp_path / "backup.bundle"
    churn.git("bundle", "create", "--quiet", str(bundle), "--all")
    assert git.repository(bundle) == f"file://backup{tmp_path}/backup.bundle"


def test_the_default_branch_of_a_bundle_is_the_one_that_its_head_was_on(churn: Repository, tmp_path: Path) -> None:
    one, two = churn.chain("one", "two")
    churn.git("branch", "old", one)
    bundle = tmp_path / "churn.bundle"
    churn.git("bundle", "create", "--quiet", str(bundle), "--all")
    assert all_of(git.read(bundle))[0].entities[0].props == {"default_branch": "main"}
    churn.git("branch", "same", two)
    churn.git("bundle", "create", "--quiet", str(bundle), "--all")
    assert all_of(git.read(bundle))[0].entities[0].props == {}


def test_a_shallow_clone_is_read_as_far_as_it_goes_and_says_what_is_missing(churn: Repository, tmp_path: Path) -> None:
    shas = churn.chain("0", "1", "2", "3")
    churn.git("clone", "--quiet", "--depth=2", f"file://{churn.path}", str(tmp_path / "shallow"))
    reading = git.read(tmp_path / "shallow", all_commits=True)
    granules = all_of(reading)
    assert scopes_of(granules) == shas[2:]
    assert parents_of(granules) == {(shas[2], shas[3])}
    assert reading.complete is False
    assert any("git fetch --unshallow" in warning for warning in reading.warnings)


def test_a_clone_without_files_is_read(churn: Repository, tmp_path: Path) -> None:
    shas = churn.chain("0", "1")
    churn.git("config", "uploadpack.allowFilter", "true")
    churn.git("clone", "--quiet", "--bare", "--filter=tree:0", f"file://{churn.path}", str(tmp_path / "partial"))
    assert read_all(tmp_path / "partial") == shas


# --------------------------------------------------------------------------------------------- what cannot be read


def refused(location: Path, sentence: str) -> SourceError:
    with pytest.raises(SourceError, match=sentence) as error:
        all_of(git.read(location, all_commits=True))
    assert error.value.hint
    assert str(location) in error.value.message
    return error.value


def test_what_does_not_exist(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "does not exist")


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    refused(tmp_path, "is not a Git repository")


def test_a_folder_inside_a_clone_is_not_the_clone(churn: Repository) -> None:
    churn.commit()
    (churn.path / "data").mkdir()
    refused(churn.path / "data", "is not a Git repository")


def test_a_repository_without_commits(churn: Repository) -> None:
    refused(churn.path, "has no commits")


def test_a_clone_whose_settings_are_broken(churn: Repository) -> None:
    churn.commit()
    (churn.path / ".git" / "HEAD").write_text("nonsense")
    assert "Clone it again" in refused(churn.path, "looks like a clone, but git cannot read it").hint


def test_a_file_that_is_no_bundle(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_bytes(b"\xff" * 100)
    refused(file, "is neither a folder nor a bundle")
    file.write_bytes(b"")
    refused(file, "is neither a folder nor a bundle")


def test_a_bundle_that_builds_on_another_clone(churn: Repository, tmp_path: Path) -> None:
    one, _ = churn.chain("one", "two")
    bundle = tmp_path / "rest.bundle"
    churn.git("bundle", "create", "--quiet", str(bundle), "main", f"^{one}")
    assert "git bundle create" in refused(bundle, "lacks 1 commit").hint


def test_a_bundle_that_was_cut_off(churn: Repository, tmp_path: Path) -> None:
    churn.chain("one", "two")
    bundle = tmp_path / "cut.bundle"
    churn.git("bundle", "create", "--quiet", str(bundle), "--all")
    bundle.write_bytes(bundle.read_bytes()[:-40])
    refused(bundle, "git cannot read")


def loose(repository: Repository, sha: str) -> Path:
    return repository.git_dir / "objects" / sha[:2] / sha[2:]


@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_clone_with_a_damaged_commit(churn: Repository, content: bytes | None) -> None:
    damaged, _ = churn.chain("one", "two")
    file = loose(churn, damaged)
    file.chmod(0o600)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    assert "git fsck" in refused(churn.path, "git cannot read").hint


def test_a_commit_that_is_damaged_while_it_is_read(churn: Repository) -> None:
    damaged, _ = churn.chain("one", "two")
    reading = git.read(churn.path, all_commits=True)
    loose(churn, damaged).unlink()
    with pytest.raises(SourceError, match="git cannot read"):
        all_of(reading)


def test_a_repository_whose_commits_have_longer_names(tmp_path: Path) -> None:
    path = tmp_path / "sha256"
    path.mkdir()
    repository = Repository(path)
    repository.git("init", "--quiet", "--object-format=sha256")
    assert "SHA-1" in refused(path, "names its commits by sha256").hint


def test_a_machine_without_git(churn: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="git is not installed") as error:
        git.read(churn.path)
    assert "Install git" in error.value.hint


# ----------------------------------------------------------------------------------------------- nothing is obeyed


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_nothing_that_a_repository_holds_is_run(churn: Repository, tmp_path: Path) -> None:
    sha = churn.commit("Signed")
    raw = churn.git("cat-file", "commit", sha).replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\n", 1)
    churn.raw_commit(raw.encode())
    marker = tmp_path / "was run"
    trap = str(script(tmp_path / "trap", f'touch "{marker}"; exit 1'))
    for name in ("core.fsmonitor", "core.pager", "pager.log", "gpg.program", "core.sshCommand", "core.editor"):
        churn.git("config", name, trap)
    for name, value in (
        ("log.showSignature", "true"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", f"ext::{trap}"),
        ("protocol.ext.allow", "always"),
    ):
        churn.git("config", name, value)
    for name in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change"):
        script(churn.git_dir / "hooks" / name, f'touch "{marker}"')
    missing = "c0ffee" + "0" * 34

    all_of(git.read(churn.path, url="https://git.example.com/x", refs_to=[sha, missing], all_commits=True))
    assert not marker.exists()

    subprocess.run(
        ["git", "-C", str(churn.path), "cat-file", "-e", missing], env=ENVIRONMENT, capture_output=True, check=False
    )
    assert marker.exists(), "plain git falls into the trap, so that it is one"


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def test_nothing_is_written_into_a_repository(churn: Repository) -> None:
    shas = churn.chain("one", "two")
    churn.git("config", "gc.auto", "1")
    churn.git("config", "core.commitGraph", "true")
    before = snapshot(churn.path)
    read_all(churn.path)
    all_of(git.read(churn.path, refs_to=shas))
    assert snapshot(churn.path) == before


def test_the_settings_of_who_reads_change_nothing(
    churn: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = churn.commit("Größe")
    plain = all_of(git.read(churn.path, all_commits=True))
    config = tmp_path / ".gitconfig"
    config.write_text(
        "[log]\n\tshowSignature = true\n[i18n]\n\tlogOutputEncoding = ISO-8859-1\n[color]\n\tui = always\n"
        '[core]\n\tabbrev = 4\n\tquotePath = true\n[format]\n\tpretty = oneline\n[url "https://elsewhere.test/"]\n'
        '\tinsteadOf = https://git.example.com/\n[remote "origin"]\n\turl = https://elsewhere.test/x\n'
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert all_of(git.read(churn.path, all_commits=True)) == plain
    assert commits_of(plain)[sha]["message"] == "Größe"


def test_replaced_and_grafted_commits_are_read_as_their_shas_say(churn: Repository) -> None:
    one, two = churn.chain("one", "two")
    other = churn.commit("other", one)
    churn.git("update-ref", "HEAD", two)
    churn.git("replace", two, other)
    (churn.git_dir / "info").mkdir(exist_ok=True)
    (churn.git_dir / "info" / "grafts").write_text(f"{two}\n")
    granules = all_of(git.read(churn.path, all_commits=True))
    assert commits_of(granules)[two]["message"] == "two"
    assert parents_of(granules) == {(one, two)}


def test_a_clone_that_belongs_to_somebody_else_is_read(
    churn: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = churn.commit()
    real = shutil.which("git")
    bin = tmp_path / "bin"
    bin.mkdir()
    script(bin / "git", f'GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "{real}" "$@"')
    path = f"{bin}{os.pathsep}{os.environ['PATH']}"
    plain = subprocess.run(
        ["git", "-C", str(churn.path), "log"], env=ENVIRONMENT | {"PATH": path}, capture_output=True, check=False
    )
    assert b"dubious ownership" in plain.stderr
    monkeypatch.setenv("PATH", path)
    assert read_all(churn.path) == [sha]


# ------------------------------------------------------------------------------------------------ small and tidy


def test_a_bundle_leaves_nothing_behind(churn: Repository, tmp_path: Path, scratch: Path) -> None:
    churn.commit()
    bundle = tmp_path / "churn.bundle"
    churn.git("bundle", "create", "--quiet", str(bundle), "--all")
    reading = git.read(bundle)
    assert list(scratch.iterdir())
    reading.close()
    reading.close()
    assert not list(scratch.iterdir())
    bundle.write_bytes(bundle.read_bytes()[:-40])
    with pytest.raises(SourceError):
        git.read(bundle)
    assert not list(scratch.iterdir())


def test_a_reading_that_is_closed_early_stops_git(churn: Repository, scratch: Path) -> None:
    imported = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.com> {FIRST_SECOND + n} +0000\ndata 2000\n{'x' * 2000}\n"
        for n in range(500)
    )
    churn.git("fast-import", "--quiet", stdin=imported.encode())
    before = children()
    reading = git.read(churn.path, all_commits=True)
    next(reading.granules)
    next(reading.granules)
    assert children() > before
    reading.close()
    assert children() == before
    assert not list(scratch.iterdir())
    assert list(reading.granules) == []


def children() -> set[int]:
    """The processes that this one has started; a server that other tests use may be among them."""
    found = set()
    for entry in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (entry / "children").read_text().split()}
    return found


def test_a_long_history_is_read_in_little_memory(churn: Repository) -> None:
    message = "x" * 20_000
    imported = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.com> {FIRST_SECOND + n} +0000\ndata 20000\n{message}\n"
        for n in range(2_000)
    )
    churn.git("fast-import", "--quiet", stdin=imported.encode())
    del imported
    tracemalloc.start()
    try:
        reading = git.read(churn.path, all_commits=True)
        count = sum(1 for _ in reading.granules)
        reading.close()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 2_001
    assert peak < 4_000_000, "forty megabytes of messages went through"


def test_what_lies_at_a_path_is_answered_in_order_whatever_the_path(churn: Repository) -> None:
    names = ("plain.txt", "a b/ blob 7.txt", "é.txt", "x missing", "new\nline")
    for name in names:
        (churn.path / name).parent.mkdir(exist_ok=True)
        (churn.path / name).write_text(name)
    churn.git("add", "--all")
    churn.git("commit", "-q", "-m", "x")
    sha = churn.git("rev-parse", "HEAD")
    asked = ["plain.txt", "nothing", *names[1:], "a b", "blob 7"]
    with closing(Clone(churn.path)) as clone:
        found = list(clone.things_at((sha, path) for path in asked))
        written = set(clone.written([sha], ["*.txt"]))
    assert [thing.kind if thing else None for thing in found] == [
        *("blob", None, "blob", "blob", "blob"),
        *(None, "tree", None),  # a path that is two lines is nowhere
    ]
    assert [thing.size for thing in found if thing and thing.kind == "blob"] == [
        len(name.encode()) for name in names[:-1]
    ]
    assert {path for _, path, _ in written} == {"plain.txt", "a b/ blob 7.txt", "é.txt"}


def test_a_history_leaves_out_what_others_reach(churn: Repository) -> None:
    one, two, three = churn.chain("One", "Two", "Three")
    with closing(Clone(churn.path)) as clone:
        assert [sha for sha, *_ in clone.history([three, f"^{one}"])] == [two, three]
