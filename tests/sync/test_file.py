"""The file of sources: what it says, and what is wrong in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from thalweg.model import time
from thalweg.model.errors import BadInput
from thalweg.sync.file import Planned, read

PAGE = (Path(__file__).parents[2] / "docs" / "sync.md").read_text("utf-8")


SOURCE = '[[source]]\nname = "a"\nimporter = "git"\nlocation = "."\n'


def file(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text)
    return path


def test_the_file_of_the_page_is_read_from_its_folder(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    prod, training, deployments = read(file(tmp_path, text), {"THALWEG_DEPLOYMENTS_SECRET": "open sesame"})
    address, artifacts = f"sqlite:///{tmp_path}/mlflow.db", str(tmp_path / "artifacts")
    assert prod == Planned("prod", "mlflow", address, 5 * time.MINUTE, {"artifacts": artifacts})
    assert (training.location, training.every) == (str(tmp_path / "training.bundle"), 15 * time.MINUTE)
    assert (deployments.secret, deployments.options) == ("open sesame", {})


def test_a_remote_repository_is_named_in_any_way_that_git_takes(tmp_path: Path) -> None:
    for location in ("https://git.example.com/ml/training", "git@git.example.com:ml/training.git"):
        (source,) = read(file(tmp_path, SOURCE.replace('"."', f'"{location}"')), {})
        assert source.location == location


def test_a_variable_may_stand_anywhere_in_a_location_or_an_option(tmp_path: Path) -> None:
    text = SOURCE.replace('"."', '"https://${HOST}/${TEAM}"') + 'options = {url = "${T}", all_commits = true}\n'
    (source,) = read(file(tmp_path, text), {"HOST": "h.test", "TEAM": "ml", "T": "s3cret"})
    assert (source.location, source.options) == ("https://h.test/ml", {"url": "s3cret", "all_commits": True})


@pytest.mark.parametrize("value", ["", "seven77"])
def test_a_secret_is_measured_as_its_variable_has_it(tmp_path: Path, value: str) -> None:
    text = SOURCE + 'secret = "${A_LONG_NAME_OF_A_SECRET}"\n'
    with pytest.raises(BadInput, match=f"`secret` of the source a has {len(value)} letters, and must have 8") as raised:
        read(file(tmp_path, text), {"A_LONG_NAME_OF_A_SECRET": value})
    assert not value or value not in str(raised.value)
    (source,) = read(file(tmp_path, SOURCE + 'secret = "${S}"\n'), {"S": "eight888"})
    assert source.secret == "eight888"


@pytest.mark.parametrize("results", ['"out/run_results.json"', '["out/run_results.json"]'])
def test_a_path_in_an_option_is_meant_from_the_folder_of_the_file(tmp_path: Path, results: str) -> None:
    options = f'options = {{catalog = "${{OUT}}/catalog.json", run_results = {results}, namespace = "postgres://db"}}\n'
    (source,) = read(file(tmp_path, SOURCE.replace('"git"', '"dbt"') + options), {"OUT": "out"})
    assert source.options == {
        "catalog": str(tmp_path / "out/catalog.json"),
        "run_results": [str(tmp_path / "out/run_results.json")],
        "namespace": "postgres://db",
    }


@pytest.mark.parametrize(
    ("location", "meant"),
    [
        ("sqlite:////srv/mlflow.db", "sqlite:////srv/mlflow.db"),
        ("sqlite:///m/mlflow.db", "sqlite:///{here}/m/mlflow.db"),
        ("postgresql+psycopg://db/mlflow", "postgresql+psycopg://db/mlflow"),
        ("aws://eu-west-1", "aws://eu-west-1"),
        ("a b/c", "{here}/a b/c"),
        ("/srv/x", "/srv/x"),
    ],
)
def test_a_location_is_meant_from_the_folder_of_the_file_unless_it_is_an_address(
    tmp_path: Path, location: str, meant: str
) -> None:
    (source,) = read(file(tmp_path, SOURCE.replace('"."', f'"{location}"')), {})
    assert source.location == meant.format(here=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("every = ", "sources.toml is no TOML"),
        ("", "source: it is lacking"),
        (f'every = "1x"\n{SOURCE}', "every: '1x' must be an interval of at least 5s, like 30s, 5m, 2h or 1d"),
        (f'{SOURCE}every = "1s"\n', "source[0].every: '1s' must be an interval of at least 5s"),
        (f'{SOURCE}evry = "5m"\n', "source[0].evry: '5m' is nothing that a file of sources has"),
        (SOURCE.replace('"a"', '"a b"'), "source[0].name: 'a b' must be one word, without a colon or a slash"),
        (f'{SOURCE}secret = "short"\n', "`secret` of the source a has 5 letters, and must have 8 at least"),
        (
            f"{SOURCE}options = {{all_commits = 'yes'}}\n",
            "all_commits: what stands there must be true or false",
        ),
        (f"{SOURCE}options = {{cache = true}}\n", "source[0].options.cache: what stands there must be text"),
        (f"{SOURCE}options = {{url = ['a']}}\n", "source[0].options.url: what stands there must be text"),
        (
            f"{SOURCE}options = {{url = [1]}}\n",
            "what stands there must be text, a number, true or false, or a list of ",
        ),
        (f"{SOURCE}options = 'x'\n", "source[0].options: what stands there must be a table"),
        ("[source]\nname = 'a'\n", "source: it must be a list: [[source]], once for each"),
        (SOURCE + SOURCE, "names the source a twice."),
        (SOURCE.replace('"git"', '"gti"'), "source[0].importer: 'gti' is none. There are mlflow, "),
        (
            f"{SOURCE}options = {{al_commits = true}}\n",
            "source[0].options.al_commits: what stands there is no option: git takes url, all_commits, cache.",
        ),
        (
            SOURCE.replace('"."', '"${NOBODY}"'),
            "`location` of the source a needs the variable NOBODY, which is not set.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as raised:
        read(file(tmp_path, text), {})
    assert said in raised.value.message
    assert "short" not in str(raised.value)


def test_every_mistake_is_listed(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        read(file(tmp_path, 'every = "x"\n[[source]]\nname = "a"\n'), {})
    assert [problem.field for problem in raised.value.problems] == ["every", "source[0].importer", "source[0].location"]


def test_of_every_source_all_that_no_importer_takes_is_listed(tmp_path: Path) -> None:
    mistaken = SOURCE + "options = {a = 1, url = 'x', refs_to = 'y'}\n"
    with pytest.raises(BadInput) as raised:
        read(file(tmp_path, mistaken + SOURCE.replace('"a"', '"b"').replace("git", "gti")), {})
    fields = ["source[0].options.a", "source[0].options.refs_to", "source[1].importer"]
    assert [problem.field for problem in raised.value.problems] == fields


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"The file of sources .*nowhere.toml cannot be read"):
        read(tmp_path / "nowhere.toml")
