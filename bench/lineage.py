"""What is worked out from lineage: impact, provenance, comparison; and the raw driver's best for the same data."""

from __future__ import annotations

from typing import Any

from bench import estate
from bench.case import Case, Doors, Thing
from thalweg.lineage.compare import compare
from thalweg.lineage.impact import Change, Columns, Content, Impact, impact
from thalweg.lineage.provenance import provenance
from thalweg.model.columns import Drop
from thalweg.model.errors import DeadlineExceeded
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Truncated
from thalweg.model.time import DAY
from thalweg.store.questions import Find, Start, Walk, Where
from thalweg.store.store import Store

WINDOW = 20 * 365 * DAY
"""So that what ran once, in the estate's own years, still says what will happen next."""

STOPPED_AFTER = 0.01
"""Seconds until a question that takes longer is stopped."""

CHANGES: dict[str, Change] = {"content": Content(), "a column dropped": Columns((Drop(estate.COLUMN),))}


def of_store(store: Store) -> list[Case]:
    """In this process, without a server: by how much is reached."""

    def asked(reach: estate.Reach, change: Change) -> Thing:
        async def ask() -> Impact:
            found = await impact(
                store, ANYONE, reach.dataset.id, change, active_within=WINDOW, visited=2_000_000, seconds=60.0
            )
            assert found.affected, "nothing was reached"
            assert not found.incomplete, found.incomplete
            return found

        return ask

    return [
        *(
            Case(
                f"impact to its verdict: {name}",
                {f"{reach.versions:,} reached": asked(reach, change) for reach in estate.REACHES},
            )
            for name, change in CHANGES.items()
        ),
        Case(
            "told of one thing, or of ten",
            {
                "provenance of a model version": lambda: provenance(store, ANYONE, estate.TRAINED.id, seconds=60.0),
                "comparison of ten runs": lambda: compare(
                    store, ANYONE, [run.id for run in estate.COMPARED], seconds=60.0
                ),
            },
        ),
    ]


def stopped(store: Store) -> list[Case]:
    """Questions that take longer than they may: how long they really take is their time less `STOPPED_AFTER`."""

    async def walked() -> None:
        walk = Walk(
            Direction.DOWNSTREAM, depth=None, max_nodes=0, counts=True, visited=2_000_000, seconds=STOPPED_AFTER
        )
        found = await store.walk(Start((estate.REACHES[-1].version.id, estate.HUB.id)), walk, ANYONE)
        assert found.truncated is Truncated.DEADLINE, f"it was not stopped: {found.truncated}"

    async def listed() -> None:
        try:
            find = Find(Kind.RUN, Where(name_contains="no such run"), limit=50, seconds=STOPPED_AFTER)
            await store.find(find, ANYONE)
        except DeadlineExceeded:
            return
        raise AssertionError("the list was not stopped")

    async def judged() -> None:
        found = await impact(
            store, ANYONE, estate.REACHES[-1].dataset.id, Content(), visited=2_000_000, seconds=STOPPED_AFTER
        )
        assert found.incomplete, "the impact was not stopped"

    name = f"stopped after {STOPPED_AFTER * 1e3:g} ms"
    return [Case(name, {"walk": walked, "list": listed, "impact": judged})]


IMPACT = """
query Impact($of: ID!, $change: ChangeInput!) {
  impact(of: $of, change: $change, activeWithinDays: 7300) {
    verdict
    incomplete
    affected(first: 100) { totalCount nodes { kind namespace name effect confidence live reason } }
  }
}
"""

RAW_CONTENT = """
MATCH (:Entity {id: $id})-[:HAS_VERSION]->(s)
CALL (s) {
  MATCH p = (s)-[:INPUT_TO|PRODUCED|SERVED_BY|DERIVED_INTO*0..]->(n)
  WITH n, min(length(p)) AS d
  RETURN collect(n) AS ns, collect(d) AS ds
}
CALL (ns) {
  UNWIND ns AS a
  MATCH (a)-[e:INPUT_TO|PRODUCED|SERVED_BY|DERIVED_INTO]->(b)
  RETURN collect([a.id, type(e), b.id, properties(e)]) AS es
}
RETURN [n IN ns | [n.id, labels(n), properties(n)]] AS nodes, ds, es
"""

