"""A dbt project: `manifest.json`, with `catalog.json` and `run_results.json` beside it: `docs/importers/dbt.md`.

    (dataset)-[:INPUT_TO]->(job)-[:PRODUCED]->(dataset)
    (datasetVersion)-[:INPUT_TO {columns}]->(run)-[:PRODUCED]->(datasetVersion {columns, column_lineage, statistics})

Each table is a scope, `node/<unique id>`, under `dbt:<source>`: what the manifest no longer has is gone. What happened
is kept under a source of its own, `dbt:<source>:runs`, of which no pass sees all: dbt keeps its last invocation alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from thalweg.importers.dbt import artifacts, tables
from thalweg.importers.dbt.invocations import Invocation, invocation
from thalweg.importers.dbt.lineage import Lineages
from thalweg.importers.dbt.project import Project, text
from thalweg.importers.dbt.runs import Listed, Runs, built, tests
from thalweg.importers.reading import Lies, Reading
from thalweg.model import databases, dbt, dialects, keys, names, time
from thalweg.model.columns import Column
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import Granule
from thalweg.model.keys import Key

ORIGIN = "dbt"

_SCHEMES = {"athena": "awsathena", "postgresql": "postgres", "sqlserver": "mssql", "fabric": "mssql"}
"""What OpenLineage calls a warehouse, by what dbt calls its adapter, where that is another word."""

_COMMITS = ("DBT_CLOUD_GIT_SHA", "GIT_SHA")
"""Names in the environment of an invocation that may hold the commit; the second is what a pipeline sets itself."""


_SHA = re.compile(r"[0-9a-f]{40}")


def read(
    location: str | os.PathLike[str],
    *,
    source: str | None = None,
    namespace: str | None = None,
    catalog: str | os.PathLike[str] | None = None,
    run_results: Collection[str | os.PathLike[str]] = (),
    repository: str | None = None,
) -> Reading:
    """One pass over what dbt left in a target folder: that folder, the project around it, or its manifest.

    source: the name it is filed under; the project's own without one.
    namespace: what others call the warehouse, `postgres://db.example.com:5432`: dbt keeps no word of where it is.
    catalog, run_results: where they lie elsewhere than beside the manifest. Results may be of several invocations.
    repository: the URL of the repository whose commits the invocations ran.

    Raises SourceError, with what to do, for files that are not there, not whole, or of unlike projects; BadInput for a
    repository or a namespace that is none.
    """
    place = Path(location)
    warnings: list[str] = []
    found = artifacts.found(place, Path(catalog) if catalog else None, [Path(one) for one in run_results], warnings)
    metadata = found.manifest["metadata"]
    name = source or text(metadata.get("project_name")) or found.folder.name or "dbt"
    adapter = text(metadata.get("adapter_type")) or ""
    here = _namespace(adapter, name, warnings) if namespace is None else _canonical(namespace)
    project = Project(found.manifest, name, here)
    dialect = dialects.of(adapter) or adapter or None
    contracts, listed = _columns(project, found.catalog, dialect)
    invocations = list({one.id: one for one in map(invocation, found.results)}.values())
    code = _code(invocations, metadata, repository, warnings)
    done = built(project, invocations, warnings)
    assertions = tests(project, invocations, done, warnings)
    stated = list(project.stated())
    at = _at(metadata)
    scope = f"{ORIGIN}:{name}"

    def granules() -> Iterator[Granule]:
        written = {one.thing.unique_id for one in done if one.result.wrote}
        columns = {id: one.columns for id, one in listed.items()}
        known = columns | contracts
        for thing in stated:
            unwritten = thing.unique_id not in written
            yield tables.granule(project, thing, scope, at, known.get(thing.unique_id) if unwritten else None)
        if done:
            lineages = Lineages(project, dialect, columns, contracts, warnings)
            runs = Runs(project, scope, lineages, contracts, listed, code)
            yield from runs.granules(done, assertions)

    return Reading(scope, ORIGIN, granules(), total=len(stated) + len(done), warnings=warnings)


def recognised(place: Path) -> Iterator[Lies]:
    """What dbt left of a project: in it, in its target folder, or a manifest."""
    if place.name == artifacts.MANIFEST or place.is_dir():
        with suppress(SourceError):
            found = artifacts.found(place, None, (), [])
            project = text(found.manifest["metadata"].get("project_name")) or found.folder.name
            yield Lies(str(place), f"what dbt knows of the project {project}")


def _namespace(adapter: str, source: str, warnings: list[str]) -> str:
    scheme = _SCHEMES.get(adapter, adapter) or "dbt"
    if scheme == "bigquery":
        return scheme
    namespace = f"{scheme}://{source}"
    warnings.append(
        f"dbt does not say where its warehouse is, so its tables are named under {namespace}. Give what others call "
        f"it, so that their tables are these: --namespace {_EXAMPLES.get(scheme, f'{scheme}://HOST:PORT')}."
    )
    return namespace


def _canonical(namespace: str) -> str:
    """A namespace that was given, as others' names are: `postgres` and never `postgresql`; BigQuery has no host."""
    scheme, _, host = names.without_password(namespace.strip()).partition("://")
    scheme = databases.RENAMED.get(scheme.lower(), scheme)
    host = databases.host(scheme, host.rstrip("/"))
    if scheme in databases.PORTS:
        host = host.lower()
    if not scheme or any(letter.isspace() for letter in scheme + host):
        raise BadInput(
            f"--namespace {namespace!r} is no namespace.", "Give one as OpenLineage has it, like postgres://db:5432."
        )
    return f"{scheme}://{host.rstrip('/')}" if host else scheme


