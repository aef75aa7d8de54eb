"""A real Neo4j Community for the tests: its jars from Maven Central, a fresh database, no container.

    with running_neo4j() as url: ...

THALWEG_TEST_NEO4J=bolt://host:7687 uses that server instead: one without a login, whose content the tests may delete.
THALWEG_TEST_NEO4J_VERSION picks another version than the default.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from types import MappingProxyType

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

VERSION = "5.26.30"
PATIENCE = 120  # seconds for the server to answer: it takes 5, and more on a busy machine

ROOT = Path(__file__).resolve().parent.parent
POM = ROOT / "tests" / "neo4j" / "pom.xml"

_OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.util.concurrent")


class NoNeo4jError(Exception):
    """Neo4j cannot be started; the message says why, and what to do."""


def version_wanted() -> str:
    return os.environ.get("THALWEG_TEST_NEO4J_VERSION") or VERSION


@contextmanager
def running_neo4j(
    version: str | None = None, *, password: str | None = None, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """The address of an empty server of its own, which is gone afterwards; `settings` are more lines of neo4j.conf.

    With a password it wants a login (the user is `neo4j`), and is always one started here.
    """
    if password is None and (theirs := os.environ.get("THALWEG_TEST_NEO4J")):
        yield theirs
        return
    version = version or version_wanted()
    java, jars = java_for(version), _jars(version)
    with TemporaryDirectory(prefix="thalweg-neo4j-", ignore_cleanup_errors=True) as folder:
        home, port = Path(folder), _free_port()
        _configure(home, port, {"dbms.security.auth_enabled": str(password is not None).lower(), **settings})
        log = home / "console.log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                tied(_command(version, java, jars, home)),
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests, which then end the server
            )
        try:
            url = f"bolt://127.0.0.1:{port}"
            _wait(url, server, log, version, password)
            yield url
        finally:
            server.kill()  # nothing in it is kept
            server.wait()


def java_for(version: str) -> Path:
    """The first Java here that this version of Neo4j runs on."""
    fitting = (17, 21) if version.startswith("5.") else (21, 25)
    for java in _javas():
        if _major(java) in fitting:
            return java
    raise NoNeo4jError(
        f"Neo4j {version} needs Java {fitting[0]} or {fitting[1]}, and none is in JAVA_HOME, on PATH or in the usual "
        "folders. Install one (`make system-packages` does on Debian, for Neo4j 5), or set JAVA_HOME."
    )


def _javas() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if on_path := shutil.which("java"):
        yield Path(on_path)
    for folder, homes in (
        ("/usr/lib/jvm", "*"),
        ("/Library/Java/JavaVirtualMachines", "*/Contents/Home"),
        ("/opt/homebrew/opt", "openjdk*"),
        ("/usr/local/opt", "openjdk*"),
        (Path.home() / ".sdkman/candidates/java", "*"),
    ):
        yield from sorted(Path(folder).glob(f"{homes}/bin/java"))


def _major(java: Path) -> int | None:
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return None  # a macOS stand-in without a Java behind it, or a broken installation
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else None


def _jars(version: str) -> Path:
    """The folder of the server's jars, fetched once: another test run may be fetching them at the same moment."""
    jars = ROOT / ".cache" / f"neo4j-{version}"
    if jars.is_dir():
        return jars
    mvn = shutil.which("mvn")
    if mvn is None:
        raise NoNeo4jError(
            "Maven fetches Neo4j, and mvn is not on PATH. Install it: `make system-packages` does on Debian."
        )
    jars.parent.mkdir(exist_ok=True)
    fetched = Path(mkdtemp(prefix=f"{jars.name}-", dir=jars.parent))
    try:
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fetched}"]
        fetch = [mvn, "-q", "-B", "-C", "-f", str(POM), f"-Dneo4j.version={version}", *goal]
        for last in (False, True):  # a download may fail once
            done = subprocess.run(fetch, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                break
            if last:
                raise NoNeo4jError(
                    f"Maven could not fetch Neo4j {version}: is there a network, and such a version? It said:\n"
                    + _tail(done.stdout + done.stderr)
                )
        try:
            fetched.rename(jars)
        except OSError:
            if not jars.is_dir():
                raise
    finally:
        shutil.rmtree(fetched, ignore_errors=True)
    return jars


def _configure(home: Path, port: int, more: Mapping[str, str]) -> None:
    folders = ("data", "logs", "run", "import", "plugins")
    for name in folders:
        (home / name).mkdir()
    settings = {
        **{f"server.directories.{name}": home / name for name in folders},
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "server.memory.pagecache.size": "256m",
        "dbms.usage_report.enabled": "false",
        "db.transaction.timeout": "30s",
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.retention_policy": "keep_none",
        **more,
    }
    (home / "neo4j.conf").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))


def _command(version: str, java: Path, jars: Path, home: Path) -> list[str]:
    entry = "CommunityEntryPoint" if version.startswith("5.") else "Neo4jCommunity"
    return [
        str(java),
        *("-Xms256m", "-Xmx1g", "-XX:+UseG1GC", "-Dlog4j2.disable.jmx=true"),
        *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED),
        *("--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"),
        *("-cp", f"{jars}/*", f"org.neo4j.server.{entry}"),
        *(f"--home-dir={home}", f"--config-dir={home}", "--console-mode"),
    ]


def tied(command: list[str]) -> list[str]:
    """The command, as a process that dies with the one that starts it, however that ends: no server is left behind."""
    if sys.platform != "linux":
        return command
    # 1 is PR_SET_PDEATHSIG, 9 SIGKILL; set by a step in between, since a preexec_fn is unsafe beside threads
    step = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execvp(sys.argv[1], sys.argv[1:])"
    return [sys.executable, "-I", "-S", "-c", step, *command]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path, version: str, password: str | None) -> None:
    until = time.monotonic() + PATIENCE
    auth = None if password is None else ("neo4j", "neo4j")  # a new server's first login, which it wants changed
    with neo4j.GraphDatabase.driver(url, auth=auth, connection_timeout=1, max_transaction_retry_time=1) as driver:
        while True:
            try:
                driver.verify_connectivity()  # which tries once; a query is tried again and again, with a warning each
                if password is None:
                    driver.execute_query("RETURN 1")
                else:
                    change = "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password"
                    driver.execute_query(change, password=password, database_="system")
                return
            except (DriverError, Neo4jError) as error:
                if server.poll() is not None:
                    trouble = f"ended with code {server.returncode} before it answered"
                elif time.monotonic() > until:
                    trouble = f"did not answer in {PATIENCE} s ({error})"
                else:
                    time.sleep(0.1)
                    continue
                said = _tail(log.read_text(errors="replace"))
                raise NoNeo4jError(f"Neo4j {version} {trouble}. The end of its log:\n{said}") from error


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-25:]) or "(nothing)"
