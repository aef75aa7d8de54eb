"""Names: a text means one thing, or the error says which things it may mean."""

from __future__ import annotations

import pytest

from tests.lineage.estate import id
from thalweg import ingest
from thalweg.lineage.name import resolve
from thalweg.lineage.spelling import label, spell
from thalweg.model import keys
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.facts import ANYONE, EntityFact, Granule, MarkFact, MarkKind
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

SHA = "abc1234" + "0" * 33
OTHER_SHA = "abc1235" + "0" * 33
DIGEST = "sha256:" + "ab12" * 16
CHURN = "https://github.com/acme/churn"

TRANSACTIONS = keys.dataset("s3://lake", "transactions")
FEATURES = keys.dataset("warehouse", "card features")
FRAUD = keys.model("mlflow", "fraud")

THINGS = (
    TRANSACTIONS,
    keys.dataset_version("s3://lake", "transactions", DIGEST),
    keys.dataset_version("s3://lake", "transactions", "sha256:cd34"),
    FEATURES,
    keys.dataset("s3://lake", "orders"),
    keys.dataset("s3://attic", "orders"),
    FRAUD,
    keys.model_version("mlflow", "fraud", "3"),
    keys.model_version("mlflow", "fraud", "4"),
    keys.model("mlflow", "churn"),
    keys.model("other", "churn"),
    keys.job("etl", "clean"),
    keys.job("etl", "churn"),
    keys.run("mlflow", "4f1c77aa00"),
    keys.run("mlflow", "4f1c77ab00"),
    keys.repository(CHURN),
    keys.commit(CHURN, SHA),
    keys.commit(CHURN, OTHER_SHA),
    keys.deployment("production", "fraud-api"),
    keys.release("production", "fraud-api", "7"),
)


@pytest.fixture
async def named(store: Store) -> Store:
    facts = [EntityFact(key) for key in THINGS]
    marks = [MarkFact(keys.model_version("mlflow", "fraud", "3"), MarkKind.ALIAS, "champion", 1)]
    granule = Granule(source="test", name="names", origin="api", entities=facts, marks=marks)
    (written,) = await ingest.state(store, [granule], ANYONE)
    assert not isinstance(written, Exception)
    return store


async def meant(store: Store, text: str, *kinds: Kind) -> Key:
    entity = await resolve(store, ANYONE, text, kinds=kinds)
    return Key(entity.kind, entity.key)


async def test_every_form_of_a_name(named: Store) -> None:
    for text, expected in {
        TRANSACTIONS.id: TRANSACTIONS,
        "dataset:s3://lake/transactions": TRANSACTIONS,
        "dataset:s3a://lake/transactions/": TRANSACTIONS,
        "dataset:s3://lake transactions": TRANSACTIONS,
        "dataset:transactions": TRANSACTIONS,
        " s3://lake/transactions ": TRANSACTIONS,
        "transactions": TRANSACTIONS,
        "dataset:warehouse card features": FEATURES,
        "dataset:warehouse/card features": FEATURES,
        "card features": FEATURES,
        f"dataset:transactions@{DIGEST}": keys.dataset_version("s3://lake", "transactions", DIGEST),
        "dataset:s3://lake/transactions@sha256:ab12": keys.dataset_version("s3://lake", "transactions", DIGEST),
        "transactions@sha256:cd34": keys.dataset_version("s3://lake", "transactions", "sha256:cd34"),
        "model:fraud": FRAUD,
        "model:mlflow/fraud": FRAUD,
        "model:fraud/3": keys.model_version("mlflow", "fraud", "3"),
        "model:mlflow fraud/4": keys.model_version("mlflow", "fraud", "4"),
        "model:fraud@champion": keys.model_version("mlflow", "fraud", "3"),
        "fraud@champion": keys.model_version("mlflow", "fraud", "3"),
        "fraud/4": keys.model_version("mlflow", "fraud", "4"),
        "job:etl/clean": keys.job("etl", "clean"),
        "job:clean": keys.job("etl", "clean"),
        "run:4f1c77aa00": keys.run("mlflow", "4f1c77aa00"),
        "run:mlflow/4f1c77aa00": keys.run("mlflow", "4f1c77aa00"),
        "4f1c77aa": keys.run("mlflow", "4f1c77aa00"),
        "commit:abc1234": keys.commit(CHURN, SHA),
        "commit:ABC1234": keys.commit(CHURN, SHA),
        f"commit:{SHA}": keys.commit(CHURN, SHA),
        "commit:github.com/acme/churn@abc1234": keys.commit(CHURN, SHA),
        "abc1234": keys.commit(CHURN, SHA),
        "repository:git@github.com:acme/churn.git": keys.repository(CHURN),
        "repo:github.com/acme/churn": keys.repository(CHURN),
        "deployment:production/fraud-api": keys.deployment("production", "fraud-api"),
        "production/fraud-api": keys.deployment("production", "fraud-api"),
        "deployment:production/fraud-api/7": keys.release("production", "fraud-api", "7"),
        "release:production/fraud-api/7": keys.release("production", "fraud-api", "7"),
    }.items():
        assert await meant(named, text) == expected, text


