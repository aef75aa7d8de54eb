"""What a store holds already of what is found. Whoever brings a reading asks for it: an importer sees no store.

Kubernetes forgets: since when a revision ran that was rolled back to, what a canary got before it was promoted. What
was once known of it is not taken back because it can no longer be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from thalweg.importers.kubernetes.services import Release, Service
from thalweg.model.facts import NO_PROPS, Props
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind


class Held(NamedTuple):
    """A deployment or a release as a store holds it.

    there: whether it is still stated, and not gone or ended by being left out. traffic: of a release, its share.
    """

    props: Props = NO_PROPS
    there: bool = True
    traffic: float | None = None


Holding = Mapping[Key, Held]


def key_of(release: Release, deployment: Key) -> Key:
    return Key(Kind.RELEASE, (*deployment.parts, release.revision))


def undated(service: Service, deployment: Key) -> Iterator[Key]:
    """Of which releases the periods are to be asked for, under a name that the service may have."""
    for release in service.releases:
        if not release.unknown and (release.since is None or release.about or release.past):
            yield key_of(release, deployment)


def with_periods(service: Service, deployment: Key, holding: Holding) -> Iterator[Release]:
    """The releases of a service with when they began and ended.

    Left out is one of the past of which nothing is known that a store does not hold: it stays as it is there, and where
    it was open it has ended by being left out.
    """
    for release in service.releases:
        if not release.past or release.unknown:
            yield replace(release, since=_since(release, service, deployment, holding))
            continue
        known = holding.get(key_of(release, deployment))
        until = release.until
        if until is None and release.next is not None:
            until = _since(release.next, service, deployment, holding)
        if release.until is None and release.shared and known is not None:
            until = known.props.get("until") if known.there else None
        if until is None:
            continue
        traffic = known.traffic if release.traffic is None and known is not None else release.traffic
        ended = replace(release, until=until, traffic=traffic)
        yield replace(ended, since=_since(ended, service, deployment, holding))


def _since(release: Release, service: Service, deployment: Key, holding: Holding) -> int | None:
    """Since when it runs. A store may know better than none, and than a date that only says when it got ready."""
    known = holding.get(key_of(release, deployment))
    before: int | None = known.props.get("since") if known is not None else None
    if before is None or (release.since is not None and not release.about):
        return release.since
    if (service.created or before) > before or (release.until is not None and before >= release.until):
        return release.since  # it is of what bore this name before
    return before if release.since is None else min(before, release.since)
