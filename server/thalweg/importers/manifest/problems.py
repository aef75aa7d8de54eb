"""What pydantic found wrong, as problems: where it stands in the file, what stands there, and what would be right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from thalweg.importers.manifest.form import Form
from thalweg.importers.manifest.text import Document, Where
from thalweg.importers.manifest.words import UNQUOTED
from thalweg.model.errors import Problem
from thalweg.model.facts import Json

_EXPECTED = {
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "greater_than_equal": "must not be less than 0",
}


def problems(error: ValidationError, document: Document, form: type[Form]) -> Iterator[Problem]:
    """Every problem in the order of the file."""
    details = error.errors(include_url=False)
    yield from (_problem(found, document, form) for found in sorted(details, key=lambda found: _line(found, document)))


def _line(found: ErrorDetails, document: Document) -> int:
    where, _ = _place(document.data, found["loc"], found["type"] == "missing")
    return document.line(where) or 0


def _problem(found: ErrorDetails, document: Document, form: type[Form]) -> Problem:
    kind = found["type"]
    where, value = _place(document.data, found["loc"], kind == "missing")
    if kind == "missing":
        return document.problem(where, "nothing", "is stated, and it must be", "MISSING")
    if kind == "extra_forbidden":
        known = _known(form, where[:-1])
        expected = _suggestion(str(where[-1]), known) or f"; there are {', '.join(known)}"
        return document.problem(where, repr(where[-1]), f"is not known here{expected}", "UNKNOWN_FIELD")
    if kind == UNQUOTED:
        written = document.written(where) or json.dumps(value)
        return document.problem(where, written, f'is not text; write it in quotes: "{written}"', "UNQUOTED")
    if kind == "literal_error":
        if where == ("thalweg",):
            return document.problem(where, shown(value), "is a form that this release cannot read; it must be 1")
        choices = [str(choice) for choice in _choices(form, where)]
        expected = f"must be one of {', '.join(choices)}{_suggestion(str(value), choices)}"
        return document.problem(where, shown(value), expected)
    reason = found.get("ctx", {}).get("error")
    return document.problem(where, shown(value), str(reason) if reason else _EXPECTED.get(kind, found["msg"]))


def shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _place(data: Json, loc: tuple[str | int, ...], missing: bool) -> tuple[Where, Json]:
    """The way through the data that an error means: pydantic names the branches that it tried as well."""
    where: list[str | int] = []
    for place, part in enumerate(loc):
        there = dict(enumerate(data)) if isinstance(data, list) else data
        if isinstance(there, dict) and part in there:
            data = there[part]
            where.append(part)
        elif missing and place == len(loc) - 1:
            where.append(part)
    return tuple(where), data


def _suggestion(written: str, known: list[str]) -> str:
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(written.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {by_lower[near[0]]}?" if near else ""


def _known(form: type[Form], where: Where) -> list[str]:
    """The fields of the form that stands there."""
    there = _annotation(form, where)
    return [field.alias or name for name, field in there.model_fields.items()] if _is_form(there) else []


def _choices(form: type[Form], where: Where) -> list[Any]:
    found = [_annotation(form, where)]
    while found and get_args(found[0]) and not isinstance(get_args(found[0])[0], str):
        found = [part for part in get_args(found[0]) if part is not type(None)]
    return list(get_args(found[0])) if found else []


def _annotation(form: Any, where: Where) -> Any:
    """What a form says of a place in it. A place in a list is of the list's own kind: a list holds one kind only."""
    there = form
    for part in where:
        if isinstance(part, int):
            continue
        fields = {field.alias or name: field for name, field in _form_in(there).model_fields.items()}
        there = fields[part].annotation if part in fields else Form
    inner = _form_in(there)
    return inner if inner is not Form else there


def _form_in(annotation: Any) -> type[Form]:
    """The form that a list, a mapping or an optional of it holds; `Form`, which has no fields, where it holds none."""
    if _is_form(annotation):
        return annotation  # type: ignore[no-any-return]
    inner = (_form_in(part) for part in get_args(annotation))
    return next((form for form in inner if form is not Form), Form)


def _is_form(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
