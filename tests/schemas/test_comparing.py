"""What becomes of columns: identity before names, and what cannot be compared is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.model.columns import Add, Column, ColumnChange, Drop, MayBeNull, Rename, Retype
from thalweg.model.errors import BadInput
from thalweg.schemas import Comparison, Table, compare

KNOWN = (
    Column("id", "bigint", False, "1"),
    Column("age", "int", True, "2"),
    Column("plan", "string", None, "3"),
)


def against(
    *columns: Column, namespace: str = "s3://lake", old: tuple[Column, ...] = KNOWN, **more: object
) -> Comparison:
    return compare(namespace, old, Table("parquet", columns=columns, **more))  # type: ignore[arg-type]


def changes(*columns: Column, **more: object) -> tuple[ColumnChange, ...]:
    return against(*columns, **more).changes  # type: ignore[arg-type]


def bare(*columns: Column) -> tuple[Column, ...]:
    """Without ids."""
    return tuple(one._replace(field_id=None) for one in columns)


ID, AGE, PLAN = KNOWN

# ---------------------------------------------------------------------------------------------------------- each change


def test_a_column_that_goes_is_a_drop_and_one_that_comes_an_add() -> None:
    assert changes(ID, PLAN, Column("country", "string")) == (Drop("age"), Add("country", "string"))


def test_the_order_of_columns_is_not_compared() -> None:
    assert not against(PLAN, AGE, ID)


def test_another_type_is_a_retype_and_another_spelling_is_not() -> None:
    assert changes(ID, AGE._replace(type="bigint"), PLAN) == (Retype("age", "int", "bigint"),)
    assert changes(ID, AGE._replace(type="INT4"), PLAN._replace(type="text")) == ()


def test_nulls_that_may_come_are_a_change_and_those_that_may_no_longer_are_none() -> None:
    assert changes(ID._replace(nullable=True), AGE, PLAN) == (MayBeNull("id"),)
    assert changes(ID, AGE._replace(nullable=False), PLAN) == ()


def test_several_things_may_happen_to_one_column() -> None:
    new = Column("key", "decimal(20, 0)", True, "1")
    assert changes(new, AGE, PLAN) == (Rename("id", "key"), Retype("id", "bigint", "decimal(20, 0)"), MayBeNull("id"))


# ------------------------------------------------------------------------------------------------------------- identity


def test_an_id_that_stays_makes_a_rename() -> None:
    assert changes(ID, AGE._replace(name="years"), PLAN) == (Rename("age", "years"),)


def test_without_ids_a_rename_is_a_drop_and_an_add_with_a_suggestion() -> None:
    found = against(*bare(ID, AGE._replace(name="age_years"), PLAN), old=bare(*KNOWN))
    assert found.changes == (Drop("age"), Add("age_years", "int"))
    assert found.suggestions == ("--rename-column age=age_years",)


def test_a_new_id_under_an_old_name_is_other_content() -> None:
    found = against(ID, AGE._replace(field_id="9"), PLAN)
    assert found.changes == ()
    assert found.content == ("age",)
    retyped = against(ID, AGE._replace(field_id="9", type="string"), PLAN)
    assert retyped.changes == (Retype("age", "int", "string"),)
    assert retyped.content == ("age",)


def test_two_columns_that_change_their_names_with_each_other_are_other_content() -> None:
    found = against(ID, AGE._replace(name="plan"), PLAN._replace(name="age"))
    assert found.content == ("age", "plan")
    assert found.changes == (Retype("age", "int", "string"), Retype("plan", "string", "int"))


def test_a_column_that_takes_the_name_of_another() -> None:
    """`age` is called `plan` from now on, and what `plan` was is gone."""
    found = against(ID, AGE._replace(name="plan", type="string"))
    assert found.content == ("plan",)
    assert found.changes == (Rename("age", "plan"), Retype("age", "int", "string"))


def test_ids_of_which_none_stays_are_of_another_sort() -> None:
    found = against(*(one._replace(field_id=f"1{one.field_id}") for one in KNOWN))
    assert not found
    assert any("ids are of two sorts" in note for note in found.notes)


def test_an_alias_makes_a_rename_unless_the_old_name_is_there_as_well() -> None:
    old, years = bare(*KNOWN), Column("years", "int", True)
    assert changes(*bare(ID, PLAN), years, old=old, aliases={"years": ("age",)}) == (Rename("age", "years"),)
    both = changes(*bare(ID, AGE, PLAN), years, old=old, aliases={"years": ("age",)})
    assert both == (Add("years", "int"),)


def test_the_user_may_state_a_rename() -> None:
    new = Table("csv", columns=bare(ID, Column("years", "int"), PLAN))
    found = compare("s3://lake", bare(*KNOWN), new, {"age": "years"})
    assert found.changes == (Rename("age", "years"),)
    assert found.suggestions == ()


@pytest.mark.parametrize(
    ("renames", "sentence"),
    [
        ({"agee": "years"}, "rename: agee=years is no column that is known; known are id, age, plan."),
        ({"age": "yeers"}, "rename: age=yeers names no new column; there are id, years, plan."),
    ],
)
def test_a_rename_of_what_is_not_there_is_refused(renames: dict[str, str], sentence: str) -> None:
    new = Table("csv", columns=bare(ID, Column("years", "int"), PLAN))
    with pytest.raises(BadInput) as error:
        compare("s3://lake", bare(*KNOWN), new, renames)
    assert sentence in str(error.value)
    assert len(error.value.problems) == 1


# ----------------------------------------------------------------------------------------------------------- namespaces


def test_case_is_folded_where_the_namespace_does() -> None:
    new = [one._replace(name=one.name.upper(), field_id=None) for one in KNOWN]
    assert not against(*new, namespace="hive://meta", old=bare(*KNOWN))
    found = against(*new, old=bare(*KNOWN))
    assert {type(change) for change in found.changes} == {Drop, Add}
    assert "--rename-column age=AGE" in found.suggestions


def test_case_is_folded_inside_structs_as_well() -> None:
    old, new = Column("a", "struct<City: string>"), Column("a", "STRUCT<city STRING>")
    assert not against(new, namespace="bigquery", old=(old,))
    assert changes(new, old=(old,)) == (Retype("a", old.type, "STRUCT<city STRING>"),)


def test_the_words_of_the_known_types_are_those_of_the_namespace() -> None:
    old = (Column("id", "int8"), Column("x", "float"))
    assert not against(Column("id", "bigint"), Column("x", "double"), namespace="postgres://db", old=old)
    retyped = changes(Column("id", "int"), Column("x", "double"), namespace="postgres://db", old=old)
    assert retyped == (Retype("id", "bigint", "int"),)  # what is said of it means the same everywhere


def test_types_in_the_words_of_the_system_itself() -> None:
    old = (Column("at", "TIMESTAMP", True),)
    same = {"old": old, "namespace": "bigquery"}
    assert not against(Column("at", "timestamp", True), native=True, **same)  # type: ignore[arg-type]
    assert changes(Column("at", "timestamp", True), **same) == (Retype("at", "timestamptz(6)", "timestamp"),)


# ------------------------------------------------------------------------------------------------ what was not compared


def test_what_is_not_known_is_said_and_is_no_change() -> None:
    found = against(ID, AGE._replace(type=None), PLAN)
    assert not found
    assert "The types of age are not known on both sides." in found.notes
    assert "Whether nulls may be in plan is not known on both sides." in found.notes


def test_a_type_that_is_not_known_and_changes_its_text_is_a_change() -> None:
    assert changes(ID, AGE, PLAN._replace(type="geography")) == (Retype("plan", "string", "geography"),)


def test_what_a_type_leaves_open_is_no_change() -> None:
    found = against(ID._replace(type="int(?)"), AGE, PLAN)
    assert not found
    assert any(note.startswith("Something is left open by the types of id") for note in found.notes)


def test_a_bare_timestamp_is_not_held_against_an_instant() -> None:
    old = (Column("at", "timestamp", True),)
    found = against(Column("at", "timestamptz", True), old=old)
    assert not found
    assert found.notes == ("`timestamp` means two things, and which of them in at is not known.",)
    told = (Column("at", "timestamp without time zone", True),)
    assert changes(Column("at", "timestamptz", True), old=told) == (
        Retype("at", "timestamp without time zone", "timestamptz"),
    )


def test_kinds_are_compared_without_widths() -> None:
    kinds = frozenset({"id", "age", "plan"})
    loose = [ID._replace(type="int(?)"), AGE._replace(type="decimal(?)"), PLAN]
    found = against(*loose, kinds=kinds)
    assert not found
    assert any(note.startswith("Only the kinds of the types of id, age, plan are said") for note in found.notes)
    assert changes(ID, AGE._replace(type="string"), PLAN, kinds=kinds) == (Retype("age", "int", "string"),)


def test_a_type_that_was_guessed_is_marked() -> None:
    kinds = frozenset({"id", "age", "plan"})
    guessed = [ID._replace(type="double"), AGE._replace(type="int(?)"), PLAN]
    assert changes(*guessed, kinds=kinds, inferred=True) == (Retype("id", "bigint", "double", inferred=True),)


def test_more_than_a_few_names_are_counted() -> None:
    many = tuple(Column(f"c{number}", None, True) for number in range(9))
    assert against(*many, old=many).notes == (
        "The types of c0, c1, c2, c3, c4 and 4 more are not known on both sides.",
    )


def test_columns_that_differ_by_case_alone_are_named() -> None:
    new = (*bare(*KNOWN), Column("AGE", "int"))
    found = against(*new, namespace="hive", old=bare(*KNOWN))
    assert "Named twice: age, AGE." in found.notes


# ---------------------------------------------------------------------------------------------------------- suggestions


@pytest.mark.parametrize(
    ("old", "new", "suggested"),
    [
        (["a", "b", "c"], ["a", "x", "c"], ["b=x"]),  # the same place
        (["customer_id", "b"], ["b", "customerId"], ["customer_id=customerId"]),  # a like name
        (["a", "b", "c"], ["c", "a", "x"], []),  # neither
        (["first name"], ["first_name"], ["'first name=first_name'"]),  # quoted for a shell
    ],
)
def test_what_may_be_a_rename_is_suggested(old: list[str], new: list[str], suggested: list[str]) -> None:
    found = against(*(Column(name, "int", True) for name in new), old=tuple(Column(name, "int", True) for name in old))
    assert found.suggestions == tuple(f"--rename-column {one}" for one in suggested)


def test_columns_of_other_types_are_not_suggested_for_each_other() -> None:
    assert against(Column("b", "string"), old=(Column("a", "int"),)).suggestions == ()


def test_each_column_is_suggested_once() -> None:
    old = tuple(Column(name, "int", True) for name in ("amount_a", "amount_b"))
    new = [Column(name, "int", True) for name in ("amount_c", "amount_d")]
    assert len(against(*new, old=old).suggestions) == 2


# ------------------------------------------------------------------------------------------------------- stated changes


def altered(*stated: ColumnChange, old: tuple[Column, ...] = KNOWN, kept: tuple[str, ...] = ()) -> Comparison:
    return compare("s3://lake", old, Table("sql", changes=stated, kept=frozenset(kept)))


def test_what_is_stated_is_what_changes() -> None:
    stated = (Drop("age"), Retype("id", None, "int"), Add("country", "string"), Rename("plan", "tier"))
    assert altered(*stated).changes == (
        Retype("id", "bigint", "int"), Drop("age"), Rename("plan", "tier"), Add("country", "string"),
    )  # fmt: skip


def test_what_is_stated_of_columns_that_are_not_known_is_so_all_the_same() -> None:
    found = altered(Rename("x", "y"), Retype("z", None, "int"), MayBeNull("w"), old=())
    assert found.changes == (Rename("x", "y"), Retype("z", None, "int"), MayBeNull("w"))
    assert found.notes == ("Not among the columns that are known: x, z, w.",)


def test_what_comes_and_goes_on_the_way_is_nothing() -> None:
    assert not altered(Add("t", "int"), Drop("t"))
    assert not altered(Rename("age", "t"), Rename("t", "age"))
    assert altered(Rename("age", "t"), Rename("t", "years")).changes == (Rename("age", "years"),)
    assert altered(Rename("age", "t"), Drop("t")).changes == (Drop("age"),)
    assert altered(Add("t", "int"), Rename("t", "u"), Retype("u", None, "string")).changes == (Add("u", "string"),)


def test_a_column_that_is_made_anew_has_other_content() -> None:
    found = altered(Drop("age"), Add("age", "string"))
    assert found.content == ("age",)
    assert found.changes == (Retype("age", "int", "string"),)


def test_an_old_name_that_is_kept_is_no_break() -> None:
    assert altered(Rename("age", "years"), Add("age", "int"), kept=("age",)).changes == (Add("years", "int"),)
    replaced = altered(Rename("age", "years"), Add("age", "int"))
    assert replaced.content == ("age",)


# ----------------------------------------------------------------------------------------------------------------- laws

NAMES = st.sampled_from(["a", "b", "c", "A", "d"])
TYPES = st.sampled_from(["int", "bigint", "string", "int(?)", "timestamp", "struct<a: int>", None])
COLUMNS = st.lists(
    st.builds(Column, NAMES, TYPES, st.sampled_from([True, False, None]), st.sampled_from(["1", "2", "3", None])),
    unique_by=(lambda one: one.name, lambda one: one.field_id or object()),
    max_size=5,
).map(tuple)


@given(COLUMNS, COLUMNS)
@settings(deadline=None)
def test_every_column_is_accounted_for(old: tuple[Column, ...], new: tuple[Column, ...]) -> None:
    found = compare("s3://lake", old, Table("parquet", columns=new))
    names = {one.name for one in old}
    after = {one.name for one in new}
    gone = {one.column for one in found.changes if isinstance(one, Drop | Rename)}
    come = {one.column for one in found.changes if isinstance(one, Add)}
    come |= {one.to for one in found.changes if isinstance(one, Rename)}
    assert gone == names - after
    assert come - names == after - names
    assert come <= after
    assert set(found.content) <= names & after
    assert {one.column for one in found.changes if isinstance(one, Retype | MayBeNull)} <= names


@given(COLUMNS)
@settings(deadline=None)
def test_a_schema_compared_with_itself_never_changes(columns: tuple[Column, ...]) -> None:
    assert not compare("s3://lake", columns, Table("parquet", columns=columns))


@given(COLUMNS, COLUMNS)
@settings(deadline=None)
def test_what_stands_there_twice_is_compared_alike(old: tuple[Column, ...], new: tuple[Column, ...]) -> None:
    """The order of columns changes nothing that is said of each."""
    one = compare("s3://lake", old, Table("parquet", columns=new))
    other = compare("s3://lake", old[::-1], Table("parquet", columns=new[::-1]))
    assert set(one.changes) == set(other.changes)
    assert set(one.content) == set(other.content)
