"""Makes docs/demo.svg, the capture of a terminal in the README: `python -m tools.capture`.

It runs what `thalweg demo` runs, as of a fixed day, for a job of the estate is active only for so long after its last
run; so whoever makes it again, whenever, gets the same picture.
"""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from thalweg.cli.commands import demo
from thalweg.cli.commands.impact import asked
from thalweg.cli.graph import opened
from thalweg.cli.place import Place

DAY = "2026-11-02"
WIDTH = 92
PICTURE = Path(__file__).parent.parent / "docs" / "demo.svg"

# Rich's own format loads a font from another site; what a terminal has will do.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono"
)


def capture() -> str:
    """The picture, as SVG."""
    screen = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    with TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/thalweg.db"
        asyncio.run(demo.filled(address))
        with opened(Place(store=address)) as graph:
            answer = asked(graph, replace(demo.QUESTION, as_of=DAY), 100)
            screen.print(Text("$ thalweg demo", style="bold"))
            for shown in demo.question_and_answer(graph, answer)[:-1]:
                screen.print(shown)
    return screen.export_svg(title="thalweg demo", code_format=FORMAT, unique_id="demo")


if __name__ == "__main__":
    PICTURE.write_text(capture(), "utf-8")
    print(f"Wrote {PICTURE}")
