"""Whether the API of a cluster answers at an address."""

from __future__ import annotations

import json
from collections.abc import Iterator

from thalweg.importers.address import Address
from thalweg.importers.parts import as_part
from thalweg.importers.reading import Lies
from thalweg.model.errors import SourceError


def recognised_at(address: Address) -> Iterator[Lies]:
    """Raises SourceError for such an API: it is asked as a kubeconfig says, and not by an address."""
    if address.web and _cluster(address):
        raise SourceError(
            f"{address.shown} is the API of a cluster, which is asked as a kubeconfig says.",
            "Name its context there: thalweg import kubernetes --context NAME.",
        )
    yield from ()


def _cluster(address: Address) -> bool:
    """Its release may be asked for by whoever likes; where it may not, the refusal is Kubernetes' own."""
    answer = address.ask("/version")
    try:
        found = as_part(json.loads(answer.body), ()).data
    except (ValueError, RecursionError):
        return False
    return "gitVersion" in found or (found.get("kind"), found.get("apiVersion")) == ("Status", "v1")
