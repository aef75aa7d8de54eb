"""Files of DVC that are broken, or written to do harm: said and passed over, and the rest is read."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

import pytest

from tests.importers.dvc.passes import Pass, read
from tests.importers.dvc.written import A, B, Written, added, digest, lock
from tests.importers.git.repositories import init
from thalweg.importers import dvc, lfs
from thalweg.model import keys
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.kinds import Kind

URL = "https://git.example.com/acme/churn"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "churn")


def warned(found: Pass, *said: str) -> None:
    """Whether there are just these warnings, by what they say."""
    assert len(found.reading.warnings) == len(said), found.reading.warnings
    for part, warning in zip(said, found.reading.warnings, strict=True):
        assert part in warning, warning


def stated(found: Pass) -> set[str]:
    """The paths of data and models."""
    return {key.parts[1] for key in found.props if key.kind in (Kind.DATASET_VERSION, Kind.MODEL_VERSION)}


def test_a_lock_file_that_was_cut_off_anywhere_states_nothing_that_it_did_not_say(written: Written) -> None:
    whole = lock()
    for cut in range(0, len(whole), 9):
        written.commit({"dvc.lock": whole[:cut], "other.dvc": added("other.csv", A)})
    found = read(written.path, all_commits=True)
    assert {key for key in found.props if key.kind is Kind.DATASET_VERSION} <= {
        keys.dataset_version(URL, "raw.csv", f"md5:{A}"),
        keys.dataset_version(URL, "model.pkl", f"md5:{B}"),
        keys.dataset_version(URL, "other.csv", f"md5:{A}"),
    }
    assert "other.csv" in stated(found)
    assert any("aa', and must be 32 hexadecimal digits" in said for said in found.reading.warnings)
    assert any("the stage train has no cmd, as if half of it were missing" in said for said in found.reading.warnings)


def test_a_merge_conflict_is_named_by_its_line_and_what_ran_where_is_not_guessed(written: Written) -> None:
    written.commit(
        {
            "dvc.yaml": "stages:\n<<<<<<< HEAD\n  train: {cmd: a}\n=======\n  train: {cmd: b}\n>>>>>>> side\n",
            "dvc.lock": lock(),
            "other.dvc": added("other.csv", A),
        }
    )
    found = read(written.path)
    warned(
        found,
        "line 2 is the mark of a merge conflict that nobody resolved. Nothing is taken from it.",
        "train: its wdir cannot be told (dvc.yaml is broken), and its paths start there; it was left out.",
    )
    assert found.reading.warnings[0].startswith("dvc.yaml at ")
    assert stated(found) == {"other.csv"}


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(10))}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join(f'*{before}' for _ in range(10))}]}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("name", "bomb", "why"),
    [
        ("dvc.yaml", ALIASES, "values are too many"),
        ("dvc.lock", MERGES, "values are too many"),
        ("dvc.lock", "a: " + "[" * 100_000, "nesting is deeper than 64 levels"),
        ("dvc.yaml", "- " * 100_000, "nesting is deeper than 64 levels"),
        ("bad.dvc", "a: " + "{a: " * 100_000, "nesting is deeper than 64 levels"),
        ("bad.dvc", "a: !!python/object/apply:os.system [true]", "is a tag"),
        ("bad.dvc", "x" * 10_000_001, "it has more than 10 MB"),
        ("dvc.lock", b"\xff\xfe\x00", "is no UTF-8"),
        ("dvc.lock", "just text", "it must hold an object, as DVC writes it"),
    ],
    ids=["aliases", "merges", "flow", "block", "flows", "tag", "size", "bytes", "text"],
)
def test_a_bomb_is_refused_and_the_rest_is_read(written: Written, name: str, bomb: str | bytes, why: str) -> None:
    written.commit({name: bomb, "good.dvc": added("good.csv", A)})
    found = read(written.path)
    warned(found, why)
    assert found.reading.warnings[0].startswith(f"{name} at ")
    assert stated(found) == {"good.csv"}


OUT = "../../etc/passwd"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"dvc.lock": lock(dep=OUT)}, "deps[0]: path is '../../etc/passwd', and must stay in the repository"),
        ({"dvc.lock": lock(out=OUT)}, "outs[0]: path is '../../etc/passwd', and must stay in the repository"),
        ({"bad.dvc": added(OUT, A)}, "outs[0]: path is '../../etc/passwd', and must stay in the repository"),
        ({"a/bad.dvc": added("../../x", A)}, "outs[0]: path is '../../x', and must stay in the repository"),
        (
            {"dvc.yaml": "stages: {train: {cmd: x, wdir: ../..}}", "dvc.lock": lock()},
            "its wdir cannot be told (path is '../..', and must stay in the repository)",
        ),
        (
            {"dvc.yaml": f"artifacts: {{m: {{path: {OUT}, type: model}}}}"},
            "artifacts.m: path is '../../etc/passwd', and must stay in the repository",
        ),
        (
            {"bad.dvc": added("x.csv", A, f"deps:\n- path: {OUT}\n  repo: {{url: 'https://git.example.com/x'}}\n")},
            "deps[0]: path is '../../etc/passwd', and must stay in the repository",
        ),
        (
            {
                "dvc.yaml": "vars: [../../secret.yaml]\nstages: {train: {cmd: x, wdir: '${a}'}}",
                "dvc.lock": lock(),
            },
            "its wdir cannot be told (path is '../../secret.yaml', and must stay in the repository)",
        ),
    ],
)
def test_a_path_that_leads_out_of_the_repository_is_refused(written: Written, files: dict[str, str], said: str) -> None:
    written.commit({**files, "good.dvc": added("good.csv", A)})
    found = read(written.path)
    warned(found, said)
    assert "good.csv" in stated(found)
    assert not any("passwd" in part for key in found.props for part in key.parts)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("dvc.lock", "stages: [1]", "stages is '[1]', and must be an object"),
        ("dvc.lock", "stages: {train: {cmd: 7}}", "the stage train has no cmd"),
        ("dvc.lock", lock(read="12345"), "train: deps[0]: md5 is 12345, and must be 32 hexadecimal digits"),
        ("dvc.lock", "stages: {a: {cmd: x, deps: [7]}}", "a: deps[0]: '7' stands there, and must be an object"),
        ("dvc.lock", "stages: {a: {cmd: x, deps: [{md5: x}]}}", "a: deps[0]: path is None, and must be text"),
        ("dvc.lock", "stages: {a: {cmd: x, outs: [{path: y}]}}", "outs[0]: y has neither md5 nor etag, checksum"),
        ("dvc.lock", "datasets: [{name: a, type: dvc}]", "datasets[0]: url of the dataset 'a' is None"),
        ("dvc.lock", "datasets: [{name: a, type: x, url: 'x://y'}]", "type of the dataset 'a' is 'x', and must be dvc"),
        (
            "bad.dvc",
            added("x", A, "deps: [{repo: {url: 7}, path: x}]"),
            "repo.url is 7 and path 'x'; both must be text",
        ),
        ("bad.dvc", added("x", A, "deps: [{db: {query: select}}]"), "db has a query and no table"),
        ("bad.dvc", added("x", A, "deps: [{db: {table: t, connection: c}}]"), "db.connection is 'c', and .dvc/config"),
        ("bad.dvc", added("remote://nowhere/x", A), "has no address for the remote 'nowhere'"),
        ("dvc.lock", lock(stage="x" * 900), "a stage is called xxxxxxxxxx"),
        ("bad.dvc", added("x" * 900, A), "and must have at most 800 characters"),
    ],
)
def test_what_makes_no_sense_is_named_with_its_place_its_value_and_what_would_be_right(
    written: Written, name: str, text: str, said: str
) -> None:
    written.commit({name: text, "good.dvc": added("good.csv", A)})
    found = read(written.path)
    warned(found, said)
    assert found.reading.warnings[0].startswith(f"{name} at ")
    assert "good.csv" in stated(found)


# ------------------------------------------------------------------------------------------------------------- metrics


def metrics(file: bytes, md5: str, flags: str = "cache: false") -> dict[str, str | bytes]:
    return {
        "dvc.yaml": f"stages: {{train: {{cmd: x, metrics: [m.json: {{{flags}}}]}}}}",
        "dvc.lock": lock(out="m.json", wrote=md5),
        "m.json": file,
    }


@pytest.mark.parametrize("file", [b'{"a": 1}', b'{"a": 1,\r\n "b": "text"}', b'{"a": 1, "c": [1, 2], "d": true}'])
def test_metrics_are_the_numbers_of_the_file_that_was_written(written: Written, file: bytes) -> None:
    written.commit(metrics(file, digest(file)))
    found = read(written.path)
    warned(found)
    (run,) = found.runs("train")
    assert found.props[run]["metrics"] == {"a": 1}


GREAT = b'{"a": 1' + b"0" * 400 + b"}"


@pytest.mark.parametrize(
    ("file", "md5", "flags", "said"),
    [
        (b'{"a": 1}', B, "cache: false", "is not the file that train wrote, so its metrics were left out"),
        (b'{"a": ', digest(b'{"a": '), "cache: false", "m.json at "),
        (GREAT, digest(GREAT), "cache: false", "a is a greater number than any that is kept"),
        (b'{"a": 1}', B, "cache: true", "m.json: the metrics of train are kept by DVC, not by Git"),
    ],
)
def test_metrics_that_cannot_be_read_are_said(written: Written, file: bytes, md5: str, flags: str, said: str) -> None:
    written.commit(metrics(file, md5, flags))
    found = read(written.path)
    warned(found, said)
    (run,) = found.runs("train")
    assert "metrics" not in found.props[run]


def test_metrics_that_stand_at_the_top_of_dvc_yaml_are_of_the_stage_that_wrote_them(written: Written) -> None:
    written.commit(
        {
            "dvc.yaml": "metrics: [live/metrics.json, elsewhere.json]\n"
            "stages: {train: {cmd: x, outs: [live: {cache: false}]}}\n",
            "dvc.lock": lock(out="live", wrote=f"{B}.dir"),
            "live/metrics.json": '{"loss": 0.5, "nan": NaN}',
            "elsewhere.json": '{"other": 1}',
        }
    )
    found = read(written.path)
    warned(found)
    (run,) = found.runs("train")
    assert found.props[run]["metrics"]["loss"] == 0.5
    assert isnan(found.props[run]["metrics"]["nan"])
    assert "other" not in found.props[run]["metrics"]


# ----------------------------------------------------------------------------------------------------------- locations


def test_what_makes_no_pass(written: Written, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        dvc.read(tmp_path / "nowhere")
    written.commit({"readme": "x"})
    with pytest.raises(SourceError, match=r"has no file of DVC's at that commit\."):
        dvc.read(written.path)
    with pytest.raises(BadInput, match="`at` names one commit, and all are asked for"):
        dvc.read(written.path, at="main", all_commits=True)
    with pytest.raises(BadInput, match="has no commit 'nothing'"):
        dvc.read(written.path, at="nothing")
    other = init(tmp_path / "other", "--object-format=sha256")
    with pytest.raises(SourceError, match=r"names its commits by sha256\."):
        dvc.read(other.path)
    empty = init(tmp_path / "empty")
    everything: list[dict[str, Any]] = [{}, {"at": "main"}, {"all_commits": True}]
    for options in everything:
        with pytest.raises(SourceError, match=r"empty has no commits\. Commit something first"):
            dvc.read(empty.path, **options)


def test_a_bundle_that_does_not_tell_its_default_branch_asks_for_a_name(written: Written, tmp_path: Path) -> None:
    written.commit({"a.dvc": added("a.csv", A)})
    written.git("branch", "other")
    written.git("bundle", "create", "-q", str(tmp_path / "two.bundle"), "main", "other")
    with pytest.raises(BadInput, match=r"does not tell which branch is the default one\..*Name one with `at`"):
        lfs.read(tmp_path / "two.bundle")


def test_a_shallow_clone_is_not_complete(written: Written, tmp_path: Path) -> None:
    written.commit({"a.dvc": added("a.csv", A)})
    written.commit({"b.dvc": added("b.csv", B)})
    written.git("clone", "-q", "--depth", "1", written.path.as_uri(), str(tmp_path / "shallow"))
    found = read(tmp_path / "shallow", url=URL, all_commits=True)
    assert not found.reading.complete
    assert stated(found) == {"a.csv", "b.csv"}
    warned(found, "is a shallow clone")


def test_a_damaged_clone_is_not_taken_for_a_partial_one(written: Written) -> None:
    written.commit({"a.dvc": added("a.csv", A)})
    blob = written.git("rev-parse", "HEAD:a.dvc")
    (written.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SourceError, match=r"is damaged: a\.dvc at .* is not here\. `git fsck`"):
        dvc.read(written.path, all_commits=True)


def test_a_path_that_is_no_utf8_is_spelled(written: Written) -> None:
    (written.path / "x").mkdir()
    folder = bytes(written.path) + b"/x/\xff"
    Path(folder.decode("utf-8", "surrogateescape")).mkdir()
    with open(folder + b"/a.dvc", "w") as file:
        file.write(added("a.csv", A))
    with open(folder + b"/dvc.lock", "w") as file:
        file.write(lock())
    written.commit()
    found = read(written.path)
    assert "x/�FF/a.csv" in stated(found)
    assert "x/�FF:train" in {name.removeprefix("job/") for name in found.granules} | {
        str(found.props[run]["name"]) for run in found.props if run.kind is Kind.RUN
    }
