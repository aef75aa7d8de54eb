"""What services are called: by their own name in their environment; where another has that, by their namespace too.

Who has a name keeps it, whoever comes later and wherever that sorts: what a service is called is what it is known by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from thalweg.importers.kubernetes.held import Held, Holding
from thalweg.importers.kubernetes.services import Service
from thalweg.model import keys
from thalweg.model.keys import Key

KIND, NAMESPACE = "kubernetes.kind", "kubernetes.namespace"
"""The tags by which it is known whose a name is."""
_ASKED = 3
"""Of so many names of a service it is asked who has them."""


class Environments(NamedTuple):
    """Which environment a service is in: as it is marked, else by its namespace of the cluster, else the default one,
    else the namespace itself.
    """

    default: str | None = None
    by_namespace: dict[str, str] = {}  # noqa: RUF012 - never changed

    def of(self, service: Service) -> str:
        said = service.marks.get("environment")
        return said or self.by_namespace.get(service.namespace) or self.default or service.namespace


class Seen(NamedTuple):
    """How much a pass saw: all that there is (complete), of all namespaces or of one."""

    complete: bool = True
    namespace: str | None = None

    def all_of(self, namespace: str | None) -> bool:
        return self.complete and self.namespace in (None, namespace)


@dataclass(slots=True)
class Claim:
    """What wants a name: a service, or several objects of a namespace that are marked to be one."""

    environment: str
    name: str
    services: list[Service]
    marked: bool
    created: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.created = min((one.created for one in self.services if one.created is not None), default=None)

    @property
    def namespace(self) -> str:
        return self.services[0].namespace

    def names(self) -> Iterator[Key]:
        """What it may be called, the best first."""
        yield keys.deployment(self.environment, self.name)
        name = f"{self.namespace}/{self.name}"
        while True:
            yield keys.deployment(self.environment, name)
            name = f"{name}.{self.services[0].kind}"

    def asked(self) -> list[Key]:
        return list(islice(self.names(), _ASKED))

    def has(self, held: Held | None) -> bool:
        """Whether what a store holds is this."""
        return held is not None and any((one.kind, one.namespace) == _owner(held) for one in self.services)


def _owner(held: Held) -> tuple[str | None, str | None]:
    tags = held.props.get("tags") or {}
    return tags.get(KIND), tags.get(NAMESPACE)


def claims(services: Iterable[Service], environments: Environments) -> list[Claim]:
    """Every service once, by namespace and name."""
    together: dict[tuple[str, str, str], list[Service]] = {}
    for one in sorted(services, key=lambda one: (one.namespace, one.called, one.kind)):
        name = one.marks.get("name") or one.called
        together.setdefault((environments.of(one), name, one.namespace), []).append(one)
    found: list[Claim] = []
    for (environment, name, _), members in together.items():
        marked = [one for one in members if one.marks.get("name")]
        alone = [one for one in members if not one.marks.get("name")]
        if marked:  # one that is called so without a mark is the service that they are a part of
            found.append(Claim(environment, name, [*alone[:1], *marked], marked=True))
            alone = alone[1:]
        found += [Claim(environment, name, [one], marked=False) for one in alone]
    return found


def named(found: list[Claim], holding: Holding, seen: Seen, warnings: list[str]) -> dict[Key, list[Service]]:
    """Each service under its name. A sentence is added for each that is not called by its own."""
    taken: dict[Key, Claim] = {}
    waiting: list[tuple[bool, bool, int, Claim]] = []
    for one in found:
        own, *others = one.asked()
        if own not in taken and one.has(holding.get(own)):
            taken[own] = one
        else:
            known = any(one.has(holding.get(key)) for key in others)
            waiting.append((not known, one.created is None, one.created or 0, one))
    for *_, one in sorted(waiting, key=lambda each: each[:3]):  # then by namespace, as they were found
        own, *others = one.asked()
        kept = next((key for key in others if one.has(holding.get(key)) and key not in taken), None)
        if kept is None or (one.marked and _free(own, one, taken, holding, seen)):
            kept = next(key for key in one.names() if _free(key, one, taken, holding, seen))
        taken[kept] = one
    names = {id(one): key for key, one in taken.items()}
    for one in found:
        key, own = names[id(one)], next(one.names())
        if key != own:
            warnings.append(_told(one, key, own, taken.get(own)))
    return {names[id(one)]: one.services for one in found}


def _free(key: Key, claim: Claim, taken: dict[Key, Claim], holding: Holding, seen: Seen) -> bool:
    """Whether nobody has a name: nobody who was seen, and nobody who is known and may only not have been seen."""
    if key in taken:
        return False
    held = holding.get(key)
    if held is None or not held.there or claim.has(held):
        return True
    _, namespace = _owner(held)
    return namespace is None or seen.all_of(namespace)


def _told(claim: Claim, key: Key, own: Key, first: Claim | None) -> str:
    called, name = "/".join(key.parts), "/".join(own.parts)
    why = f"{first.services[0]} is {name} already" if first is not None else f"{name} was another service"
    return (
        f"{claim.services[0]} is {called} here, for {why}. Give one of the two another environment, or mark it with "
        "thalweg.io/name."
    )
