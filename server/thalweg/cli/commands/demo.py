"""`thalweg demo`: the example estate, read by the ordinary importers; two questions, their answers, a server."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from thalweg.cli import output
from thalweg.cli.changes import Change
from thalweg.cli.commands.impact import Question, asked, assets, drawn, told
from thalweg.cli.commands.serve import settings as settings_with
from thalweg.cli.graph import Graph, opened, text
from thalweg.cli.place import Place
from thalweg.client import Client
from thalweg.estate import CLUSTER, DEMAND, DEMAND_URL, LAKE, MLFLOW, REPOSITORY_URL, TRAINING, estate
from thalweg.http.serve import serve
from thalweg.http.settings import Settings
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput, ThalwegError
from thalweg.model.facts import Caller
from thalweg.store.open import open_store
from thalweg.store.store import Store
from thalweg.sync.bringing import Summary, bring
from thalweg.sync.importing import reading

CALLER = Caller("demo")
DATASET = "s3://lake/transactions"
"""What the question is about."""
ASKED = f"If {DATASET} changes, which models and which live endpoints are hit?"
QUESTION = Question(Change("content", DATASET, {}), as_of=None, active_within=90)
FEATURES, COLUMN = "s3://features/customer_features", "home_country"
ASKED_OF_COLUMN = f"If the column {COLUMN} of {FEATURES} is dropped, what breaks?"
COLUMN_QUESTION = Question(Change("columns", FEATURES, {"changes": [{"drop": COLUMN}]}), as_of=None, active_within=90)
PORT = 8000


def run(check: bool, port: int | None, keep: Path | None, as_json: bool) -> int:
    """Imports, asks, and serves until Ctrl-C. `check`: asks over HTTP too, and answers whether that went well."""
    if as_json and not check:
        raise BadInput("--json goes with --check: the demo alone is for people.", "Leave it out, or give both.")
    with _folder(keep) as folder:
        address = f"sqlite:///{folder / 'thalweg.db'}"
        summaries = asyncio.run(filled(address))
        with opened(Place(store=address)) as graph:
            answer = asked(graph, QUESTION, 100)
            tree = question_and_answer(graph, answer)
            of_column = asked(graph, COLUMN_QUESTION, 100)
            tree += column_and_answer(graph, of_column)
        if not as_json:
            output.write(_brought(summaries))
            output.show(*tree)
        given = {"store": address, "read_only": False, "host": "127.0.0.1", "port": 0 if check else _port(port)}
        settings = settings_with({**given, "log_format": "text", "log_level": "warning"})  # over the environment's
        if check:
            return _check(settings, answer, of_column, as_json)
        return serve(settings, _tell)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A folder for the store: the one that is kept, or one that is gone afterwards."""
    if keep is None:
        with TemporaryDirectory(prefix="thalweg-demo-") as fresh:
            yield Path(fresh)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{keep} cannot be used as a folder ({error.strerror}).", "Give another with --keep.") from None
    yield keep.resolve()


async def filled(address: str) -> list[Summary]:
    """Brings the example estate into the store of an address, and closes it."""
    store = await open_store(address)
    try:
        return await bring_estate(store)
    finally:
        await store.close()


async def bring_estate(store: Store) -> list[Summary]:
    """Brings the example estate into a store: what made the data and the models, then the commits that runs name, then
    what is live.
    """
    with estate() as files:
        forecast: dict[str, Any] = {"url": DEMAND_URL}
        passes: list[tuple[str, Path, str | None, dict[str, Any]]] = [
            ("mlflow", files.mlflow, MLFLOW, {"artifacts": files.artifacts}),
            ("openlineage", files.events, LAKE, {}),
            ("dvc", files.demand, DEMAND, {**forecast, "all_commits": True}),
            ("gto", files.demand, DEMAND, forecast),
            ("git", files.demand, DEMAND, forecast),
            ("git", files.training, TRAINING, {"url": REPOSITORY_URL}),
            ("manifest", files.deployments, None, {}),
            ("kubernetes", files.cluster, CLUSTER, {}),
        ]
        return [
            await bring(store, await reading(store, importer, str(place), source, options), CALLER)
            for importer, place, source, options in passes
        ]


def _port(port: int | None) -> int:
    """The port that is asked for; else the usual one, or any that is free where somebody has that."""
    if port is not None:
        return port
    try:
        socket.create_server(("127.0.0.1", PORT)).close()
    except OSError:
        return 0
    return PORT


