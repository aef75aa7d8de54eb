"""Policies as files: read, checked, and written.

    [[rule]]
    name = "labels"
    verdict = "BLOCK"                 # PASS, WARN or BLOCK
    role = "LABEL"                    # all that is given must hold; what is left out holds always
    message = "Dropping a label stops every retraining. Ask the risk team."

The first rule that matches a finding decides it, so the order counts; what no rule matches passes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import fields, replace
from difflib import get_close_matches
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from thalweg.lineage.impact.causes import RULES
from thalweg.lineage.impact.policy import Rule
from thalweg.lineage.impact.words import Confidence, Effect, Verdict
from thalweg.lineage.spelling import WORDS
from thalweg.model.columns import ROLES
from thalweg.model.errors import BadInput, unread
from thalweg.model.kinds import Kind

E = TypeVar("E", bound=Enum)

CHANGES = ("content", "drop", "rename", "retype", "nullable", "add", "delete", "code", "withdraw")
"""What may happen to something, in a word."""

VERDICTS = (Verdict.PASS, Verdict.WARN, Verdict.BLOCK)
KINDS = {WORDS[kind]: kind for kind in (Kind.DATASET, Kind.JOB, Kind.MODEL, Kind.DEPLOYMENT)}
"""What a finding may be of."""
FINDINGS = {word: rule.id for rule in RULES for word in (rule.id, rule.name)}
PATTERNS = ("environment", "namespace", "tag")
CONDITIONS = tuple(field.name for field in fields(Rule) if field.name not in ("name", "verdict", "message"))


class Lint(NamedTuple):
    """Something in a policy that will not do what its author meant. rule: the number of the rule, from 1."""

    rule: int
    name: str
    message: str


def load(path: Path) -> tuple[Rule, ...]:
    """The rules of a file. Raises BadInput."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The policy {path} cannot be read: {unread(error)}.", "Give a TOML file.") from None
    return read(text, f"The policy {path}")


