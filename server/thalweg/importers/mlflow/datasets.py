"""Datasets: one granule for each version, whatever experiments logged it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import orjson

from thalweg.importers.mlflow.database import Database, Row
from thalweg.importers.mlflow.place import Place, micros
from thalweg.importers.mlflow.schemas import dataset_columns, rows_of
from thalweg.importers.notes import Notes
from thalweg.model import keys
from thalweg.model.facts import EntityFact, Granule, Json
from thalweg.model.keys import Key, to_text
from thalweg.model.names import without_password

PRODUCED = ("output", "outputs", "produced")
"""The contexts of a dataset that its run wrote. MLflow has no dataset outputs; this is Thalweg's convention."""

WINDOW = 500


def gather(connection: sqlite3.Connection, place: Place) -> None:
    """Makes `versions`: each dataset version once, with when it was first written or read.

    MLflow keeps a row for each experiment, and no date. The earliest run that wrote it or read it dates it.
    """

    def identity(*parts: bytes) -> str:
        # Bytes, for a function that SQLite calls cannot be given text that is not UTF-8.
        return to_text(place.dataset(*(part.decode("utf-8", "replace") for part in parts)))

    connection.create_function("identity", 6, identity, deterministic=True)
    connection.execute("CREATE TEMP TABLE versions(identity TEXT PRIMARY KEY, at INTEGER, dataset_uuid TEXT)")
    connection.execute(
        """
        INSERT INTO versions
        SELECT k, min(at), dataset_uuid FROM (
          SELECT
            identity(
              CAST(coalesce(e.workspace, '') AS BLOB), CAST(coalesce(e.name, d.experiment_id, '') AS BLOB),
              CAST(coalesce(d.name, '') AS BLOB), CAST(coalesce(d.digest, '') AS BLOB),
              CAST(coalesce(d.dataset_source_type, '') AS BLOB), CAST(coalesce(d.dataset_source, '') AS BLOB)) AS k,
            CASE WHEN lower(c.value) IN ('output', 'outputs', 'produced') THEN coalesce(f.end_time, f.start_time)
            ELSE f.start_time END AS at,
            d.dataset_uuid
          FROM datasets d
          LEFT JOIN experiments e ON e.experiment_id = d.experiment_id
          LEFT JOIN (
            SELECT i.source_id, min(r.start_time) AS start_time, r.end_time, i.input_uuid
            FROM inputs i JOIN runs r ON r.run_uuid = i.destination_id
            WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'
            GROUP BY i.source_id
          ) f ON f.source_id = d.dataset_uuid
          LEFT JOIN input_tags c ON c.input_uuid = f.input_uuid AND c.name = 'mlflow.data.context'
        )
        GROUP BY k
        """
    )


_VERSIONS = """
    SELECT v.identity, v.at, d.dataset_schema, d.dataset_profile, coalesce(e.workspace, ''),
      coalesce(e.name, CAST(d.experiment_id AS TEXT), ''), coalesce(d.name, ''), coalesce(d.digest, ''),
      coalesce(d.dataset_source_type, ''), coalesce(d.dataset_source, '')
    FROM versions v
    JOIN datasets d ON d.dataset_uuid = v.dataset_uuid
    LEFT JOIN experiments e ON e.experiment_id = d.experiment_id
    WHERE v.identity > ? GROUP BY v.identity ORDER BY v.identity LIMIT ?
"""


def granules(database: Database, place: Place, notes: Notes) -> Iterator[Granule]:
    for row in database.windows(_VERSIONS, WINDOW):
        yield _granule(place, notes, row)


def _granule(place: Place, notes: Notes, row: Row) -> Granule:
    _, at, schema, profile, workspace, experiment, name, digest, source_type, source = row
    key: Key = place.dataset(workspace, experiment, name, digest, source_type, source)
    props: dict[str, Json] = {"created_at": micros(at), "rows": rows_of(profile) if profile else None}
    extra: dict[str, Json] = {"name": name, "source_type": source_type}
    try:
        given = orjson.loads(source)
        uri = (given.get("uri") or given.get("url") or given.get("path")) if isinstance(given, dict) else None
        if isinstance(uri, str) and source_type != "hugging_face":
            # A link that lets somebody in is cut to what it names.
            web = uri.lower().startswith(("http:", "https:"))
            props["uri"] = "/".join(key.parts[:2]) if web else without_password(uri)
        extra |= {part: given[part] for part in _REVISIONS if isinstance(given, dict) and given.get(part) is not None}
    except ValueError:
        notes.say(
            "datasets have a source that is no JSON",
            f"The source of dataset {name!r} in experiment {experiment!r} is no JSON; it was named by its experiment.",
        )
    if schema:
        try:
            props["columns"] = dataset_columns(schema)
        except (ValueError, TypeError, AttributeError) as error:
            notes.say(
                "datasets have a schema that cannot be read",
                f"The schema of dataset {name!r} ({digest}) in experiment {experiment!r} cannot be read ({error}); "
                "it was taken without columns.",
            )
    props["extra"] = extra
    namespace, dataset, version = key.parts
    return Granule(
        place.source,
        f"dataset/{namespace}/{dataset}@{version}",
        "mlflow",
        entities=(
            EntityFact(keys.dataset(namespace, dataset)),
            EntityFact(key, {name: value for name, value in props.items() if value is not None}),
        ),
    )


_REVISIONS = ("delta_table_version", "delta_table_id", "revision", "split", "sql")
"""What a source says of which state of a table it was."""
