"""The named queries of this engine, read from the `.sql` files beside this module."""

from __future__ import annotations

from importlib.resources import files


def load(file: str) -> dict[str, str]:
    """The queries of a file by name. Each begins with `-- name: …` and a line that says what it does.

    A line `-- with: name` stands for the text of an earlier query of the file.
    """
    queries: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in files(__package__).joinpath(file).read_text("utf-8").splitlines():
        if line.startswith("-- name: "):
            lines = queries.setdefault(line.removeprefix("-- name: "), [])
        elif line.startswith("-- with: "):
            lines += queries[line.removeprefix("-- with: ")]
        elif not line.startswith("--") and line.strip():
            lines.append(line)
    return {name: "\n".join(lines).rstrip(";") for name, lines in queries.items()}


def script(file: str) -> str:
    """The text of a script, which is run whole."""
    return files(__package__).joinpath(file).read_text("utf-8")
