"""`thalweg import`, on what MLflow, Git and people wrote."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from tests.cli.conftest import Run
from tests.importers.dvc.written import Written, added, lock
from tests.importers.git.repositories import init
from tests.importers.neptune.exports import CLS_1, copied
from tests.importers.openlineage.events import dataset, run_event, without
from thalweg.estate import MLFLOW, REPOSITORY_URL, Estate, estate


def test_the_three_importers_tell_what_they_found_and_say_that_nothing_changed_the_second_time(run: Run) -> None:
    with estate() as files:
        commands = _commands(files)
        first = [json.loads(run(*command, "--json").out) for command in commands]
        again = [json.loads(run(*command, "--json").out) for command in commands]
    assert [one["source"] for one in first] == ["mlflow:shop", "git:training", "manifest:deployments"]
    assert all(one["granules"]["written"] == one["read"] > 0 for one in first)
    assert all(one["counts"]["new"] > 0 for one in first)
    assert all(one["granules"]["unchanged"] == one["read"] for one in again)
    assert not any(count for one in again for count in one["counts"].values())
    assert [one["closed"] for one in again] == [True, False, True]


def _commands(files: Estate) -> list[list[str]]:
    return [
        ["import", "mlflow", f"sqlite:///{files.mlflow}", "--source", MLFLOW, "--artifacts", str(files.artifacts)],
        ["import", "git", str(files.training), "--url", REPOSITORY_URL],
        ["import", "manifest", str(files.deployments)],
    ]


def test_gto_tells_what_it_found_and_why_it_cannot(run: Run, tmp_path: Path) -> None:
    repository = init(tmp_path / "models")
    repository.commit()
    assert run("import", "gto", "models").code == 2
    assert "has no tags that GTO wrote" in run("import", "gto", "models").err
    repository.git("tag", "-a", "churn@v1.0.0", "-m", "x")
    repository.git("tag", "-a", "churn#prod#1", "-m", "x")
    assert "entities: 2 new" in run("import", "gto", "models", "--url", "https://git.example.com/models").out
    found = json.loads(run("get", "model:https://git.example.com/models/churn/v1.0.0", "--json").out)
    assert found["version"] == "v1.0.0"
    assert "1 unchanged" in run("import", "gto", "models", "--url", "https://git.example.com/models").out


def test_dvc_tells_what_it_found_and_what_was_passed_over(run: Run, tmp_path: Path) -> None:
    written = Written(tmp_path / "churn")
    written.commit({"readme": "x"})
    assert run("import", "dvc", "churn").code == 2
    assert "has no file of DVC's at that commit" in run("import", "dvc", "churn").err
    first = written.commit({"dvc.lock": lock(), "raw.csv.dvc": added("raw.csv", "a" * 32)})
    written.commit({"dvc.lock": "<<<<<<< a\n=======\n>>>>>>> b\n"})
    ran = run("import", "dvc", "churn", "--all", "--url", "https://git.example.com/churn")
    assert (ran.code, "3 written" in ran.out) == (0, True)
    assert "line 1 is the mark of a merge conflict that nobody resolved" in ran.out
    assert "3 unchanged" in run("import", "dvc", "churn", "--at", first, "--url", "https://git.example.com/churn").out
    (found,) = json.loads(run("list", "runs", "--json").out)["nodes"]
    assert found["name"] == "train"


def test_openlineage_tells_which_event_of_which_file_it_refused(run: Run, tmp_path: Path) -> None:
    good, bad = run_event(outputs=[dataset("s3://lake tx")]), without(run_event(), "eventTime")
    (tmp_path / "spool.ndjson").write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n")
    ran = run("import", "openlineage", "spool.ndjson", "spool.ndjson")
    assert ran.code == 1
    assert "openlineage:spool: 4 scopes: 1 written, 1 unchanged, 2 refused" in ran.out
    assert "spool.ndjson line 2: eventTime: None must be a time as text" in ran.out
    assert run("import", "openlineage", "none.ndjson").code == 2
    found = json.loads(run("get", "dataset:s3://lake/tx@run:01890f3e", "--json").out)
    assert found["version"].startswith("run:01890f3e")


SERVICE = """
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: {name: churn, namespace: growth}
    spec: {predictor: {model: {modelFormat: {name: onnx}, storageUri: "s3://models/churn/0a1b/"}}}
