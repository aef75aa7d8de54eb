"""Facts as a server takes them: the granules of a run, in the words of `GranuleInput`.

A run is stated by several scopes, so that none of them grows with the run:

    run/<id>                        the run itself: how it goes, its parameters, its metrics, its parent
    run/<id>/process                the process that ran it: its code, its command, its packages
    run/<id>/reads/<id>             one thing that it read, and what is known of that
    run/<id>/writes/<id>            one thing that it wrote, and what is known of that
    run/<id>/metrics/<word>-<n>     a page of what was logged; the word is the process's own
    run/<id>/part/<part>…           the same of another process of the run
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from thalweg.client.captured import Code
from thalweg.client.naming import DatasetVersion, ModelVersion
from thalweg.model import keys, time
from thalweg.model.keys import Key

Granule = dict[str, Any]


def granule(scope: str, at: int, revision: int, **facts: Any) -> Granule:
    """at: when the facts were so. revision: orders the states of the scope; both in epoch microseconds."""
    return {
        "scope": scope,
        "at": time.rfc3339(at),
        "sourceRevision": str(revision),
        "idempotencyKey": secrets.token_hex(16),
        **facts,
    }


def pairs(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in given.items()]


def given(**fields: Any) -> dict[str, Any]:
    """Those that say something."""
    return {name: value for name, value in fields.items() if value is not None}


def run(namespace: str, run_id: str) -> dict[str, str]:
    return {"namespace": namespace, "runId": run_id}


def version(one: DatasetVersion | ModelVersion) -> dict[str, Any]:
    """Names it as an end of an edge."""
    return {"datasetVersion" if isinstance(one, DatasetVersion) else "modelVersion": one._asdict()}


def key(one: DatasetVersion | ModelVersion) -> Key:
    return keys.dataset_version(*one) if isinstance(one, DatasetVersion) else keys.model_version(*one)


def code_of(code: Code, of: Mapping[str, str]) -> dict[str, Any]:
    commit = {"commit": {"repository": code.repository, "sha": code.sha}}
    return {"source": commit, "type": "CODE_OF", "target": {"run": of}, **given(path=code.path, dirty=code.dirty)}


def parent_of(parent: Mapping[str, str], of: Mapping[str, str]) -> dict[str, Any]:
    return {"source": {"run": parent}, "type": "PARENT_OF", "target": {"run": of}}


def read(one: DatasetVersion | ModelVersion, of: Mapping[str, str], **more: Any) -> dict[str, Any]:
    return {"source": version(one), "type": "INPUT_TO", "target": {"run": of}, **more}


def written(one: DatasetVersion | ModelVersion, of: Mapping[str, str], **more: Any) -> dict[str, Any]:
    return {"source": {"run": of}, "type": "PRODUCED", "target": version(one), **more}


def described(one: DatasetVersion | ModelVersion, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a version, as facts of a granule; nothing where that is nothing."""
    if not facts:
        return {}
    return {"datasetVersions" if isinstance(one, DatasetVersion) else "modelVersions": [{**one._asdict(), **facts}]}
