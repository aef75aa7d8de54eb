"""BASE...HEAD is what a branch changed since it left another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.diff.conftest import Check, Work, nothing, said
from tests.cli.program import serving
from tests.importers.git.repositories import Repository, init

ORDERS = "create table shop.orders (\n  id bigint not null,\n  age int not null,\n  note text\n);\n"
WITHOUT_AGE = ORDERS.replace("  age int not null,\n", "")
DROP = {"changes": [{"drop": "age"}]}


def test_what_the_branch_changed_is_asked(work: Work, check: Check) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": WITHOUT_AGE})
    code, (answer,) = check()
    assert said(answer) == ("columns", DROP, "schema.sql", 1)
    assert [(one["asset"], one["effect"]) for one in answer["findings"]] == [("job:test train", "BREAKS")]
    assert code == 0


def test_what_came_to_base_meanwhile_is_no_drop_of_ours(work: Work, check: Check) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"other.txt": "ours"})
    work.git("checkout", "--quiet", "main")
    work.commit(
        {"schema.sql": ORDERS.replace("note text", "note text,\n  total int"), "new.sql": "create table t (x int);"}
    )
    for range in ("main...topic", "main..topic"):
        code, answers = check(range)
        assert code == 0
        assert nothing(answers)


def test_two_dots_mean_the_same_and_head_may_be_left_out(work: Work, check: Check) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": WITHOUT_AGE})
    answers = [check(range)[1][0] for range in ("main...topic", "main..topic", "main...", "main", "HEAD~1...HEAD")]
    assert [answer["given"] for answer in answers] == [DROP] * 5


def test_a_range_of_one_commit_with_itself_changes_nothing(work: Work, check: Check) -> None:
    work.begin({"schema.sql": ORDERS})
    code, answers = check("HEAD...HEAD")
    assert code == 0
    assert nothing(answers)


def test_the_repository_is_that_of_the_current_folder_from_anywhere_inside_it(
    run: Run, work: Work, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.begin({"db/schema.sql": ORDERS})
    work.commit({"db/schema.sql": WITHOUT_AGE})
    for folder in (work.path, work.path / "db"):
        monkeypatch.chdir(folder)
        ran = run("check", "--from-diff", "main...topic", "--store", store)
        assert ran.code == 0
        assert "At: db/schema.sql:1\n" in ran.out


def test_a_work_tree_beside_the_clone_is_a_repository_too(run: Run, work: Work, store: str, tmp_path: Path) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": WITHOUT_AGE})
    work.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "beside"), "topic")
    ran = run("check", "--from-diff", "main...HEAD", "--repository", str(tmp_path / "beside"), "--store", store)
    assert "schema.sql:1" in ran.out


def test_a_shallow_clone_without_a_merge_base_is_an_error_that_says_how_to_deepen_it(
    run: Run, work: Work, store: str, tmp_path: Path
) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": WITHOUT_AGE})
    work.git("checkout", "--quiet", "main")
    work.commit({"other.txt": "theirs"})
    clone = tmp_path / "clone"
    flags = ("--quiet", "--depth", "1", "--no-single-branch")
    Repository(tmp_path).git("clone", *flags, f"file://{work.path}", str(clone))
    asked = ("check", "--repository", str(clone), "--store", store, "--from-diff")
    ran = run(*asked, "origin/main...origin/topic")
    assert (ran.code, ran.out) == (2, "")
    assert "have no commit in common: the clone is shallow. Fetch what came before: `git fetch --unshallow`" in ran.err
    assert ran.err.count("\n") == 1
    ran = run(*asked, "origin/main...v1")
    assert (ran.code, ran.out) == (2, "")
    assert "has no commit that 'v1' names. Fetch what came before" in ran.err
    Repository(clone).git("fetch", "--quiet", "--unshallow")
    assert "At: schema.sql:1\n" in run(*asked, "origin/main...origin/topic").out


def test_histories_without_a_commit_in_common_are_an_error(run: Run, work: Work, store: str) -> None:
    work.begin({"schema.sql": ORDERS})
    work.git("checkout", "--quiet", "--orphan", "other")
    work.commit({"schema.sql": WITHOUT_AGE})
    ran = run("check", "--from-diff", "main...other", "--repository", str(work.path), "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert "main and other have no commit in common: their histories are unrelated." in ran.err


@pytest.mark.parametrize(
    ("range", "said"),
    [
        ("nowhere...topic", "has no commit that 'nowhere' names."),
        ("main...--output=x", "has no commit that '--output=x' names."),
        ("main...topic...main", "--from-diff 'main...topic...main' is no range. Write BASE...HEAD"),
        ("...topic", "--from-diff '...topic' is no range."),
        ("main\nmain", "is no range."),
        ("main:schema.sql", "has no commit that 'main:schema.sql' names."),
    ],
)
def test_what_names_no_range_is_an_error(run: Run, work: Work, store: str, range: str, said: str) -> None:
    work.begin({"schema.sql": ORDERS})
    ran = run("check", "--from-diff", range, "--repository", str(work.path), "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_folder_that_is_no_repository_is_an_error(run: Run, store: str, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    for folder, error in (("plain", "is not a Git repository."), ("nowhere", "does not exist.")):
        ran = run("check", "--from-diff", "a...b", "--repository", str(tmp_path / folder), "--store", store)
        assert (ran.code, ran.out) == (2, "")
        assert error in ran.err


def test_a_machine_without_git_is_an_error(
    run: Run, work: Work, store: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    work.begin({"schema.sql": ORDERS})
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = run("check", "--from-diff", "main...topic", "--repository", str(work.path), "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert "git is not installed here." in ran.err


def test_hooks_pagers_and_programs_of_a_repository_are_not_run(work: Work, check: Check, tmp_path: Path) -> None:
    work.begin({"schema.sql": ORDERS, ".gitattributes": "*.sql diff=odd\n"})
    work.commit({"schema.sql": WITHOUT_AGE})
    mark = tmp_path / "was-run"
    for name in ("diff.external", "diff.odd.textconv", "diff.odd.command", "core.pager", "core.fsmonitor"):
        work.git("config", name, f"touch {mark}; cat")
    _, (answer,) = check()
    assert answer["given"] == DROP
    assert not mark.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["s3://lake/events"], "With --from-diff the files of a range say what changes, and of what."),
        (["--new-schema", "x.sql"], "With --from-diff the files of a range say what changes, and of what."),
        (["--delete"], "With --from-diff the files say what changes."),
        (["--dataset", "orders"], "--dataset 'orders' names no table and dataset. Write TABLE=NAME"),
    ],
)
def test_what_makes_no_sense_with_a_range_is_an_error(run: Run, store: str, more: list[str], said: str) -> None:
    ran = run("check", "--from-diff", "main...HEAD", "--store", store, *more)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("rename", ["nope=years", "age=nope", "note=years"])
def test_a_rename_that_nothing_in_the_range_is_is_an_error(
    run: Run, work: Work, store: str, monkeypatch: pytest.MonkeyPatch, rename: str
) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": ORDERS.replace("age int", "years int")})
    monkeypatch.chdir(work.path)
    ran = run("check", "--from-diff", "main...topic", "--rename-column", rename, "--store", store)
    old, _, new = rename.partition("=")
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        f"thalweg: --rename-column {rename}: in main...topic no table that is known loses {old!r} and gets {new!r}. "
        "Write the old and the new name as the files have them, or leave it out.\n",
    )


def test_its_options_without_it_are_an_error_and_so_is_a_check_of_nothing(run: Run, store: str) -> None:
    for option in (["--repository", "."], ["--dataset", "orders=s3://lake/orders"]):
        assert "--repository and --dataset go with --from-diff." in run("check", "--store", store, *option).err
    ran = run("check", "--store", store)
    assert (ran.code, ran.err) == (
        2,
        "thalweg: Missing argument 'NAME...'. `thalweg check --help` says what there is.\n",
    )


def test_a_bare_repository_is_enough(run: Run, work: Work, store: str, tmp_path: Path) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": WITHOUT_AGE})
    bare = tmp_path / "bare.git"
    init(tmp_path / "x").git("clone", "--quiet", "--bare", str(work.path), str(bare))
    ran = run("check", "--from-diff", "main...topic", "--repository", str(bare), "--store", store)
    assert "schema.sql:1" in ran.out


def test_on_the_screen_each_table_stands_under_its_file_and_the_gravest_verdict_counts(
    run: Run, work: Work, store: str
) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": WITHOUT_AGE, "broken.sql": "<<<<<<< HEAD\ndrop table x;\n"})
    asked = ("check", "--from-diff", "main...topic", "--repository", str(work.path), "--store", store)
    ran = run(*asked, "--as-of", "2026-11-01")
    assert (ran.code, ran.err) == (2, "")
    assert "    At: schema.sql:1\n" in ran.out
    assert "broken.sql: it holds the marks of a conflict" in ran.out
    none = run(*asked[:2], "topic...topic", *asked[3:])
    assert (none.code, "topic...topic changes no tables, contracts or data" in none.out) == (0, True)


def test_a_server_gives_the_same_answers(run: Run, work: Work, store: str, tmp_path: Path) -> None:
    work.begin({"schema.sql": ORDERS})
    extra = ORDERS.replace("shop.orders", "lake.events").replace("age", "extra")
    work.commit(
        {"schema.sql": WITHOUT_AGE + extra, "m.sql": "alter table users drop column x; drop table lake.events;"}
    )
    asked = ("check", "--from-diff", "main...topic", "--repository", str(work.path), "--as-of", "2026-11-01", "--json")
    with serving("--store", store, "--read-only", cwd=tmp_path) as server:
        answers = [run(*asked, *where) for where in (("--store", store), ("--server", server))]
    assert answers[0].out
    assert answers[0] == answers[1]
