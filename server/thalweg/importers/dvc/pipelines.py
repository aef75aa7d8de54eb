"""A dvc.yaml as it was at a commit: its stages, with what its variables were there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from thalweg.importers import dvc_variables
from thalweg.importers.dvc.files import Tables
from thalweg.importers.dvc.templates import Definitions
from thalweg.importers.dvc_variables import Variables, holds_one

KEPT = 300
"""Of how many the stages of loops, and the variables, are kept: most are the same from one commit to the next."""

_OF_A_STAGE = ("wdir", "outs", "metrics", "plots")


class Pipeline(NamedTuple):
    """What stands in a dvc.yaml, by its content; nothing where there is none. broken: whether one is there that nobody
    can read. asks: whether what is taken from it hangs on variables.
    """

    blob: str = ""
    table: Mapping[str, Any] = {}
    broken: bool = False
    asks: bool = False


class Written(NamedTuple):
    """A dvc.yaml with its variables. key: the contents that it was told by, the same for what says the same."""

    key: tuple[str, ...]
    variables: Variables
    definitions: Definitions


class Pipelines:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._kept: dict[tuple[str, ...], Written] = {}

    def at(self, commit: str, folder: str, pipeline: Pipeline) -> Written:
        """As it was at a commit, in a folder."""
        paths = dvc_variables.files(pipeline.table, folder) if pipeline.asks else []
        key = (folder, pipeline.blob, *(word for one in self._tables.files(commit, paths) for word in one[1:]))
        if key not in self._kept:
            variables = dvc_variables.of(
                pipeline.table, folder, lambda path: self._tables.variables(commit, path) if path in paths else {}
            )
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[key] = Written(key, variables, Definitions(pipeline.table.get("stages"), variables))
        return self._kept[key]

    def of_stage(self, commit: str, variables: Variables, said: Mapping[str, Any], folder: str) -> Variables:
        """Those of a stage that has more of its own, from files that lie where it runs."""
        return variables.more(said.get("vars"), folder, lambda path: self._tables.variables(commit, path))


def of(blob: str, table: Mapping[str, Any] | None) -> Pipeline:
    """table: None for one that cannot be read."""
    return Pipeline(blob, {}, broken=True) if table is None else Pipeline(blob, table, asks=_asks(table))


def reads_more(said: Mapping[str, Any]) -> bool:
    """Whether a stage has variables of its own from files, which may change while its dvc.yaml does not."""
    listed = said.get("vars")
    return isinstance(listed, list) and any(isinstance(one, str) for one in listed)


def _asks(table: Mapping[str, Any]) -> bool:
    listed = table.get("stages")
    stages = [one for one in listed.values() if isinstance(one, Mapping)] if isinstance(listed, Mapping) else []
    inner = [one for said in stages for one in (said, said.get("do")) if isinstance(one, Mapping)]
    return (
        holds_one(table.get("artifacts"))
        or holds_one(table.get("metrics"))
        or any(holds_one(said.get(over)) for said in stages for over in ("foreach", "matrix"))
        or any(holds_one(one.get(field)) for one in inner for field in _OF_A_STAGE)
    )
