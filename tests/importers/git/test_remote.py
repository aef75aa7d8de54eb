"""Talking to servers: over ssh, HTTP and a disk; what logs in stays unsaid, and what stops is no news."""

from __future__ import annotations

import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importers.dvc.written import Written, added
from tests.importers.git.repositories import Repository, all_of, commits_of, init, scopes_of
from tests.importers.git.served import Server, served
from thalweg.importers import dvc, git
from thalweg.importers.git_remote import is_url
from thalweg.model.errors import BadInput, SourceError


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is called as ssh: it says that it was, and does here what it was to do there; or sleeps."""
    script = tmp_path / "ssh"
    script.write_text(
        f'#!/bin/sh\ntouch "{tmp_path}/called"\n[ -e "{tmp_path}/stuck" ] && exec sleep 600\nexec sh -c "$2"\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(script))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    return tmp_path


def test_a_repository_is_fetched_by_ssh_as_who_runs_this_would(origin: Repository, cache: Path, ssh: Path) -> None:
    url = f"git@git.example.com:{origin.path}"
    reading = git.read(url, all_commits=True)
    assert len(commits_of(all_of(reading))) == 2
    assert reading.source == f"git:git.example.com{origin.path}"
    assert git.repository(url) == f"https://git.example.com{origin.path}"


def test_ctrl_c_ends_what_is_fetched_and_the_next_time_all_is_well(origin: Repository, cache: Path, ssh: Path) -> None:
    url = f"git@git.example.com:{origin.path}"
    (ssh / "stuck").touch()

    def pressed(*_: object) -> None:
        if (ssh / "called").exists():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, pressed)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            git.read(url)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    (ssh / "stuck").unlink()
    assert len(commits_of(all_of(git.read(url, all_commits=True)))) == 2


def test_a_password_is_neither_kept_nor_shown(cache: Path) -> None:
    with pytest.raises(SourceError, match="cannot be fetched") as refused:
        git.read("http://ada:s3cret@127.0.0.1:1/churn.git")
    assert "s3cret" not in str(refused.value)
    assert "http://127.0.0.1:1/churn.git" in str(refused.value)
    assert not [file for file in cache.rglob("*") if file.is_file() and b"s3cret" in file.read_bytes()]


def test_what_cannot_be_fetched_is_said_with_what_to_do(origin: Repository, cache: Path, tmp_path: Path) -> None:
    commits(origin.path.as_uri())
    shutil.rmtree(origin.path)
    with pytest.raises(SourceError, match=r"origin cannot be fetched: .*does not appear to be") as refused:
        commits(origin.path.as_uri())
    assert "`git ls-remote`" in refused.value.hint
    with pytest.raises(BadInput, match="ftp is none of https, http, ssh"):
        git.read("ftp://git.example.com/churn")
    other = init(tmp_path / "longer", "--object-format=sha256")
    other.git("commit", "--quiet", "--allow-empty", "-m", "x")
    with pytest.raises(SourceError, match="names its commits by sha256"):
        commits(other.path.as_uri())
    with pytest.raises(SourceError, match="has no commits"):
        commits(init(tmp_path / "empty").path.as_uri())


# --------------------------------------------------------------------------------------------------------------- HTTP


@pytest.fixture
def server(origin: Repository, cache: Path) -> Iterator[Server]:
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    with served(origin.path.parent) as server:
        yield server


def commits(url: str) -> list[str]:
    """Their shas, parents first."""
    return scopes_of(all_of(git.read(url, all_commits=True)))


def test_over_http_a_second_import_fetches_what_is_new_and_nothing_where_nothing_is(
    origin: Repository, server: Server
) -> None:
    url = server.url("origin/.git")
    assert len(commits(url)) == 2
    assert (server.packs, len(commits(url)), server.packs) == (1, 2, 1)
    new = origin.commit("three")
    assert commits(url)[-1] == new
    assert server.packs == 2


def test_a_password_in_a_url_logs_in_and_is_nowhere_else(
    origin: Repository, server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in what is kept, nor in a helper of the user's that writes down what logged in, nor in a command line."""
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[credential]\n\thelper = store --file {tmp_path}/written\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    server.login = "zoe:s3cret@1"  # no name that a digest may have in it
    assert len(commits(server.url("origin/.git", "zoe:s3cret%401"))) == 2
    assert "remote-http" in (tmp_path / "trace").read_text()
    assert not (tmp_path / "written").exists()
    for file in (tmp_path / "trace", *(file for file in cache.rglob("*") if file.is_file())):
        assert b"s3cret" not in file.read_bytes(), file
    assert not [file for file in cache.rglob("*") if "s3cret" in file.name or "zoe" in file.name]


