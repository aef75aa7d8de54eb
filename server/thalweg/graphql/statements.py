"""The mutations: facts that are stated. Each is a granule like any importer's, with the origin `api`.

What is wrong with an input is answered as data, in `errors`, and then nothing of it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Annotated, Any

import strawberry
from strawberry import argument, field
from strawberry.types.base import get_object_definition

from thalweg import ingest
from thalweg.graphql import enums, facts, places, references, types
from thalweg.graphql.context import Context, Info
from thalweg.graphql.facts import Path
from thalweg.graphql.fields import answered
from thalweg.graphql.intake import taken
from thalweg.graphql.places import IN_ENTITY, Places, named, path_of
from thalweg.graphql.scalars import DateTime, Long
from thalweg.model import keys, results, time
from thalweg.model.errors import BadInput, NotFound, Problem, ThalwegError
from thalweg.model.facts import EntityFact, Granule, MarkFact, MarkKind
from thalweg.model.keys import Key, kind_of_id
from thalweg.model.kinds import Kind

ORIGIN = "api"
MOST_GRANULES = 1_000
"""Of one batch."""

TOGETHER = 100
"""Granules of a batch that are handed on together; in between, other requests have their turn."""


# --------------------------------------------------------------------------------------------------------------- inputs


@strawberry.input
class Statement:
    """What every statement may say of itself."""

    source: str = field(
        description="Who states it: facts are kept, and taken back, by source and scope.", default=ORIGIN
    )
    scope: str | None = field(
        description="The name of the scope under its source; made from what is stated when left out.", default=None
    )
    at: DateTime | None = field(description="When these facts were so; now when left out.", default=None)
    source_revision: Long | None = field(
        description="Orders the states of the scope: one that is older than the one held is not written.", default=None
    )
    idempotency_key: str | None = field(
        description="For a client that may not learn whether it was written: the same key again writes nothing.",
        default=None,
    )


_WHOLE = " It states the whole: what an earlier statement of the same scope said, and this one does not, is taken back."


@strawberry.input(description="A version of a dataset, and where it came from." + _WHOLE)
class RecordDatasetVersionInput(facts.DatasetVersionFacts, Statement):
    produced_by: references.RunKey | None = field(description="The run that wrote it.", default=None)
    derived_from: list[references.DatasetVersionKey] | None = field(
        description="Versions that it was made of by no known run.", default=None
    )


@strawberry.input(description="A run, the code it ran, what it read, and what it wrote." + _WHOLE)
class RecordRunInput(facts.RunFacts, Statement):
    parent: references.RunKey | None = field(description="The run that started it.", default=None)
    code: facts.CodeInput | None = field(description="The code that it ran.", default=None)
    inputs: list[facts.ReadInput] | None = field(description="What it read.", default=None)
    outputs: list[facts.WriteInput] | None = field(description="What it wrote.", default=None)


@strawberry.input(description="A version of a model, and where it came from." + _WHOLE)
class RecordModelVersionInput(facts.ModelVersionFacts, Statement):
    produced_by: references.RunKey | None = field(description="The run that made it.", default=None)
    derived_from: list[references.ModelVersionKey] | None = field(
        description="Versions that it was made of by no known run.", default=None
    )


@strawberry.input(description="A release of a deployment, the models it serves, and what it reads and writes." + _WHOLE)
class RecordReleaseInput(facts.ReleaseFacts, Statement):
    models: list[facts.ServedInput] | None = field(description="The model versions that it serves.", default=None)
    inputs: list[facts.ReadInput] | None = field(description="The dataset versions that it reads live.", default=None)
    outputs: list[facts.WriteInput] | None = field(
        description="The dataset versions that it wrote, like logged predictions.", default=None
    )


@strawberry.input(description="The end of a release.")
class EndReleaseInput(Statement):
    namespace: str = field(description="The environment: `production`.")
    name: str = field(description="The name of the deployment.")
    revision: str = field(description="The revision.")
    until: DateTime | None = field(
        description="When it ended; now when left out. It may lie in the future.", default=None
    )


@strawberry.input(description="Which version an alias points at.")
class SetAliasInput(Statement):
    namespace: str = field(description="The registry, or the tool.")
    name: str = field(description="The name of the model.")
    alias: str = field(description="The alias: `champion`.")
    version: str | None = field(
        description="The version; null takes back what was stated here, so that the alias points at none.", default=None
    )
    since: DateTime | None = field(description="From when on; now when left out.", default=None)


@strawberry.input(description="Many granules of one source, each written whole or not at all.")
class StateBatchInput:
    source: str = field(description="Who states them.", default=ORIGIN)
    granules: list[facts.GranuleInput] = field(description="The granules; at most 1,000.")


def _batch(type: type, given: Mapping[str, Any], _context: Any) -> StateBatchInput:
    """Leaves the granules as they came: they are taken in when their turn comes."""
    return StateBatchInput(source=given["source"], granules=given["granules"])


get_object_definition(StateBatchInput, strict=True).from_input = _batch


# ------------------------------------------------------------------------------------------------------------- payloads


@strawberry.type(description="Something that is wrong with an input.")
class InputError:
    code: str = field(description="Stable, for programs: `BAD_KEY`, `UNKNOWN_FIELD`, `NOT_FOUND`, `CONFLICT`.")
    path: list[str] = field(description="Where in the arguments: their names, and the places in lists, counted from 0.")
    message: str = field(description="What is wrong, as a sentence.")
    expected: str | None = field(description="What would be right.")


@strawberry.type(description="Something that was taken as it is, but looks wrong.")
class InputWarning:
    code: str = field(description="Stable, for programs: `FUTURE_DATE`.")
    path: list[str] = field(description="Where in the arguments: their names, and the places in lists, counted from 0.")
    message: str = field(description="What looks wrong, as a sentence.")


@strawberry.interface(description="What a statement came to.")
class Payload:
    outcome: enums.Outcome | None = field(description="What became of it; null where there are errors.")
    warnings: list[InputWarning] = field(description="What looks wrong, and was written all the same.")
    errors: list[InputError] = field(description="What is wrong; then nothing of it was written.")


@strawberry.type(description="What `recordDatasetVersion` came to.")
class RecordDatasetVersionPayload(Payload):
    dataset_version: types.DatasetVersion | None = field(description="The dataset version.")


@strawberry.type(description="What `recordRun` came to.")
class RecordRunPayload(Payload):
    run: types.Run | None = field(description="The run.")


@strawberry.type(description="What `recordModelVersion` came to.")
class RecordModelVersionPayload(Payload):
    model_version: types.ModelVersion | None = field(description="The model version.")


@strawberry.type(description="What `recordRelease` came to.")
class RecordReleasePayload(Payload):
    release: types.Release | None = field(description="The release.")


@strawberry.type(description="What `endRelease` came to.")
class EndReleasePayload(Payload):
    release: types.Release | None = field(description="The release.")


@strawberry.type(description="What `setAlias` came to.")
class SetAliasPayload(Payload):
    model_version: types.ModelVersion | None = field(description="The version that the alias points at.")


@strawberry.type(description="What one granule of a batch came to.")
class GranuleResult(Payload):
    scope: str = field(description="The name of its scope.")


@strawberry.type(description="What `stateBatch` came to.")
class StateBatchPayload:
    results: list[GranuleResult] = field(description="What became of each granule, in their order.")
    written: int = field(description="How many were written.")
    failed: int = field(description="How many were not, because of errors.")
    errors: list[InputError] = field(description="What is wrong with the batch as a whole; then nothing was written.")


@strawberry.type(description="What `forget` or `restore` came to.")
class ForgetPayload:
    entities: list[types.Entity] = field(description="After `restore`, what is there again; after `forget`, nothing.")
    errors: list[InputError] = field(description="What is wrong; then nothing was done.")


# --------------------------------------------------------------------------------------------------------------- stated


def errors_of(error: ThalwegError, above: Path, places: Places = IN_ENTITY) -> list[InputError]:
    """above: where that is which the error is of."""
    problems = error.problems if isinstance(error, BadInput) else ()
    if not problems:
        return [InputError(code=error.code, path=list(above), message=error.message, expected=error.hint or None)]
    found = []
    for problem in problems:
        path = _path(problem, above, places)
        said = replace(problem, field=named(path)) if problem.field else problem
        found.append(InputError(code=problem.code, path=list(path), message=f"{said}.", expected=problem.expected))
    return found


def _path(of: Problem | results.Notice, above: Path, places: Places) -> Path:
    path = path_of(of.place, of.field, places)
    return (above[0], *path) if path == ("source",) else (*above, *path)  # which is the whole batch's


def _came(
    answer: results.Written | ThalwegError,
    above: Path = ("input",),
    places: Places = IN_ENTITY,
) -> dict[str, Any]:
    """The attributes of a `Payload`."""
    if isinstance(answer, ThalwegError):
        return {"outcome": None, "warnings": [], "errors": errors_of(answer, above, places)}
    warnings = [
        InputWarning(
            code=notice.code, path=list(_path(notice, above, places)), message=f"{notice.entity}: {notice.message}."
        )
        for notice in answer.warnings
    ]
    return {"outcome": answer.outcome, "warnings": warnings, "errors": []}


async def _state(context: Context, granule: Granule) -> results.Written | ThalwegError:
    answers = await ingest.state(context.store, [granule], context.caller, orderly=True)
    context.refresh()
    return answers[0]


async def _entity(context: Context, key: Key, answer: results.Written | ThalwegError) -> Any:
    if isinstance(answer, ThalwegError):
        return None
    id = key.id
    found = (await context.store.get([id], context.caller)).get(id)
    return None if found is None else types.entity(found)


def _granule(given: Statement, scope: str, **stated: Any) -> Granule:
    return Granule(
        source=given.source,
        name=given.scope or scope,
        origin=ORIGIN,
        revision=given.source_revision,
        at=given.at,
        idempotency_key=given.idempotency_key,
        **stated,
    )


def _scope(key: Key, *more: str) -> str:
    return "/".join((key.kind.value, *key.parts, *more))


async def _record(
    info: Info, kind: Kind, given: Any, edges: Callable[[Key], Iterable[facts.Edge]]
) -> tuple[dict[str, Any], Any]:
    """States one entity and its edges; answers what became of it, as a payload says that, and the entity."""
    key = keys.Key(kind, tuple(getattr(given, part) for part in kind.fields))

    found = list(edges(key))
    granule = _granule(
        given, _scope(key), entities=[facts.entity_fact(kind, given)], edges=[edge.fact for edge in found]
    )
    answer: results.Written | ThalwegError
    if unnamed := facts.unnamed(given):
        wrong = [*unnamed, *ingest.problems(granule, orderly=True)]
        answer = BadInput("Not all that it reads and writes is named.", problems=wrong)
    else:
        answer = await _state(info.context, granule)
    return _came(answer, places=places.in_record(found)), await _entity(info.context, key, answer)


@strawberry.type
class Statements:
    """The part of Mutation that states facts, and takes things out of every answer."""

    @answered("States a version of a dataset.")
    async def record_dataset_version(
        self, info: Info, input: Annotated[RecordDatasetVersionInput, argument(description="What is stated.")]
    ) -> RecordDatasetVersionPayload:
        def edges(version: Key) -> Iterable[facts.Edge]:
            return chain(facts.produced_by(input.produced_by, version), facts.derived_from(input.derived_from, version))

        came, found = await _record(info, Kind.DATASET_VERSION, input, edges)
        return RecordDatasetVersionPayload(dataset_version=found, **came)

    @answered("States a run: what it was, the code it ran, what it read and wrote.")
    async def record_run(
        self, info: Info, input: Annotated[RecordRunInput, argument(description="What is stated.")]
    ) -> RecordRunPayload:
        def edges(run: Key) -> Iterable[facts.Edge]:
            return chain(
                facts.parent(input.parent, run),
                facts.code(input.code, run),
                facts.reads(input.inputs, run),
                facts.writes(input.outputs, run),
            )

        came, found = await _record(info, Kind.RUN, input, edges)
        return RecordRunPayload(run=found, **came)

    @answered("States a version of a model.")
    async def record_model_version(
        self, info: Info, input: Annotated[RecordModelVersionInput, argument(description="What is stated.")]
    ) -> RecordModelVersionPayload:
        def edges(version: Key) -> Iterable[facts.Edge]:
            return chain(facts.produced_by(input.produced_by, version), facts.derived_from(input.derived_from, version))

        came, found = await _record(info, Kind.MODEL_VERSION, input, edges)
        return RecordModelVersionPayload(model_version=found, **came)

    @answered("States a release of a deployment: what it serves, since when, and what it reads and writes.")
    async def record_release(
        self, info: Info, input: Annotated[RecordReleaseInput, argument(description="What is stated.")]
    ) -> RecordReleasePayload:
        def edges(release: Key) -> Iterable[facts.Edge]:
            return chain(
                facts.served(input.models, release),
                facts.reads(input.inputs, release),
                facts.writes(input.outputs, release),
            )

        came, found = await _record(info, Kind.RELEASE, input, edges)
        return RecordReleasePayload(release=found, **came)

    @answered("States that a release has ended, or will. One that has ended already is left as it is.")
    async def end_release(
        self, info: Info, input: Annotated[EndReleaseInput, argument(description="What is stated.")]
    ) -> EndReleasePayload:
        context = info.context
        key = keys.release(input.namespace, input.name, input.revision)
        held = (await context.store.get([key.id], context.caller)).get(key.id)
        answer: results.Written | ThalwegError
        now = time.now()
        if problems := ingest.key_problems(key):
            answer = BadInput("This names no release.", problems=problems)
        elif held is None:
            answer = NotFound(f"No {key} is known.", "State it first, with recordRelease.")
        elif input.until is None and (held.props.get("until") or now) < now:
            answer = results.Written(results.Outcome.UNCHANGED)
        else:
            until = now if input.until is None else input.until
            granule = _granule(input, _scope(key, "end"), entities=[EntityFact(key, {"until": until})])
            answer = await _state(context, granule)
        return EndReleasePayload(release=await _entity(context, key, answer), **_came(answer))

    @answered("States which version of a model an alias points at. It points at one at a time.")
    async def set_alias(
        self, info: Info, input: Annotated[SetAliasInput, argument(description="What is stated.")]
    ) -> SetAliasPayload:
        context = info.context
        model = keys.model(input.namespace, input.name)
        key = None if input.version is None else keys.model_version(input.namespace, input.name, input.version)
        pointed = model if key is None else key
        held = await context.store.get([pointed.id], context.caller)
        answer: results.Written | ThalwegError
        if problems := ingest.key_problems(pointed):
            answer = BadInput("This names no version of a model.", problems=problems)
        elif not held:
            answer = NotFound(f"No {pointed} is known.", "State it first, with recordModelVersion.")
        else:
            marks = [] if key is None else [MarkFact(key, MarkKind.ALIAS, input.alias, input.since)]
            answer = await _state(context, _granule(input, _scope(model, "alias", input.alias), marks=marks))
        found = None if key is None else await _entity(context, key, answer)
        return SetAliasPayload(model_version=found, **_came(answer, places=places.in_alias))

    @answered("States many granules of facts at once, each written whole or not at all.", bulk=True)
    async def state_batch(
        self, info: Info, input: Annotated[StateBatchInput, argument(description="What is stated.")]
    ) -> StateBatchPayload:
        context = info.context
        granules: Any = input.granules
        if len(granules) > MOST_GRANULES:
            error = BadInput(
                f"The batch holds {len(granules)} granules, and may hold {MOST_GRANULES}.",
                "Send several batches.",
            )
            return StateBatchPayload(results=[], written=0, failed=0, errors=errors_of(error, ("input", "granules")))
        came: list[results.Written | ThalwegError] = []
        shown: list[GranuleResult] = []
        for start in range(0, len(granules), TOGETHER):
            batch = [taken(facts.GranuleInput, one) for one in granules[start : start + TOGETHER]]
            stated = [facts.granule(one, input.source, ORIGIN) for one in batch]
            answers = await ingest.state(context.store, stated, context.caller, orderly=True)
            came += answers
            shown += [
                GranuleResult(
                    scope=one.scope,
                    **_came(answer, ("input", "granules", str(start + number)), places.in_granule(one)),
                )
                for number, (one, answer) in enumerate(zip(batch, answers, strict=True))
            ]
        context.refresh()
        return StateBatchPayload(
            results=shown,
            written=sum(isinstance(one, results.Written) and one.outcome is results.Outcome.WRITTEN for one in came),
            failed=sum(isinstance(one, ThalwegError) for one in came),
            errors=[],
        )

    @answered(
        "Takes entities out of every answer, an asset with its versions, whatever is stated, until `restore`. "
        "All of them or none."
    )
    async def forget(
        self, info: Info, ids: Annotated[list[strawberry.ID], argument(description="Their ids; at most 100.")]
    ) -> ForgetPayload:
        return await _forget(info, ids, info.context.store.forget)

    @answered("Undoes `forget`. All of them or none.")
    async def restore(
        self, info: Info, ids: Annotated[list[strawberry.ID], argument(description="Their ids; at most 100.")]
    ) -> ForgetPayload:
        return await _forget(info, ids, info.context.store.restore)


async def _forget(info: Info, ids: list[strawberry.ID], do: Any) -> ForgetPayload:
    context = info.context
    problems = [
        Problem("", f"ids[{number}]", repr(id), "must be an id, as `id` of a thing is", "BAD_KEY", ("ids", number))
        for number, id in enumerate(ids)
        if kind_of_id(id) is None
    ]
    try:
        if problems:
            raise BadInput("Not all of these are ids.", problems=problems)
        if not 1 <= len(ids) <= context.limits.first:
            raise BadInput(f"`ids` holds {len(ids)} ids, and must hold 1 to {context.limits.first}.")
        await do(ids, context.caller)
    except NotFound as error:
        unknown = [
            Problem("", f"ids[{number}]", repr(id), "must be the id of what is known", error.code, ("ids", number))
            for number, id in enumerate(ids)
            if id in error.things
        ]
        return ForgetPayload(entities=[], errors=errors_of(BadInput(error.message, problems=unknown), ()))
    except BadInput as error:
        return ForgetPayload(entities=[], errors=errors_of(error, () if problems else ("ids",)))
    context.refresh()
    found = await context.store.get(ids, context.caller)
    return ForgetPayload(entities=[types.entity(found[id]) for id in ids if id in found], errors=[])
