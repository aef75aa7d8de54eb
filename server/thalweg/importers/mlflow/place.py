"""How what MLflow holds is named: the namespaces of one store, and the keys of what lies in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import orjson

from thalweg.model import keys, names
from thalweg.model.facts import Json
from thalweg.model.keys import Key

LONGEST = 500
"""Characters of a name that MLflow does not bound itself; what is longer is cut."""

EVALUATION_DATASET = "mlflow_evaluation_dataset"
"""What MLflow calls the source of a dataset that lies in its own tables."""

_UNKEPT = re.compile("[\0\ud800-\udfff]")
YEAR_10000 = 253_402_300_800_000
_DEFAULT_WORKSPACE = "default"


class Place:
    """One MLflow store by its name, `prod`: its source is `mlflow:prod`, and its things are in `mlflow://prod`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.source = f"mlflow:{name}"
        self._root = f"mlflow://{name}"
        # Runs name the same few things again and again.
        self.dataset: Callable[..., Key] = lru_cache(maxsize=4096)(self._dataset)
        self.job: Callable[..., Key] = lru_cache(maxsize=4096)(self._job)
        self.repository: Callable[[str], str] = lru_cache(maxsize=512)(self._repository)

    def namespace(self, workspace: str | None) -> str:
        """`mlflow://prod`; a workspace of MLflow 3 that is not the default one is a namespace of its own below it."""
        if workspace is None or workspace in ("", _DEFAULT_WORKSPACE):
            return self._root
        return f"{self._root}/{workspace}"

    def run(self, workspace: str | None, run_id: str) -> Key:
        return keys.run(self.namespace(workspace), run_id)

    def _job(self, workspace: str | None, experiment: str, entry_point: str | None, script: str | None) -> Key:
        """`<experiment>/<entry point>`, else `<experiment>/<file name of the source>`, else the experiment alone."""
        executed = step(entry_point, script)
        return keys.job(self.namespace(workspace), clean(experiment) + (f"/{executed}" if executed else ""))

    def registered(self, workspace: str | None, name: str, version: int | str) -> Key:
        return keys.model_version(self.namespace(workspace), clean(name), str(version))

    def logged(self, workspace: str | None, experiment: str, name: str | None, model_id: str) -> Key:
        """A logged model that is not registered. A registered model's name has no `/`, so the two never meet."""
        return keys.model_version(self.namespace(workspace), f"{clean(experiment)}/{clean(name or 'model')}", model_id)

    def _repository(self, url: str) -> str:
        return names.repository_url(url, self.name)

    def _dataset(
        self, workspace: str | None, experiment: str, name: str, digest: str, source_type: str, source: str
    ) -> Key:
        """The version of a dataset: where its source says that it lies, and MLflow's digest.

        One whose source is code, or says nothing, is only named, and the name is often `dataset`; MLflow itself tells
        such apart by their experiments, so they are named below theirs.
        """
        version = f"mlflow:{clean(digest) or '-'}"
        try:
            found = self._named(orjson.loads(source), source_type)
        except ValueError:
            found = None
        if source_type == EVALUATION_DATASET:
            found = self.evaluation(workspace, name)
        if found is None or not all(found) or max(map(len, found)) > 4 * LONGEST - 1:
            found = self.namespace(workspace), f"{clean(experiment)}/{clean(name) or 'dataset'}"
        return keys.dataset_version(*found, version)

    def evaluation(self, workspace: str | None, name: str) -> tuple[str, str]:
        """An evaluation dataset, which MLflow keeps itself: it is of no experiment."""
        return self.namespace(workspace), f"evaluation/{clean(name)}"

    def _named(self, source: Json, source_type: str) -> tuple[str, str] | None:
        """What a dataset's source says of where it lies; the keys are those of MLflow's kinds of sources."""
        if not isinstance(source, dict):
            return None
        uri = source.get("uri") or source.get("url")
        if isinstance(uri, str) and uri.strip():
            return self._uri(uri)
        table = source.get("delta_table_name") or source.get("table_name")
        if isinstance(table, str) and table.strip():
            return self._root, clean(table.strip())
        path = source.get("path")
        if isinstance(path, str) and path.strip():
            if source_type == "hugging_face":
                configuration = source.get("config_name")
                return "hf://datasets", clean("/".join(filter(None, (path, configuration))))
            return self._uri(f"dbfs:{path}" if path.startswith("/Volumes/") else path)
        return None

    def _uri(self, uri: str) -> tuple[str, str]:
        return names.dataset_name(clean(uri), self.name)


def step(entry_point: str | None, script: str | None) -> str:
    """What of an experiment a run executed: `main`, `train.py`; empty where nobody said."""
    if entry_point and entry_point.strip():
        return clean(entry_point.strip())
    if not script or not script.strip():
        return ""
    return clean(re.split(r"[\\/]", script.strip().rstrip("/\\"))[-1])


def clean(text: str) -> str:
    """A text that can be part of a key: nothing that no store keeps, and not endless."""
    if len(text) > 4 * LONGEST - 1:
        text = text[:LONGEST]
    return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", text)


def micros(milliseconds: Json) -> int | None:
    """MLflow's milliseconds as epoch microseconds; None for what is no time (MLflow writes 0 and -1 for none)."""
    if isinstance(milliseconds, int) and 0 < milliseconds < YEAR_10000:
        return milliseconds * 1000
    return None


def owners(tags: dict[str, str]) -> list[str]:
    """Who owns what has these tags: `owner`, `owners` (several by commas), else `team`."""
    for name in ("owners", "owner", "team"):
        found = [part.strip() for part in tags.get(name, "").split(",") if part.strip()]
        if found:
            return found
    return []
