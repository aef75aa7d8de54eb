"""What a manifest says of a project: its tables with what makes them, what reads them besides, and what tests them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from thalweg.model import dbt, keys
from thalweg.model.facts import Json
from thalweg.model.keys import Key


def text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


class Thing:
    """A node, a source or an exposure of a manifest."""

    def __init__(self, unique_id: str, given: dbt.Node) -> None:
        self.unique_id = unique_id
        self.given = given
        self.type = text(given.get("resource_type")) or unique_id.partition(".")[0]
        self.name = text(given.get("name")) or unique_id
        self.database = text(given.get("database"))
        self.schema = text(given.get("schema"))
        self.config: dbt.Node = given["config"] if isinstance(given.get("config"), dict) else {}
        self.materialized = text(self.config.get("materialized")) or self.type

    @property
    def is_table(self) -> bool:
        """Whether it is something in the warehouse: an ephemeral model is a part of the SQL of those that read it."""
        return self.type in dbt.TABLES and self.materialized != "ephemeral"

    @property
    def made_here(self) -> bool:
        return self.is_table and self.type != "source"

    @property
    def relation(self) -> str | None:
        """Its name as SQL has it."""
        return text(self.given.get("relation_name"))

    @property
    def table(self) -> str:
        """Its name as OpenLineage has it: `database.schema.table`, as far as it has these."""
        own = text(self.given.get("identifier")) or text(self.given.get("alias")) or self.name
        return ".".join(part for part in (self.database, self.schema, own) if part)

    @property
    def job(self) -> str:
        """The name of what makes it, as OpenLineage's integration of dbt calls it; of an exposure, its own id."""
        if self.type == "exposure":
            return self.unique_id
        own = self.unique_id.partition(".")[2] + (".snapshot" if self.type == "snapshot" else "")
        return ".".join(part for part in (self.database, self.schema, own) if part)

    @property
    def depends_on(self) -> list[str]:
        given = self.given.get("depends_on")
        nodes = given.get("nodes") if isinstance(given, dict) else None
        return [one for one in nodes if isinstance(one, str)] if isinstance(nodes, list) else []

    @property
    def keys(self) -> list[str]:
        """The columns by which new rows are laid over those that are there; `*` for all of them."""
        if self.materialized not in ("incremental", "snapshot"):
            return []
        found = _texts(self.config.get("unique_key"))
        if self.type == "snapshot":
            checked = _texts(self.config.get("check_cols"))
            found += ["*"] if checked == ["all"] else checked
            found += _texts(self.config.get("updated_at"))
        return found

    def props(self, owners: list[str]) -> dict[str, Json]:
        """What is said of it in words."""
        props: dict[str, Json] = {}
        if (description := text(self.given.get("description"))) is not None:
            props["description"] = description
        if tags := _texts(self.given.get("tags")):
            props["tags"] = dict.fromkeys(tags, "true")
        if owners:
            props["owners"] = owners
        return props


def _texts(given: object) -> list[str]:
    """A text, or several, as a list."""
    return [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str) and one]


class Project:
    """A manifest, under the name of a source and the namespace of a warehouse."""

    def __init__(self, manifest: dbt.Node, source: str, namespace: str) -> None:
        self.here = f"dbt://{source}"
        """The namespace of its jobs and runs."""
        self.namespace = namespace
        self._groups = dbt.entries(manifest, "groups")
        parts = ("nodes", "sources", "exposures")
        self.things = {id: Thing(id, one) for part in parts for id, one in sorted(dbt.entries(manifest, part).items())}

    def dataset(self, thing: Thing) -> Key:
        return keys.dataset(self.namespace, thing.table)

    def version(self, thing: Thing, version: str) -> Key:
        return keys.dataset_version(self.namespace, thing.table, version)

    def job(self, thing: Thing) -> Key:
        return keys.job(self.here, thing.job)

    def stated(self) -> Iterator[Thing]:
        """What becomes something of the graph: tables and exposures."""
        return (one for one in self.things.values() if one.is_table or one.type == "exposure")

    def inputs(self, thing: Thing) -> list[Thing]:
        """The tables that it reads: behind an ephemeral model, what that reads."""
        found: dict[str, Thing] = {}
        seen: set[str] = set()
        waiting = list(reversed(thing.depends_on))
        while waiting:
            id = waiting.pop()
            one = self.things.get(id)
            if one is None or id in seen:
                continue
            seen.add(id)
            if one.is_table:
                found[id] = one
            else:
                waiting += reversed(one.depends_on)
        found.pop(thing.unique_id, None)
        return list(found.values())

    def owners(self, thing: Thing) -> list[str]:
        """Who owns it: itself, its `meta.owner`, and its group."""
        meta = thing.config.get("meta") or thing.given.get("meta")
        group = self._group_owners.get(str(thing.given.get("group")), [])
        named = _owner(thing.given.get("owner")) + _owner(meta.get("owner") if isinstance(meta, dict) else None)
        return list(dict.fromkeys([*named, *group]))

    @cached_property
    def _group_owners(self) -> dict[str, list[str]]:
        return {str(one.get("name")): _owner(one.get("owner")) for one in self._groups.values()}

    def tested(self, test: Thing) -> Thing | None:
        """The table that a test is about."""
        attached = text(test.given.get("attached_node"))
        for id in [attached] if attached is not None else test.depends_on:
            one = self.things.get(id)
            if one is not None and one.is_table:
                return one
        return None


def _owner(given: Any) -> list[str]:
    if isinstance(given, dict):
        name, email = text(given.get("name")), given.get("email")
        emails = _texts(email)
        return emails or ([name] if name else [])
    return _texts(given)
