"""What is no event, and what real producers write that is not quite one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.importers.openlineage.events import (
    OTHER_RUN,
    RUN,
    Event,
    dataset,
    dataset_event,
    edges,
    facet,
    job_event,
    main,
    micros,
    props,
    run_event,
    with_,
    without,
)
from thalweg.importers.openlineage import Heard, heard, own
from thalweg.importers.openlineage.event import LARGEST_FACET
from thalweg.model import keys
from thalweg.model.errors import BadInput

GOOD = run_event(inputs=[dataset("s3://lake raw")], outputs=[dataset("s3://lake tx")])
THE_RUN = keys.run("openlineage", RUN)


@pytest.mark.parametrize(
    ("event", "field", "expected"),
    [
        ([], "event", "must be a JSON object"),
        ({}, "event", "must have a run and a job, a job alone, or a dataset"),
        (without(GOOD, "eventTime"), "eventTime", "must be a time as text"),
        (with_(GOOD, "eventTime", "yesterday"), "eventTime", "is no time"),
        (with_(GOOD, "eventTime", "2026-02-30T00:00:00Z"), "eventTime", "day is out of range"),
        (with_(GOOD, "eventTime", 1777708800), "eventTime", "must be a time as text"),
        (with_(GOOD, "eventType", 3), "eventType", "must be one of START"),
        (without(GOOD, "run"), "run", "must be an object"),
        (with_(GOOD, "run", "x"), "run", "must be an object"),
        (with_(GOOD, "run.runId", "42"), "run.runId", "must be a UUID, like"),
        (without(GOOD, "run.runId"), "run.runId", "must be a UUID, like"),
        (with_(GOOD, "run.facets", []), "run.facets", "must be an object of facets"),
        (without(GOOD, "job"), "job", "must be an object"),
        (with_(GOOD, "job.namespace", ""), "job.namespace", "must be text that is not empty"),
        (with_(GOOD, "job.name", None), "job.name", "must be text that is not empty"),
        (with_(GOOD, "inputs", {}), "inputs", "must be a list of datasets"),
        (with_(GOOD, "inputs.0", "tx"), "inputs[0]", "must be an object with a namespace and a name"),
        (with_(GOOD, "outputs.0.namespace", 7), "outputs[0].namespace", "must be text that is not empty"),
        (with_(GOOD, "outputs.0.name", "  "), "outputs[0].name", "must be text that is not empty"),
        (with_(GOOD, "outputs.0.facets", 7), "outputs[0].facets", "must be an object of facets"),
        (GOOD | {"dataset": dataset("a b")}, "run", "must not stand beside a dataset"),
        (job_event() | {"dataset": dataset("a b")}, "job", "must not stand beside a dataset"),
        (without(dataset_event(dataset("a b")), "dataset.name"), "dataset.name", "must be text that is not empty"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_what_is_no_event_is_refused_with_the_field_the_value_and_what_would_be_right(
    event: Any, field: str, expected: str, strict: bool
) -> None:
    with pytest.raises(BadInput) as refused:
        heard(event, strict=strict)
    problem = refused.value.problems[0]
    assert problem.field == field
    assert expected in problem.expected
    assert "nothing of it was kept" in str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    event = with_(with_(with_(GOOD, "run.runId", "42"), "job.name", 7), "eventTime", "now")
    with pytest.raises(BadInput) as refused:
        heard(event)
    assert {problem.field for problem in refused.value.problems} == {"run.runId", "job.name", "eventTime"}


BARE = without(facet(uri="s3://lake"), "_producer")


def output(**facets: Any) -> Event:
    return run_event(outputs=[dataset("s3://lake tx", facets)])


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (without(GOOD, "schemaURL"), "schemaURL"),
        (without(GOOD, "producer"), "producer"),
        (with_(GOOD, "eventTime", "2026-05-02T08:10:00"), "eventTime"),
        (with_(GOOD, "eventTime", "2026-05-02T08:10:00.123456789"), "eventTime"),
        (with_(GOOD, "eventType", "complete"), "eventType"),
        (with_(GOOD, "eventType", "PAUSED"), "eventType"),
        (with_(GOOD, "run.runId", RUN.upper()), "run.runId"),
        (with_(GOOD, "inputs", None), "inputs"),
        (output(dataSource=BARE), "facets"),
        (output(dataSource=facet(uri="/data/lake")), "outputs[0].facets.dataSource.uri"),
        (output(schema="a: int"), "outputs[0].facets.schema"),
        (output(schema=facet(fields={"a": "int"})), "outputs[0].facets.schema.fields"),
        (output(schema=facet(fields=[{"name": 3}, {"name": "a"}])), "outputs[0].facets.schema.fields.name"),
        (output(version=facet(datasetVersion="")), "outputs[0].facets.version.datasetVersion"),
        (output(dataQualityMetrics=facet(rowCount="many")), "outputs[0].facets.dataQualityMetrics.rowCount"),
        (output(symlinks=facet(identifiers=[{"name": "x"}])), "outputs[0].facets.symlinks.identifiers"),
        (output(symlinks=facet(_deleted=True)), "outputs[0].facets.symlinks._deleted"),
        (
            output(lifecycleStateChange=facet(lifecycleStateChange="RENAME")),
            "outputs[0].facets.lifecycleStateChange.previousIdentifier",
        ),
        (output(columnLineage=facet(fields=[])), "outputs[0].facets.columnLineage.fields"),
        (output(custom=facet(text="x" * LARGEST_FACET)), "outputs[0].facets.custom"),
        (run_event(run={"parent": facet(run={"runId": "scheduled__1"})}), "run.facets.parent.run"),
        (run_event(run={"tags": facet(tags=[{"value": "1"}])}), "run.facets.tags.tags.key"),
    ],
)
def test_what_real_producers_write_is_taken_with_a_warning_and_refused_by_a_strict_reading(
    event: Event, field: str
) -> None:
    found = heard(event)
    assert field in {odd.field for odd in found.odd}
    assert props(found.granules[-1], THE_RUN)["started_at"] // 1_000_000 == micros(10) // 1_000_000
    with pytest.raises(BadInput) as refused:
        heard(event, strict=True)
    assert field in {problem.field for problem in refused.value.problems}


def test_a_time_without_an_offset_is_read_as_utc_and_digits_past_microseconds_are_cut() -> None:
    found = heard(with_(GOOD, "eventTime", "2026-05-02T08:10:00.123456789"))
    assert found.granules[-1].at == micros(10) + 123_456


def test_a_facet_that_is_too_large_is_left_out_and_the_event_is_not() -> None:
    found = heard(output(custom=facet(text="x" * LARGEST_FACET), other=facet(x=1)))
    (odd,) = found.odd
    assert odd.code == "FACET_TOO_LARGE"
    assert f"may have {LARGEST_FACET}" in odd.expected
    version = props(found.granules[-1], keys.dataset_version("s3://lake", "tx", f"run:{RUN}"))
    assert set(version["extra"]) == {"other"}


def test_our_own_facets_may_be_as_large_as_their_event_and_one_that_is_none_refuses_it() -> None:
    large = facet(namespace="python", runId="train-1", properties={"command": "x" * LARGEST_FACET})
    run = props(main(run_event(run={own.RUN: large})), keys.run("python", "train-1"))
    assert len(run["command"]) == LARGEST_FACET
    with pytest.raises(BadInput, match=r"run.facets.thalweg_run: 'train-1' must be an object"):
        heard(run_event(run={own.RUN: "train-1"}))


def test_an_event_of_220_kilobytes_with_an_emoji_in_its_job_is_nothing_special() -> None:
    event = run_event(name="nightly 🌊 load", run={"spark_plan": facet(plan="x" * 220_000)})
    found: Heard = heard(event, strict=True)
    assert props(found.granules[-1], THE_RUN)["job"] == ["shop", "nightly 🌊 load"]


def test_a_run_under_two_jobs_is_one_run() -> None:
    one, other = (heard(run_event(minute=minute, name=name)).granules[-1] for minute, name in ((1, "a"), (2, "b")))
    assert one.entities[0].key == other.entities[0].key == THE_RUN


def test_what_a_parent_names_that_is_no_uuid_links_nothing() -> None:
    found = heard(run_event(run={"parent": facet(run={"runId": "x"}, job={"namespace": "a", "name": "b"})}))
    assert edges(found.granules[-1]) == set()
    assert props(found.granules[-1], THE_RUN)["extra"]["parent"]["run"] == {"runId": "x"}
    old = heard(run_event(run={"parentRun": facet(run={"runId": OTHER_RUN})}))
    assert edges(old.granules[-1]) == {f"openlineage/{OTHER_RUN} -PARENT_OF> openlineage/{RUN}"}
