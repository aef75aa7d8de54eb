"""Whether the columns that a change names are there, and whether it says of them what can be.

Nothing is judged of a change that cannot be made: `PASS` would be said of it, for nobody reads what there is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from thalweg.lineage.spelling import label
from thalweg.model.columns import Add, Column, ColumnChange, Drop, MayBeNull, Rename, Retype, fold
from thalweg.model.errors import BadInput
from thalweg.model.results import Entity
from thalweg.model.types import parse

DONE = {Drop: "dropped", Rename: "renamed", Retype: "given another type", MayBeNull: "allowed nulls", Add: "added"}
TOGETHER = ({Rename, Retype, MayBeNull}, {Rename, Add}, {Drop, Add})
"""What may happen to one name at once: the column that is added is another one."""


def unknown(entity: Entity, columns: Collection[str], known: Collection[str], stated: bool) -> str | None:
    """The sentence that says that it cannot be told whether a column is there; None where all of them are known.

    known: the columns that it ever had, as far as anybody says. stated: whether a version of it says all that it has,
    so that one which is not known never was. Raises BadInput for one that never was.
    """
    what, namespace = f"`{label(entity.kind, entity.key)}`", entity.key[0]
    names: Mapping[str, str] = {fold(namespace, name): name for name in known}
    missing = [column for column in columns if fold(namespace, column) not in names]
    if not missing:
        return None
    if not known:
        return f"No columns of {what} are known, so whether it has {_listed(missing)} cannot be told."
    near = get_close_matches(fold(namespace, missing[0]), names, n=3, cutoff=0.5)
    meant = f"Did you mean {' or '.join(f'`{names[name]}`' for name in near)}? " if near else ""
    if not stated:
        return (
            f"Of the columns of {what} only those are known that somebody reads, so whether it has {_listed(missing)} "
            f"cannot be told. {meant}".rstrip()
        )
    allow = "llow unknown columns (`--allow-unknown-column`, `allowUnknownColumn`) if it is right all the same."
    raise BadInput(f"{what} never had a column `{missing[0]}`.", f"{meant}Else a{allow}" if meant else f"A{allow}")


def check(entity: Entity, changes: Collection[ColumnChange], newest: Collection[Column]) -> None:
    """newest: the columns that it has now, as far as they are known.

    Raises BadInput for changes of one column that contradict each other, and for a name that another column has.
    """
    what, namespace = f"`{label(entity.kind, entity.key)}`", entity.key[0]
    done: dict[str, set[type[ColumnChange]]] = {}
    comes: dict[str, str] = {}
    for change in dict.fromkeys(changes):
        name = fold(namespace, change.column)
        before = done.setdefault(name, set())
        if before and not (type(change) not in before and any({type(change), *before} <= some for some in TOGETHER)):
            words = " and ".join(sorted({DONE[type(change)], *(DONE[one] for one in before)}))
            twice = "" if type(change) not in before else " twice"
            raise BadInput(f"The column `{change.column}` of {what} is {words}{twice}.", "Name one change of it.")
        before.add(type(change))
        new = change.to if isinstance(change, Rename) else change.column if isinstance(change, Add) else None
        if new is None:
            continue
        if isinstance(change, Rename) and fold(namespace, new) == name:
            raise BadInput(f"The column `{change.column}` of {what} is renamed to itself.", "Give it another name.")
        if (other := comes.setdefault(fold(namespace, new), change.column)) != change.column:
            raise BadInput(f"`{other}` and `{change.column}` of {what} would both be called `{new}`.", "Name one.")
    _collide(what, namespace, changes, {fold(namespace, column.name): column for column in newest})


def _collide(what: str, namespace: str, changes: Iterable[ColumnChange], there: Mapping[str, Column]) -> None:
    left = {fold(namespace, one.column) for one in changes if isinstance(one, Drop | Rename)}
    for change in changes:
        if isinstance(change, Rename) and fold(namespace, change.column) not in there:
            continue  # its newest version has the new name already: it was renamed before it was asked
        if isinstance(change, Rename | Add):
            new = change.to if isinstance(change, Rename) else change.column
            column = there.get(fold(namespace, new))
            if column is None or fold(namespace, new) in left:
                continue
            told = f" of the type {column.type}" if column.type else ""
            raise BadInput(f"{what} has a column `{column.name}`{told} already.", _instead(change, column.name))


def _instead(change: Rename | Add, there: str) -> str:
    if isinstance(change, Rename):
        return f"Say in the same change what becomes of it: `{there}` goes, or gets another name."
    return (
        f"Leave the addition out, or say what becomes of the `{there}` that is there: it gets another type instead, or "
        "in the same change it goes or gets another name."
    )


def alike(there: str | None, new: str | None) -> bool:
    """Whether a column that is there may be the one that was to be added, by their types."""
    return there is None or new is None or parse(there) == parse(new)


def _listed(columns: Collection[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)
