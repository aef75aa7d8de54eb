"""The language of `thalweg list --where`, read into the filter that the API takes.

    metrics.auc > 0.9 and (tags.team = risk or params.lr < 0.1) and not gone
    status in (failed, killed) and input = "s3://lake/transactions"
    producer(metrics.auc > 0.9 and job = fraud/train.py)

A condition is a field, a comparison and a value; a relation with a condition in parentheses, which one at its other end
must meet; or a yes or no like `gone`. What is no single word stands in quotes. docs/lists.md has all of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from thalweg.cli.relations import LINK, OF_LINKS, RELATIONS
from thalweg.model import time
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind

Filter = dict[str, Any]

_TOKEN = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(>=|<=|!=|==|[=<>~(),])|([^\s=<>!~(),"']+))""")
COMPARES = {">=": "GE", "<=": "LE", "!=": "NE", "=": "EQ", ">": "GT", "<": "LT"}
_NAMED = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_STATUSES = ("scheduled", "running", "finished", "failed", "killed", "unknown")

_COMMON = ("id", "namespace", "name", "at", "created", "updated", "gone", "known", "tags.KEY")
_OWN: Mapping[Kind | str, tuple[str, ...]] = {
    Kind.DATASET_VERSION: ("dataset",),
    Kind.COMMIT: ("repository", "sha"),
    Kind.RUN: ("job", "status", "user", "params.KEY", "metrics.KEY", "best.KEY"),
    Kind.MODEL_VERSION: ("model", "user", "params.KEY", "metrics.KEY", "best.KEY"),
    Kind.RELEASE: ("deployment", "live", "metrics.KEY", "best.KEY"),
    LINK: ("of",),
}
_YES_OR_NO = ("gone", "known", "live")
_TIMES = {"at": ("since", "before"), "created": ("createdSince", "createdBefore")}
_TIMES["updated"] = ("updatedSince", "updatedBefore")


class _Token(NamedTuple):
    text: str
    quoted: bool
    at: int


def parse(text: str, kind: Kind) -> Filter:
    """The filter of a kind that the text is. Raises BadInput, which says where."""
    return _Parser(text).whole(kind)


