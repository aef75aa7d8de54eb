"""How many there are of something, in words."""

from __future__ import annotations


def plural(count: int, word: str) -> str:
    """`1 model`, `2 repositories`, `3 days`."""
    many = f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else f"{word}s"
    return f"{count:,} {word if count == 1 else many}"
