# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = [
#   "gitpython==3.1.50",
#   "mlflow==3.17.2",
#   "numpy==2.4.6",
#   "pandas==3.1.1",
#   "scikit-learn==1.9.1",
#   "time-machine==3.6.0",
# ]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""Records the example estate: MLflow and git, run for real, under a clock of 2026 and a seed.

    uv run --script tools/estate/record.py server/thalweg/estate

It commits the training code to a repository as the year goes by, runs it, logs it to MLflow, registers and marks
models, and writes `mlflow.db`, `artifacts/` (the MLmodel files alone), `training.bundle` and `deployments.yaml`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # before MLflow is imported

from shop import Shop
from story import tell

HERE = Path(__file__).parent


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        shop = Shop(Path(folder), HERE / "commits")
        with shop:
            tell(shop)
        shop.keep(target, HERE / "deployments.yaml")
    size = (target / "mlflow.db").stat().st_size
    print(f"{shop.runs} runs, {len(shop.commits)} commits, mlflow.db {size / 1e6:.1f} MB, in {target}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]).resolve())
