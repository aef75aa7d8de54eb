"""MLflow's schemas as columns: `mlflow_colspec` of tables, `mlflow_tensorspec` of arrays, and model signatures."""

from __future__ import annotations

import orjson

from thalweg.model.facts import Json
from thalweg.model.signatures import optional, type_text

Column = dict[str, Json]


def dataset_columns(text: str) -> list[Column] | None:
    """The columns of a dataset's schema; None where it says nothing of them. Raises ValueError for no schema at all."""
    schema = orjson.loads(text)
    if not isinstance(schema, dict):
        raise ValueError("is no JSON object")
    if "mlflow_colspec" in schema:
        return columns(schema["mlflow_colspec"])
    if "mlflow_tensorspec" in schema:
        spec = schema["mlflow_tensorspec"]
        if not isinstance(spec, dict):
            raise ValueError("has a mlflow_tensorspec that is no object")
        found = []
        for side in ("features", "targets"):
            if spec.get(side):
                found += columns(spec[side], side)
        return found
    return None


def columns(spec: Json, unnamed: str = "") -> list[Column]:
    """The columns of a list of specs, as a list or as its JSON text. One without a name is called by its place."""
    if isinstance(spec, str):
        spec = orjson.loads(spec)
    if not isinstance(spec, list):
        raise ValueError("has columns that are no list")
    found: list[Column] = []
    for place, given in enumerate(spec):
        if not isinstance(given, dict):
            raise ValueError("has a column that is no object")
        name = given.get("name")
        if name is None or name == "":
            name = (unnamed if len(spec) == 1 and unnamed else f"{unnamed}[{place}]") or str(place)
        column: Column = {"name": str(name)}
        kind = type_text(given)
        if kind:
            column["type"] = kind
        if "required" in given or "optional" in given:
            column["nullable"] = optional(given)
        found.append(column)
    return found


def signature(given: Json) -> dict[str, Json] | None:
    """The signature of an MLmodel file: columns of `inputs` and `outputs`, and `params` as MLflow has them."""
    if not isinstance(given, dict):
        return None
    found: dict[str, Json] = {}
    for side in ("inputs", "outputs"):
        if given.get(side):
            found[side] = columns(given[side])
    params = given.get("params")
    if params:
        found["params"] = orjson.loads(params) if isinstance(params, str) else params
    return found or None


def rows_of(profile: str) -> int | None:
    """How many rows a dataset's profile counts; None where it does not say."""
    try:
        given = orjson.loads(profile)
    except ValueError:
        return None
    if not isinstance(given, dict):
        return None
    shape = given.get("features_shape")
    for count in (
        given.get("num_rows"),
        given.get("approx_count"),
        given.get("num_records"),
        shape[0] if isinstance(shape, list) and shape else None,
    ):
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return count
    return None
