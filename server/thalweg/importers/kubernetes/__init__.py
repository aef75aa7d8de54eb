"""What Kubernetes serves: manifests, or the API of a live cluster: `docs/importers/kubernetes.md`.

    (modelVersion)-[:SERVED_BY {traffic}]->(release {since, until, status, url, config})
    (deployment {platform, owners, tags, url})-[:HAS_VERSION]->(release)

An InferenceService of KServe, a SeldonDeployment or a Model of Seldon, an application of Ray Serve, and a Deployment
with our marks are deployments; their revisions are releases. Each is a scope of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.importers.kubernetes import files, kubeconfig, naming
from thalweg.importers.kubernetes.answering import recognised_at as recognised_at
from thalweg.importers.kubernetes.api import Api
from thalweg.importers.kubernetes.cluster import Cluster
from thalweg.importers.kubernetes.facts import ORIGIN, Facts
from thalweg.importers.kubernetes.held import Holding, undated
from thalweg.importers.kubernetes.naming import Environments, Seen
from thalweg.importers.kubernetes.services import Service
from thalweg.importers.kubernetes.uris import Registry, plain
from thalweg.importers.reading import Lies, Reading
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import Granule
from thalweg.model.keys import Key

PASSED_SHOWN = 8
NOWHERE = Environments()
"""Each namespace of the cluster is an environment."""


@dataclass(slots=True)
class Found:
    """What was found in manifests or a cluster, before it is known which model versions lie at its URIs.

    source: what it is filed under, `kubernetes:prod`. complete: whether all was seen that is there. namespace: where
    only this one of the cluster was looked at.
    """

    source: str
    services: list[Service]
    complete: bool = True
    namespace: str | None = None
    warnings: list[str] = field(default_factory=list)

    def uris(self) -> set[str]:
        """Where its models lie, as `uris.plain` writes them."""
        marked = {uri for one in self.services if (uri := one.marks.get("model-uri"))}
        releases = [release for one in self.services for release in one.releases]
        marked |= {uri for one in releases if (uri := one.marks.get("model-uri"))}
        return {plain(uri) for uri in marked | {uri for one in releases for uri in one.uris}}

    def asked(self, environments: Environments = NOWHERE) -> set[Key]:
        """Which deployments and releases it needs to know of as a store holds them."""
        found: set[Key] = set()
        for one in naming.claims(self.services, environments):
            names = one.asked()
            found |= {*names, *(key for name in names for service in one.services for key in undated(service, name))}
        return found

    def reading(
        self,
        *,
        environments: Environments = NOWHERE,
        models: str | None = None,
        versions: Mapping[str, Key] | None = None,
        held: Holding | None = None,
    ) -> Reading:
        """One pass over it.

        environments: which service is in which. models: the namespace of the registry that `models:/` means.
        versions: by URI (as `uris` gives them) the model version that is known to lie there. held: by key (as `asked`
        gives them) what a store holds; without it names and periods are what can be read alone.
        """
        name = self.source.partition(":")[2]
        facts = Facts(self.source, Registry(name, models, versions or {}), held or {}, self.warnings)
        seen = Seen(self.complete, self.namespace)
        total = len(self.services) + sum(len(one.releases) for one in self.services)
        reading = Reading(self.source, ORIGIN, iter(()), total=total, complete=self.complete, warnings=self.warnings)

        def granules() -> Iterator[Granule]:
            found = naming.claims(self.services, environments)
            yield from facts.granules(naming.named(found, held or {}, seen, self.warnings))
            if facts.unknown:
                reading.complete = False

        reading.granules = granules()
        return reading


def read(
    location: str | os.PathLike[str],
    *,
    source: str | None = None,
    namespace: str | None = None,
    environment: str | Sequence[str] = (),
    models: str | None = None,
    found: Found | None = None,
    versions: Mapping[str, Key] | None = None,
    held: Holding | None = None,
) -> Reading:
    """One pass over manifests, or over the cluster of `context:prod`: what is found there, as a reading.

    environment: as `environments` takes them. found: what was found there just now, so that nobody
    is asked twice. versions, held: as `Found.reading` takes them.
    """
    found = found or found_at(os.fspath(location), source=source, namespace=namespace)
    return found.reading(environments=environments(environment), models=models, versions=versions, held=held)


LIVE = "context:"
"""A location that begins so is a context of the kubeconfig, and not a path."""


def found_at(location: str, *, source: str | None = None, namespace: str | None = None) -> Found:
    """What manifests at a path hold, or the cluster of `context:prod`."""
    if location.startswith(LIVE):
        return find_live(context=location.removeprefix(LIVE) or None, source=source, namespace=namespace)
    return find([location], source=source, namespace=namespace)


def recognised(place: Path) -> Iterator[Lies]:
    """Manifests of what serves models."""
    with suppress(BadInput, SourceError):
        if served := [one.called for one in find([place]).services]:
            more = f" and {len(served) - 3} more" if len(served) > 3 else ""
            yield Lies(str(place), f"manifests of Kubernetes: {', '.join(served[:3])}{more}")


def find(paths: Sequence[str | os.PathLike[str]], *, source: str | None = None, namespace: str | None = None) -> Found:
    """Looks through manifests: files, folders, or what `kubectl get -o yaml` and `-o json` printed.

    source: the name they are filed under; the file's or folder's own name without one.
    namespace: only what is in this namespace of the cluster, to which an object belongs that does not say its own.

    Raises BadInput with everything that is wrong, each with its file, line, path and what would be right; SourceError
    where there is nothing to read.
    """
    if not paths:
        raise BadInput("Nothing is named to read.", "Name manifests, or a cluster: --context NAME.")
    if len(paths) > 1 and source is None:
        raise BadInput("Several places need a name that is the same each time.", "Give them one: --source prod.")
    found = files.read(paths, namespace)
    warnings = [_passed(found.passed)] if found.passed else []
    scope = _scope(source or _name(Path(paths[0])), namespace)
    return Found(scope, found.gathered.services(), namespace=namespace, warnings=warnings)


def find_live(
    *,
    context: str | None = None,
    kubeconfig_file: str | os.PathLike[str] | None = None,
    source: str | None = None,
    namespace: str | None = None,
    run_plugin: bool = False,
) -> Found:
    """Asks the API of a cluster, as a kubeconfig says: of a context, or of its current one.

    source: the name it is filed under; the context's without one. namespace: only this namespace of the cluster.
    run_plugin: whether the program may be run that the kubeconfig names to log in.

    Raises BadInput for a kubeconfig that does not say how; SourceError for a cluster that does not answer.
    """
    access = kubeconfig.access(kubeconfig_file, context, run_plugin=run_plugin)
    cluster = Cluster(warnings=access.warnings).read(Api(access), namespace)
    scope = _scope(source or access.context, namespace)
    return Found(scope, cluster.gathered.services(), cluster.complete, namespace, cluster.warnings)


def environments(words: str | Sequence[str]) -> Environments:
    """Out of `production`, which is for all, and `ml-staging=staging`, which is for a namespace of the cluster; a
    text is taken by its words.

    Raises BadInput for what is neither, and for two that are for the same.
    """
    default: str | None = None
    by_namespace: dict[str, str] = {}
    for word in words.split() if isinstance(words, str) else words:
        first, separator, last = word.partition("=")
        namespace, environment = (first, last) if separator else ("", first)
        if not environment or (separator and not namespace):
            raise BadInput(f"{word!r} names no environment.", "Write production, or ml-staging=staging.")
        if namespace in by_namespace or (not namespace and default is not None):
            raise BadInput(f"There are two environments for {namespace or 'all'}.", "Leave one of them out.")
        if namespace:
            by_namespace[namespace] = environment
        else:
            default = environment
    return Environments(default, by_namespace)


def _scope(name: str, namespace: str | None) -> str:
    """What is read of one namespace alone is a source of its own: to read it says nothing of the others."""
    return f"{ORIGIN}:{name}" + (f"/{namespace}" if namespace is not None else "")


def _name(place: Path) -> str:
    return place.resolve().name if place.is_dir() else place.stem


def _passed(passed: Mapping[str, int]) -> str:
    most = sorted(passed.items(), key=lambda one: (-one[1], one[0]))
    shown = ", ".join(
        f"{plural(count, 'document')} without an object of Kubernetes" if kind == files.NO_OBJECT else f"{count} {kind}"
        for kind, count in most[:PASSED_SHOWN]
    )
    more = f" and {plural(len(most) - PASSED_SHOWN, 'kind')} more" if len(most) > PASSED_SHOWN else ""
    return f"Passed over, for nothing is read of them: {shown}{more}."
