"""What a tracking server holds, asked over REST page by page, never run by run.

It tells less than its tables do: of a deleted run not when that was. And some of it is not found by searching, so it is
asked for: all points of a metric (`histories.py`); which logged models a run read, of runs that measured a model of
another run, each alone; and logged models that were deleted, each that a run or a version names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import quote

import orjson

from thalweg.importers.mlflow import histories, records
from thalweg.importers.mlflow.answers import Odd, id_of, needed, objects, part, parts, shown, text, whole
from thalweg.importers.mlflow.copied import Copy, Filled
from thalweg.importers.mlflow.web import NOT_TOLD, Lacking, Server
from thalweg.model.facts import Json

PAGE = 1000
MODELS_PAGE = 100
"""Logged models of a page: each comes with all that was ever measured of it."""
TOGETHER = 50
"""Experiments that are searched at once."""

_API = "/api/2.0/mlflow"
_API_3 = "/api/3.0/mlflow"
_MADE_OF = re.compile(r"models:/([^/:@]+)/(\d+)")
_LONGEST_CHAIN = 100
"""Copies of copies of a version that are followed."""

_READERS = """
    SELECT r.run_uuid FROM logged_model_metrics l
    JOIN logged_models m ON m.model_id = l.model_id
    JOIN runs r ON r.run_uuid = l.run_id
    WHERE l.run_id IS NOT m.source_run_id
      AND NOT EXISTS (SELECT 1 FROM inputs i WHERE i.source_type = 'RUN_INPUT' AND i.source_id = l.run_id)
    EXCEPT SELECT id FROM looked_up ORDER BY 1
"""
"""Runs that measured a model which they did not make; those that were not asked for yet."""
_NAMED = """
    SELECT * FROM (
      SELECT destination_id AS model_id FROM inputs WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT')
      UNION SELECT substr(source, 9) FROM model_versions
      WHERE source LIKE 'models:/m-%' AND instr(substr(source, 9), '/') = 0
    ) WHERE model_id NOT IN (SELECT model_id FROM logged_models)
    EXCEPT SELECT id FROM looked_up ORDER BY 1
