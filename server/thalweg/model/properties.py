"""Which properties each kind and each edge has, and of which type: what validation and documentation read."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind


class Type(Enum):
    """The type of a property; the value is the sentence that an error ends with."""

    TEXT = "must be text"
    NAME = "must be text that is not empty"
    INT = "must be a whole number"
    FLOAT = "must be a number"
    BOOL = "must be true or false"
    TIME = "must be a time in epoch microseconds"
    END = "must be a time in epoch microseconds (it may lie in the future)"
    TEXTS = "must be a list of texts"
    MAP = "must be an object whose values are texts"
    COLUMNS = "must be a list of objects with a name, and a type and nullable where known"
    METRICS = "must be an object of numbers, or of objects with a last value"
    JOB = "must be a list of two texts: the job's namespace and name"
    STATUS = "must be one of SCHEDULED, RUNNING, FINISHED, FAILED, KILLED, UNKNOWN"
    COVERS = "must be one of DECLARED, PREDICATES, PROJECTION"
    SHARE = "must be a number from 0 to 100 (percent of the traffic)"
    SHARES = (
        "must be a list of former shares, the oldest first: objects with `until` (a time in epoch microseconds), and \
`traffic` (a number from 0 to 100) where it is known"
    )
    JSON = "must be a JSON value"

    __hash__ = object.__hash__


STATUSES = ("SCHEDULED", "RUNNING", "FINISHED", "FAILED", "KILLED", "UNKNOWN")
UNDER_WAY = ("SCHEDULED", "RUNNING", "UNKNOWN")
"""The statuses of a run that has not ended, as far as is known."""

COMMON: dict[str, Type] = {
    "description": Type.TEXT,
    "tags": Type.MAP,
    "owners": Type.TEXTS,
    "url": Type.TEXT,
    "created_at": Type.TIME,
    "gone_at": Type.TIME,
    "extra": Type.JSON,
}
"""What every kind may have. `gone_at`: its source says that it was deleted in the world."""

PROPERTIES: dict[Kind, dict[str, Type]] = {
    Kind.DATASET: COMMON | {"uri": Type.TEXT, "format": Type.TEXT},
    Kind.DATASET_VERSION: COMMON
    | {
        "uri": Type.TEXT,
        "format": Type.TEXT,
        "columns": Type.COLUMNS,
        "column_lineage": Type.JSON,
        "bytes": Type.INT,
        "rows": Type.INT,
        "statistics": Type.JSON,
    },
    Kind.REPOSITORY: COMMON | {"default_branch": Type.TEXT},
    Kind.COMMIT: COMMON
    | {
        "author": Type.TEXT,
        "author_email": Type.TEXT,
        "authored_at": Type.TIME,
        "message": Type.TEXT,
        "branches": Type.TEXTS,
        "git_tags": Type.TEXTS,
    },
    Kind.JOB: COMMON | {"entry_point": Type.TEXT, "job_type": Type.TEXT},
    Kind.RUN: COMMON
    | {
        "job": Type.JOB,
        "name": Type.TEXT,
        "status": Type.STATUS,
        "started_at": Type.TIME,
        "ended_at": Type.TIME,
        "params": Type.MAP,
        "metrics": Type.METRICS,
        "environment": Type.MAP,
        "dirty": Type.BOOL,
        "command": Type.TEXT,
        "user": Type.TEXT,
        "error": Type.TEXT,
    },
    Kind.MODEL: COMMON,
    Kind.MODEL_VERSION: COMMON
    | {
        "uri": Type.TEXT,
        "sha256": Type.TEXT,
        "bytes": Type.INT,
        "format": Type.TEXT,
        "status": Type.TEXT,
        "signature": Type.JSON,
        "params": Type.MAP,
        "metrics": Type.METRICS,
        "environment": Type.MAP,
        "user": Type.TEXT,
    },
    Kind.DEPLOYMENT: COMMON | {"platform": Type.TEXT},
    Kind.RELEASE: COMMON
    | {
        "since": Type.TIME,
        "until": Type.END,
        "status": Type.TEXT,
        "config": Type.JSON,
        "metrics": Type.METRICS,
    },
}

HAPPENED: dict[Kind, tuple[str, ...]] = {
    kind: {
        Kind.COMMIT: ("authored_at", "created_at"),
        Kind.RUN: ("started_at", "created_at"),
        Kind.RELEASE: ("since", "created_at"),
    }.get(kind, ("created_at",))
    for kind in Kind
}
"""The properties that say when a thing happened, the best first; without any of them it is when it was first seen."""

EDGE_COMMON: dict[str, Type] = {"at": Type.TIME, "assumed": Type.BOOL, "extra": Type.JSON}
"""`assumed`: the end was worked out, not stated (a read that named no version)."""

# INPUT_TO: `columns` may be `*`, for whatever there are; `exact`: the reader takes them by their place or number
EDGE_PROPERTIES: dict[EdgeType, dict[str, Type]] = {
    EdgeType.INPUT_TO: EDGE_COMMON
    | {"columns": Type.TEXTS, "covers": Type.COVERS, "pinned": Type.BOOL, "exact": Type.BOOL},
    EdgeType.CODE_OF: EDGE_COMMON | {"path": Type.TEXT, "dirty": Type.BOOL},
    EdgeType.PRODUCED: EDGE_COMMON,
    EdgeType.SERVED_BY: EDGE_COMMON | {"traffic": Type.SHARE, "shares": Type.SHARES},
    EdgeType.DERIVED_INTO: EDGE_COMMON,
    EdgeType.PARENT_OF: EDGE_COMMON,
}

MINIMIZED = ("loss", "error", "rmse", "mae", "mse", "mape", "perplexity", "latency", "wer", "cer", "brier")


@lru_cache(maxsize=1_024)  # an import asks it of the same few for each run
def minimized(metric: str) -> bool:
    """Whether less is better, by the metric's name, where nobody stated it."""
    name = metric.lower()
    return any(word in name for word in MINIMIZED)
