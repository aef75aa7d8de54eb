"""`thalweg import`: opens the source and the store, shows how far the pass has come, and what it came to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from thalweg.cli import output
from thalweg.cli.place import open_at
from thalweg.importers.reading import Reading
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput
from thalweg.model.facts import Caller
from thalweg.model.results import Outcome
from thalweg.store.store import Store
from thalweg.sync.bringing import Progress, Summary, bring
from thalweg.sync.importing import held_of, versions_at

CALLER = Caller("import")
SECONDS_BETWEEN_LINES = 5.0
SHOWN = 10
"""Sentences of one sort that are printed; the JSON document has more."""

Read = Callable[[Store], Awaitable[Reading]]


def mlflow(
    store: str | None,
    location: str,
    source: str | None,
    artifacts: Path | None,
    repository: str | None,
    histories: bool,
    as_json: bool,
) -> int:
    from thalweg.importers import mlflow as importer

    reading = importer.read(location, source=source, artifacts=artifacts, repository=repository, histories=histories)
    return run_read(store, reading, as_json)


def manifest(store: str | None, location: str, source: str | None, as_json: bool) -> int:
    from thalweg.importers import manifest as importer

    return run_read(store, importer.read(location, source=source), as_json)


def openlineage(store: str | None, files: Sequence[str], source: str | None, strict: bool, as_json: bool) -> int:
    from thalweg.importers import openlineage as importer

    return run_read(store, importer.read(files, source=source, strict=strict), as_json)


def sagemaker(store: str | None, location: str, source: str | None, environment: str | None, as_json: bool) -> int:
    from thalweg.importers import sagemaker as importer

    return run_read(store, importer.read(location, source=source, environment=environment), as_json)


def azureml(store: str | None, location: str, source: str | None, environment: str | None, as_json: bool) -> int:
    from thalweg.importers import azureml as importer

    return run_read(store, importer.read(location, source=source, environment=environment), as_json)


class NeptuneOptions(NamedTuple):
    """How an export of Neptune is read: the options of `thalweg import neptune`."""

    source: str | None = None
    files: Path | None = None
    errors: Path | None = None
    repository: str | None = None
    step_multiplier: int = 1
    everything: bool = False


def neptune(store: str | None, location: str, given: NeptuneOptions, as_json: bool) -> int:
    from thalweg.importers import neptune as importer

    return run_read(store, importer.read(location, **given._asdict()), as_json)


class Cluster(NamedTuple):
    """A live cluster, as it is named on the command line."""

    context: str | None
    kubeconfig: Path | None
    exec_plugin: bool


def kubernetes(
    store: str | None,
    paths: list[str],
    live: Cluster | None,
    source: str | None,
    namespace: str | None,
    environment: list[str],
    models: str | None,
    as_json: bool,
) -> int:
    from thalweg.importers import kubernetes as importer

    environments = importer.environments(environment)
    if live is not None and paths:
        raise BadInput("Manifests and a cluster are two sources.", "Import one after the other.")
    if live is not None:
        found = importer.find_live(
            context=live.context,
            kubeconfig_file=live.kubeconfig,
            source=source,
            namespace=namespace,
            run_plugin=live.exec_plugin,
        )
    else:
        found = importer.find(paths, source=source, namespace=namespace)

    async def read(opened: Store) -> Reading:
        versions, doubted = await versions_at(opened, found.uris())
        found.warnings += doubted
        held = await held_of(opened, found.asked(environments))
        return found.reading(environments=environments, models=models, versions=versions, held=held)

    return run(store, read, as_json)


def dbt(
    store: str | None,
    location: str,
    source: str | None,
    namespace: str | None,
    catalog: Path | None,
    run_results: Collection[Path],
    repository: str | None,
    as_json: bool,
) -> int:
    from thalweg.importers import dbt as importer

    reading = importer.read(
        location,
        source=source,
        namespace=namespace,
        catalog=catalog,
        run_results=run_results,
        repository=repository,
    )
    return run_read(store, reading, as_json)


class FilesOptions(NamedTuple):
    """How files are read: the options of `thalweg import files`."""

    source: str | None = None
    root: Path | None = None
    namespace: str | None = None
    name: str | None = None
    as_folder: bool = False
    use_md5: bool = False
    everything: bool = False
    threads: int | None = None
    cache: Path | None = None
    no_cache: bool = False


def files(store: str | None, paths: Collection[str], given: FilesOptions, as_json: bool) -> int:
    from thalweg.importers import caching
    from thalweg.importers import files as importer
    from thalweg.sync.describing import Describing

    reading = importer.read(
        paths,
        source=given.source,
        root=given.root,
        namespace=given.namespace,
        name=given.name,
        as_folder=given.as_folder,
        use_md5=given.use_md5,
        everything=given.everything,
        cache=None if given.no_cache else caching.folder(given.cache),
        threads=given.threads or importer.THREADS,
        describe=Describing(),
        hashed=Bytes(time.monotonic),
    )
    return run_read(store, reading, as_json)


def run(store: str | None, read: Read, as_json: bool) -> int:
    """Imports what `read` gives into the store, and prints what came of it; 1 where a part was refused."""
    return printed(passed(store, read), as_json)


def passed(store: str | None, read: Read) -> Summary:
    """Imports what `read` gives into the store, and shows how far it is."""
    so_far: list[Summary] = []
    try:
        with progress() as told:
            return asyncio.run(imported(store, read, told, so_far))
    except KeyboardInterrupt:
        count = so_far[0].read if so_far else 0
        raise output.Interrupted(
            f"Interrupted after {plural(count, 'scope')}. What is written is kept, nothing was retired, and the same "
            "import again goes on from there."
        ) from None


def printed(summary: Summary, as_json: bool) -> int:
    """Prints what came of an import; 1 where a part was refused."""
    if as_json:
        output.document(summary.document())
    else:
        output.write("".join(f"{line}\n" for line in lines(summary)))
    return 1 if summary.refused else 0


async def imported(address: str | None, read: Read, told: Progress, so_far: list[Summary]) -> Summary:
    """Opens the store for writing, and brings one reading into it; `so_far` is where an interrupted one is found."""
    store = await open_at(address)
    try:
        reading = await read(store)
        so_far.append(Summary(reading.source, reading.origin))
        return await bring(store, reading, CALLER, told, so_far[0])
    finally:
        await store.close()


def run_read(store: str | None, reading: Reading, as_json: bool) -> int:
    """Imports what was opened before the store, so that no store is made for a source that cannot be read."""
    return printed(passed_read(store, reading), as_json)


def passed_read(store: str | None, reading: Reading) -> Summary:
    async def read(opened: Store) -> Reading:
        return reading

    try:
        return passed(store, read)
    finally:
        reading.close()


# ------------------------------------------------------------------------------------------------------------- progress


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a line every few seconds, for a log."""
    if output.err().is_terminal:
        with _bar() as told:
            yield told
    else:
        yield Lines(time.monotonic)


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=output.err(), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def told(summary: Summary, total: int | None) -> None:
            bar.update(task, description=output.printable(summary.source), completed=summary.read, total=total)

        yield told


