"""Which dataset a table is: as the user says, as the file says, or by the end of its name."""

from __future__ import annotations

import pytest

from tests.cli.diff.conftest import Check, Work, nothing

DROP = {"changes": [{"drop": "age"}]}


@pytest.mark.parametrize(
    "table", ["shop.orders", "orders", "SHOP.ORDERS", '"warehouse"."shop"."orders"', "`shop`.`orders`"]
)
def test_a_table_is_the_one_dataset_whose_name_has_its_end(work: Work, check: Check, table: str) -> None:
    work.begin({})
    work.commit({"m.sql": f"alter table {table} drop column age;"})
    _, (answer,) = check()
    assert ([one["name"] for one in answer["of"]], answer["given"]) == (["shop.orders"], DROP)


def test_several_are_not_checked_until_it_is_said_which(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"m.sql": "alter table users drop column email;"})
    code, (answer,) = check()
    assert (code, answer["verdict"], answer["of"]) == (2, "INCOMPLETE", [])
    assert answer["incomplete"] == [
        "users may be dataset:postgres://db:5432/eu.users, dataset:postgres://db:5432/us.users. Say which with "
        "--dataset 'users=NAME', or --dataset 'users=-' if it is none."
    ]
    _, (answer,) = check("main...topic", "--dataset", "users=postgres://db:5432/us.users")
    assert answer["of"][0]["name"] == "us.users"
    assert nothing(check("main...topic", "--dataset", "users=-")[1])


def test_a_dataset_that_shares_only_the_last_part_is_no_sure_one(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"m.sql": "alter table audit.events drop column kind;"})
    code, (answer,) = check()
    assert (code, answer["verdict"]) == (2, "INCOMPLETE")
    assert answer["incomplete"][0].startswith("audit.events may be dataset:s3://lake/events. Say which")


def test_a_table_that_nobody_knows_is_a_note_where_the_file_is_new(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"m.sql": "create table invoices (id int);"})
    code, (answer,) = check()
    assert (code, answer["verdict"]) == (0, "PASS")
    assert answer["notes"] == ["invoices is new, or not known here: nothing known reads it."]


def test_a_table_that_nobody_knows_is_not_checked_where_it_was_there_before(work: Work, check: Check) -> None:
    work.begin({"schema.sql": "create table invoices (id int, total int);"})
    work.commit({"schema.sql": "create table invoices (id int); create table fresh (x int);"})
    code, answers = check()
    assert (code, [answer["verdict"] for answer in answers]) == (2, ["INCOMPLETE", "PASS"])
    assert answers[0]["incomplete"][0].startswith("invoices was there at BASE, and no dataset is known by that name.")


def test_a_dataset_of_a_table_that_this_range_does_not_touch_is_a_note(work: Work, check: Check) -> None:
    """A pipeline says it for every range."""
    work.begin({"schema.sql": "create table shop.orders (id bigint not null, age int);"})
    work.commit({"schema.sql": "create table shop.orders (id bigint not null, age bigint);"})
    _, (answer,) = check(
        "main...topic", "--dataset", "shop.users=s3://lake/users", "--dataset", "orders=s3://lake/events"
    )
    assert answer["notes"][-1] == "--dataset shop.users=s3://lake/users is of no table that changes in main...topic."


def test_a_name_that_the_user_gives_and_nobody_knows_is_incomplete(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"m.sql": "alter table shop.orders drop column age;"})
    code, (answer,) = check("main...topic", "--dataset", "shop.orders=s3://lake/nowhere")
    assert (code, answer["verdict"]) == (2, "INCOMPLETE")
    assert "Nothing is known that 's3://lake/nowhere' names." in answer["incomplete"][0]
