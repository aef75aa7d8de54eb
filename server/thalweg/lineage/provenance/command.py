"""What a run is started by: the command that was recorded, or an MLflow project with its parameters."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from thalweg.lineage.provenance.account import Step

_SHELL = frozenset("|&;<>()$`\\\n")
"""Letters that mean something to a shell where they stand in no quotes."""


def words_of(step: Step) -> list[str] | None:
    """The words of what starts a run again; None where nothing is recorded, or what is recorded is not plain."""
    if project(step):
        entry = str((step.job.props.get("entry_point") if step.job else None) or "main")
        words = ["mlflow", "run", ".", "-e", entry]
        for key, value in sorted(step.texts("params").items()):
            words += ["-P", f"{key}={value}"]
        return words
    text = recorded(step)
    return None if text is None or not plain(text) else shlex.split(text)


def project(step: Step) -> bool:
    """Whether the run was one of an MLflow project: `mlflow run` knows how to start that."""
    if recorded(step) is not None:
        return False
    of_project = step.job is not None and step.job.props.get("job_type") == "PROJECT"
    return of_project or "project.env" in step.texts("environment")


def recorded(step: Step) -> str | None:
    text = step.run.props.get("command")
    return text if isinstance(text, str) and text.strip() else None


def plain(text: str) -> bool:
    """Whether a command is a program and its arguments: nothing in it that only a shell understands."""
    try:
        words = list(_words(text))
    except ValueError:  # a quote that is not closed
        return False
    return bool(words) and not any(_SHELL & set(word) for word in words)


def _words(text: str) -> Sequence[str]:
    """The words as they are written, quoted ones without what is quoted."""
    lexer = shlex.shlex(text, posix=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    return [_bare(word) for word in lexer]


def _bare(word: str) -> str:
    """A word without what stands in quotes, but for what a shell reads in double ones."""
    bare, quote = [], ""
    for letter in word:
        if quote:
            if letter == quote:
                quote = ""
            elif quote == '"' and letter in "$`\\":
                bare.append(letter)
        elif letter in "'\"":
            quote = letter
        else:
            bare.append(letter)
    return "".join(bare)
