"""Search: what is found by which words, in which order, and what is shown of it; the same on each engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.facts import code, flow, granule, id, ids, joined, run, said, thing
from tests.store.conftest import State
from thalweg.model.errors import BadInput, DeadlineExceeded
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Hit, Match, MatchField, Tier
from thalweg.store.questions import Search
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

ESTATE = granule(
    "estate",
    thing("customer_features", description="Features of a customer, for every model", created_at=10),
    thing("card.payments", description="What the café's till reports", owners=["ann@example.com"], created_at=20),
    thing("^trainFraudModel", tags={"team": "risk", "Tier": "Gold"}, created_at=30),
    thing("fraud:", description="Scores payments by card", created_at=40),
    thing("fraud/1", description="the first one", created_at=50),
    thing("+fraud", owners=["Bo Lind"], created_at=60),
    thing("顧客データ", description="顧客の一覧", created_at=70),
    thing("repo!", created_at=80),
    thing("repo!a", message="Fix the fraud rate\n\nand nothing else", author="Çelik", author_email="c@ex.org"),
    code("repo!a", "*r1"),
    run("r1", "trainFraudModel", name="nightly-fox", started_at=100, params={"secretparam": "secretvalue"}),
    thing("card.payments@1", columns=[{"name": "amountEUR"}, {"name": "merchant_id"}], created_at=100),
    thing("card.payments@2", created_at=200),
)  # fmt: skip


async def search(store: Store, text: str, **asked: Any) -> list[str]:
    return words(await hits(store, text, **asked))


async def hits(store: Store, text: str, **asked: Any) -> Sequence[Hit]:
    return (await store.search(Search(text, **asked), ANYONE)).hits


def words(hits: Sequence[Hit]) -> list[str]:
    return [said(hit.entity.id) for hit in hits]


# ------------------------------------------------------------------------------------------------------------- by what


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("customer", ["customer_features"]),
        ("features", ["customer_features"]),
        ("customer_features", ["customer_features"]),
        ("CustomerFeatures", ["customer_features"]),
        ("customer_fea*", ["customer_features"]),
        ("custom*", ["customer_features"]),
        ("featuresof", []),
        ("card payments", ["card.payments", "fraud:"]),
        ('"card payments"', ["card.payments"]),
        ('"payments card"', []),
        ("test/card.payments", ["card.payments"]),
        ("trainfraudmodel", ["^trainFraudModel"]),
        ("train-fraud", ["^trainFraudModel"]),
        ("TRAIN MODEL", ["^trainFraudModel"]),
        ("risk", ["^trainFraudModel"]),
        ("team=risk", ["^trainFraudModel"]),
        ("tier gold", ["^trainFraudModel"]),
        ("ann@example.com", ["card.payments"]),
        ("lind", ["+fraud"]),
        ("cafe", ["card.payments"]),
        ("CAFÉ", ["card.payments"]),
        ("celik", ["repo!a"]),
        ("c@ex.org", ["repo!a"]),
        ("rate", ["repo!a"]),
        ("nothing else", []),
        ("nightly", ["*r1"]),
        ("secretparam", []),
        ("secretvalue", []),
        ("顧*", ["顧客データ"]),
        ("データ", ["顧客データ"]),
        ("一覧", ["顧客データ"]),
        ("客顧", []),
        ("amount", ["card.payments"]),
        ("amounteur", ["card.payments"]),
        ("merchant_id", ["card.payments"]),
        ("first", ["fraud/1"]),
        ("git.test", ["repo!"]),
        ("repo", ["repo!"]),
    ],
)  # fmt: skip
async def test_each_word_finds_what_says_it(store: Store, state: State, text: str, found: list[str]) -> None:
    await state(ESTATE)
    assert await search(store, text) == found


async def test_a_better_place_comes_first_then_assets_then_the_newest(store: Store, state: State) -> None:
    await state(ESTATE)
    found = await hits(store, "fraud")
    assert [(said(hit.entity.id), hit.tier) for hit in found] == [
        ("+fraud", Tier.EXACT),
        ("fraud:", Tier.EXACT),
        ("^trainFraudModel", Tier.NAME),
        ("repo!a", Tier.TEXT),
    ]
    assert [hit.tier for hit in await hits(store, "risk")] == [Tier.TAG]
    assert [hit.tier for hit in await hits(store, "risk fraud")] == [Tier.TAG], "in its name and its tags together"
    await state(granule("gone", thing("fraud/2", description="fraud"), thing("old:", description="fraud", gone_at=5)))
    assert words(await hits(store, "fraud"))[-3:] == ["fraud/2", "repo!a", "old:"], "what is gone is the last"


async def test_only_what_is_asked_for_is_found(store: Store, state: State) -> None:
    await state(ESTATE)
    assert await search(store, "fraud", kinds=frozenset({Kind.MODEL, Kind.COMMIT})) == ["fraud:", "repo!a"]
    assert await search(store, "fraud", kinds=frozenset()) == []
    assert await search(store, "fraud", namespace="https*") == ["repo!a"]
    assert await search(store, "fraud", namespace="tes") == []
    assert await search(store, "fraud", namespace="test", kinds=frozenset({Kind.MODEL})) == ["fraud:"]
    await state(granule("gone", thing("lost:", description="fraud", gone_at=5)))
    assert await search(store, "fraud", gone=True) == ["lost:"]
    assert "lost:" not in await search(store, "fraud", gone=False)
    assert "lost:" in await search(store, "fraud")


async def test_a_dataset_is_found_by_the_columns_of_its_newest_version_that_has_any(store: Store, state: State) -> None:
    await state(ESTATE)
    (hit,) = await hits(store, "merchant")
    assert hit.matches == (Match(MatchField.COLUMN, "merchant_id", ((0, 8),)),)
    await state(granule("new", thing("card.payments@3", columns=[{"name": "shop"}], created_at=300)))
    assert (await search(store, "merchant"), await search(store, "shop")) == ([], ["card.payments"])
    await state(granule("old", thing("card.payments@0", columns=[{"name": "ancient"}], created_at=5)))
    assert await search(store, "ancient") == []
    await store.forget(ids("card.payments@3"), ANYONE)
    assert (await search(store, "merchant"), await search(store, "shop")) == (["card.payments"], [])
    await store.restore(ids("card.payments@3"), ANYONE)
    await state(granule("new", thing("card.payments@3", created_at=300)))
    assert await search(store, "merchant") == ["card.payments"]
    await state(granule("said", thing("card.payments", tags={"told": "anew"})))
    assert await search(store, "merchant") == await search(store, "anew") == ["card.payments"]
    assert (await store.check()).findings == ()


# ----------------------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("card payments", [("NAME", "card.payments", ((0, 4), (5, 8)))]),
        ('"card payments"', [("NAME", "card.payments", ((0, 13),))]),
        ("caf*", [("DESCRIPTION", "What the café's till reports", ((9, 4),))]),
        ("eur", [("COLUMN", "amountEUR", ((6, 3),))]),
        ("example", [("OWNER", "ann@example.com", ((4, 7),))]),
        ("test payments", [("NAME", "card.payments", ((5, 8),)), ("ADDRESS", "test/card.payments", ((0, 4), (10, 8)))]),
    ],
)
async def test_each_hit_shows_where_it_was_met(
    store: Store, state: State, text: str, matches: list[tuple[str, str, Any]]
) -> None:
    await state(ESTATE)
    shown = next(hit.matches for hit in await hits(store, text) if hit.entity.id == id("card.payments"))
    assert [(match.field.value, match.snippet, match.ranges) for match in shown] == matches


async def test_of_a_long_text_the_part_is_shown_that_was_met(store: Store, state: State) -> None:
    long = f"{'lorem ipsum ' * 50}\n<b>needle</b> {'dolor sit ' * 50}"
    await state(granule("g", thing("long", description=long)))
    ((match,),) = [hit.matches for hit in await hits(store, "needle")]
    ((offset, length),) = match.ranges
    assert match.snippet[offset : offset + length] == "needle"
    assert match.snippet.startswith("…")
    assert match.snippet.endswith("…")
    assert "<b>needle</b> dolor" in match.snippet, "as it was written, on one line"
    assert len(match.snippet) <= 162


# ------------------------------------------------------------------------------------------------------ what is typed


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "*", "**", '"', '""', '"*"', "AND", "OR NOT", "AND OR NOT \"", "NEAR(a b)", "^a", "a:b", "name:fraud",
        "said_name:x", "-fraud", "+", "fraud~2", "[a TO z]", "{a}", "(", ")", "a && b || !c", "a\\",
        "'; DROP TABLE node", "\0", "fra\0ud", "\ud800", "fra*ud", "*fraud", "💥", "e\u0301", "\u0301", "_", "__",
        "a_*", "x" * 400, "a " * 60,
    ],
)  # fmt: skip
async def test_whatever_is_typed_is_a_question(store: Store, state: State, text: str) -> None:
    await state(ESTATE)
    for hit in await hits(store, text):
        assert hit.matches, text


async def test_words_of_other_languages_of_search_are_words(store: Store, state: State) -> None:
    await state(granule("g", thing("a", description="salt and pepper, or not; NEAR the name: fraud")))
    for text in (
        "and",
        "AND",
        "salt AND pepper",
        "or NOT",
        "near(the name)",
        "name:fraud",
        "-salt",
        "+pepper",
        "salt*",
    ):
        assert await search(store, text) == ["a"], text
    for text in ("salt AND fish", "salt OR fish", "NOT fish", "salt NOT fish", "pepper~1x", "sal"):
        assert await search(store, text) == [], text


async def test_a_text_that_is_too_long_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match=r"100,000 characters.*at most 400"):
        await store.search(Search("x" * 100_000), ANYONE)


async def test_too_many_words_are_refused_and_as_many_as_may_be_are_not(store: Store, state: State) -> None:
    await state(ESTATE)
    many = [f"{a}{b}" for a in "abcdefgh" for b in "ABCDEFGH"]
    assert await hits(store, " ".join(many[:60])) == ()
    with pytest.raises(BadInput, match="61 words"):
        await store.search(Search(" ".join(many[:61])), ANYONE)


async def test_a_search_that_takes_too_long_is_stopped(store: Store, state: State) -> None:
    await state(ESTATE)
    with pytest.raises(DeadlineExceeded):
        await store.search(Search("fraud", seconds=0.0), ANYONE)


# -------------------------------------------------------------------------------------------------------------- pages


async def pages(store: Store, text: str, limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    after = None
    while True:
        page = await store.search(Search(text, limit=limit, after=after), ANYONE)
        found.append(words(page.hits))
        if not page.has_next:
            return found
        after = page.hits[-1].position


async def test_pages_of_any_size_make_up_the_whole(store: Store, state: State) -> None:
    facts = [thing(f"fraud_{n}", created_at=n % 3) for n in range(7)] + [
        thing(f"m/{n}", description="of fraud") for n in range(4)
    ]
    await state(ESTATE, granule("many", *facts))
    (whole,) = await pages(store, "fraud*", 100)
    assert len(whole) == len(set(whole)) == 11 + 4
    for limit in (1, 2, 5, 14, 15):
        some = await pages(store, "fraud*", limit)
        assert [word for page in some for word in page] == whole
        assert {len(page) for page in some[:-1]} <= {limit}
    assert (await store.search(Search("fraud*", limit=0), ANYONE)).hits == ()


async def test_pages_stay_right_while_more_is_written(store: Store, state: State) -> None:
    await state(granule("g", *(thing(f"fraud_{n}", created_at=100 + n) for n in range(6))))
    first = await store.search(Search("fraud", limit=3), ANYONE)
    assert words(first.hits) == ["fraud_5", "fraud_4", "fraud_3"]
    await state(granule("h", thing("fraud_new", created_at=900), thing("fraud_old", created_at=5), thing("fraud:")))
    second = await store.search(Search("fraud", limit=3, after=first.hits[-1].position), ANYONE)
    assert words(second.hits) == ["fraud_2", "fraud_1", "fraud_0"]
    third = await store.search(Search("fraud", limit=3, after=second.hits[-1].position), ANYONE)
    assert (words(third.hits), third.has_next) == (["fraud_old"], False)


@pytest.mark.parametrize(
    "position", [(), ("NAME",), ("BEST", 0, 0, 0, "x"), ("NAME", "0", 0, 0, "x"), ("NAME", 0, 0, 1 << 70, "x"),
                 ("NAME", 0, 0, 0, 7), (None, 0, 0, 0, "x"), ([], 0, 0, 0, "x"), ("NAME", 0, 0, 0, "x", 1)],
)  # fmt: skip
async def test_a_position_of_something_else_is_refused(store: Store, position: tuple[Any, ...]) -> None:
    with pytest.raises(BadInput, match="cursor is not of a search"):
        await store.search(Search("fraud", after=position), ANYONE)


# --------------------------------------------------------------------------------------------------- what happens to it


async def test_what_is_forgotten_is_not_found_until_it_is_restored(store: Store, state: State) -> None:
    await state(ESTATE)
    before = await hits(store, "fraud")
    await store.forget(ids("fraud:", "repo!"), ANYONE)
    assert await search(store, "fraud") == ["+fraud", "^trainFraudModel"]
    assert await search(store, "first") == []
    await state(granule("more", thing("fraud/7", description="fraud")))
    assert "fraud/7" not in await search(store, "fraud")
    await store.forget(ids("fraud/7"), ANYONE)
    await store.restore(ids("fraud:", "repo!"), ANYONE)
    assert await hits(store, "fraud") == before
    assert (await store.check()).findings == ()


async def test_what_is_joined_is_found_by_what_both_said(store: Store, state: State) -> None:
    await state(granule("old", thing("tx", description="apples"), thing("tx@1", columns=[{"name": "core"}])))
    await state(granule("new", thing("transactions", owners=["pears"])))
    await state(granule("join", joined("tx", "transactions")))
    assert await search(store, "tx") == []
    assert await search(store, "core") == ["transactions"]
    assert await search(store, "pears") == ["transactions"]
    assert (await store.check()).findings == ()
    await state(granule("join"))
    assert (await search(store, "apples"), await search(store, "core")) == (["tx"], ["tx"])
    assert (await store.check()).findings == ()


async def test_what_is_renamed_told_anew_or_taken_back_is_found_by_what_it_says_now(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "j", name="brave-owl"), thing("a", description="one thing", tags={"k": "v"})))
    assert (await search(store, "owl"), await search(store, "one")) == (["*r1"], ["a"])
    await state(granule("g", run("r1", "j", name="shy-newt"), thing("a", description="another thing")))
    assert (await search(store, "owl"), await search(store, "newt")) == ([], ["*r1"])
    assert (await search(store, "one"), await search(store, "another"), await search(store, "v")) == ([], ["a"], [])
    await state(granule("g", run("r1", "j"), thing("a")))
    assert (await search(store, "newt"), await search(store, "another"), await search(store, "a")) == ([], [], ["a"])
    await state(granule("h", *flow("b@1 > *r1")))
    assert await search(store, "b") == ["b"], "known only as the asset of what somebody named"
    await state(granule("h"))
    assert await search(store, "b") == []
    assert (await store.check()).findings == ()


async def test_what_many_say_is_found_by_what_is_followed(store: Store, state: State) -> None:
    await state(granule("g", thing("a", description="spoken by many"), origin="mlflow", at=5))
    await state(granule("h", thing("a", description="spoken by hand"), origin="manifest", at=5))
    assert (await search(store, "many"), await search(store, "hand")) == ([], ["a"])
    await state(granule("h", origin="manifest", at=6))
    assert (await search(store, "many"), await search(store, "hand")) == (["a"], [])


async def test_texts_that_were_lost_or_are_stale_are_found_and_mended(store: Store, state: State, spoil: Any) -> None:
    await state(ESTATE)
    before = await hits(store, "fraud*")
    spoil()
    (finding,) = (await store.check()).findings
    assert (finding.code, "store rebuild" in finding.hint) == ("SEARCH", True)
    assert await hits(store, "fraud*") != before
    assert await store.rebuild(ANYONE) >= 3
    assert await hits(store, "fraud*") == before
    assert (await store.check()).findings == ()
    assert await store.rebuild(ANYONE) == 0
