"""Random estates of the lineage tests, and questions of impact about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

from hypothesis import strategies as st

from tests.lineage.answers import CODE, CONTENT, DELETE, WITHDRAW
from tests.lineage.estate import NOW, Estate, Link, made_of
from thalweg.lineage.impact import Change, Code, Columns, Content, Withdraw
from thalweg.model.columns import Add, ColumnChange, Drop, MayBeNull, Rename, Retype
from thalweg.model.edges import TYPES_BETWEEN, Coverage, EdgeType
from thalweg.model.facts import MarkKind
from thalweg.model.kinds import Kind
from thalweg.model.time import DAY

COLUMNS = ("x", "y", "z")


@dataclass(frozen=True)
class Words:
    """What an estate may hold. stated: assets of which only statements tell."""

    data: tuple[str, ...]
    runs: tuple[str, ...]
    models: tuple[str, ...]
    releases: tuple[str, ...]
    commits: tuple[str, ...]
    assets: tuple[str, ...]
    stated: tuple[str, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        return (*self.data, *self.runs, *self.models, *self.releases, *self.commits)

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(version.partition("@")[0] for version in self.data))

    @cached_property
    def pairs(self) -> list[tuple[str, EdgeType, str]]:
        """The edges that there may be between versions."""
        return _pairs(self.versions)

    @cached_property
    def asset_pairs(self) -> list[tuple[str, EdgeType, str]]:
        return _pairs((*self.assets, *self.stated))


@cache
def words(size: int) -> Words:
    """The words of an estate with about 36 nodes, or of one with so many times as many."""
    ends = ["", *(str(number) for number in range(1, size))]

    def all_of(*names: str) -> tuple[str, ...]:
        return tuple(name.replace("%", end) for end in ends for name in names)

    return Words(
        data=all_of("a%@1", "a%@2", "b%@1", "b%@2", "c%@1", "d%@1"),
        runs=all_of("*j%-1", "*j%-2", "*j%-3", "*k%-1", "*k%-2", "*l%-1", "*alone%"),
        models=all_of("m%/1", "m%/2", "n%/1"),
        releases=all_of("+production:e%#1", "+production:e%#2", "+staging:f%#1"),
        commits=all_of("repo%!aa", "repo%!bb"),
        assets=all_of(*["a%", "b%", "c%", "d%", "^j%", "^k%", "^l%", "m%:", "n%:", "+production:e%", "+staging:f%"]),
        stated=("^stated", "+prod:stated"),
    )


def _pairs(words: tuple[str, ...]) -> list[tuple[str, EdgeType, str]]:
    made = Estate()
    kinds = {word: made.add(word).key.kind for word in words}
    return [
        (one, type, other)
        for one, other in product(words, words)
        if one != other
        for type in TYPES_BETWEEN.get((kinds[one], kinds[other]), ())
        if type is not EdgeType.PARENT_OF
    ]


DATA, MODELS = words(1).data, words(1).models
GROWING = [pair for pair in words(1).pairs if pair[1] is not EdgeType.PRODUCED]
days = st.sampled_from((1, 5, 30, 60, 89, 91, 100, 200, 400))


DATA_KINDS = (Kind.DATASET, Kind.DATASET_VERSION)
some_columns = st.lists(st.sampled_from(COLUMNS), max_size=2, unique=True)
TAKEN = ("integer", "long", "double", "string")


def sources(datasets: Sequence[str]) -> st.SearchStrategy[list[str]]:
    """Columns of which something is made."""
    columns = [f"{data}.{column}" for data in datasets for column in COLUMNS]
    return st.lists(st.sampled_from(columns), max_size=2) if columns else st.just([])


@st.composite
def readings(draw: st.DrawFn) -> dict[str, Any]:
    """What is stated of a read: nothing, whether it is pinned, the columns and what they cover."""
    props: dict[str, Any] = {"pinned": True} if draw(st.sampled_from((False, False, True))) else {}
    if covers := draw(st.sampled_from((None, *Coverage))):
        props |= {"columns": sorted(draw(some_columns)), "covers": covers.value}
    return props


@st.composite
def lineages(draw: st.DrawFn, datasets: Sequence[str]) -> dict[str, Any]:
    """How a version was made of columns of datasets, with or without what decides over all of it."""
    columns = " ".join(f"{column}={'|'.join(draw(sources(datasets)))}" for column in draw(some_columns))
    where = draw(st.one_of(st.none(), sources(datasets)))
    return made_of(columns if where is None else f"{columns} where {' '.join(where)}")


@st.composite
def signatures(draw: st.DrawFn) -> dict[str, Any]:
    """Which columns a model takes, of which types, and which of them may be missing."""
    columns = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=2, unique=True))
    return {
        "inputs": [
            {"name": column, "type": draw(st.sampled_from(TAKEN)), "nullable": draw(st.booleans())}
            for column in columns
        ]
    }


@st.composite
def estates(draw: st.DrawFn, size: int = 1) -> Estate:
    made, of = Estate(), words(size)
    for word in (*of.versions, *of.assets):
        made.add(word)
    some_data = st.lists(st.sampled_from(of.data), max_size=2, unique=True)
    some_models = st.lists(st.sampled_from(of.models), max_size=1)
    for act in (*of.runs, *of.releases):
        for word in (*draw(some_data), *draw(some_models)):
            _link(draw, made, word, act)
        for word in (*draw(some_data), *(draw(some_models) if act in of.runs else ())):
            _link(draw, made, act, word)
    for pairs in (of.pairs, of.asset_pairs):
        for source, _, target in draw(st.lists(st.sampled_from(pairs), max_size=4 * size, unique=True)):
            _link(draw, made, source, target)
    if size > 1 and draw(st.booleans()):  # a hub, which half of all runs read
        for run in of.runs[::2]:
            _link(draw, made, of.data[0], run)
    for place, thing in enumerate(made.versions()):
        if thing.key.kind in (Kind.RUN, Kind.DATASET_VERSION, Kind.MODEL_VERSION):
            thing.at = NOW - draw(days) * DAY + place  # no two at one time
        if thing.key.kind is Kind.RELEASE and draw(st.booleans()):
            thing.until = NOW - DAY
        if thing.key.kind is Kind.MODEL_VERSION and draw(st.sampled_from((False, False, True))):
            thing.props["signature"] = draw(signatures())
        if thing.key.kind is Kind.DATASET_VERSION:
            if draw(st.sampled_from((False, False, True))):
                thing.gone_at = NOW - DAY
            if draw(st.booleans()):
                thing.props["column_lineage"] = draw(lineages(_known_to_makers(made, thing.word, of)))
            known = draw(st.sampled_from((COLUMNS, COLUMNS, COLUMNS[:2], COLUMNS[1:], None)))
            if known is not None:
                thing.props["columns"] = [{"name": column, "type": "int"} for column in known]
    for number in range(size):  # an alias is of one version of a model
        first, second, other = of.models[3 * number : 3 * number + 3]
        for version in (draw(st.sampled_from((first, second))), other):
            if draw(st.booleans()):
                made.marks.append((version, MarkKind.ALIAS, draw(st.sampled_from(("champion", "candidate")))))
    return made


def settled(made: Estate) -> Estate:
    """The estate with each version there since it was first read, made or served: so it was at any time before now."""
    for place, thing in enumerate(made.versions()):
        if thing.key.kind not in (Kind.RUN, Kind.RELEASE):
            joined = [made.link_at(link) for link in made.links if thing.word in (link.source, link.target)]
            thing.at = min([thing.at, *(at - place for at in joined)])  # no two at one time
    for asset in made.assets():
        asset.at = min([asset.at, *(thing.at for thing in made.versions() if thing.asset == asset.word)])
    return made


def _known_to_makers(made: Estate, word: str, of: Words) -> list[str]:
    """The datasets that each run which made a version has read or written: of another one, its lineage alone would say
    that it was read, and then the estate has an edge that is not in it.
    """
    makers = [link.source for link in made.links if link.target == word and link.source in of.runs]
    known = [
        {
            end.partition("@")[0]
            for link in made.links
            if run in (link.source, link.target)
            for end in (link.source, link.target)
        }
        for run in makers
    ]
    return [data for data in of.datasets if all(data in some for some in known)]


def _link(draw: st.DrawFn, made: Estate, source: str, target: str) -> None:
    (type,) = TYPES_BETWEEN[made.add(source).key.kind, made.add(target).key.kind]
    props = draw(readings()) if type is EdgeType.INPUT_TO and made.things[source].key.kind in DATA_KINDS else {}
    if not any((link.source, link.target) == (source, target) for link in made.links):
        made.links.append(Link(source, type, target, props))


column = st.sampled_from(COLUMNS)
retypes = st.sampled_from((("int", "bigint"), ("bigint", "int"), ("int", "varchar")))
column_changes: st.SearchStrategy[ColumnChange] = st.one_of(
    st.builds(Drop, column),
    st.builds(lambda name: Rename(name, f"new_{name}"), column),
    st.builds(lambda name, ends: Retype(name, *ends), column, retypes),
    st.builds(MayBeNull, column),
    st.builds(Add, st.just("new")),
)
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(Content, some_columns.map(lambda columns: tuple(sorted(columns)))),
    st.builds(Columns, st.lists(column_changes, min_size=1, max_size=3, unique_by=lambda one: one.column).map(tuple)),
    st.sampled_from((CONTENT, DELETE, WITHDRAW, CODE)),
)


@st.composite
def questions(draw: st.DrawFn, size: int = 1) -> tuple[Change, tuple[str, ...]]:
    change, of = draw(changes), words(size)
    among = (*of.data, *of.datasets)
    if isinstance(change, Withdraw | Code):
        among = of.models if isinstance(change, Withdraw) else of.commits
    elif isinstance(change, Columns):
        among = of.datasets
    several = st.lists(st.sampled_from(among), min_size=1, max_size=2, unique=True)
    return change, tuple(draw(several))
