"""What the format of a file tells of it, for an import of files: importers and schemas do not know each other."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

from thalweg.model.errors import BadInput
from thalweg.schemas import NotInstalled, data_of


class Describing:
    """Describes files, for several threads. That a package is not there is said once."""

    def __init__(self) -> None:
        self._missing: set[str] = set()
        self._lock = Lock()

    def __call__(self, path: Path) -> dict[str, Any]:
        try:
            found = data_of(path)
        except NotInstalled as error:
            with self._lock:
                first = error.hint not in self._missing
                self._missing.add(error.hint)
            return {"problem": str(error).removeprefix(f"{path} ") if first else ""}
        except (BadInput, OSError) as error:
            return {"problem": str(error).removeprefix(f"{path}: ")}
        if found is None:
            return {}
        told: dict[str, Any] = {"format": found.format}
        if found.columns is not None:
            told["columns"] = [
                {name: value for name, value in column._asdict().items() if value is not None}
                for column in found.columns
            ]
        if found.rows is not None:
            told["rows"] = found.rows
        return told
