"""What the dump of the tests comes to, as lines: `python -m tests.importers.sagemaker.golden DUMP` writes them anew."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.importers.lines import lines
from thalweg.importers import sagemaker

GOLDEN = Path(__file__).parent / "golden.txt"

if __name__ == "__main__":
    reading = sagemaker.read(sys.argv[1], source="prod", environment="production")
    GOLDEN.write_text("\n".join(lines(reading.granules)) + "\n")
