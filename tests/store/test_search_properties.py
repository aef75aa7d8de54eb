"""Any entities, any question: both engines find what the rules say, in that order, on pages of any size.

The rules are told here once more, in plain Python over plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from hypothesis import strategies as st

from tests.exploring import Explore
from tests.facts import granule, id, key, said, thing
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, EntityFact
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Tier
from thalweg.store.questions import Search
from thalweg.store.store import Store

# ------------------------------------------------------------------------------------------------------------ the rules

WORD = re.compile("[\u3041-\u30ff\u4e00-\u9fff]|[A-Za-z0-9\u00c0-\u024f]+")
HUMP = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")


def fold(text: str) -> str:
    return "".join(letter for letter in normalize("NFKD", text.casefold()) if letter.isalnum() or letter in "\u3099")


def ways(text: str) -> list[list[str]]:
    """The words of a text as they stand, and with camelCase parted."""
    found = WORD.findall(normalize("NFC", text))
    return [[fold(word) for word in found], [fold(part) for word in found for part in HUMP.split(word)]]


Value = tuple[int, str]
"""How much a text weighs (0 the most), and the text."""


def values(fact: EntityFact, columns: list[str]) -> list[Value]:
    kind, parts, props = fact.key.kind, fact.key.parts, fact.props
    found: list[Value] = []
    if kind.level is Level.ASSET:
        found += [(0, parts[-1].rpartition("/")[2]), (2, "/".join(parts))]
    elif kind is Kind.RUN and "name" in props:
        found.append((0, props["name"]))
    found += [(1, f"{name}={value}") for name, value in props.get("tags", {}).items()]
    found += [(1, owner) for owner in props.get("owners", ())]
    found += [(2, props[name]) for name in ("description", "author") if name in props]
    found += [(2, props["message"].partition("\n")[0])] if "message" in props else []
    return found + [(2, column) for column in columns]


def holds(words: list[str], phrase: list[str]) -> bool:
    return any(words[place : place + len(phrase)] == phrase for place in range(len(words)))


def met(chunk: str, texts: list[str]) -> bool:
    """Whether the texts meet one word, or what stands in quotes."""
    quoted = chunk.startswith('"')
    streams = [way for text in texts for way in ways(text)]
    for words in ways(chunk):
        begins = not quoted and chunk.endswith("*") and words[-1].isascii()
        phrase, last = (words[:-1], words[-1]) if begins else (words, "")
        if phrase and not any(holds(stream, phrase) for stream in streams):
            continue
        if not last or any(word.startswith(last) for stream in streams for word in stream):
            return True
    return False


def tier(question: list[str], fact: EntityFact, columns: list[str]) -> Tier | None:
    texts = values(fact, columns)
    asked = [chunk for chunk in question if ways(chunk)[0]]
    if not asked:
        return None
    starred = any(chunk.endswith("*") and not chunk.startswith('"') and ways(chunk)[0][-1].isascii() for chunk in asked)
    names = [way for weight, text in texts if weight == 0 for way in ways(text)]
    if not starred and any([one for chunk in asked for one in ways(chunk)[way]] in names for way in (0, 1)):
        return Tier.EXACT
    for weight, found in enumerate((Tier.NAME, Tier.TAG, Tier.TEXT)):
        if all(met(chunk, [text for weighs, text in texts if weighs <= weight]) for chunk in asked):
            return found
    return None


# --------------------------------------------------------------------------------------------------------- the examples

LATIN = (
    "fraud",
    "fraudModel",
    "fraud_model",
    "Fraud",
    "model",
    "card",
    "café",
    "CAFE",
    "XGBoost",
    "xgboost",
    "v2Model",
)
WORDS = (*LATIN, "顧客", "データ", "顧客データ", "Straße", "strasse", "and", "a.b", "b")
text = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
said_props = st.fixed_dictionaries(
    {"created_at": st.integers(0, 3)},
    optional={
        "description": text,
        "owners": st.lists(text, min_size=1, max_size=2),
        "tags": st.dictionaries(st.sampled_from(WORDS), text, min_size=1, max_size=2),
        "gone_at": st.just(9),
    },
)
name = st.sampled_from(WORDS)


@dataclass(frozen=True)
class Told:
    """An entity as the world says it is."""

    word: str
    props: dict[str, Any]


@st.composite
def told(draw: st.DrawFn) -> Told:
    props = draw(said_props)
    form = draw(st.sampled_from(("{}", "^{}", "{}:", "+{}", "{}!", "*r", "{}/1", "{}@1", "{}@2", "repo!c")))
    word = form.format(draw(name))
    kind = key(word).kind
    if kind is Kind.RUN and draw(st.booleans()):
        props["name"] = draw(text)
    if kind is Kind.COMMIT:
        props |= draw(st.fixed_dictionaries({}, optional={"message": text.map("{}\n\nfraud".format), "author": text}))
    if kind is Kind.DATASET_VERSION and draw(st.booleans()):
        props["columns"] = [{"name": one} for one in draw(st.lists(name, min_size=1, max_size=2, unique=True))]
    return Told(word, props)


pieces = [st.sampled_from(some) for some in (("", "fr", "ca", "x", "顧", "s"), ("", *WORDS), ("", "", "*"))]
chunk = st.sampled_from(WORDS) | st.tuples(*pieces).map("".join) | text.map('"{}"'.format)
questions = st.lists(st.lists(chunk, min_size=1, max_size=2), min_size=4, max_size=8)


def test_what_is_found_is_what_the_rules_say(explore: Explore) -> None:
    explore(
        compare,
        things=st.lists(told(), min_size=1, max_size=9, unique_by=lambda one: one.word),
        again=st.lists(told(), max_size=3, unique_by=lambda one: one.word),
        forgotten=st.sets(st.integers(0, 8), max_size=2),
        questions=questions,
        size=st.integers(1, 4),
    )


async def compare(
    store: Store, things: list[Told], again: list[Told], forgotten: set[int], questions: list[list[str]], size: int
) -> None:
    facts: dict[str, EntityFact] = {}
    for number, told_ in enumerate((things, again)):
        stated = [granule(one.word, thing(one.word, **one.props), at=number) for one in told_]
        for answer in await ingest.state(store, stated, ANYONE):
            assert not isinstance(answer, ThalwegError), answer
        facts |= {one.word: thing(one.word, **one.props) for one in told_}
    assets = {asset.id: EntityFact(asset, {}) for fact in facts.values() if (asset := fact.key.asset) is not None}
    known = assets | {fact.key.id: fact for fact in facts.values()}
    away = {id(things[place].word) for place in forgotten if place < len(things)}
    if away:
        await store.forget(sorted(away), ANYONE)
    hidden = {one for one, fact in known.items() if {one, fact.key.asset.id if fact.key.asset else ""} & away}
    at = {one.id: one.at for one in (await store.get(list(known), ANYONE)).values()}
    for question in questions:
        wanted = []
        for one, fact in known.items():
            found = tier(question, fact, columns(facts, one, hidden)) if one not in hidden else None
            if found is not None:
                lost, level = "gone_at" in fact.props, fact.key.kind.level is Level.VERSION
                wanted.append((list(Tier).index(found), lost, level, -at[one], one))
        shown = await pages(store, " ".join(question), size)
        assert shown == [(one[4], list(Tier)[one[0]]) for one in sorted(wanted)], question
    assert (await store.check()).findings == ()


def columns(facts: dict[str, EntityFact], dataset: str, hidden: set[str]) -> list[str]:
    """Those of the newest version that has any."""
    versions = [
        (fact.props["created_at"], fact.key.id, [column["name"] for column in fact.props["columns"]])
        for fact in facts.values()
        if "columns" in fact.props and fact.key.asset is not None and fact.key.asset.id == dataset
        if fact.key.id not in hidden
    ]
    return max(versions)[2] if versions else []


async def pages(store: Store, text: str, size: int) -> list[tuple[str, Tier]]:
    """What is found, page by page; each hit shows something that was met."""
    found: list[tuple[str, Tier]] = []
    after, more = None, True
    while more:
        page = await store.search(Search(text, limit=size, after=after), ANYONE)
        for hit in page.hits:
            assert hit.matches, (text, said(hit.entity.id))
            for match in hit.matches:
                assert match.ranges
                assert all(0 <= begin < begin + length <= len(match.snippet) for begin, length in match.ranges)
        found += [(hit.entity.id, hit.tier) for hit in page.hits]
        after, more = page.hits[-1].position if page.hits else None, page.has_next
    return found
