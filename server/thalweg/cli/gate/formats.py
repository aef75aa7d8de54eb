"""The forms that a report is written in, by the word of the command line, and where each goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from thalweg.cli.gate import document, github, gitlab, junit, markdown, sarif
from thalweg.cli.gate.report import Report
from thalweg.model.errors import BadInput

TEXT = "text"
"""Drawn, not written: it has colour where it goes to a terminal."""

WRITTEN: Mapping[str, Callable[[Report, str], str]] = {
    "json": lambda report, anchor: document.text(report),
    "markdown": lambda report, anchor: markdown.text(report),
    "junit": lambda report, anchor: junit.text(report),
    "sarif": sarif.text,
    "github": github.text,
    "gitlab": gitlab.text,
}
"""By its word what writes a form, given a report and the anchor of what has no place."""

FORMATS = (TEXT, *WRITTEN)


class Form(NamedTuple):
    """A form, and the file that it goes to; None for standard output."""

    word: str
    file: Path | None


def forms(given: Sequence[str], as_json: bool = False) -> list[Form]:
    """What `--format` asks for, each time it is given: a word, or `WORD=FILE`. Standard output holds one form, text
    where no other is for it.
    """
    asked = [_form(text) for text in (*given, *(["json"] if as_json else []))]
    printed = list(dict.fromkeys(form.word for form in asked if form.file is None))
    if len(printed) > 1:
        raise BadInput(
            f"{' and '.join(printed)} cannot both go to standard output.",
            f"Give all but one a file: --format {printed[-1]}=FILE.",
        )
    files = [form.file for form in asked if form.file is not None]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice is not None:
        raise BadInput(f"Two forms go to {twice}.", "Give each a file of its own.")
    return [*(form for form in dict.fromkeys(asked) if form.file is not None), Form((printed or [TEXT])[0], None)]


def _form(text: str) -> Form:
    word, equals, file = text.partition("=")
    if word not in FORMATS:
        raise BadInput(f"--format {text!r} is not known.", f"There are {', '.join(FORMATS)}; and WORD=FILE for each.")
    if equals and not file:
        raise BadInput(f"--format {text!r} names no file.", f"Write {word}=FILE, or {word} for standard output.")
    return Form(word, Path(file) if file and file != "-" else None)
