"""Estates in a tiny notation: a line is a path of lineage edges, or says something of one thing.

    estate('''
        tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1
        tx@1 > *audit-1 (pinned)
        cf > ^report                        stated of assets
        *train-1: 5 days ago
        +production:fraud#1: until 2 days ago
        fraud/1: alias champion
        tx@1: gone
        tx@1 > *train-2 (reads age income)  the client states what it reads; (filters …): with filters and joins;
        tx@1 > *train-3 (selects age)       only what is selected
        tx@1: columns id:long age:int
        cf@1: made of total=tx.amount|tx.rate same=tx.id where tx.country
        fraud/1: signature age:long income:double?
        repo!ab > repo!cd > *train-1        commits, and what ran their code
    ''')

The words are those of `tests/facts.py`; besides, a run `*train-1` is of the job `^train`, a run `*alone` of none, and a
deployment may name its environment. What has no date was there ten days ago, in the order of its mention.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests import facts as words
from thalweg.lineage.impact.facts import Facts
from thalweg.model import column_lineage, keys
from thalweg.model.columns import columns_of
from thalweg.model.edges import TYPES_BETWEEN, EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, MarkFact, MarkKind
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Edge, Entity, Mark, Node
from thalweg.model.time import DAY, MINUTE, SECOND, parse

NOW = parse("2026-06-01T12:00:00Z")
"""The time of every question that names no other."""
LONG_AGO = NOW - 10 * DAY

_AGO = re.compile(r"(\d+) days? ago")
_OPTIONS = re.compile(r" \((pinned|exact|(?:reads|filters|selects)( [\w *]+)?)\)")
_COVERS = {"reads": "DECLARED", "filters": "PREDICATES", "selects": "PROJECTION"}
_AHEAD = re.compile(r"in (\d+) days?")


def key(word: str) -> Key:
    """The natural key of a word."""
    if word.startswith("+") and ":" in word:
        environment, _, rest = word[1:].partition(":")
        name, _, revision = rest.partition("#")
        return keys.release(environment, name, revision) if revision else keys.deployment(environment, name)
    return words.key(word)


def id(word: str) -> str:
    return key(word).id


@dataclass
class Thing:
    """A version or an asset of an estate."""

    word: str
    key: Key
    asset: str | None
    at: int
    until: int | None = None
    gone_at: int | None = None
    props: dict[str, Any] = field(default_factory=dict)


@dataclass
class Link:
    """An edge of an estate."""

    source: str
    type: EdgeType
    target: str
    props: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Estate:
    """Things and edges by word; marks as (version, kind, name)."""

    things: dict[str, Thing] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    marks: list[tuple[str, MarkKind, str]] = field(default_factory=list)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """An example that fails is told in the notation."""
        lines = [f"{link.source} > {link.target}{_optioned(link.props)}" for link in self.links]
        for thing in self.versions():
            lines.append(f"{thing.word}: {(NOW - thing.at) // DAY} days ago")
            lines += [f"{thing.word}: until {(NOW - thing.until) // DAY} days ago"] if thing.until else []
            lines += [f"{thing.word}: gone"] if thing.gone_at else []
            lines += [f"{thing.word}: {name} {value}" for name, value in thing.props.items()]
        lines += [f"{version}: {kind.value.lower()} {name}" for version, kind, name in self.marks]
        printer.text("estate(\n    " + "\n    ".join(lines) + "\n)")

    def add(self, word: str) -> Thing:
        """The thing of a word, with its asset; new ones come after all that were mentioned."""
        if word in self.things:
            return self.things[word]
        asset = asset_of(word)
        if asset is not None:
            self.add(asset)
        thing = Thing(word, key(word), asset, LONG_AGO + len(self.things) * MINUTE)
        self.things[word] = thing
        return thing

    def versions(self) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.key.kind.level is Level.VERSION]

    def assets(self) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.key.kind.level is Level.ASSET]

    def link_at(self, link: Link) -> int:
        """From when on an edge holds: from the start of what reads, from the end of the run that wrote."""
        source, target = self.things[link.source], self.things[link.target]
        if target.key.kind in (Kind.RUN, Kind.RELEASE):
            return target.at
        if link.type is EdgeType.PARENT_OF:
            return min(source.at, target.at)
        if source.key.kind is Kind.RUN:
            return source.at + SECOND
        return max(source.at, target.at)

    # ------------------------------------------------------------------------------------------------- as facts

    def facts(self, *changed: str, at: int = NOW, window: int = 90 * DAY, starts: Iterable[str] | None = None) -> Facts:
        """All of it as the facts of a question, at a time."""
        nodes = {thing.key.id: _node(thing) for thing in self.versions() if thing.at <= at}
        versions = [self._edge(link, []) for link in self.links if self._level(link) is Level.VERSION]
        return Facts(
            at=at,
            window=window,
            changed=frozenset(id(word) for word in changed),
            starts=frozenset(id(word) for word in (self.starts(*changed) if starts is None else starts)),
            nodes=nodes,
            edges=tuple(edge for edge in versions if edge.at <= at),
            asset_edges=tuple(edge for edge in self.asset_edges() if edge.at <= at),
            runs_at=self._runs_at(at),
            newest=self._newest(at),
            marks=self._marks(),
            columns={
                thing.key.id: columns for thing in self.versions() if (columns := columns_of(thing.props)) is not None
            },
            lineage={
                thing.key.id: lineage
                for thing in self.versions()
                if (lineage := column_lineage.read(thing.props.get("column_lineage"))) is not None
            },
            signatures={
                thing.key.id: thing.props["signature"] for thing in self.versions() if "signature" in thing.props
            },
            assets={thing.key.id: _entity(thing) for thing in self.assets()},
        )

    def starts(self, *changed: str) -> set[str]:
        """The versions that change: those named, and all of the assets named."""
        return {thing.word for thing in self.versions() if thing.word in changed or thing.asset in changed}

    def asset_edges(self) -> list[Edge]:
        """Those stated, and those that follow from the edges of versions."""
        behind: defaultdict[tuple[str, EdgeType, str], list[Link]] = defaultdict(list)
        stated: dict[tuple[str, EdgeType, str], Link] = {}
        for link in self.links:
            source, target = self.things[link.source], self.things[link.target]
            if self._level(link) is Level.ASSET:
                stated[link.source, link.type, link.target] = link
            elif source.asset is not None and target.asset is not None and link.type is not EdgeType.PARENT_OF:
                behind[source.asset, link.type, target.asset].append(link)
        return [
            self._edge(stated.get(ref) or Link(*ref), behind.get(ref, []), stated=ref in stated)
            for ref in {**stated, **behind}
        ]

    def _edge(self, link: Link, behind: list[Link], *, stated: bool = True) -> Edge:
        dates = [self.link_at(one) for one in behind]
        if stated:
            dates.append(self.link_at(link))
        last = max((self.link_at(one) for one in behind), default=min(dates))
        return Edge(id(link.source), link.type, id(link.target), "", min(dates), last, len(behind), stated, link.props)

    def _level(self, link: Link) -> Level:
        return self.things[link.source].key.kind.level

    def _runs_at(self, at: int) -> dict[str, tuple[int, ...]]:
        started: defaultdict[str, list[int]] = defaultdict(list)
        for run in self.versions():
            if run.key.kind is Kind.RUN and run.asset is not None and run.at <= at:
                started[id(run.asset)].append(run.at)
        return {job: tuple(sorted(dates, reverse=True)) for job, dates in started.items()}

    def _newest(self, at: int) -> dict[str, str]:
        versions = [one for one in self.versions() if one.key.kind is Kind.DATASET_VERSION and one.at <= at]
        return {id(one.asset or ""): one.key.id for one in sorted(versions, key=lambda one: one.at)}

    def _marks(self) -> dict[str, tuple[Mark, ...]]:
        found: defaultdict[str, list[Mark]] = defaultdict(list)
        for version, kind, name in self.marks:
            model = id(asset_of(version) or "")
            found[model].append(Mark(model, id(version), kind, name, LONG_AGO, None, "api", "test"))
        return {model: tuple(marks) for model, marks in found.items()}

    # ---------------------------------------------------------------------------------------------- as a granule

    def granule(self) -> Granule:
        """The same, as it is stated to a store."""
        return Granule(
            source="test",
            name="estate",
            origin="api",
            entities=[EntityFact(thing.key, _props(thing)) for thing in self.things.values()],
            edges=[
                EdgeFact(key(one.source), one.type, key(one.target), "", {**one.props, "at": self.link_at(one)})
                for one in self.links
            ],
            marks=[MarkFact(key(version), kind, name, LONG_AGO) for version, kind, name in self.marks],
            at=LONG_AGO,
        )


def estate(text: str) -> Estate:
    """Reads the notation."""
    made = Estate()
    for line in filter(None, map(str.strip, text.splitlines())):
        if " > " in line:
            path(made, line)
        else:
            word, _, sayings = line.partition(": ")
            for saying in sayings.split(", "):
                _say(made, made.add(word), saying)
    return made


def path(made: Estate, line: str) -> None:
    """Adds the edges along `tx@1 > *train-1 > fraud/1`; options in brackets are of the reads among them."""
    options = _OPTIONS.findall(line)
    line = _OPTIONS.sub("", line).partition("  ")[0].strip()
    reading: dict[str, Any] = {}
    for option, columns in options:
        word = option.split()[0]
        if word in _COVERS:
            reading |= {"columns": sorted(columns.split()), "covers": _COVERS[word]}
        else:
            reading[word] = True
    along = line.split(" > ")
    for one, other in pairwise(along):
        source, target = made.add(one), made.add(other)
        (type,) = TYPES_BETWEEN[source.key.kind, target.key.kind]
        props = reading if type is EdgeType.INPUT_TO else {}
        made.links.append(Link(one, type, other, props))


def _optioned(props: Mapping[str, Any]) -> str:
    """The options of a read, as they are written."""
    flags = "".join(f" ({word})" for word in ("pinned", "exact") if props.get(word))
    if "columns" not in props:
        return flags
    word = next(word for word, covers in _COVERS.items() if covers == props["covers"])
    return flags + f" ({' '.join([word, *props['columns']])})"


def made_of(text: str) -> dict[str, Any]:
    """OpenLineage's facet for `total=tx.amount|tx.rate where tx.country`; without `where` no predicates are known."""
    columns, where, filters = text.partition("where")
    facet: dict[str, Any] = {"fields": {}}
    for column, _, sources in (word.partition("=") for word in columns.split()):
        facet["fields"][column] = {"inputFields": [_source(one) for one in sources.split("|") if one]}
    if where:
        facet["dataset"] = [
            _source(one) | {"transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]} for one in filters.split()
        ]
    return facet


def _source(text: str) -> dict[str, Any]:
    dataset, _, column = text.partition(".")
    return {"namespace": words.NAMESPACE, "name": dataset, "field": column}


def _columns(text: str) -> list[dict[str, Any]]:
    """`id:long age:int?`: what has no type has none that is known; `?` may be null, `!` may not."""
    found: list[dict[str, Any]] = []
    for word in text.split():
        name, _, type = word.rstrip("?!").partition(":")
        column: dict[str, Any] = {"name": name}
        if type:
            column["type"] = type
        if word[-1] in "?!":
            column["nullable"] = word[-1] == "?"
        found.append(column)
    return found


def _say(made: Estate, thing: Thing, saying: str) -> None:
    first, _, rest = saying.partition(" ")
    if ago := _AGO.fullmatch(saying):
        thing.at = NOW - int(ago[1]) * DAY
    elif ahead := _AHEAD.fullmatch(saying):
        thing.at = NOW + int(ahead[1]) * DAY
    elif first == "until":
        (ago,) = [match for match in [_AGO.fullmatch(rest)] if match]
        thing.until = NOW - int(ago[1]) * DAY
    elif saying == "gone":
        thing.gone_at = NOW - DAY
    elif first in ("alias", "stage"):
        made.marks.append((thing.word, MarkKind[first.upper()], rest))
    elif first == "columns":
        thing.props["columns"] = _columns(rest)
    elif saying.startswith("made of "):
        thing.props["column_lineage"] = made_of(saying.removeprefix("made of "))
    elif first == "signature":
        thing.props["signature"] = {"inputs": [{"nullable": False} | column for column in _columns(rest)]}
    elif first == "tag":
        tag, _, value = rest.partition("=")
        thing.props.setdefault("tags", {})[tag] = value
    elif first == "owner":
        thing.props.setdefault("owners", []).append(rest)
    else:
        raise ValueError(f"{saying!r} says nothing")


def asset_of(word: str) -> str | None:
    """The word of the asset; None for an asset, and for a run of no job."""
    if word.startswith("*"):
        job, dash, _ = word[1:].rpartition("-")
        return f"^{job}" if dash else None
    if "!" in word:
        return f"{word.partition('!')[0]}!" if not word.endswith("!") else None
    if word.startswith("+"):
        return word.partition("#")[0] if "#" in word else None
    if "@" in word:
        return word.partition("@")[0]
    if "/" in word:
        return word.partition("/")[0] + ":"
    return None


def _node(thing: Thing) -> Node:
    asset = None if thing.asset is None else id(thing.asset)
    return Node(thing.key.id, thing.key.kind, thing.key.parts, asset, thing.at, thing.gone_at, thing.until, None, 0)


def _entity(thing: Thing) -> Entity:
    at = thing.at
    return Entity(thing.key.id, thing.key.kind, thing.key.parts, None, at, at, at, None, True, ("api",), thing.props)


def _props(thing: Thing) -> dict[str, Any]:
    dated = {Kind.RUN: "started_at", Kind.RELEASE: "since", Kind.COMMIT: "authored_at"}.get(
        thing.key.kind, "created_at"
    )
    props: dict[str, Any] = {**thing.props, dated: thing.at}
    if thing.key.kind is Kind.RUN:
        props["ended_at"] = thing.at + SECOND
        if thing.asset is not None:
            props["job"] = list(key(thing.asset).parts)
    if thing.until is not None:
        props["until"] = thing.until
    if thing.gone_at is not None:
        props["gone_at"] = thing.gone_at
    return props
