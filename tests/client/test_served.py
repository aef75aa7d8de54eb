"""What scripts record is in the graph of a real server: also of those that end badly."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.cli.program import PATIENCE, environment
from tests.client.conftest import BEGINNING, HEARS_CTRL_C, Kept, Script, run_of, runs_of
from thalweg.client import Client

TRAIN = """
import pathlib
with thalweg.run("train {job}") as run:
    orders = run.reads("s3://lake/orders", columns=["amount"])
    run.params(lr=0.1)
    for step in range(3):
        run.metrics(loss=1 / (step + 1), step=step)
    scores = run.writes("s3://lake/scores", schema={{"id": "bigint"}}, rows=3)
    pathlib.Path("model.pkl").write_bytes(b"weights")
    model = run.produces_model("fraud {job}", path="model.pkl", signature={{"inputs": {{"amount": "double"}}}})
with thalweg.run("score {job}") as run:
    run.reads(model)
    run.reads(scores)
"""


def test_a_run_is_in_the_graph_with_all_that_was_said_of_it(server: str, script: Script, tmp_path: Path) -> None:
    ran = script(TRAIN.format(job="whole"), "--password", "p4ss", THALWEG_SERVER=server, THALWEG_SOURCE="laptop")
    assert (ran.code, ran.err) == (0, "")
    run = run_of(server, "train whole")
    assert run["status"] == "FINISHED"
    assert run["command"] == f"python {tmp_path}/train.py --password '***'"
    assert {"python", "platform", "pytest"} <= {one["key"] for one in run["environment"]}
    assert run["params"] == [{"key": "lr", "value": "0.1"}]
    assert run["metrics"] == [{"key": "loss", "last": 1 / 3, "best": 1 / 3, "step": 2}]
    (read,) = run["inputs"]["edges"]
    assert (read["assumed"], read["columns"], read["covers"]) == (True, ["amount"], "DECLARED")
    written = {one["name"]: one for one in run["outputs"]["nodes"]}
    assert written["scores"]["rows"] == 3
    assert written["fraud whole"]["signature"] == {"inputs": [{"name": "amount", "type": "double"}]}
    assert steps_of(server, run["runId"]) == [0, 1, 2]
    score = run_of(server, "score whole")
    named = {(edge["node"]["name"], edge["node"]["version"]) for edge in score["inputs"]["edges"]}
    assert named == {("fraud whole", run["runId"]), ("scores", f"run:{run['runId']}")}


MAY_FORK = "error,ignore:This process:DeprecationWarning"
"""From Python 3.12 on it warns of any fork while there is a thread, the background's too."""


def steps_of(server: str, run_id: str) -> list[int]:
    """The steps at which a run logged its loss."""
    asked = 'query ($id: String!) { run(runId: $id) { metricHistory(metric: "loss") { step } } }'
    history = Client(server).ask(asked, {"id": run_id})["run"]["metricHistory"]
    return [point["step"] for point in history]


@pytest.mark.parametrize(
    ("text", "code", "status", "error"),
    [
        ("with thalweg.run({job!r}):\n    raise ValueError('no rows')", 1, "FAILED", "ValueError: no rows"),
        ("with thalweg.run({job!r}):\n    sys.exit(4)", 4, "FAILED", "SystemExit: 4"),
        ("thalweg.start_run({job!r})\nraise ValueError('no rows')", 1, "FAILED", "ValueError: no rows"),
        ("thalweg.start_run({job!r})", 0, "UNKNOWN", "The interpreter ended before the run was ended."),
        ("thalweg.start_run({job!r}).end()\nraise ValueError('later')", 1, "FINISHED", None),
    ],
    ids=["crash", "exit", "crash outside", "left open", "ended before"],
)
def test_how_a_script_ends_is_how_its_run_ended(
    server: str, script: Script, text: str, code: int, status: str, error: str | None, request: Any
) -> None:
    job = request.node.callspec.id
    assert script(text.format(job=job), THALWEG_SERVER=server).code == code
    run = run_of(server, job)
    assert (run["status"], run["error"]) == (status, error)


