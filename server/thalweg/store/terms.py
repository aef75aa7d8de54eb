"""What a person types, as terms that an index looks for. Whatever is typed is a question; there is no syntax to break.

    fraud               the word
    fra*                a word that begins so
    "card payments"     the words one behind the other
    customer_features   the same: a name of several words; and so is customerFeatures, which may also be one word
    customer_fea*       the first words one behind the other, and a word that begins as the last one does

Words are those of `words.py`: capitals and accents make no difference, and what is no letter and no number only parts
them. AND, OR and NOT are words like others. All terms must be met. In quotes `*` says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from thalweg.model.errors import BadInput
from thalweg.model.results import Tier
from thalweg.store.words import GAP, Word, composed, is_whole, parts, words

LONGEST = 400
"""Characters that may be asked for at once."""
MOST = 60
"""Terms; an index takes so many clauses, and no more."""


class Form(NamedTuple):
    """One way to meet a term: these words one behind the other, and a word that begins so; either may be missing."""

    phrase: tuple[str, ...] = ()
    prefix: str = ""


Term = tuple[Form, ...]
"""Any of the forms will do."""


class Terms(NamedTuple):
    """A question: its terms, each once, and the names that would be all of it (none where it has a prefix)."""

    terms: tuple[Term, ...]
    names: tuple[tuple[str, ...], ...]


_CHUNK = re.compile(r'"([^"]*)"?|([^\s"]+)')


def read(text: str) -> Terms:
    """The terms of a text. Raises BadInput for one that is too long."""
    if len(text) > LONGEST:
        raise BadInput(
            f"The text to search for has {len(text):,} characters.", f"Search for at most {LONGEST} characters."
        )
    found: dict[Term, None] = {}
    plain: list[str] = []
    parted: list[str] = []
    whole = True
    for chunk, begins in _chunks(composed(text)):
        one, other = _texts(words(chunk)), _texts(parts(chunk))
        if not one:
            continue
        begins = begins and not is_whole(one[-1])
        plain += one
        parted += other
        whole = whole and not begins
        found[tuple(dict.fromkeys((_form(one, begins), _form(other, begins))))] = None
    if len(found) > MOST:
        raise BadInput(f"There are {len(found)} words to search for.", f"Search for at most {MOST} words.")
    names = tuple(dict.fromkeys((tuple(plain), tuple(parted)))) if whole and found else ()
    return Terms(tuple(found), names)


def _chunks(text: str) -> Iterator[tuple[str, bool]]:
    """What stands in quotes, and what stands between spaces; and whether it ends in a star."""
    for quoted, plain in _CHUNK.findall(text):
        yield (quoted, False) if quoted else (plain, plain.endswith("*"))


def _texts(found: Sequence[Word]) -> tuple[str, ...]:
    return tuple(word.text for word in found)


def _form(texts: tuple[str, ...], begins: bool) -> Form:
    return Form(texts[:-1], texts[-1]) if begins else Form(texts)


PARTS: dict[Tier, tuple[int, ...]] = {Tier.EXACT: (0,), Tier.NAME: (0,), Tier.TAG: (0, 1), Tier.TEXT: (0, 1, 2)}
"""In which parts of a text (`said.Text`) all terms are met."""
TIERS = tuple(Tier)


def exact(names: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The phrases that only a name meets which is all that was asked for."""
    return tuple((GAP, *name, GAP) for name in names)
