"""A repository's commits, as they are read from a clone or a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.git.repositories import (
    EMPTY_TREE,
    FIRST_SECOND,
    Repository,
    all_of,
    commits_of,
    init,
    parents_of,
    scopes_of,
)
from tests.importers.golden import Golden
from tests.importers.stores import gone, imported
from thalweg.importers import git
from thalweg.ingest import prepare
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import Granule
from thalweg.model.results import Outcome
from thalweg.model.time import SECOND
from thalweg.store.store import Store

URL = "https://git.example.com/acme/churn"
LATER = (FIRST_SECOND + 10**6) * SECOND


@pytest.fixture
def churn(tmp_path: Path) -> Repository:
    repository = init(tmp_path / "churn")
    repository.git("remote", "add", "origin", "git@git.example.com:acme/churn.git")
    return repository


def read(repository: Repository, **options: object) -> list[Granule]:
    return all_of(git.read(repository.path, **options))  # type: ignore[arg-type]


def test_a_commit_is_stated_with_who_made_it_when_and_why(churn: Repository) -> None:
    sha = churn.commit("Weigh recent orders more\n\nThey say more of who leaves.\n")
    granules = read(churn, all_commits=True)
    assert [granule.name for granule in granules] == ["refs", f"commit/{sha}"]
    (fact,) = granules[1].entities
    assert fact.key == keys.commit(URL, sha)
    assert fact.props == {
        "author": "Ada Lovelace",
        "author_email": "ada@example.com",
        "authored_at": FIRST_SECOND * SECOND,
        "created_at": (FIRST_SECOND + 30) * SECOND,
        "message": "Weigh recent orders more\n\nThey say more of who leaves.",
    }
    assert granules[1].at == FIRST_SECOND * SECOND
    assert {(granule.source, granule.origin) for granule in granules} == {("git:churn", "git")}


def test_a_history_comes_to_what_is_written_down(churn: Repository, golden: Golden) -> None:
    first, second = churn.chain("Learn who leaves", "Weigh recent orders more\n\nThey say more of who leaves.\n")
    churn.git("branch", "side", first)
    merge = churn.commit("Merge the other way", second, churn.commit("Try the other way", first))
    churn.git("tag", "v1.0", second)
    churn.git("tag", "--annotate", "v2.0", merge, "--message", "The second")
    golden.holds(read(churn, all_commits=True))


def test_parents_come_before_their_children_and_a_merge_has_two(churn: Repository) -> None:
    one, two = churn.chain("one", "two")
    side = churn.commit("side", one)
    merge = churn.commit("merge", two, side)
    granules = read(churn, all_commits=True)
    assert parents_of(granules) == {(one, two), (one, side), (two, merge), (side, merge)}
    order = scopes_of(granules)
    assert all(order.index(parent) < order.index(child) for parent, child in parents_of(granules))
    assert all(edge.type is EdgeType.PARENT_OF for granule in granules for edge in granule.edges)


def test_the_write_path_takes_everything_that_is_read(churn: Repository) -> None:
    churn.chain("one", "two")
    churn.git("tag", "v1")
    churn.raw_commit(b"tree " + EMPTY_TREE.encode() + b"\nauthor \ncommitter \n\n\xff\0")
    for granule in read(churn, all_commits=True):
        prepare(granule, LATER)


# ------------------------------------------------------------------------------------------- which commits are read


def test_by_default_only_what_lies_between_commits_that_are_used_is_read(churn: Repository) -> None:
    shas = churn.chain("0", "1", "2", "3", "4", "5", "6")
    granules = read(churn, refs_to=[shas[1], shas[4]])
    assert scopes_of(granules) == [*shas[1:5], shas[6]]
    assert parents_of(granules) == {(shas[1], shas[2]), (shas[2], shas[3]), (shas[3], shas[4])}


def test_every_path_between_two_used_commits_is_read_and_no_other(churn: Repository) -> None:
    root, first = churn.chain("root", "first")
    left, right, elsewhere = (churn.commit(name, first) for name in ("left", "right", "elsewhere"))
    merge = churn.commit("merge", left, right)
    other = churn.commit("other", merge, elsewhere)
    granules = read(churn, refs_to=[first, merge])
    assert set(scopes_of(granules)) == {first, left, right, merge, other}
    assert root not in scopes_of(granules)
    assert parents_of(granules) == {(first, left), (first, right), (left, merge), (right, merge)}


def test_a_head_that_nobody_uses_stands_alone(churn: Repository) -> None:
    shas = churn.chain("0", "1", "2")
    granules = read(churn, refs_to=[shas[1]])
    assert scopes_of(granules) == [shas[1], shas[2]]
    assert parents_of(granules) == set()


def test_a_commit_that_no_branch_reaches_is_read_when_it_is_used(churn: Repository) -> None:
    kept, dropped = churn.chain("kept", "dropped")
    churn.git("update-ref", "HEAD", kept)
    assert dropped not in scopes_of(read(churn, all_commits=True))
    assert dropped in scopes_of(read(churn, refs_to=[dropped]))
    assert dropped in scopes_of(read(churn, refs_to=[dropped], all_commits=True))


def test_commits_are_used_by_any_spelling_of_their_sha(churn: Repository) -> None:
    shas = churn.chain("0", "1", "2", "3")
    granules = read(churn, refs_to=[shas[0][:7], shas[2].upper(), f" {shas[1]}\n"])
    assert scopes_of(granules) == shas


def test_a_pass_over_used_commits_is_not_complete_and_one_over_all_is(churn: Repository) -> None:
    sha = churn.commit()
    used = git.read(churn.path, refs_to=[sha])
    everything = git.read(churn.path, all_commits=True)
    assert all_of(used) == all_of(everything)
    assert (used.complete, everything.complete) == (False, True)


def test_how_many_granules_come_is_known_beforehand(churn: Repository) -> None:
    shas = churn.chain("0", "1", "2", "3")
    for options in ({"all_commits": True}, {"refs_to": shas[:2]}, {}):
        reading = git.read(churn.path, **options)
        assert reading.total == len(all_of(reading))


def test_a_commit_that_is_not_there_is_a_warning(churn: Repository) -> None:
    sha = churn.commit()
    reading = git.read(churn.path, refs_to=[sha, "c0ffee" + "0" * 34])
    assert scopes_of(all_of(reading)) == [sha]
    assert len(reading.warnings) == 1
    assert "c0ffee" in reading.warnings[0]
    assert "Fetch all its branches" in reading.warnings[0]


@pytest.mark.parametrize("text", ["", "main", "HEAD", "--all", "c0ffee", "c0ffee1~1", "c0ffee1\nmain", "g" * 40])
def test_what_cannot_be_a_sha_is_a_warning_and_never_reaches_git(churn: Repository, text: str) -> None:
    churn.commit()
    reading = git.read(churn.path, refs_to=[text])
    all_of(reading)
    assert reading.warnings[0].startswith(f"{text} cannot be commits")


def test_a_branch_that_is_named_like_a_sha_is_not_taken_for_one(churn: Repository) -> None:
    used, head = churn.chain("used", "head")
    churn.git("branch", used[:8], head)
    reading = git.read(churn.path, refs_to=[used[:8]])
    assert used not in scopes_of(all_of(reading))
    assert any(used[:8] in warning for warning in reading.warnings)


def test_a_repository_whose_commits_nobody_uses_gives_its_heads_and_says_so(churn: Repository) -> None:
    *_, head = churn.chain("0", "1")
    reading = git.read(churn.path)
    assert scopes_of(all_of(reading)) == [head]
    assert "only the heads" in reading.warnings[0]


def test_a_second_pass_states_the_same(churn: Repository) -> None:
    churn.chain("0", "1")
    assert read(churn, all_commits=True) == read(churn, all_commits=True)


@pytest.mark.anyio
async def test_what_no_branch_reaches_any_more_is_gone_where_all_commits_are_read(
    churn: Repository, store: Store
) -> None:
    first = churn.commit("First")
    amended = churn.commit("Tyop", first)
    for outcome in (Outcome.WRITTEN, Outcome.UNCHANGED):
        assert set((await imported(store, git.read(churn.path, all_commits=True))).granules) == {outcome}
    churn.commit("Typo", first)
    before, after = keys.commit(URL, first), keys.commit(URL, amended)
    assert not (await imported(store, git.read(churn.path, refs_to=[first]))).closed
    assert not await gone(store, before, after)
    assert (await imported(store, git.read(churn.path, all_commits=True))).closed
    assert await gone(store, before, after) == {after}


def test_a_new_commit_changes_no_scope_but_that_of_the_references(churn: Repository) -> None:
    *_, last = churn.chain("0", "1")
    before = {granule.name: granule for granule in read(churn, all_commits=True)}
    new = churn.commit("2", last)
    after = {granule.name: granule for granule in read(churn, all_commits=True)}
    assert after.keys() - before.keys() == {f"commit/{new}"}
    assert {name for name in before if before[name] != after[name]} == {"refs"}


# --------------------------------------------------------------------------------------------- branches and tags


def test_branches_and_tags_are_stated_of_the_commits_that_they_point_at(churn: Repository) -> None:
    one, two = churn.chain("one", "two")
    churn.git("branch", "feature/x", one)
    churn.git("branch", "also", one)
    churn.git("tag", "light", one)
    churn.git("tag", "-a", "-m", "First", "heavy", one)
    churn.git("tag", "-a", "-m", "Again", "nested", "heavy")
    stated = commits_of(read(churn, all_commits=True))
    assert stated[one]["branches"] == ["also", "feature/x"]
    assert stated[one]["git_tags"] == ["heavy", "light", "nested"]
    assert stated[two]["branches"] == ["main"]
    assert "git_tags" not in stated[two]


def test_a_tag_that_points_at_no_commit_is_left_out_with_a_warning(churn: Repository) -> None:
    churn.commit()
    churn.git("tag", "tree", EMPTY_TREE)
    reading = git.read(churn.path, all_commits=True)
    assert "git_tags" not in str(all_of(reading))
    assert any("refs/tags/tree" in warning for warning in reading.warnings)


def test_a_detached_head_is_read(churn: Repository) -> None:
    *_, main = churn.chain("one", "two")
    churn.git("checkout", "--quiet", "--detach")
    loose = churn.commit("loose", main)
    stated = commits_of(read(churn))
    assert stated[main]["branches"] == ["main"]
    assert loose in stated
    assert "branches" not in stated[loose]


def test_the_branches_of_a_clone_are_those_of_its_remote(tmp_path: Path) -> None:
    upstream = init(tmp_path / "upstream")
    one, two, three = upstream.chain("one", "two", "three")
    upstream.git("branch", "release", one)
    clone = Repository(tmp_path / "clone")
    upstream.git("clone", "--quiet", str(upstream.path), str(clone.path))
    clone.git("update-ref", "refs/heads/main", two)
    clone.git("branch", "local", two)
    clone.git("remote", "add", "fork", str(upstream.path))
    clone.git("update-ref", "refs/remotes/fork/theirs", one)
    stated = commits_of(read(clone, url=URL, all_commits=True))
    assert {sha: props.get("branches") for sha, props in stated.items()} == {
        one: ["release"],
        two: ["local"],
        three: ["main"],
    }


def default_branch(granules: list[Granule]) -> object:
    (repository,) = (fact for fact in granules[0].entities if fact.key == keys.repository(fact.key.parts[0]))
    return repository.props.get("default_branch")


def test_the_default_branch_is_the_remotes_whatever_is_checked_out(tmp_path: Path) -> None:
    upstream = init(tmp_path / "upstream")
    upstream.commit()
    clone = Repository(tmp_path / "clone")
    upstream.git("clone", "--quiet", str(upstream.path), str(clone.path))
    clone.git("checkout", "--quiet", "-b", "work")
    assert default_branch(read(clone)) == "main"
    clone.git("remote", "set-head", "origin", "--delete")
    assert default_branch(read(clone)) is None


def test_the_default_branch_of_what_was_never_cloned_is_its_head(tmp_path: Path) -> None:
    bare = init(tmp_path / "bare.git", "--bare")
    sha = bare.commit()
    assert default_branch(read(bare)) == "main"
    bare.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    assert default_branch(read(bare)) is None
    bare.git("update-ref", "refs/heads/trunk", sha)
    assert default_branch(read(bare)) == "trunk"


# ------------------------------------------------------------------------------------------------------- identity


def test_a_repository_is_named_by_its_remote(churn: Repository) -> None:
    churn.commit()
    assert git.repository(churn.path) == URL
    churn.git("config", "remote.origin.url", "https://ada:pw@GIT.example.com/acme/churn/")
    assert git.repository(churn.path) == URL


def test_a_url_that_is_given_wins_over_the_remote(churn: Repository) -> None:
    sha = churn.commit()
    assert git.repository(churn.path, url="ssh://git@other.example.com/x.git") == "https://other.example.com/x"
    granules = read(churn, url="ssh://git@other.example.com/x.git")
    assert granules[1].entities[0].key == keys.commit("https://other.example.com/x", sha)


def test_a_repository_without_a_remote_is_named_under_its_source(tmp_path: Path) -> None:
    alone = init(tmp_path / "alone")
    alone.commit()
    reading = git.read(alone.path, source="laptop", all_commits=True)
    identity = f"file://laptop{tmp_path}/alone"
    assert all_of(reading)[0].entities[0].key == keys.repository(identity)
    assert reading.source == "git:laptop"
    assert any("Give the url" in warning for warning in reading.warnings)
    assert git.repository(alone.path, source="laptop") == identity


def test_a_relative_remote_is_meant_from_where_the_clone_is(tmp_path: Path) -> None:
    clone = init(tmp_path / "clone")
    clone.git("config", "remote.origin.url", "../upstream.git")
    assert git.repository(clone.path, source="laptop") == f"file://laptop{tmp_path}/upstream"


def test_a_url_that_is_none_is_bad_input(churn: Repository) -> None:
    churn.commit()
    with pytest.raises(BadInput) as refused:
        git.read(churn.path, url="https://")
    assert refused.value.problems[0].field == "url"


@pytest.mark.parametrize(("folder", "name"), [("churn", "churn"), ("churn.git", "churn"), ("churn/.git", "churn")])
def test_a_source_without_a_name_has_that_of_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    top = init(tmp_path / folder.removesuffix("/.git"))
    top.commit()
    reading = git.read(tmp_path / folder)
    reading.close()
    assert reading.source == f"git:{name}"


# --------------------------------------------------------------------------------------------------- odd commits


def person(seconds: str = f"{FIRST_SECOND} +0000") -> bytes:
    return f"Ada <ada@example.com> {seconds}".encode()


def raw(author: bytes, message: bytes = b"x\n", *, committer: bytes = b"", more: bytes = b"") -> bytes:
    return b"tree %s\nauthor %s\ncommitter %s\n%s\n%s" % (
        EMPTY_TREE.encode(),
        author,
        committer or author,
        more,
        message,
    )


def stated(churn: Repository, content: bytes) -> dict[str, object]:
    sha = churn.raw_commit(content)
    return commits_of(read(churn, all_commits=True))[sha]


@pytest.mark.parametrize(
    "seconds",
    [
        "",
        " ",
        "soon",
        "-5 +0000",
        "99999999999999999999 +0000",
        "253402300800 +0000",
        "0 +0000",
        "12345678901234567 +0000",
    ],
)
def test_a_commit_without_a_sane_date_is_read_without_it(churn: Repository, seconds: str) -> None:
    props = stated(churn, raw(person(seconds)))
    assert props["author"] == "Ada"
    assert props["message"] == "x"
    assert props.keys().isdisjoint({"authored_at", "created_at"})


def test_a_commit_of_whom_only_the_committer_has_a_date_takes_that(churn: Repository) -> None:
    sha = churn.raw_commit(raw(person("soon"), committer=person()))
    granule = next(g for g in read(churn, all_commits=True) if g.name == f"commit/{sha}")
    assert granule.at == FIRST_SECOND * SECOND


@pytest.mark.parametrize(
    ("author", "name", "email"),
    [
        (b"Ada <ada@example.com> 1 +0000", "Ada", "ada@example.com"),
        (b"<ada@example.com> 1 +0000", None, "ada@example.com"),
        (b"Ada <> 1 +0000", "Ada", None),
        (b"Ada <a<b>c@d> 1 +0000", "Ada", "a<b>c@d"),
        (b"Ada", "Ada", None),
        (b"", None, None),
        (b"J\xf6rg <j@example.com> 1 +0000", "J\N{REPLACEMENT CHARACTER}rg", "j@example.com"),
        ("Jörg <j@example.com> 1 +0000".encode(), "Jörg", "j@example.com"),
    ],
)
def test_an_odd_author_is_read_as_far_as_it_goes(
    churn: Repository, author: bytes, name: str | None, email: str | None
) -> None:
    props = stated(churn, raw(author))
    assert (props.get("author"), props.get("author_email")) == (name, email)


@pytest.mark.parametrize(
    ("message", "encoding", "text"),
    [
        ("Größe\n".encode(), "", "Größe"),
        ("Größe\n".encode("latin-1"), "ISO-8859-1", "Größe"),
        ("Größe\n".encode("latin-1"), "", "Gr\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}e"),
        ("尺寸\n".encode("gbk"), "GBK", "尺寸"),
        (b"x\n", "no such thing", "x"),
        (b"x\n", "zip", "x"),
        (b"x\n", "idna", "x"),
        (b"\\ud800\n", "unicode_escape", "\N{REPLACEMENT CHARACTER}"),
        (b"a\0b\n", "", "a\N{REPLACEMENT CHARACTER}b"),
        (b"\n\nx\n\ny\n\n", "", "x\n\ny"),
        (b"", "", None),
    ],
)
def test_a_message_in_any_bytes_is_read(churn: Repository, message: bytes, encoding: str, text: str | None) -> None:
    more = f"encoding {encoding}\n".encode() if encoding else b""
    assert stated(churn, raw(person(), message, more=more)).get("message") == text


def test_a_signed_commit_is_read_without_looking_at_the_signature(churn: Repository) -> None:
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n parent 0000\n -----END PGP SIGNATURE-----\n"
    assert stated(churn, raw(person(), b"Signed\n", more=signature))["message"] == "Signed"


def test_of_a_message_without_end_the_beginning_is_kept(churn: Repository) -> None:
    long = churn.raw_commit(raw(person(), b"a" * 3_000_000))
    after = churn.commit("after", long)
    stated = commits_of(read(churn, all_commits=True))
    assert set(str(stated[long]["message"])) == {"a"}
    assert 1_000_000 < len(str(stated[long]["message"])) < 1_100_000
    assert stated[after]["message"] == "after"


def test_a_date_in_the_future_is_left_to_the_write_path(churn: Repository) -> None:
    sha = churn.raw_commit(raw(person("32503680000 +0000")))
    assert commits_of(read(churn, all_commits=True))[sha]["authored_at"] == time.parse("3000-01-01")
