"""The named queries of this engine, read from the `.cypher` files beside this module.

A query begins with `// name: …` and a line that says what it does. A line `// with: name` stands for the text of an
earlier query of the file. What Cypher takes no parameter for is written as a word in capitals, and put in here from
what the program itself knows, never from a request: types of relationships, how deep to go, what to sort by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import LiteralString, TypeAlias

from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.store.questions import Hop, Sort

FILES = ("schema", "load", "apply", "read", "walk", "condition", "list", "upkeep")


@dataclass(frozen=True, slots=True)
class Query:
    """A query with the name by which logs and errors know it. `about` is its one line of description.

    The text is as honest as a literal: it comes from the package, and nothing of a request gets into it.
    """

    name: str
    text: LiteralString
    about: str


@lru_cache(maxsize=1)
def queries() -> dict[str, Query]:
    """All of them, by name."""
    return {name: query for file in FILES for name, query in statements(file).items()}


def statements(file: str) -> dict[str, Query]:
    """Those of one file."""
    return _read(files(__package__).joinpath("cypher", f"{file}.cypher").read_text("utf-8"))


def _read(text: str) -> dict[str, Query]:
    found: dict[str, Query] = {}
    for part in re.split(r"^// name: ", text, flags=re.MULTILINE)[1:]:
        name, about, *lines = part.rstrip().split("\n")
        body: list[str] = []
        for line in lines:
            if line.startswith("// with: "):
                body.append(found[line.removeprefix("// with: ")].text)
            elif not line.startswith("//"):
                body.append(line)
        found[name] = Query(name, "\n".join(body).strip(), about.removeprefix("// "))
    return found


@lru_cache(maxsize=512)
def query(
    name: str,
    *,
    types: tuple[EdgeType, ...] = (),
    depth: int | None = None,
    upstream: bool = False,
    sort: Sort | None = None,
    descending: bool = False,
    kind: Kind | None = None,
    steps: Steps = (),
    rest: str = "",
) -> Query:
    """A query by its name.

    types: for `TYPES`. depth: for `DEPTH`; None leaves the end open. upstream: the same query against the arrows.
    sort, descending: for `SORT`, `BEYOND` and `WAY`. kind: for `KIND`. steps: for `STEPS`. rest: for `REST`.
    """
    found = queries()[name]
    words = {
        "TYPES": "|".join(type.label for type in types),
        "DEPTH": "" if depth is None else str(depth),
        "SORT": SORTED_BY[sort] if sort is not None else "",
        "BEYOND": "<" if descending else ">",
        "WAY": "DESC" if descending else "ASC",
        "KIND": kind.label if kind is not None else "",
        "STEPS": arrows(steps),
        "REST": rest,
    }
    text = _against(found.text) if upstream else found.text
    return Query(found.name, _WORD.sub(lambda match: words[match[0]], text), found.about)


_WORD = re.compile(r"\b(?:TYPES|DEPTH|SORT|BEYOND|WAY|KIND|STEPS|REST)\b")

Steps: TypeAlias = tuple[tuple[Hop, EdgeType | None], ...]
"""Relationships one behind the other."""


def arrows(steps: Steps) -> str:
    """The relationships as a pattern, without its ends."""
    return "()".join(
        f"<-[:{type.label if type is not None else 'HAS_VERSION'}]-"
        if hop in (Hop.IN, Hop.ASSET)
        else f"-[:{type.label if type is not None else 'HAS_VERSION'}]->"
        for hop, type in steps
    )


SORTED_BY: dict[Sort, str] = {
    Sort.AT: "at",
    Sort.NAME: "name",
    Sort.CREATED_AT: "first_at",
    Sort.UPDATED_AT: "updated_at",
}
"""The property that a list is sorted by."""


def _against(text: str) -> str:
    """The same query, walked against the influence: arrows of `TYPES` turn round, and so do the ends of an edge."""
    text = re.sub(r"-\[([^\]]*TYPES[^\]]*)\]->", r"<-[\1]-", text)
    swapped = {"startNode": "endNode", "endNode": "startNode"}
    return re.sub("startNode|endNode", lambda match: swapped[match[0]], text)