class Lines:
    """A progress as lines: one at the beginning, then one whenever some seconds have passed on the clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._said: float | None = None

    def __call__(self, summary: Summary, total: int | None) -> None:
        now = self._clock()
        if self._said is not None and now - self._said < SECONDS_BETWEEN_LINES:
            return
        self._said = now
        scopes = plural(summary.read, "scope") if total is None else f"{summary.read:,} of {plural(total, 'scope')}"
        output.note(f"{output.printable(summary.source)}: {scopes}")


class Bytes:
    """How far the reading of large files has come, as a line whenever some seconds have passed on the clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._said = clock()

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            output.note(f"{done / 1e9:,.1f} of {total / 1e9:,.1f} GB read")


# -------------------------------------------------------------------------------------------------------------- summary


def lines(summary: Summary) -> list[str]:
    """What an import came to, as people read it."""
    counts, granules = summary.counts, summary.granules
    scopes = [
        f"{granules[Outcome.WRITTEN]:,} written",
        f"{granules[Outcome.UNCHANGED] + granules[Outcome.REPEATED]:,} unchanged",
    ]
    if granules[Outcome.OUTDATED]:
        scopes.append(f"{granules[Outcome.OUTDATED]:,} older than what is held")
    if summary.refused:
        scopes.append(f"{summary.refused:,} refused")
    entities = [f"{counts[name]:,} {name}" for name in ("new", "changed", "gone")]
    entities += [f"{counts[name]:,} {name}" for name in ("ended", "back", "removed") if counts[name]]
    edges = f"{counts['linked']:,} new, {counts['relinked']:,} changed, {counts['retracted']:,} retracted"
    said = [f"{output.printable(summary.source)}: {plural(summary.read, 'scope')}: {', '.join(scopes)}"]
    said += [f"  entities: {', '.join(entities)}", f"  edges: {edges}"]
    said += _listed("refused", summary.refused, summary.refusals)
    said += _listed("warnings", summary.warned, summary.warnings)
    if summary.refused:
        said.append("  Nothing was retired, for what was refused may still stand as it was. Mend it, and import again.")
    elif not summary.closed:
        said.append("  Nothing was retired: this was not a reading of all there is.")
    return said


def _listed(what: str, count: int, sentences: list[str]) -> list[str]:
    if not count:
        return []
    shown = [f"    {output.printable(sentence)}" for sentence in sentences[:SHOWN]]
    more = [f"    and {count - len(shown):,} more"] if count > len(shown) else []
    return [f"  {what}: {count:,}", *shown, *more]
