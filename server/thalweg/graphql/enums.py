"""The enums of the API. Where one mirrors an enum of the model, its values are the model's members."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry

from thalweg.lineage import compare, impact, orphans, provenance, walk
from thalweg.model import edges, facts, kinds, results
from thalweg.store import questions

value: Any = strawberry.enum_value
"""Untyped: Strawberry makes the value of a member what is given here, and not the definition that this returns."""


@strawberry.enum(name="Kind", description="What an entity is: an asset, which people name, or a version of one.")
class Kind(Enum):
    DATASET = value(kinds.Kind.DATASET, description="Data that people name: a table, a folder of files, a topic.")
    DATASET_VERSION = value(kinds.Kind.DATASET_VERSION, description="What a dataset held once.")
    REPOSITORY = value(kinds.Kind.REPOSITORY, description="A repository of code.")
    COMMIT = value(kinds.Kind.COMMIT, description="A state of a repository.")
    JOB = value(kinds.Kind.JOB, description="What can run again: a pipeline step, an experiment with its entry point.")
    RUN = value(kinds.Kind.RUN, description="A job that ran once.")
    MODEL = value(kinds.Kind.MODEL, description="A model that people name.")
    MODEL_VERSION = value(kinds.Kind.MODEL_VERSION, description="A model as it was trained once.")
    DEPLOYMENT = value(kinds.Kind.DEPLOYMENT, description="An endpoint or a batch service in an environment.")
    RELEASE = value(kinds.Kind.RELEASE, description="One configuration of a deployment, over a period.")


@strawberry.enum(description="The two levels of the graph, which mirror each other.")
class Level(Enum):
    ASSET = value(kinds.Level.ASSET, description="What people name: the picture of a whole estate.")
    VERSION = value(kinds.Level.VERSION, description="What really happened, once each.")


@strawberry.enum(description="How one entity stands to another. Lineage edges point from upstream to downstream.")
class EdgeType(Enum):
    INPUT_TO = value(edges.EdgeType.INPUT_TO, description="Data or a model that a run or a release reads.")
    CODE_OF = value(edges.EdgeType.CODE_OF, description="The code that a run ran.")
    PRODUCED = value(edges.EdgeType.PRODUCED, description="What a run or a release wrote.")
    SERVED_BY = value(edges.EdgeType.SERVED_BY, description="A model that a release serves.")
    DERIVED_INTO = value(edges.EdgeType.DERIVED_INTO, description="One became the other by no known run.")
    PARENT_OF = value(edges.EdgeType.PARENT_OF, description="A run above a run, a commit before a commit. Not walked.")


@strawberry.enum(description="What the columns of an input cover, strongest first.")
class Coverage(Enum):
    DECLARED = value(edges.Coverage.DECLARED.value, description="The client stated all that it reads.")
    PREDICATES = value(edges.Coverage.PREDICATES.value, description="The columns of filters and joins are among them.")
    PROJECTION = value(
        edges.Coverage.PROJECTION.value,
        description="Selected columns only, as SQL parsers give them: others may be read all the same.",
    )


@strawberry.enum(description="How far a run has come.")
class RunStatus(Enum):
    SCHEDULED = value("SCHEDULED", description="Waits to start.")
    RUNNING = value("RUNNING", description="Has started and not ended.")
    FINISHED = value("FINISHED", description="Ended well.")
    FAILED = value("FAILED", description="Ended with an error.")
    KILLED = value("KILLED", description="Was ended by somebody.")
    UNKNOWN = value("UNKNOWN", description="Its source says nothing, or something that has no name here.")


@strawberry.enum(description="How a model version is marked.")
class MarkKind(Enum):
    ALIAS = value(facts.MarkKind.ALIAS, description="A name that points at one version of a model at a time.")
    STAGE = value(facts.MarkKind.STAGE, description="A stage that may hold several versions of a model.")


@strawberry.enum(description="What a list is ordered by. Ties are ordered by id.")
class Sort(Enum):
    AT = value(questions.Sort.AT, description="When it happened.")
    NAME = value(questions.Sort.NAME, description="Its name.")
    CREATED_AT = value(questions.Sort.CREATED_AT, description="When it was first seen here.")
    UPDATED_AT = value(questions.Sort.UPDATED_AT, description="When its facts last changed.")
    METRIC = value(
        questions.Sort.METRIC,
        description="A metric; NaN comes last. Alone it lists only what has that metric; as one of several keys, what "
        "lacks it comes last.",
    )


@strawberry.enum(description="What the entries of a list are grouped by.")
class GroupBy(Enum):
    STATUS = value(questions.GroupBy.STATUS, description="Its status: of runs, model versions and releases.")
    NAMESPACE = value(questions.GroupBy.NAMESPACE, description="Its namespace.")
    ASSET = value(questions.GroupBy.ASSET, description="What it is a version of: a run's job, a release's deployment.")
    USER = value(questions.GroupBy.USER, description="Who ran it, or made it: of runs and model versions.")
    TAG = value(questions.GroupBy.TAG, description="What a tag says, `key` says which.")
    PARAM = value(
        questions.GroupBy.PARAM, description="What a parameter is, `key` says which: of runs, model versions."
    )
    MONTH = value(questions.GroupBy.MONTH, description="The month in which it happened, in UTC: `2026-05`.")
    DAY = value(questions.GroupBy.DAY, description="The day on which it happened, in UTC: `2026-05-02`.")


@strawberry.enum(description="What groups are ordered by; ties by key. What has no key comes last of its like.")
class GroupSort(Enum):
    COUNT = value(True, description="How many a group holds.")
    KEY = value(False, description="Its key: this order keeps its pages right while entries are added.")


@strawberry.enum(description="Which way a list is ordered.")
class SortDirection(Enum):
    ASC = value("ASC", description="The least, the earliest, or the first of the alphabet comes first.")
    DESC = value("DESC", description="The greatest, the latest, or the last of the alphabet comes first.")


@strawberry.enum(description="How a metric is compared. NaN meets no comparison but NE.")
class Compare(Enum):
    EQ = value(questions.Compare.EQ, description="Equal.")
    NE = value(questions.Compare.NE, description="Not equal.")
    LT = value(questions.Compare.LT, description="Less.")
    LE = value(questions.Compare.LE, description="Less or equal.")
    GT = value(questions.Compare.GT, description="Greater.")
    GE = value(questions.Compare.GE, description="Greater or equal.")


@strawberry.enum(description="What became of a statement.")
class Outcome(Enum):
    WRITTEN = value(results.Outcome.WRITTEN, description="It was written.")
    UNCHANGED = value(results.Outcome.UNCHANGED, description="It says what was known already; nothing was written.")
    OUTDATED = value(results.Outcome.OUTDATED, description="A later revision of it is held; nothing was written.")
    REPEATED = value(
        results.Outcome.REPEATED, description="Its idempotency key was written before; this is the answer of that time."
    )


@strawberry.enum(description="Which side of the start a walk takes.")
class Direction(Enum):
    UPSTREAM = value(walk.Side.UPSTREAM, description="What it came from.")
    DOWNSTREAM = value(walk.Side.DOWNSTREAM, description="What came of it.")
    BOTH = value(walk.Side.BOTH, description="Both, each as a walk of its own from the start.")


@strawberry.enum(description="Why a walk did not show all that it could reach.")
class Truncated(Enum):
    MAX_NODES = value(results.Truncated.MAX_NODES, description="More nodes were found than `maxNodes`.")
    DEPTH = value(results.Truncated.DEPTH, description="There is more behind the last step of `depth`.")
    VISITED = value(
        results.Truncated.VISITED, description="More nodes would have to be looked at than the server allows."
    )
    DEADLINE = value(results.Truncated.DEADLINE, description="It took too long.")


@strawberry.enum(description="Which list of what stands alone.")
class Orphan(Enum):
    RELEASES = value(
        orphans.Orphan.RELEASES, description="Live releases whose models came from no dataset version that is known."
    )
    DATA = value(orphans.Orphan.DATA, description="Datasets from which nothing live is reached, among assets.")
    MODELS = value(orphans.Orphan.MODELS, description="Models that no deployment has ever served.")


@strawberry.enum(description="What happens to an asset.")
class Effect(Enum):
    BREAKS = value(impact.Effect.BREAKS, description="A job or a release needs what goes away.")
    STALE = value(
        impact.Effect.STALE, description="It holds what derives from what changes, or will no longer be refreshed."
    )
    UNREPRODUCIBLE = value(
        impact.Effect.UNREPRODUCIBLE, description="It can no longer be rebuilt, because an ancestor is gone."
    )


@strawberry.enum(description="How sure an effect is: of several paths the strongest, along one the weakest.")
class Confidence(Enum):
    CERTAIN = value(impact.Confidence.CERTAIN, description="It follows from what is known.")
    POSSIBLE = value(impact.Confidence.POSSIBLE, description="What is known does not rule it out.")


@strawberry.enum(description="Whether a change may go ahead.")
class Verdict(Enum):
    PASS = value(impact.Verdict.PASS, description="Nothing speaks against it.")
    WARN = value(impact.Verdict.WARN, description="It may, and somebody should know.")
    BLOCK = value(impact.Verdict.BLOCK, description="It may not.")
    INCOMPLETE = value(impact.Verdict.INCOMPLETE, description="It could not be told; never to be taken for a PASS.")


@strawberry.enum(description="What a full account needs and this one lacks, in the order of how much it matters.")
class GapKind(Enum):
    NO_PRODUCER = value(provenance.GapKind.NO_PRODUCER, description="No run is known that made it.")
    SEVERAL_PRODUCERS = value(
        provenance.GapKind.SEVERAL_PRODUCERS, description="Several runs are said to have made it; the newest counts."
    )
    UPSTREAM_CUT = value(
        provenance.GapKind.UPSTREAM_CUT, description="Not all that lies upstream was looked at; `incomplete` says why."
    )
    RUN_GONE = value(provenance.GapKind.RUN_GONE, description="The run was deleted where it was recorded.")
    DIRTY = value(provenance.GapKind.DIRTY, description="The code had changes that no commit holds.")
    NO_COMMIT = value(provenance.GapKind.NO_COMMIT, description="It is not known which commit was run.")
    COMMIT_UNKNOWN = value(
        provenance.GapKind.COMMIT_UNKNOWN, description="Of the commit nothing is known but its name."
    )
    NO_INPUT = value(provenance.GapKind.NO_INPUT, description="It is not known what was read.")
    INPUT_GONE = value(provenance.GapKind.INPUT_GONE, description="What was read was deleted.")
    INPUT_REPLACED = value(
        provenance.GapKind.INPUT_REPLACED, description="At the URI of what was read lies a later version by now."
    )
    INPUT_UNVERSIONED = value(
        provenance.GapKind.INPUT_UNVERSIONED,
        description="Its job reads this dataset, but which version was read is not known.",
    )
    INPUT_ASSUMED = value(
        provenance.GapKind.INPUT_ASSUMED,
        description="Which version was read was not stated: it was worked out, where any was there by then.",
    )
    INPUT_WITHOUT_URI = value(
        provenance.GapKind.INPUT_WITHOUT_URI, description="Where what was read lies is not known."
    )
    NO_COMMAND = value(provenance.GapKind.NO_COMMAND, description="It is not known how the run was started.")
    COMMAND_NOT_PLAIN = value(
        provenance.GapKind.COMMAND_NOT_PLAIN,
        description="The command holds what only a shell understands, so it is shown and not run.",
    )
    NO_ENVIRONMENT = value(
        provenance.GapKind.NO_ENVIRONMENT, description="It is not known which packages there were, in which versions."
    )
    NO_PARAMETERS = value(provenance.GapKind.NO_PARAMETERS, description="No parameters are known.")
    INPUT_WITHOUT_COLUMNS = value(
        provenance.GapKind.INPUT_WITHOUT_COLUMNS, description="Nobody stated the columns of what was read."
    )


@strawberry.enum(description="What happened to a column from one version to another.")
class ColumnStepKind(Enum):
    ADDED = value(compare.StepKind.ADDED, description="It came.")
    DROPPED = value(compare.StepKind.DROPPED, description="It went.")
    RETYPED = value(compare.StepKind.RETYPED, description="It has another type.")
    NULLABLE = value(compare.StepKind.NULLABLE, description="It held no nulls, and may now.")
    NOT_NULLABLE = value(compare.StepKind.NOT_NULLABLE, description="It could hold nulls, and may no longer.")


@strawberry.enum(description="How well a search met an entity, the best first.")
class SearchTier(Enum):
    EXACT = value(results.Tier.EXACT, description="Its name is what was searched for.")
    NAME = value(results.Tier.NAME, description="Every word is in its name.")
    TAG = value(results.Tier.TAG, description="Every word is in its name, its tags or its owners.")
    TEXT = value(results.Tier.TEXT, description="Every word is in whatever is said of it.")


@strawberry.enum(description="What of an entity a search met.")
class SearchField(Enum):
    NAME = value(results.MatchField.NAME, description="The name of an asset, or that a run was given.")
    TAG = value(results.MatchField.TAG, description="A tag: `key=value`.")
    OWNER = value(results.MatchField.OWNER, description="An owner.")
    ADDRESS = value(results.MatchField.ADDRESS, description="The namespace and name of an asset, a repository's URL.")
    DESCRIPTION = value(results.MatchField.DESCRIPTION, description="Its description.")
    MESSAGE = value(results.MatchField.MESSAGE, description="The first line of a commit's message.")
    AUTHOR = value(results.MatchField.AUTHOR, description="The author of a commit, with the address for mail.")
    COLUMN = value(
        results.MatchField.COLUMN, description="A column of the newest version of a dataset that has columns."
    )
