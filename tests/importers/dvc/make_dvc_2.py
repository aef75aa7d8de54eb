# /// script
# requires-python = ">=3.10,<3.12"
# dependencies = ["dvc==2.58.2", "pathspec==0.11.1", "setuptools==68.0.0"]
# [tool.uv]
# exclude-newer = "2023-07-15T00:00:00Z"
# ///
"""A repository that DVC 2 keeps: `uv run --script make_dvc_2.py FOLDER`. `make_dvc.py` goes on with it.

Releases before 3.0 count line ends of text as one character: the digest is of no file that anybody has.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1]).resolve()
os.environ |= {
    "DVC_NO_ANALYTICS": "true",
    "CI": "true",  # so that it asks nobody for updates
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{role}_NAME": "ada" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "ada@example.com" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_DATE": "1767225600 +0000" for role in ("AUTHOR", "COMMITTER")},
}

from dvc.cli import main  # noqa: E402 -- it reads the environment

if __name__ == "__main__":
    legacy = FOLDER / "legacy"
    legacy.mkdir()
    os.chdir(legacy)
    for words in (
        ("git", "init", "--quiet", "--initial-branch=main"),
        ("git", "remote", "add", "origin", "https://git.example.com/acme/legacy"),
    ):
        subprocess.run(words, check=True)
    assert main(["init", "--quiet"]) == 0
    assert main(["remote", "add", "--quiet", "--default", "storage", "gs://acme-dvc/legacy"]) == 0
    Path("old.csv").write_bytes(b"1,2\r\n")
    assert main(["add", "--quiet", "old.csv"]) == 0
    assert main(["stage", "add", "--quiet", "-n", "copy", "-d", "old.csv", "-o", "new.csv", "cp old.csv new.csv"]) == 0
    assert main(["repro", "--quiet"]) == 0
    for words in (("git", "add", "--all"), ("git", "commit", "--quiet", "--message", "Change")):
        subprocess.run(words, check=True)