@pytest.mark.parametrize("login", ["ada:wr0ng", "t0ken"])
def test_a_login_that_is_refused_is_said_without_it(server: Server, login: str) -> None:
    server.login = "ada:s3cret"
    with pytest.raises(SourceError, match="cannot be fetched") as refused:
        git.read(server.url("origin/.git", login))
    assert server.url("origin/.git") in str(refused.value)
    assert not [word for word in ("wr0ng", "t0ken", "s3cret") if word in f"{refused.value} {refused.value.hint}"]


def test_a_server_that_stops_in_the_middle_costs_nothing_of_what_is_kept(
    origin: Repository, server: Server, cache: Path
) -> None:
    url = server.url("origin/.git")
    before = commits(url)
    (clone,) = cache.glob("git/*/clone.git")
    inode = clone.stat().st_ino
    new = origin.commit("three")
    server.most = 100
    with pytest.raises(SourceError, match=r"origin/\.git cannot be fetched"):
        commits(url)
    assert server.packs == 2, "it was asked once more, not for everything again"
    server.most = None
    reading = git.read(url, all_commits=True)
    assert scopes_of(all_of(reading)) == [*before, new]
    assert reading.warnings == []
    assert clone.stat().st_ino == inode


def test_a_first_clone_that_stops_in_the_middle_leaves_nothing_that_is_taken_for_one(server: Server) -> None:
    url = server.url("origin/.git")
    server.most = 100
    with pytest.raises(SourceError, match=r"origin/\.git cannot be fetched"):
        commits(url)
    server.most = None
    assert len(commits(url)) == 2


def test_contents_that_a_server_does_not_give_to_the_end_are_an_error_and_not_gone(
    server: Server, tmp_path: Path
) -> None:
    written = Written(tmp_path / "written")
    written.git("config", "uploadpack.allowFilter", "true")
    written.git("config", "uploadpack.allowAnySHA1InWant", "true")
    written.commit({"raw.csv.dvc": added("raw.csv", "a" * 32)})
    url = server.url("written/.git")
    commits(url)
    server.most = 100
    with pytest.raises(SourceError, match=r"written/\.git cannot be fetched"):
        dvc.read(url, all_commits=True)
    server.most = None
    reading = dvc.read(url, all_commits=True)
    assert f"version/raw.csv@md5:{'a' * 32}" in {granule.name for granule in all_of(reading)}
    assert reading.complete


# --------------------------------------------------------------------------------------------------------------- URLs


@pytest.mark.parametrize(
    ("location", "remote"),
    [
        ("https://github.com/acme/churn", True),
        ("git@github.com:acme/churn.git", True),
        ("github.com:acme/churn", True),
        ("ssh://git@[::1]:2222/x", True),
        ("git+ssh://git@github.com/acme/churn", True),
        ("churn", False),
        ("./a:b", False),
        ("C:\\churn", False),
        ("C:/churn", False),
        ("ext::sh -c touch% x", False),
        ("-x@host:y", False),
        ("", False),
    ],
)
def test_a_url_is_known_by_how_it_is_written(location: str, remote: bool) -> None:
    assert is_url(location) is remote


def test_a_path_that_exists_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    init(tmp_path / "host:churn").commit()
    assert not is_url("host:churn")
    reading = git.read("host:churn")
    reading.close()
    assert reading.source == "git:host:churn"
