"""The script that makes a model version again: it does, and it runs nothing that came from data."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.facts import granule
from thalweg import ingest
from thalweg.lineage.provenance import Provenance, provenance
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, EdgeFact, EntityFact
from thalweg.model.keys import Key
from thalweg.model.names import repository_url
from thalweg.model.time import parse
from thalweg.store.open import open_store
from thalweg.store.store import Store

THEN = parse("2026-05-22T12:00:00Z")
MODEL = keys.model_version("test", "fraud", "1")

TRAIN = """\
import sys
rows = [line.split(",") for line in open(sys.argv[1]).read().split()[1:]]
weight = sum(float(row[1]) for row in rows) * float(sys.argv[2])
open("model.txt", "w").write(f"weight {weight}\\n")
"""
FEATURES = """\
import sys
lines = open(sys.argv[1]).read().split()
open(sys.argv[2], "w").write("\\n".join(lines[:1] + [line for line in lines[1:] if not line.startswith("x")]) + "\\n")
"""


def told(*facts: EntityFact | EdgeFact, folder: Path) -> Provenance:
    """The account of the model version, by a store that holds these facts."""
    return asyncio.run(_told(facts, folder))


async def _told(facts: Sequence[EntityFact | EdgeFact], folder: Path) -> Provenance:
    store: Store = await open_store(f"sqlite:///{folder}/store.db")
    try:
        for written in await ingest.state(store, [granule("facts", *facts, at=THEN)], ANYONE):
            if isinstance(written, ThalwegError):
                raise written
        return await provenance(store, ANYONE, MODEL.id)
    finally:
        await store.close()


def git(folder: Path, *arguments: str) -> str:
    who = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    named = ["-c", "user.name=Ada", "-c", "user.email=ada@shop.test"]
    command = ["git", "-C", str(folder), *named, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **who}).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> tuple[str, str]:
    """A repository with a script that trains, by its path, and the commit to use; a later one does something else."""
    folder = tmp_path / "training"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "train.py").write_text(TRAIN)
    (folder / "features.py").write_text(FEATURES)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Train")
    sha = git(folder, "rev-parse", "HEAD")
    (folder / "train.py").write_text("raise SystemExit('not this one')\n")
    git(folder, "commit", "--quiet", "-a", "-m", "Break it")
    return str(folder), sha


def ran(key: Key, command: str, **props: Any) -> EntityFact:
    return EntityFact(key, {"started_at": THEN, "ended_at": THEN, "command": command, **props})


def data(name: str, uri: Path, content: bytes, **props: Any) -> EntityFact:
    version = f"sha256:{sha256(content).hexdigest()}"
    return EntityFact(keys.dataset_version("file://shop", name, version), {"uri": str(uri), **props})


def sh(script: str, folder: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"PATH": path} if path else {})}
    return subprocess.run(["sh", "-s"], input=script, cwd=folder, env=environment, capture_output=True, text=True)


def read(source: Key, run: Key, type: EdgeType = EdgeType.INPUT_TO, **props: Any) -> EdgeFact:
    return EdgeFact(source, type, run, "", props)


def test_the_script_makes_the_same_model_again(tmp_path: Path, repository: tuple[str, str]) -> None:
    content = b"card,amount\na,1.5\nb,2.5\n"
    raw = b"card,amount\na,1.5\nxx,9\nb,2.5\n"
    lake = tmp_path / "lake"
    (lake / "data").mkdir(parents=True)
    (lake / "raw.csv").write_bytes(raw)
    made = lake / "data" / "train.csv"  # it is gone: the run that made it has to make it again
    path, sha = repository
    commit = keys.commit(repository_url(path, "shop"), sha)
    clean, train = keys.run("test", "clean"), keys.run("test", "train")
    before, features = data("raw.csv", lake / "raw.csv", raw), data("train.csv", made, content, gone_at=THEN)
    account = told(
        EntityFact(MODEL, {"created_at": THEN, "sha256": sha256(b"weight 0.4\n").hexdigest()}),
        ran(clean, f"python3 features.py {lake}/raw.csv '{made}'"),
        ran(train, "python3 train.py data/train.csv 0.1"),
        before,
        features,
        read(before.key, clean),
        read(clean, features.key, EdgeType.PRODUCED),
        read(features.key, train),
        read(commit, clean, EdgeType.CODE_OF),
        read(commit, train, EdgeType.CODE_OF),
        read(train, MODEL, EdgeType.PRODUCED),
        folder=tmp_path,
    )
    work = tmp_path / "work"
    work.mkdir()
    done = sh(account.reproduce, work)
    assert (done.returncode, done.stderr) == (0, "")
    (model,) = work.glob("*/model.txt")
    assert sha256(model.read_bytes()).hexdigest() == account.of.props["sha256"]
    assert made.read_bytes() == content
    assert sh(account.reproduce, work).returncode == 0, "run again, it goes on with what is there"


def test_an_input_that_is_not_what_was_read_is_told(tmp_path: Path, repository: tuple[str, str]) -> None:
    path, sha = repository
    (tmp_path / "train.csv").write_bytes(b"card,amount\na,1\n")
    train = keys.run("test", "train")
    changed = data("train.csv", tmp_path / "train.csv", b"something else")
    account = told(
        EntityFact(MODEL, {"created_at": THEN}),
        ran(train, "python3 train.py train.csv 0.1"),
        changed,
        read(changed.key, train),
        read(keys.commit(repository_url(path, "shop"), sha), train, EdgeType.CODE_OF),
        read(train, MODEL, EdgeType.PRODUCED),
        folder=tmp_path,
    )
    work = tmp_path / "work"
    work.mkdir()
    done = sh(account.reproduce, work)
    assert (done.returncode, done.stderr) == (0, "warning: train.csv is not what was read then\n")


@pytest.mark.parametrize(
    ("lacks", "sentence"),
    [
        ("producer", "It is not known how fraud/1 was made.\n"),
        ("command", "It is not known by which command run train was started. It ran train.py.\n"),
        ("plain", "Run by hand what the line above says, if it is what you want.\n"),
        ("uri", "Put test tx@1 at inputs/1-tx, and run this again. Nobody knows where it lies.\n"),
    ],
)
def test_where_it_is_not_known_what_to_do_the_script_stops_and_says_so(
    tmp_path: Path, repository: tuple[str, str], lacks: str, sentence: str
) -> None:
    path, sha = repository
    train, tx = keys.run("test", "train"), keys.dataset_version("test", "tx", "1")
    command = "touch pwned; touch pwned-too" if lacks == "plain" else "touch done"
    run = ran(train, command) if lacks != "command" else EntityFact(train, {"started_at": THEN, "ended_at": THEN})
    facts: list[EntityFact | EdgeFact] = [
        EntityFact(MODEL, {"created_at": THEN}),
        run,
        read(keys.commit(repository_url(path, "shop"), sha), train, EdgeType.CODE_OF, path="train.py"),
    ]
    facts += [read(train, MODEL, EdgeType.PRODUCED)] if lacks != "producer" else []
    facts += [EntityFact(tx), read(tx, train)] if lacks == "uri" else []
    account = told(*facts, folder=tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    done = sh(account.reproduce, work)
    assert (done.returncode, done.stderr) == (1, sentence)
    assert not list(work.rglob("pwned*")) + list(work.rglob("done"))
    if lacks == "uri":
        (checkout,) = work.iterdir()
        (checkout / "inputs" / "1-tx").parent.mkdir(parents=True)
        (checkout / "inputs" / "1-tx").write_text("by hand")
        assert sh(account.reproduce, work).returncode == 0
        assert (checkout / "done").exists()


HOSTILE = (
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "\ntouch pwned\n",
    "\r\ntouch pwned #",
    "x' $(touch pwned) 'y",
    "--upload-pack=touch pwned",
    "\\'; touch pwned #",
    "|| touch pwned",
    "\u2028touch pwned",
)
STUBS = ("git", "aws", "gsutil", "curl", "cp", "dvc", "mlflow", "python3", "train")


@pytest.fixture
def stubs(tmp_path: Path) -> str:
    """A PATH on which every command that a script may call notes its arguments, and does nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "mkdir", "sha256sum", "cut", "touch"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    for name in STUBS:
        stub = f'#!/bin/sh\nfor word in {name} "$@"; do printf "%s\\0" "$word"; done >> "{tmp_path}/said"\n'
        (folder / name).write_text(f'{stub}printf "\\1" >> "{tmp_path}/said"\n')
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("bad", HOSTILE)
@pytest.mark.parametrize("project", [False, True], ids=["command", "project"])
def test_nothing_that_came_from_data_is_run(tmp_path: Path, stubs: str, bad: str, project: bool) -> None:
    work = tmp_path / "work"
    work.mkdir()
    url = f"https://git.test/{bad}"
    train, job = keys.run("test", bad), keys.job("test", bad)
    uris = [
        f"{scheme}{bad}" for scheme in ("s3://lake/", "gs://lake/", "https://lake.test/", "file:///lake/", "/lake/")
    ]
    uris += [bad, f"ftp://lake/{bad}"]
    inputs = [EntityFact(keys.dataset_version("test", f"{bad}{n}", bad), {"uri": uri}) for n, uri in enumerate(uris)]
    props: dict[str, Any] = {
        "started_at": THEN,
        "ended_at": THEN,
        "params": {bad: bad, "lr": bad},
        "environment": {bad: bad, "sklearn": bad, "python": bad, "numpy": "1.0"},
        "job": ["test", bad],
        "dirty": True,
    }
    if not project:
        props["command"] = f"train {quoted(bad)}"
    account = told(
        EntityFact(MODEL, {"created_at": THEN, "sha256": bad}),
        EntityFact(train, props),
        EntityFact(job, {"entry_point": bad, "job_type": "PROJECT"}),
        *inputs,
        *(EdgeFact(one.key, EdgeType.INPUT_TO, train, bad) for one in inputs),
        EdgeFact(keys.commit(url, "a" * 40), EdgeType.CODE_OF, train, "", {"path": bad, "dirty": True}),
        read(train, MODEL, EdgeType.PRODUCED),
        folder=tmp_path,
    )
    syntax = subprocess.run(["sh", "-n"], input=account.reproduce, text=True, capture_output=True)
    assert (syntax.returncode, syntax.stderr) == (0, "")
    (work / f"code-{'a' * 12}").mkdir()
    done = sh(account.reproduce, work, stubs)
    for _ in inputs:  # put by hand what cannot be fetched
        if "run this again" not in done.stderr:
            break
        place = done.stderr.rpartition(", and run")[0].rpartition(" at ")[2]
        (work / f"code-{'a' * 12}" / place).parent.mkdir(parents=True, exist_ok=True)
        (work / f"code-{'a' * 12}" / place).write_text("by hand")
        done = sh(account.reproduce, work, stubs)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.rglob("pwned")) == []
    said = [call.split("\0") for call in (tmp_path / "said").read_bytes().decode().split("\0\1") if call]
    started = said[-1]
    if project:
        assert started == ["mlflow", "run", ".", "-e", bad, *parameters(bad)]
    else:
        assert started == ["train", bad]


def quoted(text: str) -> str:
    """A text as somebody's shell would have recorded it."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def parameters(bad: str) -> list[str]:
    return [word for key in sorted((bad, "lr")) for word in ("-P", f"{key}={bad}")]
