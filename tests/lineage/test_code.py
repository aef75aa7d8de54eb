"""Code that was wrong: what its runs produced is stale, and all behind it."""

from __future__ import annotations

import pytest

from tests.lineage.answers import CODE, asked, line, lines
from tests.lineage.conftest import hold
from tests.lineage.estate import NOW, estate, id
from thalweg.lineage.impact import Code, Effect, Verdict, impact
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store

HISTORY = estate("""
    repo!aa > repo!bb > repo!cc > repo!dd
    repo!aa > repo!ee > repo!dd
    repo!aa > *clean-1 > tx@1
    repo!bb > *train-1 > fraud/1 > +production:fraud#1 > predictions@1
    repo!ee > *train-2 > fraud/2
    repo!dd > *train-3 > fraud/3 > +staging:fraud#1
    tx@1 > *train-1
    other!aa > *else-1
""")


def test_what_a_commit_ran_to_produce_is_stale_and_the_runs_are_only_the_way() -> None:
    found = asked(HISTORY, CODE, "repo!bb")
    assert lines(HISTORY, found) == {"fraud: STALE live", "+production:fraud STALE live", "predictions STALE live"}
    told = line(HISTORY, found, "fraud:", Effect.STALE)
    assert told.reason == (
        f"`fraud/1` holds what derives from the code of commit `{HISTORY.things['repo!bb'].key.parts[1][:7]}`, "
        "by run `train-1` of job `train`"
    )
    assert told.findings[0].rule.name == "code-wrong"
    assert told.findings[0].subject == "repository:https://git.test/repo"
    assert told.findings[0].fix == "Make model `fraud` again with the code corrected."


@pytest.mark.anyio
async def test_a_range_is_what_leads_to_the_last_and_not_to_the_first(store: Store) -> None:
    await hold(store, HISTORY)
    for first, last, versions in [
        ("repo!aa", "repo!dd", {"fraud/1", "fraud/2", "fraud/3"}),
        ("repo!bb", "repo!dd", {"fraud/2", "fraud/3"}),
        ("repo!cc", "repo!dd", {"fraud/2", "fraud/3"}),
        ("repo!aa", "repo!cc", {"fraud/1"}),
        ("repo!dd", "repo!dd", set()),
    ]:
        found = await impact(store, ANYONE, id(last), Code(since=id(first)), as_of=NOW)
        models = [line for line in found.affected if line.kind.value == "Model"]
        assert {version for line in models for version in line.versions} == {id(word) for word in versions}
        assert found.incomplete == ()


@pytest.mark.anyio
async def test_a_range_whose_ends_are_not_known_to_be_connected_is_incomplete(store: Store) -> None:
    await hold(store, HISTORY)
    found = await impact(store, ANYONE, id("repo!cc"), Code(since=id("repo!ee")), as_of=NOW)
    assert found.verdict is Verdict.INCOMPLETE
    assert "leads to" in found.incomplete[0]


@pytest.mark.anyio
async def test_a_range_across_repositories_is_an_error(store: Store) -> None:
    await hold(store, HISTORY)
    with pytest.raises(BadInput, match="they lie in two repositories"):
        await impact(store, ANYONE, id("repo!dd"), Code(since=id("other!aa")), as_of=NOW)
    with pytest.raises(BadInput, match="Nobody knows the commit"):
        await impact(store, ANYONE, id("repo!dd"), Code(since=id("repo!ff")), as_of=NOW)
