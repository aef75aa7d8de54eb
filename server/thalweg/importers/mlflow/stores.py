"""What a location is: a database, a tracking server or a folder of MLflow; each is opened as an SQLite database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from thalweg.importers.mlflow import backend, files, tables
from thalweg.importers.mlflow.copied import Copy, Filled, Stop
from thalweg.importers.mlflow.database import Database
from thalweg.importers.mlflow.tracking import Tracking
from thalweg.importers.mlflow.web import Server
from thalweg.model.errors import SourceError
from thalweg.model.names import without_password

PATIENCE = 5.0
"""Seconds to wait for somebody who writes to a file."""
PATIENCE_WITH_SERVERS = 60.0

Prepare = Callable[[sqlite3.Connection], None]


class Store(Protocol):
    """A store of MLflow that is read from a database.

    name: what it is called where nobody gives it a name.
    at_hand: whether its database is there at once, and need not be copied first.
    filled: once its database is there, what of the store is in it.
    """

    name: str
    at_hand: bool
    filled: Filled

    def database(self, prepare: Prepare) -> Database:
        """The same one each time. Raises SourceError where the store cannot be read to its end."""
        ...

    def stop(self) -> None:
        """Ends, from another thread, what `database` is about."""
        ...

    def close(self) -> None: ...


class File:
    """The SQLite file of a server."""

    at_hand = True

    def __init__(self, path: Path, patience: float) -> None:
        self.name = path.stem or "mlflow"
        self.filled = Filled()
        self._path = path
        self._patience = patience
        self._database: Database | None = None

    def database(self, prepare: Prepare) -> Database:
        self._database = self._database or Database(self._path, self._patience, prepare)
        return self._database

    def stop(self) -> None:
        """It is never long in coming."""

    def close(self) -> None:
        if self._database is not None:
            self._database.close()


class Copied:
    """A store that is copied first. `fill` does it; `release` frees what it needs."""

    at_hand = False

    def __init__(
        self,
        name: str,
        stop: Stop,
        copy: Copy,
        fill: Callable[[], Filled],
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.filled = Filled()
        self._stop = stop
        self._copy = copy
        self._fill = fill
        self._release = release
        self._database: Database | None = None

    def database(self, prepare: Prepare) -> Database:
        if self._database is None:
            self.filled = self._fill()
            self._copy.done()
            self._database = Database(self._copy.path, PATIENCE, prepare)
        return self._database

    def stop(self) -> None:
        self._stop.wish()

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
        self._copy.close()
        self._release()


_BACKEND = "It is like postgresql://user:password@host/mlflow, as it is given to `mlflow server`."
_ADDRESS = "It is that of MLflow's page, like https://mlflow.example.com, without what follows a `#`."
_LIBRARIES = {"postgresql": "psycopg", "mysql": "PyMySQL"}
"""Of databases on a server, by the extra that brings them."""
_DATABASES = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
"""By scheme the extra."""
_UNREAD = ("mssql", "oracle")
SCHEMES = (*_DATABASES, *_UNREAD, "sqlite")
"""Of addresses of databases, without a driver."""


def at(location: str | os.PathLike[str], patience: float | None, histories: bool = True) -> Store:
    """The store at a location. Raises SourceError where there is none, or none that is read.

    histories: whether a server is asked for all points of metrics.
    """
    text = os.fspath(location)
    scheme = text.partition(":")[0].partition("+")[0].lower() if "://" in text else ""
    if scheme in _DATABASES:
        return _backend(text, _DATABASES[scheme], PATIENCE_WITH_SERVERS if patience is None else patience)
    if scheme in _UNREAD:
        raise SourceError(
            f"{without_password(text)} is a database of a kind that is not read: SQLite, PostgreSQL and MySQL are.",
            "Point at the address of the tracking server (`http://…`).",
        )
    if scheme in ("http", "https", "azureml"):
        return _server(text, PATIENCE_WITH_SERVERS if patience is None else patience, histories)
    if scheme == "databricks":
        raise SourceError(
            f"{text} is a profile of Databricks' client, which is not read.",
            "Give the address of the workspace (`https://…`), and its token in MLFLOW_TRACKING_TOKEN.",
        )
    return _on_disk(text, scheme, patience)


def _server(text: str, patience: float, histories: bool) -> Store:
    try:
        given = urlsplit(text)
        port = given.port  # raises ValueError for one that is none
    except ValueError as error:
        raise SourceError(f"{without_password(text)} is no address: {error}.", _ADDRESS) from error
    if not given.hostname or given.query or port == 0:
        raise SourceError(f"{without_password(text.partition('?')[0])} is no address of a server.", _ADDRESS)
    # Azure ML's own spelling of a workspace's address.
    scheme = "https" if given.scheme == "azureml" else given.scheme
    path = given.path.rstrip("/").removesuffix("/api/2.0/mlflow").rstrip("/")
    stop = Stop()
    server = Server(SplitResult(scheme, given.netloc, path, "", ""), patience, stop)
    copy = Copy(stop)
    tracking = Tracking(server, copy, histories)
    try:
        tracking.begin()
    except BaseException:
        copy.close()
        raise
    return Copied(server.name, stop, copy, tracking.read)


def check(location: str, patience: float) -> None:
    """Looks whether a database is one of MLflow's. Raises SourceError where it is none, or none that is read."""
    scheme = location.partition(":")[0].partition("+")[0].lower()
    if scheme in _DATABASES:
        _, shown, connection = _connected(location, _DATABASES[scheme], patience)
        try:
            tables.check(connection.columns(), shown)
        finally:
            connection.close()
        return
    store = at(location, patience)
    try:
        if store.at_hand:
            store.database(lambda _: None)
    finally:
        store.close()


