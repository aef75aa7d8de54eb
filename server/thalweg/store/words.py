"""Text as the words that are searched: folded here, and nowhere else, so that both engines find the same.

Capitals, accents and forms of letters are folded away (é is e, ß is ss, ﬁ is fi). Whatever is no letter and no number
parts words. A Chinese or Japanese character is a word of its own, for nothing parts the words there.

A word is kept as letters and digits of ASCII alone, which no index changes any further: any other letter becomes `_`
and five digits, so that what begins a word still begins it. `_` by itself stands between texts, where no phrase may
reach across.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, normalize

GAP = "_"
LONGEST_WORD = 240
"""Letters of a word as it is kept; what comes behind them is not compared. (Neo4j would part it at 255.)"""


class Word(NamedTuple):
    """A word as it is kept, and where it stands in the text, as `composed` gives that."""

    text: str
    begin: int
    end: int


def composed(text: str) -> str:
    """The text in the form whose places are counted: letters and their accents are one."""
    return text if text.isascii() else normalize("NFC", text)


_PLAIN = re.compile("[A-Za-z0-9]+")
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")


def words(text: str) -> list[Word]:
    """The words of a text that is `composed`."""
    if text.isascii():
        return [Word(found[0].lower()[:LONGEST_WORD], found.start(), found.end()) for found in _PLAIN.finditer(text)]
    return [_word(text, begin, end) for begin, end in _spans(text)]


def parts(text: str) -> list[Word]:
    """The words, and where one is written in camelCase, its parts: `customer features` of `customerFeatures`."""
    found: list[Word] = []
    for word in words(text):
        written = text[word.begin : word.end]
        humps = [hump.start() for hump in _HUMP.finditer(written)] if not written.islower() else []
        if not humps:
            found.append(word)
            continue
        for begin, end in zip([0, *humps], [*humps, len(written)], strict=True):
            found.append(_word(text, word.begin + begin, word.begin + end))
    return found


def kept(text: str) -> str:
    """A text as an index keeps it: its words, and once more with those in camelCase parted, where there are any."""
    if text.isascii():
        plain = " ".join(found.lower()[:LONGEST_WORD] for found in _PLAIN.findall(text))
        if _HUMP.search(text) is None:
            return plain
        return f"{plain} {GAP} {joined(parts(text))}"
    text = composed(text)
    plain, parted = joined(words(text)), joined(parts(text))
    return plain if plain == parted else f"{plain} {GAP} {parted}"


def joined(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def is_whole(word: str) -> bool:
    """Whether nothing can go on behind it: a character that is a word of its own."""
    return len(word) == 6 and word[0] == GAP and _alone(int(word[1:], 16))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    begin: int | None = None
    for place, letter in enumerate(text):
        folded = _folded(letter)
        alone = is_whole(folded)
        if begin is not None and (alone or not (folded or _is_accent(letter))):
            yield begin, place
            begin = None
        if alone:
            yield place, place + 1
        elif begin is None and folded:
            begin = place
    if begin is not None:
        yield begin, len(text)


def _word(text: str, begin: int, end: int) -> Word:
    kept = ""
    for letter in text[begin:end]:
        more = _folded(letter)
        if len(kept) + len(more) > LONGEST_WORD:
            break
        kept += more
    return Word(kept, begin, end)


@lru_cache(maxsize=8_192)
def _folded(letter: str) -> str:
    """A letter as it is kept; an accent is nothing, and so is whatever is no letter and no number."""
    if category(letter)[0] not in "LNM":
        return ""
    # capitals first and last: of the forms of a letter some have capitals, and some capitals have forms
    open = normalize("NFKD", normalize("NFKD", letter.casefold()).casefold())
    whole = normalize("NFKC", "".join(one for one in open if not _is_accent(one)))
    return "".join(one if one.isascii() else f"{GAP}{ord(one):05x}" for one in whole if category(one)[0] in "LNM")


_ACCENTS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
"""The blocks of combining marks that stand over letters of any script; those of a script itself are letters of it."""
_ALONE = ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
"""The blocks of the characters that are written without anything between words: kana and Chinese."""


def _is_accent(letter: str) -> bool:
    return _within(ord(letter), _ACCENTS)


def _alone(point: int) -> bool:
    return point >= 0x3041 and _within(point, _ALONE) and category(chr(point))[0] == "L"


def _within(point: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= point <= last for first, last in blocks)
