"""Jobs: those that ran as runs, those that are only written down as what can run.

(datasetVersion | modelVersion)-[:INPUT_TO {role: <input>}]->(run)-[:PRODUCED]->(datasetVersion | modelVersion)
(commit)-[:CODE_OF {dirty}]->(run)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from thalweg.importers.azureml.assets import DATA, MODELS, ORIGIN, common, written_by
from thalweg.importers.azureml.references import Workspace
from thalweg.importers.parts import Part
from thalweg.model import keys, names
from thalweg.model.edges import TYPES_BETWEEN, EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import Kind

STATUSES = {
    "Completed": "FINISHED",
    "Failed": "FAILED",
    "NotResponding": "FAILED",
    "Canceled": "KILLED",
    "CancelRequested": "RUNNING",
    "Running": "RUNNING",
    "Finalizing": "RUNNING",
    "Paused": "RUNNING",
    "NotStarted": "SCHEDULED",
    "Queued": "SCHEDULED",
    "Preparing": "SCHEDULED",
    "Provisioning": "SCHEDULED",
    "Starting": "SCHEDULED",
}
COMMIT, REPOSITORY = "mlflow.source.git.commit", "mlflow.source.git.repoURL"
DIRTY = ("azureml.git.dirty", "mlflow.source.git.dirty")

_SCRIPT = re.compile(r"(?:^|[\s/\\])([\w.-]+\.(?:py|R|r|sh|ipynb))(?=[\s;&|]|$)")
"""The file name of what a command runs."""


def job(source: str, part: Part, workspace: Workspace) -> Iterator[Granule]:
    """A job with a status ran; one without is a file that people keep to run it."""
    asset = keys.job(workspace.namespace, _called(part, workspace))
    name, status = part.text("name"), part.text("status")
    ran = name is not None and status is not None
    key = keys.run(workspace.namespace, name) if ran and name is not None else asset
    props = common(part)
    if ran:
        props |= {
            "job": list(asset.parts),
            "name": part.text("display_name"),
            "status": STATUSES.get(status or "", "UNKNOWN"),
            "started_at": props["created_at"],
            "params": _params(part) or None,
            "environment": {"environment": text} if (text := part.text("environment")) else None,
            "command": part.text("command"),
            "user": written_by(part),
        }
    else:
        props |= {"job_type": part.text("type"), "entry_point": part.text("command")}
    edges = list(_edges(part, key, asset, workspace))
    yield Granule(
        source, f"{'run' if ran else 'job'}/{key.parts[1]}", ORIGIN, entities=[EntityFact(key, props)], edges=edges
    )


def _called(part: Part, workspace: Workspace) -> str:
    """What can run again: the component that a job runs, else its experiment with the script that its command runs.

    An experiment holds unlike scripts, and one job for all of them would invent paths from what one reads to what
    another writes.
    """
    component = part.data.get("component")
    asset = workspace.asset(component) if isinstance(component, str) else None
    if asset is not None:
        return asset.name
    experiment, script = part.text("experiment_name"), _SCRIPT.search(part.text("command") or "")
    shown = part.text("display_name") or part.text("name")
    if experiment is None and shown is not None:
        return shown
    return "/".join(filter(None, (experiment, script[1] if script else None))) or "job"


def _params(part: Part) -> dict[str, str]:
    """The inputs that are values."""
    found = part.part("inputs").data
    return {
        name: value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in found.items()
        if isinstance(value, str | int | float)
    }


def _edges(part: Part, key: Key, asset: Key, workspace: Workspace) -> Iterator[EdgeFact]:
    """Of a pipeline, also what its steps read and write outside of it."""
    steps = part.part("jobs")
    for one in (part, *(steps.part(name) for name in steps.data)):
        for name, value in one.part("inputs").data.items():
            if isinstance(value, dict):
                yield from _input(one.part("inputs").part(name), name, key, asset, workspace)
        for name, value in one.part("outputs").data.items():
            if isinstance(value, dict):
                yield from _output(one.part("outputs").part(name), key, asset, workspace)
    properties = part.texts("properties")
    commit, repository = properties.get(COMMIT, "").lower(), properties.get(REPOSITORY)
    if key.kind is Kind.RUN and repository and len(commit) == 40 and set(commit) <= set("0123456789abcdef"):
        dirty = next((properties[name] for name in DIRTY if name in properties), None)
        said: dict[str, Json] = {} if dirty is None else {"dirty": dirty.lower() == "true"}
        code = keys.commit(names.repository_url(repository, workspace.source), commit)
        yield EdgeFact(code, EdgeType.CODE_OF, key, "", said)


def _input(part: Part, name: str, key: Key, asset: Key, workspace: Workspace) -> Iterator[EdgeFact]:
    path, type = part.text("path"), part.text("type")
    if path is None or path.startswith("${{"):  # what another step wrote
        return
    read = workspace.model(path) if type in MODELS else workspace.dataset(path) if type in (None, *DATA) else None
    if read is None:
        return
    if key.kind is Kind.JOB:
        yield EdgeFact(read.asset or read, EdgeType.INPUT_TO, asset, name)
    else:
        if read.kind is Kind.MODEL:  # by a label: of which version it is not said
            read = Key(Kind.MODEL_VERSION, (*read.parts, UNVERSIONED))
        yield EdgeFact(read, EdgeType.INPUT_TO, key, name, {"assumed": True} if read.parts[-1] == UNVERSIONED else {})


def _output(part: Part, key: Key, asset: Key, workspace: Workspace) -> Iterator[EdgeFact]:
    """What is registered by its name and version; of a mere place, that the job writes there."""
    name, path, type = part.text("name"), part.text("path"), part.text("type")
    version = part.data.get("version")
    made: Key | None = None
    if name is not None:
        made = (keys.model if type in MODELS else keys.dataset)(workspace.namespace, name)
        if version is not None and key.kind is Kind.RUN:
            kind = made.kind.version
            assert kind is not None
            yield EdgeFact(key, EdgeType.PRODUCED, Key(kind, (*made.parts, str(version))))
            return
    elif path is not None and not path.startswith("${{") and type not in MODELS:
        made = workspace.place(path)
    if made is not None and EdgeType.PRODUCED in TYPES_BETWEEN[asset.kind, made.kind]:
        yield EdgeFact(asset, EdgeType.PRODUCED, made)
