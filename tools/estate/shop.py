"""The tools of the shop: a clock, a repository of training code, and an MLflow whose artifacts lie in a bucket."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import mlflow
import pandas as pd
import time_machine
from mlflow.entities import LoggedModelInput
from mlflow.models import ModelSignature, infer_signature
from mlflow.store.artifact import artifact_repository_registry
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking.context import registry as context_registry
from mlflow.tracking.context.git_context import GitRunContext

REMOTE = "git@git.example.com:ml/training.git"
BUCKET = "s3://mlflow-artifacts"
PEOPLE = {"ada": "Ada Moreau <ada@example.com>", "ben": "Ben Okafor <ben@example.com>"}


class Shop:
    """What a story is told with. Use it as a context: inside, it is the year 2026, and random ids follow a seed."""

    def __init__(self, folder: Path, commits: Path) -> None:
        self.folder = folder
        self.overlays = commits
        self.checkout = folder / "training"
        self.bucket = folder / "bucket"
        self.commits: list[str] = []
        self.versions: dict[str, str] = {}
        self.runs = 0
        self.clock = time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False)

    def __enter__(self) -> Shop:
        ids = random.Random(2026)
        uuid.uuid4 = lambda: uuid.UUID(int=ids.getrandbits(128), version=4)
        self.git("init", "--quiet", "--initial-branch=main", str(self.checkout), cwd=self.folder)
        self.git("remote", "add", "origin", REMOTE)
        registry = artifact_repository_registry._artifact_repository_registry
        registry.register("s3", lambda uri, *_, **__: LocalArtifactRepository(str(self._in_bucket(uri))))
        os.chdir(self.checkout)
        self.time = self.clock.start()
        address = f"sqlite:///{self.folder / 'mlflow.db'}"
        SqlAlchemyStore(address, BUCKET)  # makes the tables, and the default experiment in the bucket
        mlflow.set_tracking_uri(address)
        self.client = mlflow.MlflowClient()
        return self

    def __exit__(self, *error: object) -> None:
        self.clock.stop()
        os.chdir(self.overlays)

    def _in_bucket(self, uri: str) -> Path:
        return self.bucket / urlsplit(uri).path.lstrip("/")

    def at(self, when: str) -> None:
        """Moves the clock on, never back."""
        moment = datetime.fromisoformat(when).replace(tzinfo=UTC)
        if moment < datetime.now(UTC):
            raise ValueError(f"{when} lies before what was told already")
        self.time.move_to(moment)

    def later(self, seconds: float) -> None:
        self.time.shift(seconds)

    def git(self, *arguments: str, cwd: Path | None = None, **environment: str) -> str:
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.checkout,
            env={**os.environ, **quiet, **environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, overlay: str, who: str, message: str) -> None:
        shutil.copytree(self.overlays / overlay, self.checkout, dirs_exist_ok=True)
        name, _, email = PEOPLE[who].rstrip(">").partition(" <")
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        people = {f"GIT_{role}_{field}": value for role in ("AUTHOR", "COMMITTER")
                  for field, value in (("NAME", name), ("EMAIL", email), ("DATE", when))}  # fmt: skip
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message, **people)
        self.commits.append(self.git("rev-parse", "HEAD"))

    def code(self, path: str) -> ModuleType:
        """The training code as it is checked out now."""
        spec = spec_from_file_location(path.removesuffix(".py").replace("/", "."), self.checkout / path)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(path)
        module = module_from_spec(spec)
        sys.dont_write_bytecode = True
        spec.loader.exec_module(module)
        return module

    def experiment(self, name: str, team: str, note: str) -> None:
        mlflow.create_experiment(name, f"{BUCKET}/{name}", tags={"team": team, "mlflow.note.content": note})

    @contextmanager
    def run(
        self, experiment: str, script: str, who: str, name: str, nested: bool = False, **tags: str
    ) -> Iterator[mlflow.ActiveRun]:
        """A run of a script, as MLflow sees one: started by somebody, in a checkout."""
        sys.argv[0] = script
        os.environ["LOGNAME"] = who
        for provider in context_registry._run_context_provider_registry:
            if isinstance(provider, GitRunContext):
                provider._cache.clear()  # it believes that one process runs one script
        mlflow.set_experiment(experiment)
        with mlflow.start_run(run_name=name, nested=nested, tags=tags) as run:
            self.runs += 1
            self.later(5)
            yield run
            self.later(20)

    def log(self, context: str, uri: str, table: pd.DataFrame, name: str = "", reads: list[str] | None = None) -> None:
        """A table that the active run read, or, with the context `output`, wrote; `reads`: which columns it read."""
        dataset = mlflow.data.from_pandas(table, source=uri, name=uri.rpartition("/")[2])
        tags = {} if reads is None else {"thalweg.columns": json.dumps(reads)}
        mlflow.log_input(dataset, context=context, tags=tags)
        if name:
            self.versions[name] = f"mlflow:{dataset.digest}"

    def log_model(self, model: Any, name: str, features: pd.DataFrame, registered: str | None = None) -> str:
        """Logs a model with its signature; registers it where it has a name there. Returns the id MLflow gave it."""
        signature: ModelSignature = infer_signature(features, pd.DataFrame({"prediction": model.predict(features)}))
        info = mlflow.sklearn.log_model(
            model,
            name=name,
            signature=signature,
            registered_model_name=registered,
            pip_requirements=["scikit-learn==1.9.1", "pandas==3.1.1"],
            skops_trusted_types=["sklearn.tree._tree.Tree"],
        )
        self.later(30)
        return str(info.model_id)

    def read_model(self, model_id: str) -> None:
        """That the active run read a model which an earlier one logged."""
        mlflow.MlflowClient().log_inputs(mlflow.active_run().info.run_id, models=[LoggedModelInput(model_id=model_id)])

    def keep(self, target: Path, manifest: Path) -> None:
        """What is committed of it all: the store, the MLmodel files, the repository, the deployments."""
        with sqlite3.connect(self.folder / "mlflow.db") as database:
            database.execute("VACUUM")
        shutil.copy(self.folder / "mlflow.db", target)
        shutil.rmtree(target / "artifacts", ignore_errors=True)
        for file in sorted(self.bucket.rglob("MLmodel")):
            place = target / "artifacts" / file.relative_to(self.bucket)
            place.parent.mkdir(parents=True)
            shutil.copy(file, place)
        bundle = target / "training.bundle"
        self.git("-c", "pack.threads=1", "bundle", "create", "--quiet", str(bundle), "HEAD", "--all")
        text = re.sub(r"\{([a-z]+\.\d+)\}", lambda match: self.versions[match[1]], manifest.read_text())
        (target / "deployments.yaml").write_text(text)
