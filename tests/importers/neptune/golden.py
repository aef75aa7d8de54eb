"""What the recorded exports come to, as lines: `python -m tests.importers.neptune.golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

from tests.importers.lines import lines
from tests.importers.neptune.exports import RECORDED
from thalweg.importers import neptune
from thalweg.importers.reading import Reading

GOLDEN = Path(__file__).parent / "golden.txt"
REPOSITORY = "git@git.example.com:acme/churn.git"


def readings() -> list[Reading]:
    churn = neptune.read(RECORDED / "churn", source="prod", repository=REPOSITORY, everything=True)
    return [churn, neptune.read(RECORDED / "forecast", source="prod", step_multiplier=10, everything=True)]


if __name__ == "__main__":
    found = [granule for reading in readings() for granule in reading.granules]
    GOLDEN.write_text("\n".join(lines(found)) + "\n")
