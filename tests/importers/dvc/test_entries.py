"""What one entry of a file says: names, contents, addresses, and what came from where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.importers.dvc.conftest import Made
from tests.importers.dvc.passes import Pass, read
from tests.importers.dvc.written import A, B, C, Written, added, lock
from thalweg.importers import dvc_variables
from thalweg.importers.dvc import config, entries, remotes, values
from thalweg.importers.dvc.entries import Places, Thing, thing
from thalweg.importers.dvc.flags import Flags
from thalweg.importers.dvc.templates import Definitions
from thalweg.importers.dvc_scalars import plain
from thalweg.importers.dvc_variables import Variables
from thalweg.importers.manifest import text
from thalweg.model import keys
from thalweg.model.edges import EdgeType

URL = "https://git.example.com/acme/churn"
SHA = "0123456789abcdef0123456789abcdef01234567"
CONFIG = """\
[core]
    remote = storage   # the default
    analytics = false
# a comment
['remote "storage"']
    url = s3://acme/dvc
    profile = secret
['remote "below"']
    url = "remote://storage/sub/"
['remote "login"']
    url = ssh://ada:secret@host/srv/dvc?token=1
['remote "disk"']
    url = ../cache
['remote "loop"']
    url = remote://loop
['db "shop"']
    url = postgresql://ada:secret@db:5432/shop
