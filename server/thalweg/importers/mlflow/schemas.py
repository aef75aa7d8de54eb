"""MLflow's schemas as columns: `mlflow_colspec` of tables, `mlflow_tensorspec` of arrays, and model signatures."""

from __future__ import annotations

from typing import Any

import orjson

from thalweg.model.facts import Json

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
        kind = type_name(given)
        if kind:
            column["type"] = kind
        if "required" in given or "optional" in given:  # older releases write `optional`, where it is
            column["nullable"] = not given.get("required", True) or bool(given.get("optional"))
        found.append(column)
    return found


def type_name(spec: Any) -> str:
    """A type as text: `double`, `array<long>`, `map<string>`, `object<a: long, b: string>`, `tensor<float64, -1x3>`."""
    if isinstance(spec, str):
        return spec
    if not isinstance(spec, dict):
        return ""
    kind = str(spec.get("type", ""))
    if kind == "tensor":
        tensor = spec.get("tensor-spec") or {}
        shape = tensor.get("shape")
        sizes = "x".join(str(size) for size in shape) if isinstance(shape, list) else "?"
        return f"tensor<{tensor.get('dtype', '?')}, {sizes}>"
    if kind == "array":
        return f"array<{type_name(spec.get('items', {}))}>"
    if kind == "map":
        return f"map<{type_name(spec.get('values', {}))}>"
    if kind == "object" and isinstance(spec.get("properties"), dict):
        fields = ", ".join(f"{name}: {type_name(field)}" for name, field in sorted(spec["properties"].items()))
        return f"object<{fields}>"
    return kind


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
        shape[0] if isinstance(shape, list) and shape else None,
    ):
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return count
    return None
