"""SQL: migrations that state changes, and files that describe whole tables."""

from __future__ import annotations

import pytest

from tests.cli.diff.conftest import Check, Work, nothing, said

ORDERS = "create table shop.orders (\n  id bigint not null,\n  age int not null,\n  note text\n);\n"
DROP = {"changes": [{"drop": "age"}]}


def test_a_migration_that_is_added_states_its_changes_with_the_line_of_each(work: Work, check: Check) -> None:
    work.begin({"migrations/0001.sql": ORDERS})
    work.commit({"migrations/0002.sql": "-- no more ages\n\nalter table shop.orders\n  drop column age;\n"})
    code, (answer,) = check()
    assert said(answer) == ("columns", DROP, "migrations/0002.sql", 4)
    assert (code, answer["verdict"]) == (0, "WARN")


def test_a_column_that_was_added_before_anybody_asked_is_no_mistake(work: Work, check: Check) -> None:
    """A range is checked again after it was merged and its migration ran."""
    work.begin({"schema.sql": ORDERS.replace(",\n  note text", "")})
    work.commit({"schema.sql": ORDERS})
    code, (answer,) = check()
    assert (code, answer["given"]) == (0, {"changes": []})
    assert answer["notes"][:2] == ["No column changes.", "The column `note` was added already."]
    work.commit({"schema.sql": ORDERS.replace("note text", "note int")})
    code, (answer,) = check()
    assert code == 2
    assert "has a column `note` of the type text already" in answer["incomplete"][0]


def test_only_what_is_new_in_a_migration_counts(work: Work, check: Check) -> None:
    work.begin({"m.sql": "alter table shop.orders drop column note;\n"})
    work.commit(
        {"m.sql": "alter table shop.orders drop column note;\nalter table shop.orders rename column age to years;\n"}
    )
    _, (answer,) = check()
    assert said(answer) == ("columns", {"changes": [{"rename": {"column": "age", "to": "years"}}]}, "m.sql", 2)


def test_migrations_are_taken_in_their_order_and_what_came_and_went_is_nothing(work: Work, check: Check) -> None:
    work.begin({})
    work.commit(
        {
            "m/1.sql": "alter table shop.orders add column total int; create table scratch (x int);",
            "m/2.sql": "alter table shop.orders drop column total; drop table scratch;",
        }
    )
    _, (answer,) = check()
    assert (answer["of"][0]["name"], answer["given"], answer["notes"][0]) == (
        "shop.orders", {"changes": []}, "No column changes.",
    )  # fmt: skip
    work.commit({"m/3.sql": "alter table shop.orders drop column age;"})
    assert [said(answer) for answer in check()[1]] == [("columns", DROP, "m/3.sql", 1)]


def test_a_file_of_whole_tables_is_compared_with_what_it_was_and_not_with_the_store(work: Work, check: Check) -> None:
    work.begin({"schema.sql": ORDERS.replace("  note text\n", "  note text,\n  extra int\n")})  # the store has no extra
    work.commit(
        {
            "schema.sql": ORDERS.replace("age int not null", "age text").replace(
                "  note text\n", "  note text,\n  extra int\n"
            )
        }
    )
    _, (answer,) = check()
    assert answer["given"] == {
        "changes": [{"retype": {"column": "age", "to": "TEXT", "of": "INT", "inferred": False}}, {"nullable": "age"}]
    }
    assert answer["place"] == {"file": "schema.sql", "line": 3}


def test_tables_of_a_file_that_stay_as_they_were_are_not_asked(work: Work, check: Check) -> None:
    users = "create table eu.users (id int);\n"
    work.begin({"schema.sql": users + ORDERS})
    work.commit({"schema.sql": "-- reordered\n" + ORDERS + users + "select 1;"})
    code, answers = check()
    assert code == 0
    assert nothing(answers)


def test_a_schema_file_and_its_migration_are_one_change(work: Work, check: Check) -> None:
    work.begin({"db/schema.sql": ORDERS, "a.sql": "select 1"})
    work.commit(
        {
            "db/0002.sql": "alter table shop.orders drop column age;",
            "db/schema.sql": ORDERS.replace("  age int not null,\n", ""),
            "a.sql": "alter table orders drop column age;",
        }
    )
    _, answers = check()
    assert [answer["given"] for answer in answers] == [DROP]


@pytest.mark.parametrize("text", ["drop table shop.orders;", "drop table if exists shop.orders cascade;"])
def test_a_table_that_is_dropped_is_deleted(work: Work, check: Check, text: str) -> None:
    work.begin({})
    work.commit({"m.sql": f"-- bye\n{text}\n"})
    _, (answer,) = check()
    assert said(answer) == ("delete", {}, "m.sql", 2)
    assert answer["total"] > 0


