"""What the real dbt leaves becomes tables, jobs, runs, versions and the lineage of their columns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.importers.dbt.conftest import Made, Target, read
from tests.importers.golden import Golden
from tests.importers.stores import gone, imported
from thalweg.importers import dbt
from thalweg.importers.reading import Reading
from thalweg.ingest import prepare
from thalweg.lineage.impact import Columns, impact
from thalweg.model import keys, time
from thalweg.model.columns import Drop
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE, EdgeFact, Granule
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.results import Outcome
from thalweg.store.store import Store

URL = "https://git.example.com/acme/shop"
HERE, THERE = "dbt://shop", "duckdb://shop"
SHA = "c0ffee" * 6 + "c0de"


def taken(reading: Reading) -> dict[str, Granule]:
    """The granules of a pass by name; each must be one that a store takes."""
    granules = list(reading.granules)
    found = {granule.name: granule for granule in granules}
    assert len(found) == len(granules) == reading.total
    for granule in granules:
        prepare(granule, now=time.now() + time.DAY)
    return found


def props(granules: dict[str, Granule], key: Key) -> dict[str, Any]:
    """What is stated of a thing, in the one granule that does."""
    (found,) = (fact.props for one in granules.values() for fact in one.entities if fact.key == key)
    return dict(found)


def edges(granule: Granule, type: EdgeType) -> list[EdgeFact]:
    return [edge for edge in granule.edges if edge.type is type]


def table(name: str, version: str) -> Key:
    return keys.dataset_version(THERE, f"shop.{name}", version)


def job(name: str) -> Key:
    return keys.job(HERE, name)


def built(made: Made, *steps: str) -> Reading:
    """A pass with the manifest and the catalog of the docs, and the results of some steps."""
    return dbt.read(made["docs"], run_results=[made.results(step) for step in steps])


@pytest.fixture(scope="module")
def first(made: Made) -> dict[str, Granule]:
    """The first build, with the catalog that was written after it."""
    return taken(built(made, "build"))


# --------------------------------------------------------------------------------------------------- what a project is


def test_each_table_and_each_exposure_is_a_scope_and_each_thing_that_was_built(made: Made) -> None:
    reading = built(made, "build")
    found = taken(reading)
    assert (reading.source, reading.origin, reading.complete) == ("dbt:shop", "dbt", True)
    nodes = {name.removeprefix("node/") for name, one in found.items() if one.source == "dbt:shop"}
    assert nodes == {
        "exposure.shop.churn_model",
        "model.shop.after",
        "model.shop.broken",
        "model.shop.flagged",
        "model.shop.orders",
        "model.shop.totals",
        "seed.shop.countries",
        "snapshot.shop.orders_history",
        "source.shop.raw.orders",
    }
    runs = {name for name, one in found.items() if one.source == "dbt:shop:runs"}
    assert runs == {
        f"run/{made.invocation('build')}/{id}"
        for id in (
            "model.shop.broken",
            "model.shop.flagged",
            "model.shop.orders",
            "model.shop.totals",
            "seed.shop.countries",
            "snapshot.shop.orders_history",
        )
    }, "what was skipped, a test and an exposure are no runs"


def test_a_build_comes_to_what_is_written_down(first: dict[str, Granule], made: Made, golden: Golden) -> None:
    names = {made.invocation("build"): "<build>", r"20\d\d-[0-9T:.-]+Z": "<now>"}
    golden.holds(sorted(first.values(), key=lambda granule: granule.name), names)


def test_jobs_read_and_make_tables_and_an_ephemeral_model_is_a_part_of_its_readers(first: dict[str, Granule]) -> None:
    flow = {
        (edge.source.parts[1], edge.target.parts[1])
        for granule in first.values()
        if granule.source == "dbt:shop"
        for edge in granule.edges
    }
    assert flow == {
        ("shop.raw.orders", "shop.main.shop.orders"),  # through the ephemeral model
        ("shop.main_seeds.countries", "shop.main.shop.orders"),
        ("shop.main.shop.orders", "shop.main.orders"),
        ("shop.main_seeds.shop.countries", "shop.main_seeds.countries"),
        ("shop.main.orders", "shop.main.shop.totals"),
        ("shop.main.shop.totals", "shop.main.totals"),
        ("shop.main.orders", "shop.main.shop.flagged"),
        ("shop.main.shop.flagged", "shop.main.flagged"),
        ("shop.main.orders", "shop.main.shop.broken"),
        ("shop.main.shop.broken", "shop.main.broken"),
        ("shop.main.broken", "shop.main.shop.after"),
        ("shop.main.shop.after", "shop.main.after"),
        ("shop.main.orders", "shop.main_history.shop.orders_history.snapshot"),
        ("shop.main_history.shop.orders_history.snapshot", "shop.main_history.orders_history"),
        ("shop.main.totals", "exposure.shop.churn_model"),
    }


def test_a_table_and_its_job_say_what_the_project_says_of_them(first: dict[str, Granule]) -> None:
    assert props(first, keys.dataset(THERE, "shop.main.totals")) == {
        "description": "By country.",
        "owners": ["grace@example.com"],
        "extra": {
            "dbt": {"unique_id": "model.shop.totals", "materialized": "view", "columns": {"country": "Its name."}}
        },
    }
    assert props(first, job("shop.main.shop.orders")) == {
        "tags": {"daily": "true"},
        "job_type": "dbt model",
        "entry_point": "models/orders.sql",
        "extra": {"dbt": {"unique_id": "model.shop.orders", "materialized": "incremental"}},
    }
    assert props(first, job("exposure.shop.churn_model")) == {
        "owners": ["ada@example.com"],
        "url": "https://models.example.com/churn",
        "job_type": "dbt exposure (ml)",
        "entry_point": "models/shop.yml",
        "extra": {"dbt": {"unique_id": "exposure.shop.churn_model"}},
    }


def test_a_source_has_the_columns_of_the_catalog_in_the_version_that_nobody_knows(first: dict[str, Granule]) -> None:
    columns = props(first, table("raw.orders", keys.UNVERSIONED))["columns"]
    assert [(one["name"], one["type"]) for one in columns] == [
        ("id", "INTEGER"),
        ("amount", "DOUBLE"),
        ("country", "VARCHAR"),
        ("sold_at", "TIMESTAMP"),
        ("secret", "VARCHAR"),
    ]


# ------------------------------------------------------------------------------------------------------ what happened


def test_a_run_says_when_how_and_of_what(first: dict[str, Granule], made: Made) -> None:
    id = made.invocation("build")
    (seed,) = (one for one in read(made.results("build"))["results"] if one["unique_id"] == "seed.shop.countries")
    assert props(first, keys.run(HERE, f"{id}/seed.shop.countries")) == {
        "job": [HERE, "shop.main_seeds.shop.countries"],
        "name": "countries",
        "status": "FINISHED",
        "command": "dbt build",
        "started_at": time.parse(seed["timing"][0]["started_at"]),
        "ended_at": time.parse(seed["timing"][1]["completed_at"]),
        "environment": {"dbt": "1.11.6"},
        "metrics": {"rows_affected": 2},
        "extra": {
            "dbt": {
                "invocation_id": id,
                "status": "success",
                "adapter_response": {"_message": "INSERT 2", "code": "INSERT", "rows_affected": 2},
            }
        },
    }
    countries = props(first, table("main_seeds.countries", f"dbt:{id}"))
    assert countries["rows"] == 2
    assert countries["created_at"] == time.parse(seed["timing"][1]["completed_at"])


def test_a_run_that_failed_says_why_and_wrote_nothing(first: dict[str, Granule], made: Made) -> None:
    granule = first[f"run/{made.invocation('build')}/model.shop.broken"]
    (run,) = (fact.props for fact in granule.entities)
    assert run["status"] == "FAILED"
    assert 'Referenced column "nothing" not found' in run["error"]
    assert edges(granule, EdgeType.PRODUCED) == []
    assert [edge.source for edge in granule.edges] == [table("main.orders", made.version("build"))]


def test_what_a_run_read_has_a_version_where_the_same_invocation_wrote_it(
    first: dict[str, Granule], made: Made
) -> None:
    granule = first[f"run/{made.invocation('build')}/model.shop.orders"]
    assert {edge.source: dict(edge.props) for edge in edges(granule, EdgeType.INPUT_TO)} == {
        table("raw.orders", keys.UNVERSIONED): {
            "assumed": True,
            "columns": ["amount", "country", "id", "sold_at"],
            "covers": "PREDICATES",
        },
        table("main_seeds.countries", made.version("build")): {"columns": ["code", "name"], "covers": "PREDICATES"},
    }
    assert [edge.target for edge in edges(granule, EdgeType.PRODUCED)] == [table("main.orders", made.version("build"))]


def test_a_table_that_the_sql_names_and_the_project_does_not_is_read_too(first: dict[str, Granule], made: Made) -> None:
    granule = first[f"run/{made.invocation('build')}/model.shop.flagged"]
    (flags,) = (edge for edge in granule.edges if edge.source == table("raw.flags", keys.UNVERSIONED))
    assert dict(flags.props) == {"assumed": True, "columns": ["flag", "id"], "covers": "PREDICATES"}


def said(facet: dict[str, Any]) -> dict[str, set[str]]:
    """Column lineage in short: by column `table.column SUBTYPE`; `*` for what decides over all of them."""
    fields = {name: one["inputFields"] for name, one in facet["fields"].items()} | {"*": facet["dataset"]}
    assert {one["namespace"] for sources in fields.values() for one in sources} == {THERE}
    return {
        name: {
            f"{one['name'].removeprefix('shop.')}.{one['field']} {how['subtype']}"
            for one in sources
            for how in one["transformations"]
        }
        for name, sources in fields.items()
    }


def test_a_version_has_its_columns_and_what_they_are_made_of(first: dict[str, Granule], made: Made) -> None:
    orders = props(first, table("main.orders", made.version("build")))
    assert [one["name"] for one in orders["columns"]] == ["id", "amount", "country", "sold_at"]
    assert said(orders["column_lineage"]) == {
        "id": {"raw.orders.id IDENTITY"},
        "amount": {"raw.orders.amount TRANSFORMATION"},
        "country": {"main_seeds.countries.name IDENTITY"},
        "sold_at": {"raw.orders.sold_at IDENTITY"},
        "*": {
            "raw.orders.amount FILTER",
            "raw.orders.country JOIN",
            "main_seeds.countries.code JOIN",
            "raw.orders.id JOIN",  # by which new rows are laid over old ones
        },
    }
    totals = props(first, table("main.totals", made.version("build")))
    assert totals["columns"] == [
        {"name": "country", "type": "varchar", "nullable": True},
        {"name": "total", "type": "double", "nullable": True},
    ]
    assert said(totals["column_lineage"]) == {
        "country": {"main.orders.country IDENTITY"},
        "total": {"main.orders.amount AGGREGATION"},
        "*": {"main.orders.country GROUP_BY"},
    }


def test_a_snapshot_is_decided_by_its_key_and_by_the_column_of_its_strategy(
    first: dict[str, Granule], made: Made
) -> None:
    history = props(first, table("main_history.orders_history", made.version("build")))
    assert [one["name"] for one in history["columns"]][-4:] == [
        "dbt_scd_id",
        "dbt_updated_at",
        "dbt_valid_from",
        "dbt_valid_to",
    ]
    assert said(history["column_lineage"])["*"] == {"main.orders.id JOIN", "main.orders.sold_at JOIN"}


def test_an_incremental_model_that_reads_itself_does_not_count_as_its_own_input(made: Made) -> None:
    granule = taken(built(made, "build", "later"))[f"run/{made.invocation('later')}/model.shop.orders"]
    (orders,) = (fact.props for fact in granule.entities if fact.key.kind is Kind.DATASET_VERSION)
    read_of = {edge.source.parts[1] for edge in edges(granule, EdgeType.INPUT_TO)}
    assert read_of == {"shop.raw.orders", "shop.main_seeds.countries"}
    assert "raw.orders.sold_at FILTER" in said(orders["column_lineage"])["*"]


def test_what_tests_said_stands_with_the_version_that_they_looked_at(first: dict[str, Granule], made: Made) -> None:
    orders = props(first, table("main.orders", made.version("build")))
    assert orders["statistics"] == {
        "dataQualityAssertions": {
            "assertions": [
                {"assertion": "expression_is_true", "success": False, "status": "warn", "failures": 1},
            ]
        }
    }
    totals = props(first, table("main.totals", made.version("build")))["statistics"]["dataQualityAssertions"]
    assert {(one["assertion"], one["column"], one["success"]) for one in totals["assertions"]} == {
        ("not_null", "country", True),
        ("unique", "country", True),
    }


def test_tests_that_ran_apart_speak_of_what_was_built_before_them(made: Made) -> None:
    alone = dbt.read(made["test"])
    assert not any("statistics" in fact.props for one in taken(alone).values() for fact in one.entities)
    assert [text for text in alone.warnings if text.startswith("3 tests were left out: they ran apart")]
    together = dbt.read(made["test"], run_results=[made.results("test"), made.results("later")])
    totals = props(taken(together), table("main.totals", made.version("later")))
    assert len(totals["statistics"]["dataQualityAssertions"]["assertions"]) == 2


def test_the_commit_is_that_of_the_environment(made: Made) -> None:
    reading = dbt.read(made["build"], repository="git@git.example.com:acme/shop.git")
    granule = taken(reading)[f"run/{made.invocation('build')}/model.shop.orders"]
    (code,) = edges(granule, EdgeType.CODE_OF)
    assert (code.source, dict(code.props)) == (keys.commit(URL, SHA), {"path": "models/orders.sql"})
    unsaid = dbt.read(made["build"])
    assert not any(edges(one, EdgeType.CODE_OF) for one in taken(unsaid).values())
    assert [text for text in unsaid.warnings if f"Of the commit {SHA[:7]} that dbt ran nothing says the repo" in text]


def test_a_catalog_says_nothing_of_what_was_built_after_it(made: Made) -> None:
    found = taken(built(made, "build", "later"))
    assert "columns" not in props(found, table("main.orders", made.version("build"))), "it is of a later build"
    assert "columns" not in props(found, table("main.orders", made.version("later"))), "it is of an earlier one"
    flagged = props(found, table("main.flagged", made.version("later")))
    assert flagged["columns"] == [{"name": "id"}, {"name": "flag"}], "the SQL names them, without types"


def test_without_a_build_a_table_has_its_columns_in_the_version_that_nobody_knows(made: Made) -> None:
    reading = dbt.read(made["docs"])
    found = taken(reading)
    assert {one.source for one in found.values()} == {"dbt:shop"}
    columns = props(found, table("main.orders", keys.UNVERSIONED))["columns"]
    assert [one["name"] for one in columns] == ["id", "amount", "country", "sold_at"]
    assert [text for text in reading.warnings if "are of `dbt generate`, which builds nothing" in text]


# ------------------------------------------------------------------------------------------------------------- a store


@pytest.mark.anyio
async def test_again_changes_nothing_and_what_is_gone_is_gone_while_what_happened_stays(
    store: Store, made: Made
) -> None:
    assert (await imported(store, built(made, "build"))).closed
    again = await imported(store, built(made, "build"))
    assert set(again.granules) == {Outcome.UNCHANGED}
    assert (await imported(store, dbt.read(made["later"]))).closed
    after, run, orders = (
        job("shop.main.shop.after"),
        keys.run(HERE, f"{made.invocation('build')}/model.shop.orders"),
        table("main.orders", made.version("build")),
    )
    assert await gone(store, after, run, orders) == {after}, "the manifest has it no more"
    assert await affected(store, "raw.orders", "secret") == set(), "no statement reads it"
    assert await affected(store, "main.orders", "amount") == {
        "shop.main.shop.broken",  # which failed, and was never told
        "shop.main.shop.totals",
        "shop.main.totals",
        "shop.main_history.orders_history",
        "shop.main_history.shop.orders_history.snapshot",
        "exposure.shop.churn_model",
        "shop.main.broken",
    }


async def affected(store: Store, name: str, column: str) -> set[str]:
    """The names of what dropping a column of a table does something to."""
    dataset = keys.dataset(THERE, f"shop.{name}").id
    change = Columns((Drop(column),))
    answer = await impact(store, ANYONE, dataset, change, as_of=None, active_within=90 * time.DAY)
    return {line.key[1] for line in answer.affected}


# ---------------------------------------------------------------------------------------------------------- namespaces


@pytest.mark.parametrize(
    ("adapter", "given", "namespace"),
    [
        ("postgres", None, "postgres://shop"),
        ("sqlserver", None, "mssql://shop"),
        ("athena", None, "awsathena://shop"),
        ("postgres", "postgresql://DB:5432/", "postgres://db:5432"),
        ("postgres", "postgres://db.example.com", "postgres://db.example.com:5432"),
        ("sqlserver", "sqlserver://DB:1433", "mssql://db:1433"),
        ("snowflake", "snowflake://Acme-Prod", "snowflake://Acme-Prod"),
        ("bigquery", None, "bigquery"),
        ("bigquery", "bigquery://", "bigquery"),
    ],
)
def test_tables_are_named_where_openlineage_says_they_are(
    target: Target, adapter: str, given: str | None, namespace: str
) -> None:
    target.change("manifest.json", metadata__adapter_type=adapter)
    reading = dbt.read(target.path, namespace=given)
    named = {fact.key.parts[0] for one in taken(reading).values() for fact in one.entities if fact.key.parts[0] != HERE}
    assert named == {namespace}
    unknown = given is None and adapter != "bigquery"
    assert any("dbt does not say where its warehouse is" in text for text in reading.warnings) == unknown


def test_a_source_has_the_name_that_is_given(target: Target) -> None:
    found = taken(dbt.read(target.path, source="night"))
    assert {one.source for one in found.values()} == {"dbt:night", "dbt:night:runs"}
    assert {fact.key.parts[0] for one in found.values() for fact in one.entities} == {"dbt://night", "duckdb://night"}


@pytest.mark.parametrize("place", ["shop", "shop/target", "shop/target/manifest.json"])
def test_a_project_a_target_folder_and_a_manifest_are_places(target: Target, place: str) -> None:
    project = target.path.parent
    (project / "dbt_project.yml").write_text("name: shop\ntarget-path: target\n")
    assert len(taken(dbt.read(project.parent / place))) > 10


def test_a_manifest_may_stand_alone(target: Target) -> None:
    for name in ("catalog.json", "run_results.json"):
        (target.path / name).unlink()
    found = taken(dbt.read(target.path))
    assert {one.source for one in found.values()} == {"dbt:shop"}
    assert len(found) == 8


# ---------------------------------------------------------------------------------------------------- names of columns


def totals_of(target: Target, code: str) -> dict[str, Any]:
    """The column lineage of `totals` where it is made by other SQL."""
    target.result("model.shop.totals", {"compiled_code": code})
    granules = [one for name, one in taken(dbt.read(target.path)).items() if name.endswith("/model.shop.totals")]
    facts = [fact for one in granules for fact in one.entities if "column_lineage" in fact.props]
    (fact,) = facts
    found: dict[str, Any] = fact.props["column_lineage"]
    return found


def test_a_column_without_a_name_is_known_by_its_place(target: Target) -> None:
    code = 'select max(country), amount + 1 from "shop"."main"."orders" group by 2'
    assert said(totals_of(target, code)) == {
        "country": {"main.orders.country AGGREGATION"},
        "total": {"main.orders.amount TRANSFORMATION"},
        "*": {"main.orders.amount GROUP_BY"},
    }


def test_a_contract_may_write_small_what_the_warehouse_writes_in_capitals(target: Target) -> None:
    (target.path / "catalog.json").unlink()
    target.change("manifest.json", metadata__adapter_type="snowflake")
    columns = {name: {"name": name, "data_type": "varchar"} for name in ("country", "amount")}
    promised = {"contract": {"enforced": True}, "columns": columns, "relation_name": "shop.main.orders"}
    target.node("model.shop.orders", promised)
    lineage = totals_of(target, "select Country, sum(o.AMOUNT) as total from SHOP.main.Orders as o group by 1")
    assert {name: [one["field"] for one in field["inputFields"]] for name, field in lineage["fields"].items()} == {
        "country": ["country"],
        "total": ["amount"],
    }
    all_of_it = totals_of(target, "select o.*, 1 as total from SHOP.main.Orders as o")
    assert set(all_of_it["fields"]) == {"country", "total", "AMOUNT"}
