"""Parameters and metrics as flat names with values: `train.lr`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from thalweg.importers.dvc_scalars import plain
from thalweg.importers.manifest import text
from thalweg.model.errors import BadInput

MOST = 1_000
"""Parameters of a run, and metrics of one, that are kept."""

DEFAULT_PARAMS = "params.yaml"


def flat(value: object, name: str = "") -> Iterator[tuple[str, Any]]:
    """The values at the ends of nested objects, each with the names that lead to it; a list is one value."""
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from flat(one, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def params(said: object) -> dict[str, str]:
    """`params` of a lock file, by file; names from another than the default one stand behind its name."""
    found: dict[str, str] = {}
    for file, values in said.items() if isinstance(said, Mapping) else ():
        for name, value in flat(values) if isinstance(values, Mapping) and values else ():
            whole = name if file == DEFAULT_PARAMS else f"{file}:{name}"
            found[whole] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if len(found) == MOST:
                return found
    return found


def metrics(path: str, raw: bytes) -> dict[str, float | int]:
    """The numbers in a file of metrics. Raises ValueError, saying why, for a file that is none."""
    if path.endswith(".toml"):
        data: Any = tomllib.loads(raw.decode("utf-8", "replace"))
    else:
        try:
            document = text.parse(raw, path, plain)
        except BadInput as error:
            raise ValueError(error.message) from error
        data = document.data
    found: dict[str, float | int] = {}
    for name, value in flat(data):
        if isinstance(value, int | float) and not isinstance(value, bool) and name:
            try:
                found[name] = value if abs(value) < 1 << 63 else float(value)
            except OverflowError as error:
                raise ValueError(f"{name} is a greater number than any that is kept") from error
        if len(found) == MOST:
            break
    return found