_EXAMPLES = {
    "snowflake": "snowflake://ORGANIZATION-ACCOUNT",
    "databricks": "databricks://HOST",
    "duckdb": "duckdb://PATH",
}


def _at(metadata: dbt.Node) -> int | None:
    try:
        return time.parse(str(metadata.get("generated_at")))
    except ValueError:
        return None


def _columns(
    project: Project, catalog: dbt.Node, dialect: str | None
) -> tuple[dict[str, tuple[Column, ...]], dict[str, Listed]]:
    """The columns of tables by unique id: those that contracts promise, and those that the catalog lists."""
    contracts, listed = {}, {}
    metadata = catalog.get("metadata")
    at = _at(metadata) if isinstance(metadata, Mapping) else None
    entries = {**dbt.entries(catalog, "nodes"), **dbt.entries(catalog, "sources")}
    for thing in project.things.values():
        if not thing.is_table:
            continue
        try:
            if (promised := dbt.columns(thing.given, None, dialect)) is not None:
                contracts[thing.unique_id] = promised
            entry = entries.get(thing.unique_id)
            found = dbt.columns({**thing.given, "contract": None}, entry, dialect) if entry is not None else None
            if entry is not None and found is not None:
                listed[thing.unique_id] = Listed(found, at, *_counted(entry))
        except (ValueError, TypeError, AttributeError) as error:
            raise SourceError(
                f"The columns of {thing.unique_id} are not what they should be ({error}).",
                "Give manifest.json and catalog.json as dbt wrote them.",
            ) from error
    return contracts, listed


def _counted(entry: dbt.Node) -> tuple[int | None, int | None]:
    """Rows and bytes, as the catalogs of warehouses call them."""
    stats = dbt.entries(entry, "stats")

    def count(*called: str) -> int | None:
        for name in called:
            value = stats[name].get("value") if name in stats else None
            if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
                return int(value)
        return None

    return count("row_count", "num_rows", "rows"), count("bytes", "num_bytes")


def _code(
    invocations: list[Invocation], metadata: dbt.Node, repository: str | None, warnings: list[str]
) -> dict[str, Key]:
    """The commits that invocations ran, where their environment says them."""
    url = None
    if repository is not None:
        try:
            url = names.repository_url(repository)
        except ValueError as error:
            raise BadInput(f"--repository {error}.") from error
    of_manifest = metadata.get("env")
    found = {}
    for one in invocations:
        env = dict(one.env)
        if isinstance(of_manifest, dict) and metadata.get("invocation_id") == one.id:
            env = {**of_manifest, **env}
        sha = next((str(env[name]).lower() for name in _COMMITS if env.get(name)), None)
        if sha is None or not _SHA.fullmatch(sha):
            continue
        if url is None:
            warnings.append(f"Of the commit {sha[:7]} that dbt ran nothing says the repository: give --repository URL.")
            return {}
        found[one.id] = keys.commit(url, sha)
    return found
