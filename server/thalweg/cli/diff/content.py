"""What a range changes of the data that DVC keeps beside the repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from thalweg.cli.changes import Change
from thalweg.cli.diff.datasets import Datasets
from thalweg.cli.diff.files import File
from thalweg.cli.diff.steps import Unread
from thalweg.cli.diff.tables import Output, outputs
from thalweg.cli.graph import Graph
from thalweg.cli.proposals import Proposal
from thalweg.model.errors import BadInput

SHOWN = 5


def proposals(graph: Graph, datasets: Datasets, files: Iterable[File], unread: list[Unread]) -> Iterator[Proposal]:
    """Other content for each output whose hash changes; the end of its version for each that goes."""
    before: dict[str, Output] = {}
    after: dict[str, Output] = {}
    for file in files:
        try:
            now = outputs(file.now) if file.now is not None else []
        except BadInput as error:
            unread.append((file, str(error)))
            continue
        after |= {one.path: one for one in now}
        try:
            was = outputs(file.was) if file.was is not None else []
        except BadInput:  # then all that it names is new to us
            was = []
        before |= {one.path: one for one in was}
    for path, one in before.items():
        other = after.get(path)
        if other is None or not one.hash or other.hash != one.hash:
            yield from _proposal(graph, datasets, one, other)


def _proposal(graph: Graph, datasets: Datasets, was: Output, now: Output | None) -> Iterator[Proposal]:
    found = datasets.of([was.path], was.file)
    file, line = (now.file, now.line) if now is not None else (was.file, 1)
    if found.left_out:
        return
    if not found.name:
        yield Proposal("", unknown=which(was.path, found.several), file=file, line=line)
    elif now is not None:
        yield Proposal(found.name, (Change("content", found.name, {}),), file=file, line=line)
    elif (version := _version(graph, found.name, was.hash)) is None:
        sentence = (
            f"{was.path} goes, and no version {was.hash} of {found.name} is known, so who needs it cannot be told."
        )
        yield Proposal(found.name, unknown=sentence, file=file, line=line)
    else:
        yield Proposal(found.name, (Change("delete", found.name, {"versions": [version]}),), file=file, line=line)


def which(table: str, several: tuple[str, ...]) -> str:
    """That it is not known which dataset a table is, and how to say it."""
    say = f"Say which with --dataset '{table}=NAME', or --dataset '{table}=-' if it is none."
    if not several:
        return f"{table} was there at BASE, and no dataset is known by that name. {say}"
    more = f" and {len(several) - SHOWN} more" if len(several) > SHOWN else ""
    return f"{table} may be {', '.join(several[:SHOWN])}{more}. {say}"


def _version(graph: Graph, name: str, hash: str) -> str | None:
    """The version of a dataset that a hash names: as it is, or with the word for its kind before it."""
    for text in (f"md5:{hash}", hash) if hash else ():
        found = graph.ask("entity", {"of": f"{name}@{text}"})["entity"]
        if found is not None and found["kind"] == "DATASET_VERSION":
            return str(found["version"])
    return None
