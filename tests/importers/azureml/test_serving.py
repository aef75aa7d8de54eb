"""What a deployment serves and gets of the traffic, as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.azureml.test_azureml import read
from thalweg.importers import azureml
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import EdgeFact, Granule

BLUE = "name: blue\nendpoint_name: e\nmodel:\n"
FRAUD = keys.model_version("azureml://ws", "fraud", "4")


def release(found: dict[str, Granule]) -> Granule:
    (one,) = [granule for name, granule in found.items() if name.startswith("release/")]
    return one


def test_a_model_that_is_written_into_a_deployment_by_name_and_version_is_that_version(tmp_path: Path) -> None:
    model = "  name: fraud\n  version: 4\n  path: ./model\n  type: mlflow_model\n  tags: {a: b}\n  stage: Live\n"
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "blue.yml").write_text(BLUE + model)
    found = read(tmp_path)
    (fact,) = found["model/fraud/4"].entities
    assert fact.key == FRAUD
    assert {name: fact.props[name] for name in ("uri", "format", "tags")} == {
        "uri": "deploy/model",
        "format": "mlflow_model",
        "tags": {"a": "b"},
    }
    assert [mark.name for mark in found["model/fraud/4"].marks] == ["Live"]
    served = release(found)
    assert list(served.edges) == [EdgeFact(FRAUD, EdgeType.SERVED_BY, served.entities[0].key)]
    assert served.entities[0].props["config"]["model"] == "azureml:fraud:4"


def test_another_version_of_it_is_another_release(tmp_path: Path) -> None:
    written = BLUE + "  name: fraud\n  path: ./model\n  version: "
    names = {release(read(tmp_path, blue=f"{written}{version}\n")).name for version in (4, 5)}
    assert len(names) == 2


def test_one_with_a_name_and_no_version_is_of_no_known_version(tmp_path: Path) -> None:
    found = read(tmp_path, blue=BLUE + "  name: fraud\n  path: ./model\n")
    model, deployed = keys.model("azureml://ws", "fraud"), keys.deployment("production", "e")
    assert [fact.key for fact in found["model/fraud"].entities] == [model]
    assert list(release(found).edges) == [EdgeFact(model, EdgeType.SERVED_BY, deployed)]


def test_one_without_a_name_is_no_model(tmp_path: Path) -> None:
    found = read(tmp_path, blue=BLUE + "  path: ./model\n")
    assert list(found) == [release(found).name]
    assert not release(found).edges


def test_what_the_own_file_of_a_model_says_holds_against_what_a_deployment_writes_of_it(tmp_path: Path) -> None:
    place = "azureml://datastores/workspaceblobstore/paths/LocalUpload/1/model"
    found = read(
        tmp_path,
        blue=BLUE + "  name: fraud\n  version: '4'\n  path: ./model\n",
        model=f"type: custom_model\nname: fraud\nversion: '4'\npath: {place}\n",
    )
    assert found["model/fraud/4"].entities[0].props["uri"] == place
    assert [edge.source for edge in release(found).edges] == [FRAUD]


def test_two_deployments_that_write_unlike_things_of_one_version_are_both_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read(
            tmp_path,
            a=BLUE + "  name: fraud\n  version: 4\n  path: ./a\n",
            b=BLUE.replace("blue", "green") + "  path: ./b\n  name: fraud\n  version: 4\n",
        )
    (problem,) = caught.value.problems
    said = "b.yml line 4: model.path: './b' is './a' in a.yml line 6, of the same model/fraud/4"
    assert str(problem).startswith(said)


ENDPOINT = "name: e\nauth_mode: key\n"


def shares(tmp_path: Path, written: str) -> tuple[dict[str, tuple[str, object]], list[str]]:
    """The role and the traffic of each deployment, and what is said of them."""
    for name in ("blue", "Green"):
        (tmp_path / f"{name}.yml").write_text(f"name: {name}\nendpoint_name: e\nmodel: azureml:fraud:{len(name)}\n")
    (tmp_path / "e.yml").write_text(ENDPOINT + written)
    reading = azureml.read(tmp_path, source="ws", environment="production")
    edges = [edge for granule in reading.granules for edge in granule.edges]
    assert reading.complete
    return {edge.source.parts[2]: (edge.role, edge.props.get("traffic")) for edge in edges}, reading.warnings


BOTH = "e.yml line 3: traffic: "
WHOLE = "must be a whole number from 0 to 100, in percent; what it gets is not known here."
UNKNOWN = ("", None)


@pytest.mark.parametrize(
    ("written", "blue", "green", "said"),
    [
        ("traffic: {blue: 90, green: 10}", ("", 90), ("", 10), []),
        ("traffic: {blue: '90', green: 0}", ("", 90), ("", 0), []),
        ("traffic: {blue: 90}", ("", 90), ("", 0), []),
        ("traffic: {}", UNKNOWN, UNKNOWN, []),
        ("traffic: {blue: 90}\nmirror_traffic: {green: 10}", ("", 90), ("shadow", 0), []),
        ("traffic:\n  green: 10\n  blue: 250", UNKNOWN, ("", 10), [f"e.yml line 5: traffic.blue: 250 {WHOLE}"]),
        ("traffic: {blue: x, green: 10}", UNKNOWN, ("", 10), [f"e.yml line 3: traffic.blue: 'x' {WHOLE}"]),
        ("traffic: {blue: -1, green: 10}", UNKNOWN, ("", 10), [f"e.yml line 3: traffic.blue: -1 {WHOLE}"]),
        ("traffic: {blue: 0.5, green: 10}", UNKNOWN, ("", 10), [f"e.yml line 3: traffic.blue: 0.5 {WHOLE}"]),
        ("traffic: {blue: true, green: 10}", UNKNOWN, ("", 10), [f"e.yml line 3: traffic.blue: True {WHOLE}"]),
        (
            "traffic: {blue: 60, green: 60}",
            UNKNOWN,
            UNKNOWN,
            [f"{BOTH}120 percent in all must be 100 at most; what its deployments get is not known here."],
        ),
        (
            "traffic: 100",
            UNKNOWN,
            UNKNOWN,
            [f"{BOTH}100 must be percents by the names of deployments, like {{blue: 90, green: 10}}."],
        ),
        (
            "traffic: {blue: 50}\nmirror_traffic: {green: 80}",
            ("", 50),
            ("shadow", 0),
            [
                "e.yml line 4: mirror_traffic.green: 80 must be a whole number from 0 to 50, in percent; what it gets "
                "is not known here."
            ],
        ),
        (
            "mirror_traffic: {green: 10, blue: 10}",
            ("shadow", 0),
            ("shadow", 0),
            ["e.yml line 3: mirror_traffic: blue and green are more than the one that Azure ML mirrors to."],
        ),
        (
            "traffic: {blue: 50, red: 50, old: 0}",
            ("", 50),
            ("", 0),
            [
                "e.yml line 3: traffic.red: the share of red goes to a deployment that no file here is of, so what it "
                "serves is not known; `az ml online-deployment show --endpoint-name e --name red -o yaml` prints it."
            ],
        ),
    ],
)
def test_what_cannot_be_of_the_traffic_is_named_and_costs_its_own_share_alone(
    tmp_path: Path, written: str, blue: tuple[str, object], green: tuple[str, object], said: list[str]
) -> None:
    assert shares(tmp_path, written) == ({"4": blue, "5": green}, said)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("  version: 4\n  path: ./m\n", "it.yml line 4: model.version: '4' is of a model without a name"),
        ("  name: 3\n", "it.yml line 4: model.name: 3 must be text"),
        ("  name: m\n  version: 1.10\n", "it.yml line 5: model.version: 1.1 must be text"),
        ("  - 1\n", "model: [1] must be an object"),
    ],
)
def test_what_is_wrong_with_a_model_in_a_deployment_is_named(tmp_path: Path, model: str, said: str) -> None:
    (tmp_path / "it.yml").write_text(BLUE + model)
    with pytest.raises(BadInput) as caught:
        azureml.read(tmp_path)
    (problem,) = caught.value.problems
    assert said in str(problem)
