"""dbt: models, seeds, snapshots and sources of a `manifest.json`, with the types of the `catalog.json` beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from thalweg.model import dbt
from thalweg.model.dialects import of
from thalweg.model.facts import Json
from thalweg.schemas.table import Budget, Table, wrong


def tables(path: Path, given: Mapping[str, Json], catalog: Mapping[str, Json]) -> list[Table]:
    what, number = dbt.version(given) or ("", 0)
    if what != "manifest":
        given_instead = f"it is dbt's {what.replace('-', '_')}.json"
        raise wrong(path, given_instead, "Give `manifest.json`; a `catalog.json` beside it is read with it.")
    if number < dbt.OLDEST:
        right = f"Give one of version {dbt.OLDEST} or later (dbt 1.5)."
        raise wrong(path, f"it is a manifest of version {number}", right)
    adapter = str(given["metadata"].get("adapter_type") or "")
    dialect = of(adapter)
    listed = {**dbt.entries(catalog, "nodes"), **dbt.entries(catalog, "sources")}
    budget = Budget(path)
    found, without = [], []
    for unique_id, node in {**dbt.entries(given, "nodes"), **dbt.entries(given, "sources")}.items():
        if node.get("resource_type") not in dbt.TABLES:
            continue
        columns = dbt.columns(node, listed.get(unique_id), dialect)
        if columns is None:
            without.append(str(node.get("name")))
        else:
            for _ in columns:
                budget.spend()
            names = tuple(dict.fromkeys(_names(unique_id, node)))
            found.append(Table("dbt", names, columns, native=dialect is None and bool(adapter)))
    if not found:
        some = f" ({', '.join(sorted(without)[:3])}…)" if without else ""
        raise wrong(
            path,
            f"none of its models{some} has an enforced contract, and there is no catalog.json beside it",
            "What it documents need not be all columns: run `dbt docs generate`, or enforce contracts.",
        )
    return found


def _names(unique_id: str, node: Mapping[str, Json]) -> Iterator[str]:
    relation = node.get("relation_name")
    if isinstance(relation, str) and relation:
        yield re.sub(r'["`\[\]]', "", relation)
    yield from (str(node[key]) for key in ("alias", "identifier", "name") if node.get(key))
    yield unique_id
