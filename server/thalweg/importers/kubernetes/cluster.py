"""A live cluster: what of it is installed and may be read, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from thalweg.importers.kubernetes import deployments
from thalweg.importers.kubernetes.api import Api, Expired, Missing, Refused, Unreadable
from thalweg.importers.kubernetes.gathered import RESOURCES, Found, Gathered, Resource
from thalweg.importers.kubernetes.services import Object
from thalweg.importers.manifest.text import path
from thalweg.importers.parts import Part, Wrong

RESTARTS = 3


@dataclass(slots=True)
class Cluster:
    """What a pass over a cluster came to; complete: whether it saw every object of every kind that is installed."""

    gathered: Gathered = field(default_factory=Gathered)
    complete: bool = True
    warnings: list[str] = field(default_factory=list)

    def read(self, api: Api, namespace: str | None) -> Cluster:
        """Reads each kind that is installed. Raises SourceError where the cluster cannot be read at all."""
        installed = api.groups()
        for resource in RESOURCES:
            versions = resource.versions
            if installed is not None:
                there = installed.get(resource.group)
                if there is None:
                    continue
                versions = tuple(version for version in versions if version in there)
                if not versions:
                    self._lacking(resource, f"it is installed as {', '.join(there)}, a form that is not known here")
                    continue
            if resource.kind == "ReplicaSet" and not self._any_workload():
                continue
            self.gathered.found += self._listed(api, resource, versions, namespace)
        return self

    def _listed(self, api: Api, resource: Resource, versions: tuple[str, ...], namespace: str | None) -> list[Found]:
        """What the objects of a kind come to, in the first version that is served; begun again where it expired."""
        found: list[Found] = []
        for version in versions:
            for _ in range(RESTARTS):
                found = []
                try:
                    for page in api.pages(resource.group, version, resource.plural, namespace):
                        for one in page.parts("items"):
                            found += self._taken(resource, one)
                    return found
                except Expired:
                    continue
                except Missing:
                    found = []
                    break
                except Refused as error:
                    self._lacking(resource, f"it may not be read ({error.message})")
                    return found
                except (Unreadable, Wrong) as error:
                    self._lacking(resource, f"it could not be read to its end ({error})")
                    return found
            else:
                self._lacking(resource, "it changes faster than it can be read")
                return found
        return found

    def _taken(self, resource: Resource, part: Part) -> list[Found]:
        name = namespace = "?"
        try:
            metadata = part.part("metadata")
            name, namespace = metadata.text("name") or "?", metadata.text("namespace") or "?"
            return list(resource.taken(Object(resource.kind, namespace, name, Part(part.data))))
        except Wrong as error:
            self._lacking(resource, f"{namespace}/{name}: {path(error.where)}: {error}")
            return []

    def _any_workload(self) -> bool:
        return any(isinstance(one, deployments.Workload) for one in self.gathered.found)

    def _lacking(self, resource: Resource, why: str) -> None:
        self.complete = False
        self.warnings.append(f"{resource}: {why}. What was known of it stays as it was.")
