"""A made-up estate of any size, the same for the same seed, with what real ones have and small tests lack.

- a hub: one dataset version that a tenth of all runs read (100,000 of them in an estate of a million);
- a chain: 5,000 steps from the first dataset version to the last, one after another;
- an asset with 10,000 versions;
- families of ordinary pipelines: each 500 runs that read one another's outputs, train models and release some;
- feature tables from which about 100, 3,000 and 60,000 versions derive, in one family or many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from random import Random

from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule
from thalweg.model.keys import Key
from thalweg.model.time import MINUTE

BEGIN = 1_700_000_000_000_000
SOURCE = "bench"
RUNS_A_FAMILY = 500
CHAIN = 5_000
VERSIONS = 10_000
AT_ONCE = 10
"""Versions that one granule states."""

HUB = keys.dataset_version("s3://bench", "hub", "1")
HUB_DATASET = keys.dataset("s3://bench", "hub")
TABLE = keys.dataset("s3://bench", "table-0-1")
"""One that an ordinary pipeline writes and reads."""
CHAIN_START = keys.dataset_version("s3://bench", "chain", "0")
CHAIN_END = keys.dataset_version("s3://bench", "chain", str(CHAIN // 2))
MANY_VERSIONS = keys.dataset("s3://bench", "partitioned")
TRAINED = keys.model_version("bench", "model-0-0", "495")
"""Among the last that a family trains: most of the family is behind it."""
COMPARED = tuple(keys.run("bench", f"run-0-{number}") for number in range(490, 500))
COLUMN = "amount"
"""Of the feature tables; who reads one states that it reads this."""

BEHIND_A_RUN = 2.25
"""Versions that a run of a family adds: itself, a table, a fifth of a model, a twentieth of a release."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A feature table from which about so many versions derive: `first` runs into each of some families, it is read."""

    versions: int
    families: int

    @property
    def dataset(self) -> Key:
        return keys.dataset("s3://features", f"reach-{self.versions}")

    @property
    def version(self) -> Key:
        return keys.dataset_version("s3://features", f"reach-{self.versions}", "1")

    @property
    def first(self) -> int:
        return RUNS_A_FAMILY - round(self.versions / self.families / BEHIND_A_RUN)


REACHES = (Reach(100, 1), Reach(3_000, 3), Reach(60_000, 54))


