"""Evaluation datasets of MLflow 3, which lie in MLflow's own tables: one granule each, with the version they are now.

Their records are not read: what was asked and answered is nobody's lineage. The versions that runs read before are said
with those runs, as any dataset is.
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.importers.mlflow.database import Database, Row, Rows
from thalweg.importers.mlflow.logged import by_first
from thalweg.importers.mlflow.place import EVALUATION_DATASET, Place, clean, micros, owners
from thalweg.importers.mlflow.schemas import rows_of
from thalweg.model import keys
from thalweg.model.facts import EntityFact, Granule, Json

WINDOW = 500

_DATASETS = """
    SELECT dataset_id, workspace, name, digest, profile, created_time, created_by
    FROM evaluation_datasets WHERE dataset_id > ? ORDER BY dataset_id LIMIT ?
"""
_TAGS = "SELECT dataset_id, key, value FROM evaluation_dataset_tags WHERE dataset_id BETWEEN ? AND ? ORDER BY 1, 2"


def granules(database: Database, place: Place) -> Iterator[Granule]:
    last = ""
    while True:

        def window(rows: Rows, after: str = last) -> tuple[list[Row], dict[str, list[Row]]]:
            datasets = rows(_DATASETS, (after, WINDOW))
            ends = (datasets[0][0], datasets[-1][0]) if datasets else ("", "")
            return datasets, by_first(rows(_TAGS, ends))

        datasets, tags = database.read(window)
        for row in datasets:
            yield _granule(place, row, {key: value or "" for _, key, value in tags.get(row[0], ())})
        if len(datasets) < WINDOW:
            return
        last = datasets[-1][0]


def _granule(place: Place, row: Row, tags: dict[str, str]) -> Granule:
    id, workspace, name, digest, profile, created, user = row
    dataset = place.evaluation(workspace, name)
    own = {key: value for key, value in tags.items() if not key.startswith("mlflow.")}
    asset: dict[str, Json] = {
        "created_at": micros(created),
        "tags": own or None,
        "owners": owners(own) or None,
        "extra": {"dataset_id": id} | ({"created_by": user} if user else {}),
    }
    version: dict[str, Json] = {  # not when it came about, which is when it was first read, as of any dataset
        "rows": rows_of(profile) if profile else None,
        "extra": {"name": name, "source_type": EVALUATION_DATASET},
    }
    return Granule(
        place.source,
        f"evaluation-dataset/{id}",
        "mlflow",
        entities=[
            EntityFact(key, {name: value for name, value in props.items() if value is not None})
            for key, props in (
                (keys.dataset(*dataset), asset),
                (keys.dataset_version(*dataset, f"mlflow:{clean(digest or '') or '-'}"), version),
            )
        ],
    )