def _connected(text: str, extra: str, patience: float) -> tuple[backend.Login, str, backend.Connection]:
    """What an address says, how it is shown, and a connection there."""
    shown = without_password(text.partition("?")[0])
    try:
        login = backend.Login.of(urlsplit(text))
    except ValueError as error:
        raise SourceError(f"{shown} is no address: {error}.", _BACKEND) from error
    if not login.database:
        raise SourceError(f"{shown} names no database.", _BACKEND)
    try:
        module = import_module(f"thalweg.importers.mlflow.{extra}")
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{shown} is read by {_LIBRARIES[extra]}, which is not installed.",
            f"Install it with `pip install 'thalweg[{extra}]'`.",
        ) from error
    return login, shown, module.connect(login, shown, patience)


def _backend(text: str, extra: str, patience: float) -> Store:
    login, shown, connection = _connected(text, extra, patience)
    stop = Stop()
    copy = Copy(stop)

    def fill() -> Filled:
        try:
            backend.read(connection, shown, copy)
            return Filled()
        finally:
            connection.close()

    return Copied(login.database, stop, copy, fill, connection.close)


def _on_disk(text: str, scheme: str, patience: float | None) -> Store:
    if scheme == "sqlite":
        # SQLAlchemy's rule: three slashes and a relative path, four and an absolute one.
        text = unquote(urlsplit(text).path)[1:]
    elif scheme == "file":
        text = unquote(urlsplit(text).path)
    path = Path(text).expanduser()
    if not path.exists():
        raise SourceError(f"{path} does not exist.", "Point at the SQLite file of MLflow (`mlflow.db`).")
    if not path.is_dir():
        return File(path, PATIENCE if patience is None else patience)
    if (path / "mlflow.db").is_file():
        return File(path / "mlflow.db", PATIENCE if patience is None else patience)
    root = files.find(path)
    if root is None:
        raise SourceError(
            f"{path} is a folder without an `mlflow.db`, and no file store of MLflow.",
            "Point at the SQLite file of MLflow, or at its folder `mlruns`.",
        )
    stop, place = Stop(), root.resolve()
    copy = Copy(stop)
    name = place.parent.name if place.name == "mlruns" else place.name
    return Copied(name or "mlflow", stop, copy, files.Files(root, copy).read)
