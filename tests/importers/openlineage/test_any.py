"""Whatever stands where in an event, it is read or refused, and what is read is what a store takes."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.openlineage.events import (
    OTHER_RUN,
    SHA,
    Event,
    dataset,
    dataset_event,
    facet,
    job_event,
    run_event,
    version,
)
from tests.importers.openlineage.test_models import DEPLOYMENT, MODEL
from thalweg.importers.openlineage import heard, own
from thalweg.ingest import prepare
from thalweg.model import time
from thalweg.model.errors import BadInput

SOURCE = {
    "namespace": "s3://lake",
    "name": "raw",
    "field": "a",
    "type": "DATASET",
    "transformations": [{"type": "DIRECT"}],
}
OF_DATASET = {
    **version("7"),
    "schema": facet(fields=[{"name": "a", "type": "int", "fields": [{"name": "b"}]}]),
    "documentation": facet(description="d"),
    "ownership": facet(owners=[{"name": "o", "type": "t"}]),
    "tags": facet(tags=[{"key": "k", "value": "v", "field": "a"}]),
    "dataSource": facet(name="n", uri="s3://u:p@lake"),
    "storage": facet(storageLayer="delta", fileFormat="parquet"),
    "datasetType": facet(datasetType="TABLE"),
    "symlinks": facet(identifiers=[{"namespace": "hive://m", "name": "x", "type": "TABLE"}]),
    "columnLineage": facet(fields={"a": {"inputFields": [SOURCE]}}, dataset=[SOURCE]),
    "lineage": facet(inputs=[SOURCE], fields={"a": {"inputs": [SOURCE]}}),
    "lifecycleStateChange": facet(lifecycleStateChange="RENAME", previousIdentifier={"namespace": "a", "name": "b"}),
    "dataQualityMetrics": facet(rowCount=1, bytes=2, columnMetrics={}),
    "custom": facet(x=1),
}
READ = {"inputStatistics": facet(rowCount=1, size=2), own.EDGE: facet(role="r", columns=["a"])}
WRITTEN = {"outputStatistics": facet(rowCount=1, size=2), own.EDGE: facet(role="r")}
OF_JOB = {
    "sourceCodeLocation": facet(type="git", url=f"https://u:p@g/a/b/blob/{SHA}/x.py", repoUrl="git@g:a/b", version=SHA),
    "jobType": facet(processingType="BATCH", integration="SPARK", jobType="JOB"),
    "tags": facet(tags=[{"key": "k", "value": "v"}]),
}
OF_RUN = {
    "parent": facet(
        run={"runId": OTHER_RUN},
        job={"namespace": "a", "name": "b"},
        root={"run": {"runId": OTHER_RUN}, "job": {"namespace": "a", "name": "b"}},
    ),
    "executionParameters": facet(parameters=[{"key": "k", "value": "v"}]),
    "environmentVariables": facet(environmentVariables=[{"name": "k", "value": "v"}]),
    "tags": facet(tags=[{"key": "k", "value": "v", "source": "s"}]),
    "errorMessage": facet(message="m", programmingLanguage="p", stackTrace="s"),
}
ENTITY = facet(
    kind="Commit", key=["https://g/a/b", SHA], properties={"author": "a"}, edges=[], histories={"m": [[1, 2, 3]]}
)
WHOLE: list[Event] = [
    run_event(
        inputs=[dataset("s3://lake raw", OF_DATASET, inputFacets=READ)],
        outputs=[dataset("s3://lake tx", OF_DATASET, outputFacets=WRITTEN), dataset("reg m", {own.MODEL: MODEL})],
        job=OF_JOB,
        run=OF_RUN,
    ),
    job_event(inputs=[dataset("reg m", {own.MODEL: MODEL})], outputs=[], facets={own.DEPLOYMENT: DEPLOYMENT}),
    dataset_event(dataset("s3://lake tx", OF_DATASET)),
    dataset_event(dataset("x y", {own.ENTITY: ENTITY})),
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 1 << 62)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "x", "\0", "é"]),
    lambda some: (
        st.lists(some, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "namespace", "key", "x"]), some, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything within a value."""
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(found for name, one in within for found in places(one, (*way, name)))]


@settings(max_examples=600, derandomize=True, deadline=None, database=None)
@given(which=st.integers(0, len(WHOLE) - 1), seed=st.integers(0, 1 << 32), value=ANYTHING)
def test_whatever_stands_anywhere_is_read_or_refused_with_a_sentence(which: int, seed: int, value: Any) -> None:
    event: Any = copy.deepcopy(WHOLE[which])
    way = random.Random(seed).choice(places(event)[1:])
    place = event
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    try:
        for granule in heard(event).granules:
            prepare(granule, time.now())
    except BadInput as error:
        told = [(problem.field, problem.expected) for problem in error.problems]
    else:
        return
    assert told
    assert all(field and expected for field, expected in told)


@pytest.mark.parametrize("event", WHOLE, ids=["run", "job", "dataset", "entity"])
def test_these_events_are_nothing_special_as_they_are(event: Event) -> None:
    found = heard(event, strict=True)
    assert found.granules
    for granule in found.granules:
        prepare(granule, time.now())
    assert "u:p@" not in str(found), "nobody logs in with what is kept"


def test_objects_in_objects_without_end_are_refused() -> None:
    deep: Any = {}
    for _ in range(400):
        deep = {"x": deep}
    with pytest.raises(BadInput, match="cannot be kept"):
        heard(run_event(run={"custom": deep}))
