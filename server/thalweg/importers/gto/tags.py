"""The names of GTO's tags, and what one of them says.

    churn@v1.2.0            REGISTER    the version, at the commit
    churn@v1.2.0!           DEREGISTER
    churn#prod#3            ASSIGN      the stage to the version that is registered at the commit
    churn#prod!#4           UNASSIGN
    churn@deprecated        DEPRECATE   the artifact, until something else is said of it
    churn@created           CREATE

An artifact may stand below a folder: `models/eu=churn@v1` is of `models/eu:churn`. `#n` counts the tags of an artifact.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from thalweg.importers import git_objects

_NAME = r"[a-zA-Z0-9](?:[a-zA-Z0-9-/_]*[a-zA-Z0-9])?"
_SEMVER = r"v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9a-zA-Z.-]+)?(?:\+[0-9a-zA-Z.-]+)?"
_TAG = re.compile(
    rf"(?P<artifact>(?:[a-zA-Z0-9-_./]+=)?{_NAME})"
    rf"(?:(?:\#(?P<stage>{_NAME})|@(?P<version>{_SEMVER}))(?P<cancel>!?)|@(?P<word>deprecated|created))"
    r"(?:\#(?P<counter>[0-9]{1,18}))?"
)


class Action(Enum):
    """What a tag does to an artifact. Of what happens in one second without a counter, in this order."""

    CREATE = 1
    DEPRECATE = 2
    REGISTER = 3
    DEREGISTER = 4
    ASSIGN = 5
    UNASSIGN = 6

    __hash__ = object.__hash__


class Event(NamedTuple):
    """What was done to an artifact, at which commit, by whom (`Ada <ada@example.com>`), when, and the note beside it.

    version: of REGISTER and DEREGISTER; stage: of ASSIGN and UNASSIGN; else nothing.
    """

    artifact: str
    action: Action
    version: str
    stage: str
    counter: int | None
    commit: str
    at: int
    by: str
    note: str
    tag: str


def is_name(tag: str) -> bool:
    """Whether a tag is called as GTO calls its tags."""
    return _TAG.fullmatch(tag) is not None


def event(tag: str, commit: str, raw: bytes) -> Event | None:
    """What an annotated tag says; None for one that is not of GTO, or has no date."""
    match = _TAG.fullmatch(tag)
    stored = git_objects.read(raw)
    tagger = stored.person("tagger")
    if match is None or tagger.at is None:
        return None
    if match["word"]:
        action = Action.DEPRECATE if match["word"] == "deprecated" else Action.CREATE
    elif match["version"]:
        action = Action.DEREGISTER if match["cancel"] else Action.REGISTER
    else:
        action = Action.UNASSIGN if match["cancel"] else Action.ASSIGN
    return Event(
        artifact=match["artifact"].replace("=", ":"),
        action=action,
        version=match["version"] or "",
        stage=match["stage"] or "",
        counter=int(match["counter"]) if match["counter"] else None,
        commit=commit,
        at=tagger.at,
        by=f"{tagger.name} <{tagger.email}>" if tagger.email else tagger.name,
        note=stored.message.partition("\n-----BEGIN ")[0].strip(),
        tag=tag,
    )


def in_order(events: Iterable[Event]) -> list[Event]:
    """The events of one artifact as they happened.

    Tags know the second only, and one command often writes two. Where all of a second have a counter, that says; else a
    version is registered before a stage is assigned to it.
    """
    by_second = defaultdict[int, list[Event]](list)
    for one in events:
        by_second[one.at].append(one)
    ordered: list[Event] = []
    for at in sorted(by_second):
        together = by_second[at]
        if all(one.counter is not None for one in together):
            together.sort(key=lambda one: (one.counter, one.tag))
        else:
            together.sort(key=lambda one: (min(one.action.value, Action.ASSIGN.value), one.counter or 0, one.tag))
        ordered += together
    return ordered