"""


def test_kubernetes_serves_the_version_that_lies_where_it_loads_it_from(run: Run, tmp_path: Path) -> None:
    (tmp_path / "churn.yaml").write_text(dedent(SERVICE))
    versions = "[{version: '7', uri: 's3://models/churn/0a1b'}]"
    models = f"thalweg: 1\nmodels: [{{namespace: 'mlflow://shop', name: churn, versions: {versions}}}]\n"
    (tmp_path / "models.yaml").write_text(models)
    kubernetes = ("import", "kubernetes", "churn.yaml", "--environment", "production")

    def served() -> list[tuple[str, str]]:
        models = json.loads(run("get", "deployment:production/churn", "--json").out)["models"]["nodes"]
        return [(one["namespace"], one["name"]) for one in models]

    assert "entities: 4 new" in run(*kubernetes).out
    assert served() == [("s3://models", "churn/0a1b")]
    assert run("import", "manifest", "models.yaml").code == 0
    assert "edges: 1 new, 0 changed, 1 retracted" in run(*kubernetes).out
    assert served() == [("mlflow://shop", "churn")]
    assert "2 unchanged" in run(*kubernetes).out
    (tmp_path / "models.yaml").write_text(models.replace("]}]", ", {version: '8', uri: 's3://models/churn/0a1b'}]}]"))
    assert run("import", "manifest", "models.yaml").code == 0
    assert "At s3://models/churn/0a1b lie 2 model versions" in run(*kubernetes).out


def test_what_a_cluster_serves_is_affected_by_the_data_that_mlflow_says_it_learned_from(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "fraud.yaml").write_text(dedent(SERVICE).replace("s3://models/churn/0a1b/", "models:/fraud/2"))
    with estate() as files:
        assert run("import", "mlflow", f"sqlite:///{files.mlflow}", "--source", MLFLOW).code == 0
    served = ("import", "kubernetes", "fraud.yaml", "--environment", "production", "--models", f"mlflow://{MLFLOW}")
    assert run(*served).code == 0
    assert "1 live endpoint: production/churn." in run("impact", "s3://lake/transactions").out


def test_kubernetes_says_what_it_cannot_do(run: Run, tmp_path: Path) -> None:
    assert "Nothing is named to read" in run("import", "kubernetes").err
    (tmp_path / "config").write_text("contexts: []")
    ran = run("import", "kubernetes", "--context", "prod", "--kubeconfig", "config")
    assert (ran.code, "'prod' is not there; there are: none" in ran.err) == (2, True)
    assert "are two sources" in run("import", "kubernetes", "x.yaml", "--context", "prod").err
    assert not (tmp_path / "thalweg.db").exists()


ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


def test_sagemaker_and_azureml_tell_what_they_found(run: Run, tmp_path: Path) -> None:
    endpoint = {"EndpointName": "fraud", "EndpointArn": f"{ARN}:endpoint/fraud"}
    records = [{"operation": "describe_endpoint", "response": endpoint}, {"operation": "done"}]
    (tmp_path / "dump.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in records))
    sagemaker = ("import", "sagemaker", "dump.jsonl", "--environment", "aws")
    assert "entities: 1 new" in run(*sagemaker).out
    assert "sagemaker:dump: 1 scope: 0 written, 1 unchanged" in run(*sagemaker).out
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "endpoint.yml").write_text("name: fraud\nauth_mode: key\n")
    assert "entities: 1 new" in run("import", "azureml", "ws", "--environment", "azure").out
    found = json.loads(run("list", "deployments", "--json").out)["nodes"]
    assert {(one["namespace"], one["name"]) for one in found} == {("aws", "fraud"), ("azure", "fraud")}
    (tmp_path / "ws" / "endpoint.yml").write_text("name: [")
    ran = run("import", "azureml", "ws")
    assert (ran.code, "is why this is no YAML" in ran.err) == (2, True)


def test_neptune_is_imported_recognised_and_kept_in_step(run: Run, tmp_path: Path) -> None:
    exports = copied("churn", tmp_path).rename(tmp_path / "exports")
    neptune = ("import", "neptune", "exports", "--source", "prod", "--repository", "https://git.example.com/acme/churn")
    assert "neptune:prod: 6 scopes: 6 written, 0 unchanged" in run(*neptune).out
    again = run(*neptune).out
    assert "0 written, 6 unchanged" in again
    assert "Nothing was retired: this was not a reading of all there is." in again
    above = run("lineage", "model:CLS-CHURN/1", "--up").out
    assert all(
        one in above for one in ("run CLS-1 (boosted trees)", "commit 0a1b2c3", "s3://lake/transactions@neptune:")
    )
    assert "thalweg import neptune exports  an export of 1 project of Neptune" in run("import", "auto", "exports").out
    (exports / CLS_1).write_bytes(b"PAR1")
    broken = run(*neptune, "--all")
    assert (broken.code, "refused: 1" in broken.out) == (1, True)
    (exports / CLS_1).unlink()
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "prod"\nimporter = "neptune"\nlocation = "exports"\noptions = {everything = true}\n'
    )
    assert run("sync", "sources.toml", "--once").code == 0
    runs = json.loads(run("list", "runs", "--json").out)["nodes"]
    assert {one["runId"] for one in runs if one["goneAt"] is not None} == {"CLS-1", "CLS-3"}


def test_the_summary_is_what_people_read(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "facts.yaml"
    manifest.write_text(
        dedent("""
            thalweg: 1
            datasets: [{uri: "s3://lake/clicks", owners: [web]}, {uri: "s3://lake/views"}]
            deployments:
              - {namespace: production, name: ads, releases: [{revision: "1", since: 2026-01-02T00:00:00Z}]}
        """)
    )
    ran = run("import", "manifest", str(manifest))
    assert (ran.code, ran.out) == (
        0,
        "manifest:facts: 3 scopes: 3 written, 0 unchanged\n"
        "  entities: 4 new, 0 changed, 0 gone\n"
        "  edges: 0 new, 0 changed, 0 retracted\n",
    )
    manifest.write_text('thalweg: 1\ndatasets: [{uri: "s3://lake/clicks", owners: [ads]}]\n')
    assert run("import", "manifest", str(manifest)).out == (
        "manifest:facts: 1 scope: 1 written, 0 unchanged\n"
        "  entities: 0 new, 1 changed, 2 gone, 1 ended\n"
        "  edges: 0 new, 0 changed, 0 retracted\n"
    )


def test_a_date_in_the_future_is_a_warning(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "facts.yaml"
    manifest.write_text(
        'thalweg: 1\ndeployments: [{namespace: p, name: d, releases: [{revision: "1", since: 3000-01-01T00:00:00Z}]}]\n'
    )
    ran = run("import", "manifest", str(manifest))
    assert ran.code == 0
    assert "  warnings: 1\n" in ran.out
    assert "3000-01-01T00:00:00.000000Z lies in the future; it was taken as now" in ran.out


def test_git_reads_the_commits_that_runs_name_and_all_of_them_with_all(run: Run, tmp_path: Path) -> None:
    repository = init(tmp_path / "clone")
    shas = repository.chain("One", "Two", "Three", "Four")
    _state_runs(run, tmp_path, shas[1], shas[3])
    read = json.loads(run("import", "git", str(repository.path), "--url", URL, "--json").out)
    assert (read["read"], read["complete"], read["closed"]) == (4, False, False)  # refs, and two to four
    again = json.loads(run("import", "git", str(repository.path), "--url", URL, "--json").out)
    assert (again["read"], again["granules"]["unchanged"]) == (4, 4)
    whole = json.loads(run("import", "git", str(repository.path), "--url", URL, "--all", "--json").out)
    assert (whole["read"], whole["closed"]) == (5, True)
    messages = {one["message"] for one in json.loads(run("list", "commits", "--json").out)["nodes"]}
    assert messages == {"One", "Two", "Three", "Four"}


def test_a_shallow_clone_says_what_to_do_and_retires_nothing(run: Run, tmp_path: Path) -> None:
    origin = init(tmp_path / "origin")
    origin.chain("One", "Two", "Three")
    origin.git("clone", "--quiet", "--depth", "1", origin.path.as_uri(), str(tmp_path / "shallow"))
    ran = run("import", "git", str(tmp_path / "shallow"), "--url", URL, "--all")
    assert ran.code == 0
    assert (
        "is a shallow clone: what lies behind its oldest commits was not read. Run `git fetch --unshallow`" in ran.out
    )
    assert "Nothing was retired: this was not a reading of all there is." in ran.out


URL = "https://git.example.com/ml/clone"


def _state_runs(run: Run, folder: Path, *shas: str) -> None:
    runs = [{"run_id": f"r{place}", "code": [{"repository": URL, "commit": sha}]} for place, sha in enumerate(shas)]
    stated = {"thalweg": 1, "jobs": [{"namespace": "ci", "name": "train", "runs": runs}]}
    (folder / "runs.json").write_text(json.dumps(stated))
    ran = run("import", "manifest", str(folder / "runs.json"))
    assert ran.code == 0, ran.err