@pytest.mark.parametrize("with_", [signal.SIGTERM, signal.SIGINT])
def test_a_script_that_is_stopped_was_killed_and_dies_of_it(server: str, tmp_path: Path, with_: signal.Signals) -> None:
    text = f"""
import time
with thalweg.run("stopped by {with_.name}"):
    print("running", flush=True)
    while True:
        time.sleep(0.01)
"""
    path = tmp_path / "wait.py"
    path.write_text(HEARS_CTRL_C + BEGINNING + text)
    variables = environment(THALWEG_SERVER=server, THALWEG_HANDLE_SIGTERM="yes")
    with subprocess.Popen([sys.executable, path], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == b"running\n"
        ran.send_signal(with_)
        assert ran.wait(PATIENCE) == -with_
    assert run_of(server, f"stopped by {with_.name}")["status"] == "KILLED"


def test_sigterm_stays_what_it_was_where_nobody_asked(kept: Kept) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with thalweg.run("train"):
        assert signal.getsignal(signal.SIGTERM) == before


def test_a_handler_of_the_script_stays_what_it_was(server: str, script: Script) -> None:
    text = """
import os, signal
def mine(number, frame):
    print("mine")
    raise SystemExit(7)
signal.signal(signal.SIGTERM, mine)
with thalweg.run("has a handler"):
    os.kill(os.getpid(), signal.SIGTERM)
"""
    ran = script(text, THALWEG_SERVER=server, THALWEG_HANDLE_SIGTERM="yes")
    assert (ran.code, ran.out) == (7, "mine\n")
    assert run_of(server, "has a handler")["error"] == "SystemExit: 7"


def test_processes_of_one_run_record_into_one(server: str, script: Script) -> None:
    text = """
rank = int(sys.argv[1])
with thalweg.run("ranks", run_id="ranks-1", part=f"rank-{rank}" if rank else None) as run:
    run.reads("s3://lake/shards", version=rank)
    run.metrics(loss=0.5, step=rank)
    if rank == 0:
        run.params(lr=0.1)
"""
    for rank in "120":
        assert script(text, rank, THALWEG_SERVER=server).err == ""
    run = run_of(server, "ranks")
    assert (run["status"], run["params"]) == ("FINISHED", [{"key": "lr", "value": "0.1"}])
    assert sorted(edge["node"]["version"] for edge in run["inputs"]["edges"]) == ["0", "1", "2"]
    assert steps_of(server, "ranks-1") == [0, 1, 2]


def test_a_run_that_is_taken_up_again_goes_on(server: str, script: Script) -> None:
    text = """
run = thalweg.start_run("resumed", run_id="resumed-1")
run.reads("s3://lake/tx", version=sys.argv[1])
run.metrics(loss=0.5, step=int(sys.argv[1]))
run.end(sys.argv[2])
"""
    for step, status in (("1", "KILLED"), ("2", "FINISHED")):
        assert script(text, step, status, THALWEG_SERVER=server).err == ""
    run = run_of(server, "resumed")
    assert run["status"] == "FINISHED"
    assert sorted(edge["node"]["version"] for edge in run["inputs"]["edges"]) == ["1", "2"]
    assert steps_of(server, "resumed-1") == [1, 2]


def test_a_process_that_is_forked_is_a_part_of_the_run(server: str, script: Script) -> None:
    text = """
import os
with thalweg.run("forked") as run:
    run.reads("s3://lake/tx", version="parent")
    assert thalweg.flush(60)
    child = os.fork()
    if not child:
        run.reads("s3://lake/tx", version="child")
        assert thalweg.flush(60)
        os._exit(0)  # which skips what would have sent it
    assert os.waitpid(child, 0)[1] == 0
"""
    assert script(text, THALWEG_SERVER=server, PYTHONWARNINGS=MAY_FORK).err == ""
    run = run_of(server, "forked")
    assert run["status"] == "FINISHED"
    assert sorted(edge["node"]["version"] for edge in run["inputs"]["edges"]) == ["child", "parent"]


def test_the_parts_of_a_run_log_each_their_own(server: str, script: Script) -> None:
    text = """
import sys
part = sys.argv[1] or None
with thalweg.run("logged in parts", run_id="parts-1", part=part) as run:
    run.params({f"p{part}": 1})
    run.metrics({f"m{part}": 0.5})
"""
    for part in ("", "rank-1", "rank-2"):
        assert script(text, part, THALWEG_SERVER=server).err == ""
    run = run_of(server, "logged in parts")
    assert sorted(pair["key"] for pair in run["params"]) == ["pNone", "prank-1", "prank-2"]
    assert sorted(metric["key"] for metric in run["metrics"]) == ["mNone", "mrank-1", "mrank-2"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_child_of_multiprocessing_records_to_its_end(server: str, script: Script, method: str) -> None:
    """It ends without what `atexit` runs."""
    text = f"""
import multiprocessing
JOB = "children by {method}"
def work(rank, run_id):
    with thalweg.run(JOB, run_id=run_id, part=f"rank-{{rank}}") as run:
        run.reads("s3://lake/tx", version=f"child-{{rank}}")
if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    with thalweg.run(JOB) as run:
        children = [context.Process(target=work, args=(rank, run.id)) for rank in (1, 2)]
        for child in children:
            child.start()
        for child in children:
            child.join()
"""
    assert script(text, THALWEG_SERVER=server, PYTHONWARNINGS=MAY_FORK).err == ""
    run = run_of(server, f"children by {method}")
    assert sorted(edge["node"]["version"] for edge in run["inputs"]["edges"]) == ["child-1", "child-2"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_worker_of_a_pool_has_sent_its_runs_when_the_pool_terminates_it(
    server: str, script: Script, method: str
) -> None:
    """The end of a block `with Pool()` kills the workers: nothing that ends a process is run."""
    text = f"""
import multiprocessing
def work(rank):
    with thalweg.run("pool by {method}", name=f"worker-{{rank}}"):
        pass
if __name__ == "__main__":
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        pool.map(work, range(5))
"""
    assert script(text, THALWEG_SERVER=server, PYTHONWARNINGS=MAY_FORK).err == ""
    found = runs_of(server, f"pool by {method}")
    assert sorted((run["name"], run["status"]) for run in found) == [(f"worker-{n}", "FINISHED") for n in range(5)]


def test_a_forked_process_can_be_terminated_and_the_run_goes_on(server: str, script: Script) -> None:
    text = """
import os, signal, time
with thalweg.run("forked and terminated") as run:
    codes = set()
    for _ in range(20):
        child = os.fork()
        if not child:
            time.sleep(60)
            os._exit(1)
        os.kill(child, signal.SIGTERM)
        codes.add(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print(codes)
"""
    assert script(text, THALWEG_SERVER=server, THALWEG_HANDLE_SIGTERM="yes", PYTHONWARNINGS=MAY_FORK).out == "{-15}\n"
    assert run_of(server, "forked and terminated")["status"] == "FINISHED"


def test_a_run_knows_the_commit_of_its_script(server: str, script: Script, tmp_path: Path) -> None:
    text = "with thalweg.run('committed'):\n    pass\n"

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text(BEGINNING + text)
    git("init", "--quiet")
    git("remote", "add", "origin", "git@github.com:Acme/fraud.git")
    git("add", "code/train.py")
    git("commit", "--quiet", "--message", "Train")
    for dirty in (False, True):
        if dirty:
            text += "# another line\n"
        script(text, name="code/train.py", THALWEG_SERVER=server)
    runs = sorted(runs_of(server, "committed"), key=lambda run: run["startedAt"])
    assert [run["dirty"] for run in runs] == [False, True]
    assert [run["commit"]["sha"] for run in runs] == [git("rev-parse", "HEAD")] * 2
    assert runs[0]["commit"]["repository"]["name"] == "https://github.com/Acme/fraud"


def test_what_must_not_be_recorded_is_not(server: str, script: Script) -> None:
    off = {f"THALWEG_RECORD_{name}": "false" for name in ("COMMAND", "PACKAGES", "USER")}
    script("with thalweg.run('shy'): pass", THALWEG_SERVER=server, **off)
    run = run_of(server, "shy")
    assert (run["command"], run["user"]) == (None, None)
    assert {one["key"] for one in run["environment"]} == {"python", "platform"}