def test_a_table_that_a_schema_file_no_more_has_is_deleted_and_with_its_file_too(work: Work, check: Check) -> None:
    work.begin({"schema.sql": ORDERS + "create table b (x int);"})
    work.commit({"schema.sql": "create table b (x int);"})
    assert [(answer["change"], answer["place"]["file"]) for answer in check()[1]] == [("delete", "schema.sql")]
    work.git("checkout", "--quiet", "-b", "gone", "main")
    work.commit({"schema.sql": None})
    found = check("main...gone")[1]
    assert [answer["change"] for answer in found if answer["of"]] == ["delete"]


def test_a_table_that_moves_to_another_file_is_the_same_table(work: Work, check: Check) -> None:
    work.begin({"all.sql": ORDERS + "create table b (x int);"})
    work.commit({"all.sql": "create table b (x int);", "orders.sql": ORDERS.replace("  age int not null,\n", "")})
    assert [said(answer) for answer in check()[1]] == [("columns", DROP, "orders.sql", 1)]


def test_a_file_that_moves_is_compared_with_itself(work: Work, check: Check) -> None:
    more = "".join(f"-- {n}: a line that stays\n" for n in range(20))
    work.begin({"old name.sql": more + ORDERS})
    work.commit({"old name.sql": None, "db/new\nname ü.sql": more + ORDERS.replace("  age int not null,\n", "")})
    _, (answer,) = check()
    assert said(answer) == ("columns", DROP, "db/new\nname ü.sql", 21)


def test_a_rename_ends_the_old_name_unless_a_view_keeps_it(work: Work, check: Check) -> None:
    rename = "alter table shop.orders rename to purchases;\n"
    work.begin({})
    work.commit({"m.sql": rename})
    _, (answer,) = check()
    assert answer["change"] == "delete"
    assert "It is renamed to shop.purchases; a view of its old name would keep its readers." in answer["notes"]
    work.commit({"m.sql": rename + "create view shop.orders as select * from shop.purchases;"})
    code, (answer,) = check()
    assert (code, answer["verdict"], answer["notes"][0]) == (0, "PASS", "No column changes.")
    work.commit({"m.sql": rename + "create view shop.orders as select id, note from shop.purchases;"})
    assert check()[1][0]["given"] == DROP


def test_a_column_that_keeps_its_old_name_beside_the_new_one_is_no_break(work: Work, check: Check) -> None:
    work.begin({})
    work.commit(
        {
            "m.sql": "alter table shop.orders rename column age to years;\n"
            "alter table shop.orders add column age int generated always as (years) stored;"
        }
    )
    _, (answer,) = check()
    assert [list(one) for one in answer["given"]["changes"]] == [["add"]]
    assert (answer["verdict"], answer["findings"]) == ("PASS", [])


@pytest.mark.parametrize(
    "text",
    [
        "select * from shop.orders;",
        "insert into shop.orders values (1); update shop.orders set age = 2;",
        "{{ config(materialized='table') }} select id from {{ ref('orders') }}",
        "-- drop table shop.orders",
        "create index i on shop.orders (age);",
        "",
    ],
)
def test_sql_that_says_nothing_of_tables_is_passed_over(work: Work, check: Check, text: str) -> None:
    work.begin({})
    work.commit({"m.sql": text})
    code, answers = check()
    assert code == 0
    assert nothing(answers)


UP, BACK = "alter table shop.orders drop column age;\n", "alter table shop.orders add column age int;\n"


@pytest.mark.parametrize(
    "text",
    [
        f"-- +goose Up\n{UP}-- +goose Down\n{BACK}",
        f"-- migrate:up\n{UP}-- migrate:down\n{BACK}",
        f"-- +migrate Down\n{BACK}-- +migrate Up\n{UP}",
    ],
)
def test_what_would_take_a_migration_back_does_not_count(work: Work, check: Check, text: str) -> None:
    work.begin({})
    work.commit({"2.sql": text})
    assert [answer["given"] for answer in check()[1]] == [DROP]


@pytest.mark.parametrize("file", ["2_x.down.sql", "sql/U2__x.sql"])
def test_files_that_would_take_a_migration_back_are_passed_over(work: Work, check: Check, file: str) -> None:
    work.begin({})
    work.commit({file: "drop table shop.orders;"})
    assert nothing(check()[1])


def test_an_alter_needs_no_columns_to_be_known(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"m.sql": "alter table eu.users drop column email;"})
    _, (answer,) = check()
    assert answer["given"] == {"changes": [{"drop": "email"}]}


