"""What a RunEvent states: the run, its job, what it read and wrote, its code, its parent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.importers.openlineage.events import (
    OTHER_RUN,
    RUN,
    SHA,
    dataset,
    dataset_event,
    edges,
    facet,
    granules,
    job_event,
    main,
    micros,
    props,
    run_event,
    version,
)
from thalweg.importers.openlineage import heard
from thalweg.ingest import prepare
from thalweg.model import column_lineage, keys, time
from thalweg.model.edges import EdgeType

THE_RUN = keys.run("openlineage", RUN)
JOB = keys.job("shop", "nightly.load")


def test_a_run_is_named_by_its_uuid_alone_and_filed_by_event() -> None:
    first, again = main(run_event("START", 1)), main(run_event("START", 1))
    assert (first.source, first.origin, first.at) == ("openlineage", "openlineage", micros(1))
    assert first.name.startswith(f"run/{RUN}/")
    assert first.name == again.name, "the same event is the same scope"
    assert first.name != main(run_event("START", 2)).name
    assert heard(run_event("START", 1), "prod").granules[0].source == "openlineage:prod"


@pytest.mark.parametrize(
    ("type", "status", "ended"),
    [
        ("START", "RUNNING", None),
        ("RUNNING", "RUNNING", None),
        ("COMPLETE", "FINISHED", micros(10)),
        ("FAIL", "FAILED", micros(10)),
        ("ABORT", "KILLED", micros(10)),
        ("OTHER", None, None),
        (None, None, None),
    ],
)
def test_each_type_of_event_says_what_became_of_the_run(
    type: str | None, status: str | None, ended: int | None
) -> None:
    run = props(main(run_event(type)), THE_RUN)
    assert (run.get("status"), run.get("ended_at"), run["started_at"]) == (status, ended, micros(10))
    assert run["job"] == ["shop", "nightly.load"]


def test_the_facets_of_a_run_become_its_properties_and_unknown_ones_are_kept() -> None:
    facets = {
        "executionParameters": facet(
            parameters=[
                {"key": "depth", "value": "6"},
                {"key": "shuffle", "value": True},
                {"key": "grid", "value": {"lr": [0.1, None]}},
            ]
        ),
        "environmentVariables": facet(environmentVariables=[{"name": "TEAM", "value": "risk"}]),
        "tags": facet(tags=[{"key": "tier", "value": "gold", "source": "AIRFLOW"}]),
        "errorMessage": facet(message="no such table", programmingLanguage="JAVA", stackTrace="at …"),
        "nominalTime": facet(nominalStartTime="2026-05-02T00:00:00Z"),
        "processing_engine": facet(name="spark", version="3.5.0"),
        "jobDependencies": facet(upstream=[{"job": {"namespace": "a", "name": "b"}}]),
        "spark_properties": facet(properties={"spark.master": "yarn"}),
        "gone": facet(_deleted=True),
    }
    run = props(main(run_event("FAIL", run=facets)), THE_RUN)
    assert run["params"] == {"depth": "6", "shuffle": "true", "grid": '{"lr":[0.1,null]}'}
    assert run["environment"] == {"TEAM": "risk"}
    assert run["tags"] == {"tier": "gold"}
    assert run["error"] == "no such table"
    extra = run["extra"]
    assert extra["errorMessage"] == {"programmingLanguage": "JAVA", "stackTrace": "at …"}
    assert extra["processing_engine"] == {"name": "spark", "version": "3.5.0"}
    assert extra["jobDependencies"] == {"upstream": [{"job": {"namespace": "a", "name": "b"}}]}
    assert extra["spark_properties"] == facets["spark_properties"], "whose facet it is stays with it"
    assert extra["gone"] is None
    assert extra["producer"] == "https://example.com/producer/1.0"


def test_the_tag_that_the_client_puts_on_every_event_replaces_no_other() -> None:
    own = {"key": "openlineage_client_version", "value": "1.54.0", "source": "OPENLINEAGE_CLIENT"}
    tier = {"key": "tier", "value": "gold", "source": "AIRFLOW"}
    both, alone = (main(run_event(run={"tags": facet(tags=tags)})) for tags in ([tier, own], [own]))
    assert props(both, THE_RUN)["tags"] == {"tier": "gold"}
    assert "tags" not in props(alone, THE_RUN)
    for taken_back in (facet(tags=[]), facet(_deleted=True)):
        assert props(main(run_event(run={"tags": taken_back})), THE_RUN)["tags"] == {}


def test_a_parent_stands_before_the_run_and_its_own_events_know_its_job_better() -> None:
    root = {"run": {"runId": RUN.replace("f", "0")}, "job": {"namespace": "shop", "name": "dag"}}
    parent = facet(run={"runId": OTHER_RUN}, job={"namespace": "shop", "name": "nightly"}, root=root)
    of_root, of_parent, run = sorted(
        granules(run_event(run={"parent": parent})), key=lambda one: (one.at or 0, "dag" not in str(one.entities))
    )
    assert edges(run) == {f"openlineage/{OTHER_RUN} -PARENT_OF> openlineage/{RUN}"}
    assert props(of_parent, keys.run("openlineage", OTHER_RUN)) == {"job": ["shop", "nightly"]}
    assert props(of_root, keys.run("openlineage", root["run"]["runId"])) == {"job": ["shop", "dag"]}
    assert (of_parent.at, of_root.at) == (0, 0), "whatever else is said of it is later"


# --------------------------------------------------------------------------------------------------------------- data


def test_what_names_its_version_is_that_version_and_what_does_not_is_of_the_run_or_of_none() -> None:
    stated = main(
        run_event(
            inputs=[dataset("s3a://lake /raw/", version("7")), dataset("s3://lake tx")],
            outputs=[dataset("s3://lake day", version("v2")), dataset("postgresql://DB:5432 shop.public.day")],
        )
    )
    assert edges(stated) == {
        f"s3://lake/raw/7 -INPUT_TO> openlineage/{RUN}",
        f"s3://lake/tx/unversioned -INPUT_TO> openlineage/{RUN}",
        f"openlineage/{RUN} -PRODUCED> s3://lake/day/v2",
        f"openlineage/{RUN} -PRODUCED> postgres://db:5432/shop.public.day/run:{RUN}",
    }
    by_source = {edge.source.parts[-1]: edge.props for edge in stated.edges}
    assert by_source["unversioned"] == {"assumed": True}
    assert by_source["7"] == {}


@pytest.mark.parametrize(("type", "created"), [("START", None), ("COMPLETE", micros(10)), ("FAIL", micros(10))])
def test_a_version_was_made_when_its_run_ended(type: str, created: int | None) -> None:
    stated = main(run_event(type, outputs=[dataset("s3://lake tx")]))
    assert props(stated, keys.dataset_version("s3://lake", "tx", f"run:{RUN}")).get("created_at") == created


def test_a_table_that_is_read_and_written_by_one_run_is_stated_once() -> None:
    facets = {"schema": facet(fields=[{"name": "id", "type": "int"}]), "documentation": facet(description="Orders.")}
    stated = main(run_event(inputs=[dataset("s3://lake tx", facets)] * 2, outputs=[dataset("s3://lake tx", facets)]))
    assert len(stated.edges) == 2
    assert props(stated, keys.dataset("s3://lake", "tx")) == {"description": "Orders."}


def test_the_facets_of_a_dataset_are_of_it_or_of_the_version() -> None:
    facets = {
        "schema": facet(fields=[{"name": "id", "type": "int"}, {"name": "who", "description": "Whose"}]),
        "documentation": facet(description="Orders."),
        "ownership": facet(owners=[{"name": "team:risk", "type": "MAINTAINER"}]),
        "tags": facet(tags=[{"key": "pii", "value": "true"}, {"key": "mask", "value": "yes", "field": "who"}]),
        "dataSource": facet(name="lake", uri="s3://user:secret@lake/tx"),
        "storage": facet(storageLayer="iceberg", fileFormat="parquet"),
        "datasetType": facet(datasetType="TABLE"),
        "catalog": facet(framework="iceberg", type="glue", name="main"),
        "custom": facet(x=1),
    }
    out = {"outputStatistics": facet(rowCount=12, size=345.0, fileCount=2), "custom_out": facet(y=2)}
    stated = main(run_event(outputs=[dataset("s3://lake tx", facets, outputFacets=out)]))
    of_it = props(stated, keys.dataset("s3://lake", "tx"))
    assert (of_it["description"], of_it["owners"], of_it["tags"]) == ("Orders.", ["team:risk"], {"pii": "true"})
    assert (of_it["uri"], of_it["format"]) == ("s3://lake/tx", "parquet"), "who logs in is not kept"
    assert set(of_it["extra"]) == {"ownership", "tags", "dataSource", "storage", "datasetType", "catalog"}
    of_version = props(stated, keys.dataset_version("s3://lake", "tx", f"run:{RUN}"))
    assert of_version["columns"] == [{"name": "id", "type": "int"}, {"name": "who", "description": "Whose"}]
    assert (of_version["rows"], of_version["bytes"]) == (12, 345)
    assert of_version["statistics"] == {"outputStatistics": {"rowCount": 12, "size": 345.0, "fileCount": 2}}
    assert set(of_version["extra"]) == {"custom", "custom_out"}


def test_what_a_run_saw_of_its_input_stands_at_the_edge_and_how_good_it_was_at_the_version() -> None:
    seen = {
        "inputStatistics": facet(rowCount=5),
        "dataQualityMetrics": facet(rowCount=9, columnMetrics={}),
        "dataQualityAssertions": facet(assertions=[{"assertion": "not_null", "success": True, "column": "id"}]),
    }
    stated = main(run_event(inputs=[dataset("s3://lake tx", version("1"), inputFacets=seen)]))
    (edge,) = stated.edges
    assert edge.props["extra"]["inputStatistics"] == {"rowCount": 5}
    of_version = props(stated, keys.dataset_version("s3://lake", "tx", "1"))
    assert of_version["rows"] == 9
    assert set(of_version["statistics"]) == {"dataQualityMetrics", "dataQualityAssertions"}


def test_what_is_known_of_data_whose_version_nobody_names_is_dated_before_all_others() -> None:
    stated = main(run_event(inputs=[dataset("s3://lake tx", {"schema": facet(fields=[{"name": "id"}])})]))
    unversioned = keys.dataset_version("s3://lake", "tx", keys.UNVERSIONED)
    assert props(stated, unversioned) == {"columns": [{"name": "id"}]}


def test_a_run_that_drops_a_table_makes_no_version_of_it() -> None:
    gone, run = granules(
        run_event(outputs=[dataset("s3://lake tx", {"lifecycleStateChange": facet(lifecycleStateChange="DROP")})])
    )
    assert props(gone, keys.dataset("s3://lake", "tx")) == {"gone_at": micros(10)}
    assert edges(run) == set()


def test_a_symlink_and_a_former_name_are_joined() -> None:
    links = facet(identifiers=[{"namespace": "hive://meta:9083", "name": "lake.tx", "type": "TABLE"}])
    renamed = facet(lifecycleStateChange="RENAME", previousIdentifier={"namespace": "s3://lake", "name": "old"})
    facets = {"symlinks": links, "lifecycleStateChange": renamed}
    stated = main(run_event(outputs=[dataset("s3://lake tx", facets)]))
    assert {(join.alias.parts, join.of.parts) for join in stated.joins} == {
        (("hive://meta:9083", "lake.tx"), ("s3://lake", "tx")),
        (("s3://lake", "old"), ("s3://lake", "tx")),
    }


# ------------------------------------------------------------------------------------------------------------- columns


def test_column_lineage_names_datasets_as_the_graph_does_and_what_it_names_was_read() -> None:
    inputs: list[dict[str, Any]] = [
        {"namespace": "s3a://lake", "name": "/raw", "field": "amount", "transformations": [{"type": "DIRECT"}]},
        {"namespace": "s3://lake", "name": "rates", "field": "rate"},
    ]
    made = facet(fields={"total": {"inputFields": inputs}}, dataset=[{**inputs[0], "field": "country"}])
    stated = main(
        run_event(inputs=[dataset("s3://lake raw")], outputs=[dataset("s3://lake tx", {"columnLineage": made})])
    )
    of_version = props(stated, keys.dataset_version("s3://lake", "tx", f"run:{RUN}"))
    read = column_lineage.read(of_version["column_lineage"])
    assert read is not None
    assert {source[1:] for source in read.columns["total"]} == {("raw", "amount"), ("rates", "rate")}
    assert {source[1:] for source in read.whole} == {("raw", "country")}
    assert read.predicates
    assert f"s3://lake/rates/unversioned -INPUT_TO> openlineage/{RUN}" in edges(stated), "no event has it as an input"


def test_the_newer_facet_says_the_same() -> None:
    one = {"namespace": "s3://lake", "name": "raw", "type": "DATASET"}
    made = facet(
        inputs=[{**one, "field": "country"}, {**one, "name": "whole"}, {**one, "type": "JOB", "name": "job"}],
        fields={"total": {"inputs": [{**one, "field": "amount"}]}},
    )
    stated = main(run_event(outputs=[dataset("s3://lake tx", {"lineage": made})]))
    read = column_lineage.read(props(stated, keys.dataset_version("s3://lake", "tx", f"run:{RUN}"))["column_lineage"])
    assert read is not None
    assert {source.column for source in read.columns["total"]} == {"amount"}
    assert {source.column for source in read.whole} == {"country"}
    assert {edge.source.parts[1] for edge in stated.edges if edge.props == {"assumed": True}} == {"raw", "whole"}


def test_lineage_between_datasets_alone_reports_no_predicates() -> None:
    one = {"namespace": "s3://lake", "name": "raw", "type": "DATASET"}
    made = facet(inputs=[one], fields={"total": {"inputs": [{**one, "field": "amount"}]}})
    stated = main(run_event(outputs=[dataset("s3://lake tx", {"lineage": made})]))
    read = column_lineage.read(props(stated, keys.dataset_version("s3://lake", "tx", f"run:{RUN}"))["column_lineage"])
    assert read is not None
    assert not read.predicates


def test_lineage_that_names_datasets_alone_is_kept_also_where_no_run_made_it() -> None:
    one = {"namespace": "s3a://lake", "name": "/raw", "type": "DATASET"}
    stated = main(dataset_event(dataset("s3://lake tx", {"lineage": facet(inputs=[one], fields={})})))
    kept = props(stated, keys.dataset_version("s3://lake", "tx", keys.UNVERSIONED))["column_lineage"]
    assert kept["inputs"] == [{"namespace": "s3://lake", "name": "raw"}]
    assert column_lineage.read(kept) is None, "nothing is known of columns"


def test_how_an_older_facet_says_that_a_column_is_made_is_kept() -> None:
    source = {"namespace": "s3://lake", "name": "raw", "field": "mail"}
    how = {"transformationType": "MASKED", "transformationDescription": "md5"}
    made = facet(fields={"who": {"inputFields": [source], **how}})
    stated = main(run_event(outputs=[dataset("s3://lake tx", {"columnLineage": made})]))
    kept = props(stated, keys.dataset_version("s3://lake", "tx", f"run:{RUN}"))["column_lineage"]
    assert kept["fields"]["who"] == {"inputFields": [source], **how}


def test_an_input_that_stands_twice_is_read_as_both_say() -> None:
    twice = [dataset("s3://lake raw", inputFacets={"thalweg_edge": facet(columns=[name])}) for name in "ab"]
    (read,) = prepare(main(run_event(inputs=twice)), time.now()).edges
    assert json.loads(read.body) == {"assumed": True, "columns": ["a", "b"], "covers": "PROJECTION"}


def test_what_a_job_reads_of_what_its_columns_are_made_of_is_said_of_the_one_edge() -> None:
    source = {"namespace": "s3://lake", "name": "raw", "field": "mail"}
    event = job_event(
        inputs=[dataset("s3://lake raw", inputFacets={"thalweg_edge": facet(columns=["mail"], covers="DECLARED")})],
        outputs=[dataset("s3://lake tx", {"columnLineage": facet(fields={"who": {"inputFields": [source]}})})],
    )
    (design,) = [granule for granule in granules(event) if granule.revision is not None]
    (read,) = [edge for edge in design.edges if edge.type is EdgeType.INPUT_TO]
    assert read.props == {"columns": ["mail"], "covers": "DECLARED"}


# ---------------------------------------------------------------------------------------------------------------- code


@pytest.mark.parametrize(
    "location",
    [
        {
            "url": "https://git.example.com/a/b",
            "repoUrl": "git@git.example.com:a/b.git",
            "version": SHA,
            "path": "x.py",
        },
        {"url": f"https://git.example.com/a/b/blob/{SHA}/x.py"},
        {"url": f"https://git.example.com/a/b/-/blob/{SHA}/x.py", "version": SHA.upper()},
    ],
)
def test_the_commit_is_the_code_of_the_run(location: dict[str, str]) -> None:
    stated = main(run_event(job={"sourceCodeLocation": facet(type="git", **location)}))
    assert edges(stated) == {f"https://git.example.com/a/b/{SHA} -CODE_OF> openlineage/{RUN}"}
    assert stated.edges[0].props == {"path": "x.py"}
    assert props(stated, JOB)["entry_point"] == "x.py"


def test_a_commit_that_is_not_told_whole_links_the_repository_to_the_job() -> None:
    location = facet(
        type="git", url="https://git.example.com/a/b", repoUrl="git@git.example.com:a/b", version="693e354"
    )
    found = heard(run_event(job={"sourceCodeLocation": location}))
    assert [odd.field for odd in found.odd] == ["job.facets.sourceCodeLocation.version"]
    assert edges(found.granules[-1]) == {"https://git.example.com/a/b -CODE_OF> shop/nightly.load"}
    assert props(found.granules[-1], JOB)["extra"]["sourceCodeLocation"]["version"] == "693e354"


def test_the_facets_of_a_job() -> None:
    facets = {
        "documentation": facet(description="Loads."),
        "ownership": facet(owners=[{"name": "team:risk"}]),
        "tags": facet(tags=[{"key": "tier", "value": 1}]),
        "jobType": facet(processingType="BATCH", integration="SPARK", jobType="QUERY"),
        "sql": facet(query="SELECT 1"),
        "sourceCode": facet(language="python", sourceCode="print()"),
    }
    job = props(main(run_event(job=facets)), JOB)
    assert (job["description"], job["owners"], job["tags"]) == ("Loads.", ["team:risk"], {"tier": "1"})
    assert job["job_type"] == "QUERY"
    assert job["extra"]["sql"] == {"query": "SELECT 1"}
    assert set(job["extra"]) == {"jobType", "sql", "sourceCode", "ownership"}
    assert job["extra"]["ownership"] is None, "an earlier facet may have said more of its owners"
