"""What the cluster of the tests comes to, as lines: `python -m tests.importers.kubernetes.golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

from tests.importers.lines import lines
from thalweg.importers import kubernetes
from thalweg.model.facts import Granule

HERE = Path(__file__).parent
CLUSTER = HERE / "cluster"
GOLDEN = HERE / "golden.txt"


def granules() -> list[Granule]:
    environment = ["production", "growth=staging"]
    return list(kubernetes.read(CLUSTER, source="prod", environment=environment, models="mlflow://shop").granules)


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(lines(granules())) + "\n")
