"""Where a search met an entity: snippets of its texts, with the places of the words in them. The same for each engine,
because it is worked out here, from what the entity says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from thalweg.model.results import Entity, Match, MatchField, Tier
from thalweg.store.said import Value, values
from thalweg.store.terms import Form, Terms
from thalweg.store.words import Word, composed, parts, words

SNIPPET = 160
"""Characters of a snippet, without the dots where it was cut."""
BEFORE = 40
"""Characters before the first word that was met, where there is no room for all."""
MOST = 5
"""Texts that are shown of an entity."""
CUT = "…"

Range = tuple[int, int]


class _Met(NamedTuple):
    """A text, and the places (begin, end) in it that some term met."""

    field: MatchField
    text: str
    places: list[Range]


def matches(entity: Entity, tier: Tier, terms: Terms, columns: Sequence[str] = ()) -> tuple[Match, ...]:
    """The texts of an entity that were met, the weightiest first. Where the name was met, its address says no more."""
    found: list[Match] = []
    for field, text in values(entity.kind, entity.key, entity.props, columns):
        if field is MatchField.ADDRESS and tier in (Tier.EXACT, Tier.NAME):
            continue
        met = _met((field, text), terms)
        if met.places:
            found.append(_match(met))
            if len(found) == MOST:
                break
    return tuple(found)


def _met(value: Value, terms: Terms) -> _Met:
    field, text = value[0], composed(value[1])
    plain, parted = words(text), parts(text)
    streams = [plain] if plain == parted else [plain, parted]
    places = [place for term in terms.terms for form in term for stream in streams for place in _places(form, stream)]
    return _Met(field, text, _united(places))


def _places(form: Form, stream: Sequence[Word]) -> list[Range]:
    found: list[Range] = []
    if form.phrase:
        first, length = form.phrase[0], len(form.phrase)
        for begin, word in enumerate(stream):
            if word.text == first and tuple(one.text for one in stream[begin : begin + length]) == form.phrase:
                found.append((word.begin, stream[begin + length - 1].end))
    if form.prefix:
        found += [(word.begin, word.end) for word in stream if word.text.startswith(form.prefix)]
    return found


def _united(places: list[Range]) -> list[Range]:
    """Those that overlap as one, in order."""
    united: list[Range] = []
    for begin, end in sorted(places):
        if united and begin < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((begin, end))
    return united


def _match(met: _Met) -> Match:
    text = "".join(" " if letter.isspace() else letter for letter in met.text)
    begin, end = _window(text, met.places[0])
    lead = CUT if begin > 0 else ""
    snippet = f"{lead}{text[begin:end]}{CUT if end < len(text) else ''}"
    ranges = tuple(
        (max(first, begin) - begin + len(lead), min(last, end) - max(first, begin))
        for first, last in met.places
        if first < end and last > begin
    )
    return Match(met.field, snippet, ranges)


def _window(text: str, first: Range) -> Range:
    """Which part of a text is shown: about the first word that was met, from a space to a space where one is near."""
    if len(text) <= SNIPPET:
        return 0, len(text)
    begin = max(0, min(first[0] - BEFORE, len(text) - SNIPPET))
    if begin > 0:
        space = text.find(" ", begin, first[0])
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + SNIPPET)
    if end < len(text):
        space = text.rfind(" ", first[1], end)
        end = space if space >= 0 else end
    return begin, end
