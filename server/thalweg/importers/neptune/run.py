"""One run as a granule.

(dataset version)-[:INPUT_TO {role}]->(run)-[:PRODUCED]->(dataset version)
(commit)-[:CODE_OF {path, dirty}]->(run)      (parent)-[:PARENT_OF {extra: {step}}]->(run)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from thalweg.importers.neptune import place
from thalweg.importers.neptune.artifacts import Tracked
from thalweg.importers.neptune.attributes import Attributes
from thalweg.importers.notes import Notes
from thalweg.model import keys, names
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key

_COMMIT = "/commit/commit_id"
"""How the path of a commit ends, in the namespace of source code, which scripts may call otherwise."""

_UPSTREAM = re.compile(r"source_code/upstream_diff_(?P<sha>[0-9a-f]{40})")
_SHA = re.compile(r"[0-9a-f]{40}")
_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:|\.\.")
_SCRIPTS = (".py", ".ipynb", ".sh", ".R", ".jl")

_UNDER_WAY = ("active", "running")


class Code(NamedTuple):
    """Of which commit the code was, as far as it is told. changed: whether files were, that nobody had committed."""

    namespace: str
    sha: str | None
    url: str | None
    branch: str | None
    changed: bool | None


def granule(
    scope: str,
    told: Attributes,
    artifacts: Sequence[Tracked],
    source: str,
    repository: str | None,
    notes: Notes,
    revision: int,
) -> Granule:
    """repository: whose commits those are whose run names none."""
    key = place.run(told.project, told.id)
    code = _code(told)
    command = told.text(f"{code.namespace}/run_command")
    script = _script(told, command)
    extra = _extra(told, code.namespace)
    edges = _edges(key, artifacts)
    edges += _written(key, told, code, script, source, repository, notes, extra)
    parent = told.text("sys/forking/parent")
    if parent is not None and parent != told.id:
        step = told.number("sys/forking/step")
        props: dict[str, Json] = {"extra": {"step": step}} if step is not None else {}
        edges.append(EdgeFact(place.run(told.project, parent), EdgeType.PARENT_OF, key, "", props))
    job = keys.job(place.namespace(told.project), _job(told, script))
    params, metrics, histories = told.measured(code.namespace)
    started, ended = told.time("sys/creation_time"), told.time("sys/ping_time")
    status = _status(told)
    given: dict[str, Json] = {
        "job": list(job.parts),
        "name": told.text("sys/name"),
        "description": told.text("sys/description"),
        "user": told.text("sys/owner"),
        "tags": told.tags() or None,
        "status": status,
        "started_at": started,
        "ended_at": ended if status != "RUNNING" else None,
        "gone_at": gone_at(told),
        "params": params or None,
        "metrics": metrics or None,
        "environment": {"hostname": host} if (host := told.text("sys/hostname")) else None,
        "dirty": code.changed,
        "command": command,
        "error": told.error.strip() if told.error else None,
        "extra": {"neptune": extra} if extra else None,
    }
    entities = [EntityFact(key, {name: value for name, value in given.items() if value is not None}, histories)]
    if script is not None:
        entities.append(EntityFact(job, {"entry_point": script}))
    entities += [EntityFact(version, props) for version, props in {one.version: one.props for one in artifacts}.items()]
    name = f"run/{told.project}/{told.id}"
    return Granule(scope, name, place.ORIGIN, entities, edges, revision=revision, at=started)


def gone_at(told: Attributes) -> int | None:
    """When a thing was thrown away, by trash or archive: Neptune does not say when, but when it was last changed."""
    if not (told.truth("sys/trashed") or told.truth("sys/archived")):
        return None
    return told.time("sys/modification_time") or told.time("sys/creation_time") or 0


def _status(told: Attributes) -> str:
    """The exporter does not write whether a run is under way; one that did not fail counts as finished."""
    failed = told.truth("sys/failed")
    if failed is None:
        return "UNKNOWN"
    under_way = (told.text("sys/state") or "").lower() in _UNDER_WAY
    return "FAILED" if failed else "RUNNING" if under_way else "FINISHED"


def _script(told: Attributes, command: str | None) -> str | None:
    """What was executed: as 2.x says it, else the first script that the command of 3.x names, else its module."""
    words = (command or "").split()
    scripts = (word for word in words if word.endswith(_SCRIPTS))
    modules = (word for before, word in pairwise(words) if before == "-m")  # which may be what starts a script
    given = told.text("source_code/entrypoint") or next(scripts, None) or next(modules, None)
    if given is not None and _ABSOLUTE.match(given):
        given = re.split(r"[\\/]", given.rstrip("\\/"))[-1]  # where it lay on somebody's disk is nobody's business
    return given.removeprefix("./") or None if given is not None else None


def _job(told: Attributes, script: str | None) -> str:
    """What can run again: the script, else the experiment, else whatever it is that the project does."""
    return script or told.text("sys/experiment/name") or told.project.rpartition("/")[2] or told.project


def _extra(told: Attributes, code: str) -> dict[str, Json]:
    found: dict[str, Json] = {
        "id": told.text("sys/id"),
        "custom_run_id": told.text("sys/custom_run_id"),
        "experiment": told.text("sys/experiment/name"),
        "group_tags": told.words("sys/group_tags"),
        **told.uploaded(code),
    }
    return {name: value for name, value in found.items() if value not in (None, [], told.id)}


def _edges(run: Key, artifacts: Sequence[Tracked]) -> list[EdgeFact]:
    written = dict.fromkeys(one.version for one in artifacts if one.produced)
    return [EdgeFact(run, EdgeType.PRODUCED, version) for version in written] + [
        EdgeFact(one.version, EdgeType.INPUT_TO, run, one.path) for one in artifacts if not one.produced
    ]


def _code(told: Attributes) -> Code:
    """3.x tells a run's commit. Of 2.x there is none in an export, but where files were changed, the commit that its
    diff is against, which some remote has.
    """
    named = sorted(path.removesuffix(_COMMIT) for path in told.values if path.endswith(_COMMIT))
    space = "source_code" if "source_code" in named or not named else named[0]
    changed = told.truth(f"{space}/dirty")
    if changed is None and ("source_code/diff" in told.files or f"{space}/diff/head" in told.files):
        changed = True
    sha = told.text(f"{space}{_COMMIT}")
    upstream = next(filter(None, (_UPSTREAM.fullmatch(path) for path in sorted(told.files))), None)
    if sha is None and upstream is not None:
        sha, changed = upstream["sha"], True
    before = f"{space}/remote/"
    remotes = {path.removeprefix(before): told.text(path) for path in sorted(told.values) if path.startswith(before)}
    url = next((remotes[name] for name in ("origin", "upstream", *remotes) if remotes.get(name)), None)
    return Code(space, sha.lower() if sha is not None else None, url, told.text(f"{space}/branch"), changed)


def _written(
    run: Key,
    told: Attributes,
    code: Code,
    script: str | None,
    source: str,
    repository: str | None,
    notes: Notes,
    extra: dict[str, Json],
) -> list[EdgeFact]:
    """`(commit)-[:CODE_OF]->(run)`; a commit that cannot be told is kept in `extra`."""
    if code.sha is None:
        return []
    url, problem = "", "no repository"
    if named := code.url or repository:
        try:
            url, problem = names.repository_url(named, source), ""
        except ValueError as error:
            problem = f"a repository whose URL {error}"
    if not problem and not _SHA.fullmatch(code.sha):
        problem = "not by its whole sha"
    if problem:
        extra["git_commit"] = code.sha
        notes.say(
            "runs name a commit that could not be told",
            f"Run {told.id} of {told.project} names commit {code.sha[:12]} but {problem}; that is kept in "
            "`extra.neptune.git_commit`, not as a link. Give the repository's URL when importing.",
        )
        return []
    props: dict[str, Json] = {}
    if script is not None and "/" in script:
        props["path"] = script
    if code.changed is not None:
        props["dirty"] = code.changed
    if code.branch is not None:
        props["extra"] = {"branch": code.branch}
    return [EdgeFact(keys.commit(url, code.sha), EdgeType.CODE_OF, run, "", props)]