RAW_COLUMNS = """
MATCH (s:Entity {id: $id})
CALL (s) {
  MATCH (s)-[:INPUT_TO|PRODUCED|SERVED_BY|DERIVED_INTO*0..]->(n)
  RETURN collect(DISTINCT n) AS assets
}
CALL (assets) {
  UNWIND assets AS a
  MATCH (a)-[e:INPUT_TO|PRODUCED|SERVED_BY|DERIVED_INTO]->(b)
  RETURN collect([a.id, type(e), b.id, properties(e)]) AS patterns
}
CALL (assets) {
  UNWIND assets AS a
  WITH a WHERE a.kind IN ['Job', 'Deployment']
  MATCH (a)-[:HAS_VERSION]->(r)
  MATCH (v)-[e:INPUT_TO|SERVED_BY]->(r)
  OPTIONAL MATCH (r)-[:PRODUCED]->(w)
  RETURN collect([r.id, properties(r), v.id, properties(e), w.id]) AS acts
}
RETURN [n IN assets | [n.id, properties(n)]] AS nodes, patterns, acts
"""

RAW = {"content": RAW_CONTENT, "a column dropped": RAW_COLUMNS}

CHANGED: dict[str, dict[str, Any]] = {
    "content": {"content": {}},
    "a column dropped": {"columns": {"changes": [{"drop": estate.COLUMN}]}},
}

PROVENANCE = """
query Provenance($of: ID!) {
  provenance(of: $of) {
    step {
      run { name status user startedAt params { key value } }
      code { edges { dirty node { namespace sha message } } }
      data { edges { role assumed node { namespace name version columns { name type } } } }
    }
    ancestors { kind namespace name version distance }
    gaps { kind sentence }
    reproduce
    incomplete
  }
}
"""

RAW_PROVENANCE = """
MATCH (m:Entity {id: $id})<-[:PRODUCED]-(r)
MATCH (told:Detail {id: r.id})
CALL (r) {
  MATCH (r)<-[e:INPUT_TO|CODE_OF]-(x)
  MATCH (d:Detail {id: x.id})
  RETURN collect([type(e), properties(e), properties(x), d.body]) AS read
}
CALL (m) {
  MATCH p = (m)<-[:INPUT_TO|CODE_OF|PRODUCED|SERVED_BY|DERIVED_INTO*1..]-(n)
  WITH n, min(length(p)) AS d ORDER BY d LIMIT 1001
  RETURN collect([n.id, properties(n), d]) AS ancestors
}
RETURN told.body AS body, read, ancestors
"""

COMPARE = """
query Compare($things: [ID!]!) {
  compare(things: $things) {
    things { entity { name at } run { name } }
    params { key values }
    metrics { key last best wins }
    data { namespace name versions { nodes { ... on DatasetVersion { version } } } }
    code { url ranges { aheadCount behindCount } }
    incomplete
  }
}
"""

RAW_COMPARE = """
UNWIND $ids AS id
MATCH (r:Entity {id: id})
MATCH (told:Detail {id: id})
CALL (r) {
  MATCH (r)<-[e:INPUT_TO|CODE_OF]-(x)
  MATCH (d:Detail {id: x.id})
  RETURN collect([type(e), properties(e), properties(x), d.body]) AS read
}
RETURN collect([properties(r), told.body, read]) AS runs
"""


def over_http(doors: Doors) -> list[Case]:
    """The same as a frontend asks it, and the raw driver's best text for the data behind it."""
    runs = [run.id for run in estate.COMPARED]
    return [
        *(
            doors.case(
                f"impact of {name}, {reach.versions:,} reached",
                IMPACT,
                {"of": reach.dataset.id, "change": CHANGED[name]},
                RAW[name],
                id=reach.dataset.id,
            )
            for name in CHANGES
            for reach in estate.REACHES
        ),
        doors.case(
            "provenance of a model version",
            PROVENANCE,
            {"of": estate.TRAINED.id},
            RAW_PROVENANCE,
            id=estate.TRAINED.id,
        ),
        doors.case("comparison of ten runs", COMPARE, {"things": runs}, RAW_COMPARE, ids=runs),
    ]
