# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = [
#   "dvc==3.67.1", "dvc-data==3.18.3", "dvc-objects==5.2.0", "scmrepo==3.6.2", "dulwich==1.2.21", "gto==1.10.1",
#   "pathspec==1.1.1", "pygit2==1.21.0", "fsspec==2026.9.0",
# ]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""Repositories that the real DVC keeps: `uv run --script make_dvc.py FOLDER`.

`legacy/` is what make_dvc_2.py left, kept on. `lake/` has data that others import. `churn/` has what people do with
DVC: data added, imported and fetched, stages in loops and folders, parameters, metrics, models with tags of GTO, a file
in Git LFS, experiments. `templated/` has variables wherever DVC takes them, and `artifacts.json` says what DVC makes of
them. `pushed/` is what DVC pushes of `churn/`. `made.json` says which commit is which.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1]).resolve()
os.environ |= {
    "DVC_NO_ANALYTICS": "true",
    "CI": "true",  # so that it asks nobody for updates
    "DVC_GLOBAL_CONFIG_DIR": str(FOLDER / "nothing"),
    "DVC_SYSTEM_CONFIG_DIR": str(FOLDER / "nothing"),
    "DVC_SITE_CACHE_DIR": str(FOLDER / "site"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": str(FOLDER / "gitconfig"),
}

from dvc.cli import main  # noqa: E402 -- it reads the environment
from dvc.repo import Repo  # noqa: E402

FIRST_SECOND = 1_767_225_600  # 2026-01-01 in UTC; the commits are an hour apart
HOUR = 3_600
PREPARE = """\
import csv, pathlib
rows = list(csv.reader(open("data/orders.csv"))) + list(csv.reader(open("regions.csv")))
out = pathlib.Path("data/prepared")
out.mkdir(exist_ok=True)
for region in ("eu", "us"):
    out.joinpath(f"{region}.csv").write_text("\\n".join(row[0] for row in rows if row[-1] == region))
"""
TRAIN = """\
import json, pathlib, sys
region = sys.argv[1]
lr = pathlib.Path("params.yaml").read_text().split("lr: ")[1].split()[0]
data = pathlib.Path(f"data/prepared/{region}.csv").read_text()
pathlib.Path("models").mkdir(exist_ok=True)
pathlib.Path("metrics").mkdir(exist_ok=True)
pathlib.Path(f"models/{region}.pkl").write_text(f"{lr} {data}")
pathlib.Path(f"metrics/{region}.json").write_text(json.dumps({"auc": 0.5 + float(lr), "loss": {"train": len(data)}}))
"""
SCORE = """\
import pathlib, sys
region, threshold = sys.argv[1:]
pathlib.Path("scores").mkdir(exist_ok=True)
model = pathlib.Path(f"models/{region}.pkl").read_text()
pathlib.Path(f"scores/{region}-{threshold}.csv").write_text(model + threshold)
"""
PIPELINE = """\
stages:
  prepare:
    desc: Splits the orders by region.
    cmd: python src/prepare.py
    deps: [src/prepare.py, data/orders.csv, regions.csv]
    outs: [data/prepared]
  train:
    foreach: ${regions}
    do:
      cmd: python src/train.py ${item}
      deps: [src/train.py, "data/prepared/${item}.csv"]
      params: [train.lr, train.layers]
      outs: ["models/${item}.pkl"]
      metrics:
        - metrics/${item}.json: {cache: false}
  score:
    matrix:
      region: [eu, us]
      threshold: [0.1, 0.9]
    cmd: python src/score.py ${item.region} ${item.threshold}
    deps: ["models/${item.region}.pkl"]
    outs: ["scores/${item.region}-${item.threshold}.csv"]
artifacts:
  churn: {path: models/eu.pkl, type: model, desc: Says who leaves., labels: [growth]}
  orders: {path: data/orders.csv, type: dataset, desc: What was bought.}
"""
REPORTS = """\
vars: [{years: [{name: y25}, {name: y26}]}]
stages:
  report:
    foreach: ${years}
    do:
      wdir: ${item.name}
      cmd: cat ../../scores/eu-0.1.csv > report.txt
      deps: [../../scores/eu-0.1.csv]
      outs: [report.txt]
"""
TEMPLATED = """\
vars: [params.yaml, conf.toml, "more.json:only", {paths: {deeper: w5}}]
metrics: ["${live}/all.json"]
stages:
  train:
    cmd: touch ${out} other.bin && echo '{"auc":0.5}' > ${met}
    outs: ["${out}", other.bin]
    metrics: ["${met}": {cache: false}]
  typed:
    vars: [{suffix: pkl}]
    cmd: echo 1 > typed.${suffix}
    outs: ["typed.${suffix}": {type: model}]
  top:
    cmd: mkdir -p ${live} && echo '{"loss":1}' > ${live}/all.json
    outs: ["${live}": {cache: false}]
  shallow: {wdir: "${paths.deep}", cmd: echo 1 > o, outs: [o]}
  merged: {wdir: "${paths.deeper}", cmd: echo 2 > o, outs: [o]}
  toml: {wdir: "${t.d}", cmd: echo 3 > o, outs: [o]}
  json: {wdir: "${only.d}", cmd: echo 4 > o, outs: [o]}
  words:
    matrix: {r: [null, true, 0.5, 1e20, 01], s: "${flags}"}
    wdir: w/${item.r}-${item.s}
    cmd: echo 5 > o
    outs: [o]
  numbers: {wdir: "n/${n.zero}-${n.hex}-${n.octal}-${n.long}-${n.exponent}-${n.quoted}", cmd: echo 7 > o, outs: [o]}
  nested: {foreach: {p: {w: "${paths.deep}/p"}}, do: {wdir: "${item.w}", cmd: echo 6 > o, outs: [o]}}
artifacts:
  churn: {path: "${out}", type: model, desc: "In ${paths.deep}"}
  "${named}": {path: other.bin, type: model}
"""
VARIABLES = """\
out: model.bin
met: m.json
live: dvclive
named: second
paths: {deep: w1}
flags: [true, null]
n: {zero: 012, hex: 0x1f, octal: 0o14, long: 1_000, exponent: 1e3, quoted: '012'}
"""
KNOWN = {
    f"GIT_{role}_{what}": f"ada{at}"
    for role in ("AUTHOR", "COMMITTER")
    for what, at in (("NAME", ""), ("EMAIL", "@example.com"))
}


class Project:
    def __init__(self, name: str, remote: str | None) -> None:
        """remote: that of a new one; None for what is there already."""
        self.path = FOLDER / name
        self.path.mkdir(exist_ok=True)
        self.clock = FIRST_SECOND
        os.chdir(self.path)
        os.environ |= KNOWN
        self.now()
        if remote is not None:
            self.git("init", "--quiet", "--initial-branch=main")
            self.git("remote", "add", "origin", remote)
            self.dvc("init", "--quiet")

    def now(self) -> None:
        """Whatever is done until the next commit is done at the hour of the clock."""
        os.environ |= dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{self.clock} +0000")

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", self.path, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def dvc(self, *words: str) -> None:
        assert main(list(words)) == 0, words

    def write(self, **files: str) -> None:
        """Files by name, where `/` is `__` and `.` is `_dot_`."""
        for name, text in files.items():
            file = self.path / name.replace("__", "/").replace("_dot_", ".")
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text(text)

    def commit(self, tag: str = "") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Change")
        if tag:
            self.git("tag", "--annotate", tag, "--message", "Registered")
        self.clock += HOUR
        self.now()
        return self.git("rev-parse", "HEAD")


def legacy() -> dict[str, str]:
    """DVC 3 takes over what DVC 2 made; not a byte of the data changes."""
    project = Project("legacy", None)
    made = {"two": project.git("rev-parse", "HEAD")}
    project.clock += HOUR
    project.now()
    project.dvc("cache", "migrate", "--quiet", "--dvc-files")
    made["three"] = project.commit()
    return made


def lake() -> dict[str, str]:
    project = Project("lake", "https://ada:secret@git.example.com/acme/lake.git")
    project.write(clicks_dot_csv="1,2\n")
    project.dvc("add", "--quiet", "clicks.csv")
    return {"clicks": project.commit()}


def churn() -> dict[str, str]:
    project = Project("churn", "git@git.example.com:acme/churn.git")
    made = {}
    project.git("lfs", "install", "--local")
    project.git("lfs", "track", "regions.csv")
    project.write(
        data__orders_dot_csv="1,eu\n2,us\n",
        regions_dot_csv="9,eu\n",
        src__prepare_dot_py=PREPARE,
        src__train_dot_py=TRAIN,
        src__score_dot_py=SCORE,
        params_dot_yaml="regions: [eu, us]\ntrain:\n  lr: 0.1\n  layers: {deep: 3}\n",
        dvc_dot_yaml=PIPELINE,
        reports__dvc_dot_yaml=REPORTS,
        reports__y25__dot_gitkeep="",
        reports__y26__dot_gitkeep="",
    )
    project.dvc("add", "--quiet", "data/orders.csv")
    project.dvc("import", "--quiet", str(FOLDER / "lake"), "clicks.csv", "--out", "data/clicks.csv")
    imported = project.path / "data/clicks.csv.dvc"
    imported.write_text(imported.read_text().replace(str(FOLDER / "lake"), "git@git.example.com:acme/lake.git"))
    (FOLDER / "prices.csv").write_text("10\n")
    project.dvc("import-url", "--quiet", str(FOLDER / "prices.csv"), "data/prices.csv")
    project.dvc("repro", "--quiet", "dvc.yaml", "reports/dvc.yaml")
    made["first"] = project.commit("churn@v1.0.0")

    params = project.path / "params.yaml"
    params.write_text(params.read_text().replace("0.1", "0.2"))
    project.dvc("repro", "--quiet")
    made["second"] = project.commit("churn@v1.1.0")

    params.write_text(params.read_text().replace("0.2", "0.1"))
    project.dvc("repro", "--quiet")
    made["back"] = project.commit("churn@v1.2.0")

    project.write(data__orders_dot_csv="1,eu\n2,us\n3,us\n")
    project.dvc("add", "--quiet", "data/orders.csv")
    project.dvc("repro", "--quiet")
    made["more"] = project.commit("orders@v2.0.0")

    project.dvc("exp", "run", "--quiet", "--name", "bold", "--set-param", "train.lr=0.4", "train@eu")
    made["bold"] = project.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/bold")
    project.git("checkout", "--quiet", "--force", ".")
    project.dvc("remote", "add", "--quiet", "--default", "storage", "s3://acme-dvc/churn")
    made["remote"] = project.commit()
    project.dvc("remote", "add", "--quiet", "--local", "pushed", str(FOLDER / "pushed"))
    project.dvc("push", "--quiet", "--remote", "pushed")
    return made


def templated() -> dict[str, str]:
    project = Project("templated", "git@git.example.com:acme/templated.git")
    project.write(
        dvc_dot_yaml=TEMPLATED,
        params_dot_yaml=VARIABLES,
        conf_dot_toml='[t]\nd = "w2"\n',
        more_dot_json='{"only": {"d": "w3"}, "out": "of nobody"}',
    )
    words = [f"w/{one}-{other}" for one in ("None", "true", "0.5", "1e+20", "1") for other in ("true", "None")]
    for folder in ("w1/p", "w2", "w3", "w5", "n/12-31-12-1000-1000.0-012", *words):
        (project.path / folder).mkdir(parents=True)
    project.dvc("repro", "--quiet")
    (FOLDER / "artifacts.json").write_text(json.dumps({name: one.path for name, one in _artifacts().items()}))
    made = {"first": project.commit("churn@v1.0.0")}
    project.git("tag", "--annotate", "second@v1.0.0", "--message", "Registered")
    project.write(dvc_dot_yaml=TEMPLATED.replace("  shallow:", "  renamed:"))
    project.dvc("repro", "--quiet")
    made["renamed"] = project.commit()
    return made


def _artifacts() -> dict[str, Any]:
    return Repo(".").artifacts.read()["dvc.yaml"]


if __name__ == "__main__":
    made = {"legacy": legacy(), "lake": lake(), "churn": churn(), "templated": templated()}
    (FOLDER / "made.json").write_text(json.dumps(made))
