"""Where the code of a job lies, and at which commit it ran: `sourceCodeLocation`.

(commit)-[:CODE_OF {path}]->(run)      (repository)-[:CODE_OF {path}]->(job)
"""

from __future__ import annotations

import re

from thalweg.importers.openlineage.facets import Taken
from thalweg.importers.openlineage.stated import Stated
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Json
from thalweg.model.keys import Key
from thalweg.model.names import repository_url, without_password

_SHA = re.compile(r"[0-9a-f]{40}")
_IN_A_FORGE = re.compile(r"(https?://[^/]+/.+?)/(?:-/)?(?:blob|tree|raw|src)/([^/]+)(?:/(.*))?")
"""A file as a forge shows it: the repository, the commit or branch, the path."""


def stated(stated: Stated, taken: Taken, job: Key, run: Key | None, source: str) -> dict[str, Json]:
    """States the edges that the facet tells, and answers the properties of the job that it does."""
    if taken.gone("sourceCodeLocation"):
        return {"url": "", "entry_point": ""}
    facet = taken.look("sourceCodeLocation")
    if facet is None:
        return {}
    facet = {name: without_password(value) if isinstance(value, str) else value for name, value in facet.items()}
    taken.left["sourceCodeLocation"] = facet
    url, repository = (taken.text("sourceCodeLocation", facet, field) for field in ("url", "repoUrl"))
    version, path = (taken.text("sourceCodeLocation", facet, field) for field in ("version", "path"))
    shown = _IN_A_FORGE.fullmatch(url) if url else None
    if shown is not None:
        repository, path = repository or shown[1], path or shown[3]
        version = version or (shown[2] if _SHA.fullmatch(shown[2]) else None)
    props: dict[str, Json] = {"url": url, "entry_point": path}
    if facet.get("type", "git") != "git":
        return props
    try:
        address = repository_url(repository, source) if repository else None
    except ValueError as error:
        taken.odd("sourceCodeLocation.repoUrl", repository, str(error).partition("; ")[2] or str(error))
        return props
    sha = (version or "").lower()
    whole = _SHA.fullmatch(sha) is not None
    if version is not None and not whole:
        expected = "must be a commit by its 40 hexadecimal digits; it was kept in extra, and links nothing"
        taken.odd("sourceCodeLocation.version", version, expected)
    elif version is not None and address is None:
        taken.odd("sourceCodeLocation.repoUrl", None, "must be a repository's URL for its commit to be told")
    if address is not None:
        at: dict[str, Json] = {"path": path} if path else {}
        if whole and run is not None:
            stated.edge(keys.commit(address, sha), EdgeType.CODE_OF, run, at)
        else:
            stated.edge(keys.repository(address), EdgeType.CODE_OF, job, at)
    return props
