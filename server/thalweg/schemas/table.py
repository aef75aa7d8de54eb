"""What a file says of a table: its names, its columns, or the changes to them that it states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.model import guessed
from thalweg.model.columns import Column, ColumnChange
from thalweg.model.errors import BadInput
from thalweg.model.types import quoted


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a file describes it.

    format: the format's name (`FORMATS`). names: what it may be called, as written (`shop.orders`, a location); none
    where the file gives it no name. columns: all of them, in order; None where the file states changes alone.
    changes: what an ALTER states, in its order, each by the names of that moment. kept: columns among what is added
    that only repeat another one under its old name. aliases: names that a column had before, by its name now.
    kinds: columns of whose types the kind alone is said (`integer`, of whatever width). inferred: types were guessed
    from values. native: types are words of the system that keeps the table, which is not known here. closed: other
    columns may not come (what the producer promises; readers are closed for reasons of their own).
    """

    format: str
    names: tuple[str, ...] = ()
    columns: tuple[Column, ...] | None = None
    changes: tuple[ColumnChange, ...] = ()
    kept: frozenset[str] = frozenset()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    inferred: bool = False
    native: bool = False
    closed: bool = False
    line: int | None = None
    dropped: bool = False
    renamed: str = ""
    unclear: str = ""


def struct(fields: Iterable[tuple[str, str]]) -> str:
    """The text of a struct of fields with their types: the one way in which all formats write what is nested."""
    return f"struct<{', '.join(f'{quoted(name)}: {type}' for name, type in fields)}>"


DEEPEST = 32
"""How far types are followed into one another; what is deeper has the type `…`, which is not known."""
DEEPER = guessed.DEEPER
MOST = 100_000
"""Fields of one schema, with those inside others: by references a text can name more than it holds."""


class Budget:
    """Counts the fields of a schema."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = MOST

    def spend(self) -> None:
        """Counts one. Raises BadInput when there are more than any table has."""
        self._left -= 1
        if self._left < 0:
            raise BadInput(f"{self._path}: its schema has more than {MOST:,} fields.", "Give one table alone.")


def wrong(path: Path, what: str, right: str, cause: Exception | None = None) -> BadInput:
    """The error of a file that cannot be read as a schema: what it is like, and what would be right."""
    reason = f" ({' '.join(str(cause).split())[:200]})" if cause is not None and str(cause).strip() else ""
    return BadInput(f"{path}: {what}{reason}.", right)
