"""What manifests of Kubernetes come to, and what is wrong with those that are not."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from tests.importers.golden import Golden
from tests.importers.kubernetes.api_server import CLUSTER
from tests.importers.stores import outcomes
from thalweg.importers import kubernetes, manifest
from thalweg.importers.kubernetes import Found, files, marks
from thalweg.importers.kubernetes.gathered import RESOURCES
from thalweg.importers.manifest import text as manifest_text
from thalweg.ingest import prepare
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.keys import Key
from thalweg.store.store import Store

NOW = time.parse("2026-06-01T00:00:00Z")
PRODUCTION = kubernetes.environments(["production"])


def granules() -> list[Granule]:
    """What the cluster of the tests comes to."""
    environment = ["production", "growth=staging"]
    return list(kubernetes.read(CLUSTER, source="prod", environment=environment, models="mlflow://shop").granules)


def test_the_cluster_comes_to_what_is_written_down(golden: Golden) -> None:
    golden.holds(granules())


def test_what_is_true_of_several_revisions_is_said_once() -> None:
    reading = kubernetes.read(CLUSTER, source="prod", environment="production")
    assert len(list(reading.granules)) > 10
    assert len([text for text in reading.warnings if "names the model price" in text]) == 1


def test_no_secret_is_ever_stated() -> None:
    for secret in ("hunter2", "hf_secret", "wJalrXUtnFEMI"):
        assert secret in "".join(file.read_text() for file in CLUSTER.iterdir())
        assert secret not in str(granules())


def test_what_is_not_read_is_counted() -> None:
    found = kubernetes.find([CLUSTER])
    assert (found.source, found.complete) == ("kubernetes:cluster", True)
    assert found.warnings == ["Passed over, for nothing is read of them: 1 v1 ConfigMap, 1 v1 Service."]


# ------------------------------------------------------------------------------------------------------------ the page

PAGE = (Path(__file__).parents[3] / "docs" / "importers" / "kubernetes.md").read_text("utf-8")


def test_the_page_says_what_each_mark_means_and_its_examples_are_read(tmp_path: Path) -> None:
    said = re.findall(r"^\| `thalweg.io/([a-z-]+)`", PAGE, re.MULTILINE)
    assert sorted(said) == list(marks.KNOWN)
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (deployment,) = [block for block in blocks if "kind: Deployment" in block]
    taken, warnings, complete = read(tmp_path, deployment)
    assert (served(taken), warnings, complete) == ({("mlflow://shop", "fraud", "3")}, [], True)
    (joins,) = [block for block in blocks if block.startswith("thalweg: 1")]
    (tmp_path / "joins.yaml").write_text(joins)
    (join,) = manifest.read(tmp_path / "joins.yaml").granules
    assert join.joins[0].alias in {edge.source for one in granules() for edge in one.edges}


def test_the_page_asks_for_no_more_than_is_read() -> None:
    (role,) = re.findall(r"^kind: ClusterRole\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (rule,) = yaml.safe_load(role)["rules"]
    assert set(rule["apiGroups"]) == {one.group for one in RESOURCES}
    assert set(rule["resources"]) == {one.plural for one in RESOURCES}
    assert rule["verbs"] == ["list"]


# --------------------------------------------------------------------------------------------------------- single ones


def found(tmp_path: Path, text: str, name: str = "it.yaml", **how: Any) -> Found:
    (tmp_path / name).write_text(text)
    return kubernetes.find([tmp_path / name], **how)


def read(tmp_path: Path, text: str, **how: Any) -> tuple[list[Granule], list[str], bool]:
    """The granules of one manifest, what was said, and whether it was all."""
    it = found(tmp_path, text)
    reading = it.reading(environments=PRODUCTION, **how)
    taken = list(reading.granules)
    for granule in taken:
        prepare(granule, now=NOW)
    return taken, reading.warnings, reading.complete


def served(taken: list[Granule]) -> set[tuple[str, ...]]:
    """Which models are served."""
    return {edge.source.parts for one in taken for edge in one.edges if edge.type is EdgeType.SERVED_BY}


def service(uri: str, annotations: str = "{}", more: str = "") -> str:
    model = f'{{modelFormat: {{name: onnx}}, storageUri: "{uri}"}}'
    return dedent(
        f"""\
        apiVersion: serving.kserve.io/v1beta1
        kind: InferenceService
        metadata: {{name: fraud, namespace: risk, annotations: {annotations}}}
        spec: {{predictor: {{model: {model}{more}}}}}
        """
    )


@pytest.mark.parametrize(
    ("uri", "names"),
    [
        ("s3://models/fraud/3", ("s3://models", "fraud", "3")),
        ("s3://models/team/fraud/v1.2.0-rc.1/", ("s3://models", "team/fraud", "v1.2.0-rc.1")),
        ("s3a://models/fraud/latest", ("s3://models", "fraud/latest", "unversioned")),
        ("gs://models/fraud.onnx", ("gs://models", "fraud.onnx", "unversioned")),
        ("pvc://claim/fraud/3", ("pvc://it/risk/claim", "fraud", "3")),
        ("hf://acme/fraud", ("hf://models", "acme/fraud", "unversioned")),
        ("hf://acme/fraud@1a2b", ("hf://models", "acme/fraud", "1a2b")),
        ("models:/fraud/3", ("mlflow://shop", "fraud", "3")),
        ("models://profile@databricks/fraud/3", ("mlflow://shop", "fraud", "3")),
        ("mlflow-artifacts:/1/0a1b/artifacts/model", ("mlflow://shop", "1/0a1b/artifacts/model", "unversioned")),
        ("/mnt/models/fraud/3", ("file://it", "/mnt/models/fraud", "3")),
        ("https://user:pw@models.example.com/fraud/3", ("https://models.example.com", "fraud", "3")),
    ],
)
def test_a_uri_names_a_version(tmp_path: Path, uri: str, names: tuple[str, ...]) -> None:
    taken, warnings, _ = read(tmp_path, service(uri), models="mlflow://shop")
    assert served(taken) == {names}
    assert warnings == []


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("models:/fraud@champion", "names the alias champion: which version that was is not known"),
        ("models:/fraud/Production", "names the stage Production"),
        ("models:/fraud", "names no version"),
    ],
)
def test_an_alias_or_a_stage_serves_the_model_of_no_known_version(tmp_path: Path, uri: str, said: str) -> None:
    taken, warnings, _ = read(tmp_path, service(uri), models="mlflow://shop")
    assert [edge.source for edge in taken[0].edges] == [keys.model("mlflow://shop", "fraud")]
    assert taken[0].edges[0].target == keys.deployment("production", "fraud")
    assert len(warnings) == 1
    assert said in warnings[0]


def test_a_registry_that_is_not_named_is_said(tmp_path: Path) -> None:
    taken, warnings, _ = read(tmp_path, service("models:/fraud/3"))
    assert served(taken) == set()
    assert warnings == [
        "InferenceService risk/fraud: models:/fraud/3 is in a registry that is not named: say --models mlflow://NAME."
    ]


def test_a_uri_where_a_version_is_known_to_lie_is_that_version(tmp_path: Path) -> None:
    known = {"s3://models/fraud/abc": keys.model_version("mlflow://shop", "fraud", "7")}
    it = found(tmp_path, service("s3://models/fraud/abc/"))
    assert it.uris() == set(known)
    assert served(list(it.reading(versions=known).granules)) == {("mlflow://shop", "fraud", "7")}


def test_what_lets_somebody_in_is_no_part_of_a_place(tmp_path: Path) -> None:
    uri = "https://acme.blob.core.windows.net/models/fraud/3?sv=2024&sig=hunter2"
    taken, _, _ = read(tmp_path, service(uri))
    assert served(taken) == {("https://acme.blob.core.windows.net", "models/fraud", "3")}
    assert taken[1].entities[0].props["config"]["models"] == ["https://acme.blob.core.windows.net/models/fraud/3"]
    assert "hunter2" not in str(taken)


def test_a_mark_is_followed_rather_than_the_uri(tmp_path: Path) -> None:
    said = "{thalweg.io/model: fraud, thalweg.io/model-version: '4', thalweg.io/model-namespace: mlflow://risk}"
    assert served(read(tmp_path, service("s3://models/fraud/3", said))[0]) == {("mlflow://risk", "fraud", "4")}
    assert served(read(tmp_path, service("s3://x/3", "{thalweg.io/model-uri: gs://models/fraud/5}"))[0]) == {
        ("gs://models", "fraud", "5")
    }


def test_marks_that_say_half_of_it_and_marks_that_mean_nothing_are_said(tmp_path: Path) -> None:
    taken, warnings, _ = read(tmp_path, service("s3://m/3", "{thalweg.io/model: fraud, thalweg.io/modle: fraud}"))
    assert served(taken) == set()
    assert "names the model fraud, and not where that is registered" in warnings[0]
    assert "InferenceService risk/fraud: thalweg.io/modle means nothing here." in warnings
    taken, warnings, _ = read(tmp_path, service("s3://m/3", "{thalweg.io/reads: 's3:// s3://lake/a,s3://lake/b'}"))
    assert [edge.source.parts for edge in taken[0].edges] == [("s3://lake", "a"), ("s3://lake", "b")]
    assert any("thalweg.io/reads: 's3://' names no bucket" in text for text in warnings)


def test_a_release_without_a_status_has_no_date_and_is_the_same_as_long_as_it_is_configured_alike(
    tmp_path: Path,
) -> None:
    (_, first), _, _ = read(tmp_path, service("s3://models/fraud/3"))
    (_, again), _, _ = read(tmp_path, service("s3://models/fraud/3", more=", minReplicas: 5"))
    (_, other), _, _ = read(tmp_path, service("s3://models/fraud/4"))
    assert first.name.startswith("release/production/fraud/spec-")
    assert first.entities[0].props["since"] is None
    assert again.name == first.name != other.name


STATUS = """\
status:
  components:
    predictor:
      latestCreatedRevision: fraud-2
      latestReadyRevision: fraud-2
      traffic: [{revisionName: fraud-2, percent: 20}, {revisionName: fraud-1, percent: 80}]