@dataclass(frozen=True, slots=True)
class Size:
    """How big: about this many entities in all; the hub, the chain and the versions shrink with a small estate."""

    entities: int

    @property
    def readers(self) -> int:
        return min(100_000, self.entities // 10)

    @property
    def chain(self) -> int:
        return min(CHAIN // 2, self.entities // 20)

    @property
    def versions(self) -> int:
        return min(VERSIONS, self.entities // 10)

    @property
    def families(self) -> int:
        left = self.entities - self.readers - self.chain * 2 - self.versions
        return max(1, left // 1_240)


def family_start(family: int) -> Key:
    """The dataset version that everything in a family derives from."""
    return keys.dataset_version("s3://bench", f"raw-{family}", "1")


def granules(size: Size, seed: int = 7) -> Iterator[Granule]:
    """One granule a run, as an importer gives them; any part of the stream has as much of each as the whole."""
    streams = (
        (size.families * RUNS_A_FAMILY, _families(size, Random(seed))),
        (size.chain, _chain(size)),
        (-(-size.versions // AT_ONCE), _versions(size)),
        (size.readers, _readers(size, Random(seed + 1))),
    )
    placed = (((place / length, granule) for place, granule in enumerate(stream)) for length, stream in streams)
    for _, granule in merge(*placed, key=itemgetter(0)):
        yield granule


def _run(name: str, job: str, at: int, random: Random | None) -> EntityFact:
    props: dict[str, object] = {
        "job": ["bench", job],
        "name": name,
        "status": "FINISHED",
        "started_at": at,
        "ended_at": at + 5 * MINUTE,
    }
    if random is not None:
        auc = random.random()
        props["params"] = {"learning_rate": str(round(random.random(), 4)), "depth": str(random.randrange(3, 12))}
        props["metrics"] = {"auc": auc, "f1": auc * 0.9, "loss": 1 - auc}
        props["user"] = f"user{random.randrange(40)}"
    return EntityFact(keys.run("bench", name), props)


def _families(size: Size, random: Random) -> Iterator[Granule]:
    for family in range(size.families):
        yield from _family(family, random)


def _family(family: int, random: Random) -> Iterator[Granule]:
    """Runs that read what earlier runs of the family wrote; every fifth trains a model, every twentieth is released."""
    outputs = [family_start(family)]
    for number in range(RUNS_A_FAMILY):
        at = BEGIN + (number * 1_000 + family % 1_000) * MINUTE
        run = _run(f"run-{family}-{number}", f"job-{family}-{number % 10}", at, random)
        commit = keys.commit(f"https://git.bench/repo-{family % 50}", f"{family:020x}{number // 20:020x}")
        inputs = {outputs[-1], outputs[random.randrange(max(0, len(outputs) - 30), len(outputs))]}
        written = keys.dataset_version("s3://bench", f"table-{family}-{number % 20}", str(number))
        outputs.append(written)
        entities = [run, EntityFact(written, {"rows": number, "columns": [{"name": "id", "type": "long"}]})]
        edges = [EdgeFact(one, EdgeType.INPUT_TO, run.key, "training") for one in sorted(inputs)]
        edges += [EdgeFact(commit, EdgeType.CODE_OF, run.key), EdgeFact(run.key, EdgeType.PRODUCED, written)]
        for reach in REACHES:
            if family < reach.families and number == reach.first:
                read = {"columns": [COLUMN], "covers": "DECLARED"}
                edges.append(EdgeFact(reach.version, EdgeType.INPUT_TO, run.key, "features", props=read))
                if family == 0:
                    columns = [{"name": COLUMN, "type": "double"}, {"name": "country", "type": "string"}]
                    entities.append(EntityFact(reach.version, {"columns": columns}))
        if number % 5 == 0:
            model = keys.model_version("bench", f"model-{family}-{number % 3}", str(number))
            entities.append(EntityFact(model, {"created_at": at + 5 * MINUTE, "format": "sklearn"}))
            edges.append(EdgeFact(run.key, EdgeType.PRODUCED, model))
            if number % 20 == 0:
                release = keys.release("production", f"endpoint-{family}-{number % 3}", str(number))
                entities.append(EntityFact(release, {"since": at + 60 * MINUTE}))
                edges.append(EdgeFact(model, EdgeType.SERVED_BY, release, props={"traffic": 100}))
        yield Granule(SOURCE, f"run/{family}/{number}", "mlflow", entities, edges, at=at)


def _chain(size: Size) -> Iterator[Granule]:
    for step in range(size.chain):
        source = keys.dataset_version("s3://bench", "chain", str(step))
        target = keys.dataset_version("s3://bench", "chain", str(step + 1))
        run = _run(f"step-{step}", "chain", BEGIN + step * MINUTE, None)
        edges = [EdgeFact(source, EdgeType.INPUT_TO, run.key), EdgeFact(run.key, EdgeType.PRODUCED, target)]
        yield Granule(SOURCE, f"chain/{step}", "mlflow", [run], edges, at=BEGIN + step)


def _versions(size: Size) -> Iterator[Granule]:
    for first in range(0, size.versions, AT_ONCE):
        facts = [
            EntityFact(
                keys.dataset_version("s3://bench", "partitioned", str(number)),
                {"created_at": BEGIN + number * MINUTE},
            )
            for number in range(first, min(first + AT_ONCE, size.versions))
        ]
        yield Granule(SOURCE, f"versions/{first}", "mlflow", facts, at=BEGIN + first)


def _readers(size: Size, random: Random) -> Iterator[Granule]:
    for number in range(size.readers):
        at = BEGIN + number * MINUTE
        run = _run(f"reader-{number}", f"reader-{number % 100}", at, random)
        yield Granule(SOURCE, f"reader/{number}", "mlflow", [run], [EdgeFact(HUB, EdgeType.INPUT_TO, run.key)], at=at)
