"""What each list of a manifest states."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.manifest.manifests import only, scopes, write
from tests.importers.stores import gone, imported
from thalweg.importers import manifest
from thalweg.importers.manifest import form
from thalweg.importers.manifest.facts import scope
from thalweg.ingest import prepare
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, JoinFact, MarkFact, MarkKind, Point
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.properties import EDGE_PROPERTIES, PROPERTIES
from thalweg.model.results import Outcome
from thalweg.store.store import Store

ROOT = Path(__file__).parents[3]
LAKE = "s3://lake"
MLFLOW = "mlflow://prod"
SHA = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
PARENT = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"
MAY = time.parse("2026-05-02T08:00:00Z")


@pytest.mark.anyio
async def test_a_second_pass_changes_nothing_and_what_is_struck_out_is_gone(store: Store, tmp_path: Path) -> None:
    tables = [keys.dataset(LAKE, name) for name in ("tx", "customers")]
    text = "thalweg: 1\ndatasets:\n  - uri: s3://lake/tx\n  - uri: s3://lake/customers\n"
    file = write(tmp_path, text)
    for outcome in (Outcome.WRITTEN, Outcome.UNCHANGED):
        assert (await imported(store, manifest.read(file))).granules == {outcome: 2}
    write(tmp_path, text[: text.rindex("  -")])
    assert (await imported(store, manifest.read(file))).closed
    assert await gone(store, *tables) == {tables[1]}


def test_a_dataset_and_its_versions(tmp_path: Path) -> None:
    granule = only(
        tmp_path,
        """
datasets:
  - uri: s3a://lake/tx/
    owners: [payments]
    versions:
      - version: 3
        rows: 12
        created_at: 2026-05-02T08:00:00Z
        columns: [age, {name: country, type: string, nullable: true}]
        derived_from: [{dataset: "s3://lake/raw", version: 1}, {dataset: "s3://lake/raw"}]
""",
    )
    version = keys.dataset_version(LAKE, "tx", "3")
    assert (granule.name, granule.source, granule.origin) == ("dataset/s3://lake/tx", "manifest:facts", "manifest")
    assert granule.entities == [
        EntityFact(keys.dataset(LAKE, "tx"), {"uri": "s3a://lake/tx/", "owners": ["payments"]}),
        EntityFact(
            version,
            {
                "rows": 12,
                "created_at": MAY,
                "columns": [{"name": "age"}, {"name": "country", "type": "string", "nullable": True}],
            },
        ),
    ]
    assert granule.edges == [
        EdgeFact(keys.dataset_version(LAKE, "raw", "1"), EdgeType.DERIVED_INTO, version),
        EdgeFact(keys.dataset(LAKE, "raw"), EdgeType.DERIVED_INTO, keys.dataset(LAKE, "tx")),
    ]


def test_a_dataset_by_its_namespace_and_name_may_be_somewhere_else_too(tmp_path: Path) -> None:
    granule = only(tmp_path, "datasets: [{namespace: 'hive://h:9083', name: lake.tx, uri: 's3://lake/tx'}]")
    assert granule.entities == [EntityFact(keys.dataset("hive://h:9083", "lake.tx"), {"uri": "s3://lake/tx"})]
    assert granule.name == "dataset/hive://h:9083/lake.tx"


def test_a_path_is_named_under_the_source(tmp_path: Path) -> None:
    granule = only(tmp_path, "source: laptop\ndatasets: [{uri: /data/tx.csv}]")
    assert granule.entities[0].key == keys.dataset("file://laptop", "/data/tx.csv")
    assert granule.source == "manifest:laptop"


def test_a_repository_and_its_commits(tmp_path: Path) -> None:
    granule = only(
        tmp_path,
        f"""
repositories:
  - url: git@git.example.com:acme/churn.git
    default_branch: main
    commits: [{{sha: {SHA.upper()}, message: Weigh, git_tags: [v1], parents: [{PARENT}]}}]
