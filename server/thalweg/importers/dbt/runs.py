"""Granules of what happened: a scope for each node that an invocation built.

    (datasetVersion)-[:INPUT_TO {columns, covers, assumed}]->(run {status, …})-[:PRODUCED]->(datasetVersion)
    (commit)-[:CODE_OF {path}]->(run)

A table has a version for each invocation that wrote it, `dbt:<invocation>`. What a run read has that version too, where
the same invocation wrote it before; of what was there already, nobody says which version it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from thalweg.importers.dbt.invocations import BUILDING, Invocation, Result
from thalweg.importers.dbt.lineage import Lineage, Lineages
from thalweg.importers.dbt.project import Project, Thing, text
from thalweg.importers.dbt.tables import documents
from thalweg.model import keys
from thalweg.model.columns import Column
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key


class Listed(NamedTuple):
    """What the catalog lists of a table, and when it did. rows, bytes: where the warehouse counts them."""

    columns: tuple[Column, ...]
    at: int | None
    rows: int | None = None
    bytes: int | None = None


class Built(NamedTuple):
    """That an invocation built a node, or failed to."""

    invocation: Invocation
    thing: Thing
    result: Result


def built(project: Project, invocations: Sequence[Invocation], warnings: list[str]) -> list[Built]:
    """What the invocations built, in the order of these."""
    found, strange = [], []
    for one in invocations:
        if one.command not in BUILDING:
            warnings.append(
                f"The run results are of `dbt {one.command}`, which builds nothing, so no runs were taken from them. "
                "It writes over those of the build before: keep these, and give them with --run-results."
            )
            continue
        for result in one.results.values():
            thing = project.things.get(result.unique_id)
            if thing is None:
                strange.append(result.unique_id)
            elif thing.made_here and result.ran:
                found.append(Built(one, thing, result))
    if strange:
        warnings.append(
            f"{len(strange)} results are of what the manifest does not have ({strange[0]}); they were passed over. "
            "Give the manifest of the same invocation."
        )
    return found


class Runs:
    """contracts: columns that the manifest promises, by unique id. listed: what the catalog has. code: by the id of an
    invocation, the commit that it ran.
    """

    def __init__(
        self,
        project: Project,
        scope: str,
        lineages: Lineages,
        contracts: Mapping[str, tuple[Column, ...]],
        listed: Mapping[str, Listed],
        code: Mapping[str, Key],
    ) -> None:
        self._project, self._scope, self._lineages = project, scope, lineages
        self._contracts, self._listed, self._code = contracts, listed, code

    def granules(self, built: Sequence[Built], tests: Mapping[tuple[str, str], list[Json]]) -> Iterator[Granule]:
        """tests: by invocation and table, what tests said of the version."""
        newest = {one.thing.unique_id: one.invocation.id for one in built if one.result.wrote}
        for one in built:
            id = one.thing.unique_id
            listed = self._listed.get(id) if newest.get(id) == one.invocation.id else None
            if listed is not None and (listed.at is None or listed.at < (one.result.ended_at or 0)):
                listed = None  # it is of the table as it was before
            yield self._granule(one, listed, tests.get((one.invocation.id, id), []))

    def _granule(self, one: Built, listed: Listed | None, tests: list[Json]) -> Granule:
        invocation, thing, result = one
        project = self._project
        run = keys.run(project.here, f"{invocation.id}/{thing.unique_id}")
        columns = self._contracts.get(thing.unique_id) or (listed.columns if listed is not None else None)
        lineage = self._lineages.of(thing, result.code or text(thing.given.get("compiled_code")), columns)
        entities = [EntityFact(run, _run(project, one))]
        edges = list(self._inputs(one, run, lineage))
        if result.wrote:
            version = project.version(thing, f"dbt:{invocation.id}")
            entities.append(EntityFact(version, _version(one, columns, listed, lineage, tests)))
            edges.append(EdgeFact(run, EdgeType.PRODUCED, version))
        if (commit := self._code.get(invocation.id)) is not None:
            path = text(thing.given.get("original_file_path"))
            edges.append(EdgeFact(commit, EdgeType.CODE_OF, run, props={"path": path} if path is not None else {}))
        return Granule(
            f"{self._scope}:runs",
            f"run/{invocation.id}/{thing.unique_id}",
            "dbt",
            entities=entities,
            edges=edges,
            at=result.ended_at or invocation.at,
        )

    def _inputs(self, one: Built, run: Key, lineage: Lineage | None) -> Iterator[EdgeFact]:
        known = {input.table: input for input in self._project.inputs(one.thing)}
        reads = lineage.reads if lineage is not None else {}
        for table in dict.fromkeys([*known, *reads]):
            input = known.get(table)
            before = one.invocation.results.get(input.unique_id) if input is not None else None
            here = before is not None and before.wrote
            version = f"dbt:{one.invocation.id}" if here else keys.UNVERSIONED
            props: dict[str, Json] = {} if here else {"assumed": True}
            if table in reads:
                props |= {"columns": reads[table], "covers": "PREDICATES"}
            read = keys.dataset_version(self._project.namespace, table, version)
            yield EdgeFact(read, EdgeType.INPUT_TO, run, props=props)


def _run(project: Project, one: Built) -> dict[str, Json]:
    invocation, thing, result = one
    said = {"invocation_id": invocation.id, "status": result.said, "adapter_response": result.response}
    props: dict[str, Json] = {
        "job": list(project.job(thing).parts),
        "name": thing.name,
        "status": result.status,
        "command": f"dbt {invocation.command}",
        "extra": {"dbt": said},
    }
    times = {"started_at": result.started_at, "ended_at": result.ended_at}
    props |= {name: at for name, at in times.items() if at is not None}
    environment = {"dbt": invocation.version, "target": invocation.target}
    if told := {name: value for name, value in environment.items() if value is not None}:
        props["environment"] = told
    if result.status == "FAILED" and result.message is not None:
        props["error"] = result.message
    rows = result.response.get("rows_affected")
    if isinstance(rows, int) and not isinstance(rows, bool) and rows >= 0:
        props["metrics"] = {"rows_affected": rows}
    return props


_COUNTS = ("SELECT", "INSERT", "CREATE TABLE")
"""Codes of adapters that count, with them, the rows of a table that was made: Snowflake's SUCCESS counts statements."""