def read(text: str, where: str = "The policy") -> tuple[Rule, ...]:
    """The rules of a policy in TOML. Raises BadInput, which names the rule, the field, the value and what would be
    right.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{where} is no TOML: {error}.", "Write [[rule]] tables.") from None
    for key in document:
        if key != "rule":
            raise BadInput(f"{where} has `{key}`, which is nothing that a policy has.", "Write [[rule]] tables.")
    tables = document.get("rule")
    if not isinstance(tables, list) or not tables:
        raise BadInput(f"{where} has no rule.", "Write at least one [[rule]] table.")
    rules = tuple(_rule(table, f"{where}, rule {number}") for number, table in enumerate(tables, 1))
    names = [rule.name for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{where} has several rules called `{name}`.", "Give each a name of its own.")
    return rules


def _rule(table: Any, where: str) -> Rule:
    if not isinstance(table, dict):
        raise BadInput(f"{where} is no table.", "Write [[rule]] tables.")
    known = ("name", "verdict", *CONDITIONS, "message")
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"A rule has {', '.join(known)}."
            raise BadInput(f"{where}: `{key}` is nothing that a rule has.", hint)
    given = dict(table)
    for key in ("name", "verdict"):
        if key not in given:
            raise BadInput(f"{where}: `{key}` is missing.", "Each rule has a name and a verdict.")
    for key, value in given.items():
        right = bool if key == "live" else str
        if not isinstance(value, right):
            raise BadInput(
                f"{where}: `{key}` is {value!r}.", "Write true or false." if right is bool else "Write text."
            )
    return Rule(
        **{key: given[key] for key in ("name", "live", "message", *PATTERNS) if key in given},
        verdict=_word(given, "verdict", {one.value: one for one in VERDICTS}, where) or Verdict.PASS,
        effect=_word(given, "effect", {one.value: one for one in Effect}, where),
        confidence=_word(given, "confidence", {one.value: one for one in Confidence}, where),
        kind=_word(given, "kind", KINDS, where),
        role=_word(given, "role", {one: one for one in ROLES}, where),
        change=_word(given, "change", {one: one for one in CHANGES}, where),
        finding=_word(given, "finding", FINDINGS, where),
    )


T = TypeVar("T")


def checked(rule: Rule, where: str) -> Rule:
    """A rule that did not come out of a file. Raises BadInput for words that nothing meets: it would decide nothing."""
    given = {"change": rule.change, "role": rule.role, "finding": rule.finding}
    kind = None if rule.kind is None else WORDS[rule.kind]
    _word({"kind": kind}, "kind", KINDS, where)
    _word({"verdict": rule.verdict.value}, "verdict", {one.value: one for one in VERDICTS}, where)
    _word(given, "role", {one: one for one in ROLES}, where)
    _word(given, "change", {one: one for one in CHANGES}, where)
    return replace(rule, finding=_word(given, "finding", FINDINGS, where))


def _word(given: dict[str, Any], key: str, known: dict[str, T], where: str) -> T | None:
    if given.get(key) is None:
        return None
    value = given[key]
    if value not in known:
        near = get_close_matches(value.upper(), known, n=1) or get_close_matches(value.lower(), known, n=1)
        hint = f"Did you mean `{near[0]}`? " if near else ""
        raise BadInput(f"{where}: `{key}` is {value!r}.", f"{hint}It may be {', '.join(known)}.")
    return known[value]


def written(rules: Sequence[Rule]) -> str:
    """The policy as TOML, which reads back as the same rules."""
    tables = []
    for rule in rules:
        lines = ["[[rule]]", f"name = {_quoted(rule.name)}", f'verdict = "{rule.verdict.value}"']
        for key in CONDITIONS:
            value = getattr(rule, key)
            if value is None:
                continue
            if isinstance(value, Kind):
                value = WORDS[value]
            elif isinstance(value, Enum):
                value = value.value
            lines.append(f"{key} = {str(value).lower() if isinstance(value, bool) else _quoted(value)}")
        if rule.message:
            lines.append(f"message = {_quoted(rule.message)}")
        tables.append("\n".join(lines))
    return "\n\n".join(tables) + "\n"


def _quoted(text: str) -> str:
    escaped = "".join(f"\\u{ord(one):04x}" if ord(one) < 32 or ord(one) == 127 else one for one in text)
    return '"' + escaped.replace("\\u", "\0").replace("\\", "\\\\").replace("\0", "\\u").replace('"', '\\"') + '"'


# ----------------------------------------------------------------------------------------------------------------- lint


def lint(rules: Sequence[Rule], environments: Sequence[str] | None = None) -> list[Lint]:
    """What of a policy will not do what its author meant: rules that never decide, names that nothing bears.

    environments: those that there are, where they are known.
    """
    found: list[Lint] = []
    for place, rule in enumerate(rules):
        covering = next((one for one in rules[:place] if _covers(one, rule)), None)
        if covering is not None:
            found.append(
                Lint(
                    place + 1,
                    rule.name,
                    f"never decides: what it matches, `{covering.name}` before it matches. Move it up, or take it out.",
                )
            )
        if (
            environments is not None
            and rule.environment is not None
            and not any(fnmatchcase(name, rule.environment) for name in environments)
        ):
            known = ", ".join(environments) or "none"
            found.append(
                Lint(place + 1, rule.name, f"matches no environment: `{rule.environment}`; there are {known}.")
            )
    if rules and not any(_covers(rule, Rule("all", Verdict.PASS)) for rule in rules):
        found.append(
            Lint(
                len(rules),
                rules[-1].name,
                "is the last rule, and not for everything: what no rule matches passes without a word. End with a rule "
                "without conditions.",
            )
        )
    return found


def _covers(rule: Rule, other: Rule) -> bool:
    """Whether all that the other matches is matched by the rule."""
    for key in CONDITIONS:
        wanted, given = getattr(rule, key), getattr(other, key)
        if wanted is None:
            continue
        if given is None:
            return False
        if key == "tag":
            if given != wanted and given.partition("=")[0] != wanted:
                return False
        elif key in PATTERNS:
            if given != wanted and wanted != "*" and (_is_pattern(given) or not fnmatchcase(given, wanted)):
                return False
        elif given != wanted:
            return False
    return True


def _is_pattern(text: str) -> bool:
    return any(letter in text for letter in "*?[")