""",
    )
    url = "https://git.example.com/acme/churn"
    assert granule.name == f"repository/{url}"
    assert granule.entities == [
        EntityFact(keys.repository(url), {"default_branch": "main"}),
        EntityFact(keys.commit(url, SHA), {"message": "Weigh", "git_tags": ["v1"]}),
    ]
    assert granule.edges == [EdgeFact(keys.commit(url, PARENT), EdgeType.PARENT_OF, keys.commit(url, SHA))]


def test_a_job_and_its_runs(tmp_path: Path) -> None:
    granule = only(
        tmp_path,
        f"""
jobs:
  - namespace: airflow
    name: train
    runs:
      - run_id: 17
        status: FINISHED
        parent: 16
        params: {{rate: 0.1, depth: 6, shuffle: true, tiny: 1e-3, none: NaN}}
        metrics: {{auc: 0.9, loss: {{last: .nan, best: 0.1, step: 3}}}}
        histories: {{auc: [{{step: 1, at: 2026-05-02T08:00:00Z, value: 0.5}}]}}
        code: {{repository: "https://git.example.com/x", commit: {SHA}, path: train.py, dirty: true}}
        inputs:
          - {{dataset: {{namespace: "{LAKE}", name: tx}}, version: 3, columns: [age], role: training, pinned: true}}
          - {{model: base, namespace: "{MLFLOW}", version: "1"}}
        outputs: [{{model: fraud, namespace: "{MLFLOW}", version: "3"}}]
""",
    )
    run = keys.run("airflow", "17")
    assert granule.name == "job/airflow/train"
    job, fact = granule.entities
    assert job == EntityFact(keys.job("airflow", "train"))
    assert fact.key == run
    assert fact.props["job"] == ["airflow", "train"]
    assert fact.props["params"] == {"rate": "0.1", "depth": "6", "shuffle": "true", "tiny": "1e-3", "none": "NaN"}
    assert fact.props["metrics"]["auc"] == {"last": 0.9}
    assert math.isnan(fact.props["metrics"]["loss"]["last"])
    assert fact.histories == {"auc": [Point(1, MAY, 0.5)]}
    read = {"columns": ["age"], "covers": "DECLARED", "pinned": True}
    code = keys.commit("https://git.example.com/x", SHA)
    assert granule.edges == [
        EdgeFact(keys.run("airflow", "16"), EdgeType.PARENT_OF, run),
        EdgeFact(code, EdgeType.CODE_OF, run, props={"path": "train.py", "dirty": True}),
        EdgeFact(keys.dataset_version(LAKE, "tx", "3"), EdgeType.INPUT_TO, run, "training", read),
        EdgeFact(keys.model_version(MLFLOW, "base", "1"), EdgeType.INPUT_TO, run),
        EdgeFact(run, EdgeType.PRODUCED, keys.model_version(MLFLOW, "fraud", "3")),
    ]


def test_a_run_may_be_another_systems_than_its_job(tmp_path: Path) -> None:
    runs = f"[{{run_id: x, namespace: '{MLFLOW}', parent: y}}]"
    granule = only(tmp_path, f"jobs: [{{namespace: a, name: b, runs: {runs}}}]")
    assert granule.entities[1].key == keys.run(MLFLOW, "x")
    assert granule.edges[0].source == keys.run(MLFLOW, "y")


def test_what_names_no_version_is_said_of_the_assets(tmp_path: Path) -> None:
    granule = only(
        tmp_path,
        """
jobs:
  - namespace: cron
    name: export
    runs:
      - run_id: 1
        code: [{repository: "https://git.example.com/x"}]
        inputs: [{dataset: "s3://lake/a", columns: [id], covers: PROJECTION}]
        outputs: [{dataset: "s3://lake/b"}]
