"""Whether an address is that of an MLflow: of its server, of its database, or of a workspace of Azure ML."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import orjson

from thalweg.importers.address import SECONDS, Address, Answer
from thalweg.importers.mlflow import stores
from thalweg.importers.mlflow.web import LET_IN, credentials
from thalweg.importers.reading import Lies
from thalweg.model.errors import SourceError

_AZURE = ".api.azureml.ms"
_SEARCH = "/api/2.0/mlflow/experiments/search?max_results=1"
_RELEASE = re.compile(rb"[0-9]+\.[0-9][0-9A-Za-z.+-]{0,30}")


def recognised_at(address: Address) -> Iterator[Lies]:
    """Raises SourceError for an MLflow that lets nobody in, and for a database that is none of MLflow's."""
    if address.scheme == "azureml" or address.host.endswith(_AZURE):
        yield Lies(address.text, "the MLflow of a workspace of Azure ML")
    elif address.scheme.partition("+")[0] in stores.SCHEMES:
        stores.check(address.text, SECONDS)
        yield Lies(address.text, "an MLflow store")
    elif address.web and (release := _served(address)) is not None:
        yield Lies(address.text, f"the tracking server of MLflow {release}".rstrip())


def _served(address: Address) -> str | None:
    """The release of the MLflow that answers, empty where it does not tell; None where there is none.

    What MLflow's own variables hold is only sent to who has shown to be one.
    """
    health = address.ask("/health")
    is_one = health.status == 200 and health.body.strip() == b"OK"
    answer = address.ask(_SEARCH)
    login = {} if address.parts.username else credentials(address.parts, os.environ)
    if is_one and answer.status in (401, 403) and login:
        answer = address.ask(_SEARCH, login)
    if is_one and answer.status in (401, 403):
        raise SourceError(f"The MLflow at {address.shown} does not let us in ({answer.status}).", LET_IN)
    if not _experiments(answer, is_one):
        return None
    found = address.ask("/version", login)
    said = _RELEASE.fullmatch(found.body.strip()) if found.status == 200 else None
    return said[0].decode() if said else ""


def _experiments(answer: Answer, is_one: bool) -> bool:
    """Whether it is a list of experiments; an empty object is one too, of somebody who is known to be an MLflow."""
    try:
        found = orjson.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        # A page of one experiment is longer than is looked at where its tags are.
        return is_one and answer.kind == "application/json" and b'"experiments"' in answer.body
    return isinstance(found, dict) and (isinstance(found.get("experiments"), list) or (is_one and not found))
