"""A small shop: raw data, features, a model trained twice, an endpoint that serves it, and what the endpoint predicted.

tx@1 ─> *clean ─> features@1 ─┬─> *train1 ─> fraud/1 ─> +fraud#1 (ended)
                              └─> *train2 ─> fraud/2 ─> +fraud#2 (live) ─> predictions@1
"""

from __future__ import annotations

from tests.facts import Fact, alias, code, edge, granule, reads, run, serves, stage, thing, writes
from thalweg.model import time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Granule

DAY0 = time.parse("2026-01-01")
"""When the shop began."""


def day(number: int) -> int:
    return DAY0 + number * time.DAY


NOW = time.now()


def shop() -> list[Granule]:
    ago = NOW - 10 * time.DAY
    return [
        granule(
            "raw",
            thing("tx", description="Card payments", owners=["risk@shop.test"], tags={"tier": "gold", "pii": "yes"}),
            thing(
                "tx@1",
                uri="s3://lake/tx",
                rows=10**12,
                columns=[{"name": "amount", "type": "double", "nullable": False}, {"name": "card"}],
                created_at=day(0),
            ),
        ),
        granule(
            "clean",
            thing("repo!", default_branch="main"),
            thing("repo!abcd1", author="Ada", message="Clean the data\n", authored_at=day(0), git_tags=["v1"]),
            thing("repo!abcd2", author="Ada", authored_at=day(1)),
            edge("repo!abcd1", EdgeType.PARENT_OF, "repo!abcd2"),
            run("clean", "clean", status="FINISHED", started_at=ago, ended_at=ago + time.MINUTE),
            code("repo!abcd1", "*clean", path="clean.py", dirty=True),
            reads("tx@1", "*clean", "raw", columns=["amount"], covers="DECLARED"),
            writes("*clean", "features@1"),
        ),
        granule("train1", *training(1, ago + time.DAY, auc=0.81, loss=float("nan"))),
        granule(
            "train2",
            *training(2, ago + 2 * time.DAY, auc=0.93, loss=float("inf")),
            edge("*train1", EdgeType.PARENT_OF, "*train2"),
        ),
        granule(
            "registry",
            thing("fraud:", description="Is it fraud?"),
            alias("fraud/1", "champion", ago + time.DAY, ago + 3 * time.DAY),
            alias("fraud/2", "champion", ago + 3 * time.DAY),
            stage("fraud/2", "Production", ago + 3 * time.DAY),
        ),
        granule(
            "live",
            thing("+fraud", platform="kserve"),
            thing("+fraud#1", since=ago + time.DAY, until=ago + 3 * time.DAY),
            thing("+fraud#2", since=ago + 3 * time.DAY, status="Ready", config={"replicas": 2}),
            serves("fraud/1", "+fraud#1", traffic=100),
            serves("fraud/2", "+fraud#2", traffic=90.5),
            reads("features@1", "+fraud#2"),
            writes("+fraud#2", "predictions@1"),
        ),
    ]


def training(number: int, at: int, **metrics: float) -> list[Fact]:
    return [
        run(
            f"train{number}",
            "train",
            status="FINISHED",
            started_at=at,
            ended_at=at + time.MINUTE,
            params={"lr": "0.1", "depth": str(number)},
            metrics={name: {"last": value, "best": value, "step": 3} for name, value in metrics.items()},
        ),
        code("repo!abcd2", f"*train{number}"),
        reads("features@1", f"*train{number}", "train"),
        writes(f"*train{number}", f"fraud/{number}"),
    ]
