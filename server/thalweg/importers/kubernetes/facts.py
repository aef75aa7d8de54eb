"""Services as granules: `deployment/<environment>/<name>` and a `release/…/<revision>` for each that is known.

(modelVersion)-[:SERVED_BY {traffic, role}]->(release)        (model)-[:SERVED_BY]->(deployment)
(dataset)-[:INPUT_TO]->(deployment)-[:PRODUCED]->(dataset)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from thalweg.importers.kubernetes.held import Holding, key_of, with_periods
from thalweg.importers.kubernetes.naming import KIND, NAMESPACE
from thalweg.importers.kubernetes.services import Release, Service
from thalweg.importers.kubernetes.uris import Named, Registry
from thalweg.importers.manifest.facts import scope
from thalweg.importers.model_place import shown
from thalweg.model import keys, names
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

ORIGIN = "kubernetes"


@dataclass(slots=True)
class Facts:
    """States services. source: the scope of all, `kubernetes:prod`. unknown: whether something was left as it was.

    told: the warnings of services so far.
    """

    source: str
    registry: Registry
    holding: Holding
    warnings: list[str]
    unknown: bool = field(default=False)
    told: set[str] = field(default_factory=set)

    def granules(self, named: Mapping[Key, list[Service]]) -> Iterator[Granule]:
        for key, together in named.items():
            edges = [edge for one in together for edge in self._data(one, key)]
            dated = [(one, list(with_periods(one, key, self.holding))) for one in together]
            granules = [
                granule
                for one, releases in dated
                for release in releases
                for granule in self._release(one, release, key)
            ]
            for one, releases in dated:
                edges += self._unversioned(one, releases, key)
            yield self._granule(key, [EntityFact(key, self._deployment(together))], edges)
            yield from granules

    def _deployment(self, together: list[Service]) -> dict[str, Json]:
        first = together[0]
        tags = {key: value for one in together for key, value in one.labels.items()}
        tags |= {KIND: first.kind, NAMESPACE: first.namespace}
        for one in together:
            if one.marks.unknown:
                unknown = ", ".join(f"thalweg.io/{name}" for name in one.marks.unknown)
                self._tell(one, f"{unknown} means nothing here.")
        owners = [owner for one in together for owner in one.marks.listed("owners")]
        return {
            "description": next((said for one in together if (said := one.marks.get("description"))), None),
            "owners": list(dict.fromkeys(owners)) or None,
            "tags": tags,
            "platform": first.platform,
            "url": first.url,
            "created_at": min((one.created for one in together if one.created is not None), default=None),
        }

    def _data(self, service: Service, key: Key) -> Iterator[EdgeFact]:
        for uri in service.marks.listed("reads"):
            if (dataset := self._dataset(service, "reads", uri)) is not None:
                yield EdgeFact(dataset, EdgeType.INPUT_TO, key)
        for uri in service.marks.listed("writes"):
            if (dataset := self._dataset(service, "writes", uri)) is not None:
                yield EdgeFact(key, EdgeType.PRODUCED, dataset)

    def _dataset(self, service: Service, mark: str, uri: str) -> Key | None:
        try:
            return keys.dataset(*names.dataset_name(uri, self.registry.source))
        except ValueError as error:
            self._tell(service, f"thalweg.io/{mark}: {error}; it was left out.")
            return None

    def _release(self, service: Service, release: Release, deployment: Key) -> Iterator[Granule]:
        if release.unknown:
            self.unknown = True
            self._tell(service, f"{release.unknown}; it was left as it was.")
            return
        key = key_of(release, deployment)
        props: dict[str, Json] = {
            "since": release.since,
            "until": release.until,
            "status": release.status,
            "url": service.url,
            "tags": release.tags or None,
            "config": {**release.config, "models": [shown(uri) for uri in release.uris]},
        }
        if release.since is not None and release.until is not None and release.until < release.since:
            props["until"] = release.since
        shares = {} if release.traffic is None else {"traffic": release.traffic}
        edges = [
            EdgeFact(one.key, EdgeType.SERVED_BY, key, release.role, shares)
            for one in self._served(service, release, tell=True)
            if one.key.kind is Kind.MODEL_VERSION
        ]
        yield self._granule(key, [EntityFact(key, props)], edges)

    def _unversioned(self, service: Service, releases: list[Release], deployment: Key) -> list[EdgeFact]:
        """What is served of which it is not known which version."""
        found = [
            one.key
            for release in releases
            if not release.unknown and release.until is None
            for one in self._served(service, release, tell=False)
            if one.key.kind is Kind.MODEL
        ]
        return [EdgeFact(key, EdgeType.SERVED_BY, deployment) for key in dict.fromkeys(found)]

    def _served(self, service: Service, release: Release, *, tell: bool) -> list[Named]:
        """What a release serves: what the marks say, else what its URIs name."""
        said = release.marks  # never those of the service: they may be newer than what an older revision ran
        found, warnings = list[Named](), list[str]()
        name = said.get("model")
        namespace = said.get("model-namespace") or service.marks.get("model-namespace")
        registry = namespace or self.registry.models
        if name is not None and registry is not None:
            version = said.get("model-version")
            found.append(Named(keys.model_version(registry, name, version) if version else keys.model(registry, name)))
        elif name is not None:
            warnings.append(
                f"it names the model {name}, and not where that is registered: mark it with thalweg.io/model-namespace "
                "too, or say --models."
            )
        else:
            uri = said.get("model-uri")
            for one in (uri,) if uri is not None else release.uris:
                named = self.registry.named(one, service.namespace, namespace)
                if named is not None:
                    found.append(named)
                    warnings += [named.warning] if named.warning else []
                elif one.startswith("models:/"):
                    warnings.append(f"{one} is in a registry that is not named: say --models mlflow://NAME.")
                else:
                    warnings.append(f"{shown(one)!r} names no place; it was left out.")
            if not found and not warnings:
                warnings.append(f"its revision {release.revision} does not say which model it serves.")
        for one in warnings if tell else ():
            self._tell(service, one)
        return found

    def _tell(self, service: Service, warning: str) -> None:
        """Once, though it may be true of several revisions."""
        if (text := f"{service}: {warning}") not in self.told:
            self.told.add(text)
            self.warnings.append(text)

    def _granule(self, key: Key, entities: list[EntityFact], edges: list[EdgeFact]) -> Granule:
        return Granule(self.source, scope(key.kind.value.lower(), key), ORIGIN, entities=entities, edges=edges)
