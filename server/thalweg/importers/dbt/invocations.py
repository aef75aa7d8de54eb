"""What came of an invocation of dbt, by its `run_results.json`."""

from __future__ import annotations

from dataclasses import dataclass, field

from thalweg.importers.dbt.artifacts import of_run
from thalweg.importers.dbt.project import text
from thalweg.model import time
from thalweg.model.dbt import Node
from thalweg.model.facts import Json

BUILDING = ("run", "build", "seed", "snapshot", "test", "retry", "clone")
"""The commands that make tables, or test them; others (`docs generate`, `compile`) leave results of the same form."""

_STATUSES = {"success": "FINISHED", "error": "FAILED", "fail": "FAILED", "runtime error": "FAILED"}
PARTIAL = "partial success"
"""Of a model that is built batch after batch: some failed, the others are written."""

_NOTHING = ("skipped", "no-op", "reused")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one node. given: as dbt wrote it."""

    unique_id: str
    said: str
    started_at: int | None
    ended_at: int | None
    message: str | None
    code: str | None
    response: dict[str, Json]
    given: Node

    @property
    def ran(self) -> bool:
        return self.said not in _NOTHING

    @property
    def status(self) -> str:
        return "FAILED" if self.said == PARTIAL else _STATUSES.get(self.said, "UNKNOWN")

    @property
    def wrote(self) -> bool:
        return self.said in ("success", PARTIAL)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of dbt. command: its first word, `build`. env: what its metadata has of the environment."""

    id: str
    command: str
    at: int | None
    version: str | None
    target: str | None
    env: dict[str, str]
    results: dict[str, Result] = field(default_factory=dict)


def invocation(given: Node) -> Invocation:
    metadata, args = given["metadata"], given.get("args")
    args = args if isinstance(args, dict) else {}
    env = metadata.get("env")
    return Invocation(
        id=text(metadata.get("invocation_id")) or text(metadata.get("generated_at")) or "unknown",
        command=text(args.get("which")) or text(args.get("rpc_method")) or "run",
        at=_time(metadata.get("generated_at")),
        version=text(metadata.get("dbt_version")),
        target=text(args.get("target")),
        env={str(name): one for name, one in env.items() if isinstance(one, str)} if isinstance(env, dict) else {},
        results={one.unique_id: one for one in map(_result, of_run(given))},
    )


def _result(given: Node) -> Result:
    response = given.get("adapter_response")
    timing = given.get("timing")
    timed = [one for one in timing if isinstance(one, dict)] if isinstance(timing, list) else []
    begun = [at for one in timed if (at := _time(one.get("started_at"))) is not None]
    ended = [at for one in timed if (at := _time(one.get("completed_at"))) is not None]
    return Result(
        unique_id=str(given.get("unique_id")),
        said=str(given.get("status")),
        started_at=min(begun, default=None),
        ended_at=max(ended, default=None),
        message=text(given.get("message")),
        code=text(given.get("compiled_code")),
        response=response if isinstance(response, dict) else {},
        given=given,
    )


def _time(given: object) -> int | None:
    try:
        return time.parse(given) if isinstance(given, str) else None
    except ValueError:
        return None
