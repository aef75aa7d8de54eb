"""A live cluster, asked over its API: it says what its manifests say, or says what it could not read."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.importers.golden import Golden, lines
from tests.importers.kubernetes.api_server import TOKEN, Certificate, Cluster
from tests.importers.kubernetes.conftest import Kubeconfig
from thalweg.importers import kubernetes
from thalweg.importers.kubernetes import Found
from thalweg.importers.kubernetes.kubeconfig import access
from thalweg.model.errors import BadInput, SourceError, ThalwegError

PRODUCTION = kubernetes.environments(["production", "growth=staging"])


def live(file: Path, **how: Any) -> Found:
    return kubernetes.find_live(kubeconfig_file=file, **how)


def stated(found: Found) -> list[str]:
    return lines(found.reading(environments=PRODUCTION, models="mlflow://shop").granules)


def test_a_cluster_says_what_its_manifests_say_page_by_page(
    cluster: Cluster, kubeconfig: Kubeconfig, golden: Golden
) -> None:
    found = live(kubeconfig())
    assert (found.source, found.complete, found.warnings) == ("kubernetes:prod", True, [])
    assert stated(found) == golden.lines
    pages = [asked for asked in cluster.asked if "/inferenceservices?" in asked or "/deployments?" in asked]
    assert len([asked for asked in pages if "continue=" in asked]) == 2


def test_one_namespace_is_a_source_of_its_own(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    found = live(kubeconfig(), namespace="shop")
    assert found.source == "kubernetes:prod/shop"
    assert {line for line in stated(found) if line.startswith("deployment/")} == {
        "deployment/production/pricing",
        "deployment/production/ranker",
        "deployment/production/stock",
    }
    assert all("/namespaces/shop/" in asked for asked in cluster.asked if asked != "/apis")


def test_what_is_not_installed_is_not_asked_for(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    for plural in ("seldondeployments", "models", "rayservices"):
        del cluster.objects[plural]
    found = live(kubeconfig())
    assert found.complete
    assert not any("seldon" in asked or "ray.io" in asked for asked in cluster.asked)


def test_where_the_groups_may_not_be_asked_every_kind_is_tried(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    del cluster.objects["rayservices"]
    cluster.faults = {"apis": [403]}
    found = live(kubeconfig())
    assert found.complete
    tried = [asked.partition("?")[0] for asked in cluster.asked if "rayservices" in asked]
    assert tried == ["/apis/ray.io/v1/rayservices", "/apis/ray.io/v1alpha1/rayservices"]


def test_a_kind_that_may_not_be_read_is_said_and_nothing_is_retired(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    cluster.faults = {"seldondeployments": [403]}
    found = live(kubeconfig())
    reading = found.reading(environments=PRODUCTION)
    assert not any("/churn" in granule.name for granule in reading.granules)
    assert not reading.complete
    assert (
        "seldondeployments.machinelearning.seldon.io: it may not be read (seldondeployments is forbidden). What was "
        "known of it stays as it was."
    ) in found.warnings


def test_a_kind_in_a_form_of_tomorrow_is_said(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    cluster.versions = {"serving.kserve.io": "v2"}
    found = live(kubeconfig())
    assert not found.complete
    assert any("installed as v2, a form that is not known here" in text for text in found.warnings)


def test_a_list_that_expires_is_begun_again(cluster: Cluster, kubeconfig: Kubeconfig, golden: Golden) -> None:
    cluster.page = 1
    cluster.faults = {"inferenceservices": ["", 410]}
    found = live(kubeconfig())
    assert found.complete
    assert stated(found) == golden.lines
    asked = [one for one in cluster.asked if "inferenceservices" in one]
    assert ["continue=" in one for one in asked] == [False, True, False, True]


def test_a_list_that_expires_always_is_given_up(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    cluster.faults = {"inferenceservices": [410] * 9}
    found = live(kubeconfig())
    assert not found.complete
    assert any("changes faster than it can be read" in text for text in found.warnings)


def test_a_server_that_stumbles_is_asked_again(cluster: Cluster, kubeconfig: Kubeconfig, golden: Golden) -> None:
    cluster.faults = {"inferenceservices": [500, 429], "rayservices": ["cut"]}
    found = live(kubeconfig())
    assert found.complete
    assert stated(found) == golden.lines


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ([500] * 3, "500 it is 500"),
        (["", *[503] * 3], "503 it is 503"),
        (["cut"] * 3, "the answer broke off"),
        (["html"], "the answer is no JSON"),
        (["nothing"], "the answer is no list: it has no items, and is a Status"),
        (["elsewhere"], "302"),
        ([418], "418"),
    ],
    ids=["500", "in the middle", "cut", "html", "no list", "elsewhere", "unknown"],
)
def test_a_list_that_cannot_be_read_to_its_end_is_not_complete(
    cluster: Cluster, kubeconfig: Kubeconfig, faults: list[int | str], said: str
) -> None:
    cluster.page = 1
    cluster.faults = {"inferenceservices": faults}
    found = live(kubeconfig())
    assert not found.complete
    assert any(text.startswith("inferenceservices.serving.kserve.io: it could not be read") for text in found.warnings)
    assert any(said in text for text in found.warnings)
    assert "deployment/production/pricing" in stated(found)


def test_an_object_of_wrong_types_is_said_and_the_others_are_read(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    cluster.objects["rayservices"][0]["spec"] = "serve"
    cluster.objects["inferenceservices"][0]["status"]["components"]["predictor"]["traffic"][0]["percent"] = 110
    found = live(kubeconfig())
    assert not found.complete
    assert found.warnings == [
        "inferenceservices.serving.kserve.io: risk/fraud: status.components.predictor.traffic[0].percent: 110 must be "
        "a number from 0 to 100 (percent of the traffic). What was known of it stays as it was.",
        "rayservices.ray.io: chat/assistant: spec: 'serve' must be an object. What was known of it stays as it was.",
    ]
    assert "deployment/production/pricing" in stated(found)


# ---------------------------------------------------------------------------------------------------------- logging in


def test_a_token_that_has_expired_says_to_log_in_again(kubeconfig: Kubeconfig) -> None:
    with pytest.raises(SourceError, match=r"does not know who asks \(401 Unauthorized\).*of prod has expired"):
        live(kubeconfig(user={"token": "old"}))


def test_by_a_client_certificate(kubeconfig: Kubeconfig, certificate: Certificate) -> None:
    data = {
        "client-certificate-data": base64.b64encode(certificate.certificate.read_bytes()).decode(),
        "client-key": str(certificate.key),
    }
    assert live(kubeconfig(user=data)).complete


def test_by_a_file_with_a_token_beside_the_kubeconfig(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert live(kubeconfig(user={"tokenFile": "token"})).complete


def test_by_a_name_and_a_password(kubeconfig: Kubeconfig) -> None:
    assert live(kubeconfig(user={"username": "ada", "password": "secret"})).complete
    with pytest.raises(SourceError, match="does not know who asks"):
        live(kubeconfig(user={"username": "ada", "password": "wrong"}))


def test_what_is_read_without_encryption_is_said(kubeconfig: Kubeconfig) -> None:
    found = access(kubeconfig(cluster={"server": "http://127.0.0.1:8001", "proxy-url": "http://127.0.0.1:3128"}), None)
    assert [text for text in found.warnings if "http://127.0.0.1:8001 is read without encryption" in text]
    assert found.proxy == "http://127.0.0.1:3128"
    with pytest.raises(BadInput, match=r"cluster.proxy-url: 'socks5://h' must begin with http"):
        access(kubeconfig(cluster={"proxy-url": "socks5://h"}), None)


PLUGIN = f"""#!{sys.executable}
import json, os, sys
info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
assert info["kind"] == "ExecCredential" and sys.argv[1:] == ["token"] and os.environ["REALM"] == "x"
print(json.dumps({{"apiVersion": info["apiVersion"], "kind": "ExecCredential", "status": {{"token": "{TOKEN}"}}}}))
"""


def exec_user(tmp_path: Path, program: str) -> dict[str, Any]:
    (tmp_path / "plugin").write_text(program)
    (tmp_path / "plugin").chmod(0o700)
    return {"exec": {"command": "./plugin", "args": ["token"], "env": [{"name": "REALM", "value": "x"}]}}


def test_by_a_program_only_where_that_is_allowed(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    file = kubeconfig(user=exec_user(tmp_path, PLUGIN))
    with pytest.raises(BadInput, match=r"logs in to prod by running ./plugin, which nobody allowed.*--exec-plugin"):
        live(file)
    assert live(file, run_plugin=True).complete


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (f"#!{sys.executable}\nimport sys; sys.exit('log in first')", "failed with 1: log in first"),
        (f"#!{sys.executable}\nprint('hello')", "is no ExecCredential"),
        (f"#!{sys.executable}\nprint('{{}}')", "has no status"),
        ("#!/nowhere/at/all\n", "cannot be run"),
    ],
    ids=["fails", "speaks", "empty", "missing"],
)
def test_a_program_that_does_not_log_in(kubeconfig: Kubeconfig, tmp_path: Path, program: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        live(kubeconfig(user=exec_user(tmp_path, program)), run_plugin=True)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(kubeconfig: Kubeconfig) -> None:
    with pytest.raises(SourceError, match=r"a certificate that cannot be trusted \(self.signed certificate\)"):
        live(kubeconfig(cluster={}))


def test_a_certificate_is_not_checked_where_the_kubeconfig_says_so_and_that_is_said(kubeconfig: Kubeconfig) -> None:
    found = live(kubeconfig(cluster={"insecure-skip-tls-verify": True}))
    assert found.complete
    assert any("says not to check the certificate of https://127.0.0.1" in text for text in found.warnings)


def test_a_certificate_may_be_of_a_name_that_is_not_the_address(
    kubeconfig: Kubeconfig, certificate: Certificate
) -> None:
    authority = base64.b64encode(certificate.certificate.read_bytes()).decode()
    of = {"certificate-authority-data": authority, "tls-server-name": "kubernetes.default"}
    assert live(kubeconfig(cluster=of)).complete
    with pytest.raises(SourceError, match="cannot be trusted"):
        live(kubeconfig(cluster={**of, "tls-server-name": "elsewhere.example.com"}))


def test_a_server_that_is_not_there_and_one_that_is_no_kubernetes(cluster: Cluster, kubeconfig: Kubeconfig) -> None:
    with pytest.raises(SourceError, match=r"https://127.0.0.1:9 cannot be reached \("):
        live(kubeconfig(cluster={"server": "https://127.0.0.1:9"}))
    cluster.faults = {"apis": ["html"]}
    with pytest.raises(SourceError, match="does not answer as Kubernetes does: the answer is no JSON"):
        live(kubeconfig())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "current-context: dev\ncontexts: [{name: prod, context: {cluster: c}}]",
            "'dev' is not there; there are: prod",
        ),
        ("contexts: []", "current-context: nothing is named there; say --context"),
        (
            "current-context: p\ncontexts: [{name: p, context: {cluster: c}}]",
            "clusters: 'c' is not there; there are: none",
        ),
        ("[1, 2]", "must be a kubeconfig"),
        ("a: [", "is why this is no YAML"),
        (
            "current-context: p\ncontexts: [{name: p, context: {cluster: c}}]\n"
            "clusters: [{name: c, cluster: {server: 10.0.0.1}}]",
            "clusters[0].cluster.server: '10.0.0.1' must be an address, like https://10.0.0.1:6443",
        ),
        (
            "current-context: p\ncontexts: [{name: p, context: {cluster: c, user: u}}]\n"
            "clusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {token: 12345}}]",
            "users[0].user.token: it must be text; write it in quotes",
        ),
        (
            "current-context: p\ncontexts: [{name: p, context: {cluster: c}}]\n"
            "clusters: [{name: c, cluster: {server: 'https://h', certificate-authority-data: '?'}}]",
            "certificate-authority-data: it is no base64",
        ),
        (
            "current-context: p\ncontexts: [{name: p, context: {cluster: c}}]\n"
            "clusters: [{name: c, cluster: {server: 'https://h', certificate-authority: gone.crt}}]",
            "certificate-authority: 'gone.crt' cannot be read",
        ),
    ],
    ids=["context", "none", "cluster", "list", "yaml", "server", "token", "base64", "file"],
)
def test_a_kubeconfig_that_leads_nowhere_says_why(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "config"
    file.write_text(text)
    with pytest.raises(BadInput) as caught:
        live(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


def test_the_kubeconfig_is_the_one_that_the_environment_names(
    kubeconfig: Kubeconfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig()))
    assert kubernetes.find_live(context="prod").complete
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/a:{tmp_path}/b")
    with pytest.raises(ThalwegError, match="names several files"):
        kubernetes.find_live()