def fields(kind: Kind | str) -> list[str]:
    """What may be asked of a kind: its fields, then its relations."""
    relations = OF_LINKS if kind == LINK else RELATIONS[kind]  # type: ignore[index]
    shown = [name.removesuffix("Is") for name in relations]
    return list(dict.fromkeys([*_COMMON, *_OWN.get(kind, ()), *shown]))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[_Token] = []
        self.place = 0
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self.wrong(at, "this cannot be read", "Write text that is no single word in quotes.")
            quoted = match[1] is not None
            shown = re.sub(r"\\(.)", r"\1", match[1][1:-1]) if quoted else match[2] or match[3]
            self.tokens.append(_Token(shown, quoted, match.end() - len(match[0].lstrip())))
            at = match.end()

    def wrong(self, at: int, what: str, hint: str) -> BadInput:
        return BadInput(f"--where, at {at + 1}: {what}: {self.text[:at]}»{self.text[at:]}.", hint)

    def expected(
        self, what: str, hint: str = "Conditions look like: metrics.auc > 0.9 and tags.team = risk."
    ) -> BadInput:
        token = self.next
        return self.wrong(token.at if token else len(self.text.rstrip()), f"{what} was expected", hint)

    @property
    def next(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, *words: str) -> str | None:
        """The next token, where it is one of these."""
        token = self.next
        if token is None or token.quoted or token.text.lower() not in words:
            return None
        self.place += 1
        return token.text.lower()

    def whole(self, kind: Kind) -> Filter:
        found = self.either(kind)
        if self.next is not None:
            raise self.expected("`and`, `or` or the end")
        return found

    def either(self, kind: Kind | str) -> Filter:
        return self.several(kind, "or", self.both)

    def both(self, kind: Kind | str) -> Filter:
        return self.several(kind, "and", self.one)

    def several(self, kind: Kind | str, word: str, part: Callable[[Kind | str], Filter]) -> Filter:
        parts = [part(kind)]
        while self.take(word):
            parts.append(part(kind))
        return parts[0] if len(parts) == 1 else {word: parts}

    def one(self, kind: Kind | str) -> Filter:
        if self.take("not"):
            return {"not": self.one(kind)}
        if self.take("("):
            return self.closed(self.either(kind))
        token = self.next
        if token is None or token.quoted or not re.match(r"\w", token.text):
            raise self.expected("a condition")
        self.place += 1
        field, key = token.text, ""
        if "." in field:
            field, _, key = field.partition(".")
            if not key and self.next is not None and self.next.quoted:
                key = self.next.text
                self.place += 1
        return self.condition(kind, token, field, key)

    def closed(self, found: Filter) -> Filter:
        if not self.take(")"):
            raise self.expected("`)`")
        return found

    def condition(self, kind: Kind | str, token: _Token, field: str, key: str) -> Filter:
        relation = self.relation(kind, field)
        if self.next is not None and self.next.text == "(" and not self.next.quoted:
            if relation is None:
                raise self.unknown(kind, token, "relation")
            self.place += 1
            name, other = relation
            return {name: self.closed(self.either(other))}
        known = {one.partition(".")[0]: "." in one for one in fields(kind)}
        own = {one.partition(".")[0] for one in (*_COMMON, *_OWN.get(kind, ()))}
        if field not in own and relation is not None and relation[1] == LINK:
            return self.compared(token, relation[0], "", {"=", "!="})
        if field not in own or known[field] != bool(key):
            raise self.unknown(kind, token, "field")
        if field in _YES_OR_NO and (self.next is None or self.next.text not in (*COMPARES, "~")):
            return {field: True}
        return self.compared(token, field, key, _compares(field))

    def relation(self, kind: Kind | str, field: str) -> tuple[str, Kind | str] | None:
        """A relation by its name, in the singular or the plural."""
        known: Mapping[str, Kind | str] = OF_LINKS if kind == LINK else RELATIONS[kind]  # type: ignore[index]
        for name in (field, f"{field}s", f"{field}Is", field.removesuffix("s")):
            if name in known:
                return name, known[name]
        return None

    def unknown(self, kind: Kind | str, token: _Token, what: str) -> BadInput:
        field, of = token.text.partition(".")[0], kind.value if isinstance(kind, Kind) else "what is related"
        known = fields(kind)
        words = {one.partition(".")[0]: one for one in known}
        relation = self.relation(kind, field)
        if what == "field" and relation is not None:
            inside = f"{field}({_OWN.get(relation[1], ('name',))[0]} = …)"
            said = f"{token.text!r} is a relation of {of}, and takes a condition in parentheses"
            return self.wrong(token.at, said, f"Write {f'of = NAME, or {inside}' if kind == LINK else inside}.")
        if what == "relation" and field in words:
            name = words[field] if "." not in token.text else token.text
            said = f"{token.text!r} is a field of {of}, and is compared with a value"
            asked = f"{field}, or not {field}" if field in _YES_OR_NO else f"{name} = VALUE"
            return self.wrong(token.at, said, f"Write {asked}.")
        near = get_close_matches(token.text.partition(".")[0], list(words), n=1, cutoff=0.6)
        hint = f"Did you mean {words[near[0]]}? " if near else ""
        return self.wrong(token.at, f"{of} has no {what} {token.text!r}", f"{hint}There are {', '.join(known)}.")

    def compared(self, token: _Token, field: str, key: str, allowed: set[str]) -> Filter:
        if self.take("in"):
            if not self.take("("):
                raise self.expected("`(` and values")
            several = [self.value(token, field, key, "=")]
            while self.take(","):
                several.append(self.value(token, field, key, "="))
            return self.closed({"or": several})
        compare = self.take(*COMPARES, "==", "~")
        if compare is None:
            raise self.expected(f"one of {' '.join(sorted(allowed))}, or `in`, after {token.text}")
        compare = "=" if compare == "==" else compare
        if compare not in allowed:
            self.place -= 1
            raise self.expected(f"one of {' '.join(sorted(allowed))} after {token.text}")
        of_numbers = field in ("metrics", "best") or (field == "params" and self.next_is_number())
        if compare == "!=" and not of_numbers:
            return {"not": self.value(token, field, key, "=")}
        return self.value(token, field, key, compare)

    def next_is_number(self) -> bool:
        try:
            return self.next is not None and not self.next.quoted and bool(str(_finite(self.next.text)))
        except ValueError:
            return False

    def value(self, token: _Token, field: str, key: str, compare: str) -> Filter:
        given = self.next
        if given is None or (not given.quoted and given.text in (*COMPARES, "==", "~", "(", ")", ",")):
            raise self.expected(f"a value for {token.text}")
        self.place += 1
        try:
            return _filter(field, key, compare, given.text)
        except ValueError as error:
            said = str(error)  # what is no time is said with the text itself
            said = said if said.startswith(repr(given.text)) else f"{given.text!r} {said}"
            raise self.wrong(given.at, said, f"It is compared with {token.text}.") from None


def _compares(field: str) -> set[str]:
    if field in ("metrics", "best", "params"):
        return set(COMPARES)
    if field in _TIMES:
        return {">=", ">", "<", "<="}
    return {"=", "!=", "~"} if field == "name" else {"=", "!="}


def _filter(field: str, key: str, compare: str, text: str) -> Filter:
    """Raises ValueError for a value that the field cannot have."""
    if field in ("metrics", "best"):
        number: Any = _NAMED.get(text.lower()) or _number(text)
        return {"metrics": [{"key": key, "compare": COMPARES[compare], "value": number, "best": field == "best"}]}
    if field == "params" and compare != "=":
        return {"numbers": [{"key": key, "compare": COMPARES[compare], "value": _finite(text)}]}
    if field in ("tags", "params"):
        return {field: [{"key": key, "value": text}]}
    if field in _TIMES:
        since, before = _TIMES[field]
        moment = time.parse(text) + (compare in (">", "<="))
        return {since if compare in (">", ">=") else before: time.rfc3339(moment)}
    if field in _YES_OR_NO:
        if text.lower() not in ("true", "false", "yes", "no"):
            raise ValueError("is neither true nor false")
        return {field: text.lower() in ("true", "yes")}
    if field == "status":
        if text.lower() not in _STATUSES:
            raise ValueError(f"is none of {', '.join(_STATUSES)}")
        return {"status": [text.upper()]}
    if field == "id":
        return {"ids": [text]}
    if field in ("inputs", "outputs", "consumers", "producers"):
        return {field: {"of": text}}
    return {"nameContains" if compare == "~" else field: text}


def _finite(text: str) -> float:
    number = _number(text)
    if not math.isfinite(number):
        raise ValueError("is no finite number")
    return number


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("is no number") from None
