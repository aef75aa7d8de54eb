"""What the text of SQL shows without a parser: which statements a parser must see, and which it does not understand."""

from __future__ import annotations

import re

_OF_TABLES = re.compile(
    r"\b(create\s+(or\s+replace\s+)?(\w+\s+){0,3}(table|view)|(alter|drop)\s+(materialized\s+)?(table|view)|rename\s+table"
    r"|drop\s+(schema|database)|sp_rename)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)

_BATCH = re.compile(r"^[ \t]*GO[ \t]*;?[ \t]*$", re.IGNORECASE | re.MULTILINE)
"""What divides the statements of SQL Server."""
_BARE_RENAME = re.compile(
    r"(\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?\S+\s+rename\s+)"
    r"(?!(?:to|column|constraint|index|key|as|partition|attribute)\b)(?=\S+\s+to\b)",
    re.IGNORECASE,
)
"""Renames a column without saying so, which the parser takes for a rename of the table."""
_HIDDEN = re.compile(
    r"\bcreate\s+(or\s+replace\s+)?((global|local|temp|temporary|transient|external|unlogged|materialized)\s+)*(table|view)\b"
    r"|\b(alter|drop|rename)\s+(table|view)\b|\bsp_rename\b",
    re.IGNORECASE,
)
_ROUTINE = re.compile(
    r"\s*create\s+(or\s+(replace|alter)\s+)?(function|procedure|proc|trigger|package|event)\b", re.IGNORECASE
)


def speaks_of_tables(text: str) -> bool:
    """Whether anything in it may make, change or end a table, or a view."""
    return bool(_OF_TABLES.search(_COMMENTS.sub(" ", text)))


def prepared(text: str) -> str:
    """The same statements, on the same lines, as a parser understands them."""
    return _BATCH.sub(";", _BARE_RENAME.sub(r"\1COLUMN ", text))


def hidden(statement: str) -> bool:
    """Whether a statement that no parser knows does something to tables: not one that makes a routine, for what that
    would do when it is called does not count.
    """
    return bool(_HIDDEN.search(statement)) and not _ROUTINE.match(statement)
