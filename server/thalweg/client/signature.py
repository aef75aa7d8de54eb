"""The signature of a model, in whatever form a script has it, as a model version keeps it: lists of columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from thalweg.client.values import clean
from thalweg.model.errors import BadInput


def signature(given: object) -> dict[str, Any]:
    """`{inputs, outputs, params}`, those that are stated, of MLflow's ModelSignature, of its `to_dict`, or of an object
    like `{"inputs": {"age": "long"}}`. Raises BadInput for anything else.
    """
    if not isinstance(given, Mapping) and callable(made := getattr(given, "to_dict", None)):
        given = made()
    if not isinstance(given, Mapping) or not given.keys() & {"inputs", "outputs", "params"}:
        raise BadInput(
            "The signature is none that can be read.",
            'Give what MLflow\'s infer_signature made, or {"inputs": {"age": "long"}, "outputs": {"fraud": "double"}}.',
        )
    found: dict[str, Any] = {}
    for side in ("inputs", "outputs", "params"):
        stated = _parsed(side, given.get(side))
        if stated:
            found[side] = stated if side == "params" else _specs(side, stated)
    try:
        return dict(json.loads(json.dumps(found, default=str, allow_nan=False)))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"The signature is no JSON: {error}.") from None


def _parsed(side: str, stated: Any) -> Any:
    """MLflow writes each side as JSON text."""
    if not isinstance(stated, str):
        return stated
    try:
        return json.loads(stated)
    except ValueError:
        raise BadInput(f"The {side} of the signature are text that is no JSON.") from None


def _specs(side: str, stated: Any) -> list[dict[str, Any]]:
    if isinstance(stated, Mapping):
        stated = [
            {"name": clean(str(name)), **(kind if isinstance(kind, Mapping) else {"type": str(kind)})}
            for name, kind in stated.items()
        ]
    if not isinstance(stated, list | tuple) or not all(isinstance(one, Mapping) for one in stated):
        raise BadInput(f"The {side} of the signature are no columns.", 'Give them like {"age": "long"}.')
    return [dict(one) for one in stated]
