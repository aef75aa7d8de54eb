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
_OF_NO_COLUMN = re.compile(
    r"\s*((add|drop|rename)\s+(constraint|primary|unique|foreign|check|index|key|row|partition|projection|fulltext|spatial)"
    r"|(add|attach|detach)\s+partition|attach|detach|alter\s+(column\s+)?\S+\s+((set|drop)\s+(default|statistics|storage"
    r"|compression|options|identity)|set\s+not\s+null)|set|reset|owner|enable|disable|validate|cluster|replica"
    r"|(no\s+)?inherit|(no\s+)?force|comment|engine|order|auto_increment|default|convert|swap|unset|resume|suspend)\b",
    re.IGNORECASE,
)
"""Actions of an ALTER after which readers find the same columns."""
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


def of_no_column(action: str) -> bool:
    """Whether an action of an ALTER that no parser knows leaves the columns alone."""
    return bool(_OF_NO_COLUMN.match(action))


def hidden(statement: str) -> bool:
    """Whether a statement that no parser knows does something to tables: not one that makes a routine, for what that
    would do when it is called does not count.
    """
    return bool(_HIDDEN.search(statement)) and not _ROUTINE.match(statement)
