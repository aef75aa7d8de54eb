# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = [
#   "dvc==3.67.1", "dvc-data==3.18.3", "dvc-objects==5.2.0", "scmrepo==3.6.2", "dulwich==1.2.21", "gto==1.10.1",
#   "pathspec==1.1.1", "pygit2==1.21.0", "fsspec==2026.9.0", "openlineage-python==1.54.0",
# ]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""Records the rest of the example estate: DVC, GTO, the client of OpenLineage and git, run for real.

    uv run --script tools/estate/demand.py server/thalweg/estate

A third team forecasts demand: its data lies in DVC, its models are registered with GTO, and what brings the data there
tells of it as OpenLineage events. Writes `demand.bundle`, `events.ndjson` and `cluster.yaml`.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

HERE = Path(__file__).parent
WORK = TemporaryDirectory()
FOLDER = Path(WORK.name)
os.environ |= {
    "DVC_NO_ANALYTICS": "true",
    "CI": "true",  # so that it asks nobody for updates
    "DVC_GLOBAL_CONFIG_DIR": str(FOLDER / "nothing"),
    "DVC_SYSTEM_CONFIG_DIR": str(FOLDER / "nothing"),
    "DVC_SITE_CACHE_DIR": str(FOLDER / "site"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": str(FOLDER / "gitconfig"),
}

from dvc.cli import main as dvc  # noqa: E402 -- it reads the environment
from gto import api as gto  # noqa: E402
from openlineage.client import OpenLineageClient  # noqa: E402
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState  # noqa: E402
from openlineage.client.facet_v2 import (  # noqa: E402
    column_lineage_dataset,
    dataset_version_dataset,
    documentation_job,
    job_type_job,
    ownership_job,
    schema_dataset,
)
from openlineage.client.transport.file import FileConfig, FileTransport  # noqa: E402
from scmrepo.git import Git  # noqa: E402

URL = "https://git.example.com/ml/demand"
REMOTE = "s3://ml-demand/dvc"
PRODUCER = "https://git.example.com/data/lake"
PAYMENTS = ("postgres://payments-db.example.com:5432", "payments.public.card_payments")
TRANSACTIONS = ("s3://lake", "transactions")
SALES = "data/sales.csv"
IDS = random.Random(2026)

FORGET = {4: 0.3, 7: 0.3, 10: 0.5}
"""By month what the training was told."""


class Story:
    """A repository and a file of events, under a clock that is set."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.checkout = FOLDER / "demand"
        self.events = target / "events.ndjson"
        self.events.unlink(missing_ok=True)
        self.client = OpenLineageClient(
            transport=FileTransport(FileConfig(log_file_path=str(self.events), append=True))
        )
        (FOLDER / "gitconfig").write_text("[user]\n  name = Cleo Haddad\n  email = cleo@example.com\n")
        self.git("init", "--quiet", "--initial-branch=main", str(self.checkout), cwd=FOLDER)
        self.git("remote", "add", "origin", "git@git.example.com:ml/demand.git")
        Git.tag = self.tag  # so that a tag of GTO's has the date of the act, and not of the recording
        os.chdir(self.checkout)

    def tag(self, tag: str, target: str, annotated: bool, message: str) -> None:
        self.git("tag", "--annotate", tag, target, "--message", message)

    def at(self, when: str) -> datetime:
        """Sets the clock of git and GTO."""
        now = datetime.fromisoformat(when).replace(tzinfo=UTC)
        os.environ["GIT_AUTHOR_DATE"] = os.environ["GIT_COMMITTER_DATE"] = f"{int(now.timestamp())} +0000"
        return now

    def git(self, *words: str, cwd: Path | None = None) -> str:
        done = subprocess.run(["git", *words], cwd=cwd or self.checkout, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def dvc(self, *words: str) -> None:
        if code := dvc([*words, "--quiet"]):
            raise SystemExit(f"dvc {' '.join(words)} failed with {code}")

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def ran(
        self, name: str, about: str, start: datetime, minutes: int, read: list[InputDataset], wrote: OutputDataset
    ) -> None:
        """The two events of a run of the lake's jobs."""
        run = Run(str(UUID(int=IDS.getrandbits(128), version=4)))
        facets = {
            "documentation": documentation_job.DocumentationJobFacet(about),
            "ownership": ownership_job.OwnershipJobFacet([ownership_job.Owner("data-platform", "MAINTAINER")]),
            "jobType": job_type_job.JobTypeJobFacet("BATCH", "SPARK", "JOB"),
        }
        job = Job("spark://lake", name, facets)
        end = start + timedelta(minutes=minutes)
        self.client.emit(
            RunEvent(
                eventTime=_written(start), producer=PRODUCER, eventType=RunState.START, run=run, job=job, inputs=read
            )
        )
        self.client.emit(
            RunEvent(
                eventTime=_written(end),
                producer=PRODUCER,
                eventType=RunState.COMPLETE,
                run=run,
                job=job,
                outputs=[wrote],
            )
        )


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def load(story: Story, month: int) -> None:
    """The lake takes the card payments out of the payment gateway's database."""
    columns = {
        "transaction_id": ["id"],
        "customer_id": ["payer_id"],
        "amount": ["amount_cents", "currency"],
        "country": ["merchant_country"],
    }
    lineage = column_lineage_dataset.ColumnLineageDatasetFacet(
        {
            column: column_lineage_dataset.Fields(
                [column_lineage_dataset.InputField(*PAYMENTS, source) for source in sources], "", ""
            )
            for column, sources in columns.items()
        }
    )
    of_payments = [(name, "bigint") for name in ("id", "payer_id", "amount_cents")]
    of_payments += [("currency", "varchar"), ("merchant_country", "varchar"), ("paid_at", "timestamp")]
    schema = schema_dataset.SchemaDatasetFacet([schema_dataset.SchemaDatasetFacetFields(*one) for one in of_payments])
    story.ran(
        "load_transactions",
        "Takes the card payments of a month into the lake.",
        datetime(2026, month, 2, 1, tzinfo=UTC),
        25,
        [InputDataset(*PAYMENTS, facets={"schema": schema})],
        OutputDataset(*TRANSACTIONS, facets={"columnLineage": lineage}),
    )


def export(story: Story, month: int, digest: str) -> None:
    """The lake lays the sales of a month where the forecast takes them from."""
    version = dataset_version_dataset.DatasetVersionDatasetFacet(f"md5:{digest}")
    story.ran(
        "export_sales",
        "Lays what was sold by article and day where the forecast of demand takes it from.",
        datetime(2026, month, 2, 3, tzinfo=UTC),
        8,
        [InputDataset(*TRANSACTIONS)],
        OutputDataset(URL, SALES, facets={"version": version}),
    )


def sales(month: int) -> bytes:
    """What was sold by article and day, drawn from a seed."""
    chance = random.Random(f"sales {month}")
    lines = [
        f"{article},{day},{max(0, round(chance.gauss(article % 7 + 3 + month / 4, 2)))}\n"
        for article in range(1, 41)
        for day in range(28)
    ]
    return ("article_id,day,sold\n" + "".join(lines)).encode()


def tell(story: Story) -> None:
    story.at("2026-03-30T09:00:00")
    shutil.copytree(HERE / "demand", story.checkout, dirs_exist_ok=True)
    story.dvc("init")
    story.dvc("remote", "add", "--default", "store", REMOTE)
    (story.checkout / "data").mkdir()
    (story.checkout / "params.yaml").write_text("train: {forget: 0.3}\n")
    story.commit("A forecast of demand")
    places: dict[str, str] = {}
    for number, month in enumerate((4, 7, 10), 1):
        load(story, month)
        content = sales(month)
        digest = hashlib.md5(content).hexdigest()
        export(story, month, digest)
        story.at(f"2026-{month:02}-08T10:00:00")
        (story.checkout / SALES).write_bytes(content)
        (story.checkout / "params.yaml").write_text(f"train: {{forget: {FORGET[month]}}}\n")
        story.dvc("add", SALES)
        story.dvc("repro")
        story.commit(f"Demand: the sales of month {month}")
        story.at(f"2026-{month:02}-08T11:00:00")
        version, note = f"v{number}.0.0", f"With the sales of month {month}."
        gto.register(".", "demand", "HEAD", version, message=note)
        story.at(f"2026-{month:02}-15T08:00:00")
        gto.assign(".", "demand", "production", version=version)
        model = hashlib.md5((story.checkout / "models" / "demand.json").read_bytes()).hexdigest()
        places[f"{{model.{number}}}"] = f"{REMOTE}/files/md5/{model[:2]}/{model[2:]}"
    cluster = (HERE / "cluster.yaml").read_text()
    for hole, place in places.items():
        cluster = cluster.replace(hole, place)
    (story.target / "cluster.yaml").write_text(cluster)
    bundle = story.target / "demand.bundle"
    story.git("bundle", "create", "--quiet", str(bundle), "--all")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    told = Story(Path(sys.argv[1]).resolve())
    tell(told)
    print(told.git("log", "--oneline"), told.git("tag"), sep="\n")
