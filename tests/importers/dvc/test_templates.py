"""Variables of DVC's, resolved as DVC itself resolved them; and what is told where they cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.importers.dvc.conftest import Made
from tests.importers.dvc.passes import Pass, read
from tests.importers.dvc.written import A, B, C, Written, digest, lock
from tests.importers.git.repositories import FIRST_SECOND
from thalweg.importers import dvc_variables, gto
from thalweg.importers.dvc.flags import Flags, matched, outputs
from thalweg.importers.dvc_variables import NONE, Variables
from thalweg.model import keys
from thalweg.model.kinds import Kind

URL = "https://git.example.com/acme/churn"
TEMPLATED = "https://git.example.com/acme/templated"


@pytest.fixture(scope="session")
def history(made: Made) -> Pass:
    return read(made.path("templated"), all_commits=True)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "churn")


def folders(found: Pass) -> dict[str, str]:
    """By stage the folder that it ran in."""
    return {props["name"]: props["extra"]["dvc"]["wdir"] for key, props in found.props.items() if key.kind is Kind.RUN}


# ----------------------------------------------------------------------------------------------- as DVC itself has it


def test_an_output_with_a_template_keeps_what_is_said_of_it_and_leaves_the_others_theirs(history: Pass) -> None:
    (run,) = history.runs("train")
    assert history.props[run]["metrics"] == {"auc": 0.5}
    (metrics,) = history.versions("m.json").values()
    assert metrics["tags"]["dvc.kind"] == "metrics"
    assert metrics["uri"].endswith(":m.json")


def test_metrics_at_the_top_are_found_by_their_template(history: Pass) -> None:
    (run,) = history.runs("top")
    assert history.props[run]["metrics"] == {"loss": 1}


def test_an_artifact_lies_where_dvc_finds_it(made: Made, history: Pass) -> None:
    assert json.loads(made.path("artifacts.json").read_text()) == {"churn": "model.bin", "second": "other.bin"}
    models = {key.parts[1]: props for key, props in history.props.items() if key.kind is Kind.MODEL}
    assert set(models) == {"churn", "second", "typed.pkl"}  # the last one by `type: model`, and a variable of its stage
    assert models["churn"]["description"] == "In w1"
    assert not history.versions("model.bin")
    joined = {(join.alias.parts[1], join.of.parts[1:]) for join in history.joins}
    assert joined == {("churn", ("churn", "v1.0.0")), ("second", ("second", "v1.0.0"))}


def test_gto_finds_an_artifact_there_too(made: Made) -> None:
    reading = gto.read(made.path("templated"))
    uris = {fact.key.parts: fact.props.get("uri") for granule in reading.granules for fact in granule.entities}
    reading.close()
    sha = made.commits["templated"]["first"]
    assert uris[TEMPLATED, "churn", "v1.0.0"] == f"{TEMPLATED}@{sha}:model.bin"
    assert uris[TEMPLATED, "second", "v1.0.0"] == f"{TEMPLATED}@{sha}:other.bin"
    assert reading.warnings == []


def test_variables_are_merged_and_read_from_files_of_any_form(history: Pass) -> None:
    found = folders(history)
    assert [found[stage] for stage in ("shallow", "merged", "toml", "json", "nested@p")] == [
        "w1",
        "w5",
        "w2",
        "w3",
        "w1/p",
    ]


def test_a_number_is_one_however_it_is_written_and_text_in_quotes_is_none(history: Pass) -> None:
    assert folders(history)["numbers"] == "n/12-31-12-1000-1000.0-012"


def test_a_value_in_a_loop_is_text_as_dvc_makes_it(history: Pass) -> None:
    words = {name: folder for name, folder in folders(history).items() if name.startswith("words@")}
    first = {"None": "None", "true": "true", "0.5": "0.5", "1e+20": "1e+20", "1": "1"}
    second = {"True": "true", "None": "None"}  # a variable's value, which the name of the stage has as Python prints it
    assert words == {f"words@{a}-{b}": f"w/{first[a]}-{second[b]}" for a in first for b in second}


def test_an_entry_that_dvc_left_in_the_lock_file_is_no_run_of_that_commit(made: Made, history: Pass) -> None:
    lock_file = (made.path("templated") / "dvc.lock").read_text()
    assert "\n  shallow:" in lock_file
    assert "\n  renamed:" in lock_file
    later = made.commits["templated"]["renamed"][:7]
    (warning,) = history.reading.warnings
    assert warning == (
        f"dvc.lock at {later}: shallow: dvc.yaml has no such stage any more, so where it ran is not told; "
        "it was left out."
    )
    assert len(history.runs("shallow")) == len(history.runs("renamed")) == 1
    assert not read(made.path("templated")).runs("shallow")


# -------------------------------------------------------------------------------------------------- which one is meant


def variables(**values: object) -> Variables:
    return dvc_variables.of({"vars": [values]}, "", lambda path: {})


METRICS = {"outs": ["${out}", "data/${x}"], "metrics": [{"m-${x}.json": {"cache": False}}, "${met}"]}


@pytest.mark.parametrize(
    ("known", "paths", "kinds"),
    [
        (variables(out="m-1.json", met="b", x="y"), ["m-1.json", "m-y.json", "data/y", "b"], ["outs", "metrics"] * 2),
        (NONE, ["m-1.json", "data/1", "model"], ["metrics", "outs", "outs"]),
        (variables(met="b"), ["model", "b"], ["outs", "metrics"]),
        (variables(out="new", met="b"), ["old", "b"], ["outs", "metrics"]),
    ],
    ids=["known", "most text", "what is left", "changed since"],
)
def test_a_path_that_is_known_goes_before_a_template_and_the_one_with_most_text_first(
    known: Variables, paths: list[str], kinds: list[str]
) -> None:
    assert [flags.kind for flags in matched(list(outputs(METRICS, known)), paths)] == kinds


def test_what_no_template_may_have_become_is_an_output_like_any_other() -> None:
    assert matched(list(outputs({"plots": ["a/${x}/b"]}, NONE)), ["a/b", "c"]) == [Flags(), Flags()]


@pytest.mark.parametrize(
    ("template", "text", "may"),
    [
        ("${a}", "", True),
        ("a${x}b${y}c", "abc", True),
        ("a${x}b${y}c", "acbc", True),
        ("a${x}b${y}c", "ac", False),
        ("ab${x}ba", "aba", False),
        ("${x}b", "bc", False),
        ("\\${x}", "${x}", True),
        ("a" + "${x}a" * 300 + "b", "a" * 800, False),
    ],
)
def test_a_template_may_be_a_text_that_has_its_parts(template: str, text: str, may: bool) -> None:
    assert dvc_variables.may_be(template, text) is may


# ------------------------------------------------------------------------------------------------------------ not told

STAGE = "stages: {train: {cmd: x, wdir: '${a.b}', outs: [model.pkl]}}\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"dvc.yaml": "vars: [{a: {b: x}}]\n" + STAGE},
            "a.b of vars[0] is set before, and DVC lets nothing set it again",
        ),
        ({"dvc.yaml": "vars: [more.toml]\n" + STAGE, "more.toml": "[a]\nb = 1\n"}, "a.b of more.toml is set before"),
        ({"dvc.yaml": "vars: [more.py]\n" + STAGE.replace("a.b", "c"), "more.py": "c = 1"}, "${c} is not known"),
        ({"dvc.yaml": "vars: ['more.yaml:d']\n" + STAGE.replace("a.b", "c"), "more.yaml": "c: 1"}, "${c} is not known"),
        ({"dvc.yaml": STAGE.replace("a.b", "a")}, "${a} is no text"),
        ({"dvc.yaml": f"vars: [{{c: {'x' * 90_000}}}]\n" + STAGE.replace("a.b}", "c}${c}")}, "longer than 100,000"),
    ],
    ids=["twice", "twice in a file", "python", "another part", "no text", "long"],
)
def test_a_folder_that_no_variable_tells_is_said(written: Written, files: dict[str, str], said: str) -> None:
    written.commit({"params.yaml": "a: {b: w}", "dvc.lock": lock(), **files})
    found = read(written.path)
    (warning,) = found.reading.warnings
    assert "train: its wdir cannot be told (" in warning
    assert said in warning
    assert not found.runs("train")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("a = ", "it is no TOML"),
        ("a" + ".a" * 5_000 + " = 1", "it is no TOML|nesting is deeper than 64 levels"),
        ("a = " + "[" * 100_000, "it is no TOML"),
        (f"a = '{'x' * 1_100_000}'", "it has more than 1 MB"),
    ],
    ids=["cut", "deep", "nested", "large"],
)
def test_a_toml_file_that_cannot_be_read_is_passed_over(written: Written, toml: str, said: str) -> None:
    written.commit({"more.toml": toml, "dvc.yaml": "vars: [more.toml]\n" + STAGE, "dvc.lock": lock()})
    warnings = read(written.path).reading.warnings
    assert warnings[0].startswith("more.toml at ")
    assert any(part in warnings[0] for part in said.split("|"))
    assert "its wdir cannot be told" in warnings[1]


def test_an_artifact_that_no_variable_tells_is_left_out_and_has_no_address(written: Written) -> None:
    sha = written.commit(
        {
            "dvc.yaml": "artifacts: {churn: {path: '${out}', type: model, desc: Says who leaves.}}\n"
            "metrics: ['${met}']\nstages: {train: {cmd: x, outs: [model.pkl]}}\n",
            "dvc.lock": lock(),
        }
    )
    date = {"GIT_COMMITTER_DATE": f"{FIRST_SECOND} +0000"}
    written.repository.git("tag", "-a", "churn@v1.0.0", "-m", "x", env=date)
    assert read(written.path).reading.warnings == [
        f"dvc.yaml at {sha[:7]}: metrics[0] cannot be told (${{met}} is not known); it was left out.",
        f"dvc.yaml at {sha[:7]}: artifacts.churn: ${{out}} is not known. It was left out.",
    ]
    reading = gto.read(written.path)
    stated = {fact.key: fact.props for granule in reading.granules for fact in granule.entities}
    reading.close()
    assert "uri" not in stated[keys.model_version(URL, "churn", "v1.0.0")]
    assert stated[keys.model(URL, "churn")]["description"] == "Says who leaves."
    assert reading.warnings == [
        f"churn: its path at {sha[:7]} is '${{out}}', and ${{out}} is not known; it was left out."
    ]


# ---------------------------------------------------------------------------------------------------- from time to time


def test_a_model_is_one_at_every_path_that_its_variable_had(written: Written) -> None:
    pipeline = "artifacts: {churn: {path: '${out}', type: model}}\nstages: {train: {cmd: x, outs: ['${out}']}}"
    written.commit({"params.yaml": "out: a.pkl", "dvc.yaml": pipeline, "dvc.lock": lock(out="a.pkl", wrote=A)})
    written.commit({"params.yaml": "out: b.pkl", "dvc.lock": lock(out="b.pkl", wrote=B)})
    written.commit({"params.yaml": "out: c.pkl", "dvc.lock": lock(out="c.pkl", wrote=C)})
    found = read(written.path, all_commits=True)
    assert [found.outputs(run) for run in found.runs("train")] == [
        {("churn", f"md5:{content}")} for content in (A, B, C)
    ]


def test_metrics_are_told_by_the_variables_of_their_commit(written: Written) -> None:
    pipeline = "stages: {train: {cmd: x, outs: ['${out}'], metrics: ['${met}': {cache: false}]}}"
    for hour, name in enumerate(("a.json", "b.json")):
        file = f'{{"loss": {hour}}}'
        written.commit(
            {
                "params.yaml": f"out: model.pkl\nmet: {name}",
                "dvc.yaml": pipeline,
                name: file,
                "dvc.lock": lock(out=name, wrote=digest(file.encode())),
            }
        )
    found = read(written.path, all_commits=True)
    assert [found.props[run]["metrics"] for run in found.runs("train")] == [{"loss": 0}, {"loss": 1}]


CONFLICT = "stages:\n<<<<<<< HEAD\n  train: {cmd: a}\n=======\n  train: {cmd: b}\n>>>>>>> side\n"


@pytest.mark.parametrize("after", ["before", "new"])
def test_what_a_conflict_hid_is_read_at_the_commit_that_resolved_it(written: Written, after: str) -> None:
    pipeline = "stages: {train: {cmd: x, wdir: w, outs: [model.pkl]}}"
    written.commit({"dvc.yaml": pipeline, "dvc.lock": lock(wrote=A)})
    written.commit({"dvc.yaml": CONFLICT, "dvc.lock": lock(wrote=B)})
    resolved = written.commit({"dvc.yaml": pipeline if after == "before" else f"{pipeline} # resolved"})
    found = read(written.path, all_commits=True)
    assert [sorted(found.outputs(run)) for run in found.runs("train")] == [
        [("w/model.pkl", f"md5:{A}")],
        [("w/model.pkl", f"md5:{B}")],
    ]
    assert found.code(found.runs("train")[1]).source.parts[1] == resolved
    now = read(written.path)
    assert {name: found.granules[name] for name in now.granules} == now.granules
    assert len(now.runs("train")) == 1
