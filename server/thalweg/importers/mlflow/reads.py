"""Which columns a run read of a dataset, where it says so.

MLflow keeps the schema of a table that is logged, never which of its columns were read; and a part of a table, logged
alone, has a digest of its own: it would be another version, which nothing made. Hence Thalweg's convention: the table
is logged whole, and a tag of that input, `thalweg.columns`, lists as JSON what is read of it. MLflow's tags hold 500
characters; a longer list goes on in `thalweg.columns.2` and so on.
"""

from __future__ import annotations

import orjson


def columns(tags: str) -> list[str] | None:
    """What the tags of one input list, together; None where it has none. They are given as `[[name, value], …]`.

    Raises ValueError, which names the tag and its value, where one is no list: what is left would be half of it.
    """
    pairs = orjson.loads(tags)
    found: set[str] = set()
    for name, value in sorted(pairs):
        try:
            listed = orjson.loads(value or "")
        except ValueError:
            listed = None
        if not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
            raise ValueError(f"{name} is {value!r}, which is no list of names in JSON")
        found.update(listed)
    return sorted(found) if pairs else None
