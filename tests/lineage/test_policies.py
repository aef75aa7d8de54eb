"""Policies as files: read and written, with what is wrong in them said."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lineage.examples import examples
from thalweg.lineage.impact import DEFAULT_POLICY, Confidence, Effect, Rule, Verdict
from thalweg.lineage.impact.policies import CHANGES, FINDINGS, KINDS, VERDICTS, lint, read, written
from thalweg.model.columns import ROLES
from thalweg.model.errors import BadInput

LABELS = """
[[rule]]
name = "labels"
verdict = "BLOCK"
effect = "BREAKS"
confidence = "CERTAIN"
kind = "job"
namespace = "etl*"
tag = "team=risk"
role = "LABEL"
change = "drop"
finding = "column-dropped"
live = true
environment = "prod*"
message = "Ask risk."

[[rule]]
name = "rest"
verdict = "WARN"
"""


def test_a_file_is_rules_in_its_order() -> None:
    labels, rest = read(LABELS)
    assert (labels.verdict, labels.effect, labels.confidence) == (Verdict.BLOCK, Effect.BREAKS, Confidence.CERTAIN)
    assert (labels.kind, labels.namespace, labels.tag) == (KINDS["job"], "etl*", "team=risk")
    assert (labels.role, labels.change, labels.finding) == ("LABEL", "drop", "TW101")
    assert (labels.live, labels.environment, labels.message) == (True, "prod*", "Ask risk.")
    assert rest == Rule("rest", Verdict.WARN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]", "The policy is no TOML"),
        ("", "The policy has no rule."),
        ("rule = 3", "The policy has no rule."),
        ("rule = [3]", "rule 1 is no table."),
        ("[[rules]]", "has `rules`, which is nothing that a policy has."),
        ("[[rule]]\nname = 'a'", "rule 1: `verdict` is missing."),
        ("[[rule]]\nverdict = 'WARN'", "rule 1: `name` is missing."),
        ("[[rule]]\nname='a'\nverdict='INCOMPLETE'", "`verdict` is 'INCOMPLETE'. It may be PASS, WARN, BLOCK."),
        ("[[rule]]\nname='a'\nverdict='warn'", "Did you mean `WARN`?"),
        (
            "[[rule]]\nname='a'\nverdict='WARN'\nefect='STALE'",
            "`efect` is nothing that a rule has. Did you mean `effect`?",
        ),
        ("[[rule]]\nname='a'\nverdict='WARN'\neffect='STALES'", "Did you mean `STALE`?"),
        ("[[rule]]\nname='a'\nverdict='WARN'\nkind='deploment'", "Did you mean `deployment`?"),
        ("[[rule]]\nname='a'\nverdict='WARN'\nrole='KEYS'", "Did you mean `KEY`?"),
        ("[[rule]]\nname='a'\nverdict='WARN'\nfinding='TW999'", "`finding` is 'TW999'."),
        ("[[rule]]\nname='a'\nverdict='WARN'\nchange='dropped'", "Did you mean `drop`?"),
        ("[[rule]]\nname='a'\nverdict='WARN'\nlive='yes'", "`live` is 'yes'. Write true or false."),
        ("[[rule]]\nname='a'\nverdict='WARN'\ntag=3", "`tag` is 3. Write text."),
        ("[[rule]]\nname='a'\nverdict='WARN'\n[[rule]]\nname='a'\nverdict='PASS'", "several rules called `a`"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert said in str(caught.value)


def test_the_default_policy_is_written_as_it_is_read() -> None:
    assert read(written(DEFAULT_POLICY)) == DEFAULT_POLICY
    assert lint(DEFAULT_POLICY, ["production", "staging"]) == []


maybe_text = st.none() | st.text(min_size=1, max_size=8)
rules = st.builds(
    Rule,
    name=st.text(max_size=8),
    verdict=st.sampled_from(VERDICTS),
    effect=st.none() | st.sampled_from(Effect),
    confidence=st.none() | st.sampled_from(Confidence),
    live=st.none() | st.booleans(),
    environment=maybe_text,
    kind=st.none() | st.sampled_from(list(KINDS.values())),
    namespace=maybe_text,
    tag=maybe_text,
    role=st.none() | st.sampled_from(ROLES),
    change=st.none() | st.sampled_from(CHANGES),
    finding=st.none() | st.sampled_from(sorted(set(FINDINGS.values()))),
    message=st.text(max_size=8),
)


@given(st.lists(rules, min_size=1, max_size=4, unique_by=lambda rule: rule.name))
@examples(200)
def test_any_policy_reads_back_as_it_was_written(policy: list[Rule]) -> None:
    text = written(policy)
    assert tomllib.loads(text)
    assert read(text) == tuple(policy)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ([Rule("all", Verdict.WARN), Rule("never", Verdict.BLOCK, effect=Effect.BREAKS)], [(2, "never decides")]),
        ([Rule("a", Verdict.WARN, effect=Effect.BREAKS), Rule("b", Verdict.BLOCK)], []),
        (
            [
                Rule("prod", Verdict.WARN, environment="prod*"),
                Rule("eu", Verdict.BLOCK, environment="prod-eu"),
                Rule("rest", Verdict.PASS),
            ],
            [(2, "what it matches, `prod` before it matches")],
        ),
        (
            [
                Rule("eu", Verdict.BLOCK, environment="prod-eu"),
                Rule("prod", Verdict.WARN, environment="prod*"),
                Rule("rest", Verdict.PASS),
            ],
            [],
        ),
        (
            [
                Rule("team", Verdict.WARN, tag="team"),
                Rule("risk", Verdict.BLOCK, tag="team=risk"),
                Rule("x", Verdict.PASS),
            ],
            [(2, "never decides")],
        ),
        ([Rule("breaks", Verdict.BLOCK, effect=Effect.BREAKS)], [(1, "is the last rule, and not for everything")]),
    ],
    ids=["all", "narrow-first", "pattern", "pattern-last", "tag", "end"],
)
def test_rules_that_never_decide_are_found(policy: list[Rule], said: list[tuple[int, str]]) -> None:
    found = lint(policy)
    assert [one.rule for one in found] == [number for number, _ in said]
    assert all(words in one.message for one, (_, words) in zip(found, said, strict=True))


def test_an_environment_that_there_is_not_is_found() -> None:
    policy = [Rule("eu", Verdict.BLOCK, environment="eu-*"), Rule("rest", Verdict.PASS)]
    (found,) = lint(policy, ["production", "staging"])
    assert found.message == "matches no environment: `eu-*`; there are production, staging."
    assert lint(policy) == []
