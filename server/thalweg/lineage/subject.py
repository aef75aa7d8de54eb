"""What a question is about: entities by id, each of a kind that the question is for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from thalweg.lineage.spelling import WORDS, label, spell
from thalweg.lineage.walk import require_id
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.facts import Caller
from thalweg.model.kinds import VERSION_OF, Kind, Level
from thalweg.model.results import Entity
from thalweg.model.time import rfc3339
from thalweg.store.questions import Hop, Neighbour
from thalweg.store.store import Store

LISTED = 5
"""How many versions an error lists where an asset is given and a version is meant."""


def said(entity: Entity) -> str:
    """An entity as a sentence names it: `fraud/5`, `s3://lake/transactions@mlflow:49b3019d`."""
    return label(entity.kind, entity.key)


async def known(store: Store, caller: Caller, ids: Sequence[str], kinds: Collection[Kind]) -> list[Entity]:
    """The entities of ids, in their order. Raises NotFound, and BadInput for what is no id or of another kind."""
    for id in ids:
        require_id(id)
    found = await store.get(ids, caller)
    for id in ids:
        if id not in found:
            raise NotFound(f"Nothing with the id {id} is known.", "Look it up by name, or list what there is.")
        if found[id].kind not in kinds:
            raise await _of_another_kind(store, caller, found[id], kinds)
    return [found[id] for id in ids]


async def _of_another_kind(store: Store, caller: Caller, entity: Entity, kinds: Collection[Kind]) -> BadInput:
    wrong = f"{said(entity)} is a {WORDS[entity.kind]}."
    version = VERSION_OF.get(entity.kind)
    if version is None or version not in kinds:
        return BadInput(wrong, f"Name a {' or a '.join(WORDS[kind] for kind in Kind if kind in kinds)}.")
    near = (await store.neighbours([entity.id], Neighbour(Hop.VERSIONS, limit=LISTED), caller))[entity.id]
    if not near.found:
        return BadInput(wrong, f"Name a {WORDS[version]}; of this {WORDS[entity.kind]} none is known.")
    listed = ", ".join(spell(other.kind, other.key) for _, other in near.found)
    more = ", and older ones" if near.more else ""
    return BadInput(wrong, f"Name a {WORDS[version]} of it: {listed}{more}.")


def there(entity: Entity, as_of: int | None) -> bool:
    """Whether a version had happened at a time."""
    assert entity.kind.level is Level.VERSION
    return as_of is None or entity.at <= as_of


def not_yet(entity: Entity, as_of: int) -> str:
    """The sentence for a version that had not happened at a time."""
    return f"On {rfc3339(as_of)} nothing was known of {said(entity)}: it is of {rfc3339(entity.at)}."


def gone(entity: Entity, as_of: int | None) -> bool:
    """Whether it had been deleted in the world at a time."""
    return entity.gone_at is not None and (as_of is None or entity.gone_at <= as_of)