def _version(
    one: Built, columns: Sequence[Column] | None, listed: Listed | None, lineage: Lineage | None, tests: list[Json]
) -> dict[str, Json]:
    thing, result = one.thing, one.result
    props: dict[str, Json] = {}
    if (at := result.ended_at or one.invocation.at) is not None:
        props["created_at"] = at
    if columns is not None:
        props["columns"] = documents(columns)
    elif lineage is not None and lineage.columns is not None:
        props["columns"] = [{"name": name} for name in lineage.columns]
    if lineage is not None:
        props["column_lineage"] = lineage.facet
    rows = result.response.get("rows_affected")
    counted = result.response.get("code") in _COUNTS and thing.materialized in ("table", "seed")
    if counted and isinstance(rows, int) and rows >= 0:
        props["rows"] = rows
    elif listed is not None and listed.rows is not None:
        props["rows"] = listed.rows
    if listed is not None and listed.bytes is not None:
        props["bytes"] = listed.bytes
    if tests:
        props["statistics"] = {"dataQualityAssertions": {"assertions": tests}}
    return props


def tests(
    project: Project, invocations: Sequence[Invocation], built: Sequence[Built], warnings: list[str]
) -> dict[tuple[str, str], list[Json]]:
    """What tests said, by the invocation that wrote the table which they looked at, and by that table.

    Tests that run in an invocation of their own look at what the last invocation before them wrote, of those given. Of
    a test that looked twice the last word counts.
    """
    wrote: dict[str, list[str]] = defaultdict(list)
    for one in built:
        if one.result.wrote:
            wrote[one.thing.unique_id].append(one.invocation.id)
    order = {one.id: place for place, one in enumerate(invocations)}
    found: dict[tuple[str, str], dict[str, Json]] = defaultdict(dict)
    lost = 0
    for invocation in invocations:
        for result in invocation.results.values():
            test = project.things.get(result.unique_id)
            if test is None or test.type != "test" or not result.ran or invocation.command not in BUILDING:
                continue
            table = project.tested(test)
            if table is None or not table.made_here:
                continue
            before = [id for id in wrote[table.unique_id] if order[id] <= order[invocation.id]]
            if not before:
                lost += 1
            else:
                found[before[-1], table.unique_id][test.unique_id] = _assertion(test, result)
    if lost:
        warnings.append(
            f"{lost} tests were left out: they ran apart from what they tested, so of which version they speak is not "
            "known. Give the run results of the build too, with --run-results."
        )
    return {written: list(said.values()) for written, said in found.items()}


def _assertion(test: Thing, result: Result) -> Json:
    """As OpenLineage's `dataQualityAssertions` has it, with dbt's own word for how it went."""
    about = test.given.get("test_metadata")
    about = about if isinstance(about, dict) else {}
    kwargs = about.get("kwargs")
    column = text(test.given.get("column_name")) or text(
        kwargs.get("column_name") if isinstance(kwargs, dict) else None
    )
    said: dict[str, Json] = {
        "assertion": text(about.get("name")) or test.name,
        "success": result.said == "pass",
        "status": result.said,
    }
    if column is not None:
        said["column"] = column
    failures = result.given.get("failures")
    if isinstance(failures, int) and failures:
        said["failures"] = failures
    return said
