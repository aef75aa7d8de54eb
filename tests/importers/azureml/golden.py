"""What the folder of the tests comes to, as lines: `python -m tests.importers.azureml.golden FOLDER` writes it anew."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.importers.lines import lines
from thalweg.importers import azureml

GOLDEN = Path(__file__).parent / "golden.txt"

if __name__ == "__main__":
    reading = azureml.read(sys.argv[1], source="ws", environment="production")
    GOLDEN.write_text("\n".join(lines(reading.granules)) + "\n")
