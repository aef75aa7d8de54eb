"""What a run read and wrote: which dataset, which version of it, and its columns."""

from __future__ import annotations

from tests.importers.mlflow.passes import HERE, SECOND, START, Made, Pass
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.keys import Key

COLUMNS = [
    {"name": "age", "type": "long", "nullable": False},
    {"name": "spend", "type": "double", "nullable": False},
    {"name": "plan", "type": "string", "nullable": True},
    {"name": "left", "type": "long", "nullable": False},
]


def version(made: Made, namespace: str, name: str, dataset: str) -> Key:
    return keys.dataset_version(namespace, name, made.digest(dataset))


def test_a_dataset_is_named_by_where_it_lies(made: Made, given: Pass) -> None:
    read = {key for key, _ in given.inputs(made.run("train"))}
    assert version(made, "s3://lake", "customers", "customers") in read
    assert version(made, "https://files.example.com", "x.npy", "arrays") in read
    assert version(made, "hf://datasets", "acme/reviews/en", "reviews") in read


def test_a_path_on_a_disk_is_named_under_the_source(made: Made, given: Pass) -> None:
    assert version(made, "file://prod", "/data/labels.csv", "labels") in {
        key for key, _ in given.inputs(made.run("train"))
    }


def test_a_table_is_named_under_the_mlflow_that_knows_it(made: Made, given: Pass) -> None:
    orders = version(made, HERE, "main.sales.orders", "orders")
    assert orders in {key for key, _ in given.inputs(made.run("train"))}
    assert given.props[orders]["extra"]["delta_table_version"] == 7


def test_a_dataset_that_lies_nowhere_is_of_its_experiment(made: Made, given: Pass) -> None:
    (one,) = [key for key, _ in given.inputs(made.run("train")) if key.parts[1] == "churn/dataset"]
    ((other, _),) = given.inputs(made.run("of the experiment"))
    assert one.parts[0] == other.parts[0] == HERE
    assert other.parts[1] == "other/dataset", "two that are both called `dataset` are not one"


def test_the_context_is_the_role(made: Made, given: Pass) -> None:
    roles = {key.parts[1]: role for key, role in given.inputs(made.run("train"))}
    assert roles["customers"] == "training"
    assert roles["x.npy"] == "validation"
    assert roles["/data/labels.csv"] == ""


def test_a_dataset_in_the_context_output_was_written_by_the_run(made: Made, given: Pass) -> None:
    scored = version(made, "s3://lake", "scored", "scored")
    assert scored in given.outputs(made.run("train"))
    assert scored not in {key for key, _ in given.inputs(made.run("train"))}


def test_what_one_run_wrote_is_what_the_next_one_reads(made: Made, given: Pass) -> None:
    assert given.inputs(made.run("reader")) == {(version(made, "s3://lake", "scored", "scored"), "scoring")}


def test_a_run_may_say_which_columns_it_reads(made: Made, given: Pass) -> None:
    (edge,) = [edge for edge in given.edges if edge.target == made.run("reader") and edge.type is EdgeType.INPUT_TO]
    assert edge.props == {"columns": ["age", "plan", "spend"], "covers": "DECLARED"}


def test_of_a_run_that_does_not_say_it_no_columns_are_known(made: Made, given: Pass) -> None:
    read = [edge for edge in given.edges if edge.target == made.run("train") and edge.type is EdgeType.INPUT_TO]
    assert len(read) == 6
    assert all(edge.props == {} for edge in read)


def test_a_version_is_as_old_as_the_run_that_wrote_it_or_first_read_it(made: Made, given: Pass) -> None:
    written = given.props[version(made, "s3://lake", "scored", "scored")]
    first_read = given.props[version(made, "s3://lake", "customers", "customers")]
    assert written["created_at"] == START + 1800 * SECOND, "when that run had ended"
    assert first_read["created_at"] == START


def test_the_schema_gives_columns_types_and_what_may_be_missing(made: Made, given: Pass) -> None:
    customers = given.props[version(made, "s3://lake", "customers", "customers")]
    assert customers["columns"] == COLUMNS
    assert customers["rows"] == 3
    assert keys.dataset("s3://lake", "customers") in given.props
    assert customers["uri"] == "s3://lake/customers"


def test_an_array_has_columns_too(made: Made, given: Pass) -> None:
    arrays = given.props[version(made, "https://files.example.com", "x.npy", "arrays")]
    assert arrays["columns"] == [
        {"name": "features", "type": "tensor<float64, -1x2>"},
        {"name": "targets", "type": "tensor<float64, -1>"},
    ]
    assert arrays["rows"] == 3


def test_no_password_of_a_source_is_kept(given: Pass) -> None:
    assert "u:pw" not in str(given.granules)


def test_each_version_is_one_scope_whatever_experiments_logged_it(given: Pass) -> None:
    names = [granule.name for granule in given.granules if granule.name.startswith("dataset/s3://lake/")]
    assert len(names) == len(set(names)) == 2


# ------------------------------------------------------------------------------------- what models were measured on


def test_a_dataset_that_models_were_measured_on_was_read(mlflow_3: Made, given_3: Pass) -> None:
    """By the run that measured them, which need not have logged it; one that MLflow does not know is none."""
    customers = version(mlflow_3, "s3://lake", "customers", "customers")
    questions = version(mlflow_3, HERE, "evaluation/questions", "questions")
    assert given_3.inputs(mlflow_3.run("judge")) == {(customers, "evaluation"), (questions, "eval")}


def test_an_evaluation_dataset_is_of_no_experiment(mlflow_3: Made, given_3: Pass) -> None:
    questions = version(mlflow_3, HERE, "evaluation/questions", "questions")
    asset = given_3.props[keys.dataset(*questions.parts[:2])]
    assert asset["owners"] == ["support"]
    assert asset["extra"]["dataset_id"] == mlflow_3.names["questions"]
    assert given_3.props[questions]["rows"] == 2
    assert f"evaluation-dataset/{mlflow_3.names['questions']}" in given_3.names
