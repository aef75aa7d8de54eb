"""Folders of Azure ML's YAML: one that its SDK dumped, such as people write, and such as are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.importers.golden import Golden
from tests.importers.stores import gone, outcomes
from thalweg.importers import azureml
from thalweg.importers.azureml.references import Workspace
from thalweg.importers.reading import Lies
from thalweg.ingest import prepare
from thalweg.model import keys, names, time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.store.questions import Find, Hop, Neighbour, Where
from thalweg.store.store import Store

NOW = time.parse("2026-06-01T00:00:00Z")


def test_a_folder_comes_to_what_is_written_down(folder: Path, golden: Golden) -> None:
    reading = azureml.read(folder, source="ws", environment="production")
    golden.holds(reading.granules)
    assert (reading.source, reading.complete) == ("azureml:ws", True)
    assert reading.warnings == ["Passed over, for nothing is read of them: 1 no asset of Azure ML."]


def test_a_folder_is_recognised_also_without_schemas_and_what_only_speaks_of_assets_is_not(
    folder: Path, tmp_path: Path
) -> None:
    assert "$schema" not in "".join(file.read_text() for file in folder.iterdir() if file.is_file())
    assert list(azureml.recognised(folder)) == [Lies(str(folder), "assets of Azure ML")]
    (tmp_path / "ci.yml").write_text("jobs: {deploy: {run: 'deploy azureml:fraud:3'}}")
    assert not list(azureml.recognised(tmp_path))


def test_no_environment_variable_is_stated(folder: Path, golden: Golden) -> None:
    assert "hunter2" in (folder / "happy_cat.yml").read_text()
    assert "hunter2" not in "".join(golden.lines)


def test_without_an_environment_endpoints_are_in_that_of_the_workspace(folder: Path) -> None:
    assert "deployment/ws/fraud" in {granule.name for granule in azureml.read(folder).granules}


def read(tmp_path: Path, **files: str) -> dict[str, Granule]:
    """The granules of a folder of files; each must be one that a store takes."""
    for name, text in files.items():
        (tmp_path / f"{name}.yml").write_text(text)
    found = {
        granule.name: granule for granule in azureml.read(tmp_path, source="ws", environment="production").granules
    }
    for granule in found.values():
        prepare(granule, now=NOW)
    return found


HUB = "https://azuremlschemas.azureedge.net/latest"


def test_what_people_write_is_told_by_its_schema(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        model=f"$schema: {HUB}/model.schema.json\nname: fraud\nversion: 3\npath: ./model",
        component=f"$schema: {HUB}/commandComponent.schema.json\nname: train\nversion: 1\ncommand: python t.py",
        endpoint=f"$schema: {HUB}/managedOnlineEndpoint.schema.json\nname: fraud",
        compute=f"$schema: {HUB}/compute.schema.json\nname: cpu",
    )
    assert set(found) == {"model/fraud/3", "job/train", "deployment/production/fraud"}


def test_what_has_no_version_yet_is_the_asset_alone(tmp_path: Path) -> None:
    found = read(tmp_path, m="type: mlflow_model\nname: m\npath: ./m", d="type: uri_file\nname: d\npath: s3://lake/d")
    assert [fact.key for one in found.values() for fact in one.entities] == [
        keys.dataset("azureml://ws", "d"),
        keys.model("azureml://ws", "m"),
    ]


def test_a_pipeline_reads_and_writes_what_its_steps_do(tmp_path: Path) -> None:
    text = """
        type: pipeline
        name: p1
        status: Completed
        experiment_name: nightly
        jobs:
          prepare:
            inputs: {raw: {type: uri_folder, path: "azureml:tx:7"}}
            outputs: {clean: {type: uri_folder}}
          train:
            inputs: {clean: "${{parent.jobs.prepare.outputs.clean}}"}
            outputs: {model: {type: custom_model, name: fraud, version: 4}}
    """
    run = keys.run("azureml://ws", "p1")
    edges = {(edge.source, edge.target) for edge in read(tmp_path, p=text)["run/p1"].edges}
    assert edges == {
        (keys.dataset_version("azureml://ws", "tx", "7"), run),
        (run, keys.model_version("azureml://ws", "fraud", "4")),
    }


@pytest.mark.parametrize(
    ("type", "path", "read_as"),
    [
        (
            "mlflow_model",
            "azureml://registries/shared/models/base/labels/latest",
            keys.model_version("azureml://registries/shared", "base", keys.UNVERSIONED),
        ),
        ("custom_model", "azureml:fraud@latest", keys.model_version("azureml://ws", "fraud", keys.UNVERSIONED)),
        ("uri_file", "azureml:tx@latest", keys.dataset_version("azureml://ws", "tx", keys.UNVERSIONED)),
    ],
)
def test_what_a_run_reads_by_a_label_is_of_an_unknown_version(
    tmp_path: Path, type: str, path: str, read_as: Key
) -> None:
    text = f"type: command\nname: j\nstatus: Completed\ninputs: {{a: {{type: {type}, path: '{path}'}}}}"
    (edge,) = read(tmp_path, j=text)["run/j"].edges
    assert (edge.source, edge.target, edge.props) == (read_as, keys.run("azureml://ws", "j"), {"assumed": True})
    (kept,) = read(tmp_path, j=text.replace("status: Completed\n", ""))["job/j"].edges
    assert (kept.source, kept.target) == (read_as.asset, keys.job("azureml://ws", "j"))


def data(version: int, path: str) -> str:
    return f"type: uri_folder\nname: tx\nversion: {version}\npath: {path}\n"


def test_a_data_asset_is_the_dataset_at_its_one_place_as_long_as_that_is_one(tmp_path: Path) -> None:
    found = read(tmp_path, a=data(1, "abfss://raw@acme.dfs.core.windows.net/tx"))
    (join,) = found["data/tx"].joins
    assert join.of == keys.dataset("abfss://raw@acme.dfs.core.windows.net", "tx")
    assert "data/tx" not in read(tmp_path, b=data(2, "abfss://raw@acme.dfs.core.windows.net/tx2"))


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("azureml:fraud:3", ("azureml://ws", "fraud", "3")),
        ("azureml:fraud@latest", ("azureml://ws", "fraud", None)),
        ("azureml:fraud", ("azureml://ws", "fraud", None)),
        ("azureml://registries/shared/models/base/versions/7", ("azureml://registries/shared", "base", "7")),
        ("azureml://registries/shared/data/tx/labels/latest", ("azureml://registries/shared", "tx", None)),
        (
            "azureml:/subscriptions/1/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/m/"
            "versions/2",
            ("azureml://ws", "m", "2"),
        ),
        ("azureml://subscriptions/1/resourcegroups/g/workspaces/w/data/tx/versions/4", ("azureml://ws", "tx", "4")),
        (
            "/subscriptions/1/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/data/tx/versions/4",
            ("azureml://ws", "tx", "4"),
        ),
        ("azureml://locations/westeurope/workspaces/0a1b/data/tx/versions/4", ("azureml://ws", "tx", "4")),
        ("azureml://datastores/lake/paths/x", None),
        ("azureml://datastores/lake/paths/data/transactions/", None),
        ("azureml://datastores/lake/paths/models/fraud", None),
        ("azureml://subscriptions/1/resourcegroups/g/workspaces/w/datastores/lake/paths/data/tx.csv", None),
        ("azureml://jobs/happy_cat/outputs/artifacts/paths/models/fraud", None),
        ("./local", None),
    ],
)
def test_a_reference_names_an_asset_or_a_place(reference: str, named: tuple[str, str, str | None] | None) -> None:
    assert Workspace("ws").asset(reference) == named


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("azureml://datastores/lake/paths/a/b/", ("wasbs://raw@acme.blob.core.windows.net", "a/b")),
        (
            "azureml://subscriptions/1/resourcegroups/g/workspaces/w/datastores/lake/paths/a",
            ("wasbs://raw@acme.blob.core.windows.net", "a"),
        ),
        ("azureml://datastores/other/paths/a", ("azureml://ws/datastores/other", "a")),
        ("https://example.com/a.csv", ("https://example.com", "a.csv")),
        ("azureml://datastores/other/paths/data/tx/", ("azureml://ws/datastores/other", "data/tx")),
        (
            "azureml://datastores/lake/paths/environments/x",
            ("wasbs://raw@acme.blob.core.windows.net", "environments/x"),
        ),
        ("./a.csv", ("file://ws", "/a.csv")),
        ("../a.csv", None),
        ("azureml://jobs/j/outputs/x", None),
    ],
)
def test_a_place_is_named_where_it_lies(reference: str, place: tuple[str, str] | None) -> None:
    workspace = Workspace("ws", {"lake": "wasbs://raw@acme.blob.core.windows.net"})
    assert workspace.place(reference) == (keys.dataset(*place) if place else None)


def long(workspace: str, path: str) -> str:
    return f"azureml://subscriptions/1/resourcegroups/g/workspaces/{workspace}/{path}"


def test_a_place_in_a_datastore_is_named_alike_by_whoever_knows_its_workspace() -> None:
    there = keys.dataset(*names.dataset_name(long("ws", "datastores/lake/paths/raw/tx")))
    assert there == keys.dataset("azureml://ws/datastores/lake", "raw/tx")
    for workspace in (Workspace("ws"), Workspace("ws", called=frozenset({"ws"}))):
        assert workspace.place("azureml://datastores/lake/paths/raw/tx") == there
        assert workspace.place(long("ws", "datastores/lake/paths/raw/tx/")) == there


def test_a_datastore_of_another_workspace_is_not_this_one_of_that_name(tmp_path: Path) -> None:
    store = "name: lake\ntype: azure_blob\naccount_name: acme\ncontainer_name: raw"
    place = long("other", "datastores/lake/paths/x")
    job = f"type: command\nname: j\nstatus: Completed\ninputs: {{a: {{path: '{place}'}}}}"
    (edge,) = read(tmp_path, s=store, j=job)["run/j"].edges
    assert edge.source.parts == ("azureml://other/datastores/lake", "x", keys.UNVERSIONED)


def test_the_ids_that_azure_gave_say_what_the_workspace_is_called(tmp_path: Path) -> None:
    group = "/subscriptions/1/resourceGroups/g/providers/Microsoft.MachineLearningServices"
    arm = f"{group}/workspaces/Risk/models/m/versions/1"
    found = read(
        tmp_path,
        m=f"type: mlflow_model\nname: m\nversion: 1\nid: {arm}",
        d=f"name: blue\nendpoint_name: e\nmodel: azureml:{arm}",
    )
    (release,) = [one for name, one in found.items() if name.startswith("release/")]
    assert release.edges[0].source == keys.model_version("azureml://ws", "m", "1")


def test_a_relative_path_goes_from_the_folder_of_its_file(tmp_path: Path) -> None:
    for folder, name in (("x", "tx"), ("y", "users"), ("x/z", "out")):
        (tmp_path / folder).mkdir()
        path = "../../../data" if name == "out" else "./data"
        (tmp_path / folder / "b.yml").write_text(f"type: uri_folder\nname: {name}\nversion: 1\npath: {path}")
    found = read(tmp_path)
    assert found["data/tx"].joins[0].of == keys.dataset("file://ws", "/x/data")
    assert found["data/users"].joins[0].of == keys.dataset("file://ws", "/y/data")
    assert found["data/tx/1"].entities[0].props["uri"] == "x/data"
    assert "data/out" not in found  # outside of the source, where nothing has a name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "is why this is no YAML"),
        ("- 1", "it.yml line 1: [1] must be an object"),
        ("type: mlflow_model\nname: 3\nversion: 1", "it.yml line 2: name: 3 must be text"),
        ("type: mlflow_model\nname: m\nversion: 1.10", "it.yml line 3: version: 1.1 must be text; write it in quotes"),
        ("type: uri_file\nname: a\ntags: [x]", "tags: ['x'] must be an object"),
        ("type: command\nname: j\nstatus: Completed\ninputs: {a: {path: 3}}", "inputs.a.path: 3 must be text"),
        ("name: e\ntraffic: {blue: x}\nauth_mode: key\n---\na: 1", "is why this is no YAML"),
        ("type: mlflow_model\nname: m\nversion: 1\nversion: 2", "stands twice in one object"),
        ("type: mlflow_model\nname: m\ncreation_context: {created_at: now}", "created_at: 'now' must be a time"),
    ],
)
def test_what_is_no_asset_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "it.yml").write_text(text)
    with pytest.raises(BadInput) as caught:
        azureml.read(tmp_path)
    assert said in str(caught.value.problems[0])


def test_two_files_that_say_unlike_things_of_one_version_are_refused_and_both_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read(
            tmp_path,
            a="type: mlflow_model\nname: m\nversion: 1\npath: ./a\nstage: Staging",
            b="type: mlflow_model\nname: m\npath: ./b\nversion: 1\nstage: Production",
        )
    assert [str(one) for one in caught.value.problems] == [
        "b.yml line 3: path: './b' is './a' in a.yml line 4, of the same model/m/1; take one of the two files out of "
        "the folder, or let both say the same",
        "b.yml line 5: stage: 'Production' is 'Staging' in a.yml line 5, of the same model/m/1; take one of the two "
        "files out of the folder, or let both say the same",
    ]


def test_of_one_version_a_file_may_say_more_than_another(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        a="type: mlflow_model\nname: m\nversion: 1\njob_name: happy_cat\ndescription: Says what is fraud.",
        b="type: mlflow_model\nname: m\nversion: 1\ntags: {tier: raw}\nstage: Production",
    )["model/m/1"]
    (entity,), (edge,), (mark,) = found.entities, found.edges, found.marks
    assert (entity.props["description"], entity.props["tags"]) == ("Says what is fraud.", {"tier": "raw"})
    assert (edge.source, mark.name) == (keys.run("azureml://ws", "happy_cat"), "Production")


def test_a_run_may_be_there_twice_but_not_in_two_states(tmp_path: Path) -> None:
    text = """
        type: command
        name: happy_cat
        experiment_name: cards
        creation_context: {created_at: "2026-05-02T08:00:00Z"}
        inputs: {lr: 0.1, d: {path: "azureml:tx:1"}}
        status: """
    assert set(read(tmp_path, a=f"{text}Completed", b=f"{text}Completed")) == {"run/happy_cat"}
    with pytest.raises(BadInput) as caught:
        read(tmp_path, b=f"{text}Running")
    (problem,) = caught.value.problems
    assert str(problem).startswith("b.yml line 7: status: 'Running' is 'Completed' in a.yml line 7")


def kept(command: str, more: str = "") -> str:
    return f"$schema: {HUB}/commandJob.schema.json\nexperiment_name: cards\ncommand: {command}\n{more}"


def test_two_scripts_of_one_experiment_are_two_jobs(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        train=kept("pip install . && python -u src/train.py --lr 1", "inputs: {d: {path: 'azureml:tx:1'}}"),
        eval=kept("python eval.py"),
        other=kept("echo"),
    )
    assert set(found) == {"job/cards/train.py", "job/cards/eval.py", "job/cards"}


def test_two_files_that_run_one_script_are_one_job_that_reads_what_both_do(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        a=kept("python train.py", "inputs: {d: {path: 'azureml:tx:1'}}"),
        b=kept("python train.py --all", "inputs: {d: {path: 'azureml:users:1'}}\ndescription: All."),
    )
    (job,) = found.values()
    assert job.entities[0].props["entry_point"] == "python train.py --all"
    assert {edge.source.parts[1] for edge in job.edges} == {"tx", "users"}
    assert azureml.read(tmp_path, source="ws").warnings == [
        "Files say unlike things of what has no version; what is of the newest version, or else in the last file, was "
        "taken: job/cards/train.py: command of b.yml."
    ]


def test_a_component_is_what_its_newest_version_says(tmp_path: Path) -> None:
    def component(version: int) -> str:
        return (
            f"$schema: {HUB}/commandComponent.schema.json\nname: t\nversion: {version}\ncommand: python t{version}.py"
        )

    found = read(tmp_path, a=component(10), b=component(9), c=component(2))
    assert found["job/t"].entities[0].props["entry_point"] == "python t10.py"
    (warning,) = azureml.read(tmp_path).warnings
    assert warning.endswith("job/t: command of a.yml.")


def test_a_data_asset_may_be_there_with_its_version_and_without(tmp_path: Path) -> None:
    path = "azureml://datastores/lake/paths/tx"
    found = read(tmp_path, a=f"type: uri_folder\nname: tx\npath: {path}\ndescription: Cards.", b=data(1, path))
    assert set(found) == {"data/tx", "data/tx/1"}
    (entity,), (join,) = found["data/tx"].entities, found["data/tx"].joins
    assert (entity.props["description"], join.of) == ("Cards.", keys.dataset("azureml://ws/datastores/lake", "tx"))
    assert azureml.read(tmp_path).warnings == []


def test_an_asset_of_a_registry_is_filed_there_by_its_id(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        base="id: azureml://registries/shared/models/base/versions/7\ntype: custom_model\nname: base\nversion: 7",
    )
    assert [fact.key.parts for one in found.values() for fact in one.entities] == [
        ("azureml://registries/shared", "base", "7")
    ]


def test_an_empty_file_is_not_taken_for_one_whose_asset_is_gone(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"fraud\.yml: the file is empty; remove it, if what it held is gone"):
        read(tmp_path, fraud="", other="type: custom_model\nname: m\nversion: 1")


def test_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        azureml.read(tmp_path / "gone")
    with pytest.raises(SourceError, match="holds no asset"):
        azureml.read(tmp_path)


async def bring(store: Store, folder: Path) -> list[str]:
    """One complete pass over a folder; what became of its scopes."""
    found, closed = await outcomes(store, azureml.read(folder, source="ws", environment="production"))
    assert closed
    return found


def deployed(tmp_path: Path, model: str) -> None:
    (tmp_path / "blue.yml").write_text(f"name: blue\nendpoint_name: fraud\nmodel: {model}\n")


@pytest.mark.anyio
async def test_a_share_that_is_moved_is_still_known_of_the_time_before(store: Store, tmp_path: Path) -> None:
    seen: list[int] = []
    deployed(tmp_path, "azureml:fraud:1")
    for traffic in ("traffic: {blue: 90}", "mirror_traffic: {blue: 10}", "traffic: {blue: 20}"):
        read(tmp_path, endpoint=f"name: fraud\nauth_mode: key\n{traffic}")
        await bring(store, tmp_path)
        seen.append(time.now())
    (release,) = (await store.find(Find(Kind.RELEASE, Where()), ANYONE)).entities
    shares = []
    for at in seen:
        ask = Neighbour(Hop.IN, EdgeType.SERVED_BY, as_of=at)
        ((edge, _),) = (await store.neighbours([release.id], ask, ANYONE))[release.id].found
        shares.append(edge.props.get("traffic"))
    assert shares == [90, 0, 20]


@pytest.mark.anyio
async def test_a_deployment_that_gets_another_model_is_another_release(store: Store, tmp_path: Path) -> None:
    read(tmp_path, endpoint="name: fraud\nauth_mode: key\ntraffic: {blue: 100}")
    releases: list[str] = []
    for model in ("azureml:fraud:1", "azureml:fraud:2"):
        deployed(tmp_path, model)
        (name,) = [one for one in read(tmp_path) if one.startswith("release/")]
        releases.append(Key(Kind.RELEASE, ("production", "fraud", name.rpartition("/")[2])).id)
        assert "WRITTEN" in await bring(store, tmp_path)
        assert await bring(store, tmp_path) == ["UNCHANGED"]
    held = await store.get(releases, ANYONE)
    assert ["until" in held[one].props for one in releases] == [True, False]
    first = keys.model_version("azureml://ws", "fraud", "1").id
    assert (await store.degrees([first], ANYONE))[first].outward == 1


@pytest.mark.anyio
async def test_what_has_no_file_any_more_is_gone_and_a_folder_that_cannot_be_read_whole_takes_nothing(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "ws"))
    assert await bring(store, copy) == ["WRITTEN"]
    assert await bring(store, copy) == ["UNCHANGED"]
    (copy / "tx.yml").rename(tmp_path / "tx.yml")
    (copy / "half.yml").write_text("name: fraud\nversion: '5'\ntype: [mlflow_model")
    with pytest.raises(BadInput, match="nothing of it was taken"):
        azureml.read(copy, source="ws")
    table = keys.dataset_version("azureml://ws", "tx", "1")
    assert await gone(store, table) == set()
    (copy / "half.yml").unlink()
    assert await bring(store, copy) == ["UNCHANGED"]
    assert await gone(store, table) == {table}
    (tmp_path / "tx.yml").rename(copy / "tx.yml")
    await bring(store, copy)
    assert await gone(store, table) == set()
