"""Everybody computes the same id for the same thing, and no other thing has it."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.model import keys
from thalweg.model.keys import Key, entity_id, from_text, kind_of_id, to_text
from thalweg.model.kinds import KEY_FIELDS, Kind

SHA = "c0ffee0000000000000000000000000000000001"

GOLDEN = {
    keys.dataset("s3://lake", "transactions"): "ds_izfbml5dxj7ueqxsijy5xqk25q",
    keys.dataset_version("s3://lake", "transactions", "sha256:9f86d081"): "dsv_5eqqxvpjf5hjktjqbozn2pdmkq",
    keys.repository("https://github.com/acme/churn"): "repo_2jwkhjk27jwrsoouxyxlhl2jsu",
    keys.commit("https://github.com/acme/churn", SHA): "cmt_q4cotmgcablx5dzz2cokkvbgiq",
    keys.job("airflow", "train_fraud"): "job_vwjstbabnwuibm2mq77c74xlhq",
    keys.run("mlflow://prod", "4f1c"): "run_eo35n35jam24drrxxorhna3sze",
    keys.model("mlflow://prod", "fraud"): "mdl_o3s74tjq5id3hpvtvfra7wglrq",
    keys.model_version("mlflow://prod", "fraud", "3"): "mv_dckitfoocozwmdang5k74k2l3y",
    keys.deployment("production", "fraud"): "dep_tfhdwatzb2hznmjv3brdqelpfa",
    keys.release("production", "fraud", "2026-05-02T08:00:00.000000Z"): "rel_dzfv6yjvqqg5xppzijiomwsyve",
    keys.dataset("file://laptop", "/data/größe 北京.csv"): "ds_kcugpzmudw7hk24scxerbjyqvm",
}
"""Ids that stores already hold: a change here loses every link to what was stated before it."""

PARTS = st.lists(st.text(max_size=6), min_size=1, max_size=3).map(tuple)
KEYS = st.sampled_from(Kind).flatmap(
    lambda kind: st.tuples(*[st.text(max_size=8)] * len(KEY_FIELDS[kind])).map(lambda parts: Key(kind, parts))
)


@pytest.mark.parametrize(("key", "id"), GOLDEN.items())
def test_the_id_of_a_thing_never_changes(key: Key, id: str) -> None:
    assert key.id == entity_id(key) == id


def test_the_ids_pinned_are_of_every_kind() -> None:
    assert {key.kind for key in GOLDEN} == set(Kind)


@given(KEYS)
def test_an_id_is_128_bits_of_blake2b_in_lower_case_base32(key: Key) -> None:
    text = "".join(f"{len(part)}:{part}" for part in (key.kind.value, *key.parts))
    digest = b32encode(blake2b(text.encode(), digest_size=16).digest()).decode().rstrip("=").lower()
    assert key.id == f"{key.kind.prefix}_{digest}"
    assert len(digest) == keys.ID_LENGTH


@given(PARTS, PARTS)
def test_different_parts_give_different_ids(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    same = Key(Kind.DATASET, one).id == Key(Kind.DATASET, other).id
    assert same == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a", "1:b"), ("a1:", "b")),
        (("1:a", ""), ("", "1:a")),
        (("a:1", "b"), ("a", "1:b")),
    ],
)
def test_parts_that_read_alike_in_one_line_are_told_apart(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert Key(Kind.DATASET, one).id != Key(Kind.DATASET, other).id


def test_one_name_in_two_kinds_is_two_things() -> None:
    ids = {Key(kind, ("a", "b")).id.partition("_")[2] for kind in Kind}
    assert len(ids) == len(Kind)


@given(KEYS)
def test_an_id_tells_its_kind(key: Key) -> None:
    assert kind_of_id(key.id) is key.kind


@pytest.mark.parametrize(
    "text",
    ["", "ds", "ds_", "ds_short", "xx_" + "a" * 26, "ds_" + "A" * 26, "ds_" + "1" * 26, "ds_" + "a" * 27, "a" * 29],
)
def test_what_is_no_id_has_no_kind(text: str) -> None:
    assert kind_of_id(text) is None


@given(KEYS)
def test_a_key_survives_being_written_down(key: Key) -> None:
    assert from_text(key.kind, to_text(key)) == key


@pytest.mark.parametrize(
    ("version", "asset"),
    [
        (keys.dataset_version("s3://lake", "tx", "1"), keys.dataset("s3://lake", "tx")),
        (keys.commit("https://git.test/churn", SHA), keys.repository("https://git.test/churn")),
        (keys.model_version("mlflow://prod", "fraud", "3"), keys.model("mlflow://prod", "fraud")),
        (keys.release("production", "fraud", "r1"), keys.deployment("production", "fraud")),
    ],
)
def test_the_key_of_a_version_says_what_it_is_a_version_of(version: Key, asset: Key) -> None:
    assert version.asset == asset
    assert asset.asset is None


def test_the_key_of_a_run_does_not_say_its_job() -> None:
    assert keys.run("mlflow://prod", "4f1c").asset is None


def test_a_key_names_its_parts() -> None:
    key = keys.release("production", "fraud", "r1")
    assert key.fields() == {"namespace": "production", "name": "fraud", "revision": "r1"}
    assert str(key) == "Release production fraud r1"
