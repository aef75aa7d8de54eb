"""Remote repositories: their clones are kept, brought up to date, and answer what a fresh one would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.importers.git.conftest import made
from tests.importers.git.repositories import Repository, all_of, parents_of, scopes_of
from thalweg.importers import git, git_kept
from thalweg.importers.alone import alone
from thalweg.importers.git_kept import Kept
from thalweg.model.errors import SourceError
from thalweg.model.facts import Granule

URL = "https://git.example.com/acme/churn"


def read(repository: Repository, *refs_to: str, all_commits: bool = False) -> tuple[list[Granule], bool, list[str]]:
    """What is read by the URL of a repository; whether that is complete; and what is warned of."""
    reading = git.read(repository.path.as_uri(), source="churn", url=URL, refs_to=refs_to, all_commits=all_commits)
    granules = all_of(reading)
    return granules, reading.complete, [warning.replace(str(repository.path), "") for warning in reading.warnings]


def fresh(
    repository: Repository, to: Path, *refs_to: str, all_commits: bool = False
) -> tuple[list[Granule], bool, list[str]]:
    """The same of a clone that is made for it."""
    shutil.rmtree(to, ignore_errors=True)
    repository.git("clone", "--quiet", "--bare", repository.path.as_uri(), str(to))
    reading = git.read(to, source="churn", url=URL, refs_to=refs_to, all_commits=all_commits)
    granules = all_of(reading)
    return granules, reading.complete, [warning.replace(str(to), "file://") for warning in reading.warnings]


def kept(cache: Path) -> Path:
    (found,) = (cache / "git").glob("*/clone.git")
    return found


def packs(cache: Path) -> dict[str, int]:
    return {file.name: file.stat().st_ino for file in (kept(cache) / "objects" / "pack").glob("*.pack")}


def test_a_remote_repository_is_read_by_its_url(origin: Repository, cache: Path, tmp_path: Path) -> None:
    found = read(origin, all_commits=True)
    assert found == fresh(origin, tmp_path / "fresh", all_commits=True)
    assert scopes_of(found[0]) == origin.git("rev-list", "--reverse", "main").split()
    assert found[1]


def test_later_only_what_is_new_is_fetched(origin: Repository, cache: Path, tmp_path: Path) -> None:
    read(origin)
    before = packs(cache)
    new = origin.commit("three")
    granules, *_ = read(origin, all_commits=True)
    assert scopes_of(granules)[-1] == new
    later = packs(cache)
    assert {name: later[name] for name in before} == before
    assert len(later) == len(before) + 1
    read(origin)
    assert packs(cache) == later


def test_nothing_is_kept_where_one_happens_to_be(
    origin: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("THALWEG_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    read(origin)
    assert list(here.iterdir()) == []
    assert kept(home / "thalweg").exists()


# ------------------------------------------------------------------------------------------- as a fresh clone would


def rewritten(origin: Repository) -> None:
    origin.git("update-ref", "refs/heads/main", origin.commit("other", origin.git("rev-parse", "main~1")))


def retagged(origin: Repository) -> None:
    origin.git("tag", "-f", "-a", "-m", "y", "v1", "main~1")


def branched(origin: Repository) -> None:
    origin.git("branch", "topic", "main")


def folded(origin: Repository) -> None:
    """A branch becomes the folder of others."""
    origin.git("branch", "-D", "topic")
    origin.git("branch", "topic/x", "main~1")


def detached(origin: Repository) -> None:
    origin.git("checkout", "--quiet", "--detach", "main")
    origin.commit("loose", origin.git("rev-parse", "main"))


def unborn(origin: Repository) -> None:
    origin.git("symbolic-ref", "HEAD", "refs/heads/nowhere")


def attached(origin: Repository) -> None:
    origin.git("symbolic-ref", "HEAD", "refs/heads/main")


def renamed(origin: Repository) -> None:
    origin.git("branch", "-m", "main", "trunk")


def emptied(origin: Repository) -> None:
    for name in origin.git("for-each-ref", "--format=%(refname)", "refs/heads/trunk", "refs/tags").split():
        origin.git("update-ref", "-d", name)


HAPPENS = (rewritten, retagged, branched, folded, detached, unborn, attached, renamed, emptied)


def test_whatever_happens_to_a_remote_the_answer_is_that_of_a_fresh_clone(
    origin: Repository, cache: Path, tmp_path: Path
) -> None:
    used = origin.git("rev-list", "main").split()
    answers = [read(origin, *used, all_commits=True)]
    for happens in HAPPENS:
        happens(origin)
        answers.append(read(origin, *used, all_commits=True))
        assert answers[-1] == fresh(origin, tmp_path / "fresh", *used, all_commits=True), happens.__name__
        assert answers[-1] != answers[-2], happens.__name__


def test_a_remote_that_is_cut_off_is_so_here_until_it_is_whole(origin: Repository, cache: Path, tmp_path: Path) -> None:
    (origin.git_dir / "shallow").write_text(origin.git("rev-parse", "main") + "\n")
    cut = read(origin, all_commits=True)
    assert cut == fresh(origin, tmp_path / "fresh", all_commits=True)
    assert (len(scopes_of(cut[0])), cut[1]) == (1, False)
    assert read(origin, all_commits=True) == cut
    (origin.git_dir / "shallow").unlink()
    whole = read(origin, all_commits=True)
    assert whole == fresh(origin, tmp_path / "fresh", all_commits=True)
    assert (len(scopes_of(whole[0])), whole[1]) == (2, True)


def test_a_commit_that_was_dropped_is_not_answered_from_what_is_left_of_it(origin: Repository, cache: Path) -> None:
    dropped = origin.git("rev-parse", "main")
    read(origin)
    origin.git("tag", "-d", "v1")
    rewritten(origin)
    granules, _, warnings = read(origin, dropped[:12])
    assert dropped not in scopes_of(granules)
    assert Repository(kept(cache)).git("cat-file", "-t", dropped) == "commit", "it is left"
    assert any(warning.startswith(dropped[:12]) for warning in warnings)


# --------------------------------------------------------------------------------------------------- what is broken


def pack(clone: Path) -> Path:
    return next((clone / "objects" / "pack").glob("*.pack"))


def overwrite(file: Path, content: bytes) -> None:
    if file.exists():
        file.chmod(0o600)
    file.write_bytes(content)


def locks(clone: Path) -> None:
    """What a process that was killed leaves behind."""
    for name in ("HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"):
        overwrite(clone / name, b"")


MENDED = ("unknown", "settings", "locks", "nothing")
"""What a fetch puts right by itself, or leaves nothing to speak of."""

BREAKS: dict[str, Callable[[Path], None]] = {
    "cut": lambda clone: overwrite(pack(clone), pack(clone).read_bytes()[:-30]),
    "damaged": lambda clone: overwrite(
        pack(clone), pack(clone).read_bytes()[:40] + b"x" + pack(clone).read_bytes()[41:]
    ),
    "without": lambda clone: pack(clone).unlink(),
    "index": lambda clone: overwrite(pack(clone).with_suffix(".idx"), b""),
    "branch": lambda clone: overwrite(clone / "refs" / "heads" / "main", b"nonsense"),
    "unknown": lambda clone: overwrite(clone / "refs" / "heads" / "main", b"c0ffee" + b"0" * 34 + b"\n"),
    "packed": lambda clone: overwrite(clone / "packed-refs", b"\0nonsense\n"),
    "head": lambda clone: overwrite(clone / "HEAD", b""),
    "settings": lambda clone: overwrite(clone / "config", b"[nonsense"),
    "locks": locks,
    "half made": lambda clone: (clone.parent / "sealed.json").unlink(),
    "seal": lambda clone: overwrite(clone.parent / "sealed.json", b'{"form": 1, "packs": 7}'),
    "other form": lambda clone: overwrite(clone.parent / "sealed.json", b'{"form": 0, "packs": {}}'),
    "nothing": shutil.rmtree,
}


class Brought(NamedTuple):
    """A repository that was read by its URL, what is kept of it, and the answer of a fresh clone."""

    origin: Repository
    cache: Path
    answer: tuple[list[Granule], bool, list[str]]


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Brought:
    folder = tmp_path_factory.mktemp("brought")
    origin = made(folder / "origin")
    all_of(git.read(origin.path.as_uri(), cache=folder / "cache"))
    return Brought(origin, folder / "cache", fresh(origin, folder / "fresh", all_commits=True))


@pytest.mark.parametrize("broken", BREAKS)
def test_what_is_kept_and_broken_is_mended_or_made_anew(brought: Brought, cache: Path, broken: str) -> None:
    shutil.copytree(brought.cache, cache)
    BREAKS[broken](kept(cache))
    granules, complete, warnings = read(brought.origin, all_commits=True)
    anew = [warning for warning in warnings if "it was cloned anew" in warning]
    assert (granules, complete, [warning for warning in warnings if warning not in anew]) == brought.answer
    assert len(anew) == (broken not in MENDED)


def test_what_breaks_unseen_is_said_and_made_anew_the_next_time(origin: Repository, cache: Path) -> None:
    read(origin)
    times = pack(kept(cache)).stat()
    BREAKS["damaged"](kept(cache))
    os.utime(pack(kept(cache)), ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(SourceError, match=r"What is kept of .* cannot be read") as refused:
        read(origin, all_commits=True)
    assert refused.value.hint == "Import again: it is cloned anew then."
    _, complete, (said,) = read(origin, all_commits=True)
    assert (complete, "it was cloned anew" in said) == (True, True)
    assert read(origin, all_commits=True)[1:] == (True, []), "nothing more is said"


def test_several_at_once_wait_for_one_another_and_answer_alike(origin: Repository, cache: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        first, *others = list(pool.map(lambda _: read(origin, all_commits=True), range(4)))
    assert others == [first] * 3
    assert parents_of(first[0])


def test_another_one_that_does_not_come_to_an_end_is_said(
    origin: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(origin)
    monkeypatch.setattr(git_kept, "PATIENCE", 0.0)
    with alone(kept(cache).parent / "lock", 0.0), pytest.raises(SourceError, match="Another process fetches file://"):
        read(origin)
    assert read(origin)[0]


def test_a_folder_that_cannot_be_written_is_said(origin: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match=r"Nothing can be kept in .*file.* THALWEG_CACHE"):
        git.read(origin.path.as_uri(), cache=tmp_path / "file")


def test_each_url_and_each_selection_of_files_has_a_clone_of_its_own(tmp_path: Path) -> None:
    places = {
        Kept(url, tmp_path, left_out).path
        for url in ("https://x.example.com/a/churn", "https://x.example.com/b/churn.git")
        for left_out in ("blob:none", "blob:limit=1k")
    }
    assert len(places) == 4
    assert all(place.parent.name.startswith("churn-") for place in places)
