"""Datasets: one granule for each version, whatever experiments logged it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import orjson

from thalweg.importers.mlflow.database import Database, Row, Rows
from thalweg.importers.mlflow.notes import Notes
from thalweg.importers.mlflow.place import Place, micros, without_password
from thalweg.importers.mlflow.schemas import dataset_columns, rows_of
from thalweg.model.facts import EntityFact, Granule, Json
from thalweg.model.keys import Key, to_text

CONTEXT = "mlflow.data.context"
PRODUCED = ("output", "outputs", "produced")
"""The contexts of a dataset that its run wrote. MLflow has no dataset outputs; this is Thalweg's convention."""

WINDOW = 500


def gather(connection: sqlite3.Connection, database: Database, place: Place) -> None:
    """Makes `versions`: each dataset version once, with when it was first written or read.

    MLflow keeps a row for each experiment, and no date. The earliest run that wrote it or read it dates it.
    """
    connection.execute("CREATE TEMP TABLE versions(identity TEXT PRIMARY KEY, at INTEGER, dataset_uuid TEXT)")
    if not database.has("datasets"):
        return

    def identity(*parts: bytes | None) -> str:
        # Bytes, for a function that SQLite calls cannot be given text that is not UTF-8.
        return to_text(place.dataset(*(part and part.decode("utf-8", "replace") for part in parts)))

    connection.create_function("identity", 6, identity, deterministic=True)
    linked = database.has("inputs") and database.has("input_tags")
    at = "min(CASE WHEN c.value IN (?, ?, ?) THEN coalesce(r.end_time, r.start_time) ELSE r.start_time END)"
    joins = f"""
        LEFT JOIN inputs i ON i.source_type = 'DATASET' AND i.source_id = d.dataset_uuid AND i.destination_type = 'RUN'
        LEFT JOIN input_tags c ON c.input_uuid = i.input_uuid AND c.name = '{CONTEXT}'
        LEFT JOIN runs r ON r.run_uuid = i.destination_id"""
    connection.execute(
        f"""INSERT INTO versions
        SELECT identity({", ".join(f"CAST({part} AS BLOB)" for part in identity_columns(database))}) AS k,
          {at if linked else "min(0)"}, d.dataset_uuid
        FROM datasets d LEFT JOIN experiments e ON e.experiment_id = d.experiment_id {joins if linked else ""}
        GROUP BY k""",
        PRODUCED if linked else (),
    )


def identity_columns(database: Database) -> tuple[str, ...]:
    """What `Place.dataset` makes a key of, of `datasets d` and `experiments e`."""
    return (
        database.column("experiments", "workspace", "e"),
        "coalesce(e.name, CAST(d.experiment_id AS TEXT), '')",
        *(f"coalesce(d.{name}, '')" for name in ("name", "digest", "dataset_source_type", "dataset_source")),
    )


def granules(database: Database, place: Place, notes: Notes) -> Iterator[Granule]:
    last = ""
    schema, profile = (database.column("datasets", f"dataset_{part}", "d") for part in ("schema", "profile"))
    sql = f"""
        SELECT v.identity, v.at, {schema}, {profile}, {", ".join(identity_columns(database))}
        FROM versions v JOIN datasets d ON d.dataset_uuid = v.dataset_uuid
        LEFT JOIN experiments e ON e.experiment_id = d.experiment_id
        WHERE v.identity > ? GROUP BY v.identity ORDER BY v.identity LIMIT {WINDOW}"""
    while True:

        def window(rows: Rows, after: str = last) -> list[Row]:
            return rows(sql, (after,))

        found = database.read(window)
        for row in found:
            yield _granule(place, notes, row)
        if len(found) < WINDOW:
            return
        last = found[-1][0]


def _granule(place: Place, notes: Notes, row: Row) -> Granule:
    _, at, schema, profile, workspace, experiment, name, digest, source_type, source = row
    key: Key = place.dataset(workspace, experiment, name, digest, source_type, source)
    props: dict[str, Json] = {"created_at": micros(at), "rows": rows_of(profile) if profile else None}
    extra: dict[str, Json] = {"name": name, "source_type": source_type}
    try:
        given = orjson.loads(source)
        uri = (given.get("uri") or given.get("url") or given.get("path")) if isinstance(given, dict) else None
        if isinstance(uri, str):
            props["uri"] = without_password(uri)
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
    named = f"dataset/{namespace}/{dataset}@{version}"
    return Granule(place.source, named, "mlflow", (EntityFact(key, {k: v for k, v in props.items() if v is not None}),))


_REVISIONS = ("delta_table_version", "delta_table_id", "revision", "split", "sql")
"""What a source says of which state of a table it was."""
