"""What a pass over the made repository states, written down: `python -m tests.importers.dvc.golden` makes it anew."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from tests.importers.dvc.conftest import Made, make
from tests.importers.dvc.passes import Pass, read

_PAIR = re.compile(r"^(import/.*/)[0-9a-f]{32}$")  # the digest of two names, one of which may be a path on this disk
GOLDEN = Path(__file__).with_name("golden.json")


def document(made: Made, found: Pass) -> dict[str, Any]:
    """By scope what it states, with commits by what was done there; but for experiments, which have the time of day."""
    names = {sha: f"<{name}>" for commits in made.commits.values() for name, sha in commits.items()}
    bold = made.commits["churn"]["bold"]

    def plain(value: Any) -> Any:
        text = json.dumps(value).replace(str(made.folder), "<folder>")
        for sha, name in names.items():
            text = text.replace(sha, name)
        return json.loads(text)

    return {
        _PAIR.sub(r"\1<pair>", plain(granule.name)): {
            "at": granule.at,
            "entities": [[str(fact.key), plain(fact.props)] for fact in granule.entities],
            "edges": [
                plain([str(edge.source), edge.type.value, str(edge.target), edge.props]) for edge in granule.edges
            ],
            "joins": [[str(join.alias), str(join.of)] for join in granule.joins],
        }
        for granule in found.granules.values()
        if bold not in repr(granule)
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        there = make(Path(folder).resolve())
        stated = document(there, read(there.path("churn"), all_commits=True))
    GOLDEN.write_text(json.dumps(stated, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
