"""DVC: what becomes of the data that a repository names by its hash."""

from __future__ import annotations

from tests.cli.diff.conftest import Check, Work, nothing, said


def dvc(hash: str, path: str = "train.csv", more: str = "") -> str:
    return f"{more}outs:\n- md5: {hash}\n  size: 3\n  hash: md5\n  path: {path}\n"


def lock(**hashes: str) -> str:
    outs = "".join(
        f"    - path: data/{name}.csv\n      hash: md5\n      md5: {hash}\n      size: 3\n"
        for name, hash in hashes.items()
    )
    return f"schema: '2.0'\nstages:\n  prepare:\n    cmd: python prepare.py\n    outs:\n{outs}"


def test_another_hash_is_other_content(work: Work, check: Check) -> None:
    work.begin({"data/train.csv.dvc": dvc("aaaa")})
    work.commit({"data/train.csv.dvc": dvc("cccc")})
    _, (answer,) = check()
    assert said(answer) == ("content", {}, "data/train.csv.dvc", 5)
    assert [(one["asset"], one["effect"]) for one in answer["findings"]] == [("job:test train", "STALE")]


def test_an_output_that_goes_is_the_end_of_that_version_alone(work: Work, check: Check) -> None:
    work.begin({"data/train.csv.dvc": dvc("aaaa")})
    work.commit({"data/train.csv.dvc": None})
    _, (answer,) = check()
    assert said(answer) == ("delete", {"versions": ["md5:aaaa"]}, "data/train.csv.dvc", 1)


def test_a_version_that_nobody_knows_is_not_checked(work: Work, check: Check) -> None:
    work.begin({"data/train.csv.dvc": dvc("eeee")})
    work.commit({"data/train.csv.dvc": None})
    code, (answer,) = check()
    assert (code, answer["verdict"]) == (2, "INCOMPLETE")
    assert answer["incomplete"][0].startswith("data/train.csv goes, and no version eeee of")


def test_an_output_of_a_stage_counts_by_its_path_from_the_top(work: Work, check: Check) -> None:
    work.begin({"dvc.lock": lock(train="aaaa")})
    work.commit({"dvc.lock": lock(train="cccc")})
    assert said(check()[1][0]) == ("content", {}, "dvc.lock", 6)


def test_an_output_that_moves_from_a_file_to_a_stage_stays(work: Work, check: Check) -> None:
    work.begin({"data/train.csv.dvc": dvc("aaaa")})
    work.commit({"data/train.csv.dvc": None, "dvc.lock": lock(train="aaaa")})
    assert nothing(check()[1])


def test_the_working_folder_of_a_file_counts(work: Work, check: Check) -> None:
    work.begin({"x/train.dvc": dvc("aaaa", more="wdir: ../data\n")})
    work.commit({"x/train.dvc": dvc("cccc", more="wdir: ../data\n")})
    assert check()[1][0]["of"][0]["name"] == "data/train.csv"


def test_an_output_that_comes_or_stays_changes_nothing(work: Work, check: Check) -> None:
    work.begin({"dvc.lock": lock(train="aaaa")})
    work.commit({"dvc.lock": lock(train="aaaa", other="bbbb"), "data/train.csv.dvc": dvc("aaaa", more="desc: x\n")})
    assert nothing(check()[1])


def test_an_output_that_is_no_dataset_is_not_checked_until_it_is_said(work: Work, check: Check) -> None:
    work.begin({"dvc.lock": lock(scores="aaaa")})
    work.commit({"dvc.lock": lock(scores="cccc")})
    code, (answer,) = check()
    assert (code, answer["verdict"]) == (2, "INCOMPLETE")
    assert answer["incomplete"][0].startswith(
        "data/scores.csv was there at BASE, and no dataset is known by that name."
    )
    assert nothing(check("main...topic", "--dataset", "data/scores.csv=-")[1])
