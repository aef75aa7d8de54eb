# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["gto==1.10.1", "scmrepo==3.6.2", "dulwich==1.2.21"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""Repositories whose tags the real GTO wrote: `uv run --script make_gto.py FOLDER`.

`life/` holds what people do with three artifacts, `random/` what a seeded chance does to two. `made.json` says of each
what GTO itself showed after every act: the time, and by artifact and stage the version that holds it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

from gto import api
from gto.exceptions import GTOException
from scmrepo.git import Git

FIRST_SECOND = 1_767_225_600  # 2026-01-01 in UTC; whatever is done takes an hour
HOUR = 3_600

CHURN = """\
artifacts:
  churn:
    path: churn.pkl
    type: model
    desc: Says who leaves.
    labels: [growth, weekly]
    meta: {threshold: 0.5, since: 2026-01-01}
"""
ORDERS = "artifacts:\n  orders: {path: orders.csv, type: dataset}\n"


class Registry:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = FIRST_SECOND
        self.shown: list[tuple[int, dict[str, dict[str, str]]]] = []
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "git@git.example.com:acme/models.git")
        Git.tag = self.tag  # so that a tag has the date of the act, and not of the test

    def git(self, *words: str, **who: str) -> str:
        date = f"{self.clock} +0000"
        known = {f"GIT_{role}_{what}": f"ada{at}" for role in ("AUTHOR", "COMMITTER") for what, at in KNOWN}
        env = os.environ | known | who | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(["git", "-C", self.path, *words], env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def tag(self, tag: str, target: str, annotated: bool, message: str) -> None:
        assert annotated
        who = {name: os.environ[name] for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")}
        self.git("tag", "--annotate", tag, target, "--message", message, **who)

    def commit(self, files: dict[str, str]) -> str:
        for name, text in files.items():
            (self.path / name).parent.mkdir(exist_ok=True)
            (self.path / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Change")
        self.clock += HOUR
        return self.git("rev-parse", "HEAD")

    def act(self, what: str, artifact: str, **how: object) -> None:
        """One act of GTO's, and what it shows afterwards."""
        getattr(api, what)(self.path, artifact, author="Grace", author_email="grace@example.com", **how)
        found = api.show(self.path)
        stages = {name: {stage: one for stage, one in of["stage"].items() if one} for name, of in found.items()}
        self.shown.append((self.clock, stages))
        self.clock += HOUR


KNOWN = (("NAME", ""), ("EMAIL", "@example.com"))


def life(registry: Registry) -> None:
    registry.commit({"dvc.yaml": CHURN, "data/dvc.yaml": ORDERS})
    registry.act("register", "churn", ref="HEAD", message="The first one")
    registry.act("assign", "churn", stage="prod", version="v0.0.1")
    registry.act("register", "data:orders", ref="HEAD", version="v1.0.0")
    registry.commit({"train.py": "better"})
    registry.act("assign", "churn", stage="dev", ref="HEAD", skip_registration=True)
    registry.act("register", "churn", ref="HEAD", version="v1.0.0-rc.1")
    registry.commit({"train.py": "best"})
    registry.act("register", "churn", ref="HEAD", version="v1.0.0")
    registry.act("assign", "churn", stage="prod", version="v1.0.0", message="Approved in the meeting")
    registry.act("assign", "churn", stage="shadow", version="v1.0.0")
    registry.act("unassign", "churn", stage="prod", version="v1.0.0")
    registry.act("assign", "churn", stage="prod", version="v1.0.0")
    registry.act("deregister", "churn", version="v1.0.0")
    registry.act("register", "old", ref="HEAD")
    registry.act("assign", "old", stage="prod", version="v0.0.1")
    registry.act("deprecate", "old")
    registry.git("tag", "churn@v9.9.9")
    registry.git("tag", "--annotate", "release-1", "--message", "Of something else")


def chance(registry: Registry) -> None:
    random = Random(7)
    registry.commit({"train.py": "0"})
    registered: dict[str, list[str]] = {"a": [], "b": []}
    while len(registry.shown) < 60:
        name = random.choice("ab")
        known, stage = registered[name], random.choice(("prod", "dev"))
        what = random.choice(("register", "register", "assign", "assign", "assign", "unassign", "deregister"))
        try:
            if what == "register":
                registry.commit({"train.py": str(registry.clock)})
                number = f"v{len(known)}.0.0"
                registry.act("register", name, ref="HEAD", version=number)
                known.append(number)
            elif known and what == "deregister":
                registry.act("deregister", name, version=random.choice(known))
            elif known:
                registry.act(what, name, stage=stage, version=random.choice(known))
        except GTOException:
            continue  # what cannot be done now


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    made = {}
    for name, make in (("life", life), ("random", chance)):
        registry = Registry(folder / name)
        make(registry)
        made[name] = registry.shown
    (folder / "made.json").write_text(json.dumps(made))
