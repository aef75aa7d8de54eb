"""What is noted at the parts of a statement as it was written, before sqlglot writes the columns of a star there too.

A column that stands in the text must be there for the statement to run, also where nothing of the result comes of it.
One that only a star takes in need not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from thalweg.importers.sql_lineage.answer import Untold

WRITTEN = "written"
"""Noted at an identifier that stands in the text, as none does that sqlglot makes of a star."""
BY_STAR = "by star"
"""Noted at a SELECT: the names that a star of it leaves out, or calls otherwise, or gives other values."""
BY_PLACE = "by place"
"""Noted at a SELECT: its columns are called by their places, which are others where one of them is gone."""


def note(part: exp.Expr, folded: Callable[[exp.Identifier], str]) -> None:
    """Notes at a part what it is to be remembered by. folded: gives a name as the dialect compares it."""
    if isinstance(part, exp.Column):
        for name in part.parts:
            name.meta[WRITTEN] = True
    elif isinstance(part, exp.Select):
        part.meta[BY_STAR] = [folded(name) for name in _left_out(part)]
    elif (query := _by_place(part)) is not None:
        query.meta[BY_PLACE] = True


def by_star(column: exp.Column) -> bool:
    """Whether a column stands there for a star alone."""
    part: exp.Expr | None = column.parent
    if isinstance(part, exp.Alias):
        part = part.parent
    return isinstance(part, exp.Select) and not column.this.meta.get(WRITTEN)


def _left_out(select: exp.Select) -> Iterator[exp.Identifier]:
    for one in select.expressions:
        star = one.this if isinstance(one, exp.Column) else one
        if isinstance(star, exp.Star):
            for place in ("except_", "rename", "replace"):
                for each in star.args.get(place) or ():
                    name = each.args.get("alias") if place == "replace" else each.find(exp.Identifier)
                    if not isinstance(name, exp.Identifier):
                        raise Untold(f"it selects {one.sql()[:60]}, which is not understood")
                    yield name


def _by_place(part: exp.Expr) -> exp.Expr | None:
    """The query whose columns a part calls by their places: those of an alias, `o(a, b)`, and numbers in ORDER BY."""
    query: exp.Expr | None = None
    if isinstance(part, exp.TableAlias) and part.columns and isinstance(part.parent, exp.CTE | exp.Subquery):
        query = part.parent.this.unnest()
    elif isinstance(part, exp.Ordered | exp.Group):
        by = [part.this] if isinstance(part, exp.Ordered) else part.expressions
        query = part.parent_select if any(isinstance(one, exp.Literal) for one in by) else None
    return query
