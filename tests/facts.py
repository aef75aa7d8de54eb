"""A short notation for facts, so that a test reads as what it states.

    granule("g", run("r1", "train", started_at=100), reads("tx@1", "*r1"), writes("*r1", "fraud/3"))

Things are named in one word, and its form says the kind:

    tx          a dataset                 tx@1            a dataset version
    ^train      a job                     *r1             a run
    fraud:      a model                   fraud/3         a model version
    +fraud      a deployment              +fraud#1        a release
    repo!       a repository              repo!abc        a commit (the sha is padded to 40 digits)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from thalweg.model import keys
from thalweg.model.edges import TYPES_BETWEEN, EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, JoinFact, MarkFact, MarkKind
from thalweg.model.keys import Key

NAMESPACE = "test"

Fact = EntityFact | EdgeFact | MarkFact | JoinFact


_SAID: dict[str, str] = {}


def key(word: str) -> Key:
    """The natural key that a word names; a word without any mark is a dataset."""
    key = _key(word)
    _SAID[key.id] = word
    if key.asset is not None:
        _SAID[key.asset.id] = _asset(word)
    return key


def _asset(word: str) -> str:
    if "!" in word:
        return word.partition("!")[0] + "!"
    if word.startswith("+"):
        return word.partition("#")[0]
    return word.partition("@")[0] if "@" in word else word.partition("/")[0] + ":"


def _key(word: str) -> Key:
    if "!" in word:
        url, _, sha = word.partition("!")
        address = f"https://git.test/{url}"
        return keys.commit(address, sha.encode().hex().ljust(40, "0")[:40]) if sha else keys.repository(address)
    if word.startswith("^"):
        return keys.job(NAMESPACE, word[1:])
    if word.startswith("+"):
        name, _, revision = word[1:].partition("#")
        return keys.release(NAMESPACE, name, revision) if revision else keys.deployment(NAMESPACE, name)
    if word.startswith("*"):
        return keys.run(NAMESPACE, word[1:])
    if word.endswith(":"):
        return keys.model(NAMESPACE, word[:-1])
    if "/" in word:
        return keys.model_version(NAMESPACE, *word.split("/"))
    if "@" in word:
        return keys.dataset_version(NAMESPACE, *word.split("@"))
    return keys.dataset(NAMESPACE, word)


def id(word: str) -> str:
    return key(word).id


def ids(*words: str) -> list[str]:
    return [id(word) for word in words]


def said(id: str) -> str:
    """The word that an id was made of, here in the tests."""
    return _SAID[id]


def thing(word: str, **props: Any) -> EntityFact:
    """That a thing is, with its properties."""
    return EntityFact(key(word), props)


def run(name: str, job: str | None = None, /, **props: Any) -> EntityFact:
    """A run `*name` of a job `^job`."""
    if job is not None:
        props["job"] = list(key(f"^{job}").parts)
    return EntityFact(key(f"*{name}"), props)


def edge(source: str, type: EdgeType, target: str, role: str = "", **props: Any) -> EdgeFact:
    return EdgeFact(key(source), type, key(target), role, props)


def reads(data: str, reader: str, role: str = "", **props: Any) -> EdgeFact:
    """(data)-[:INPUT_TO]->(reader)"""
    return edge(data, EdgeType.INPUT_TO, reader, role, **props)


def writes(writer: str, data: str, **props: Any) -> EdgeFact:
    """(writer)-[:PRODUCED]->(data)"""
    return edge(writer, EdgeType.PRODUCED, data, **props)


def code(commit: str, runner: str, **props: Any) -> EdgeFact:
    """(commit)-[:CODE_OF]->(run)"""
    return edge(commit, EdgeType.CODE_OF, runner, **props)


def serves(model: str, release: str, **props: Any) -> EdgeFact:
    """(modelVersion)-[:SERVED_BY]->(release)"""
    return edge(model, EdgeType.SERVED_BY, release, **props)


def derives(source: str, target: str, **props: Any) -> EdgeFact:
    """(source)-[:DERIVED_INTO]->(target)"""
    return edge(source, EdgeType.DERIVED_INTO, target, **props)


def flow(path: str, **props: Any) -> list[EdgeFact]:
    """The edges along `"tx@1 > *r1 > fraud/3"`; what joins two kinds is one type."""
    words = path.split(" > ")
    pairs = ((one, other, TYPES_BETWEEN[key(one).kind, key(other).kind]) for one, other in pairwise(words))
    return [edge(one, type, other, **props) for one, other, (type,) in pairs]


def alias(version: str, name: str, since: int | None = None, until: int | None = None) -> MarkFact:
    return MarkFact(key(version), MarkKind.ALIAS, name, since, until)


def stage(
    version: str, name: str, since: int | None = None, until: int | None = None, first: int | None = None
) -> MarkFact:
    return MarkFact(key(version), MarkKind.STAGE, name, since, until, first)


def joined(alias: str, of: str) -> JoinFact:
    """That `alias` is another name of `of`."""
    return JoinFact(key(alias), key(of))


def granule(
    name: str,
    *facts: Fact,
    source: str = "test",
    origin: str = "api",
    at: int | None = None,
    current: bool = False,
    revision: int | None = None,
    idempotency_key: str | None = None,
) -> Granule:
    return Granule(
        source=source,
        name=name,
        origin=origin,
        entities=[fact for fact in facts if isinstance(fact, EntityFact)],
        edges=[fact for fact in facts if isinstance(fact, EdgeFact)],
        marks=[fact for fact in facts if isinstance(fact, MarkFact)],
        joins=[fact for fact in facts if isinstance(fact, JoinFact)],
        at=at,
        current=current,
        revision=revision,
        idempotency_key=idempotency_key,
    )


def words(of: Sequence[str], *among: str) -> set[str]:
    """Which of the words name one of these ids: what an answer says, in the words of the test."""
    return {word for word in among if id(word) in of}
