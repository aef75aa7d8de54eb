"""A made certificate, once a session; a cluster that answers; and a kubeconfig that leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.importers.kubernetes.api_server import TOKEN, Certificate, Cluster, made, serving, whole
from thalweg.importers.kubernetes import api


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return made(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A cluster that is asked again at once."""
    monkeypatch.setattr(api, "PAUSE", 0.0)
    return whole()


@pytest.fixture
def server(cluster: Cluster, certificate: Certificate) -> Iterator[str]:
    with serving(cluster, certificate) as address:
        yield address


Kubeconfig = Callable[..., Path]


@pytest.fixture
def kubeconfig(tmp_path: Path, server: str, certificate: Certificate) -> Kubeconfig:
    """Writes a kubeconfig; what is given takes the place of a part of the cluster or the user."""

    def write(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> Path:
        file = tmp_path / "kubeconfig"
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "prod",
            "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
            "clusters": [
                {
                    "name": "c",
                    "cluster": {"server": server, "certificate-authority": str(certificate.certificate)}
                    if cluster is None
                    else {"server": server, **cluster},
                }
            ],
            "users": [{"name": "u", "user": {"token": TOKEN} if user is None else user}],
        }
        file.write_text(yaml.safe_dump(content))
        return file

    return write
