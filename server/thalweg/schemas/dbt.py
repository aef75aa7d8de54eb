"""dbt: the models, seeds, snapshots and sources of a `manifest.json`, with the types of the `catalog.json` beside it.

What a manifest documents need not be all columns: they are whole where a contract is enforced, or the catalog lists
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from thalweg.model.columns import Column
from thalweg.model.dialects import of
from thalweg.model.facts import Json
from thalweg.schemas.table import Budget, Table, wrong
from thalweg.schemas.words import plain

OLDEST = 9
"""The first version of a manifest that has constraints and contracts."""
_VERSION = re.compile(r"/dbt/(\w+)/v(\d+)\.json")


def version(given: Mapping[str, Json]) -> tuple[str, int] | None:
    """What dbt wrote, `manifest` or `catalog`, and the version of its form; None where it is not dbt's."""
    metadata = given.get("metadata")
    stated = metadata.get("dbt_schema_version") if isinstance(metadata, Mapping) else None
    match = _VERSION.search(stated) if isinstance(stated, str) else None
    return (match[1], int(match[2])) if match else None


def tables(path: Path, given: Mapping[str, Json], catalog: Mapping[str, Json]) -> list[Table]:
    what, number = version(given) or ("", 0)
    if what != "manifest":
        raise wrong(
            path, f"it is dbt's {what}.json", "Give `manifest.json`; a `catalog.json` beside it is read with it."
        )
    if number < OLDEST:
        raise wrong(path, f"it is a manifest of version {number}", f"Give one of version {OLDEST} or later (dbt 1.5).")
    adapter = str(given["metadata"].get("adapter_type") or "")
    dialect = of(adapter)
    listed = {**_of(catalog, "nodes"), **_of(catalog, "sources")}
    budget = Budget(path)
    found, without = [], []
    for unique_id, node in {**_of(given, "nodes"), **_of(given, "sources")}.items():
        if node.get("resource_type") not in ("model", "seed", "snapshot", "source"):
            continue
        columns = _columns(node, listed.get(unique_id), dialect, budget)
        if columns is None:
            without.append(str(node.get("name")))
        else:
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


def _of(given: Mapping[str, Json], key: str) -> dict[str, Mapping[str, Json]]:
    found = given.get(key)
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {str(name): one for name, one in pairs if isinstance(one, Mapping)}


def _names(unique_id: str, node: Mapping[str, Json]) -> Iterator[str]:
    relation = node.get("relation_name")
    if isinstance(relation, str) and relation:
        yield re.sub(r'["`\[\]]', "", relation)
    yield from (str(node[key]) for key in ("alias", "identifier", "name") if node.get(key))
    yield unique_id


def _columns(
    node: Mapping[str, Json], listed: Mapping[str, Json] | None, dialect: str | None, budget: Budget
) -> tuple[Column, ...] | None:
    """All columns of a node; None where it is not known that they are all."""
    documented, contract = _of(node, "columns"), node.get("contract")
    enforced = isinstance(contract, Mapping) and contract.get("enforced") is True
    rules = _rules(node, documented)
    if not enforced and listed is None:
        return None
    columns = []
    source = documented if enforced else _of(listed or {}, "columns")
    for name, one in sorted(source.items(), key=lambda item: int(item[1].get("index") or 0)):
        budget.spend()
        given = rules.get(name, set())
        text = one.get("data_type" if enforced else "type")
        nullable = False if given & {"primary_key", "not_null"} else True if enforced else None
        role = "KEY" if "primary_key" in given else None
        columns.append(
            Column(str(one.get("name") or name), plain(str(text), dialect) if text else None, nullable, None, role)
        )
    return tuple(columns)


def _rules(node: Mapping[str, Json], documented: Mapping[str, Mapping[str, Json]]) -> dict[str, set[str]]:
    """The constraints of each column, stated at it or at the model."""
    found: dict[str, set[str]] = {}
    for name, one in documented.items():
        for rule in one.get("constraints") or ():
            if isinstance(rule, Mapping):
                found.setdefault(name, set()).add(str(rule.get("type")))
    for rule in node.get("constraints") or ():
        if isinstance(rule, Mapping):
            for name in rule.get("columns") or ():
                found.setdefault(str(name), set()).add(str(rule.get("type")))
    return found
