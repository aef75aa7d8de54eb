"""Which entity is named: by its natural key, with its namespace or without, or by a text (`lineage/name.py`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from thalweg.graphql.context import Context
from thalweg.lineage import name as texts
from thalweg.lineage.spelling import spell
from thalweg.model import names
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.facts import MarkKind
from thalweg.model.keys import Key
from thalweg.model.kinds import VERSION_OF, Kind
from thalweg.model.results import Entity
from thalweg.store.questions import Find, Order, Sort, Where

LISTED = 10
"""How many candidates an error lists."""

_HEX = re.compile(r"[0-9a-f]{7,40}")


async def referred(context: Context, text: str, *kinds: Kind) -> Entity | None:
    """The entity that a text means; None where nothing bears it. Raises BadInput for an ambiguous text or kind."""
    try:
        return await texts.resolve(context.store, context.caller, text, kinds=kinds, seconds=context.seconds)
    except NotFound:
        return None


async def by_key(context: Context, key: Key) -> Entity | None:
    id = key.id
    return (await context.store.get([id], context.caller)).get(id)


async def asset(context: Context, kind: Kind, namespace: str | None, name: str) -> Entity | None:
    """A dataset, job, model or deployment; without its namespace, where its name is the only one.

    A dataset may be given by its URI alone. Raises BadInput where several bear the name.
    """
    if namespace is not None:
        return await by_key(context, Key(kind, (namespace, name)))
    bearing = await _found(context, kind, Where(name=name))
    found = _only([one for one in bearing if one.key[1] == name], name, "Give its namespace.")  # `*` is for lists
    if found is None and kind is Kind.DATASET and ":" in name:
        try:
            return await by_key(context, Key(kind, names.dataset_name(name)))
        except ValueError:  # it is no URI either
            return None
    return found


async def version(context: Context, kind: Kind, namespace: str | None, name: str, version: str) -> Entity | None:
    """A version of a dataset, a model or a deployment; `kind` is that of the asset."""
    of = await asset(context, kind, namespace, name)
    return None if of is None else await by_key(context, Key(VERSION_OF[kind], (*of.key, version)))


async def aliased(context: Context, namespace: str | None, model: str, alias: str) -> Entity | None:
    """The version of a model that an alias points at now."""
    of = await asset(context, Kind.MODEL, namespace, model)
    if of is None:
        return None
    marks = (await context.store.marks([of.id], context.caller)).get(of.id, ())
    for mark in marks:
        if mark.kind is MarkKind.ALIAS and mark.name == alias:
            return (await context.store.get([mark.version_id], context.caller)).get(mark.version_id)
    return None


async def repository(context: Context, url: str) -> Entity | None:
    """Raises BadInput for what names no repository."""
    try:
        return await by_key(context, Key(Kind.REPOSITORY, (names.repository_url(url),)))
    except ValueError as error:
        raise BadInput(f"The repository {error}.") from None


async def commit(context: Context, url: str | None, sha: str) -> Entity | None:
    """A commit by its sha, or by the beginning of it. Raises BadInput for what is no sha, or begins several."""
    sha = sha.strip().lower()
    if not _HEX.fullmatch(sha):
        raise BadInput(f"{sha!r} is no commit.", "Give 7 to 40 hexadecimal digits of its sha.")
    if url is None:
        return _only(await _found(context, Kind.COMMIT, Where(key_prefix=sha)), sha, "Give more digits.")
    of = await repository(context, url)
    if of is None:
        return None
    if len(sha) == 40:
        return await by_key(context, Key(Kind.COMMIT, (of.key[0], sha)))
    found = await _found(context, Kind.COMMIT, Where(asset_id=of.id, key_prefix=sha))
    return _only(found, sha, "Give more digits.")


async def run(context: Context, namespace: str | None, run_id: str) -> Entity | None:
    if namespace is not None:
        return await by_key(context, Key(Kind.RUN, (namespace, run_id)))
    begins = await _found(context, Kind.RUN, Where(key_prefix=run_id))
    return _only([run for run in begins if run.key[1] == run_id], run_id, "Give its namespace.")


async def _found(context: Context, kind: Kind, where: Where) -> Sequence[Entity]:
    order = Order(Sort.NAME, descending=False)
    find = Find(kind, where, order, limit=LISTED + 1, seconds=context.seconds)
    return (await context.store.find(find, context.caller)).entities


def _only(found: Sequence[Entity], name: str, hint: str) -> Entity | None:
    if len(found) < 2:
        return found[0] if found else None
    listed = ", ".join(f"{spell(one.kind, one.key)} ({one.id})" for one in found[:LISTED])
    more = ", and more" if len(found) > LISTED else ""
    raise BadInput(f"{name!r} may mean several things: {listed}{more}.", hint)
