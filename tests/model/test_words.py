"""The words of the model agree with each other."""

from __future__ import annotations

import inspect
import re

import pytest

from thalweg.model import errors
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, Problem, ThalwegError
from thalweg.model.facts import ORIGINS, origin_rank
from thalweg.model.kinds import Kind
from thalweg.model.properties import COMMON, EDGE_PROPERTIES, HAPPENED, PROPERTIES, Type, minimized
from thalweg.model.results import display_name

ERRORS = [error for error in vars(errors).values() if inspect.isclass(error) and issubclass(error, ThalwegError)]


def test_every_error_has_a_code_of_its_own() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)


def test_the_drawing_of_the_errors_shows_each_of_them_with_its_code() -> None:
    drawn = set(re.findall(r"[├└]── (\w+) +([A-Z_]+)", errors.__doc__ or ""))
    assert {(error.__name__, error.code) for error in ERRORS if error not in (ThalwegError, errors.StoreError)} <= drawn
    assert {name for name, _ in drawn} <= {error.__name__ for error in ERRORS}


def test_an_error_is_its_sentence_and_what_to_do() -> None:
    assert str(errors.SourceError("It is gone.", "Clone it again.")) == "It is gone. Clone it again."
    assert str(errors.SourceError("It is gone.")) == "It is gone."


def test_a_problem_says_where_what_and_what_would_be_right() -> None:
    problem = Problem("Dataset s3://lake tx", "owners", "3", "must be a list of texts")
    assert str(problem) == "Dataset s3://lake tx: owners: 3 must be a list of texts"
    assert str(Problem("", "owners", "3", "must be a list of texts")) == "owners: 3 must be a list of texts"
    assert BadInput("One problem.", problems=[problem]).problems == (problem,)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_the_common_properties(kind: Kind) -> None:
    assert COMMON.items() <= PROPERTIES[kind].items()


@pytest.mark.parametrize("kind", Kind)
def test_what_says_when_a_thing_happened_is_a_time_that_it_has(kind: Kind) -> None:
    assert all(PROPERTIES[kind][name] is Type.TIME for name in HAPPENED[kind])
    assert HAPPENED[kind]


def test_every_edge_may_say_from_when_on_it_holds() -> None:
    assert EDGE_PROPERTIES.keys() == set(EdgeType)
    assert all(properties["at"] is Type.TIME for properties in EDGE_PROPERTIES.values())


def test_no_type_of_property_is_idle() -> None:
    used = {type for properties in (*PROPERTIES.values(), *EDGE_PROPERTIES.values()) for type in properties.values()}
    elsewhere = {Type.NAME, Type.FLOAT}  # the parts of keys, and the values of metrics
    assert used | elsewhere == set(Type)


def test_what_people_state_by_hand_comes_before_what_systems_tell() -> None:
    assert sorted(["git", "mlflow", "manifest", "api"], key=origin_rank) == ["api", "manifest", "mlflow", "git"]
    assert origin_rank("somebody else") == len(ORIGINS)


@pytest.mark.parametrize(
    ("metric", "less_is_better"),
    [("val_loss", True), ("RMSE", True), ("p99_latency", True), ("auc", False), ("f1", False)],
)
def test_the_name_of_a_metric_says_which_way_is_better(metric: str, less_is_better: bool) -> None:
    assert minimized(metric) is less_is_better


@pytest.mark.parametrize(
    ("kind", "key", "props", "name"),
    [
        (Kind.DATASET_VERSION, ("s3://lake", "tx", "1"), {}, "tx"),
        (Kind.RUN, ("mlflow://prod", "4f1c"), {}, "4f1c"),
        (Kind.RUN, ("mlflow://prod", "4f1c"), {"name": "bright-fox"}, "bright-fox"),
        (Kind.REPOSITORY, ("https://git.test/churn",), {}, "https://git.test/churn"),
    ],
)
def test_a_thing_is_called_by_what_people_call_it(
    kind: Kind, key: tuple[str, ...], props: dict[str, str], name: str
) -> None:
    assert display_name(kind, key, props) == name
