"""How what Neptune holds is named: by its project, which has one name for everybody."""

from __future__ import annotations

import re
from urllib.parse import unquote

from thalweg.model import keys
from thalweg.model.keys import Key

ORIGIN = "neptune"

_RUN_PAGE = re.compile(r"https?://[^/]+/(?P<workspace>[^/?#]+)/(?P<project>[^/?#]+)/e/(?P<id>[^/?#]+).*")


def namespace(project: str) -> str:
    """`neptune://acme/churn`."""
    return f"neptune://{project}"


def run(project: str, id: str) -> Key:
    return keys.run(namespace(project), id)


def run_of(project: str, id: str | None, url: str | None) -> Key | None:
    """The run that a version names: by its id, by the address of its page, which says the project too, or by both."""
    page = _RUN_PAGE.fullmatch(url or "")
    if page is None or (id is not None and id != unquote(page["id"])):
        return run(project, id) if id is not None else None
    return run(f"{unquote(page['workspace'])}/{unquote(page['project'])}", unquote(page["id"]))


def model(project: str, id: str) -> Key:
    return keys.model(namespace(project), id)


def version(project: str, id: str, model: str | None) -> Key:
    """`CLS-CHURN-3` is the version 3 of the model `CLS-CHURN`."""
    above, _, number = id.rpartition("-")
    if model is not None and id.startswith(f"{model}-") and id != f"{model}-":
        above, number = model, id.removeprefix(f"{model}-")
    return keys.model_version(namespace(project), above or id, number)
