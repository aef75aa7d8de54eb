"""What dbt says of a table's columns: in its `manifest.json`, and in the `catalog.json` that lies beside it.

What a manifest documents need not be all columns: they are whole where a contract is enforced, or the catalog lists
them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from thalweg.model.columns import Column
from thalweg.model.facts import Json
from thalweg.model.types import plain

OLDEST = 9
"""The first version of a manifest that has constraints and contracts (dbt 1.5)."""

TABLES = ("model", "seed", "snapshot", "source")
"""The types of nodes that are tables, or views."""

_VERSION = re.compile(r"/dbt/([\w-]+)/v(\d+)\.json")

Node = Mapping[str, Json]


def version(given: Node) -> tuple[str, int] | None:
    """What dbt wrote (`manifest`, `catalog`, `run-results`) and the version of its form; None for what is not dbt's."""
    metadata = given.get("metadata")
    stated = metadata.get("dbt_schema_version") if isinstance(metadata, Mapping) else None
    match = _VERSION.search(stated) if isinstance(stated, str) else None
    return (match[1], int(match[2])) if match else None


def entries(given: Node, key: str) -> dict[str, Node]:
    """The objects of a table, by name: the `nodes` of a manifest, the `columns` of a node."""
    found = given.get(key)
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {str(name): one for name, one in pairs if isinstance(one, Mapping)}


def columns(node: Node, listed: Node | None, dialect: str | None) -> tuple[Column, ...] | None:
    """All columns of a node; None where it is not known that they are all.

    listed: what the catalog has of it. dialect: of the words of its types.
    """
    documented, contract = entries(node, "columns"), node.get("contract")
    enforced = isinstance(contract, Mapping) and contract.get("enforced") is True
    rules = _rules(node, documented)
    if not enforced and listed is None:
        return None
    found = []
    source = documented if enforced else entries(listed or {}, "columns")
    for name, one in sorted(source.items(), key=lambda item: int(item[1].get("index") or 0)):
        given = rules.get(name, set())
        text = one.get("data_type" if enforced else "type")
        nullable = False if given & {"primary_key", "not_null"} else True if enforced else None
        role = "KEY" if "primary_key" in given else None
        found.append(
            Column(str(one.get("name") or name), plain(str(text), dialect) if text else None, nullable, None, role)
        )
    return tuple(found)


def _rules(node: Node, documented: Mapping[str, Node]) -> dict[str, set[str]]:
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
