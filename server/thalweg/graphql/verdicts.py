"""Verdicts that were given and are kept, so that they can be checked again before what they let pass is done."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b
from typing import Annotated, Any

import orjson
import strawberry
from strawberry import argument, field

from thalweg.graphql import relations
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.scalars import DateTime, Json
from thalweg.graphql.statements import InputError, errors_of
from thalweg.model import results
from thalweg.model.errors import BadInput

LARGEST = 1_000_000
"""Bytes of JSON that a verdict may have."""


@strawberry.type(description="A verdict that was given and is kept.")
class KeptVerdict:
    id: strawberry.ID = field(description="Its id: a digest of what it says.")
    at: DateTime = field(description="When it was kept.")
    caller: str = field(description="Who kept it.")
    body: Json = field(description="What it says, as it was given.")


@strawberry.type(description="What `keepVerdict` came to.")
class KeepVerdictPayload:
    verdict: KeptVerdict | None = field(description="The verdict as it is kept.")
    errors: list[InputError] = field(description="What is wrong; then nothing was kept.")


def _shown(kept: results.Verdict) -> KeptVerdict:
    attributes: dict[str, Any] = {"id": kept.id, "at": kept.at, "caller": kept.caller, "body": kept.body}
    return relations.made(KeptVerdict, attributes)


def id_of(body: object) -> str:
    """The id of a verdict: the same for the same JSON, in whatever order of its keys."""
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return "verdict_" + b32encode(blake2b(text, digest_size=10).digest()).decode().lower()


@strawberry.type
class Verdicts:
    """The part of Query that finds kept verdicts."""

    @answered("A verdict that is kept; null where none has this id.", cost=5)
    async def verdict(
        self, info: Info, id: Annotated[strawberry.ID, argument(description="Its id.")]
    ) -> KeptVerdict | None:
        kept = await info.context.store.verdict(id, info.context.caller)
        return None if kept is None else _shown(kept)


@strawberry.type
class KeepingVerdicts:
    """The part of Mutation that keeps verdicts."""

    @answered("Keeps a verdict; one that says the same is kept already, and stays as it is.")
    async def keep_verdict(
        self, info: Info, body: Annotated[Json, argument(description="What it says: a JSON object.")]
    ) -> KeepVerdictPayload:
        try:
            if not isinstance(body, dict):
                raise BadInput("`body` is no object.", "Give a JSON object.")
            if (size := len(orjson.dumps(body))) > LARGEST:
                raise BadInput(f"`body` has {size:,} bytes, and may have {LARGEST:,}.", "Keep fewer findings.")
        except BadInput as error:
            return KeepVerdictPayload(verdict=None, errors=errors_of(error, ("body",)))
        store, caller = info.context.store, info.context.caller
        id = id_of(body)
        await store.keep_verdict(id, body, caller)
        kept = await store.verdict(id, caller)
        return KeepVerdictPayload(verdict=None if kept is None else _shown(kept), errors=[])
