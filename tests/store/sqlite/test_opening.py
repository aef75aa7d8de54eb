"""Opening: what is made, what is refused and in which words, and what can only be read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

import thalweg
from tests.facts import granule, id, thing
from tests.store.sqlite.conftest import Inside
from thalweg import ingest
from thalweg.model.errors import (
    BadInput,
    NotAStore,
    StoreDenied,
    StoreError,
    StoreNewer,
    StoreNotFound,
    StoreOlder,
    StoreReadOnly,
    ThalwegError,
)
from thalweg.model.facts import ANYONE
from thalweg.model.results import Written
from thalweg.store.open import open_store
from thalweg.store.store import SCHEMA_VERSION, Store

pytestmark = pytest.mark.anyio

FRAUD = granule("g", thing("fraud"))


async def made(file: Path) -> None:
    """Makes a store in which there is one dataset."""
    store = await open_store(f"sqlite:///{file}")
    await state(store)
    await store.close()


async def state(store: Store) -> None:
    (written,) = await ingest.state(store, [FRAUD], ANYONE)
    assert isinstance(written, Written)


async def holds_fraud(store: Store) -> bool:
    return list(await store.get([id("fraud")], ANYONE)) == [id("fraud")]


def content(file: Path) -> bytes:
    return file.read_bytes()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def permit(path: Path, bits: int) -> None:
    path.chmod(bits)


async def refused(address: str, error: type[ThalwegError], sentence: str, **options: bool) -> None:
    with pytest.raises(error) as raised:
        await open_store(address, **options)  # type: ignore[arg-type]
    assert re.search(sentence, raised.value.message), raised.value.message
    assert raised.value.hint


# ------------------------------------------------------------------------------------------------------- addresses


async def test_each_form_of_address_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for address, file in {
        "sqlite:///here.db": "here.db",
        f"sqlite:///{tmp_path}/there.db": "there.db",
        "plain.db": "plain.db",
        f"{tmp_path}/plain.sqlite": "plain.sqlite",
        "sqlite:///a name with spaces % and #.db": "a name with spaces % and #.db",
    }.items():
        store = await open_store(address)
        assert (tmp_path / file).is_file(), address
        await store.close()


@pytest.mark.parametrize("address", ["mysql://localhost/x", "thalweg", "", "https://example.com/store.db", "store.txt"])
async def test_an_address_of_nothing_known_is_refused_with_those_that_are(address: str) -> None:
    with pytest.raises(BadInput) as raised:
        await open_store(address)
    for known in ("sqlite:///", "neo4j://", "neo4j+s://", "bolt://"):
        assert known in str(raised.value)


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///", "sqlite://store.db", "sqlite:////"])
async def test_an_address_without_a_file_says_how_to_write_one(address: str) -> None:
    await refused(address, BadInput, "names no file")


# ------------------------------------------------------------------------------------------------------- what is there


async def test_where_there_is_none_a_store_is_made(file: Path, inside: Inside) -> None:
    await made(file)
    assert inside("PRAGMA application_id") == [(0x54686C77,)]
    assert inside("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert inside("PRAGMA journal_mode") == [("wal",)]
    store = await open_store(f"sqlite:///{file}")
    assert await holds_fraud(store)
    info = await store.info()
    assert (info.engine, info.version, info.release, info.read_only) == (
        "sqlite",
        SCHEMA_VERSION,
        thalweg.__version__,
        False,
    )
    await store.close()


async def test_an_empty_file_becomes_a_store(file: Path) -> None:
    put(file, b"")
    await made(file)


async def test_an_empty_file_is_none_for_reading(file: Path) -> None:
    put(file, b"")
    await refused(f"sqlite:///{file}", StoreNotFound, "There is no store", read_only=True)
    assert content(file) == b""


async def test_no_file_is_made_for_reading(file: Path) -> None:
    await refused(f"sqlite:///{file}", StoreNotFound, "There is no store", read_only=True)
    assert names(file.parent) == set()


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    await refused(f"sqlite:///{tmp_path}/none/store.db", StoreNotFound, "no folder .*none")
    await refused(f"sqlite:///{tmp_path}/none/store.db", StoreNotFound, "no folder .*none", read_only=True)


async def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    await refused(f"sqlite:///{tmp_path}", NotAStore, "is a folder")


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_file_of_something_else_is_left_as_it_is(file: Path, read_only: bool) -> None:
    for other in (b"id,amount\n1,2\n", b"SQLite format 2" + bytes(4_096), b"\0" * 8_192):
        put(file, other)
        await refused(f"sqlite:///{file}", NotAStore, "not an SQLite file", read_only=read_only)
        assert content(file) == other


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_database_of_another_program_is_left_as_it_is(file: Path, read_only: bool) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("CREATE TABLE alembic_version (v); INSERT INTO alembic_version VALUES (1);")
    before = content(file)
    await refused(f"sqlite:///{file}", NotAStore, "of another program", read_only=read_only)
    assert content(file) == before


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_store_of_a_later_release_says_which(file: Path, inside: Inside, read_only: bool) -> None:
    await made(file)
    inside("UPDATE meta SET value = '9.8.7' WHERE key = 'release'")
    inside("PRAGMA user_version = 99")
    await refused(f"sqlite:///{file}", StoreNewer, r"written by Thalweg 9\.8\.7.* 99 ", read_only=read_only)


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_store_of_an_earlier_schema_must_be_migrated(file: Path, inside: Inside, read_only: bool) -> None:
    await made(file)
    inside("PRAGMA user_version = 0")
    with pytest.raises(StoreOlder) as raised:
        await open_store(f"sqlite:///{file}", read_only=read_only)
    assert "thalweg store migrate" in raised.value.hint


async def test_a_schema_from_which_no_way_leads_is_not_migrated(file: Path, inside: Inside) -> None:
    await made(file)
    inside("PRAGMA user_version = 0")
    store = await open_store(f"sqlite:///{file}", older=True)
    with pytest.raises(StoreError, match="no way"):
        await store.migrate()
    await store.close()
    assert inside("PRAGMA user_version") == [(0,)]


async def test_a_store_of_this_schema_has_nothing_to_migrate(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    assert await store.migrate() == (SCHEMA_VERSION, SCHEMA_VERSION)
    await store.close()


async def test_a_damaged_file_says_so(file: Path, inside: Inside) -> None:
    await made(file)
    ((page,),) = inside("SELECT rootpage FROM sqlite_schema WHERE name = 'node'")
    pages = bytearray(content(file))
    pages[4_096 * (page - 1) : 4_096 * page] = b"\xff" * 4_096
    put(file, bytes(pages))
    store = await open_store(f"sqlite:///{file}", read_only=True)
    with pytest.raises(StoreError, match="is damaged"):
        await store.get([id("fraud")], ANYONE)
    assert [finding.code for finding in (await store.check()).findings] == ["DAMAGED"]
    await store.close()


async def test_a_file_that_was_cut_short_is_damaged(file: Path) -> None:
    await made(file)
    put(file, content(file)[:2_000])
    await refused(f"sqlite:///{file}", StoreError, "damaged|not an SQLite file")


# ---------------------------------------------------------------------------------------------------------- reading


async def test_one_that_reads_leaves_the_writers_place_to_others(file: Path) -> None:
    await made(file)
    reader = await open_store(f"sqlite:///{file}", read_only=True)
    writer = await open_store(f"sqlite:///{file}")
    assert (reader.read_only, writer.read_only) == (True, False)
    (written,) = await ingest.state(writer, [granule("h", thing("churn"))], ANYONE)
    assert isinstance(written, Written)
    assert list(await reader.get([id("churn")], ANYONE)) == [id("churn")]
    await reader.close()
    await writer.close()


async def test_every_way_to_write_is_refused_when_reading(file: Path) -> None:
    await made(file)
    store = await open_store(f"sqlite:///{file}", read_only=True)
    for write in (
        lambda: ingest.state(store, [FRAUD], ANYONE),
        lambda: store.begin_pass("test", ANYONE),
        lambda: store.forget([id("fraud")], ANYONE),
        lambda: store.restore([id("fraud")], ANYONE),
        lambda: store.rebuild(ANYONE),
        lambda: store.keep_verdict("v", {}, ANYONE),
        lambda: store.keep_note("n", {}, ANYONE),
        lambda: store.migrate(),
    ):
        with pytest.raises(StoreReadOnly, match="opened for reading"):
            await write()
    assert (await store.check()).findings == ()
    await store.close()


async def test_a_store_in_a_folder_that_cannot_be_written_is_read(
    folder: Path, powerless: Callable[[], AbstractContextManager[None]]
) -> None:
    file = folder / "store.db"
    await made(file)
    permit(folder, 0o555)
    with powerless():
        store = await open_store(f"sqlite:///{file}")
        assert store.read_only
        assert await holds_fraud(store)
        with pytest.raises(StoreReadOnly, match=r"folder .* cannot be written"):
            await ingest.state(store, [FRAUD], ANYONE)
        await store.close()


async def test_no_store_is_made_in_a_folder_that_cannot_be_written(
    folder: Path, powerless: Callable[[], AbstractContextManager[None]]
) -> None:
    permit(folder, 0o555)
    with powerless():
        await refused(f"sqlite:///{folder}/store.db", StoreDenied, "folder cannot be written")


async def test_a_file_that_cannot_be_written_is_read(
    folder: Path, powerless: Callable[[], AbstractContextManager[None]]
) -> None:
    file = folder / "store.db"
    await made(file)
    permit(folder, 0o777)
    permit(file, 0o444)
    with powerless():
        store = await open_store(f"sqlite:///{file}")
        assert store.read_only
        assert await holds_fraud(store)
        await store.close()


async def test_a_file_that_cannot_be_read_says_so(
    folder: Path, powerless: Callable[[], AbstractContextManager[None]]
) -> None:
    file = folder / "store.db"
    await made(file)
    permit(file, 0o000)
    with powerless():
        await refused(f"sqlite:///{file}", StoreDenied, "cannot be opened")


async def test_a_closed_store_says_that_it_is(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.ping()
    with pytest.raises(StoreError, match="closed"):
        await ingest.state(store, [FRAUD], ANYONE)
    assert names(file.parent) == {"store.db", "store.db.lock"}
