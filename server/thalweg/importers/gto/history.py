"""What became of an artifact: its versions, and which of them held which stage when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from thalweg.importers.gto.tags import Action, Event, in_order


@dataclass(slots=True)
class Version:
    """A version of an artifact. name: `v1.2.0`, or the sha of a commit that got a stage and never was registered.

    registered: the event that made it one. gone_at: when it was taken back for good. assigned: what was done with its
    stages.
    """

    name: str
    commit: str
    registered: Event
    gone_at: int | None = None
    assigned: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Held:
    """That a version held a stage, from the event on that gave it; until: None where it still does."""

    version: str
    stage: str
    since: int
    until: int | None


@dataclass(slots=True)
class Artifact:
    """deprecated: the event that says so, where nothing was said of it afterwards."""

    name: str
    versions: dict[str, Version] = field(default_factory=dict)
    stages: list[Held] = field(default_factory=list)
    deprecated: Event | None = None
    last: int = 0


def replayed(name: str, events: Iterable[Event]) -> Artifact:
    """An artifact by all its events.

    A stage is held by one version at a time: the one that it was assigned to last, of those from which it was not taken
    again and which are registered; by none while the artifact is deprecated. So what is taken back returns the stage to
    the one before.
    """
    artifact = Artifact(name)
    ordered = in_order(events)
    later: dict[str, str] = {}
    """By commit the version that is registered there first: what a stage means that was assigned before."""
    for event in ordered:
        if event.action is Action.REGISTER:
            later.setdefault(event.commit, event.version)
    given: dict[str, list[str]] = {}
    """By stage the versions that it is assigned to, the last one last."""
    holding: dict[str, tuple[str, int]] = {}
    for event in ordered:
        artifact.last = event.at
        artifact.deprecated = event if event.action is Action.DEPRECATE else None
        _take(artifact, event, given, later)
        for stage, versions in given.items():
            now = None if artifact.deprecated else _current(artifact, versions)
            before = holding.get(stage)
            if (before[0] if before else None) == now:
                continue
            if before is not None:
                _ended(artifact, stage, holding.pop(stage), event.at)
            if now is not None:
                holding[stage] = now, event.at
    for stage, (version, since) in holding.items():
        artifact.stages.append(Held(version, stage, since, None))
    return artifact


def _take(artifact: Artifact, event: Event, given: dict[str, list[str]], later: Mapping[str, str]) -> None:
    versions = artifact.versions
    match event.action:
        case Action.REGISTER:
            version = versions.setdefault(event.version, Version(event.version, event.commit, event))
            if version.gone_at is not None or version.registered.action is not Action.REGISTER:  # and maybe elsewhere
                version.commit, version.registered, version.gone_at = event.commit, event, None
        case Action.DEREGISTER:
            version = versions.setdefault(event.version, Version(event.version, event.commit, event))
            version.gone_at = event.at
        case Action.ASSIGN | Action.UNASSIGN:
            name = _at(artifact, event.commit) or later.get(event.commit, event.commit)
            version = versions.setdefault(name, Version(name, event.commit, event))
            version.assigned.append(event)
            held = given.setdefault(event.stage, [])
            if name in held:
                held.remove(name)
            if event.action is Action.ASSIGN:
                held.append(name)
        case _:
            pass


def _at(artifact: Artifact, commit: str) -> str | None:
    """The version that was registered at a commit last; None where none was yet."""
    there = [
        one for one in artifact.versions.values() if one.commit == commit and one.registered.action is Action.REGISTER
    ]
    registered = [one for one in there if one.gone_at is None] or there
    return registered[-1].name if registered else None


def _current(artifact: Artifact, versions: list[str]) -> str | None:
    return next((name for name in reversed(versions) if artifact.versions[name].gone_at is None), None)


def _ended(artifact: Artifact, stage: str, held: tuple[str, int], at: int) -> None:
    version, since = held
    if since < at:  # what was given and taken within one second nobody saw
        artifact.stages.append(Held(version, stage, since, at))
