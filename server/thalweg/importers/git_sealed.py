"""What was in a clone when it was last right, written down beside it: so that damage is seen before it is read."""

from __future__ import annotations

import json
from hashlib import sha1
from pathlib import Path
from typing import Any

FORM = 1
"""The form of what is kept. A clone of another one is made anew."""


def seal(clone: Path, file: Path) -> None:
    """Writes down what is there; whole or not at all."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"form": FORM, "packs": {pack.name: _stamp(pack) for pack in _packs(clone)}}), "utf-8")
    new.replace(file)


def sound(clone: Path, file: Path) -> bool:
    """Whether what was there is there still. What came since, and was not finished, git does not take for anything."""
    try:
        sealed: Any = json.loads(file.read_text("utf-8"))
        packs = sealed["packs"] if sealed["form"] == FORM else None
        return packs is not None and all(_same(clone / "objects" / "pack" / name, packs[name]) for name in packs)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _packs(clone: Path) -> list[Path]:
    folder = clone / "objects" / "pack"
    return sorted((*folder.glob("*.pack"), *folder.glob("*.idx")))


def _stamp(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_size, found.st_mtime_ns]


def _same(file: Path, stamp: list[int]) -> bool:
    """Whether a pack, or its index, is as it was; by the digest that it ends with where only its time is another."""
    now = _stamp(file)
    if now == stamp or now[0] != stamp[0]:
        return now == stamp
    digest, rest = sha1(usedforsecurity=False), now[0] - 20
    with file.open("rb") as opened:
        while rest > 0 and (chunk := opened.read(min(rest, 1 << 20))):
            digest.update(chunk)
            rest -= len(chunk)
        return opened.read() == digest.digest()
