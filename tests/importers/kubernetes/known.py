"""Passes over manifests that ask the store what it holds, as the command and a source that is kept in step do."""

from __future__ import annotations

from pathlib import Path

from tests.importers.stores import outcomes
from thalweg.model.facts import ANYONE
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.time import rfc3339
from thalweg.store.store import Store
from thalweg.sync.importing import reading


async def bring(store: Store, text: str, tmp_path: Path, **options: str) -> list[str]:
    """One pass over a manifest; what became of its scopes."""
    (tmp_path / "it.yaml").write_text(text)
    found = await reading(
        store, "kubernetes", str(tmp_path / "it.yaml"), None, {"environment": "production", **options}
    )
    return (await outcomes(store, found))[0]


async def period(store: Store, *parts: str) -> tuple[str | None, str | None] | None:
    """Since when a release is known to have run, and until when, to the second."""
    id = Key(Kind.RELEASE, parts).id
    found = (await store.get([id], ANYONE)).get(id)
    return (shown(found.props.get("since")), shown(found.props.get("until"))) if found is not None else None


def shown(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)[:19] + "Z"
