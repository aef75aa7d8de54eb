"""A real PostgreSQL and a real MariaDB for the tests: each with an empty database `mlflow`, for as long as a block.

Both come with Debian (`make system-packages`). PostgreSQL does not run as root; there, both run as nobody.
"""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pymysql

PATIENCE = 60
"""Seconds for a server to answer."""
NOBODY = 65534
_PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *sorted(glob.glob("/usr/lib/postgresql/*/bin"))])


def program(name: str) -> str | None:
    """Where a program of a database server lies, which need not be on the PATH."""
    return shutil.which(name, path=_PLACES)


@contextmanager
def postgresql() -> Iterator[str]:
    """Yields its address, as SQLAlchemy has it."""
    with _folder() as folder:
        data, port = folder / "data", _free_port()
        _run(["initdb", "-D", data, "-U", "mlflow", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], folder)
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        command = ["postgres", "-D", data, "-p", port, *(f"--{name}={value}" for name, value in options.items())]
        server = f"postgresql://mlflow@127.0.0.1:{port}"

        def ready() -> None:
            with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE mlflow")

        with _running(command, folder, ready, psycopg.Error):
            yield f"{server}/mlflow"


@contextmanager
def mariadb() -> Iterator[str]:
    """Yields its address, as SQLAlchemy has it. It asks nobody for a password."""
    with _folder() as folder:
        port = _free_port()
        options = {
            "datadir": folder,
            "port": port,
            "bind-address": "127.0.0.1",
            "socket": folder / "socket",
            "innodb-flush-log-at-trx-commit": 0,
            "sql-mode": "NO_AUTO_VALUE_ON_ZERO",  # an experiment of MLflow is called 0
        }
        command = ["mariadbd", "--no-defaults", "--skip-grant-tables", "--skip-networking=0"]
        command += [f"--{name}={value}" for name, value in options.items()]

        def ready() -> None:
            with pymysql.connect(host="127.0.0.1", port=port, user="mlflow") as connection:
                connection.cursor().execute("CREATE DATABASE mlflow")

        with _running(command, folder, ready, pymysql.Error):
            yield f"mysql+pymysql://mlflow@127.0.0.1:{port}/mlflow"


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="thalweg-database-") as name:
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)
        yield Path(name)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _start(command: Sequence[object], folder: Path) -> subprocess.Popen[bytes]:
    found = program(str(command[0]))
    assert found is not None, f"{command[0]} is not here: `make system-packages` brings it"
    nobody: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([found, *map(str, command[1:])], cwd=folder, stdout=log, stderr=log, **nobody)


def _run(command: Sequence[object], folder: Path) -> None:
    process = _start(command, folder)
    assert process.wait(PATIENCE) == 0, (folder / "log").read_text()[-2000:]


@contextmanager
def _running(
    command: Sequence[object], folder: Path, ready: Callable[[], None], error: type[Exception]
) -> Iterator[None]:
    process = _start(command, folder)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                ready()
                break
            except error:
                assert process.poll() is None, (folder / "log").read_text()[-2000:]
                assert time.monotonic() < until, (folder / "log").read_text()[-2000:]
                time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()
