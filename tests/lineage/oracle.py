"""What the design says of impact, in the plainest way: sets of words, and rules applied until nothing changes.

It knows estates only, no ids, no paths and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from statistics import median
from typing import Any, TypeVar

from tests.lineage.estate import LONG_AGO, Estate, Link, Thing
from thalweg.lineage.impact import Change, Code, Columns, Content, Delete, Withdraw
from thalweg.model.columns import ColumnChange, Drop, MayBeNull, Rename, Retype
from thalweg.model.edges import EdgeType
from thalweg.model.facts import MarkKind
from thalweg.model.kinds import Kind, Level

Line = tuple[str, str, bool, str]
"""Asset, effect, whether it is certain, and the version that is touched; "" where the asset is as such."""

T = TypeVar("T")

Touch = tuple[str, str, bool]
"""A version, what of it (a column; `dataset.column` of a run, by which it was hit; or ALL), and whether that is
certain.
"""

READ = (EdgeType.INPUT_TO, EdgeType.SERVED_BY)
ALL = "*"

WIDER = {("int", "bigint"): True, ("bigint", "int"): False, ("int", "varchar"): False}
"""Of the types that are drawn, which keep every value."""

REJECTED = {
    "integer": ("bigint", "varchar", "int or null"),
    "long": ("varchar", "int or null"),
    "double": ("bigint", "varchar"),
    "string": ("int", "bigint", "int or null"),
}
"""By the type in a signature, what MLflow lets through to no model that states it."""


class Oracle:
    def __init__(self, estate: Estate, at: int, window: int) -> None:
        self.estate = estate
        self.at = at
        self.window = window
        self.things = {word: thing for word, thing in estate.things.items() if thing.at <= at}
        self.links = [link for link in estate.links if estate.link_at(link) <= at]
        self.versions = [link for link in self.links if self.level(link.source) is Level.VERSION]
        self.assets = [link for link in self.links if self.level(link.source) is Level.ASSET]

    def level(self, word: str) -> Level:
        return self.estate.things[word].key.kind.level

    def kind(self, word: str) -> Kind:
        return self.estate.things[word].key.kind

    def asset(self, word: str) -> str | None:
        return self.estate.things[word].asset

    # ------------------------------------------------------------------------------------------------------ answers

    def answer(self, change: Change, changed: Iterable[str]) -> dict[tuple[str, str], tuple[bool, bool]]:
        """By asset and effect: whether it is certain, and whether it is live."""
        changed = set(changed)
        answer: dict[tuple[str, str], tuple[bool, bool]] = {}
        for asset, effect, certain, version in self.lines(change, changed):
            if asset not in changed:
                was_certain, was_live = answer.get((asset, effect), (False, False))
                answer[asset, effect] = was_certain or certain, was_live or self.live(asset, version)
        return answer

    def lines(self, change: Change, changed: set[str]) -> set[Line]:
        starts = {word for word in self.things if word in changed or self.asset(word) in changed}
        starts = {word for word in starts if self.level(word) is Level.VERSION}
        match change:
            case Content(columns=columns):
                seeds = {(start, column, True) for start in starts for column in columns or (ALL,)}
                return self.touched(seeds) - {line for line in self.touched(seeds) if line[3] in starts}
            case Columns():
                return self.broken_readers(changed, change)
            case Delete():
                found = self.broken_readers({word for word in changed if self.level(word) is Level.ASSET}, change)
                found |= self.broken_pins({word for word in changed if self.level(word) is Level.VERSION})
                return found | self.unreproducible(starts)
            case Code() | Withdraw():
                serving = [one for one in self.versions if one.type is EdgeType.SERVED_BY and one.source in starts]
                broken = {link.target for link in serving if self.open(link.target)}
                ways = (*READ, EdgeType.CODE_OF)
                users = {link.target for link in self.versions if link.source in starts and link.type in ways}
                made = {link.target for link in self.versions if link.source in users}
                made |= {
                    link.target
                    for link in self.versions
                    if link.source in starts and link.type is EdgeType.DERIVED_INTO
                }
                stale = {line for line in self.touched({(word, ALL, True) for word in made}) if line[3] not in starts}
                return self.of_versions("BREAKS", broken) | stale

    # ------------------------------------------------------------------------------------------------ column by column

    def touched(self, seeds: set[Touch]) -> set[Line]:
        """STALE on all that derives from columns of versions, the seeds among them."""
        found = set(seeds)

        def further() -> set[Touch]:
            return {more for touch in found for more in self.beyond(*touch)}

        _until_nothing_changes(found, further)
        return {
            (asset, "STALE", certain, word) for word, _, certain in found if (asset := self.asset(word)) is not None
        }

    def beyond(self, word: str, what: str, certain: bool) -> set[Touch]:
        """What is touched where something is: a column of a data version, a run by a column that it read, all of a
        thing.
        """
        onward = [link for link in self.versions if link.source == word and link.type is not EdgeType.PARENT_OF]
        more: set[Touch] = set()
        for link in onward:
            target = self.kind(link.target)
            if self.kind(word) is Kind.DATASET_VERSION:
                hit = what == ALL or self.hits(link, what)
                if hit is False:
                    continue
                sure = certain and hit is True
                if link.type is EdgeType.DERIVED_INTO:
                    more |= self.outputs(link.target, f"{self.asset(word)}.{what}", sure)
                elif target is Kind.RUN:
                    more.add((link.target, f"{self.asset(word)}.{what}", sure))
                else:
                    more.add((link.target, ALL, sure))
            elif self.kind(word) is Kind.RUN and what != ALL:
                more |= self.outputs(link.target, what, certain)
            else:
                more.add((link.target, ALL, certain))
        return more

    def outputs(self, output: str, source: str, certain: bool) -> set[Touch]:
        """What of an output is touched where its maker was hit by `dataset.column`."""
        if self.kind(output) is not Kind.DATASET_VERSION:
            return {(output, ALL, certain)}
        dataset, _, column = source.partition(".")
        facet = self.lineage(output)
        if facet is None:
            return {(output, ALL, certain and column == ALL)}

        def among(sources: Iterable[dict[str, str]]) -> bool:
            return any(one["name"] == dataset and column in (ALL, one["field"]) for one in sources)

        derived = {name for name, field in facet["fields"].items() if among(field["inputFields"])}
        found = {(output, name, certain) for name in derived}
        if among(facet.get("dataset", ())):
            found.add((output, ALL, certain))
        elif "dataset" not in facet:
            found.add((output, ALL, False))
        return found

    def lineage(self, version: str) -> dict[str, Any] | None:
        """The column lineage of a version; one that names nothing, and reports nothing, is none."""
        facet = self.things[version].props.get("column_lineage")
        return facet if facet and (facet["fields"] or "dataset" in facet) else None

    def hits(self, link: Link, column: str) -> bool | None:
        """Whether who read along an edge is hit by a column: surely, surely not, or nobody knows."""
        derived = link.type is EdgeType.DERIVED_INTO
        made = {link.target} if derived else {one.target for one in self.versions if one.source == link.target}
        facets = [self.lineage(word) for word in made]
        named = {
            source["field"]
            for facet in facets
            if facet is not None
            for sources in [facet.get("dataset", []), *(field["inputFields"] for field in facet["fields"].values())]
            for source in sources
            if source["name"] == self.asset(link.source)
        }
        if column in named or column in link.props.get("columns", ()):
            return True
        if "columns" in link.props:
            return None if link.props["covers"] == "PROJECTION" else False
        return False if facets and all(facet is not None and "dataset" in facet for facet in facets) else None

    def harms(self, change: Columns, dataset: str) -> list[tuple[str, bool]]:
        """The columns whose change hurts who reads them by name, and whether it surely does."""
        found: list[tuple[str, bool]] = []
        for one in change.changes:
            match one:
                case Drop() | Rename():
                    found.append((one.column, True))
                case Retype(old=old, new=new):
                    found.append((one.column, WIDER.get((old or "", new)) is False))
                case MayBeNull():
                    found.append((one.column, False))
        return found

    def of_versions(self, effect: str, words: Iterable[str], *, certain: bool = True) -> set[Line]:
        return {(asset, effect, certain, word) for word in words if (asset := self.asset(word)) is not None}

    def behind(self, starts: Iterable[str]) -> set[str]:
        """Everything that something of the starts leads to."""
        found: set[str] = set()
        _until_nothing_changes(
            found, lambda: {link.target for link in self.versions if link.source in found or link.source in starts}
        )
        return found

    # ------------------------------------------------------------------------------------------------- what is live

    def live(self, asset: str, version: str) -> bool:
        """Whether a version is live; or any of the asset, where no version is given."""
        if not version:
            return any(self.live(asset, word) for word in self.things if self.asset(word) == asset)
        match self.kind(asset):
            case Kind.JOB:
                return self.active(asset)
            case Kind.DATASET:
                versions = [word for word in self.things if self.asset(word) == asset]
                return version == max(versions, key=lambda word: self.things[word].at)
            case Kind.MODEL:
                return self.served(version) or self.held(version)
            case _:
                return self.open(version)

    def open(self, word: str) -> bool:
        release = self.things[word]
        return release.until is None or self.at < release.until

    def served(self, model: str) -> bool:
        served = [link for link in self.versions if link.type is EdgeType.SERVED_BY and link.source == model]
        return any(self.open(link.target) for link in served)

    def held(self, model: str) -> bool:
        if self.at < LONG_AGO:  # no mark was given before
            return False
        counting = [(MarkKind.ALIAS, "champion"), (MarkKind.ALIAS, "production"), (MarkKind.STAGE, "Production")]
        return any((model, kind, name) in self.estate.marks for kind, name in counting)

    def runs(self, job: str) -> list[Thing]:
        runs = [self.things[word] for word in self.things if self.kind(word) is Kind.RUN and self.asset(word) == job]
        return sorted(runs, key=lambda run: run.at)

    def window_of(self, job: str) -> int:
        dates = [run.at for run in self.runs(job)]
        if len(dates) > 1:
            usual = median(later - earlier for earlier, later in pairwise(dates))
            if usual > self.window / 2:
                return int(2 * usual)
        return self.window

    def recent(self, job: str) -> list[str]:
        since = self.at - self.window_of(job)
        return [run.word for run in self.runs(job) if run.at >= since]

    def active(self, job: str) -> bool:
        return bool(self.recent(job))

    # --------------------------------------------------------------------------------------------- the active pattern

    def acts(self, process: str) -> list[str]:
        """What a job or a deployment does: its runs within the window, its live releases."""
        if self.kind(process) is Kind.JOB:
            return self.recent(process)
        return [word for word in self.things if self.asset(word) == process and self.open(word)]

    def ever(self, process: str) -> bool:
        return any(thing.asset == process for thing in self.things.values())

    def read(self, act: str) -> set[str | None]:
        return {self.asset(link.source) for link in self.versions if link.target == act and link.type in READ}

    def wrote(self, act: str) -> set[str | None]:
        return {self.asset(link.target) for link in self.versions if link.source == act}

    def stated(self, source: str, target: str) -> bool:
        return any((link.source, link.target) == (source, target) for link in self.assets)

    def reads(self, process: str, asset: str) -> bool | None:
        """Whether it will: certainly (True), possibly (False), or no (None)."""
        if any(asset in self.read(act) for act in self.acts(process)):
            return True
        if self.ever(process) and not self.acts(process):
            return None
        return False if self.stated(asset, process) else None

    def breaks(self, process: str, dataset: str, change: Change) -> bool | None:
        """Whether a reader breaks: certainly (True), possibly (False), or no (None)."""
        acts = self.acts(process)
        idle = not acts and self.kind(process) is Kind.JOB
        if idle:
            acts = [run.word for run in self.runs(process) if run.at == self.runs(process)[-1].at]
        reads = [link for link in self.versions if link.target in acts and self.asset(link.source) == dataset]
        if isinstance(change, Delete):
            if reads:
                return True
        elif isinstance(change, Columns) and reads:
            floating = [link for link in reads if not link.props.get("pinned")]
            return self.strongest(
                self.hurts(link, one, column, sure)
                for link in floating
                for one in change.changes
                for column, sure in self.harms(Columns((one,)), dataset)
            )
        if self.kind(process) is Kind.DEPLOYMENT and self.ever(process) and not acts:
            return None
        if not self.stated(dataset, process):
            return None
        if isinstance(change, Columns):
            stated = [link for link in self.assets if (link.source, link.target) == (dataset, process)]
            missed = all(
                "columns" in link.props and link.props["covers"] != "PROJECTION" and column not in link.props["columns"]
                for link in stated
                for column, _ in self.harms(change, dataset)
            )
            return None if missed else False
        return False

    def hurts(self, link: Link, change: ColumnChange, column: str, harms: bool) -> bool | None:
        """Whether who read along an edge is hurt: by what it read, or since a model of it says that it must have it."""
        hit = self.hits(link, column)
        if hit is False:
            return None
        requires, rejects = self.by_signature(link, change, column)
        return (hit is True or requires or rejects) and (harms or rejects)

    def by_signature(self, link: Link, change: ColumnChange, column: str) -> tuple[bool, bool]:
        """Whether a model that the reader made, or serves, requires the column; whether one that it serves rejects it.

        Where another dataset that the reader read has the column too, or may have, nobody knows whose it takes.
        """
        others = {
            one.source
            for one in self.versions
            if one.target == link.target
            and self.kind(one.source) is Kind.DATASET_VERSION
            and self.asset(one.source) != self.asset(link.source)
        }
        if not self.has(link.source, column) or any(self.has(other, column) in (True, None) for other in others):
            return False, False
        serving = self.kind(link.target) is Kind.RELEASE
        models = {
            one.source if serving else one.target
            for one in self.versions
            if (one.target if serving else one.source) == link.target
            and self.kind(one.source if serving else one.target) is Kind.MODEL_VERSION
        }
        named = [
            given
            for model in models
            for given in self.things[model].props.get("signature", {"inputs": []})["inputs"]
            if given["name"] == column
        ]
        will_be = change.new if isinstance(change, Retype) else "int or null" if isinstance(change, MayBeNull) else ""
        rejects = serving and any(will_be in REJECTED[given["type"]] for given in named)
        return any(not given["nullable"] for given in named), rejects

    def has(self, version: str, column: str) -> bool | None:
        """Whether a version has a column; None where its columns are not known."""
        columns = self.things[version].props.get("columns")
        return None if columns is None else any(one["name"] == column for one in columns)

    def strongest(self, found: Iterable[bool | None]) -> bool | None:
        known = [one for one in found if one is not None]
        return any(known) if known else None

    def derives(self, source: str, target: str, change: Change) -> bool | None:
        """As `breaks`, of what is made of the dataset without a run; it counts as a run that declares nothing."""
        if isinstance(change, Delete):
            return True
        assert isinstance(change, Columns)
        links = [
            link
            for link in self.versions
            if link.type is EdgeType.DERIVED_INTO
            and (self.asset(link.source), self.asset(link.target)) == (source, target)
        ]
        harms = self.harms(change, source)
        if not links:
            return False if harms else None
        return self.strongest(
            sure if (hit := self.hits(link, column)) is True else None if hit is False else False
            for link in links
            for column, sure in harms
        )

    def broken_readers(self, datasets: set[str], change: Change) -> set[Line]:
        processes = [word for word in self.things if self.kind(word) in (Kind.JOB, Kind.DEPLOYMENT)]
        assets = [word for word in self.things if self.kind(word) in (Kind.DATASET, Kind.MODEL)]
        found: set[Line] = set()
        stale: set[Line] = set()
        for process in processes:
            for dataset in datasets:
                breaks = self.breaks(process, dataset, change)
                if breaks is not None:
                    found.add((process, "BREAKS", breaks, ""))

        def further() -> set[Line]:
            """One step on from the datasets that change, and from what is stale."""
            more: set[Line] = set()
            from_here = {(dataset, "", True, "") for dataset in datasets} | {
                line for line in stale if line[0] in assets
            }
            for asset, why, certain, _ in from_here:
                for process in processes:
                    reads = self.reads(process, asset)
                    if reads is not None and not why:
                        reads = self.breaks(process, asset, change)
                    if reads is None:
                        continue
                    if why:
                        more.add((process, "STALE", certain and reads, ""))
                    for output in assets:
                        both = any(asset in self.read(act) and output in self.wrote(act) for act in self.acts(process))
                        either = any(output in self.wrote(act) for act in self.acts(process))
                        if either or self.stated(process, output):
                            more.add((output, "STALE", certain and reads and both, ""))
                for output in assets:
                    derived = self.derived(asset, output)
                    if derived is not None and not why:
                        touched = self.derives(asset, output, change)
                        derived = None if touched is None else derived and touched
                    if derived is not None:
                        more.add((output, "STALE", certain and derived, ""))
            return more

        _until_nothing_changes(stale, further)
        return found | stale

    def derived(self, source: str, target: str) -> bool | None:
        """As `reads`, of DERIVED_INTO between two assets."""
        for link in self.versions:
            ends = self.asset(link.source), self.asset(link.target)
            recent = self.at - self.window <= self.estate.link_at(link) <= self.at
            if link.type is EdgeType.DERIVED_INTO and ends == (source, target) and recent:
                return True
        return False if self.stated(source, target) else None

    def broken_pins(self, versions: set[str]) -> set[Line]:
        found: set[Line] = set()
        for link in self.versions:
            reader, pinned = self.asset(link.target), link.props.get("pinned")
            if link.source in versions and pinned and reader is not None and link.target in self.acts(reader):
                found.add((reader, "BREAKS", True, link.target))
        return found

    # ------------------------------------------------------------------------------------------------- unreproducible

    def gone(self, thing: Thing) -> bool:
        return thing.gone_at is not None and thing.gone_at <= self.at

    def unreproducible(self, starts: set[str]) -> set[Line]:
        again: set[str] = set()
        lost = starts | {word for word, thing in self.things.items() if self.gone(thing)}

        def there(word: str) -> bool:
            return word in again or word not in lost

        def inputs(run: str) -> set[str]:
            return {link.source for link in self.versions if link.target == run and link.type is EdgeType.INPUT_TO}

        def made(version: str) -> bool:
            for link in self.versions:
                if link.target == version:
                    needs = {link.source} if link.type is EdgeType.DERIVED_INTO else inputs(link.source)
                    if self.kind(link.source) is not Kind.RELEASE and needs and all(map(there, needs)):
                        return True
            return False

        _until_nothing_changes(again, lambda: {version for version in lost if made(version)})
        certain = {word for word in self.behind(starts - again) - starts if self.kind(word) is not Kind.RUN}
        doubtful = {word for word in self.behind(starts) - starts if self.kind(word) is not Kind.RUN}
        return self.of_versions("UNREPRODUCIBLE", certain) | self.of_versions(
            "UNREPRODUCIBLE", doubtful - certain, certain=False
        )


def _until_nothing_changes(found: set[T], further: Callable[[], set[T]]) -> None:
    while more := further() - found:
        found |= more
