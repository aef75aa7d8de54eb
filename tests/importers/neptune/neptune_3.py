"""What a Neptune of 3.x answers its exporter: records, in the frames that its client makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from neptune_query.types import File, Histogram

COMMIT = "5e6f7a8b9c0d1e2f30415263748596a7b8c9d0e1"
TYPES = {str: "string", bool: "bool", int: "int", float: "float", datetime: "datetime", set: "string_set"}


def at(hours: float) -> datetime:
    return datetime.fromtimestamp(datetime(2025, 9, 1, 8, 0, tzinfo=UTC).timestamp() + hours * 3_600, UTC)


Points = list[tuple[float, Any]]
"""A series: steps and values, a minute apart."""


def file(run: str, path: str, step: float | None = None) -> File:
    return File("acme/forecast", None, run, path, step, f"{run}/{path}", 7, "text/plain")


SCALARS: dict[str, dict[str, Any]] = {
    "base": {
        "sys/id": "FOR-1",
        "sys/custom_run_id": "base",
        "sys/name": "weekly demand",
        "sys/experiment/name": "weekly demand",
        "sys/experiment/is_head": False,
        "sys/owner": "ada",
        "sys/creation_time": at(0),
        "sys/modification_time": at(5),
        "sys/ping_time": at(4),
        "sys/failed": False,
        "sys/archived": False,
        "sys/tags": {"nightly"},
        "sys/diagnostics/attributes/total_count": 31,
        "source_code/commit/commit_id": COMMIT,
        "source_code/commit/message": "Fit by week",
        "source_code/commit/author_name": "Ada",
        "source_code/commit/author_email": "ada@example.com",
        "source_code/commit/commit_date": at(-20),
        "source_code/branch": "main",
        "source_code/remote/fork": "https://git.example.com/ada/forecast.git",
        "source_code/remote/origin": "git@git.example.com:acme/forecast.git",
        "source_code/dirty": False,
        "source_code/run_command": "python -u jobs/fit.py --weeks 12",
        "config/weeks": 12,
        "config/horizon": "4w",
        "result/mape": 0.125,
    },
    "forked": {
        "sys/id": "FOR-2",
        "sys/custom_run_id": "forked",
        "sys/name": "weekly demand",
        "sys/experiment/name": "weekly demand",
        "sys/experiment/is_head": True,
        "sys/owner": "ada",
        "sys/creation_time": at(6),
        "sys/modification_time": at(9),
        "sys/failed": False,
        "sys/archived": False,
        "sys/forking/parent": "base",
        "sys/forking/step": 1.5,
        "sys/forking/depth": 1,
        "source_code/commit/commit_id": COMMIT,
        "source_code/remote/origin": "git@git.example.com:acme/forecast.git",
        "source_code/dirty": True,
    },
    "archived": {
        "sys/id": "FOR-3",
        "sys/custom_run_id": "archived",
        "sys/creation_time": at(10),
        "sys/modification_time": at(12),
        "sys/failed": True,
        "sys/archived": True,
    },
}
METRICS: dict[str, dict[str, Points]] = {
    "base": {
        "train/mape": [(0.0, 0.5), (0.5, 0.25), (1.0, float("nan")), (1.5, 0.125)],
        "train/coverage": [(0.0, 0.5), (1.0, 0.75)],
    },
    "forked": {"train/mape": [(2.0, 0.1)]},
}
SERIES: dict[str, dict[str, Points]] = {
    "base": {
        "logs": [(0.0, "week 1"), (1.0, "week 2")],
        "weights": [(0.0, Histogram("COUNTING", [0.0, 1.0, 2.0], [3.0, 4.0]))],
        "plots": [(0.0, file("base", "plots", 0.0)), (1.0, file("base", "plots", 1.0))],
    },
}
FILES: dict[str, list[str]] = {
    "base": ["source_code/entry_point", "model/weights"],
    "forked": ["source_code/entry_point", "source_code/diff/head"],
}


def type_of(value: Any) -> str:
    return {str: "string_series", Histogram: "histogram_series", File: "file_series"}[type(value)]


class Server:
    """Stands where the exporter has the module `neptune_query.runs`."""

    def list_runs(self, *, project: str, runs: Any) -> list[str]:
        return sorted(SCALARS)

    def fetch_runs_table(self, *, runs: list[str], attributes: Any, **asked: Any) -> pd.DataFrame:
        wanted, names = attributes.type, attributes.name
        rows: dict[str, dict[str, Any]] = {run: {} for run in runs}
        for run in runs:
            scalars = {(path, TYPES[type(value)]): value for path, value in SCALARS[run].items()}
            files = {(path, "file"): file(run, path) for path in FILES.get(run, [])}
            # Of a series the table has the last value.
            last = {(path, type_of(points[-1][1])): points[-1][1] for path, points in SERIES.get(run, {}).items()}
            rows[run] = {
                f"{path}:{type}": value
                for (path, type), value in (scalars | files | last).items()
                if type in wanted and (names is None or path in names)
            }
        table = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
        table.index.name = "run"
        return table.reindex(columns=sorted(table.columns))

    def list_attributes(self, *, runs: list[str], attributes: Any, **asked: Any) -> list[str]:
        found: set[str] = set()
        for run in runs:
            if "float_series" in attributes.type:
                found |= METRICS.get(run, {}).keys()
            if "file" in attributes.type:
                found |= set(FILES.get(run, []))
            if "file_series" in attributes.type:
                series = SERIES.get(run, {})
                found |= {path for path, points in series.items() if type_of(points[-1][1]) == "file_series"}
        return sorted(found)

    def fetch_metrics(self, *, runs: list[str], attributes: list[str], **asked: Any) -> pd.DataFrame:
        return self._frame(METRICS, runs, attributes)

    def fetch_series(self, *, runs: list[str], attributes: Any, **asked: Any) -> pd.DataFrame:
        return self._frame(SERIES, runs, attributes if isinstance(attributes, list) else attributes.name)

    @staticmethod
    def _frame(kept: dict[str, dict[str, Points]], runs: list[str], paths: list[str]) -> pd.DataFrame:
        """Rows by run and step; of each attribute a column of times and one of values."""
        cells: dict[tuple[str, float], dict[tuple[str, str], Any]] = {}
        for run in runs:
            for path, points in kept.get(run, {}).items():
                for number, (step, value) in enumerate(points) if path in paths else ():
                    cell = cells.setdefault((run, step), {})
                    cell[path, "absolute_time"] = pd.Timestamp(at(1 + number / 60))
                    cell[path, "value"] = value
        columns = pd.MultiIndex.from_tuples(sorted({column for cell in cells.values() for column in cell}))
        index = pd.MultiIndex.from_tuples(sorted(cells), names=["run", "step"])
        rows = [[cells[key].get(column) for column in columns] for key in sorted(cells)]
        frame = pd.DataFrame(rows, index=index, columns=columns, dtype=object)
        for path, kind in columns:
            if kind == "absolute_time":
                frame[path, kind] = pd.to_datetime(frame[path, kind], utc=True)
            elif kept is METRICS:
                frame[path, kind] = frame[path, kind].astype("float64")
        return frame

    def download_files(self, *, files: pd.DataFrame, destination: Path) -> pd.DataFrame:
        rows: list[dict[str, Any]] = []
        for one in sorted(
            (one for one in files.to_numpy().ravel() if isinstance(one, File)), key=lambda one: (one.path, one.step)
        ):
            target = Path(destination) / str(one.run_id) / one.attribute_path
            if one.step is not None:
                target /= f"step_{one.step:f}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("content")
            rows.append({"run": one.run_id, "attribute": one.attribute_path, "step": one.step, "path": str(target)})
        table = pd.DataFrame(rows).pivot(index=["run", "step"], columns="attribute", values="path")
        return table.sort_index()