""",
    )
    job = keys.job("cron", "export")
    assert granule.edges == [
        EdgeFact(keys.repository("https://git.example.com/x"), EdgeType.CODE_OF, job),
        EdgeFact(keys.dataset(LAKE, "a"), EdgeType.INPUT_TO, job, "", {"columns": ["id"], "covers": "PROJECTION"}),
        EdgeFact(job, EdgeType.PRODUCED, keys.dataset(LAKE, "b")),
    ]


def test_a_job_states_by_itself_what_its_runs_would_without_versions(tmp_path: Path) -> None:
    ends = 'code: {repository: "https://git.example.com/x"}, inputs: [{dataset: "s3://lake/a"}], outputs: [{dataset: "s3://lake/b"}]'
    by_job = only(tmp_path, f"jobs: [{{namespace: cron, name: export, {ends}}}]")
    by_run = only(tmp_path, f"jobs: [{{namespace: cron, name: export, runs: [{{run_id: 1, {ends}}}]}}]")
    assert by_job.edges == by_run.edges
    assert len(by_job.edges) == 3


def test_a_model_its_versions_and_what_marks_them(tmp_path: Path) -> None:
    granule = only(
        tmp_path,
        f"""
models:
  - namespace: {MLFLOW}
    name: fraud
    versions:
      - version: 3
        signature: {{inputs: [{{name: a}}]}}
        aliases: [champion, {{name: canary, since: 2026-05-01, until: 2026-05-02T08:00:00Z}}]
        stages: [{{name: Production}}]
        derived_from: [{{model: base, namespace: {MLFLOW}, version: 7}}]
""",
    )
    version = keys.model_version(MLFLOW, "fraud", "3")
    assert granule.name == f"model/{MLFLOW}/fraud"
    assert granule.entities[1] == EntityFact(version, {"signature": {"inputs": [{"name": "a"}]}})
    assert granule.marks == [
        MarkFact(version, MarkKind.ALIAS, "champion"),
        MarkFact(version, MarkKind.ALIAS, "canary", time.parse("2026-05-01"), MAY),
        MarkFact(version, MarkKind.STAGE, "Production"),
    ]
    assert granule.edges == [EdgeFact(keys.model_version(MLFLOW, "base", "7"), EdgeType.DERIVED_INTO, version)]


def test_a_deployment_and_its_releases(tmp_path: Path) -> None:
    granule = only(
        tmp_path,
        f"""
deployments:
  - namespace: production
    name: fraud
    platform: kubernetes
    releases:
      - revision: 41
        until: 2026-05-02T08:00:00Z
        serves: [{{model: fraud, namespace: "{MLFLOW}"}}]
      - since: 2026-05-02T10:00:00+02:00
        config: {{replicas: 3}}
        serves: [{{model: fraud, namespace: "{MLFLOW}", version: "3", traffic: 0, role: shadow}}]
        reads: [{{dataset: "s3://features/customer", columns: [age]}}]
        writes: [{{dataset: "s3://lake/predictions", version: "2026-05"}}]
