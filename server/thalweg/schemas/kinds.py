"""Types that say a kind alone: `integer` in a contract, a column of digits in a CSV file."""

from __future__ import annotations

from thalweg.model.types import Base, ColumnType

_INTEGERS = {Base.INT, Base.UINT}
_NUMBERS = {*_INTEGERS, Base.FLOAT, Base.DECIMAL}
_TEXTS = {Base.TEXT, Base.CHAR}
_TIMES = {Base.TIMESTAMP, Base.ZONED}
_FITS = {
    Base.INT: _INTEGERS,
    Base.DECIMAL: _NUMBERS,
    Base.FLOAT: _NUMBERS,
    Base.TEXT: _TEXTS,
    Base.BOOL: {Base.BOOL},
    Base.DATE: {Base.DATE},
    Base.TIME: {Base.TIME},
    Base.TIMESTAMP: _TIMES,
    Base.ZONED: _TIMES,
    Base.LIST: {Base.LIST},
    Base.MAP: {Base.MAP, Base.STRUCT},
    Base.STRUCT: {Base.STRUCT, Base.MAP},
}
"""By the kind: which types are of it."""
_VALUES = {
    **_FITS,
    Base.INT: {*_NUMBERS, Base.BOOL},
    Base.FLOAT: {Base.FLOAT, Base.DECIMAL},
    Base.DATE: {Base.DATE, *_TIMES},
}
"""By the kind of some values: of which types they may be. (Whole numbers are floats too, days are times.)"""


def may_be(type: ColumnType, kind: ColumnType, *, inferred: bool) -> bool | None:
    """Whether a type is of a kind; None where that is not known.

    inferred: the kind is that of some values, which a wider type may have as well.
    """
    if Base.OTHER in (type.base, kind.base) or Base.ANY in (type.base, kind.base) or type.base is Base.NULL:
        return None
    if type.base is Base.DECIMAL and kind.base is Base.INT and not type.scale:
        return True
    if type.base not in (_VALUES if inferred else _FITS).get(kind.base, set()):
        return False
    if type.base is not kind.base or not type.of:
        return True
    if type.base is Base.STRUCT:
        fields = dict(zip(kind.fields, kind.of, strict=True))
        if not inferred and set(fields) != set(type.fields):
            return False
        inside = [
            may_be(one, fields[name], inferred=inferred)
            for name, one in zip(type.fields, type.of, strict=True)
            if name in fields
        ]
    else:
        inside = [may_be(one, other, inferred=inferred) for one, other in zip(type.of, kind.of, strict=True)]
    return False if False in inside else None if None in inside else True
