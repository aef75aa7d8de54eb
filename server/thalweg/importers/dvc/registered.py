"""Versions that GTO registered of contents that DVC keeps: two names of one thing.

churn@v1.2.0 is a tag of a commit where models/churn.pkl has the content md5:a304afb9…
"""

from __future__ import annotations

from collections import defaultdict

from thalweg.importers import gto
from thalweg.importers.dvc.entries import Thing, inside
from thalweg.importers.dvc.files import File, is_one
from thalweg.importers.dvc.survey import Content, Survey, above
from thalweg.importers.git_clone import Clone
from thalweg.importers.gto import artifacts
from thalweg.importers.gto.history import replayed

Registered = dict[tuple[str, Content], list[str]]
"""By artifact and content the versions, in the order in which they were registered."""


def versions(clone: Clone, survey: Survey) -> tuple[Registered, set[str]]:
    """The versions, and the artifacts of which not all can be told: the clone lacks what says where they lay."""
    unknown: set[str] = set()
    found: defaultdict[tuple[str, Content], list[str]] = defaultdict(list)
    at: dict[str, dict[str, Thing]] = {}
    ours = set().union(*survey.described.models.values(), *survey.described.data.values())
    for artifact, events in sorted(gto.events_of(clone, []).items()):
        if artifact not in ours:
            continue
        named = {version.name: version.commit for version in replayed(artifact, events).versions.values()}
        absent: set[str] = set()
        said = artifacts.of(clone, ((artifact, commit) for commit in named.values()), [], absent)
        if absent:
            unknown.add(artifact)
        for version, commit in named.items():
            try:
                path = inside("", said[artifact, commit].path or "")
            except (KeyError, ValueError):
                continue  # nothing there says where it lies
            if commit not in at:
                files = [File(commit, path, blob) for path, blob in clone.files(commit) if is_one(path)]
                at[commit] = dict(survey.at(files))
            held = next((at[commit][one] for one in (path, *above(path)) if one in at[commit]), None)
            if held is not None:
                found[artifact, held[:3]].append(version)
            elif survey.lacking:
                unknown.add(artifact)
    return dict(found), unknown