"""
NEVER_READY = """\
status:
  components:
    predictor: {latestCreatedRevision: fraud-2, latestReadyRevision: fraud-1, traffic: [{percent: 100}]}
---
apiVersion: serving.knative.dev/v1
kind: Revision
metadata: {name: fraud-1, namespace: risk, labels: {serving.kserve.io/inferenceservice: fraud}}
spec: {containers: [{name: kserve-container, args: [--model_dir, "s3://models/fraud/1"]}]}
status: {conditions: [{type: Ready, status: "True"}]}
"""


def test_what_an_older_revision_serves_is_not_guessed(tmp_path: Path) -> None:
    taken, warnings, complete = read(tmp_path, service("s3://models/fraud/2") + STATUS)
    assert [granule.name for granule in taken] == ["deployment/production/fraud", "release/production/fraud/fraud-2"]
    assert not complete
    assert any("what its revision fraud-1 serves is not known" in text for text in warnings)


def test_what_gets_the_rest_of_the_traffic_of_a_canary_is_told_by_no_manifest(tmp_path: Path) -> None:
    taken, warnings, complete = read(tmp_path, service("s3://models/fraud/2", more=", canaryTrafficPercent: 20"))
    (release,) = [granule for granule in taken if granule.name.startswith("release/")]
    assert [edge.props["traffic"] for edge in release.edges if edge.type is EdgeType.SERVED_BY] == [20]
    assert any("what gets the rest of its traffic is not known" in text for text in warnings)
    assert not complete


def test_applications_in_the_form_that_ray_gave_up_are_left_as_they_were(tmp_path: Path) -> None:
    taken, warnings, complete = read(
        tmp_path,
        "apiVersion: ray.io/v1alpha1\nkind: RayService\nmetadata: {name: scorer, namespace: risk}\n"
        "spec: {serveConfig: {importPath: scorer.app}}\n",
    )
    assert [granule.name for granule in taken] == ["deployment/production/scorer"]
    assert any("what its serveConfig serves is not read" in text for text in warnings)
    assert not complete


def test_a_number_of_thousands_of_digits_is_no_share_and_no_generation(tmp_path: Path) -> None:
    digits = "9" * 5_000
    with pytest.raises(BadInput) as caught:
        read(tmp_path, service("s3://models/fraud/2", f"{{thalweg.io/traffic: '{digits}'}}"))
    assert any("thalweg.io/traffic" in str(problem) for problem in caught.value.problems)
    generation = f"serving.knative.dev/configurationGeneration: '{digits}'"
    older = OLDER.replace("labels: {", f"labels: {{{generation}, ")
    taken, _, _ = read(tmp_path, service("s3://models/fraud/2") + STATUS + older)
    assert ("s3://models", "fraud", "2") in served(taken)


OLDER = """\
---
apiVersion: serving.knative.dev/v1
kind: Revision
metadata:
  name: fraud-1
  namespace: risk
  creationTimestamp: "2026-01-01T00:00:00Z"
  labels: {serving.kserve.io/inferenceservice: fraud}
  annotations: {internal.serving.kserve.io/storage-initializer-sourceuri: "models:/fraud/1"}
