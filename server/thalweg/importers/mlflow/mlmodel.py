"""The MLmodel files of models, where their artifacts can be reached from here."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from thalweg.importers.mlflow.mapping import mapping
from thalweg.importers.mlflow.schemas import signature
from thalweg.importers.notes import Notes
from thalweg.model.facts import Json

LARGEST = 4 << 20
"""Bytes of an MLmodel file; a larger one is none (its input examples are files of their own)."""

UNREACHED = (
    "{count} MLmodel files cannot be reached from here (the first: {first}), so these models came without signatures. "
    "Give a copy of the artifacts, or of their MLmodel files alone, with `artifacts`."
)


class Artifacts:
    """Where models lie: under `root`, a copy of the artifact store or of part of it; else where their URIs say."""

    def __init__(self, root: Path | None, notes: Notes) -> None:
        self._root = root
        self._notes = notes

    def properties(self, uri: str | None) -> dict[str, Json]:
        """The signature, format, size and environment of the model at a URI; nothing where it is not reached."""
        if not uri:
            return {}
        file = self._file(uri)
        if file is None:
            self._notes.count(UNREACHED, uri)
            return {}
        try:
            return _properties(_loaded(file))
        except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError, RecursionError) as error:
            reason = " ".join(str(error).split())[:200]
            self._notes.say(
                "MLmodel files cannot be read",
                f"The MLmodel file at {uri} cannot be read ({reason}); its model came without a signature.",
            )
            return {}

    def _file(self, uri: str) -> Path | None:
        """Under `root` by as much of the end of the URI's path as there is; else where the URI says."""
        scheme, separator, _ = uri.partition(":")
        local = not separator or len(scheme) == 1 or scheme.lower() == "file"  # a drive's letter is no scheme
        try:
            path = uri if local and scheme.lower() != "file" else unquote(urlsplit(uri).path)
        except ValueError:
            return None
        steps = [step for step in path.replace("\\", "/").split("/") if step not in ("", ".")]
        if self._root is not None and ".." not in steps:
            for skipped in range(max(len(steps) - 1, 1)):
                file = self._root.joinpath(*steps[skipped:], "MLmodel")
                if _is_file(file):
                    return file
        if local and Path(path).is_absolute() and _is_file(Path(path, "MLmodel")):
            return Path(path, "MLmodel")
        return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False


def _loaded(file: Path) -> dict[str, Json]:
    if file.stat().st_size > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    return mapping(file.read_bytes())


def _properties(given: dict[str, Json]) -> dict[str, Json]:
    flavors = given.get("flavors")
    flavors = flavors if isinstance(flavors, dict) else {}
    names = sorted(str(name) for name in flavors if name != "python_function") or sorted(map(str, flavors))
    environment: dict[str, str] = {}
    if isinstance(given.get("mlflow_version"), str):
        environment["mlflow"] = given["mlflow_version"]
    for name, flavor in flavors.items():
        if not isinstance(flavor, dict):
            continue
        library = "python" if name == "python_function" else str(name)
        version = flavor.get("python_version" if name == "python_function" else f"{name}_version")
        if isinstance(version, str | int | float):
            environment[library] = str(version)
    size = given.get("model_size_bytes")
    found: dict[str, Json] = {
        "signature": signature(given.get("signature")),
        "format": ", ".join(names) or None,
        "bytes": size if isinstance(size, int) and not isinstance(size, bool) else None,
        "environment": environment or None,
    }
    return {name: value for name, value in found.items() if value is not None}
