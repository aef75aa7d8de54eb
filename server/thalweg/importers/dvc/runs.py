"""Runs of stages, each with what Git has of it at the commit where its entry was first seen.

    (commit)-[:CODE_OF {path}]->(run {job, name, command, params, metrics, tags, extra})
    (dataset | model version)-[:INPUT_TO]->(run)-[:PRODUCED]->(dataset | model version)

A lock file names scripts and data alike. What Git keeps is code, and the commit stands for it, unless DVC keeps it too
or Git LFS does; the rest is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import md5
from typing import NamedTuple

from thalweg.importers.dvc import values
from thalweg.importers.dvc.entries import Thing
from thalweg.importers.dvc.files import File, shown
from thalweg.importers.dvc.flags import Flags
from thalweg.importers.dvc.naming import Naming
from thalweg.importers.dvc.stages import Stage
from thalweg.importers.dvc.survey import Content, Run, Survey, Version
from thalweg.importers.git_clone import Clone
from thalweg.importers.git_clone import Thing as Lying
from thalweg.importers.lfs import pointer
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key

LARGEST_METRICS = 1 << 20
"""Bytes of a file of metrics that is read."""

Places = dict[tuple[str, str], Lying]
"""What lies in Git, by commit and path."""


class Experiment(NamedTuple):
    """What nobody committed to a branch: its name, and the commit that it was started from."""

    name: str
    baseline: str


def granules(
    scope: str,
    origin: str,
    clone: Clone,
    survey: Survey,
    naming: Naming,
    experiments: Mapping[str, Experiment],
    some: Sequence[Run],
    dates: Mapping[str, int | None],
    warn: Callable[[str], None],
) -> Iterator[Granule]:
    """Some runs, each with the commit that had it first. What they read and nobody wrote is added to the survey; one
    that hangs on a file which is not here (a partial clone) is left out, and said.
    """
    there = _lying(clone, survey, naming.url, some)
    texts = _texts(clone, there, some)
    for commit, stage, parts in some:
        if lacking := _lacking(commit, stage, survey, there):
            survey.lack(lacking)
            continue
        inputs, code = _read(commit, stage, survey, naming, there, texts)
        key, job = keys.run(naming.url, stage.id), keys.job(naming.url, stage.job)
        props: dict[str, Json] = {
            "job": list(job.parts),
            "name": stage.job,
            "status": "FINISHED",
            "created_at": dates[commit],
            "command": stage.command,
            "params": stage.params,
            "metrics": _metrics(commit, stage, there, texts, warn),
            "extra": {"dvc": {"file": shown(stage.file), "wdir": shown(stage.folder)}},
        }
        if commit in experiments:
            told = experiments[commit]
            props["tags"] = {"dvc.experiment": told.name, "dvc.baseline": told.baseline}
        path: dict[str, Json] = {"path": code[0] if len(code) == 1 else shown(stage.file)}
        if len(code) > 1:
            path["extra"] = {"paths": code}
        edges = [EdgeFact(keys.commit(naming.url, commit), EdgeType.CODE_OF, key, "", path)]
        edges += [EdgeFact(one, EdgeType.INPUT_TO, key) for one in dict.fromkeys(inputs)]
        edges += [one for of, read in parts for one in _part(naming, of, read) if one.target in inputs]
        written = [one for out in stage.outs for one in naming.all(out.thing)]
        edges += [EdgeFact(key, EdgeType.PRODUCED, one) for one in dict.fromkeys(written)]
        stated = {name: value for name, value in props.items() if value not in (None, {}, "")}
        yield Granule(
            scope, f"run/{stage.id}", origin, [EntityFact(key, stated)], edges, at=dates[commit], current=True
        )


def _lacking(commit: str, stage: Stage, survey: Survey, there: Places) -> list[File]:
    """The files that say what a run measured, and what it read, whose contents a partial clone does not have."""
    asked = [path for path, _ in _metric_files(stage)]
    if survey.pointers:
        asked += [dep.name for dep in stage.deps if not survey.tracked(dep.name)]
    found = ((path, there.get((commit, path))) for path in asked)
    return [File(commit, path, lying.sha) for path, lying in found if lying is not None and lying.size is None]


def _part(naming: Naming, of: Content, read: Content) -> Iterator[EdgeFact]:
    """`(folder)-[:DERIVED_INTO {assumed}]->(file of it)`: no manifest of the folder is in Git, so it is not sure."""
    for source in naming.of(Thing(*of)):
        for target in naming.of(Thing(*read)):
            if source.kind is target.kind:
                yield EdgeFact(source, EdgeType.DERIVED_INTO, target, "", {"assumed": True})


def _lying(clone: Clone, survey: Survey, url: str, some: Sequence[Run]) -> Places:
    """What Git has of the paths that are read, or hold metrics."""
    asked: dict[tuple[str, str], None] = {}
    for commit, stage, _ in some:
        for dep in stage.deps:
            if dep.namespace == url and not survey.tracked(dep.name):
                asked[commit, dep.name] = None
        for path, _ in _metric_files(stage):
            asked[commit, path] = None
    found = zip(asked, clone.things_at(asked), strict=True)
    return {place: lying for place, lying in found if lying is not None}


def _texts(clone: Clone, there: Places, some: Sequence[Run]) -> dict[str, bytes]:
    """Contents of what may be metrics, or a pointer of Git LFS, by their sha."""
    metrics = {(commit, path) for commit, stage, _ in some for path, _ in _metric_files(stage)}
    wanted: dict[str, None] = {}
    for place, lying in there.items():
        largest = LARGEST_METRICS if place in metrics else pointer.LARGEST
        if lying.kind == "blob" and lying.size is not None and lying.size < largest:
            wanted[lying.sha] = None
    return dict(zip(wanted, clone.blobs(wanted, LARGEST_METRICS), strict=True))


def _read(
    commit: str, stage: Stage, survey: Survey, naming: Naming, there: Places, texts: Mapping[str, bytes]
) -> tuple[list[Key], list[str]]:
    """What a run read: data, and the paths of code."""
    inputs: list[Key] = []
    code: list[str] = []
    for dep in stage.deps:
        lying = there.get((commit, dep.name)) if dep.namespace == naming.url else None
        if lying is None or survey.tracked(dep.name):
            flags = Flags("deps", kept=dep.namespace == naming.url and survey.part(dep.name))
            survey.versions.setdefault(dep[:3], Version(*survey.reads[dep[:3]], dep, flags))
            inputs += naming.of(dep)
        elif (large := _pointed(texts.get(lying.sha))) is not None:
            inputs.append(keys.dataset_version(naming.url, dep.name, f"sha256:{large}"))
        else:
            code.append(dep.name)
    return inputs, code


def _pointed(raw: bytes | None) -> str | None:
    """The SHA-256 of what Git LFS keeps, where this is its pointer."""
    try:
        found = pointer.read(raw) if raw is not None else None
    except ValueError:
        return None
    return found.content if found is not None else None


def _metric_files(stage: Stage) -> Iterator[tuple[str, Thing | None]]:
    """The files of metrics that Git keeps, with what the lock file says of them; of a part of a folder nothing."""
    for out in stage.outs:
        if out.flags.kind == "metrics" and not out.flags.kept:
            yield out.thing.name, out.thing
    for path in stage.more_metrics:
        if not any(path == out.thing.name for out in stage.outs if out.flags.kind == "metrics"):
            yield path, next((out.thing for out in stage.outs if out.thing.name == path), None)


def _metrics(
    commit: str, stage: Stage, there: Places, texts: Mapping[str, bytes], warn: Callable[[str], None]
) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for out in stage.outs:
        if out.flags.kind == "metrics" and out.flags.kept:
            warn(
                f"{out.thing.name}: the metrics of {stage.job} are kept by DVC, not by Git, so they were not read. "
                "With `cache: false` in dvc.yaml they are."
            )
    for path, locked in _metric_files(stage):
        lying = there.get((commit, path))
        raw = texts.get(lying.sha) if lying is not None else None
        if raw is None:
            continue
        if locked is not None and not _same(locked, raw):
            warn(f"{shown(path)} at {commit[:7]} is not the file that {stage.job} wrote, so its metrics were left out.")
            continue
        try:
            numbers = values.metrics(path, raw)
        except ValueError as error:
            warn(f"{shown(path)} at {commit[:7]} was passed over: {error}")
            continue
        for name, number in numbers.items():
            found[name if name not in found else f"{path}:{name}"] = number
    return found


def _same(locked: Thing, raw: bytes) -> bool:
    """Whether a file has the content that a lock file names, by either way of counting."""
    digest = locked.version.partition(":")[2]
    return digest in {md5(one, usedforsecurity=False).hexdigest() for one in (raw, raw.replace(b"\r\n", b"\n"))}