spec: {containers: []}
"""


def test_a_mark_of_today_says_nothing_of_an_older_revision(tmp_path: Path) -> None:
    said = "{thalweg.io/model: fraud, thalweg.io/model-version: '2', thalweg.io/model-namespace: mlflow://risk}"
    taken, _, complete = read(tmp_path, service("s3://models/fraud/2", said) + STATUS + OLDER)
    shares = {edge.source.parts: edge.props["traffic"] for one in taken for edge in one.edges}
    assert shares == {("mlflow://risk", "fraud", "2"): 20, ("mlflow://risk", "fraud", "1"): 80}
    assert complete


def test_a_revision_that_never_got_ready_serves_nothing(tmp_path: Path) -> None:
    taken, _, complete = read(tmp_path, service("s3://models/fraud/2") + NEVER_READY)
    assert served(taken) == {("s3://models", "fraud", "1")}
    assert complete


def test_what_is_told_to_stop_or_is_being_deleted_has_an_end(tmp_path: Path) -> None:
    status = "status: {conditions: [{type: Stopped, status: 'True', lastTransitionTime: '2026-05-01T00:00:00Z'}]}"
    (_, release), _, _ = read(tmp_path, service("s3://models/fraud/2") + status)
    assert release.entities[0].props["until"] == time.parse("2026-05-01T00:00:00Z")
    assert release.entities[0].props["status"] == "stopped"
    text = service("s3://m/2").replace("namespace: risk", "namespace: risk, deletionTimestamp: '2026-05-02T00:00:00Z'")
    (_, release), _, _ = read(tmp_path, text)
    assert release.entities[0].props["until"] == time.parse("2026-05-02T00:00:00Z")


def test_two_of_one_name_in_one_environment_are_told_apart(tmp_path: Path) -> None:
    both = service("s3://m/1") + "---\n" + service("s3://m/2").replace("namespace: risk", "namespace: growth")
    taken, warnings, _ = read(tmp_path, both)
    assert [one.name for one in taken if one.name.startswith("deployment/")] == [
        "deployment/production/fraud",
        "deployment/production/risk/fraud",
    ]
    assert "InferenceService risk/fraud is production/risk/fraud here" in warnings[0]


def test_an_environment_is_marked_or_that_of_its_namespace_or_that_of_all(tmp_path: Path) -> None:
    it = found(tmp_path, service("s3://m/1"))

    def environment(*words: str) -> str:
        return it.reading(environments=kubernetes.environments(words)).granules.__next__().entities[0].key.parts[0]

    assert environment() == "risk"
    assert environment("production") == "production"
    assert environment("production", "risk=staging") == "staging"
    it = found(tmp_path, service("s3://m/1", "{thalweg.io/environment: test}"))
    assert environment("production", "risk=staging") == "test"


@pytest.mark.parametrize("words", [["="], ["a="], ["=b"], ["a", "b"], ["a=b", "a=c"], [""]])
def test_an_environment_is_named_once(words: list[str]) -> None:
    with pytest.raises(BadInput):
        kubernetes.environments(words)


def test_only_one_namespace(tmp_path: Path) -> None:
    both = service("s3://m/1") + "---\n" + service("s3://m/2").replace("namespace: risk, ", "")
    assert [str(one) for one in found(tmp_path, both, namespace="shop").services] == ["InferenceService shop/fraud"]
    assert found(tmp_path, both, namespace="shop").source == "kubernetes:it/shop"


def test_json_as_kubectl_and_as_the_api_print_lists(tmp_path: Path) -> None:
    item = '{"metadata": {"name": "iris"}, "spec": {"storageUri": "gs://m/iris/1"}}'
    text = f'{{"apiVersion": "mlops.seldon.io/v1alpha1", "kind": "ModelList", "items": [{item}]}}'
    assert [str(one) for one in found(tmp_path, text, "it.json").services] == ["Model default/iris"]
    text = '{"apiVersion": "v1", "kind": "List", "items": null}'
    assert found(tmp_path, text, "it.json").services == []


# ----------------------------------------------------------------------------------------------------------- bad input


BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 99)}]\n" for before, name in pairwise("abcd")
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "text: while parsing a flow node, did not find expected node content is why this is no YAML"),
        ("{{ .Values.name }}: x", "it.yaml line 1: ?: a key must be text"),
        ("apiVersion: v1\nkind: List", "it.yaml line 1: items: it is missing; a List has a list of objects"),
        ("apiVersion: v1\nkind: List\nitems: 3", "it.yaml line 3: items: 3 must be a list"),
        ("apiVersion: v1\nkind: List\nitems: [3]", "items[0]: 3 must be an object"),
        ("apiVersion: v1", "kind: it is missing; this is no object of Kubernetes"),
        ("- 1", "must be an object"),
        ("x", "'x' must be an object"),
        ("apiVersion: apps/v1\nkind: Deployment", "metadata.name: it must be the name of the object"),
        ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: 3}", "metadata.name: 3 must be text"),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, annotations: {thalweg.io/model-version: 3}}",
            "metadata.annotations.thalweg.io/model-version: 3 must be text; write it in quotes",
        ),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, annotations: {thalweg.io/traffic: '110'}}",
            "metadata.annotations.thalweg.io/traffic: '110' must be a number from \"0\" to \"100\"",
        ),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, creationTimestamp: now, "
            "annotations: {thalweg.io/model: m}}",
            "metadata.creationTimestamp: 'now' must be a time",
        ),
        (
            "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: a}\nspec: {serveConfigV2: '['}",
            "spec.serveConfigV2: '[' is no YAML",
        ),
        (
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\n"
            "spec: {predictor: {canaryTrafficPercent: 10.5}}",
            "spec.predictor.canaryTrafficPercent: 10.5 must be a whole number",
        ),
        ("", "the file is empty; where there is nothing, write `{apiVersion: v1, kind: List, items: []}`"),
        ("a: !!python/object:os.system {}", "is a tag; leave it out"),
        ("a: " + "[" * 99, "deeper than 64 levels"),
    ],
)  # fmt: skip
def test_what_is_no_manifest_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "it.yaml").write_text(text)
    with pytest.raises(BadInput) as caught:
        kubernetes.find([tmp_path / "it.yaml"])
    assert any(said in str(problem) for problem in caught.value.problems), caught.value.problems


def test_a_bomb_of_aliases_does_not_go_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_text, "MOST_NODES", 50_000)
    (tmp_path / "it.yaml").write_text(BOMB)
    with pytest.raises(BadInput, match="more than 50,000 values are too many"):
        kubernetes.find([tmp_path / "it.yaml"])
    (tmp_path / "it.yaml").write_text("---\n".join([BOMB.partition("d: ")[0]] * 9))
    with pytest.raises(BadInput, match="more than 50,000 values are too many"):
        kubernetes.find([tmp_path / "it.yaml"])


def test_all_that_is_wrong_in_a_folder_is_said_and_nothing_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: 3\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.json").write_text("{")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.yaml").write_text("a: [")
    with pytest.raises(BadInput) as caught:
        kubernetes.find([tmp_path])
    assert [problem.entity for problem in caught.value.problems] == ["a.yaml line 3", "sub/b.json line 1"]


def test_an_object_that_is_stated_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(service("s3://m/1"))
    (tmp_path / "overlay.yaml").write_text(service("s3://m/2"))
    with pytest.raises(BadInput, match=r"'fraud' is stated by base.yaml too, as InferenceService of risk; render"):
        kubernetes.find([tmp_path])


def test_where_there_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        kubernetes.find([tmp_path / "gone"])
    with pytest.raises(SourceError, match="holds no manifest"):
        kubernetes.find([tmp_path])
    with pytest.raises(BadInput, match="Nothing is named to read"):
        kubernetes.find([])
    with pytest.raises(BadInput, match="Several places need a name"):
        kubernetes.find([tmp_path, tmp_path])
    (tmp_path / "large.yaml").write_text("a: " + "x" * 100)
    monkeypatch.setattr(files, "LARGEST_YAML", 50)
    with pytest.raises(BadInput, match="is too much"):
        kubernetes.find([tmp_path])


# ----------------------------------------------------------------------------------------------------------- in a store


async def bring(store: Store, text: str, tmp_path: Path) -> list[str]:
    """One complete pass over a manifest; what became of its scopes."""
    came, closed = await outcomes(store, found(tmp_path, text).reading(environments=PRODUCTION))
    assert closed
    return came


@pytest.mark.anyio
async def test_a_store_ends_what_is_no_longer_served_and_a_second_pass_changes_nothing(
    store: Store, tmp_path: Path
) -> None:
    assert await bring(store, service("s3://models/fraud/1"), tmp_path) == ["WRITTEN"]
    assert await bring(store, service("s3://models/fraud/1"), tmp_path) == ["UNCHANGED"]
    assert await bring(store, service("s3://models/fraud/2"), tmp_path) == ["UNCHANGED", "WRITTEN"]
    (first, last) = [found(tmp_path, service(f"s3://models/fraud/{n}")).services[0].releases[0] for n in (1, 2)]
    ids = [Key(keys.release("", "", "").kind, ("production", "fraud", one.revision)).id for one in (first, last)]
    held = await store.get(ids, ANYONE)
    assert held[ids[0]].props["until"] is not None
    assert "until" not in held[ids[1]].props
    version = keys.model_version("s3://models", "fraud", "1").id
    assert (await store.degrees([version], ANYONE))[version].outward == 1


@pytest.mark.anyio
async def test_a_canary_in_a_manifest_does_not_end_what_it_stands_beside(store: Store, tmp_path: Path) -> None:
    canary = service("s3://models/fraud/2", more=", canaryTrafficPercent: 20")
    assert await bring(store, service("s3://models/fraud/1"), tmp_path) == ["WRITTEN"]
    _, closed = await outcomes(store, found(tmp_path, canary).reading(environments=PRODUCTION))
    assert not closed
    first = found(tmp_path, service("s3://models/fraud/1")).services[0].releases[0]
    release = keys.release("production", "fraud", first.revision).id
    assert "until" not in (await store.get([release], ANYONE))[release].props
    assert await bring(store, service("s3://models/fraud/2"), tmp_path) == ["UNCHANGED", "WRITTEN"]
    assert (await store.get([release], ANYONE))[release].props["until"] is not None


def test_what_is_no_object_is_counted_in_words(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("replicas: 1\n")
    (told,) = kubernetes.find([tmp_path / "one.yaml"]).warnings
    assert told == "Passed over, for nothing is read of them: 1 document without an object of Kubernetes."
    (tmp_path / "two.yaml").write_text("replicas: 1\n---\nreplicas: 2\n")
    (told,) = kubernetes.find([tmp_path / "two.yaml"]).warnings
    assert told.endswith(": 2 documents without an object of Kubernetes.")
