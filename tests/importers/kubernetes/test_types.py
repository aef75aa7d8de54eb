"""What stands in a manifest as another type than it has there is said, and never passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.importers import kubernetes
from thalweg.model.errors import BadInput

KSERVE = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: fraud}\nspec:\n  predictor:\n"
SELDON = "apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: churn}\nspec:\n"
MODEL = "apiVersion: mlops.seldon.io/v1alpha1\nkind: Model\nmetadata: {name: iris}\nspec:\n"
RAY = "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: chat}\nspec:\n"
MARKED = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: price, labels: {thalweg.io/model: price}}\nspec:\n"
    "  template:\n    spec:\n"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{KSERVE}    model: 's3://models/fraud/3'",
            "line 6: spec.predictor.model: 's3://models/fraud/3' must be an object; write `model: {storageUri: …}`",
        ),
        (f"{KSERVE}    sklearn: 's3://m/1'", "spec.predictor.sklearn: 's3://m/1' must be an object; write `sklearn: {"),
        (f"{KSERVE}    model: [s3://m/1]", "spec.predictor.model: ['s3://m/1'] must be an object"),
        (f"{KSERVE}    model: 3", "spec.predictor.model: 3 must be an object"),
        (f"{KSERVE}    model: {{storageUri: [s3://m/1]}}", "model.storageUri: ['s3://m/1'] must be text"),
        (
            f"{KSERVE}    model: {{storageUri: 3}}",
            "spec.predictor.model.storageUri: 3 must be text; write it in quotes",
        ),
        (f"{KSERVE}    model: {{storage: s3}}", "spec.predictor.model.storage: 's3' must be an object"),
        (f"{KSERVE}    model: {{modelFormat: onnx}}", "spec.predictor.model.modelFormat: 'onnx' must be an object"),
        (f"{KSERVE}    storageUris: s3://m/1", "spec.predictor.storageUris: 's3://m/1' must be a list"),
        (
            f"{KSERVE}    model: {{resources: {{limits: {{memory: {{size: 4Gi}}}}}}}}",
            "resources.limits.memory: {'size': '4Gi'} must be an amount, like 1 or 500m or 4Gi",
        ),
        (f"{KSERVE}    containers: [null]", "containers[0]: it must be an object; here is nothing behind the dash"),
        (f"{SELDON}  predictors: {{graph: {{}}}}", "spec.predictors: {'graph': {}} must be a list"),
        (f"{SELDON}  predictors: [{{graph: [s3://m/1]}}]", "spec.predictors[0].graph: ['s3://m/1'] must be an object"),
        (f"{SELDON}  predictors: [{{graph: {{modelUri: 3}}}}]", "predictors[0].graph.modelUri: 3 must be text"),
        (f"{SELDON}  predictors:\n  -", "spec.predictors[0]: it must be an object; here is nothing behind the dash"),
        (f"{MODEL}  requirements: sklearn", "spec.requirements: 'sklearn' must be a list"),
        (f"{MODEL}  storageUri: {{uri: s3://m/1}}", "spec.storageUri: {'uri': 's3://m/1'} must be text"),
        (
            f"{RAY}  serveConfigV2: {{applications: []}}",
            "serveConfigV2: {'applications': []} must be text, which holds YAML; write `serveConfigV2: |`",
        ),
        (f"{RAY}  serveConfigV2: 'applications: {{}}'", "spec.serveConfigV2.applications: {} must be a list"),
        (
            f"{RAY}  serveConfigV2: 'applications: [{{runtime_env: {{env_vars: {{MODEL_URI: 3}}}}}}]'",
            "spec.serveConfigV2.applications[0].runtime_env.env_vars.MODEL_URI: 3 must be text; write it in quotes",
        ),
        (f"{MARKED}      containers: {{image: a}}", "spec.template.spec.containers: {'image': 'a'} must be a list"),
        (f"{MARKED}      containers: [{{image: 3}}]", "spec.template.spec.containers[0].image: 3 must be text"),
        (f"{MARKED}      containers: [{{args: --model}}]", "containers[0].args: '--model' must be a list"),
        (f"{MARKED}      containers: [{{env: [A]}}]", "containers[0].env[0]: 'A' must be an object"),
    ],
)
def test_a_value_of_another_type_says_where_what_and_what_would_be_right(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "it.yaml").write_text(f"{text}\n")
    with pytest.raises(BadInput) as caught:
        kubernetes.find([tmp_path / "it.yaml"])
    (problem,) = caught.value.problems
    assert problem.entity.startswith("it.yaml line ")
    assert said in str(problem)


def test_what_a_predictor_says_besides_its_models_is_no_model(tmp_path: Path) -> None:
    text = (
        f"{KSERVE}    serviceAccountName: loader\n    nodeSelector: {{zone: a}}\n    onnx: {{storageUri: s3://m/1}}\n"
    )
    (tmp_path / "it.yaml").write_text(text)
    (service,) = kubernetes.find([tmp_path / "it.yaml"]).services
    assert [release.uris for release in service.releases] == [("s3://m/1",)]
    assert service.releases[0].config["modelFormat"] == "onnx"
