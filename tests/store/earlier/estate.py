"""What the stores of earlier versions hold: a little of everything there is.

`version_1.db.gz` was written by the release of schema 1: `fill` on an empty SQLite store, closed, then `gzip -9n`. Each
later version has such a file too.
"""

from __future__ import annotations

from tests.facts import alias, code, flow, granule, ids, joined, reads, run, thing
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store

FACTS = (
    granule(
        "jobs",
        thing(
            "^train",
            description="Trains the fraud model every night",
            owners=["ann@example.com"],
            tags={"team": "risk"},
        ),
        reads("card_payments", "^train", at=50),
        source="manifest",
        origin="manifest",
        at=10,
    ),
    granule(
        "1",
        run(
            "r1", "train", name="nightly-fox", started_at=100, ended_at=150, metrics={"auc": 0.9}, params={"depth": "3"}
        ),
        thing("card_payments", description="Payments by card, as the café's till reports them"),
        thing("card_payments@1", columns=[{"name": "amount_eur"}, {"name": "merchantId"}], created_at=20, rows=3),
        thing(
            "repo!a", message="Fix the rounding of amounts\n\nIt went the wrong way.", author="Bo Lind", authored_at=90
        ),
        code("repo!a", "*r1"),
        *flow("card_payments@1 > *r1 > fraud/1 > +fraud#1 > scores@1"),
        at=10,
    ),
    granule(
        "2",
        run("r2", "train", started_at=200, ended_at=250),
        thing("fraud/2", tags={"stage": "shadow"}),
        *flow("card_payments@2 > *r2 > fraud/2"),
        at=10,
    ),
    granule("3", alias("fraud/2", "champion", since=300), joined("payments", "card_payments"), at=10),
    granule(
        "4", thing("secrets", description="Nobody's business"), thing("secrets@1", columns=[{"name": "pin"}]), at=10
    ),
)


async def fill(store: Store) -> None:
    """States the facts in an empty store, and forgets some of them."""
    for answer in await ingest.state(store, FACTS, ANYONE):
        assert not isinstance(answer, ThalwegError), answer
    await store.forget(ids("secrets"), ANYONE)
