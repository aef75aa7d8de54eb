"""What the cluster of the tests comes to, as lines: `python -m tests.importers.kubernetes.golden` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from thalweg.importers import kubernetes
from thalweg.model.facts import Granule
from thalweg.model.time import rfc3339

HERE = Path(__file__).parent
CLUSTER = HERE / "cluster"
GOLDEN = HERE / "golden.txt"
TIMES = ("since", "until", "created_at")


def lines(granules: Iterable[Granule]) -> list[str]:
    """A line for each scope, each thing that it states, and each edge."""
    found: list[str] = []
    for granule in granules:
        found.append(granule.name)
        for fact in granule.entities:
            known = {name: _shown(name, value) for name, value in fact.props.items() if value is not None}
            found += [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in known.items()]
        for edge in granule.edges:
            said = " ".join([edge.role, *(f"{name}={value:g}" for name, value in edge.props.items())]).strip()
            arrow = f"-[:{edge.type.value}{f' {said}' if said else ''}]->"
            found.append(f"  ({' '.join(edge.source.parts)}){arrow}({' '.join(edge.target.parts)})")
    return found


def _shown(name: str, value: Any) -> Any:
    return rfc3339(value) if name in TIMES else value


def granules() -> list[Granule]:
    found = kubernetes.find([CLUSTER], source="prod")
    environments = kubernetes.environments(["production", "growth=staging"])
    return list(found.reading(environments=environments, models="mlflow://shop").granules)


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(lines(granules())) + "\n")
