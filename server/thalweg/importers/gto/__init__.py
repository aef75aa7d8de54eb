"""Models that are registered by tags of a Git repository, as GTO writes them: `docs/importers/gto.md`.

    (model)-[:HAS_VERSION]->(modelVersion {created_at, user, uri, gone_at, tags, extra})
    (model)-[:MARKS {kind: STAGE, name, since, until}]->(modelVersion)

Only annotated tags count: they say who did it, and when. Each artifact is one scope, `artifact/<name>`, for what one
tag means hangs on the others. An artifact whose type is `dataset` is a dataset with versions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from thalweg.importers import git_places
from thalweg.importers.git_clone import RIGHT, Clone
from thalweg.importers.gto import artifacts
from thalweg.importers.gto.artifacts import DATASETS, NOTHING, Said
from thalweg.importers.gto.history import Artifact, Version, replayed
from thalweg.importers.gto.tags import Event, event, is_name
from thalweg.importers.reading import Lies, Place, Reading
from thalweg.model import keys
from thalweg.model.errors import SourceError
from thalweg.model.facts import EntityFact, Granule, Json, MarkFact, MarkKind
from thalweg.model.keys import Key
from thalweg.model.time import rfc3339

ORIGIN = "gto"


def read(location: Place, *, source: str | None = None, url: str | None = None, cache: Place | None = None) -> Reading:
    """One pass over the tags of a repository: a clone on a disk, bare or not, a bundle, or a remote by its URL.

    source: the name it is filed under; the folder's or bundle's own name, or the host and path of a URL, without one.
    url: what the repository is called where the name of its remote is not what others call it: models are named under
        it.

    cache: where a clone of a remote repository is kept.

    Raises SourceError, with what to do, for a location that is no repository, or has no tags of GTO.
    """
    name = source or git_places.source_name(location)
    clone = git_places.opened(location, cache)
    try:
        return _reading(clone, name, git_places.identity(clone, name, url))
    except BaseException:
        clone.close()
        raise


def recognised(place: Path) -> Iterator[Lies]:
    """A repository with tags that GTO wrote."""
    return git_places.recognised(place, found_in)


def found_in(clone: Clone) -> str | None:
    """What tags of GTO registered, in words."""
    found = sorted(events_of(clone, []))
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return f"registered with GTO: {', '.join(found[:3])}{more}" if found else None


def _reading(clone: Clone, name: str, url: str) -> Reading:
    scope, warnings = f"{ORIGIN}:{name}", clone.said()
    events = events_of(clone, warnings)
    shallow = clone.shallow()
    nothing = None
    if not events:
        if not any(clone.commits_of(sha for sha, _ in clone.references())):
            raise git_places.no_commits(clone)
        nothing = SourceError(
            f"{clone.place} has no tags that GTO wrote.",
            "Fetch them (`git fetch --tags`), or register a model: `gto register churn`.",
        )
        if shallow:
            raise nothing
    if shallow:
        warnings.append(
            f"{clone.place} is a shallow clone: tags behind its oldest commits may be missing. Run `git fetch "
            "--unshallow --tags` there, and import again."
        )

    def granules() -> Iterator[Granule]:
        for artifact in sorted(events):
            found = replayed(artifact, events[artifact])
            absent: set[str] = set()
            said = artifacts.of(clone, [(artifact, one.commit) for one in found.versions.values()], warnings, absent)
            if absent:
                reading.complete = False
                warnings.append(
                    f"{artifact} was left out, and is not taken as gone: {clone.place} is a partial clone, and "
                    f"{', '.join(sorted(absent))} {'is' if len(absent) == 1 else 'are'} not here. {RIGHT}"
                )
                continue
            yield _granule(scope, url, found, {commit: one for (_, commit), one in said.items()}, warnings)

    reading = Reading(
        scope,
        ORIGIN,
        granules(),
        total=len(events),
        complete=not shallow,
        nothing=nothing,
        warnings=warnings,
        close=clone.close,
    )
    return reading


def events_of(clone: Clone, warnings: list[str]) -> dict[str, list[Event]]:
    """By artifact what its tags say; tags that say nothing, and why, are added to the warnings."""
    found: defaultdict[str, list[Event]] = defaultdict(list)
    references = clone.references()
    annotated: set[str] = set()
    for tag, commit, raw in clone.tags(references):
        annotated.add(tag)
        said = event(tag, commit, raw) if commit is not None and is_name(tag) else None
        if said is not None:
            found[said.artifact].append(said)
        elif is_name(tag):
            warnings.append(f"The tag {tag} was passed over: it is of no commit, or has no date.")
    names = [name.removeprefix("refs/tags/") for _, name in references if name.startswith("refs/tags/")]
    light = sorted(tag for tag in names if is_name(tag) and tag not in annotated)
    if light:
        some = ", ".join(light[:3]) + (f" and {len(light) - 3} more" if len(light) > 3 else "")
        warnings.append(f"{some}: lightweight tags, which GTO does not count either. `gto` writes annotated ones.")
    return found


def _granule(scope: str, url: str, artifact: Artifact, said: dict[str, Said], warnings: list[str]) -> Granule:
    versions = list(artifact.versions.values())
    newest = next((said[one.commit] for one in reversed(versions) if one.commit in said), NOTHING)
    of_data = newest.type in DATASETS
    asset = (keys.dataset if of_data else keys.model)(url, artifact.name)
    props: dict[str, Json] = {}
    if newest.description:
        props["description"] = newest.description
    tags = dict.fromkeys(newest.labels, "true")
    if artifact.deprecated is not None:
        tags["gto.deprecated"] = rfc3339(artifact.deprecated.at)
    if tags:
        props["tags"] = tags
    if newest.more or newest.type:
        props["extra"] = {"gto": {**({"type": newest.type} if newest.type else {}), **newest.more}}
    entities = [EntityFact(asset, props)]
    by_name: dict[str, Key] = {}
    for one in versions:
        make = keys.dataset_version if of_data else keys.model_version
        by_name[one.name] = make(url, artifact.name, one.name)
        entities.append(EntityFact(by_name[one.name], _version(url, one, said.get(one.commit, NOTHING), of_data)))
    marks = [
        MarkFact(by_name[held.version], MarkKind.STAGE, held.stage, held.since, held.until) for held in artifact.stages
    ]
    if of_data and marks:
        warnings.append(f"{artifact.name} is a dataset: its stages were left out, for only models have them here.")
        marks = []
    return Granule(
        scope, f"artifact/{artifact.name}", ORIGIN, entities=entities, marks=marks, at=artifact.last, current=True
    )


def _version(url: str, version: Version, said: Said, of_data: bool) -> dict[str, Json]:
    first = version.registered
    told: dict[str, Json] = {"tag": first.tag, "by": first.by, "note": first.note}
    if version.assigned:
        told["stages"] = [
            {"action": one.action.name.lower(), "stage": one.stage, "at": one.at, "by": one.by, "note": one.note}
            for one in version.assigned
        ]
    props: dict[str, Json] = {
        "created_at": first.at,
        "tags": {"git.commit": version.commit},
        "extra": {"gto": told},
    }
    if not of_data:
        props["user"] = first.by
    if said.path is not None:
        props["uri"] = f"{url}@{version.commit}:{said.path}"
    if version.gone_at is not None:
        props["gone_at"] = version.gone_at
    return props
