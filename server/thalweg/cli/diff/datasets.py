"""Which dataset a table of a file is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from thalweg.cli.graph import Graph
from thalweg.cli.things import exact
from thalweg.model.errors import BadInput
from thalweg.schemas import called

NONE = "-"
"""Instead of the name of a dataset: this table is none that matters."""


@dataclass(frozen=True, slots=True)
class Named:
    """name: of the one dataset, as it is asked for. several: those that it may be, where there are more."""

    name: str = ""
    several: tuple[str, ...] = ()
    left_out: bool = False


class Datasets:
    """Looks tables up: as the user says, then by a name that is one of a dataset, then by the ends of their names."""

    def __init__(self, graph: Graph, given: Mapping[str, str]) -> None:
        self._graph = graph
        self._given = given
        self._met: set[str] = set()
        self._having = cache(self._fetched)

    def of(self, names: Sequence[str], path: str) -> Named:
        """names: those of a table, the fullest first. path: of its file, by which the user may name it too."""
        for table, name in self._given.items():
            if table == path or any(called(one, table) for one in names):
                self._met.add(table)
                return Named(left_out=True) if name == NONE else Named(name)
        for name in names:
            if "://" in name and self._graph.ask("entity", {"of": f"dataset:{_bare(name)}"})["entity"] is not None:
                return Named(f"dataset:{_bare(name)}")
        for name in _telling(names):
            near = self._having(_last(name))
            for fits in (_is_one, _ends, _repeats):
                found = sorted({exact(one) for one in near if fits(one, name)})
                if len(found) == 1 and fits is not _repeats:
                    return Named(found[0])
                if found:
                    return Named(several=tuple(found))
        return Named()

    def unmet(self) -> list[str]:
        """What the user named and nobody asked for, as it was given."""
        return [f"{table}={name}" for table, name in self._given.items() if table not in self._met]

    def _fetched(self, piece: str) -> list[dict[str, Any]]:
        """The datasets with a piece in their names, whose case is not told apart."""
        found: dict[str, dict[str, Any]] = {}
        for text in dict.fromkeys((piece, piece.lower(), piece.upper())) if piece else ():
            after = None
            while True:
                page = self._graph.ask("called", {"piece": text, "after": after})["datasets"]
                found |= {one["id"]: one for one in page["nodes"]}
                if not page["pageInfo"]["hasNextPage"]:
                    break
                after = page["pageInfo"]["endCursor"]
        return list(found.values())


def _bare(name: str) -> str:
    return name.removeprefix("dataset:")


def _last(name: str) -> str:
    """What a dataset of this name has in its own name, whatever it is called before that."""
    bare = name.rstrip("/")
    return bare.rpartition("/")[2] if "/" in bare else re.split(r"[.:]", bare)[-1]


def _parts(name: str) -> int:
    return len([part for part in re.split(r"[./:]+", name) if part])


def _is_one(one: Mapping[str, Any], name: str) -> bool:
    return bool(one["name"].casefold() == name.casefold())


def _ends(one: Mapping[str, Any], name: str) -> bool:
    """Its name ends in all parts of the table's, or is the end of that with two parts at least."""
    whole = f"{one['namespace']}/{one['name']}"
    if called(whole, name) and _parts(whole) >= _parts(name):
        return True
    return called(one["name"], name) and _parts(one["name"]) > 1


def _repeats(one: Mapping[str, Any], name: str) -> bool:
    """It has the last part in common with the table: too little to say that it is the one."""
    return called(one["name"], name)


def _telling(names: Sequence[str]) -> list[str]:
    """Without those that only repeat the end of a fuller one: `orders` would find tables that `shop.orders` is not."""
    told: list[str] = []
    for name in names:
        if name and not any(called(name, other) for other in told):
            told.append(name)
    return told


def given(texts: Sequence[str]) -> dict[str, str]:
    """The datasets that the user names for tables. Raises BadInput for what names none."""
    found = {}
    for text in texts:
        table, equals, name = text.partition("=")
        if not (table and equals and name):
            raise BadInput(
                f"--dataset {text!r} names no table and dataset.",
                "Write TABLE=NAME: shop.orders=s3://lake/orders; or TABLE=- for a table that is none.",
            )
        found[table] = name
    return found
