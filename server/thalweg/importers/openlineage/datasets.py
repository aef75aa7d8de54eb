"""A dataset of an event: what is said of it, of the version that was read or written, and what it is called besides.

Where its facets say so it is a model instead. What is said of a version that has no name is said of `unversioned`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thalweg.importers.openlineage import columns, own
from thalweg.importers.openlineage.event import Named, Odd
from thalweg.importers.openlineage.facets import Taken, deleted, described
from thalweg.importers.openlineage.stated import Stated
from thalweg.model import keys
from thalweg.model.facts import Json
from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import Kind
from thalweg.model.names import dataset_pair, without_password

MODELS = frozenset({"MODEL", "ML_MODEL", "MLMODEL"})
"""What a `datasetType` says of a model."""

TAKEN_BACK = "_deleted"
"""What became of a dataset of which it is said that what was said of that holds no longer."""

_OF_THE_ASSET = ("storage", "datasetType", "catalog", "hierarchy", "lifecycleStateChange")
"""Facets that are kept with the dataset; others that are kept are said of its version."""


@dataclass(slots=True)
class Said:
    """What an event says of one dataset, or model.

    version: its name; None where none is told. edge: how it stands to the run, by our own facet. seen: what a run that
    read it saw of it (row counts, quality). sources: datasets that its columns are said to be made of. change: what
    became of it, CREATE or DROP or another, or TAKEN_BACK; None where nothing is said of that. of_version: whether it
    is named for the sake of a version.
    """

    asset: Key
    version: str | None
    asset_props: dict[str, Json]
    version_props: dict[str, Json]
    edge: own.Edge
    seen: dict[str, Json]
    sources: set[columns.Source] = field(default_factory=set)
    change: str | None = None
    model: own.Model | None = None
    of_version: bool = False

    @property
    def is_model(self) -> bool:
        return self.asset.kind is Kind.MODEL

    def at(self, version: str) -> Key:
        namespace, name = self.asset.parts
        make = keys.model_version if self.is_model else keys.dataset_version
        return make(namespace, name, version)


def read(named: Named, source: str, odd: Odd, stated: Stated) -> Said:
    """What is said of a dataset; joins of it with its other names are stated at once."""
    if not named.facets and not named.more:
        return Said(keys.dataset(named.namespace, named.name), None, {}, {}, own.NO_EDGE, {})
    taken = Taken(named.facets, f"{named.place}.facets", odd)
    properties = own.properties(taken)
    model = own.model(taken)
    kind = taken.look("datasetType")
    is_model = model is not None or (kind is not None and str(kind.get("datasetType", "")).upper() in MODELS)
    version = _version(taken)
    asset = keys.dataset(named.namespace, named.name)
    if is_model:
        names = (model.namespace, model.name) if model is not None else (None, None)
        asset = keys.model(names[0] or named.namespace, names[1] or named.name)
        version = (model.version if model is not None else None) or version
    asset_props, version_props = described(taken, columns=True), _contents(taken)
    if properties is not None:
        asset_props = own.without_nulls(asset_props)
    sources: set[columns.Source] = set()
    if not is_model:
        _locate(taken, asset_props)
        made_of, sources = columns.lineage(taken, source)
        version_props["column_lineage"] = made_of
        _symlinks(taken, asset, source, stated)
    change = _change(taken, asset, source, stated)
    written = named.place.startswith("outputs")
    beside = Taken(named.more, f"{named.place}.{'outputFacets' if written else 'inputFacets'}", odd)
    edge = own.edge(beside)
    if not written and beside.left and version is not None:  # what a run saw of it is said of the version too
        version_props = _over(measured(Taken(_quality(beside), beside.place, odd)), version_props)
    kept = taken.kept()
    if written and beside.left:
        version_props = _over(version_props, measured(beside))
        kept |= beside.kept()
    _into(asset_props, "extra", {name: kept.pop(name) for name in _OF_THE_ASSET if name in kept})
    _into(version_props, "extra", kept)
    if model is not None:
        version_props = {**version_props, **model.props}
    if properties is not None:
        asset_props = _over(asset_props, properties.asset)
        version_props = _over(version_props, properties.version)
    seen = {} if written else {name: facet for name, facet in beside.kept().items() if facet is not None}
    of_version = version is not None or (properties is not None and not properties.of_asset)
    return Said(asset, version, asset_props, version_props, edge, seen, sources, change, model, of_version)


def _quality(beside: Taken) -> dict[str, Any]:
    return {name: facet for name, facet in beside.left.items() if name.startswith("dataQuality")}


def _version(taken: Taken) -> str | None:
    facet = taken.take("version")
    if facet is None or deleted(facet):
        return None
    version = facet.get("datasetVersion")
    if isinstance(version, int) and not isinstance(version, bool):
        version = str(version)
    if not isinstance(version, str) or not version or version.isspace():
        taken.odd("version.datasetVersion", version, "must be text that is not empty; it was left out")
        return None
    return None if version == UNVERSIONED else version


def _contents(taken: Taken) -> dict[str, Json]:
    """What is in it: columns, how much, how good."""
    props: dict[str, Json] = {}
    if (facet := taken.take("schema")) is not None:
        props |= _schema(taken, facet)
    props |= measured(taken)
    return props


_OF_A_COLUMN = {"type": str, "description": str, "nullable": bool, "field_id": str, "role": str}
"""What is known of columns besides their names; a word of these that is of another type is left out."""


_NOTHING: tuple[Json, ...] = (None, "", [])
"""What producers write where there is nothing to say: an empty list of nested fields, say."""


def _schema(taken: Taken, facet: Mapping[str, Any]) -> dict[str, Json]:
    """The columns, each with all that is said of it, so that what a later facet no longer says goes with it."""
    found: list[Json] = []
    for one in [] if deleted(facet) else taken.objects("schema", facet, "fields"):
        if not isinstance(one.get("name"), str):
            taken.odd("schema.fields.name", one.get("name"), "must be text; the column was left out")
            continue
        said = {name: value for name, value in one.items() if isinstance(value, _OF_A_COLUMN.get(name, object))}
        more = {name: value for name, value in said.items() if name != "ordinal_position" and value not in _NOTHING}
        found.append({**more, "name": one["name"]})
    return {"columns": found}


def measured(taken: Taken) -> dict[str, Json]:
    """Rows, bytes and statistics, by whichever facets tell them."""
    props: dict[str, Json] = {}
    statistics: dict[str, Json] = {}
    for name, rows, size in (("outputStatistics", "rowCount", "size"), ("dataQualityMetrics", "rowCount", "bytes")):
        facet = taken.look(name)
        if facet is None:
            continue
        for what, given in (("rows", rows), ("bytes", size)):
            if (number := taken.number(name, facet, given)) is not None:
                props.setdefault(what, number)
    for name in ("outputStatistics", "dataQualityMetrics", "dataQualityAssertions"):
        if (facet := taken.take(name)) is not None:
            held = {field: value for field, value in facet.items() if field not in ("_producer", "_schemaURL")}
            statistics[name] = None if deleted(facet) else held
    if statistics:
        props["statistics"] = statistics
    return props


def _locate(taken: Taken, props: dict[str, Json]) -> None:
    if (facet := taken.take("dataSource")) is not None:
        facet = {} if deleted(facet) else facet
        uri = taken.text("dataSource", facet, "uri") or ""
        props["uri"] = without_password(uri) if uri else uri
        if uri and "://" not in uri:
            taken.odd("dataSource.uri", uri, "must be a URI; it was taken as it is")
        name = taken.text("dataSource", facet, "name")
        _into(props, "extra", {"dataSource": {"name": name} if name else None})
    if (facet := taken.look("storage")) is not None:
        props["format"] = taken.text("storage", facet, "fileFormat") or taken.text("storage", facet, "storageLayer")
    elif taken.gone("storage"):
        props["format"] = ""


def _symlinks(taken: Taken, asset: Key, source: str, stated: Stated) -> None:
    facet = taken.take("symlinks")
    if facet is None:
        return
    if deleted(facet):
        taken.odd("symlinks._deleted", True, "takes back no name that was joined; a join stays as long as its event")
        return
    for one in taken.objects("symlinks", facet, "identifiers"):
        namespace, name = one.get("namespace"), one.get("name")
        if isinstance(namespace, str) and isinstance(name, str) and namespace and name:
            stated.join(keys.dataset(*dataset_pair(namespace, name, source)), asset)
        else:
            taken.odd("symlinks.identifiers", one, "must have a namespace and a name; it was left out")


def _change(taken: Taken, asset: Key, source: str, stated: Stated) -> str | None:
    if taken.gone("lifecycleStateChange"):
        return TAKEN_BACK
    facet = taken.look("lifecycleStateChange")
    if facet is None:
        return None
    change = taken.text("lifecycleStateChange", facet, "lifecycleStateChange")
    before = facet.get("previousIdentifier")
    if change == "RENAME" and asset.kind is Kind.DATASET:
        namespace, name = (before.get("namespace"), before.get("name")) if isinstance(before, dict) else (None, None)
        if isinstance(namespace, str) and isinstance(name, str) and namespace and name:
            stated.join(keys.dataset(*dataset_pair(namespace, name, source)), asset)
        else:
            taken.odd("lifecycleStateChange.previousIdentifier", before, "must have a namespace and a name")
    return change


def _into(props: dict[str, Json], bag: str, more: dict[str, Json]) -> None:
    if more:
        props[bag] = {**props.get(bag, {}), **more}


def _over(props: dict[str, Json], more: Mapping[str, Json]) -> dict[str, Json]:
    """Properties with others over them; what both keep beside is united."""
    both = {**props, **more}
    for bag in ("extra", "statistics"):
        if isinstance(props.get(bag), dict) and isinstance(more.get(bag), dict):
            both[bag] = {**props[bag], **more[bag]}
    return both
