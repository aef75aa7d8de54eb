# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = [
#   "click==8.2.1", "neptune==1.14.0", "neptune-query==1.7.0", "numpy==2.3.5", "pandas==2.3.3", "pyarrow==21.0.0",
#   "rich==13.9.4",
# ]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""The exports in `recorded/`: `uv run --script make_recorded.py CHECKOUT recorded`.

The exporter is the real one, out of a checkout of its repository: its readers of both clients, its managers, its writer
of Parquet and its report of errors, with the releases that its lock names. What Neptune would answer it stands in
`neptune_2.py` and `neptune_3.py`, in the types and the frames of Neptune's own clients.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

CHECKOUT, RECORDED = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
os.environ["TZ"] = "UTC"  # the client of 2.x gives the times of points by the clock of whoever exports
time.tzset()
sys.path[:0] = [str(CHECKOUT / "src"), str(Path(__file__).parent)]

from neptune_2 import Server as Server2  # noqa: E402
from neptune_3 import Server as Server3  # noqa: E402
from neptune_exporter.export_manager import ExportManager  # noqa: E402
from neptune_exporter.exporters import neptune2, neptune3  # noqa: E402
from neptune_exporter.exporters.error_reporter import ErrorReporter  # noqa: E402
from neptune_exporter.model_registry_export_manager import ModelRegistryExportManager  # noqa: E402
from neptune_exporter.progress.listeners import NoopProgressListenerFactory  # noqa: E402
from neptune_exporter.storage.parquet_reader import ParquetReader  # noqa: E402
from neptune_exporter.storage.parquet_writer import ParquetWriter  # noqa: E402


class Export:
    """One run of the exporter's program: where it writes, by its own names for that."""

    def __init__(self, name: str) -> None:
        self.folder = RECORDED / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.errors = ErrorReporter(self.folder / "neptune_exporter_errors.jsonl")

    def runs(self, exporter: object, project: str, part: int = 50 << 20) -> None:
        """part: the bytes after which the writer begins another part."""
        self._manager(ExportManager, exporter, "data", "files", part).run([project])

    def models(self, exporter: object, project: str) -> None:
        manager = self._manager(ModelRegistryExportManager, exporter, "model_data", "model_files", 50 << 20)
        manager.run([project], include_archived_models=True)

    def _manager(self, kind: type, exporter: object, data: str, files: str, part: int) -> object:
        return kind(
            exporter=exporter,
            reader=ParquetReader(self.folder / data),
            writer=ParquetWriter(self.folder / data, target_part_size_bytes=part),
            error_reporter=self.errors,
            files_destination=self.folder / files,
            progress_listener_factory=NoopProgressListenerFactory(),
        )


def second(export: Export, server: Server2) -> neptune2.Neptune2Exporter:
    neptune2.neptune = server  # in place of the module by which the exporter asks Neptune
    return neptune2.Neptune2Exporter(export.errors, max_workers=1, include_trashed_runs=True)


def third(export: Export, server: Server3) -> neptune3.Neptune3Exporter:
    neptune3.nq_runs = server
    return neptune3.Neptune3Exporter(export.errors, max_workers=1, include_archived_runs=True)


def main() -> None:
    churn = Export("churn")
    exporter = second(churn, Server2())
    churn.runs(exporter, "acme/churn")
    churn.models(exporter, "acme/churn")
    exporter.close()

    parts = Export("parts")
    exporter = second(parts, Server2(only="CLS-1"))
    parts.runs(exporter, "acme/churn", part=1)
    exporter.close()

    failing = Export("failing")
    exporter = second(failing, Server2(only="CLS-1", failing="dataset/train"))
    failing.runs(exporter, "acme/churn")
    exporter.close()

    forecast = Export("forecast")
    exporter = third(forecast, Server3())
    forecast.runs(exporter, "acme/forecast")
    exporter.close()

    for file in sorted(RECORDED.glob("*/*files/**/*"), reverse=True):  # what was uploaded is not read
        if file.is_dir() and not any(file.iterdir()):
            file.rmdir()
        elif file.is_file() and file.name != "files_list.json":
            file.unlink()


if __name__ == "__main__":
    main()