def test_a_column_that_the_store_never_had_is_not_checked_and_the_rest_is(work: Work, check: Check) -> None:
    both = ORDERS.replace("  note text\n", "  note text,\n  extra int\n")
    work.begin({"a.sql": "create table lake.events (id bigint, kind text);", "b.sql": both})
    work.commit({"b.sql": ORDERS, "c.sql": "drop table lake.events"})
    code, answers = check()
    assert code in (1, 2)
    by = {answer["change"]: answer for answer in answers}
    assert "never had a column `extra`" in by["columns"]["incomplete"][0]
    assert by["columns"]["verdict"] == "INCOMPLETE"
    assert by["delete"]["total"] > 0


def test_a_rename_is_suggested_and_taken_when_it_is_said(work: Work, check: Check) -> None:
    work.begin({"schema.sql": ORDERS})
    work.commit({"schema.sql": ORDERS.replace("age int", "ages int")})
    _, (answer,) = check()
    assert "Perhaps renamed; if so, say --rename-column age=ages" in answer["notes"]
    _, (answer,) = check("main...topic", "--rename-column", "age=ages")
    assert answer["given"] == {"changes": [{"rename": {"column": "age", "to": "ages"}}]}
    assert answer["place"]["line"] == 3


def test_the_dialect_may_be_said(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"m.sql": "ALTER TABLE shop.orders CHANGE COLUMN age years INT NOT NULL"})
    _, (answer,) = check("main...topic", "--dialect", "mysql")
    assert {"rename": {"column": "age", "to": "years"}} in answer["given"]["changes"]


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN; alter table shop.orders drop column age; COMMIT;",
        "alter table shop.orders drop age;",
        "create table other (x int)\nGO\nalter table shop.orders drop column age\nGO\n",
        "alter table shop.orders drop column age, add constraint c check (id > 0);",
        "create table n (x int); drop table n; alter table only shop.orders drop column if exists age;",
    ],
)
def test_an_alter_is_found_however_it_is_written(work: Work, check: Check, text: str) -> None:
    work.begin({})
    work.commit({"m.sql": text})
    assert DROP in [answer["given"] for answer in check()[1]]


def test_a_column_may_be_renamed_without_the_word_for_it(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"m.sql": "alter table shop.orders rename age to years;"})
    assert check()[1][0]["given"] == {"changes": [{"rename": {"column": "age", "to": "years"}}]}


@pytest.mark.parametrize(
    "text",
    [
        "do $$ begin alter table shop.orders drop column age; end $$;",
        "exec sp_rename 'shop.orders.age', 'years', 'COLUMN'",
        "if exists (select 1 from t) drop table shop.orders",
        "rename table shop.orders to shop.purchases;",
        "drop schema shop cascade;",
        "create table shop.orders (x int) with some words of nobody;",
        "drop table shop.orders; alter table shop.other rename to orders;",
        "create table shop.orders as select * from elsewhere;",
    ],
)
def test_a_statement_that_is_not_understood_is_not_checked(work: Work, check: Check, text: str) -> None:
    work.begin({})
    work.commit({"m.sql": text})
    code, answers = check()
    assert (code, "INCOMPLETE" in [answer["verdict"] for answer in answers]) == (2, True)


def test_a_table_that_is_built_anew_beside_the_old_one_takes_its_place(work: Work, check: Check) -> None:
    work.begin({})
    new = "create table shop.fresh (id bigint not null, note text);\n"
    work.commit({"m.sql": f"{new}drop table shop.orders;\nalter table shop.fresh rename to orders;\n"})
    (answer,) = check()[1]
    assert answer["given"] == DROP


def test_what_a_routine_would_do_does_not_count(work: Work, check: Check) -> None:
    work.begin({})
    body = "create or replace function f() returns void as $$ begin drop table shop.orders; end $$ language plpgsql;"
    work.commit({"m.sql": body})
    code, answers = check()
    assert code == 0
    assert nothing(answers)


def test_a_migration_counts_too_where_the_file_that_describes_the_table_forgot_it(work: Work, check: Check) -> None:
    more = ORDERS.replace("  note text\n", "  note text,\n  total int\n")
    work.begin({"a/schema.sql": ORDERS, "z/schema.sql": "select 1"})
    work.commit({"a/schema.sql": more, "m/2.sql": "\nalter table shop.orders add column total int, drop column age;"})
    (answer,) = check()[1]
    assert answer["given"]["changes"][0] == {"drop": "age"}
    assert [one.get("add", {}).get("column") for one in answer["given"]["changes"][1:]] == ["total"]
    assert answer["place"] == {"file": "m/2.sql", "line": 2}
    work.commit({"m/2.sql": "alter table shop.orders alter column age type text;"})
    assert check()[1][0]["given"]["changes"][0]["retype"]["to"] == "TEXT"
    work.commit({"m/3.sql": "drop table shop.orders;"})
    assert [said(answer) for answer in check()[1]] == [("delete", {}, "m/3.sql", 1)]
