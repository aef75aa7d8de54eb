"""Makes an MLflow store with something of everything; runs in the environment of MLflow, never in ours.

`store.db` beside `artifacts/`; `made.json` says what MLflow called the things that it names itself, and which columns
it takes for which type of a signature (`enforced.py`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import mlflow
import numpy as np
import pandas as pd
from enforced import enforced
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.huggingface_dataset_source import HuggingFaceDatasetSource
from mlflow.entities import Metric
from mlflow.models import infer_signature

SHA = "4f1c0d9e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4938"
HOUR = 3_600_000
START = 1_767_225_600_000  # 2026-01-01, in MLflow's milliseconds
GIT = {
    "mlflow.source.git.commit": SHA,
    "mlflow.source.git.repoURL": "git@git.example.com:ml/churn.git",
    "mlflow.source.git.branch": "main",
    "mlflow.source.git.dirty": "true",
}
TABLE = pd.DataFrame({"age": [31, 44, 52], "spend": [1.5, 2.5, 0.5], "plan": ["a", None, "b"], "left": [0, 1, 0]})


class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> Any:
        return model_input["spend"] * 2


class Maker:
    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.made: dict[str, Any] = {"mlflow": mlflow.__version__}
        mlflow.set_tracking_uri(address)
        self.client = mlflow.MlflowClient()
        self.hour = 0

    def experiment(self, name: str, **tags: str) -> str:
        return str(self.client.create_experiment(name, (self.folder / "artifacts" / name).as_uri(), tags=tags))

    def run(self, nick: str, experiment: str, status: str | None = "FINISHED", **tags: str) -> str:
        """A run of an hour; they begin one after the other."""
        start = START + self.hour * HOUR
        self.hour += 1
        names = {"mlflow.user": "ada", "mlflow.source.name": "train.py", "mlflow.source.type": "LOCAL", **tags}
        run = self.client.create_run(experiment, start_time=start, run_name=nick, tags=names)
        if status is not None:
            self.client.set_terminated(run.info.run_id, status, end_time=start + HOUR // 2)
        self.made[nick] = run.info.run_id
        return str(run.info.run_id)

    def log(self, run: str, dataset: Any, context: str | None, tags: Mapping[str, str] = MappingProxyType({})) -> None:
        from mlflow.entities import DatasetInput, InputTag

        named = {"mlflow.data.context": context, **tags} if context else tags
        inputs = [InputTag(name, value) for name, value in named.items()]
        self.client.log_inputs(run, [DatasetInput(dataset._to_mlflow_entity(), inputs)])
        self.made.setdefault("digests", {})[dataset.name] = dataset.digest

    def log_model(self, run: str) -> str:
        """Returns where it lies: a URI of the run, or of the logged model."""
        signature = infer_signature(TABLE[["age", "spend"]], pd.DataFrame({"score": [0.5]}), {"limit": 3})
        with mlflow.start_run(run_id=run, log_system_metrics=False):
            name = {"name": "model"} if mlflow.__version__ >= "3" else {"artifact_path": "model"}
            info = mlflow.pyfunc.log_model(
                python_model=Doubled(), signature=signature, pip_requirements=["pandas"], **name
            )
        ended = self.client.get_run(run).info
        self.client.set_terminated(run, "FINISHED", end_time=ended.start_time + HOUR // 2)
        return str(info.model_uri)


def make(folder: Path) -> None:
    maker = Maker(folder, f"sqlite:///{folder / 'store.db'}")
    fill(maker)
    maker.made["enforced"] = enforced()
    if mlflow.__version__ >= "3":
        genai(maker)
    done(maker)


def make_files(folder: Path) -> None:
    """A store of files, `mlruns`, and the database that MLflow itself makes of it."""
    from mlflow.store.fs2db import migrate

    folder.mkdir()
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    maker = Maker(folder, (folder / "mlruns").as_uri())
    fill(maker)
    maker.client.log_metric(maker.made["small"], "deep/er", 0.5, timestamp=START, step=3)
    # To log a model writes the last points of its run once more, and there MLflow's own migration stops.
    once = Path(shutil.copytree(folder / "mlruns", folder / "once" / "mlruns"))
    for file in once.glob("*/*/metrics/*"):
        if file.is_file():
            file.write_text("".join(dict.fromkeys(file.read_text().splitlines(keepends=True))))
    migrate(once.parent, f"sqlite:///{folder / 'store.db'}", progress=False)
    done(maker)


def done(maker: Maker) -> None:
    (maker.folder / "made.part").write_text(json.dumps(maker.made))
    (maker.folder / "made.part").rename(maker.folder / "made.json")


def fill(maker: Maker) -> None:
    client, made = maker.client, maker.made
    churn = maker.experiment("churn", team="growth", **{"mlflow.note.content": "Who leaves."})
    data = mlflow.data.from_pandas

    train = maker.run(
        "train", churn, status=None, purpose="nightly", empty="",
        **{"mlflow.note.content": "The first.", "mlflow.docker.image.uri": "img:1", "mlflow.source.git.diff": "-x"},
        **GIT,
    )  # fmt: skip
    for key, value in (("depth", "3"), ("rate", "0.1")):
        client.log_param(train, key, value)
    points = [Metric("loss", value, START + at, step) for at, step, value in
              ((9, 3, float("nan")), (1, 1, 0.9), (2, 2, 0.4), (3, 2, 0.6), (4, 4, float("inf")))]  # fmt: skip
    points += [Metric("auc", value, START + step, step) for step, value in enumerate((0.6, 0.9, 0.8))]
    points += [Metric("lost", float("nan"), START, 0), Metric("depths", float("-inf"), START, 0)]
    client.log_batch(train, metrics=points)
    maker.log(train, data(TABLE, source="s3://lake/customers", name="customers"), "training")
    maker.log(train, data(TABLE, source="/data/labels.csv", name="labels"), None)
    maker.log(train, data(TABLE.assign(spend=9.0), name="dataset"), "training")  # the source is this code
    maker.log(train, data(TABLE.head(2), source="s3://lake/scored", name="scored"), "Output")
    maker.log(train, mlflow.data.from_numpy(np.zeros((3, 2)), source="https://u:pw@files.example.com/x.npy",
                                            targets=np.zeros(3), name="arrays"), "validation")  # fmt: skip
    delta = DeltaDatasetSource(delta_table_name="main.sales.orders", delta_table_version=7)
    maker.log(train, data(TABLE.head(1), source=delta, name="orders"), "training")
    hub = HuggingFaceDatasetSource(path="acme/reviews", config_name="en", split="train")
    maker.log(train, data(TABLE.tail(1), source=hub, name="reviews"), "training")

    child = maker.run("child", churn, **{"mlflow.parentRunId": train})
    client.log_metric(child, "auc", 0.7, timestamp=START, step=0)
    reader = maker.run("reader", churn, **{"mlflow.source.name": "/home/ada/churn/score.py"})
    reads = {"thalweg.columns": '["spend", "age"]', "thalweg.columns.2": '["plan"]', "columns": "3"}
    maker.log(reader, data(TABLE.head(2), source="s3://lake/scored", name="predictions"), "scoring", reads)
    clock = [Metric("clock", step / 4, START + at, step) for at, step in enumerate((-3, 0, 2, 1 << 40))]
    client.log_batch(reader, metrics=clock)
    small = maker.run("small", churn, batch="1")
    client.log_batch(small, metrics=[Metric(name, 0.5, START, 0) for name in ("auc", "loss")])
    for key, value in (("depth", "3"), ("rate", "0.1"), ("trees", "20")):
        client.log_param(small, key, value)
    maker.log(small, data(TABLE, source="s3://lake/customers", name="customers"), "training")
    maker.run("failed", churn, status="FAILED")
    maker.run("killed", churn, status="KILLED")
    maker.run("running", churn, status=None)
    maker.run("deleted", churn)
    client.delete_run(made["deleted"])
    maker.run("without repository", churn, **{"mlflow.source.git.commit": SHA})
    maker.run("half a commit", churn, **{**GIT, "mlflow.source.git.commit": SHA[:7]})
    maker.run("project", churn, **{"mlflow.source.name": "https://git.example.com/ml/churn", "mlflow.source.type":
                                   "PROJECT", "mlflow.project.entryPoint": "main", **GIT})  # fmt: skip
    other = maker.experiment("other", **{"mlflow.source.git.repoURL": "https://git.example.com/ml/other"})
    maker.run("of the experiment", other, **{"mlflow.source.git.commit": SHA})
    maker.log(made["of the experiment"], data(TABLE.assign(spend=8.0), name="dataset"), "training")
    dropped = maker.experiment("dropped")
    maker.run("in a deleted experiment", dropped)
    client.delete_experiment(dropped)

    model = maker.log_model(train)
    client.create_registered_model("churn", tags={"team": "growth", "tier": "1"}, description="Who leaves.")
    made["source"] = model if model.startswith("models:") else f"{client.get_run(train).info.artifact_uri}/model"
    for number in (1, 2, 3):
        client.create_model_version("churn", made["source"], run_id=train, description=f"Number {number}")
    client.set_registered_model_alias("churn", "champion", "2")
    client.set_model_version_tag("churn", "2", "approved", "yes")
    client.transition_model_version_stage("churn", "1", "Staging")
    client.delete_model_version("churn", "3")
    if hasattr(client, "copy_model_version"):
        client.copy_model_version("models:/churn/2", "canary")
    if mlflow.__version__ >= "3":
        from mlflow.entities import LoggedModelInput

        evaluate = maker.run("evaluate", churn, **{"mlflow.source.name": "evaluate.py"})
        made["model"] = model.removeprefix("models:/")
        made["other model"] = maker.log_model(maker.run("again", churn, status=None)).removeprefix("models:/")
        client.log_inputs(evaluate, models=[LoggedModelInput(made["model"]), LoggedModelInput(made["other model"])])
        client.log_metric(evaluate, "auc", 0.75, timestamp=START, step=0, model_id=made["other model"])
        client.set_logged_model_tags(made["other model"], {"grade": "b"})


def genai(maker: Maker) -> None:
    """A run that measures a model on a table and on an evaluation dataset; a prompt, and a trace."""
    from mlflow.genai.datasets import create_dataset, get_dataset

    client, made = maker.client, maker.made
    experiment = client.get_experiment_by_name("churn").experiment_id
    judge = maker.run("judge", experiment, **{"mlflow.source.name": "judge.py"})
    questions = create_dataset(name="questions", experiment_id=experiment, tags={"team": "support"})
    questions.merge_records([{"inputs": {"question": text}} for text in ("Who leaves?", "When?")])
    questions = get_dataset(dataset_id=questions.dataset_id)  # with the digest that it has now
    made["questions"] = questions.dataset_id
    maker.log(judge, questions, "eval")
    digests = {"customers": made["digests"]["customers"], "questions": questions.digest, "elsewhere": "0"}
    for at, (name, digest) in enumerate(digests.items()):
        client.log_metric(
            judge, "f1", at / 4, timestamp=START + at, step=0,
            dataset_name=name, dataset_digest=digest, model_id=made["other model"],
        )  # fmt: skip
    withdrawn(maker, experiment, judge)
    mlflow.genai.register_prompt("asking", "Does {{customer}} leave?")
    with mlflow.start_span("asked"):
        pass
    mlflow.flush_trace_async_logging()


def withdrawn(maker: Maker, experiment: str, judge: str) -> None:
    """Two logged models that were deleted: one that a run made and another measured, and one that no run names."""
    from mlflow.entities import LoggedModelOutput

    client, made = maker.client, maker.made
    trying = maker.run("trying", experiment, **{"mlflow.source.name": "try.py"})
    for nick, run in (("withdrawn", trying), ("nowhere", None)):
        model = client.create_logged_model(experiment, nick, run, params={"depth": "9"})
        made[f"{nick} model"] = model.model_id
        client.finalize_logged_model(model.model_id, "READY")
        kept = client.get_logged_model(made["other model"]).artifact_location
        shutil.copytree(urlsplit(kept).path, urlsplit(model.artifact_location).path)
    client.log_outputs(trying, [LoggedModelOutput(made["withdrawn model"], 4)])
    client.log_metric(judge, "recall", 0.25, timestamp=START + 5, step=1, model_id=made["withdrawn model"])
    for nick in ("withdrawn", "nowhere"):
        client.delete_logged_model(made[f"{nick} model"])


def bring(folder: Path, address: str) -> None:
    """The same store in another database: in the tables that MLflow makes there, row by row."""
    from mlflow.store.db.base_sql_model import Base
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as Registry
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as Tracking
    from sqlalchemy import create_engine, insert, select

    Registry(address)
    Tracking(address, (folder / "artifacts").as_uri())
    with create_engine(f"sqlite:///{folder / 'store.db'}").connect() as here, create_engine(address).begin() as there:
        for table in reversed(Base.metadata.sorted_tables):
            there.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.computed is None]
            if rows := [dict(row) for row in here.execute(select(*columns)).mappings()]:
                there.execute(insert(table), rows)


def serve(folder: Path) -> None:
    """MLflow's own server over the store; `address` says where. It goes on until the process is ended.

    The last thing to be done: where it is asked first, it makes its store that of the whole process.
    """
    os.environ["_MLFLOW_SERVER_FILE_STORE"] = f"sqlite:///{folder / 'store.db'}"
    os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = (folder / "artifacts").as_uri()
    from mlflow.server import app
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    written = folder / "address.part"
    written.write_text(f"http://127.0.0.1:{server.server_port}")
    written.rename(folder / "address")
    server.serve_forever()
