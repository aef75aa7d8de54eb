"""The one place that imports boto3: calls of SageMaker's API, and what can go wrong with them.

Who asks, where and as which role is said by what boto3 reads everywhere: `AWS_PROFILE`, `AWS_DEFAULT_REGION`,
`AWS_ENDPOINT_URL_SAGEMAKER`, `~/.aws/config`, the role of the machine. None of it is kept or shown.

boto3 takes what is no JSON, as a page to log in or half of an answer, for an empty answer: a list of nothing, by which
everything would be gone. So each answer is looked at before boto3 reads it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Set
from typing import Any, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from thalweg.importers.sagemaker.asking import Absent, Refused
from thalweg.model.errors import SourceError

TRIES = 8
"""How often a call is made that is throttled, or that a server is not well enough to answer; with growing pauses."""
CONNECT, READ = 10, 60
"""Seconds in which a connection must be there, and the next bytes of an answer."""
PAGE = 100
"""What is asked for at once of a list: as much as may be; it is ten where nobody asks for more."""

_REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_STRANGER = (
    *("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"),
    *("InvalidSignatureException", "SignatureDoesNotMatch", "MissingAuthenticationToken", "IncompleteSignature"),
)
_LOGIN = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, SSOError, TokenRetrievalError)
_ODD = "odd"
_CUT = "it breaks off"
_ABSENT = re.compile(r"could not find|does not exist|not found", re.IGNORECASE)
_WHO = "boto3 says who asks by AWS_PROFILE, AWS_ACCESS_KEY_ID and the like, or a role of the machine."


class Client:
    """SageMaker of one region, as one profile sees it. region: its name.

    Raises SourceError, from whichever call finds out, where nobody is let in or nothing answers.
    """

    def __init__(self, profile: str | None, region: str | None) -> None:
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": TRIES},
            connect_timeout=CONNECT,
            read_timeout=READ,
            user_agent_extra="thalweg",
        )
        self.shown = f"SageMaker of {region or 'that region'}"
        try:
            self._client = boto3.Session(profile_name=profile, region_name=region).client("sagemaker", config=config)
        except NoRegionError as error:
            raise SourceError(
                "No region is named.", "Write it like aws://eu-west-1, or set AWS_DEFAULT_REGION."
            ) from error
        except ProfileNotFound as error:
            raise SourceError(
                f"{_said(error)}.", "`aws configure list-profiles` shows those that there are."
            ) from error
        except (BotoCoreError, ValueError) as error:
            raise SourceError(f"{self.shown} cannot be asked: {_said(error)}.", _WHO) from error
        self._client.meta.events.register("before-parse.sagemaker", _look)
        self._client.meta.events.register("needs-retry.sagemaker", _again)
        self.region = str(self._client.meta.region_name)
        self.shown = f"SageMaker of {self.region}"

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer of one call. Raises Refused where it is not allowed, Absent where what it names is not there."""
        try:
            return self._answer(operation, getattr(self._client, operation)(**request))
        except (BotoCoreError, ClientError) as error:
            self._failed(operation, error)

    def pages(self, operation: str, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The pages of a list, to the last one."""
        try:
            for page in self._client.get_paginator(operation).paginate(**request, PaginationConfig={"PageSize": PAGE}):
                yield self._answer(operation, page)
        except (BotoCoreError, ClientError) as error:
            self._failed(operation, error)

    def _answer(self, operation: str, found: dict[str, Any]) -> dict[str, Any]:
        """An answer with what no answer of this call goes without."""
        found.pop("ResponseMetadata", None)
        call = self._client.meta.method_to_api_mapping[operation]
        odd: str | None = found.pop(_ODD, None)
        needed = _needed(self._client.meta.service_model.operation_model(call).output_shape)
        if odd is None and (lacking := sorted(needed - found.keys())):
            odd = f"it has no {lacking[0]}"
        if odd is not None:
            self._unsound(call, odd)
        return found

    def _failed(self, operation: str, error: Exception) -> NoReturn:
        call = self._client.meta.method_to_api_mapping[operation]
        if isinstance(error, _LOGIN) or (isinstance(error, ClientError) and error.operation_name != call):
            raise SourceError(f"{self.shown} cannot be asked, for nobody logs in: {_said(error)}.", _WHO) from error
        if not isinstance(error, ClientError):
            self._unsound(call, _said(error), error)
        said = error.response.get("Error", {})
        code, message = str(said.get("Code", "")), str(said.get("Message", ""))
        if code in _REFUSED:
            raise Refused(f"sagemaker:{call}", _said(message)) from error
        if code.startswith("ResourceNotFound") or (code == "ValidationException" and _ABSENT.search(message)):
            raise Absent(_said(message)) from error
        if code in _STRANGER:
            raise SourceError(f"{self.shown} does not know who asks ({code}): {_said(message)}.", _WHO) from error
        raise SourceError(
            f"{self.shown} refuses {call} ({code}): {_said(message)}.",
            f"It was asked {error.response['ResponseMetadata'].get('RetryAttempts', 0) + 1} times, and nothing was "
            "taken of it. Import again later.",
        ) from error

    def _unsound(self, call: str, said: str, error: Exception | None = None) -> NoReturn:
        raise SourceError(
            f"{self.shown} does not answer {call} as it should: {said}.",
            "Nothing was taken of it. Import again when it is well, and can be reached from here.",
        ) from error


def _needed(shape: Any) -> set[str]:
    """What answers of a shape are told by: lists and names of AWS.

    Not all that boto3's model calls required is there: a package that is a version has no `ModelPackageName`.
    """
    return {name for name in shape.required_members if name.endswith("Arn") or shape.members[name].type_name == "list"}


def _look(
    operation_model: Any, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    """Notes what is odd of an answer in a place of its own, before boto3 makes something of it."""
    if response_dict["status_code"] != 200:
        return
    known = operation_model.output_shape.members.keys()
    if odd := _odd(response_dict["headers"], response_dict["body"], known):
        response_dict["body"] = b"{}"
        customized_response_dict[_ODD] = odd


def _odd(headers: Any, body: bytes, known: Set[str]) -> str | None:
    length = headers.get("Content-Length", "")
    if length.isdecimal() and int(length) != len(body):
        return f"{_CUT} after {len(body):,} of {int(length):,} bytes"
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        if body.lstrip().startswith(b"{"):
            return f"{_CUT} in the middle"
        kind = headers.get("Content-Type", "").partition(";")[0]
        return f"it is {kind}, and no JSON" + (" (a page to log in?)" if kind == "text/html" else "")
    if not isinstance(found, dict):
        return f"it is a {type(found).__name__}, and no object"
    return f"it has {min(found)}, and nothing that such answers have" if found and not found.keys() & known else None


def _again(response: Any, attempts: int, **_: Any) -> float | None:
    """Seconds after which an answer that breaks off is asked for again."""
    cut = response is not None and str(response[1].get(_ODD, "")).startswith(_CUT)
    return random.uniform(0.0, min(2.0 ** (attempts - 1), 20.0)) if cut and attempts < TRIES else None


def _said(error: Exception | str) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")
