"""The report with every case, as each form writes it. After a change that is meant:

python -m tests.cli.gate.golden
"""

from __future__ import annotations

from pathlib import Path

from tests.cli.gate.answers import every_case
from thalweg.cli import output
from thalweg.cli.gate.formats import FORMATS, TEXT, WRITTEN
from thalweg.cli.gate.places import ANCHOR
from thalweg.cli.gate.text import drawn

FOLDER = Path(__file__).parent / "golden"
ENDINGS = {"text": "txt", "markdown": "md", "junit": "xml", "github": "log"}


def file(form: str) -> Path:
    return FOLDER / f"{form}.{ENDINGS.get(form, 'json')}"


def written(form: str) -> str:
    return output.plain(*drawn(every_case())) if form == TEXT else WRITTEN[form](every_case(), ANCHOR)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for form in FORMATS:
        file(form).write_text(written(form), encoding="utf-8")