""",
    )
    deployment = keys.deployment("production", "fraud")
    release = keys.release("production", "fraud", "2026-05-02T08:00:00.000000Z")
    assert granule.name == "deployment/production/fraud"
    assert granule.entities == [
        EntityFact(deployment, {"platform": "kubernetes"}),
        EntityFact(keys.release("production", "fraud", "41"), {"until": MAY}),
        EntityFact(release, {"since": MAY, "config": {"replicas": 3}}),
    ]
    read = {"columns": ["age"], "covers": "DECLARED"}
    assert granule.edges == [
        EdgeFact(keys.model(MLFLOW, "fraud"), EdgeType.SERVED_BY, deployment),
        EdgeFact(keys.model_version(MLFLOW, "fraud", "3"), EdgeType.SERVED_BY, release, "shadow", {"traffic": 0}),
        EdgeFact(keys.dataset("s3://features", "customer"), EdgeType.INPUT_TO, deployment, "", read),
        EdgeFact(release, EdgeType.PRODUCED, keys.dataset_version(LAKE, "predictions", "2026-05")),
    ]


THINGS = {
    keys.dataset(LAKE, "a"): "{kind: Dataset, uri: s3://lake/a}",
    keys.dataset("bigquery", "p.d.t"): "{kind: Dataset, namespace: bigquery, name: p.d.t}",
    keys.dataset_version(LAKE, "a", "1"): "{kind: DatasetVersion, uri: s3://lake/a, version: 1}",
    keys.repository("https://h.test/x"): "{kind: Repository, url: 'git@h.test:x.git'}",
    keys.commit("https://h.test/x", SHA): f"{{kind: Commit, url: 'https://h.test/x', sha: {SHA}}}",
    keys.job("a", "b"): "{kind: Job, namespace: a, name: b}",
    keys.run("a", "1"): "{kind: Run, namespace: a, run_id: 1}",
    keys.model(MLFLOW, "m"): f"{{kind: Model, namespace: '{MLFLOW}', name: m}}",
    keys.model_version(MLFLOW, "m", "1"): f"{{kind: ModelVersion, namespace: '{MLFLOW}', name: m, version: 1}}",
    keys.deployment("p", "d"): "{kind: Deployment, namespace: p, name: d}",
    keys.release("p", "d", "1"): "{kind: Release, namespace: p, name: d, revision: 1}",
}


@pytest.mark.parametrize(
    ("source", "type", "target"),
    [
        (keys.dataset(LAKE, "a"), EdgeType.INPUT_TO, keys.job("a", "b")),
        (keys.dataset(LAKE, "a"), EdgeType.DERIVED_INTO, keys.dataset("bigquery", "p.d.t")),
        (keys.dataset_version(LAKE, "a", "1"), EdgeType.INPUT_TO, keys.run("a", "1")),
        (keys.dataset_version(LAKE, "a", "1"), EdgeType.INPUT_TO, keys.release("p", "d", "1")),
        (keys.commit("https://h.test/x", SHA), EdgeType.CODE_OF, keys.run("a", "1")),
        (keys.repository("https://h.test/x"), EdgeType.CODE_OF, keys.job("a", "b")),
        (keys.model_version(MLFLOW, "m", "1"), EdgeType.SERVED_BY, keys.release("p", "d", "1")),
        (keys.model(MLFLOW, "m"), EdgeType.SERVED_BY, keys.deployment("p", "d")),
        (keys.run("a", "1"), EdgeType.PRODUCED, keys.model_version(MLFLOW, "m", "1")),
    ],
)
def test_an_edge_between_any_two_things(tmp_path: Path, source: Key, type: EdgeType, target: Key) -> None:
    granule = only(tmp_path, f"edges: [{{from: {THINGS[source]}, to: {THINGS[target]}, role: r}}]")
    assert granule.edges == [EdgeFact(source, type, target, "r")]
    assert granule.name == f"edge/{source.id}/{type.value}/{target.id}/r"
    spelled = only(tmp_path, f"edges: [{{from: {THINGS[source]}, to: {THINGS[target]}, role: r, type: {type.value}}}]")
    assert spelled == granule


@pytest.mark.parametrize(("key", "written"), THINGS.items())
def test_a_thing_of_any_kind_can_be_named(tmp_path: Path, key: Key, written: str) -> None:
    other = Key(key.kind, (*key.parts[:-1], PARENT if key.kind is Kind.COMMIT else f"{key.parts[-1]}-other"))
    fields = ", ".join(f"{name}: '{part}'" for name, part in other.fields().items())
    granule = only(tmp_path, f"joins: [{{alias: {written}, of: {{kind: {key.kind.value}, {fields}}}}}]")
    assert granule.joins == (JoinFact(key, other),)


def test_a_join_of_two_names(tmp_path: Path) -> None:
    alias, of = keys.dataset("bigquery", "p.d.t"), keys.dataset(LAKE, "a")
    granule = only(tmp_path, f"joins: [{{alias: {THINGS[alias]}, of: {THINGS[of]}}}]")
    assert granule.joins == (JoinFact(alias, of),)
    assert granule.name == f"join/{alias.id}"


# ----------------------------------------------------------------------------------- any fact, and no more than stated

FORMS: dict[Kind, type[form.Form]] = {
    Kind.DATASET: form.Dataset,
    Kind.DATASET_VERSION: form.DatasetVersion,
    Kind.REPOSITORY: form.Repository,
    Kind.COMMIT: form.Commit,
    Kind.JOB: form.Job,
    Kind.RUN: form.Run,
    Kind.MODEL: form.Model,
    Kind.MODEL_VERSION: form.ModelVersion,
    Kind.DEPLOYMENT: form.Deployment,
    Kind.RELEASE: form.Release,
}


@pytest.mark.parametrize("kind", Kind)
def test_every_property_of_every_kind_can_be_stated(kind: Kind) -> None:
    worked_out = {"job"} if kind is Kind.RUN else set()
    assert PROPERTIES[kind].keys() - worked_out <= FORMS[kind].model_fields.keys()


@pytest.mark.parametrize("type", EdgeType)
def test_every_property_of_every_edge_can_be_stated(type: EdgeType) -> None:
    assert EDGE_PROPERTIES[type].keys() <= form.Edge.model_fields.keys()


def test_a_release_says_which_shares_it_had_before(tmp_path: Path) -> None:
    serves = f'{{model: fraud, namespace: "{MLFLOW}", version: "3", traffic: 90, shares: %s}}'
    text = "deployments: [{namespace: p, name: d, releases: [{since: 2026-05-01, serves: [%s]}]}]"
    shares = "[{until: 2026-05-02T08:00:00Z, traffic: 10}, {until: 2026-05-03}]"
    (edge,) = only(tmp_path, text % (serves % shares)).edges
    expected = [{"until": MAY, "traffic": 10}, {"until": time.parse("2026-05-03T00:00:00Z")}]
    assert edge.props == {"traffic": 90, "shares": expected}


def test_what_is_null_is_not_stated(tmp_path: Path) -> None:
    bare = only(tmp_path, "deployments: [{namespace: p, name: d}]")
    nulls = "deployments:\n  - namespace: p\n    name: d\n    owners:\n    releases: null\n    url: ~\nmodels:\n"
    assert only(tmp_path, nulls) == bare


def test_a_uri_is_kept_without_its_password(tmp_path: Path) -> None:
    granule = only(tmp_path, "datasets: [{uri: 'postgresql://ada:secret@db:5432/shop'}]")
    assert "secret" not in str(granule)
    assert granule.entities[0] == EntityFact(
        keys.dataset("postgres://db:5432", "shop"), {"uri": "postgresql://db:5432/shop"}
    )


def test_the_write_path_takes_all_that_the_documentation_shows(tmp_path: Path) -> None:
    page = (ROOT / "docs/importers/manifest.md").read_text(encoding="utf-8")
    for place, block in enumerate(page.split("```yaml\n")[1:]):
        for granule in scopes(write(tmp_path, block.partition("```")[0], f"{place}.yaml")).values():
            prepare(granule, time.now())


def test_a_change_of_one_item_changes_its_scope_alone(tmp_path: Path) -> None:
    two = "thalweg: 1\ndeployments: [{namespace: p, name: a}, {namespace: p, name: b}]"
    before = scopes(write(tmp_path, two))
    after = scopes(write(tmp_path, two.replace("name: b", "name: b, url: x")))
    assert {name for name in before | after if before.get(name) != after.get(name)} == {"deployment/p/b"}
    assert scopes(write(tmp_path, two)) == before


def test_a_pass_is_complete_and_knows_how_many_granules_come(tmp_path: Path) -> None:
    reading = manifest.read(write(tmp_path, "thalweg: 1\nmodels: [{namespace: a, name: b}, {namespace: a, name: c}]"))
    assert (reading.total, reading.complete, reading.origin) == (2, True, "manifest")
    assert len(list(reading.granules)) == 2


NAMES = st.text("a/:%2F.", min_size=1, max_size=6)


@given(NAMES, NAMES, NAMES, NAMES)
def test_two_things_never_share_a_scope(a: str, b: str, c: str, d: str) -> None:
    same = scope("dataset", keys.dataset(a, b)) == scope("dataset", keys.dataset(c, d))
    assert same == ((a, b) == (c, d))
