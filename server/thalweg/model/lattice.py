"""Types of columns compared: whether two are one, and whether one keeps every value of another.

Storage and readers have rules of their own: a database may take what loses values, a reader refuse what loses none.
"""

from __future__ import annotations

from collections.abc import Callable

from thalweg.model.types import Base, ColumnType


def same(one: ColumnType, other: ColumnType) -> bool | None:
    """Whether two texts meant one type; None where they may: of one of them something is not known (`int(?)`).

    The order of the fields of a struct is no part of it.
    """
    if one == other:
        return True
    if one.base is not other.base or one.name != other.name or one.size != other.size:
        return False
    if one.base is Base.STRUCT:
        if sorted(one.fields) != sorted(other.fields):
            return False
        fields = _by_name(other)
        return _all([same(kind, fields[name]) for name, kind in _by_name(one).items()])
    if one.of:
        return _all([same(a, b) for a, b in zip(one.of, other.of, strict=True)])
    known = [a == b for a, b in ((one.width, other.width), (one.scale, other.scale)) if a is not None and b is not None]
    return None if all(known) else False


def keeps(old: ColumnType, new: ColumnType) -> bool | None:
    """Whether every value of a type is kept exactly when it becomes another; None where that is not known."""
    if old == new or new.base is Base.ANY or old.base is Base.NULL:
        return True
    if Base.OTHER in (old.base, new.base):
        return None
    return _KEEPS.get((old.base, new.base), _never)(old, new)


def _never(old: ColumnType, new: ColumnType) -> bool | None:
    return False


def _whole(old: ColumnType, new: ColumnType) -> bool | None:
    """Among whole numbers."""
    if old.width is None or new.width is None:
        return False if (old.base, new.base) == (Base.INT, Base.UINT) else None
    if old.base is new.base:
        return old.width <= new.width
    return old.base is Base.UINT and old.width < new.width


def _whole_to_float(old: ColumnType, new: ColumnType) -> bool | None:
    if old.width is None or new.width is None:
        return None
    return old.width - (old.base is Base.INT) <= _MANTISSA[new.width]


def _float(old: ColumnType, new: ColumnType) -> bool | None:
    return None if old.width is None or new.width is None else old.width <= new.width


def _whole_to_decimal(old: ColumnType, new: ColumnType) -> bool | None:
    if old.width is None or new.width is None:
        return None
    largest: int = 2 ** (old.width - (old.base is Base.INT))
    return new.width - (new.scale or 0) >= len(str(largest))


def _decimal(old: ColumnType, new: ColumnType) -> bool | None:
    if old.width is None or new.width is None:
        return None
    scale, other = old.scale or 0, new.scale or 0
    return other >= scale and new.width - other >= old.width - scale


def _sized(old: ColumnType, new: ColumnType) -> bool | None:
    return new.size is None or (old.size is not None and old.size <= new.size)


def _finer(old: ColumnType, new: ColumnType) -> bool | None:
    return None if old.scale is None or new.scale is None else old.scale <= new.scale


def _inside(old: ColumnType, new: ColumnType) -> bool | None:
    if new.size is not None and old.size != new.size:
        return False
    return _all([keeps(one, other) for one, other in zip(old.of, new.of, strict=True)])


def _fields(old: ColumnType, new: ColumnType) -> bool | None:
    """By name: a field more loses nothing, one less does."""
    fields = _by_name(new)
    return _all([name in fields and keeps(kind, fields[name]) for name, kind in _by_name(old).items()])


def _by_name(type: ColumnType) -> dict[str, ColumnType]:
    return dict(zip(type.fields, type.of, strict=True))


def _all(found: list[bool | None]) -> bool | None:
    """What holds for all that is inside: not known where that is not known of any, and it is denied of none."""
    return False if False in found else None if None in found else True


def _always(old: ColumnType, new: ColumnType) -> bool | None:
    return True


_MANTISSA = {16: 11, 32: 24, 64: 53}
"""Bits of a whole number that a float holds exactly, by its bits."""
_WHOLE = (Base.INT, Base.UINT)
_KEEPS: dict[tuple[Base, Base], Callable[[ColumnType, ColumnType], bool | None]] = {
    **{(one, other): _whole for one in _WHOLE for other in _WHOLE},
    **{(one, Base.FLOAT): _whole_to_float for one in _WHOLE},
    **{(one, Base.DECIMAL): _whole_to_decimal for one in _WHOLE},
    (Base.FLOAT, Base.FLOAT): _float,
    (Base.DECIMAL, Base.DECIMAL): _decimal,
    (Base.TEXT, Base.TEXT): _sized,
    (Base.BINARY, Base.BINARY): _sized,
    (Base.DATE, Base.TIMESTAMP): _always,
    (Base.TIME, Base.TIME): _finer,
    (Base.TIMESTAMP, Base.TIMESTAMP): _finer,
    (Base.ZONED, Base.ZONED): _finer,
    (Base.DURATION, Base.DURATION): _finer,
    (Base.LIST, Base.LIST): _inside,
    (Base.MAP, Base.MAP): _inside,
    (Base.STRUCT, Base.STRUCT): _fields,
}
"""By the two bases; a pair that is not here loses values. (A CHAR of another length does: it pads to it.)"""
