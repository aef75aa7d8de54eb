"""Another process at a store.

    python -m tests.store.sqlite.child FILE hold     opens it, says what it got, and keeps it open until its input ends
    python -m tests.store.sqlite.child FILE write    writes one dataset after the other, and says each that is taken

Every line it says is JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from typing import Any

from tests.facts import granule, thing
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.open import open_store
from thalweg.store.questions import EVERYTHING
from thalweg.store.store import Store


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


async def hold(store: Store) -> None:
    say({"read_only": store.read_only, "datasets": await store.count(Kind.DATASET, EVERYTHING, ANYONE)})
    try:
        (answer,) = await ingest.state(store, [granule("child", thing("child"))], ANYONE)
        say("written" if not isinstance(answer, ThalwegError) else answer.message)
    except ThalwegError as error:
        say(error.message)
    await asyncio.to_thread(sys.stdin.read)


async def write(store: Store) -> None:
    for number in count():
        (answer,) = await ingest.state(store, [granule(f"g{number}", thing(f"d{number}"))], ANYONE)
        if isinstance(answer, ThalwegError):
            raise answer
        say(f"d{number}")


async def main(file: str, what: str) -> None:
    store = await open_store(f"sqlite:///{file}")
    await {"hold": hold, "write": write}[what](store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
