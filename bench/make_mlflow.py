# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["mlflow==3.17.2", "numpy==2.4.6", "pandas==3.1.1"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""A few ordinary runs in a store of MLflow's own: `uv run --script make_mlflow.py FOLDER`.

Each read a dataset of its own and has ten parameters, four metrics of twenty points, and the commit of its code.
`runs.json` names them.
"""

import json
import sys
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.entities import DatasetInput, InputTag, Metric, Param, RunTag

RUNS = 20
START = 1_767_225_600_000  # 2026-01-01, in MLflow's milliseconds
HOUR = 3_600_000

folder = Path(sys.argv[1]).resolve()
mlflow.set_tracking_uri(f"sqlite:///{folder / 'store.db'}")
client = mlflow.MlflowClient()
made = []
for number in range(RUNS):
    experiment = client.create_experiment(f"experiment-{number}", (folder / "artifacts").as_uri())
    at = START + number * HOUR
    tags = {"mlflow.user": "ada", "mlflow.source.name": "train.py", "mlflow.source.type": "LOCAL",
            "mlflow.source.git.commit": f"{number + 1:040x}",
            "mlflow.source.git.repoURL": "https://git.example.com/ml/train.git"}  # fmt: skip
    run = client.create_run(experiment, start_time=at, run_name=f"run-{number}", tags=tags).info.run_id
    params = [Param(f"param_{one}", str(number * one)) for one in range(10)]
    points = [Metric(f"metric_{one}", 1 / (step + one + 1), at + step, step) for one in range(4) for step in range(20)]
    client.log_batch(run, metrics=points, params=params, tags=[RunTag("purpose", "nightly")])
    table = pd.DataFrame({f"column_{one}": [0.5, number] for one in range(10)})
    dataset = mlflow.data.from_pandas(table, source=f"s3://lake/table-{number}", name=f"table-{number}")
    given = [InputTag("mlflow.data.context", "training")]
    client.log_inputs(run, [DatasetInput(dataset._to_mlflow_entity(), given)])
    client.set_terminated(run, "FINISHED", end_time=at + HOUR // 2)
    made.append(run)
(folder / "runs.json").write_text(json.dumps(made))
