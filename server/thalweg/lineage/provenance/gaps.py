"""What an account lacks. A gap is there as long as a fact is missing, and goes when that fact is stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from thalweg.lineage.provenance.account import Gap, GapKind, Read, Step
from thalweg.lineage.provenance.command import plain, project, recorded
from thalweg.lineage.spelling import WORDS, label
from thalweg.lineage.subject import said
from thalweg.model.keys import UNVERSIONED
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity

_ORDER = {kind: place for place, kind in enumerate(GapKind)}


def gaps(
    of: Entity,
    steps: Sequence[Step],
    producers: int,
    makers: Mapping[str, Step],
    cut: Sequence[str],
) -> tuple[Gap, ...]:
    """All gaps, what matters most first.

    steps: the run that made it, if one is known, then those that make gone inputs again. makers: of an input that is
    gone, the step that makes it again. cut: why the account is not whole, in sentences.
    """
    found = list(_of_model(of, steps, producers, cut))
    for step in steps:
        found += _of_run(step)
        for read in step.inputs:
            found += _of_input(step, read, makers.get(read.entity.id))
    once = {(gap.kind, gap.entity.id): gap for gap in reversed(found)}
    nearest = [gap for gap in found if once[gap.kind, gap.entity.id] is gap]
    return tuple(sorted(nearest, key=lambda gap: _ORDER[gap.kind]))


def _of_model(of: Entity, steps: Sequence[Step], producers: int, cut: Sequence[str]) -> Iterator[Gap]:
    if not steps:
        yield Gap(
            GapKind.NO_PRODUCER,
            of,
            f"No run is known that made {said(of)}.",
            "State the run that made it, or import the system that ran it.",
        )
    if producers > 1:
        yield Gap(
            GapKind.SEVERAL_PRODUCERS,
            of,
            f"{producers} runs are said to have made {said(of)}; the newest, {said(steps[0].run)}, is followed here.",
            "Take back what is wrong, so that one run is left.",
        )
    if cut:
        yield Gap(
            GapKind.UPSTREAM_CUT,
            of,
            f"Not all that lies upstream of {said(of)} was looked at. {' '.join(cut)}",
            "Ask with a larger budget or more time.",
        )


def _of_run(step: Step) -> Iterator[Gap]:
    run, name = step.run, said(step.run)
    if step.gone(run):
        yield Gap(
            GapKind.RUN_GONE,
            run,
            f"Run {name} was deleted where it was recorded; what is told of it is what was known before.",
            "Restore it there, and import it again.",
        )
    if run.props.get("dirty") is True or any(read.edge.props.get("dirty") is True for read in step.code):
        yield Gap(
            GapKind.DIRTY,
            run,
            f"Run {name} ran code with changes that no commit holds.",
            "Commit what was changed, and train again.",
        )
    if not step.code:
        yield Gap(
            GapKind.NO_COMMIT,
            run,
            f"It is not known which commit run {name} ran.",
            "State the repository and the commit of the run.",
        )
    for read in step.code:
        if not read.entity.known:
            yield Gap(
                GapKind.COMMIT_UNKNOWN,
                read.entity,
                f"Of commit {said(read.entity)} of {read.entity.key[0]} nothing is known but its name.",
                "Import the repository.",
            )
    if not step.inputs and not step.unversioned:
        yield Gap(
            GapKind.NO_INPUT,
            run,
            f"It is not known what run {name} read.",
            "State the dataset versions that it read.",
        )
    for dataset in step.unversioned:
        yield Gap(
            GapKind.INPUT_UNVERSIONED,
            dataset,
            f"Run {name} is of a job that reads {said(dataset)}, but which version it read is not known.",
            "State the version with the run.",
        )
    yield from _of_how_it_ran(step)


def _of_how_it_ran(step: Step) -> Iterator[Gap]:
    run, name, text = step.run, said(step.run), recorded(step)
    if text is None and not project(step):
        yield Gap(
            GapKind.NO_COMMAND,
            run,
            f"It is not known by which command run {name} was started.",
            "State the command with the run.",
        )
    elif text is not None and not plain(text):
        yield Gap(
            GapKind.COMMAND_NOT_PLAIN,
            run,
            f"The command of run {name} holds what only a shell understands, so it is shown and not run.",
            "Put it into a script of the repository, and record the call of that.",
        )
    if not step.texts("environment"):
        yield Gap(
            GapKind.NO_ENVIRONMENT,
            run,
            f"It is not known in which environment run {name} ran: which packages, in which versions.",
            "State the versions of its packages, or its image.",
        )
    if not step.texts("params"):
        yield Gap(
            GapKind.NO_PARAMETERS, run, f"No parameters of run {name} are known.", "State its parameters with the run."
        )


def _of_input(step: Step, read: Read, maker: Step | None) -> Iterator[Gap]:
    entity, name = read.entity, said(read.entity)
    what = f"{WORDS[entity.kind].capitalize()} {name}, which run {said(step.run)} read,"
    if is_unversioned(entity):
        yield Gap(
            GapKind.INPUT_ASSUMED,
            entity,
            f"In which version run {said(step.run)} read {label(Kind.DATASET, entity.key[:-1])} was not stated, and "
            "could not be worked out: none is known that was there when it started.",
            "State the version that it read, or import what wrote it.",
        )
        return
    if step.gone(entity):
        closes = "Restore it from a copy."
        if maker is not None:
            closes = f"Restore it from a copy, or let run {said(maker.run)}, which made it, make it again."
        yield Gap(GapKind.INPUT_GONE, entity, f"{what} was deleted.", closes)
    elif entity.id in step.replaced:
        yield Gap(
            GapKind.INPUT_REPLACED,
            entity,
            f"{what} lies at {uri_of(entity)}, where a later version lies by now.",
            "Keep each version at a URI of its own, or bring this one back from a copy.",
        )
    if read.edge.props.get("assumed") is True:
        yield Gap(
            GapKind.INPUT_ASSUMED,
            entity,
            f"That run {said(step.run)} read {name} was worked out, not stated.",
            "State the version that it read.",
        )
    if not uri_of(entity):
        yield Gap(
            GapKind.INPUT_WITHOUT_URI, entity, f"{what} lies nobody knows where.", "State the URI of the version."
        )
    if entity.kind is Kind.DATASET_VERSION and entity.props.get("columns") is None:
        yield Gap(
            GapKind.INPUT_WITHOUT_COLUMNS, entity, f"{what} has columns that nobody stated.", "State its columns."
        )


def is_unversioned(entity: Entity) -> bool:
    """Whether it stands for a version of a dataset that nobody named."""
    return entity.kind is Kind.DATASET_VERSION and entity.key[-1] == UNVERSIONED


def uri_of(entity: Entity) -> str | None:
    """Where a version lies, where somebody says it."""
    uri = entity.props.get("uri")
    return uri if isinstance(uri, str) and uri.strip() else None
