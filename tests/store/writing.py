"""One of two writers, as a process of its own.

    python -m tests.store.writing ADDRESS write 0     states every other granule of the estate, and those of both
    python -m tests.store.writing ADDRESS try         opens the store, reads it, and tries to write

Prints one line of JSON: what it came to.
"""

from __future__ import annotations

import asyncio
import json
import sys

from tests.facts import flow, granule, run, said, thing
from tests.store.dump import entities
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule
from thalweg.store.open import open_store
from thalweg.store.store import Store

RUNS = 120
AT_ONCE = 4


def estate() -> list[Granule]:
    """Runs of a few jobs, which all meet in the same data, commits and models; every fact has its date."""
    found = []
    for number in range(RUNS):
        at = 1_000 + 10 * number
        reads = f"tx@{number % 3} > *r{number} > fraud/{number}"
        found.append(
            granule(
                f"run/{number}",
                run(f"r{number}", f"train{number % 5}", started_at=at, ended_at=at + 5, user=f"u{number % 7}"),
                *flow(reads),
                *flow(f"hub@1 > *r{number}"),
                *flow(f"repo!c{number % 2} > *r{number}"),
                *flow(f"fraud/{number} > +fraud#{number % 4}", at=at + 7),
                thing("hub", description=f"as run {number} knew it"),
                thing("hub@1", created_at=900),
                *(thing(f"tx@{n}", created_at=900 + n) for n in range(3)),
                source=f"source{number % 2}",
                at=at,
            )
        )
    return found


def share(writer: int) -> list[Granule]:
    """What one of two writers states: its half, and each third one that both do."""
    return [one for number, one in enumerate(estate()) if number % 2 == writer or number % 3 == 0]


async def write(store: Store, granules: list[Granule]) -> int:
    """States granules a few at a time; answers how many were taken. Any error is raised."""
    taken = 0
    for begin in range(0, len(granules), AT_ONCE):
        for answer in await ingest.state(store, granules[begin : begin + AT_ONCE], ANYONE):
            if isinstance(answer, ThalwegError):
                raise answer
            taken += 1
    return taken


async def attempt(store: Store) -> dict[str, object]:
    """What a process sees of a store, and what it is told when it writes."""
    seen = sorted(said(id) for id in await entities(store))
    try:
        (answer,) = await ingest.state(store, [granule("mine", thing("mine"))], ANYONE)
    except ThalwegError as error:
        answer = error
    code = answer.code if isinstance(answer, ThalwegError) else answer.outcome.value
    return {"read_only": store.read_only, "seen": seen, "answer": code}


async def main(address: str, what: str, writer: str = "0") -> None:
    estate()  # so that the words of what is found are known
    store = await open_store(address)
    try:
        result = {"taken": await write(store, share(int(writer)))} if what == "write" else await attempt(store)
    finally:
        await store.close()
    print(json.dumps(result))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
