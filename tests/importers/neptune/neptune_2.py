"""What a Neptune of 2.x answers its exporter: records, in the types of its own client."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from neptune import attributes as kinds
from neptune import exceptions
from neptune.exceptions import MetadataInconsistency
from neptune.internal.artifacts.types import ArtifactFileData

FIRST = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
UPSTREAM = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"


def at(hours: float) -> datetime:
    return datetime.fromtimestamp(FIRST.timestamp() + hours * 3_600, UTC)


class Series:
    """Logged values, as the client fetches them: a frame of steps, values and times."""

    def __init__(self, *values: float | str, start: float = 0.0, steps: list[float] | None = None) -> None:
        self.values, self.start, self.steps = values, start, steps or [float(one) for one in range(len(values))]

    def frame(self) -> pd.DataFrame:
        rows = {
            number: {"step": step, "value": value, "timestamp": at(self.start + number / 60).replace(tzinfo=None)}
            for number, (step, value) in enumerate(zip(self.steps, self.values, strict=True))
        }
        return pd.DataFrame.from_dict(rows, orient="index")


class Tracked:
    """An artifact: what is known of its files, which lie elsewhere."""

    def __init__(self, *files: ArtifactFileData) -> None:
        self.files = list(files)


class Uploaded:
    """A file, or with several names a set of files, which the client brings as one archive."""

    def __init__(self, content: str, *names: str) -> None:
        self.content, self.names = content, names

    def download(self, destination: str, progress_bar: object = None) -> None:
        if not self.names:
            Path(destination).write_text(self.content)
            return
        with zipfile.ZipFile(Path(destination) / "files.zip", "w") as archive:
            for name in self.names:
                archive.writestr(zipfile.ZipInfo(name), self.content)


class Pictures:
    """A series of files, each named by its step."""

    def download(self, destination: str, progress_bar: object = None) -> None:
        Path(destination).mkdir(parents=True, exist_ok=True)
        for step in range(2):
            (Path(destination) / f"{step}.txt").write_text("a picture")


class GitInfo:
    """What 2.x keeps of Git on its server; its client has no way to fetch it."""


class State:
    """Whether a run is under way, which the exporter does not write."""


def s3(path: str, etag: str, size: int, *, bucket: str = "lake", below: str = "transactions") -> ArtifactFileData:
    told = {"location": f"s3://{bucket}/{below}/{path}", "last_modified": "2025-02-27 03:00:00"}
    return ArtifactFileData(path, etag, "S3", told, size)


def local(path: str, sha1: str, size: int, below: str = "/home/ada/churn") -> ArtifactFileData:
    told = {"file_path": f"file://{below}/{path}", "last_modified": "2025-02-28 17:00:00"}
    return ArtifactFileData(path.rpartition("/")[2], sha1, "Local", told, size)


TRAIN = Tracked(
    s3("2025/01.parquet", "1f3870be274f6c49b3e31a0c6728957f", 1_000),
    s3("2025/02.parquet", "72b302bf297a228a75730123efef7c41", 2_000),
)
TEST = Tracked(local("data/test.csv", "da39a3ee5e6b4b0d3255bfef95601890afd80709", 321))
MODEL = Tracked(s3("churn.pkl", "8277e0910d750195b448797616e091ad", 5_120, bucket="ml", below="models/CLS-1"))

RUNS: dict[str, dict[str, Any]] = {
    "CLS-1": {
        "sys/id": "CLS-1",
        "sys/name": "boosted trees",
        "sys/description": "The first that was any good.",
        "sys/owner": "ada",
        "sys/creation_time": at(0),
        "sys/modification_time": at(30),
        "sys/ping_time": at(2),
        "sys/running_time": 7_200.0,
        "sys/monitoring_time": 7_100,
        "sys/size": 12_345.0,
        "sys/failed": False,
        "sys/trashed": False,
        "sys/state": State(),
        "sys/hostname": "trainer-1",
        "sys/tags": {"weekly", "baseline"},
        "sys/group_tags": {"trees"},
        "source_code/entrypoint": "churn/train.py",
        "source_code/git": GitInfo(),
        "source_code/diff": Uploaded("--- a/churn/train.py\n"),
        f"source_code/upstream_diff_{UPSTREAM}": Uploaded("--- a/churn/train.py\n"),
        "source_code/files": Uploaded("import churn\n", "churn/train.py", "churn/data.py"),
        "parameters/lr": 0.1,
        "parameters/depth": 6,
        "parameters/booster": "dart",
        "parameters/early_stopping": True,
        "parameters/columns": {"spend_30d", "age"},
        "parameters/cutoff": datetime(2025, 2, 1, tzinfo=UTC),
        "eval/auc": 0.91,
        "note": "trained on the new features",
        "train/loss": Series(0.9, 0.5, float("nan"), 0.4, start=0.1),
        "train/gradient": Series(1.0, float("inf"), start=0.1),
        "monitoring/1a2b3c4d/cpu": Series(12.0, 90.0),
        "monitoring/1a2b3c4d/stdout": Series("epoch 1", "epoch 2"),
        "monitoring/1a2b3c4d/hostname": "trainer-1",
        "dataset/train": TRAIN,
        "dataset/test": TEST,
        "model/checkpoint": MODEL,
        "model/weights": Uploaded("weights"),
        "pictures": Pictures(),
    },
    "CLS-2": {
        "sys/id": "CLS-2",
        "sys/name": "Untitled",
        "sys/owner": "grace",
        "sys/creation_time": at(24),
        "sys/modification_time": at(25),
        "sys/ping_time": at(24.5),
        "sys/failed": True,
        "sys/trashed": False,
        "sys/tags": set(),
        "source_code/entrypoint": "/home/grace/churn/train.py",
        "monitoring/5e6f7a8b/traceback": Series(
            "Traceback (most recent call last):", '  File "train.py", line 3, in <module>', "ValueError: no such column"
        ),
        "dataset/train": TRAIN,
    },
    "CLS-3": {
        "sys/id": "CLS-3",
        "sys/creation_time": at(48),
        "sys/modification_time": at(72),
        "sys/failed": False,
        "sys/trashed": True,
    },
}

MODELS: dict[str, dict[str, Any]] = {
    "CLS-CHURN": {
        "sys/id": "CLS-CHURN",
        "sys/name": "churn",
        "sys/description": "Says who leaves.",
        "sys/owner": "ada",
        "sys/creation_time": at(1),
        "sys/modification_time": at(1),
        "sys/trashed": False,
        "sys/tags": {"growth"},
        "signature": Uploaded("{}"),
    },
}

VERSIONS: dict[str, dict[str, Any]] = {
    "CLS-CHURN-1": {
        "sys/id": "CLS-CHURN-1",
        "sys/model_id": "CLS-CHURN",
        "sys/name": "first",
        "sys/owner": "ada",
        "sys/creation_time": at(3),
        "sys/modification_time": at(40),
        "sys/stage": "production",
        "sys/trashed": False,
        "sys/tags": {"signed"},
        "run/id": "CLS-1",
        "run/name": "boosted trees",
        "run/url": "https://app.neptune.ai/acme/churn/e/CLS-1",
        "parameters/threshold": 0.5,
        "validation/auc": 0.9,
        "validation/by_week": Series(0.88, 0.9, start=3),
        "validation/dataset": TEST,
        "model": MODEL,
    },
    "CLS-CHURN-2": {
        "sys/id": "CLS-CHURN-2",
        "sys/model_id": "CLS-CHURN",
        "sys/owner": "grace",
        "sys/creation_time": at(50),
        "sys/modification_time": at(50),
        "sys/stage": "none",
        "sys/trashed": False,
        "run/url": "https://neptune.example.com/acme/churn/e/CLS-2",
        "model/binary": Uploaded("binary"),
    },
}

_KINDS = {
    str: kinds.String,
    bool: kinds.Boolean,
    int: kinds.Integer,
    float: kinds.Float,
    datetime: kinds.Datetime,
    set: kinds.StringSet,
    Tracked: kinds.Artifact,
    Pictures: kinds.FileSeries,
    GitInfo: kinds.GitRef,
    State: kinds.RunState,
}


def attribute(path: str, value: Any) -> Any:
    """An attribute of the client's own class, which answers without asking a server."""
    if isinstance(value, Series):
        kind = kinds.StringSeries if isinstance(value.values[0], str) else kinds.FloatSeries
    elif isinstance(value, Uploaded):
        kind = kinds.FileSet if value.names else kinds.File
    else:
        kind = _KINDS[type(value)]
    made = kind.__new__(kind)
    made._path = path.split("/")
    if isinstance(value, set):
        made.fetch = lambda: value
    elif isinstance(value, Series):
        made.fetch_values = lambda progress_bar=None: value.frame()
    elif isinstance(value, Tracked):
        made.fetch_files_list = lambda: value.files
    elif isinstance(value, Uploaded | Pictures):
        made.download = value.download
    return made


