"""Where data came from that `dvc import`, `import-url` and `import-db` brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.importers.dvc.entries import LONGEST, Places, Thing, inside, thing
from thalweg.model import names


def upstream(entry: object, folder: str, places: Places, made: Sequence[Thing]) -> tuple[Thing, dict[str, Any]]:
    """What an entry of `deps` of a `.dvc` file names, and what else is known of that; without a version where nobody
    knows its content (a table). Raises ValueError, saying what is wrong.

    made: what was brought. What lies in another repository has the same content there, at the commit `rev_lock`.
    """
    said = entry if isinstance(entry, Mapping) else {}
    if isinstance(repository := said.get("repo"), Mapping):
        return _of_repository(said, repository, places, made)
    if isinstance(database := said.get("db"), Mapping):
        return _of_database(database, places)
    return thing(entry, folder, places), {}


def from_repository(table: Mapping[str, Any]) -> bool:
    """Whether a `.dvc` file is of `dvc import`. DVC never pushes what that brought: it fetches it from there again."""
    deps, outs = table.get("deps"), table.get("outs")
    if table.get("cmd") or not isinstance(deps, list) or not isinstance(outs, list) or (len(deps), len(outs)) != (1, 1):
        return False
    return isinstance(deps[0], Mapping) and isinstance(deps[0].get("repo"), Mapping)


def _of_repository(
    said: Mapping[str, Any], repository: Mapping[str, Any], places: Places, made: Sequence[Thing]
) -> tuple[Thing, dict[str, Any]]:
    url, path = repository.get("url"), said.get("path")
    if not isinstance(url, str) or not isinstance(path, str) or len(url) > LONGEST:
        raise ValueError(f"repo.url is {url!r:.60} and path {path!r:.60}; both must be text, not too long")
    try:
        namespace = names.repository_url(url, places.source)
    except ValueError as error:
        raise ValueError(f"repo.url {error}") from error
    how = {field: value for field in ("rev", "rev_lock") if isinstance(value := repository.get(field), str)}
    version = made[0].version if len(made) == 1 else f"commit:{how['rev_lock']}" if "rev_lock" in how else ""
    return Thing(namespace, inside("", path), version), {"extra": {"dvc": how}} if how else {}


def _of_database(said: Mapping[str, Any], places: Places) -> tuple[Thing, dict[str, Any]]:
    connection, table = said.get("connection"), said.get("table")
    address = places.config.databases.get(connection) if isinstance(connection, str) else None
    if not isinstance(table, str) or not 0 < len(table) <= LONGEST:
        raise ValueError("db has a query and no table; which tables a query reads is not worked out")
    if address is None:
        raise ValueError(f"db.connection is {connection!r}, and .dvc/config has no address for it")
    try:
        namespace, database = names.dataset_name(address, places.source)
    except ValueError as error:
        raise ValueError(f"the address of db.connection {connection!r} {error}") from error
    return Thing(namespace, f"{database.strip('/')}.{table}".strip("."), ""), {}
