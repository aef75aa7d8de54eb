"""A dump that the lines of the importer's page made, with the real boto3, once a session; and keys for tests."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "importers" / "sagemaker.md"


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sagemaker")
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "run", "--script", str(HERE / "make_sagemaker.py"), str(PAGE), str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return folder / "sagemaker.jsonl"


@pytest.fixture(autouse=True, scope="session")
def _read_once() -> Iterator[None]:
    """boto3 reads its model of SageMaker once, and not again for each client, of which there are many here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.cache(botocore.session.create_loader))
        yield


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """boto3 finds the keys of the test, and nothing of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
