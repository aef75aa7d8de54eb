"""Thalweg: one graph of data, code, runs, models and deployments, and the questions asked of it.

What a training script calls stands here too: `thalweg.run(...)` and the names below. They are looked up when they are
first used, so that importing the package imports nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thalweg.client import DatasetVersion, ModelVersion, Run, configure, flush, run, start_run

__version__ = "0.1.0"

__all__ = ["DatasetVersion", "ModelVersion", "Run", "__version__", "configure", "flush", "run", "start_run"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from thalweg import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
