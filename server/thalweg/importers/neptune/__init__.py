"""What Neptune held, by the folder that its exporter wrote: `docs/importers/neptune.md`.

    (datasetVersion)-[:INPUT_TO {role}]->(run)-[:PRODUCED]->(modelVersion)<-[:MARKS {STAGE}]-(model)

Each run, model and version is a scope of its own, `run/<project>/<id>`. Its revision is when Neptune last changed it,
and 0 of one that is not whole: that states what it has where nothing is known, and never takes back what is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path

from thalweg.importers.neptune import registered, report, run
from thalweg.importers.neptune.artifacts import Tracked, Unreadable, tracked
from thalweg.importers.neptune.attributes import MILLION, Attributes, Row
from thalweg.importers.neptune.export import Folder, Sort, Thing, folders, things
from thalweg.importers.neptune.place import ORIGIN
from thalweg.importers.notes import Notes
from thalweg.importers.parts import Wrong
from thalweg.importers.reading import Lies, Reading
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import Granule

KEPT = 100
"""Sentences about what was refused."""

_NOT_WHOLE = "runs, models and versions are not whole"
_STAYS = "what is held of it stays, and nothing is retired"
_NO_LIST = "lists of files are not to be read"

Rows = Callable[[Path], Iterator[Row]]


def read(
    location: str | os.PathLike[str],
    *,
    source: str | None = None,
    files: str | os.PathLike[str] | None = None,
    errors: str | os.PathLike[str] | None = None,
    repository: str | None = None,
    step_multiplier: int = 1,
    everything: bool = False,
) -> Reading:
    """One pass over an export: the folder that holds `data`, that folder, or one of a project in it.

    source: the name it is filed under; the folder's without one.
    files: where the exporter brought files to; beside its data without it.
    errors: its report of what it could not get; looked for beside the folder, and in the two above.
    repository: the URL of the repository whose commits those are whose runs name none.
    step_multiplier: what steps are multiplied with, where they have fractions; what is left of these is cut.
    everything: this is all of the source: what it does not hold is gone, if all that it holds is whole. Nothing in an
        export says that the exporter came to its end.

    Raises SourceError for what is no export; BadInput for a multiplier that is none.
    """
    place = Path(location).expanduser()
    given: object = step_multiplier  # a file of sources may give anything
    if not isinstance(given, int) or not 1 <= given <= MILLION:
        raise BadInput(f"--step-multiplier is {given!r}.", "Give a whole number from 1 to 1000000.")
    rows = _rows(place)
    if not place.is_dir():
        raise SourceError(f"{place} is no folder.", "Point at the folder that neptune-exporter wrote: ./exports.")
    brought = Path(files).expanduser() if files is not None else None
    if brought is not None and not brought.is_dir():
        raise SourceError(f"{brought} is no folder.", "Give the one that neptune-exporter brought files to.")
    try:
        found = folders(place, brought)
        total = sum(1 for one in found for _ in things(one))
    except OSError as error:
        raise SourceError(f"{place} cannot be read: {error}.", "Give leave to read it, and import again.") from error
    if not found:
        raise SourceError(
            f"{place} holds no export of Neptune.", "Point at the folder that neptune-exporter wrote: ./exports."
        )
    name = "-".join((source or place.resolve().name).split()) or ORIGIN
    reading = Reading(f"{ORIGIN}:{name}", ORIGIN, iter(()), total)
    export = _Export(reading, name, repository, step_multiplier, rows)
    export.missed(Path(errors).expanduser() if errors is not None else report.find(place))
    reading.complete = everything and export.whole

    def granules() -> Generator[Granule, None, None]:
        try:
            yield from export.granules(found)
        except OSError as error:
            raise SourceError(f"{place} cannot be read on: {error}.", "Import again.") from error
        finally:
            export.notes.close()
            reading.complete = everything and export.whole

    stream = granules()
    reading.granules, reading.close = stream, stream.close
    return reading


def recognised(place: Path) -> Iterator[Lies]:
    """A folder whose files are called as the exporter calls them."""
    found: list[Folder] = []
    with suppress(OSError):
        found = folders(place, None) if place.is_dir() else []
    if found:
        projects = len({one.path.name for one in found})
        yield Lies(str(place), f"an export of {projects} {'projects' if projects > 1 else 'project'} of Neptune")


def _rows(place: Path) -> Rows:
    try:
        from thalweg.importers.neptune import parquet
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        raise SourceError(
            f"{place} is read with pyarrow, which is not installed.", "Install it: pip install 'thalweg[parquet]'."
        ) from error
    return parquet.rows


class _Export:
    """One pass. whole: whether all that there is could be read."""

    def __init__(self, reading: Reading, name: str, repository: str | None, multiplier: int, rows: Rows) -> None:
        self.whole = True
        self.notes = Notes(reading.warnings)
        self._reading, self._name, self._repository = reading, name, repository
        self._multiplier, self._rows = multiplier, rows
        self._failed: dict[tuple[str, str], str] = {}
        self._met: set[tuple[str, str]] = set()
        self._seen: set[str] = set()

    def missed(self, errors: Path | None) -> None:
        """Reads what the exporter could not get."""
        try:
            self._failed = report.failed(errors) if errors is not None else {}
        except (OSError, Wrong) as error:
            why = f"{error.where[0]}: {error}" if isinstance(error, Wrong) else error.strerror
            raise SourceError(
                f"The report of errors {errors} cannot be read: {why}.",
                "Mend it, or give another one with `errors`; without it nobody knows what the export lacks.",
            ) from error

    def granules(self, found: list[Folder]) -> Iterator[Granule]:
        for folder in found:
            for thing in things(folder):
                granule = self._granule(thing)
                if granule is not None:
                    yield granule
        for (project, id), what in self._failed.items():
            if (project, id) not in self._met:
                self._lacks(f"The exporter could not get {what} of {project} {id}, and wrote nothing of it: {_STAYS}.")

    def _granule(self, thing: Thing) -> Granule | None:
        """None for what is not whole on the disk, and for what is refused."""
        if thing.missing is not None:
            self._lacks(f"{thing.place} {thing.missing}; it was passed over, and nothing is retired.")
            return None
        told = Attributes(thing, self._multiplier)
        where = thing.place
        try:
            for part in thing.parts:
                where = part
                told.take(self._rows(part))
            granule = self._stated(told)
        except Wrong as error:
            self._refuse(f"{where}: {'.'.join(map(str, error.where))}: {error}")
            return None
        except OSError as error:
            self._refuse(f"{where}: it is no Parquet, or is cut short: {error}")
            return None
        if granule is not None and granule.name in self._seen:
            self._refuse(f"{thing.place}: {granule.name} is stated by another file too")
            return None
        if granule is not None:
            self._seen.add(granule.name)
        return granule

    def _stated(self, told: Attributes) -> Granule | None:
        if not told.id:
            self._lacks(f"{told.thing.place} has no rows; it was passed over, and nothing is retired.")
            return None
        for type, count in told.passed.items():
            self.notes.say(
                "rows are of types that are not known here",
                f"{told.thing.place.name}: {count} rows of type {type!r} were passed over, for nothing is known of it.",
            )
        if told.fractions:
            self.notes.say(
                "runs have steps with fractions",
                f"{told.project} {told.id} has steps with fractions, which were cut. Import with --step-multiplier 10, "
                "or 1000, to keep them.",
            )
        artifacts, whole = self._artifacts(told)
        whole &= self._is_whole(told)
        revision = max(told.time("sys/modification_time") or 1, 1) if whole else 0
        scope = self._reading.source
        if told.thing.sort is Sort.MODEL:
            return registered.model(scope, told, artifacts, revision)
        if told.thing.sort is Sort.VERSION:
            return registered.version(scope, told, artifacts, revision)
        return run.granule(scope, told, artifacts, self._name, self._repository, self.notes, revision)

    def _is_whole(self, told: Attributes) -> bool:
        failed = self._failed.get((told.project, told.id))
        if failed is not None:
            self._met.add((told.project, told.id))
            self._lacks(f"The exporter could not get {failed} of {told.project} {told.id}: {_STAYS}.")
        elif told.text("sys/id") is None:
            self._lacks(f"{told.project} {told.id} has no sys/id, so its single values were not exported: {_STAYS}.")
        else:
            return True
        return False

    def _artifacts(self, told: Attributes) -> tuple[list[Tracked], bool]:
        found: list[Tracked] = []
        whole = True
        for path, file in told.artifacts():
            try:
                one = tracked(path, self._list(told.thing.files, file), told.project, self._name)
            except Unreadable as error:
                whole = self.whole = False
                self.notes.say(
                    _NO_LIST,
                    f"The list of files of {path} of {told.project} {told.id} is not to be read ({error}); it was left "
                    "out, and nothing is retired. Say with --files where the exporter brought files to.",
                )
                continue
            if one is not None:
                found.append(one)
        return found, whole

    def _list(self, files: Path | None, path: str) -> Path:
        """Raises Wrong for a path that leads out of the folder by links."""
        if files is None:
            raise Unreadable("where files lie is not known")
        there = (files / path).resolve()
        if not there.is_relative_to(files):
            raise Wrong(("file_value", "path"), path, "must be a path below the folder of files")
        return there

    def _lacks(self, sentence: str) -> None:
        self.whole = False
        self.notes.say(_NOT_WHOLE, sentence)

    def _refuse(self, sentence: str) -> None:
        self.whole = False
        self._reading.refused += 1
        if len(self._reading.refusals) < KEPT:
            self._reading.refusals.append(sentence)
