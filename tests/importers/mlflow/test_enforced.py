"""Our table of which columns MLflow takes for which type of a signature is MLflow's own, in both its releases."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.importers.mlflow.passes import Made
from thalweg.model.signatures import accepts
from thalweg.model.types import Base, parse

OBJECTS = {Base.TEXT, Base.BINARY, Base.DECIMAL, Base.DATE, Base.TIME, Base.LIST, Base.MAP, Base.STRUCT}
"""What pandas has as objects, which MLflow may let through unseen."""


def answers(made: Made) -> dict[tuple[str, str], tuple[bool, bool]]:
    """MLflow's own, by the type of a signature and that of a column: without nulls, and with one."""
    found: dict[tuple[str, str], dict[bool, bool]] = {}
    for wanted, column, nulls, takes in made.names["enforced"]:
        found.setdefault((wanted, column), {})[nulls] = takes
    return {pair: (taken[False], taken[True]) for pair, taken in found.items()}


def ours(pair: tuple[str, str], nullable: bool | None) -> bool | None:
    wanted, column = pair
    return accepts(wanted.rstrip("?"), parse(column), nullable, required=not wanted.endswith("?"))


def test_the_columns_that_were_tried_have_types_that_are_known(made: Made) -> None:
    columns = {column for _, column in answers(made)}
    assert len(columns) > 25
    assert {column for column in columns if parse(column).base is Base.OTHER} == set()


@pytest.mark.parametrize("nullable", [False, True, None])
def test_what_is_said_is_what_mlflow_does(made: Made, nullable: bool | None) -> None:
    said: Counter[bool | None] = Counter()
    for pair, (full, holes) in answers(made).items():
        answer = ours(pair, nullable)
        if answer is not None:
            both = {False: full, True: full and holes, None: full and (holes or None)}
            assert answer is both[nullable], pair
        said[answer] += 1
    assert said[True] > 20
    assert said[False] > 150


def test_what_is_not_said_concerns_objects_or_arrays(made: Made) -> None:
    """Of plain columns MLflow looks at, all is known that is known of their nulls."""
    unknown = {pair for pair in answers(made) if ours(pair, False) is None}
    plain = {(wanted, column) for wanted, column in unknown if parse(column).base not in OBJECTS}
    assert {wanted for wanted, _ in plain} == {"tensor<float64, -1>", "tensor<float64, -1x3>"}
    strict = ("integer", "long", "float", "double", "datetime")
    assert {wanted for wanted, _ in unknown}.isdisjoint(strict)