# --------------------------------------------------------------------------------------------------------------- answer


def _brought(summaries: Sequence[Summary]) -> str:
    counted = ", ".join(f"{summary.source} ({plural(summary.read, 'scope')})" for summary in summaries)
    return f"Imported the example estate, a year of a small shop: {counted}.\n\n"


def question_and_answer(graph: Graph, answer: dict[str, Any]) -> list[RenderableType]:
    """The question, the tree, the verdict: what the README shows."""
    return [Text(ASKED, style="bold cyan"), Text(), *drawn(answer, assets(graph, answer)), *told(answer), Text()]


def column_and_answer(graph: Graph, answer: dict[str, Any]) -> list[RenderableType]:
    """The same of one column, which is read by what serves and by no training; with the reason below each."""
    drawing = drawn(answer, assets(graph, answer), reasons=True)
    return [Text(ASKED_OF_COLUMN, style="bold cyan"), Text(), *drawing, *told(answer), Text()]


def query() -> str:
    """The same question in GraphQL, ready to paste."""
    lines = [line for line in text("demo").splitlines() if not line.startswith("#")]
    return "\n".join(lines).strip().replace("($of: ID!)", "").replace("$of", f'"{DATASET}"')


def _tell(addresses: Sequence[str]) -> None:
    server = addresses[0].removesuffix("/graphql")
    output.write(
        f"The same in GraphQL; paste it into GraphiQL at {addresses[0]}\n\n{query()}\n\n"
        "Or ask on in another terminal:\n\n"
        f"  thalweg lineage model:fraud/6 --up --server {server}\n"
        f"  thalweg check {DATASET} --delete --server {server}\n"
        f"  thalweg check {FEATURES} --drop-column {COLUMN} --server {server}\n\n"
        "Ctrl-C stops the server.\n"
    )


# ---------------------------------------------------------------------------------------------------------------- check


def _check(settings: Settings, answer: dict[str, Any], of_column: dict[str, Any], as_json: bool) -> int:
    """Serves just long enough to ask both over HTTP, and compares: 0 where the answers are the store's own."""
    over_http: list[tuple[dict[str, Any], dict[str, Any]] | ThalwegError] = []

    def started(addresses: Sequence[str]) -> None:
        def ask() -> None:
            try:
                client = Client(addresses[0])
                first = client.ask(text("demo"), {"of": DATASET})["impact"]
                variables = {**COLUMN_QUESTION.variables(), "first": 100, "after": None}
                over_http.append((first, client.ask(text("impact"), variables)["impact"]))
            except ThalwegError as error:
                over_http.append(error)
            finally:
                signal.raise_signal(signal.SIGINT)  # as somebody would stop it

        Thread(target=ask, daemon=True).start()

    serve(settings, started)
    if isinstance(over_http[0], ThalwegError):
        raise over_http[0]
    found, dropped = over_http[0]
    endpoints = sorted(f"{one['namespace']}/{one['name']}" for one in found["endpoints"]["nodes"])
    models = sorted(one["name"] for one in found["models"]["nodes"])
    expected = sorted(f"{one['namespace']}/{one['name']}" for one in answer["endpoints"])
    broken = sorted(f"{one['namespace']}/{one['name']}" for one in dropped["endpoints"]["nodes"])
    breaks = sorted(f"{one['namespace']}/{one['name']}" for one in of_column["endpoints"])
    passed = bool(endpoints) and bool(models) and endpoints == expected and found["verdict"] == answer["verdict"]
    passed = passed and bool(broken) and broken == breaks and dropped["verdict"] == of_column["verdict"]
    if as_json:
        output.document(
            {
                "passed": passed,
                "question": ASKED,
                "verdict": found["verdict"],
                "models": models,
                "endpoints": endpoints,
                "expected": expected,
                "column": {
                    "question": ASKED_OF_COLUMN,
                    "verdict": dropped["verdict"],
                    "endpoints": broken,
                    "expected": breaks,
                },
            }
        )
    elif passed:
        output.write(f"Checked over HTTP: {len(models)} models and {len(endpoints)} live endpoints are hit.\n")
        output.write(f"And of the column: {', '.join(broken)} breaks.\n")
    else:
        output.note(
            f"thalweg: Over HTTP {endpoints} are hit and {models}; the store says {expected}. "
            f"Without the column {broken} break; the store says {breaks}."
        )
    return 0 if passed else 1
