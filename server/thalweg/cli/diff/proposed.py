"""A proposal for each table and each output that a range changes, and for each file that could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from thalweg.cli.changes import Change
from thalweg.cli.diff import content
from thalweg.cli.diff.datasets import Datasets
from thalweg.cli.diff.files import File, changed
from thalweg.cli.diff.ranges import Range
from thalweg.cli.diff.steps import Outcome, Subject, Unread, subjects
from thalweg.cli.diff.tables import line_of
from thalweg.cli.graph import Graph
from thalweg.cli.proposals import Proposal, proposal
from thalweg.model.errors import BadInput
from thalweg.schemas import Table


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says besides: datasets by the names of tables, new columns by old ones, the dialect of SQL."""

    datasets: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    dialect: str | None = None


def proposals(graph: Graph, range: Range, told: Told, as_of: str | None) -> Iterator[Proposal]:
    """What a range does, each thing once; one that says so, where it does nothing to anything that we know.

    Raises BadInput for a rename that nothing in it is: it is said of this range alone. Which dataset a table is may be
    said once for all ranges, so a table that this one does not touch is a note.
    """
    files = changed(range)
    datasets = Datasets(graph, told.datasets)
    unread: list[Unread] = []
    described = [file for file in files if not _is_dvc(file)]
    touched, unread_tables = subjects(described, told.dialect)
    renamed: set[str] = set()
    found = [one for subject in touched for one in _of_table(graph, datasets, subject, told, as_of, renamed)]
    for old, new in told.renames.items():
        if old not in renamed:
            raise BadInput(
                f"--rename-column {old}={new}: in {range.text} no table that is known loses {old!r} and gets {new!r}.",
                "Write the old and the new name as the files have them, or leave it out.",
            )
    found += content.proposals(graph, datasets, filter(_is_dvc, files), unread)
    for file, sentence in (*unread_tables, *unread):
        found.append(Proposal("", unknown=sentence, file=file.path, line=1))
    if not found:
        note = f"{range.text} changes no tables, contracts or data that are known here."
        found.append(Proposal("", notes=(note,)))
    unmet = tuple(f"--dataset {one} is of no table that changes in {range.text}." for one in datasets.unmet())
    found[0] = replace(found[0], notes=(*found[0].notes, *unmet))
    seen: list[Proposal] = []
    for one in found:
        if not any(one.name and (one.name, one.changes, one.unknown) == (o.name, o.changes, o.unknown) for o in seen):
            seen.append(one)
            yield one


def _is_dvc(file: File) -> bool:
    return any(side is not None and side.kind == "dvc" for side in (file.was, file.now))


def _of_table(
    graph: Graph, datasets: Datasets, subject: Subject, told: Told, as_of: str | None, renamed: set[str]
) -> Iterator[Proposal]:
    """renamed: takes up the old names of those columns that are renamed as the user says."""
    outcome = subject.outcome()
    if outcome is None:
        return
    path = outcome.file.path
    called = subject.names[0] if subject.names else path
    found = datasets.of(subject.names, path)
    if found.left_out:
        return
    place = Proposal("", file=path, line=_line(outcome, []))
    if found.several or (not found.name and subject.before):
        yield replace(place, unknown=content.which(called, found.several))
    elif not found.name:
        yield replace(place, notes=(f"{called} is new, or not known here: nothing known reads it.",))
    elif outcome.table is None:
        notes = (f"It is renamed to {outcome.renamed}; a view of its old name would keep its readers.",)
        change = Change("delete", found.name, {})
        yield replace(place, name=found.name, changes=(change,), notes=notes if outcome.renamed else ())
    elif outcome.table.unclear:
        yield replace(place, name=found.name, unknown=outcome.table.unclear)
    else:
        one = _compared(graph, found.name, outcome, outcome.table, told.renames, as_of, renamed)
        yield replace(one, line=_line(outcome, _columns(one)))


def _compared(
    graph: Graph,
    name: str,
    outcome: Outcome,
    table: Table,
    renames: Mapping[str, str],
    as_of: str | None,
    renamed: set[str],
) -> Proposal:
    path = outcome.file.path
    now = {one.name for one in table.columns or ()}
    ours = {old: new for old, new in renames.items() if new in now and old not in now}
    old = outcome.old
    try:
        found = proposal(graph, name, table, path, renames=ours, as_of=as_of, old=old)
        renamed |= set() if found.unknown else set(ours)
    except BadInput:  # that column is one of another table
        found = proposal(graph, name, table, path, as_of=as_of, old=old)
    if found.unknown and table.columns is None and old is None:  # what statements say needs no columns to be known
        return proposal(graph, name, table, path, as_of=as_of, old=())
    return found


def _columns(proposal: Proposal) -> list[str]:
    """The columns that change, by their new names first, where they have one."""
    found: list[str] = []
    for change in proposal.changes:
        for one in change.given.get("changes", ()):
            for given in one.values():
                found += [given] if isinstance(given, str) else [given["to"]] if "rename" in one else []
                found += [] if isinstance(given, str) else [given["column"]]
        found += change.given.get("columns", ())
    return found


def _line(outcome: Outcome, columns: list[str]) -> int:
    if outcome.file.now is None:
        return 1
    if outcome.table is None:
        return outcome.line or 1
    return line_of(outcome.file.now.text, outcome.table, columns)