"""
PLACES = Places(URL, "here", config.read(CONFIG.encode()))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"path": "a.csv", "hash": "md5", "md5": A, "size": 5}, (URL, "f/a.csv", f"md5:{A}", 5)),
        ({"path": "../d", "hash": "md5", "md5": f"{A}.dir", "nfiles": 2}, (URL, "d", f"md5:{A}.dir", None, 2)),
        ({"path": "./a.csv", "md5": A.upper()}, (URL, "f/a.csv", f"md5-dos2unix:{A}")),
        ({"path": "s3://lake//a.csv", "etag": "e"}, ("s3://lake", "a.csv", "etag:e")),
        (
            {"path": "s3://lake/a", "etag": "e", "version_id": "v"},
            ("s3://lake", "a", "v", None, None, (("etag", "e"),)),
        ),
        ({"path": "hdfs://host/a", "checksum": "c"}, ("hdfs://host", "a", "checksum:c")),
        ({"path": "https://u:p@host/a?sig=x", "checksum": "c"}, ("https://host", "a", "checksum:c")),
        ({"path": "/data/a.csv", "hash": "md5", "md5": A}, ("file://here", "/data/a.csv", f"md5:{A}")),
        ({"path": "C:\\data\\a.csv", "hash": "md5", "md5": A}, ("file://here", "/c/data/a.csv", f"md5:{A}")),
        ({"path": "remote://below/a.csv", "etag": "e"}, ("s3://acme", "dvc/sub/a.csv", "etag:e")),
        (
            {"path": "a", "hash": "md5", "md5": A, "cloud": {"storage": {"etag": "e", "version_id": "v"}}},
            (URL, "f/a", f"md5:{A}", None, None, (("version_id", "v"), ("etag", "e"))),
        ),
        (
            {"path": "ds://dogs", "dataset": {"name": "dogs", "type": "dc", "url": "dc://dogs@v3", "version": 3}},
            ("dc", "dogs", "3"),
        ),
        (
            {"path": "ds://x", "dataset": {"name": "x", "type": "url", "url": "s3://l/x", "meta": {"version_id": "v"}}},
            ("s3://l", "x", "v"),
        ),
        (
            {
                "path": "ds://x",
                "dataset": {"name": "x", "type": "dvc", "url": "git@git.example.com:acme/lake.git", "rev_lock": SHA},
            },
            ("https://git.example.com/acme/lake", "x", f"commit:{SHA}"),
        ),
        ({"path": "a"}, (URL, "f/a", "")),
    ],
)
def test_a_thing_is_named_by_where_it_lies_and_the_strongest_name_of_its_content(
    entry: Mapping[str, Any], expected: tuple[Any, ...]
) -> None:
    assert thing(entry, "f", PLACES) == Thing(*expected)


def test_a_folder_whose_files_are_listed_has_the_digest_that_dvc_gives_it(made: Made) -> None:
    cache = made.path("churn") / ".dvc/cache/files/md5"
    manifests = list(cache.glob("*/*.dir"))
    assert manifests
    for file in manifests:
        listed = [{**one, "size": 3} for one in json.loads(file.read_text())]
        found = thing({"path": "d", "hash": "md5", "files": listed[::-1]}, "", PLACES)
        assert found == Thing(URL, "d", f"md5:{file.parent.name}{file.name}", 3 * len(listed), len(listed))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, "s3://acme/dvc"),
        ("below", "s3://acme/dvc/sub"),
        ("login", "ssh://host/srv/dvc"),
        ("disk", None),
        ("loop", None),
        ("nowhere", None),
    ],
)
def test_a_remote_is_its_address_without_what_logs_in(name: str | None, expected: str | None) -> None:
    assert PLACES.config.remote(name) == expected


@pytest.mark.parametrize(
    ("one", "flags", "expected"),
    [
        (Thing(URL, "a", f"md5:{A}"), Flags(), f"s3://acme/dvc/files/md5/aa/{A[2:]}"),
        (Thing(URL, "a", f"md5:{A}.dir"), Flags(), f"s3://acme/dvc/files/md5/aa/{A[2:]}.dir"),
        (Thing(URL, "a", f"md5-dos2unix:{A}"), Flags(), f"s3://acme/dvc/aa/{A[2:]}"),
        (Thing(URL, "a", f"md5:{A}"), Flags(remote="below"), f"s3://acme/dvc/sub/files/md5/aa/{A[2:]}"),
        (Thing(URL, "a", f"md5:{A}"), Flags(remote="nowhere"), f"{URL}@{SHA}:a"),
        (Thing(URL, "a", f"md5:{A}"), Flags(pushed=False), f"{URL}@{SHA}:a"),
        (Thing(URL, "a", f"md5:{A}"), Flags(kept=False), f"{URL}@{SHA}:a"),
        (Thing(URL, "a", f"md5:{A}"), Flags("deps", kept=False), None),
        (Thing(URL, "d/a", f"md5:{A}", cloud=(("version_id", "v"),)), Flags(), "s3://acme/dvc/d/a"),
        (Thing("s3://lake", "a", "etag:e"), Flags(), "s3://lake/a"),
        (Thing("file://here", "/data/a", f"md5:{A}"), Flags(), "file://here/data/a"),
        (Thing("https://git.example.com/l", "a", f"commit:{SHA}"), Flags(), f"https://git.example.com/l@{SHA}:a"),
    ],
)
def test_a_content_is_kept_where_its_remote_keeps_it(one: Thing, flags: Flags, expected: str | None) -> None:
    assert remotes.uri(one, flags, PLACES, SHA) == expected


# ------------------------------------------------------------------------------------------------------------- origins


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "churn")


def origin(written: Written, deps: str) -> Pass:
    written.commit({".dvc/config": CONFIG, "orders.csv.dvc": added("orders.csv", A, f"deps:\n{deps}")})
    return read(written.path)


def test_a_table_of_a_database_feeds_a_dataset_whatever_its_content(written: Written) -> None:
    found = origin(written, "- db: {connection: shop, table: public.orders, file_format: csv}\n")
    assert found.granules["dataset/orders.csv"].edges[0][:3] == (
        keys.dataset("postgres://db:5432", "shop.public.orders"),
        EdgeType.DERIVED_INTO,
        keys.dataset(URL, "orders.csv"),
    )
    assert "secret" not in repr(found.granules)


def test_what_was_imported_from_a_bucket_derives_from_what_was_there(written: Written) -> None:
    found = origin(written, "- {path: 's3://lake/orders.csv', etag: e1, size: 3}\n")
    assert found.derived() == {(("s3://lake", "orders.csv", "etag:e1"), ("orders.csv", f"md5:{A}")): {}}


def test_a_repository_that_data_was_imported_from_is_named_without_what_logs_in(written: Written) -> None:
    url = "https://ada:secret@git.example.com/acme/lake.git"
    found = origin(written, f"- path: a.csv\n  repo: {{url: '{url}', rev: v1, rev_lock: {SHA}}}\n")
    (((source, _), props),) = found.derived().items()
    assert source == ("https://git.example.com/acme/lake", "a.csv", f"md5:{A}")
    assert props == {"extra": {"dvc": {"rev": "v1", "rev_lock": SHA}}}
    assert "secret" not in repr(found.granules)


def test_datasets_by_name_are_inputs(written: Written) -> None:
    dogs = "{name: dogs, type: dc, url: 'dc://dogs', version: 3, created_at: '2026-01-01T00:00:00+00:00'}"
    written.commit(
        {
            "dvc.lock": f"schema: '2.0'\nstages:\n  train:\n    cmd: x\n    deps:\n    - path: ds://dogs\n"
            f"      dataset: {dogs}\ndatasets:\n- {dogs}\n- {{name: cats, type: dc, url: 'dc://cats', version: 1}}\n"
        }
    )
    found = read(written.path)
    (run,) = found.runs("train")
    assert found.inputs(run) == {("dc", "dogs", "3")}
    assert {keys.dataset_version("dc", "dogs", "3"), keys.dataset_version("dc", "cats", "1")} <= found.props.keys()


def test_data_of_a_folder_that_dvc_was_initialized_in_is_kept_by_its_own_remote(written: Written) -> None:
    written.commit(
        {
            ".dvc/config": CONFIG,
            "a.dvc": added("a", A),
            "sub/.dvc/config": CONFIG.replace("s3://acme", "s3://other"),
            "sub/data/b.dvc": added("b", B),
        }
    )
    found = read(written.path)
    assert found.props[keys.dataset_version(URL, "a", f"md5:{A}")]["uri"].startswith("s3://acme/")
    assert found.props[keys.dataset_version(URL, "sub/data/b", f"md5:{B}")]["uri"].startswith("s3://other/")


def test_a_model_in_a_folder_that_is_kept_as_one_is_a_version_by_the_content_of_the_folder(written: Written) -> None:
    written.commit(
        {
            "dvc.yaml": "stages: {train: {cmd: x, outs: [models]}}\n"
            "artifacts: {churn: {path: models/churn.pkl, type: model}}\n",
            "dvc.lock": lock(out="models", wrote=f"{B}.dir"),
        }
    )
    found = read(written.path)
    (run,) = found.runs("train")
    assert found.outputs(run) == {("models", f"md5:{B}.dir"), ("churn", f"md5:{B}.dir")}


def test_a_path_that_became_a_model_later_is_one_in_all_of_the_history(written: Written) -> None:
    written.commit({"dvc.lock": lock(wrote=B)})
    artifact = "artifacts: {churn: {path: model.pkl, type: model}}\nstages: {train: {cmd: x, outs: [model.pkl]}}"
    written.commit({"dvc.lock": lock(wrote=C), "dvc.yaml": artifact})
    for found in (read(written.path, all_commits=True), read(written.path, at="main"), read(written.path)):
        outputs = [found.outputs(run) for run in found.runs("train")]
        assert outputs[-1] == {("churn", f"md5:{C}")}
        assert not found.versions("model.pkl")
    before = written.git("rev-parse", "main~1")
    assert read(written.path, at=before).outputs(read(written.path, at=before).runs("train")[0]) == {
        ("churn", f"md5:{B}")
    }


# ---------------------------------------------------------------------------------------------------- templates, values


def variables(values: Mapping[str, Any]) -> Variables:
    return dvc_variables.of({"vars": [values]}, "", lambda path: {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data/${item}", "data/eu"),
        ("${ a.b[1].c }/x", "7/x"),
        ("${a.b[-1].c}", "7"),
        ("${flag}", "true"),
        ("x${none}", "xNone"),
        ("\\${flag}", "${flag}"),
        ("plain", "plain"),
    ],
)
def test_an_expression_is_resolved_by_what_is_around_it(text: str, expected: str) -> None:
    around = variables({"a": {"b": [0, {"c": 7}]}, "flag": True, "none": None, "item": "not this one"})
    assert around.inner({"item": "eu"}).text(text) == expected


@pytest.mark.parametrize("text", ["${a}", "${nothing}", "${a.b.c}", "${a[0]}", "${a.}"])
def test_an_expression_that_means_nothing_here_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not known|is no text"):
        variables({"a": {"b": "x"}}).text(text)


@pytest.mark.parametrize(
    ("stages", "name", "names"),
    [
        ({"s": {"foreach": ["x", "y"], "do": {"wdir": "${item}"}}}, "s@y", {"item": "y"}),
        ({"s": {"foreach": [{"a": 1}, {"a": 2}], "do": {"wdir": "${item.a}"}}}, "s@1", {"item": {"a": 2}}),
        ({"s": {"foreach": {"k": {"a": 1}}, "do": {"wdir": "${key}"}}}, "s@k", {"item": {"a": 1}, "key": "k"}),
        ({"s": {"foreach": "${all}", "do": {"wdir": "${item}"}}}, "s@p", {"item": "p"}),
        (
            {"s": {"matrix": {"m": ["a", {"b": 1}], "n": [1, True]}, "wdir": "${item.m}"}},
            "s@m1-true",
            {"item": {"m": {"b": 1}, "n": True}, "key": "m1-true"},
        ),
        ({"s": {"matrix": {"m": [None]}}}, "s@None", {"item": {"m": None}, "key": "None"}),
        ({"s": {"foreach": "${flags}", "do": {}}}, "s@True", {"item": True}),
        ({"s": {"foreach": "${flags}", "do": {}}}, "s@None", {"item": None}),
        ({"s": {"foreach": "${flags}", "do": {}}}, "s@1e+20", {"item": 1e20}),
        ({"s": {"foreach": ["01", 31], "do": {}}}, "s@01", {"item": "01"}),
        ({"s": {"foreach": ["01", 31], "do": {}}}, "s@31", {"item": 31}),
        ({"s": {"foreach": "${nothing}", "do": {}}}, "s@31", {}),
        ({"s@odd": {"wdir": "${x}"}}, "s@odd", {}),
    ],
)
def test_a_stage_of_a_loop_is_told_by_its_name(stages: dict[str, Any], name: str, names: dict[str, Any]) -> None:
    found = Definitions(stages, variables({"all": ["p", "q"], "flags": [True, None, 0.5, 1e20]})).of(name)
    assert found is not None
    assert found.names == names


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("012", 12), ("-012", -12), ("08", 8), ("0x1f", 31), ("+0x1f", 31), ("0o14", 12), ("0b101", 5), ("1_000", 1000),
        ("1e3", 1000.0), ("1E-3", 0.001), (".5", 0.5), ("5.", 5.0), ("01.5", 1.5), (".inf", float("inf")),
        ("true", True), ("FALSE", False), ("~", None), ("", None), ("9" * 30, int("9" * 30)),
        ("yes", "yes"), ("tRue", "tRue"), ("12:30:45", "12:30:45"), ("2026-05-01", "2026-05-01"), ("0X1F", "0X1F"),
        ("0o8", "0o8"), ("0b2", "0b2"), ("0x", "0x"), ("_1", "_1"), (".5e3", ".5e3"), ("1.2.3", "1.2.3"), ("-_", "-_"),
        ("'012'", "012"), ('"0x1f"', "0x1f"), ("!!str 012", "012"), ("!!int 012", 12), ("9" * 301, "9" * 301),
    ],
)  # fmt: skip
def test_what_stands_without_quotes_is_read_as_dvc_reads_it(written: str, read: object) -> None:
    found = text.parse(f"a: {written}\n".encode(), "params.yaml", plain).data["a"]
    assert (found, type(found)) == (read, type(read))


def test_metrics_are_numbers_however_they_are_written() -> None:
    assert values.metrics("m.yaml", b"loss: 1e-3\nrows: 1_000\nname: 'x'\nok: true\n") == {"loss": 0.001, "rows": 1000}
    assert values.metrics("m.json", b'{"loss": 1e-3}') == {"loss": 0.001}


@pytest.mark.parametrize(
    "stages",
    [{}, {"t": {}}, {"s": {"cmd": "x"}}, {"s": {"foreach": ["p"], "do": {}}}, {"s": {"matrix": {"m": ["p", "r"]}}}, 7],
)
def test_a_stage_that_dvc_yaml_does_not_make_is_none(stages: Any) -> None:
    assert Definitions(stages, variables({})).of("s@q") is None


def test_parameters_of_other_files_stand_behind_their_name() -> None:
    assert values.params({"params.yaml": {"a": {"b": 1}, "c": [1, "x"], "d": "text"}, "conf/x.json": {"a": None}}) == {
        "a.b": "1",
        "c": '[1, "x"]',
        "d": "text",
        "conf/x.json:a": "null",
    }


@pytest.mark.parametrize(
    ("path", "raw"),
    [("m.json", b'{"a": {"b": 0.5}}'), ("m.yaml", b"a:\n  b: 0.5\n"), ("m.toml", b"[a]\nb = 0.5\n")],
)
def test_metrics_of_any_form_are_numbers(path: str, raw: bytes) -> None:
    assert values.metrics(path, raw) == {"a.b": 0.5}


def test_a_path_stays_inside() -> None:
    assert entries.inside("a/b", "../c") == "a/c"
    with pytest.raises(ValueError, match="must stay in the repository"):
        entries.inside("a", "../../c")


# ---------------------------------------------------------------------------------------------------------- lock files

TWO = lock() + lock("score", "model.pkl", B, "scores.csv", C).partition("stages:\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        f"# written by hand\n{TWO}",
        json.dumps(
            {
                "stages": {
                    stage: {
                        "cmd": "python train.py",
                        "deps": [{"path": dep, "hash": "md5", "md5": read_, "size": 3}],
                        "outs": [{"path": out, "hash": "md5", "md5": wrote, "size": 4}],
                    }
                    for stage, dep, read_, out, wrote in (
                        ("train", "raw.csv", A, "model.pkl", B),
                        ("score", "model.pkl", B, "scores.csv", C),
                    )
                }
            }
        ),
        TWO.replace("cmd: python", "cmd: &c python", 1).replace("cmd: python train.py", "cmd: *c"),
        TWO.partition("stages:\n")[2].replace("\n  ", "\n").removeprefix("  "),  # of release 1
        TWO + "datasets: []\n",
    ],
    ids=["comment", "json", "alias", "release 1", "datasets"],
)
def test_a_lock_file_says_the_same_in_whatever_form(written: Written, text: str) -> None:
    written.commit({"dvc.lock": TWO})
    expected = read(written.path).granules
    assert [name.partition("/")[0] for name in expected] == ["run", "run", "version", "version", "version"]
    other = Written(written.path.with_name("churn2"))
    other.commit({"dvc.lock": text})
    found = read(other.path, source="churn").granules
    assert found.keys() == expected.keys()
    for name, granule in found.items():
        assert [fact.key for fact in granule.entities] == [fact.key for fact in expected[name].entities]


def test_stages_that_did_not_change_are_read_once_and_still_told_by_their_folder(written: Written) -> None:
    written.commit({"dvc.lock": TWO, "other/dvc.lock": TWO})
    written.commit({"dvc.lock": TWO.replace(C, A), "other/dvc.yaml": "stages: {train: {cmd: x, wdir: deep}}"})
    written.commit({"other/dvc.lock": TWO.replace(B, C)})
    found = read(written.path, all_commits=True)
    assert [sorted(found.outputs(run)) for run in found.runs("other:train")] == [
        [("other/model.pkl", f"md5:{B}")],
        [("other/deep/model.pkl", f"md5:{C}")],
    ]
    assert len(found.runs("train")) == 1
    assert len(found.runs("score")) == 2


def test_what_is_wrong_at_many_commits_is_said_of_the_first(written: Written) -> None:
    first = written.commit({"dvc.lock": lock(dep="../x")})
    for wrote in (A, C):
        written.commit({"dvc.lock": lock(dep="../x", wrote=wrote)})
    (warning,) = read(written.path, all_commits=True).reading.warnings
    assert warning.startswith(f"dvc.lock at {first[:7]}: train: deps[0]: path is '../x'")
