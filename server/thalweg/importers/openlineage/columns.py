"""Which columns a dataset was made of, in the form that `model/column_lineage.py` reads.

The facets `columnLineage` and `lineage` say the same in two ways: what is kept is the first's form, with the canonical
names of datasets, so that they meet those in the graph. Who wrote it is kept with it, for some report filters and joins
even where a query has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from thalweg.importers.openlineage.facets import Taken, deleted
from thalweg.model.facts import Json
from thalweg.model.names import dataset_pair

_OF_A_FIELD = ("transformationType", "transformationDescription")
"""How a column is made of all that it is made of, as older versions of the facet say it."""

Source = tuple[str, str]
"""A dataset by its canonical name."""


def lineage(taken: Taken, source: str) -> tuple[Json | None, set[Source]]:
    """What the facets at one place say, and the datasets that they name; None where they say nothing of columns.

    Of a facet that was deleted an empty object is left, which takes back what was said before.
    """
    facet = taken.take("columnLineage")
    if facet is not None:
        return _column_lineage(taken, facet, source)
    if taken.gone("lineage"):
        return {}, set()
    facet = taken.look("lineage")
    if facet is None:
        return None, set()
    taken.take("lineage")
    return _lineage(taken, facet, source)


def _column_lineage(taken: Taken, facet: Mapping[str, Any], source: str) -> tuple[Json | None, set[Source]]:
    if deleted(facet):
        return {}, set()
    named: set[Source] = set()
    said: dict[str, Json] = {"fields": _fields(taken, "columnLineage", facet, "inputFields", source, named)}
    if isinstance(facet.get("dataset"), list):
        said["dataset"] = list(_inputs(taken, "columnLineage.dataset", facet["dataset"], source, named))
    return _by(facet, said), named


def _lineage(taken: Taken, facet: Mapping[str, Any], source: str) -> tuple[Json | None, set[Source]]:
    named: set[Source] = set()
    fields = _fields(taken, "lineage", facet, "inputs", source, named)
    over_all = list(_inputs(taken, "lineage.inputs", facet.get("inputs"), source, named))
    said: dict[str, Json] = {"fields": fields}
    if columns := [one for one in over_all if "field" in one]:
        said["dataset"] = columns
    if whole := [one for one in over_all if "field" not in one]:  # of which no column is known
        said["inputs"] = whole
    return (_by(facet, said) if fields or columns or whole else {}), named


def _by(facet: Mapping[str, Any], said: dict[str, Json]) -> dict[str, Json]:
    producer = facet.get("_producer")
    return said | {"_producer": producer} if isinstance(producer, str) else said


def _fields(
    taken: Taken, name: str, facet: Mapping[str, Any], inputs: str, source: str, named: set[Source]
) -> dict[str, Json]:
    fields = facet.get("fields")
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        taken.odd(f"{name}.fields", fields, "must be an object by the names of columns; it was left out")
        return {}
    found: dict[str, Json] = {}
    for column, field in fields.items():
        if not isinstance(field, dict):
            taken.odd(f"{name}.fields.{column}", field, "must be an object; it was left out")
            continue
        place = f"{name}.fields.{column}.{inputs}"
        found[column] = {"inputFields": list(_inputs(taken, place, field.get(inputs), source, named))}
        found[column] |= {name: field[name] for name in _OF_A_FIELD if isinstance(field.get(name), str)}
    return found


def _inputs(taken: Taken, place: str, given: Json, source: str, named: set[Source]) -> Iterator[dict[str, Json]]:
    """Each column, or dataset, that is named; a job that is named as a source is no dataset."""
    if given is not None and not isinstance(given, list):
        taken.odd(place, given, "must be a list; it was left out")
        return
    for one in given or ():
        if not isinstance(one, dict) or one.get("type", "DATASET") != "DATASET":
            continue
        namespace, name, column = one.get("namespace"), one.get("name"), one.get("field")
        if not (isinstance(namespace, str) and isinstance(name, str) and namespace and name):
            taken.odd(place, one, "must name a dataset by namespace and name; it was left out")
            continue
        pair = dataset_pair(namespace, name, source)
        named.add(pair)
        said: dict[str, Json] = {"namespace": pair[0], "name": pair[1]}
        if isinstance(column, str):
            said["field"] = column
        if isinstance(how := one.get("transformations"), list) and how:
            said["transformations"] = how
        yield said