@pytest.mark.parametrize("key", THINGS, ids=str)
async def test_what_is_spelled_reads_back(named: Store, key: Key) -> None:
    assert await meant(named, spell(*key)) == key


async def test_what_several_bear_is_an_error_that_lists_them(named: Store) -> None:
    with pytest.raises(BadInput, match="'orders' may mean several things") as caught:
        await resolve(named, ANYONE, "orders")
    assert "dataset:s3://attic/orders" in str(caught.value)
    assert "dataset:s3://lake/orders" in str(caught.value)
    with pytest.raises(BadInput, match="several") as caught:
        await resolve(named, ANYONE, "churn")
    assert "job:etl churn" in str(caught.value)
    with pytest.raises(BadInput, match="several"):
        await resolve(named, ANYONE, "run:4f1c77a")
    with pytest.raises(BadInput, match="several"):
        await resolve(named, ANYONE, "transactions@sha256:")


async def test_a_kind_that_is_wanted_chooses(named: Store) -> None:
    assert await meant(named, "churn", Kind.JOB) == keys.job("etl", "churn")
    with pytest.raises(BadInput, match=r"model:fraud is a model\. Give a dataset or a dataset version"):
        await resolve(named, ANYONE, "model:fraud", kinds=[Kind.DATASET, Kind.DATASET_VERSION])


async def test_what_nothing_bears_names_the_near_ones(named: Store) -> None:
    for text, suggested in {
        "transctions": "dataset:s3://lake/transactions",
        "dataset:s3://lake/transaction": "dataset:s3://lake/transactions",
        "model:fruad": "model:mlflow fraud",
        "model:frau@champion": "model:mlflow fraud",
        "job:claen": "job:etl clean",
        "production/fraud-apu": "deployment:production/fraud-api",
    }.items():
        with pytest.raises(NotFound, match="Did you mean") as caught:
            await resolve(named, ANYONE, text)
        assert suggested in caught.value.hint, text


async def test_of_what_is_known_a_version_that_is_not_is_told_with_those_there_are(named: Store) -> None:
    for text, what, there in (
        ("dataset:s3://lake/transactions@9", "dataset version", ["dataset:s3://lake/transactions@sha256:cd34"]),
        ("transactions@9", "dataset version", ["dataset:s3://lake/transactions@sha256:cd34"]),
        ("model:fraud/99", "model version", ["model:mlflow fraud/3", "model:mlflow fraud/4"]),
        ("model:fraud@nobody", "model version", ["model:mlflow fraud/3", "model:mlflow fraud/4"]),
        ("model:mlflow/churn/1", "model version", ["None of model:mlflow churn is"]),
        ("deployment:production/fraud-api/99", "release", ["release:production/fraud-api/7"]),
        ("release:production/fraud-api/99", "release", ["release:production/fraud-api/7"]),
    ):
        with pytest.raises(NotFound) as caught:
            await resolve(named, ANYONE, text)
        assert caught.value.message == f"No {what} is known that {text!r} names."
        assert all(one in caught.value.hint for one in there), caught.value.hint


async def test_what_is_like_nothing_says_what_to_do(named: Store) -> None:
    for text in ("zzzzz", "model:zzzzz", "run:zzzzz", "commit:fffffff", "commit:zzz", id("tx"), "fraud@nobody"):
        with pytest.raises(NotFound) as caught:
            await resolve(named, ANYONE, text)
        assert caught.value.hint
    with pytest.raises(BadInput, match="empty"):
        await resolve(named, ANYONE, " ")


def test_a_label_is_short() -> None:
    for key, expected in {
        TRANSACTIONS: "s3://lake/transactions",
        keys.dataset_version("s3://lake", "transactions", DIGEST): "s3://lake/transactions@sha256:ab12ab12ab12…",
        FEATURES: "warehouse card features",
        keys.model_version("mlflow", "fraud", "3"): "fraud/3",
        keys.commit(CHURN, SHA): "abc1234",
        keys.release("production", "fraud-api", "7"): "production/fraud-api/7",
        keys.run("mlflow", "0123456789abcdef0123456789abcdef"): "0123456789ab…",
    }.items():
        assert label(*key) == expected