class Container:
    """A run, a model or a version of one, opened for reading."""

    def __init__(self, values: dict[str, Any], failing: str | None, versions: list[str]) -> None:
        self._values, self._failing, self._versions = values, failing, versions

    def __enter__(self) -> Container:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def get_structure(self) -> dict[str, Any]:
        return self._nested({path: attribute(path, value) for path, value in self._values.items()})

    def fetch(self) -> dict[str, Any]:
        return self._nested(self._values)

    def get_attribute(self, path: str) -> Any:
        if path == self._failing:
            raise MetadataInconsistency(f"{path} cannot be fetched")
        return attribute(path, self._values[path])

    def fetch_model_versions_table(self, **asked: object) -> Table:
        return Table(self._versions)

    @staticmethod
    def _nested(values: dict[str, Any]) -> dict[str, Any]:
        nested: dict[str, Any] = {}
        for path, value in values.items():
            *folders, name = path.split("/")
            here = nested
            for folder in folders:
                here = here.setdefault(folder, {})
            here[name] = value
        return nested


class Table:
    def __init__(self, ids: list[str]) -> None:
        self._ids = ids

    def to_pandas(self) -> pd.DataFrame:
        return pd.DataFrame({"sys/id": self._ids})


class Project:
    def __init__(self, runs: list[str]) -> None:
        self._runs = runs

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def fetch_runs_table(self, **asked: object) -> Table:
        return Table(self._runs)

    def fetch_models_table(self, **asked: object) -> Table:
        return Table(sorted(MODELS))


class Server:
    """Stands where the exporter has the module `neptune`. only: the one run there is. failing: what cannot be got."""

    exceptions = exceptions

    def __init__(self, only: str | None = None, failing: str | None = None) -> None:
        self._runs = {only: RUNS[only]} if only is not None else RUNS
        self._failing = failing

    def init_project(self, **asked: Any) -> Project:
        return Project(sorted(self._runs))

    def init_run(self, *, with_id: str, **asked: Any) -> Container:
        return Container(self._runs[with_id], self._failing, [])

    def init_model(self, *, with_id: str, **asked: Any) -> Container:
        return Container(MODELS[with_id], None, sorted(VERSIONS))

    def init_model_version(self, *, with_id: str, **asked: Any) -> Container:
        return Container(VERSIONS[with_id], None, [])