"""
"""Logged models that runs and versions name, and that no search showed."""

Objects = list[dict[str, Json]]


class Tracking:
    """One reading of a server into a copy."""

    def __init__(self, server: Server, copy: Copy, histories: bool) -> None:
        self._server = server
        self._histories = histories
        self._copy = copy
        self._experiments: list[str] = []

    def begin(self) -> None:
        """Asks for the experiments, so that an address that is none, or lets nobody in, is known at once."""
        self._all("experiments/search", "experiments", {"view_type": "ALL"}, self._take_experiments)

    def read(self) -> Filled:
        """Asks for all the rest."""
        if not self._experiments:
            return Filled([f"{self._server.address} shows no experiment at all, as to somebody who may read none."])
        for some in self._some():
            self._all("runs/search", "runs", {"experiment_ids": some, "run_view_type": "ALL"}, self._take_runs)
        try:
            for some in self._some():
                question = {"experiment_ids": some}
                self._all("logged-models/search", "models", question, self._take_logged_models, MODELS_PAGE)
            logged = True
        except Lacking:
            logged = False  # MLflow before 3 has none
        with suppress(Lacking):  # came with MLflow 3.4
            self._all("datasets/search", "datasets", {}, self._take_evaluation_datasets, api=_API_3)
        missed = self._registry()
        if logged:
            self._named()
        if not missed:
            self._locations()
        filled = histories.read(self._server, self._copy) if self._histories else Filled(histories=False)
        return filled._replace(missed=missed)

    def _registry(self) -> list[str]:
        """Returns a sentence where there is none."""
        try:
            self._all("registered-models/search", "registered_models", {}, self._take_registered_models, post=False)
            self._all("model-versions/search", "model_versions", {}, self._take_model_versions, post=False)
        except Lacking as lacking:
            if self._copy.rows("SELECT 1 FROM logged_models LIMIT 1"):
                raise  # a logged model is called by the version that it was registered as
            self._copy.change("DELETE FROM registered_models", ())  # a model without its versions would say too little
            return [f"{lacking.message} So models and their versions were not read."]
        return []

    def _all(
        self,
        path: str,
        named: str,
        question: dict[str, Json],
        take: Callable[[Objects], None],
        size: int | None = None,
        *,
        post: bool = True,
        api: str = _API,
    ) -> None:
        for page in self._server.pages(f"{api}/{path}", question, named, size or PAGE, post=post):
            try:
                take(objects(page, named))
            except Odd as odd:
                self._server.odd(f"{api}/{path}", str(odd))

    def _some(self) -> Iterable[list[str]]:
        return (self._experiments[at : at + TOGETHER] for at in range(0, len(self._experiments), TOGETHER))

    # ---------------------------------------------------------------------------------------------- what is answered

    def _take_experiments(self, page: Objects) -> None:
        for one in page:
            id = needed(one, "experiment_id")
            self._experiments.append(id)
            workspace = text(one, "workspace") or self._server.workspace
            records.experiment(self._copy, id_of(id), workspace, one, records.pairs(parts(one, "tags")))

    def _take_runs(self, page: Objects) -> None:
        for one in page:
            self._take_run(one)

    def _take_run(self, one: dict[str, Json]) -> None:
        info, data, inputs = part(one, "info"), part(one, "data"), part(one, "inputs")
        run_id = text(info, "run_id") or needed(info, "run_uuid")
        experiment = id_of(needed(info, "experiment_id"))
        run = {**info, "run_id": run_id}
        tags, params = records.pairs(parts(data, "tags")), records.pairs(parts(data, "params"))
        records.run(self._copy, experiment, run, tags, params)
        records.metrics(self._copy, run_id, parts(data, "metrics"))
        for read in parts(inputs, "dataset_inputs"):
            dataset = part(read, "dataset")
            records.read(self._copy, experiment, run_id, dataset, records.pairs(parts(read, "tags")))
        self._take_links(one, run_id)

    def _take_links(self, one: dict[str, Json], run_id: str) -> None:
        read = [needed(model, "model_id") for model in parts(part(one, "inputs"), "model_inputs")]
        made = [
            (needed(model, "model_id"), whole(model, "step") or 0)
            for model in parts(part(one, "outputs"), "model_outputs")
        ]
        records.links(self._copy, run_id, read, made)

    def _take_logged_models(self, page: Objects) -> None:
        for one in page:
            self._take_logged_model(one, {})

    def _take_logged_model(self, one: dict[str, Json], more: dict[str, Json]) -> None:
        info, data = part(one, "info"), part(one, "data")
        records.logged_model(
            self._copy,
            id_of(needed(info, "experiment_id")),
            {**info, **more},
            records.pairs(parts(info, "tags")),
            records.pairs(parts(data, "params")),
            parts(data, "metrics"),
        )

    def _take_evaluation_datasets(self, page: Objects) -> None:
        for one in page:
            try:
                tags = orjson.loads(text(one, "tags") or "{}")
            except ValueError as error:
                raise Odd(f"`tags` of a dataset is {shown(one['tags'])}, and no JSON") from error
            named = {"tags": [{"key": key, "value": value} for key, value in part({"tags": tags}, "tags").items()]}
            records.evaluation_dataset(self._copy, self._server.workspace, one, records.pairs(parts(named, "tags")))

    def _take_registered_models(self, page: Objects) -> None:
        for one in page:
            aliases = [(needed(alias, "alias"), needed(alias, "version")) for alias in parts(one, "aliases")]
            tags = records.pairs(parts(one, "tags"))
            records.registered_model(self._copy, self._server.workspace, one, tags, aliases)

    def _take_model_versions(self, page: Objects) -> None:
        for one in page:
            records.model_version(self._copy, self._server.workspace, one, records.pairs(parts(one, "tags")))

    # ------------------------------------------------------------------------------------------------- what is not told

    def _named(self) -> None:
        """Asks for what others name: of a model that is found by that, runs may be known that read more of them."""
        self._copy.change("CREATE TEMP TABLE looked_up(id PRIMARY KEY)", ())
        while self._each(_READERS, self._reader) + self._each(_NAMED, self._deleted):
            pass

    def _each(self, wanted: str, ask: Callable[[str], None]) -> int:
        """Asks for each once. Returns for how many."""
        ids = [id for (id,) in self._copy.rows(wanted)]
        self._copy.change("INSERT INTO looked_up SELECT value FROM json_each(?)", (orjson.dumps(ids).decode(),))
        for id in ids:
            ask(id)
        return len(ids)

    def _reader(self, run_id: str) -> None:
        """A run that measured a model which it did not make, for what models it read."""
        path = f"{_API}/runs/get"
        try:
            self._take_links(part(self._server.ask(path, {"run_id": run_id}, post=False), "run"), run_id)
        except Odd as odd:
            self._server.odd(path, str(odd))

    def _deleted(self, model_id: str) -> None:
        """A logged model that was not found by searching. It was deleted where it is only shown if that is allowed."""
        path = f"{_API}/logged-models/{quote(model_id, safe='')}"
        more: dict[str, Json] = {}
        try:
            found = self._server.ask(path, {"allow_deleted": "true"}, post=False)
        except NOT_TOLD:  # removed for good, or somebody else's; or of a release that never shows it again
            return
        try:
            self._server.ask(path, {}, post=False)
        except Lacking:
            more["lifecycle_stage"] = "deleted"
        try:
            self._take_logged_model(part(found, "model"), more)
        except Odd as odd:
            self._server.odd(path, str(odd))

    def _locations(self) -> None:
        """Versions that were made of another version, or of a logged model, lie where that one lies."""
        for *version, source in self._copy.rows(
            "SELECT workspace, name, version, source FROM model_versions WHERE source LIKE 'models:/%'"
        ):
            location = source
            for _ in range(_LONGEST_CHAIN):
                found = _MADE_OF.fullmatch(location or "")
                if not found:
                    break
                of = (version[0], found[1], int(found[2]))
                rows = self._copy.rows(
                    "SELECT source FROM model_versions WHERE workspace = ? AND name = ? AND version = ?", of
                )
                location = rows[0][0] if rows else None
            if location is not None and location.startswith("models:/"):
                of_model = "SELECT artifact_location FROM logged_models WHERE model_id = ?"
                rows = self._copy.rows(of_model, (location.removeprefix("models:/"),))
                location = rows[0][0] if rows else None
            records.location(self._copy, version, location)
