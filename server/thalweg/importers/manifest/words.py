"""The single values of a manifest: how each is written, and the sentence that answers a wrong one."""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from thalweg.model import keys, names, time
from thalweg.model.facts import Json
from thalweg.model.keys import Key

LONGEST_NAME = 2_000
UNQUOTED = "unquoted"
"""The error of a text that YAML reads as something else; `problems.py` shows it as it was written."""

_UNKEPT = re.compile("[\0\ud800-\udfff]")
_SHA = re.compile(r"[0-9a-f]{40}")
_LARGEST = (1 << 63) - 1


def _text(value: Json) -> str:
    if isinstance(value, bool | float):
        raise PydanticCustomError(UNQUOTED, "is a number or a truth value, not text")
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise ValueError("must be text")
    if _UNKEPT.search(value):
        raise ValueError("holds a character that is no text (a NUL or half of a pair)")
    return value


def _name(value: Json) -> str:
    text = _text(value)
    if not text.strip():
        raise ValueError("must not be empty")
    if len(text) > LONGEST_NAME:
        raise ValueError(f"must not be longer than {LONGEST_NAME} characters")
    return text


def _sha(value: Json) -> str:
    text = _name(value).lower()
    if not _SHA.fullmatch(text):
        raise ValueError("must be the 40 hexadecimal digits of a commit (`git rev-parse HEAD`)")
    return text


def _time(value: Json) -> int:
    if not isinstance(value, str):
        raise ValueError("must be a time, written like 2026-05-02T08:00:00Z")
    try:
        return time.parse(value)
    except ValueError as error:
        raise ValueError("must be a time, written like 2026-05-02T08:00:00Z") from error


def _whole(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise ValueError("must be a whole number")
    return value


def _number(value: Json) -> float:
    """A number; also as text, which is how YAML reads `1e-3`, and JSON must write NaN."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    if isinstance(value, int) and not isinstance(value, bool):
        return _whole(value)
    if not isinstance(value, float):
        raise ValueError("must be a number")
    return value


def _share(value: Json) -> float:
    number = _number(value)
    if not 0 <= number <= 100:
        raise ValueError("must be a number from 0 to 100 (percent of the traffic)")
    return number


def _truth(value: Json) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _parameter(value: Json) -> str:
    """A parameter as text: numbers and truth values as JSON writes them, for a parameter is a value, not a name."""
    if isinstance(value, bool) or (isinstance(value, float) and math.isfinite(value)):
        return json.dumps(value)
    return str(value) if isinstance(value, float) else _text(value)


def _uri(value: Json) -> str:
    return names.without_password(_name(value))


def repository_key(value: Json, info: ValidationInfo) -> Key:
    text = _name(value)
    try:
        return keys.repository(names.repository_url(text, _source(info)))
    except ValueError as error:
        raise ValueError("must be a repository's URL, like https://github.com/acme/churn") from error


def dataset_key(namespace: str | None, name: str | None, uri: str | None, info: ValidationInfo) -> Key:
    """By namespace and name, as they are given; else by what the URI comes to."""
    if namespace and name:
        return keys.dataset(namespace, name)
    try:
        return keys.dataset(*names.dataset_name(uri or "", _source(info)))
    except ValueError as error:
        raise ValueError("must be a URI, like s3://lake/transactions") from error


def _dataset(value: Json, info: ValidationInfo) -> Key:
    if isinstance(value, dict) and value.keys() == {"namespace", "name"}:
        return dataset_key(_name(value["namespace"]), _name(value["name"]), None, info)
    if isinstance(value, dict | list | None):
        raise ValueError("must be a URI, like s3://lake/transactions, or {namespace: …, name: …}")
    return dataset_key(None, None, _name(value), info)


def _source(info: ValidationInfo) -> str:
    """The source whose disk a path is on."""
    return str((info.context or {}).get("source", "local"))


class OneOrMore:
    """A list that may be written without its brackets where it has one member."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: value if isinstance(value, list) else [value], handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(schema)
        return {"anyOf": [listed["items"], listed]}


_TEXT = {"type": ["string", "integer"]}
_NAME = {"type": ["string", "integer"], "minLength": 1, "maxLength": LONGEST_NAME}
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string"}]}
_WHEN = {"type": "string", "pattern": r"^\s*\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d|\s*$)", "examples": ["2026-05-02T08:00:00Z"]}

Text = Annotated[str, BeforeValidator(_text), WithJsonSchema(_TEXT)]
Name = Annotated[str, BeforeValidator(_name), WithJsonSchema(_NAME)]
Sha = Annotated[str, BeforeValidator(_sha), WithJsonSchema({"type": ["string", "integer"]})]
Time = Annotated[int, BeforeValidator(_time), WithJsonSchema(_WHEN)]
Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer"})]
Count = Annotated[Whole, Field(ge=0), WithJsonSchema({"type": "integer", "minimum": 0})]
Number = Annotated[float, PlainValidator(_number), WithJsonSchema(_NUMBER)]
Share = Annotated[float, PlainValidator(_share), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100})]
Truth = Annotated[bool, BeforeValidator(_truth), WithJsonSchema({"type": "boolean"})]
Uri = Annotated[str, BeforeValidator(_uri), WithJsonSchema(_NAME)]
Texts = dict[Name, Text]
Parameters = dict[
    Name, Annotated[str, BeforeValidator(_parameter), WithJsonSchema({"type": ["string", "number", "boolean"]})]
]
RepositoryUrl = Annotated[Key, PlainValidator(repository_key), WithJsonSchema(_NAME)]
DatasetRef = Annotated[
    Key,
    PlainValidator(_dataset),
    WithJsonSchema(
        {
            "anyOf": [
                _NAME,
                {
                    "type": "object",
                    "properties": {"namespace": _NAME, "name": _NAME},
                    "required": ["namespace", "name"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
