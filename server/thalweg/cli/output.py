"""What is printed: drawn for a terminal, plain in a pipe, JSON for a program.

In a pipe nothing is coloured and no line is folded, unless COLUMNS says how wide it may be. NO_COLOR takes all colour
and style away on a terminal too. A reader that goes away early (`| head`) changes no exit code.
"""

from __future__ import annotations

import json
import os
import sys
from io import StringIO
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


class Interrupted(Exception):
    """Somebody pressed Ctrl-C, and this is what there is to say of what was going on."""


UNFOLDED = 100_000
"""The width of what has none: a pipe."""


def console(stream: IO[str]) -> Console:
    """A console that draws on a stream."""
    from rich.console import Console

    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    made = Console(file=stream, color_system=None if plain else "auto", highlight=False, markup=False, emoji=False)
    if not made.is_terminal and not os.environ.get("COLUMNS"):
        made.width = UNFOLDED
    return made


def err() -> Console:
    return console(sys.stderr)


def show(*shown: RenderableType) -> None:
    """Draws on standard output, one below the other."""
    out = console(sys.stdout)
    with out.capture() as captured:
        for one in shown:
            out.print(one, soft_wrap=isinstance(one, str))
    text = captured.get()
    if not out.is_terminal:  # what fills up cells and lines is for the eye
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    write(text)


def plain(*shown: RenderableType) -> str:
    """What `show` would draw in a pipe, as text: for a file."""
    out = console(StringIO())
    with out.capture() as captured:
        for one in shown:
            out.print(one, soft_wrap=isinstance(one, str))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def document(value: Any) -> None:
    """Prints a JSON document on standard output."""
    write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write(text: str) -> None:
    """Writes to standard output."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # nobody reads on; what Python flushes when it ends must go somewhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def note(text: str) -> None:
    """Says something to whoever runs the command, on standard error, so that standard output stays the answer."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def printable(text: str) -> str:
    """Text on one line and without what would steer a terminal: names come from outside."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


LONGEST = 200
"""Characters of a value in a line or a cell; a parameter may be a whole file."""


def brief(text: str) -> str:
    """A value as a line shows it: its beginning, where it is long, and how long it is. `--json` has the whole of it."""
    shown = printable(text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}… ({len(text):,} characters)"
