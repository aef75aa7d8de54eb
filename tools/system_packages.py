"""Sees that the tests find what they run (Java, Chromium, databases, git), and installs what is missing on Debian.

Elsewhere, or without the right to install, it prints the command to run and exits 1.
"""

import os
import shutil
import subprocess
import sys

from tests.browser import NoBrowserError, find_chromium
from tests.importers.mlflow.databases import program
from tests.neo4j_server import NoNeo4jError, java_for, version_wanted

JAVAS = ("openjdk-17-jre-headless", "openjdk-21-jre-headless")  # a release of Debian or Ubuntu has one of them


def missing() -> list[str]:
    """What is not here: java, maven, chromium, git, git-lfs, openssl, postgresql, mariadb."""
    commands = {"maven": "mvn", "git": "git", "git-lfs": "git-lfs", "openssl": "openssl"}
    absent = [name for name, command in commands.items() if not shutil.which(command)]
    absent += [name for name, server in (("postgresql", "initdb"), ("mariadb", "mariadbd")) if not program(server)]
    try:
        java_for(version_wanted())
    except NoNeo4jError:
        absent.append("java")
    try:
        find_chromium()
    except NoBrowserError:
        absent.append("chromium")
    return absent


def main() -> None:
    absent = missing()
    if not absent:
        return
    what = ", ".join(absent)
    if not shutil.which("apt-get"):
        casks = ["--cask chromium"] if "chromium" in absent else []
        formulas = ["openjdk@21" if name == "java" else name for name in absent if name != "chromium"]
        hint = " && ".join(f"brew install {part}" for part in ([" ".join(formulas)] if formulas else []) + casks)
        sys.exit(f"The tests need {what}, which this machine lacks. Install it; with Homebrew: {hint}")
    if os.geteuid() != 0:
        sys.exit(
            f"The tests need {what}, which this machine lacks. Run: sudo apt-get update && "
            f"sudo apt-get install -y {' '.join(packages(absent, JAVAS[0]))}"
        )
    print(f"installing {what}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=True)
    java = next((name for name in JAVAS if _known(name)), JAVAS[0])
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages(absent, java)]
    subprocess.run(install, env=quiet, check=True, stdout=subprocess.DEVNULL)
    if still := missing():
        sys.exit(
            f"apt-get installed its packages, but {', '.join(still)} is still not found. See what it printed above."
        )


def packages(absent: list[str], java: str) -> list[str]:
    names = {
        "java": [java],
        "chromium": ["chromium", "fonts-liberation"],
        "mariadb": ["mariadb-server-core"],  # without what would start it
    }
    return [package for name in absent for package in names.get(name, [name])]


def _known(package: str) -> bool:
    return subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        command = " ".join(error.cmd)
        sys.exit(f"{command} failed with code {error.returncode}: is there a network, and no other apt-get running?")
