"""Writes anew what `data/producers.ndjson` becomes: `python -m tests.importers.openlineage.golden`; then look at it."""

from __future__ import annotations

import asyncio
import json
from tempfile import TemporaryDirectory

from tests.importers.openlineage.graph import graph
from tests.importers.openlineage.test_files import DATA, golden, imported
from thalweg.store.open import open_store


async def main() -> None:
    with TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{folder}/store.db")
        await imported(store, DATA / "producers.ndjson")
        found = golden(await graph(store))
        await store.close()
    (DATA / "golden.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(main())
