"""Files and folders become versions by their content, whatever the order and the number of threads."""

from __future__ import annotations

import hashlib
import json
import os
import random
import socket
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import time_ns
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.program import program
from tests.importers.golden import Golden
from tests.importers.stores import gone, imported
from thalweg.importers import files
from thalweg.importers.files import hashing
from thalweg.importers.files.contents import listed
from thalweg.importers.reading import Reading
from thalweg.ingest import prepare
from thalweg.model import keys, time
from thalweg.model import names as names_of
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import Granule
from thalweg.model.results import Outcome
from thalweg.store.store import Store
from thalweg.sync.describing import Describing


def write(root: Path, contents: Mapping[str, bytes]) -> Path:
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def taken(reading: Reading) -> list[Granule]:
    """The granules of a pass; each must be one that a store takes."""
    found = list(reading.granules)
    reading.close()
    for granule in found:
        prepare(granule, now=time.now())
    assert len({granule.name for granule in found}) == len(found) <= (reading.total or 0)
    return found


def versions(reading: Reading) -> dict[tuple[str, str], dict[str, Any]]:
    """By name and version, what is stated of it."""
    found = {}
    for granule in taken(reading):
        dataset, version = granule.entities
        assert dataset.key == version.key.asset
        found[version.key.parts[1], version.key.parts[2]] = dict(version.props)
    return found


def names(reading: Reading) -> set[str]:
    return {name for name, _ in versions(reading)}


# ------------------------------------------------------------------------------------------------------------ versions


def test_each_file_is_a_dataset_and_its_content_a_version(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"data/a.csv": b"id\n1\n", "data/deep/b": b"two", "other.txt": b"not asked for"})
    reading = files.read([root / "data"], root=root)
    first, second = taken(reading)
    digest = sha256(b"id\n1\n")
    assert (reading.source, reading.origin, reading.total, reading.complete) == ("files:shop", "files", 2, False)
    assert first.name == f"file//data/a.csv@{digest}"
    assert [fact.key for fact in first.entities] == [
        keys.dataset("file://shop", "/data/a.csv"),
        keys.dataset_version("file://shop", "/data/a.csv", f"sha256:{digest}"),
    ]
    assert dict(first.entities[1].props) == {"bytes": 5, "format": "csv"}
    assert second.entities[1].key.parts[1:] == ("/data/deep/b", f"sha256:{sha256(b'two')}")
    assert dict(second.entities[1].props) == {"bytes": 3}


def test_files_and_a_folder_come_to_what_is_written_down(tmp_path: Path, golden: Golden) -> None:
    table = {"id": [1, 2], "plan": ["a", None], "at": [datetime(2026, 1, 1, tzinfo=UTC), None]}
    root = write(tmp_path / "shop", {"data/a.csv": b"id,amount\n1,2.5\n2,\n", "data/deep/b.jsonl": b'{"id": 1}\n'})
    pq.write_table(pa.table(table), root / "plans.parquet")
    write(root, {"images/1.png": b"one", "images/more/2.png": b"two"})
    each = files.read([root / "data", root / "plans.parquet"], root=root, describe=Describing())
    folder = files.read([root / "images"], root=root, as_folder=True, describe=Describing())
    written = (root / "plans.parquet").read_bytes()  # Arrow writes its own version into it
    names = {sha256(written): "<sha256>", f"bytes: {len(written)}$": "bytes: <bytes>"}
    golden.holds([*each.granules, *folder.granules], names)


def test_a_folder_is_one_dataset_where_that_is_said(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"data/a": b"1", "data/b/c": b"22", "single": b"3"})
    found = versions(files.read([root / "data", root / "single"], root=root, as_folder=True))
    list_of = [{"relpath": "a", "sha256": sha256(b"1")}, {"relpath": "b/c", "sha256": sha256(b"22")}]
    assert found == {
        ("/data", f"sha256:{sha256(json.dumps(list_of).encode())}.dir"): {
            "bytes": 3,
            "extra": {"files": {"count": 2}},
        },
        ("/single", f"sha256:{sha256(b'3')}"): {"bytes": 1},
    }


def test_a_folder_is_counted_as_dvc_counts_it(tmp_path: Path) -> None:
    """The digests are those that DVC 3.67.1 wrote into `data.dvc` for these files."""
    write(
        tmp_path / "data",
        {".hidden": b"dot", "Zed": b"Z", "empty": b"", "sub-1": b"q", "sub/é.txt": "é".encode(), "x.txt": b"a\r\nb\n"},
    )
    (tmp_path / "data/sub/link").symlink_to("../x.txt")
    write(tmp_path / "b", {"c/f": b"x", "c-d": b"y", "c.e": b"z"})
    write(tmp_path, {"b/.git/config": b"passed over", "b/.dvc/tmp": b"passed over"})
    found = versions(files.read([tmp_path / "data", tmp_path / "b"], root=tmp_path, as_folder=True, use_md5=True))
    assert set(found) == {
        ("/data", "md5:b9271f33826f79f123933f6bd068dd04.dir"),
        ("/b", "md5:b8dbf18864ffa0b280728e4c2c48034b.dir"),
    }
    assert found["/data", "md5:b9271f33826f79f123933f6bd068dd04.dir"]["bytes"] == 17
    alone = versions(files.read([tmp_path / "data/x.txt"], root=tmp_path, use_md5=True))
    assert set(alone) == {("/data/x.txt", "md5:d644a230f3ef20b00879aaceb61790af")}


@settings(deadline=None)
@given(
    st.dictionaries(st.text("abc-._/é", min_size=1, max_size=6), st.binary(max_size=3), max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_files_does_not_matter(digests: dict[str, bytes], chance: random.Random) -> None:
    told = {path: content.hex() for path, content in digests.items()}
    shuffled = list(told.items())
    chance.shuffle(shuffled)
    assert listed("sha256", dict(shuffled)) == listed("sha256", told)


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(st.from_regex(r"[a-c]{1,2}(/[a-c]{1,2})?\.x", fullmatch=True), st.binary(max_size=9), max_size=9)
)
def test_the_number_of_threads_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes]
) -> None:
    root = write(tmp_path_factory.mktemp("files"), contents)
    one, many = ([granule.name for granule in taken(files.read([root], root=root, threads=n))] for n in (1, 16))
    assert one == many
    assert len(one) == len(contents)


# --------------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("namespace", "key"),
    [
        (None, ("file://shop", "/data/a b?.csv")),
        ("s3a://Lake/raw/", ("s3://Lake", "raw/data/a b?.csv")),
        ("gs://lake", ("gs://lake", "data/a b?.csv")),
        ("file://nas", ("file://nas", "/data/a b?.csv")),
        ("git@git.example.com:acme/shop.git", ("https://git.example.com/acme/shop", "data/a b?.csv")),
        ("https://git.example.com/acme/shop/", ("https://git.example.com/acme/shop", "data/a b?.csv")),
    ],
)
def test_a_file_is_named_where_others_name_it(tmp_path: Path, namespace: str | None, key: tuple[str, str]) -> None:
    root = write(tmp_path / "shop", {"data/a b?.csv": b"1"})
    (granule,) = taken(files.read([root / "data"], root=root, namespace=namespace))
    assert granule.entities[0].key.parts == key


@pytest.mark.parametrize(
    ("namespace", "key"),
    [
        (None, ("file://shop", "/shop")),
        ("s3a://Lake/mirror/", ("s3://Lake", "mirror")),
        ("s3://lake", names_of.dataset_name("s3://lake")),
        ("file://nas/share", ("file://nas", "/share")),
        ("https://git.example.com/acme/shop", ("https://git.example.com/acme/shop", "shop")),
    ],
)
def test_the_root_as_a_folder_is_what_it_is_called_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, namespace: str | None, key: tuple[str, str]
) -> None:
    root = write(tmp_path / "shop", {"a.csv": b"1"})
    monkeypatch.chdir(root)
    for place in (".", root):
        (granule,) = taken(files.read([place], namespace=namespace, as_folder=True))
        assert granule.entities[0].key.parts == key
    (granule,) = taken(files.read(["."], as_folder=True, name="orders", namespace="s3://lake/mirror"))
    assert granule.entities[0].key.parts == ("s3://lake", "mirror/orders")


def test_one_dataset_may_be_given_a_name(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"data/part-1": b"1"})
    assert names(files.read([root / "data"], root=root, as_folder=True, name="orders", namespace="s3://lake")) == {
        "orders"
    }
    assert names(files.read([root / "data/part-1"], root=root, name="orders")) == {"/orders"}
    with pytest.raises(BadInput, match="--name names one dataset, and several may be read"):
        files.read([root / "data"], root=root, name="orders")


def test_patterns_and_paths_that_overlap_give_each_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path / "shop", {"a/x.csv": b"1", "a/b/y.csv": b"2", "a/z.txt": b"3"}))
    assert names(files.read(["a/**/*.csv", "a/x.csv", "a/b"])) == {"/a/x.csv", "/a/b/y.csv"}
    assert names(files.read(["."])) == {"/a/x.csv", "/a/b/y.csv", "/a/z.txt"}


def test_names_that_are_no_text_stay_as_many_as_they_are(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    for name in (b"\xff.csv", b"\xfe.csv", b"\xffFE.csv", "\N{REPLACEMENT CHARACTER}FF.csv".encode(), "é.csv".encode()):
        with open(bytes(root / "data") + b"/" + name, "wb") as file:
            file.write(name)
    assert names(files.read([root], root=root)) == {
        "/data/é.csv",
        "/data/�FF.csv",
        "/data/�FE.csv",
        "/data/�FFFE.csv",
        "/data/�EF�BF�BDFF.csv",
    }


# ------------------------------------------------------------------------------------------------- what is passed over


def test_links_out_of_the_folder_pipes_and_sockets_are_passed_over_and_said(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"data/a": b"1", "data/deep/b": b"2", "outside": b"3"})
    data = root / "data"
    (data / "inside").symlink_to("deep/b")
    (data / "out").symlink_to(root / "outside")
    (data / "up").symlink_to("..")
    (data / "nowhere").symlink_to("gone")
    os.mkfifo(data / "pipe")
    door = socket.socket(socket.AF_UNIX)
    door.bind(os.path.relpath(data / "door"))
    reading = files.read([data], root=root, everything=True)
    assert names(reading) == {"/data/a", "/data/deep/b", "/data/inside"}
    door.close()
    assert sorted(reading.warnings) == [
        "data/door was passed over: it is no file, but a device, a socket or a pipe.",
        "data/nowhere was passed over: it is a link that leads nowhere.",
        "data/out was passed over: it is a link that leads out of the folder.",
        "data/pipe was passed over: it is no file, but a device, a socket or a pipe.",
        "data/up was passed over: it is a link to a folder.",
    ]
    assert reading.complete
    (root / "there").symlink_to(data)
    assert "/there/a" in names(files.read([root / "there"], root=root)), "what is given is followed"


def test_a_file_that_goes_while_it_is_read_is_said_and_then_nothing_is_gone(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"a": b"1", "b": b"2"})

    def hashed(done: int, total: int) -> None:
        (root / "b").unlink(missing_ok=True)

    reading = files.read([root], root=root, everything=True, threads=1, hashed=hashed)
    assert names(reading) == {"/a"}
    (warning,) = reading.warnings
    assert warning.startswith("b was ")
    assert warning.endswith(": No such file or directory.")
    assert not reading.complete
    write(root, {"b": b"2"})
    folder = files.read([root], root=root, as_folder=True, everything=True, threads=1, hashed=hashed)
    assert versions(folder) == {}
    assert folder.warnings[-1] == "shop was left out: not all of its files could be read."


@pytest.mark.parametrize("changes", [1, 2, 3])
def test_a_file_that_changes_while_it_is_read_is_read_again_or_left_out(tmp_path: Path, changes: int) -> None:
    file = write(tmp_path, {"a": b"0"}) / "a"
    left, armed = changes, True

    def hashed(done: int, total: int) -> None:
        """Changes the file once in each time that it is read."""
        nonlocal left, armed
        if done <= 0:
            armed = True
        elif left and armed:
            left, armed = left - 1, False
            file.write_bytes(b"%d" % left * (10 + left))

    reading = files.read([tmp_path], root=tmp_path, everything=True, hashed=hashed)
    if changes < hashing.TRIES:
        found = versions(reading)
        assert set(found) == {("/a", f"sha256:{sha256(file.read_bytes())}")}
        assert reading.complete
    else:
        assert versions(reading) == {}
        assert reading.warnings == ["a was left out: it changed 3 times while it was read."]
        assert not reading.complete


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ("nowhere", {}, "nowhere does not exist"),
        ("*.csv", {}, r"\*.csv does not exist"),
        ("..", {}, "lies outside of .* --root DIR"),
        (".", {"namespace": "s3://"}, "--namespace 's3://' names no bucket"),
        (".", {"namespace": ""}, "--namespace is empty"),
        (".", {"cache": "/dev/null/x"}, "Digests cannot be kept in /dev/null/x .* --no-cache"),
    ],
)
def test_what_makes_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, options: dict[str, Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((BadInput, SourceError), match=said):
        files.read([given], **options)


# --------------------------------------------------------------------------------------------------------------- cache


class Counting:
    """How many bytes were read of files, and not taken from the cache: descriptions count them."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, path: Path) -> dict[str, Any]:
        self.asked.append(path.name)
        return {"format": "odd"}


def asked(root: Path, cache: Path | None, **options: Any) -> tuple[set[tuple[str, str]], list[str]]:
    """The versions of a pass, and the files that were really read for it."""
    counting = Counting()
    found = versions(files.read([root], root=root, cache=cache, describe=counting, **options))
    assert {props["format"] for props in found.values()} <= {"odd"}
    return set(found), sorted(counting.asked)


def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all files had rested for a while before they are read."""
    monkeypatch.setattr(hashing, "time_ns", lambda: time_ns() + 10_000_000_000)


def test_what_was_hashed_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    root = write(tmp_path / "shop", {"a": b"1", "b": b"2", "c": b"3"})
    cache = tmp_path / "cache"
    first, read = asked(root, cache)
    assert read == ["a", "b", "c"]
    assert asked(root, cache) == (first, [])
    assert asked(root, None) == (first, ["a", "b", "c"]), "without a cache all is read"
    assert asked(root, cache, use_md5=True)[1] == ["a", "b", "c"], "another digest is another one"
    (root / "b").write_bytes(b"x")
    os.utime(root / "a", (1, 1))
    (root / "c").replace(root / "d")
    again, read = asked(root, cache)
    assert read == ["a", "b", "d"]
    assert ("/b", f"sha256:{sha256(b'x')}") in again


def test_a_file_that_was_changed_just_before_is_not_trusted(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"a": b"1"})
    asked(root, tmp_path / "cache")
    before = (root / "a").stat()
    (root / "a").write_bytes(b"2")
    os.utime(root / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    found, read = asked(root, tmp_path / "cache")
    assert (found, read) == ({("/a", f"sha256:{sha256(b'2')}")}, ["a"])


def test_an_import_that_was_interrupted_goes_on_where_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    root = write(tmp_path / "shop", {f"{number:02}": b"x" for number in range(40)})
    reading = files.read([root], root=root, cache=tmp_path / "cache", describe=Counting(), threads=1)
    next(reading.granules)
    reading.close()
    reading.close()
    found, read = asked(root, tmp_path / "cache")
    assert len(found) == 40
    assert 0 < len(read) < 40


def test_a_cache_of_another_form_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    root, cache = write(tmp_path / "shop", {"a": b"1"}), tmp_path / "cache"
    first, _ = asked(root, cache)
    with closing(sqlite3.connect(cache / "hashes.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert asked(root, cache) == (first, ["a"])
    assert asked(root, cache) == (first, [])
    (cache / "hashes.db").write_bytes(b"something else, which is no database, but is long enough to be one" * 20)
    with pytest.raises(SourceError, match="Digests cannot be kept"):
        files.read([root], root=root, cache=cache)


def test_a_cache_that_breaks_meanwhile_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    root, cache = write(tmp_path / "shop", {"a": b"1", "b": b"2"}), tmp_path / "cache"
    reading = files.read([root], root=root, cache=cache)
    with closing(sqlite3.connect(cache / "hashes.db")) as connection:
        connection.execute("DROP TABLE hashed")
    assert names(reading) == {"/a", "/b"}
    assert reading.warnings == []


def test_a_description_that_failed_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    root = write(tmp_path / "shop", {"a": b"1"})
    broken = files.read([root], root=root, cache=tmp_path / "cache", describe=lambda path: {"problem": "Mend it."})
    assert taken(broken)
    assert broken.warnings == ["a was taken without columns: Mend it."]
    assert asked(root, tmp_path / "cache")[1] == ["a"]


# --------------------------------------------------------------------------------------------------------------- store


@pytest.mark.anyio
async def test_again_changes_nothing_and_what_is_gone_is_gone_where_all_was_read(store: Store, tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"a": b"1", "b": b"2"})
    await imported(store, files.read([root], root=root))
    assert set((await imported(store, files.read([root], root=root))).granules) == {Outcome.UNCHANGED}
    (root / "a").unlink()
    (root / "b").write_bytes(b"3")
    left = {
        keys.dataset_version("file://shop", "/a", f"sha256:{sha256(b'1')}"),
        keys.dataset_version("file://shop", "/b", f"sha256:{sha256(b'2')}"),
        keys.dataset("file://shop", "/a"),
    }
    assert not (await imported(store, files.read([root], root=root))).closed
    assert not await gone(store, *left)
    assert (await imported(store, files.read([root], root=root, everything=True))).closed
    there = keys.dataset_version("file://shop", "/b", f"sha256:{sha256(b'3')}")
    assert await gone(store, *left, there) == left


def test_the_command_line_takes_all_of_it(tmp_path: Path) -> None:
    write(tmp_path, {"data/a.csv": b"id\n1\n", "data/b.csv": b"id\n2\n"})
    options = ["--source", "lake", "--namespace", "s3://lake", "--root", "data", "--md5", "--threads", "2", "--all"]
    done = program("import", "files", "data/*.csv", *options, "--cache", "cache", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    came = json.loads(done.out)
    assert (came["source"], came["read"], came["closed"], came["warned"]) == ("files:lake", 2, True, 0)
    assert (tmp_path / "cache/hashes.db").exists()
    named = ["--as-folder", "--name", "rows", "--no-cache"]
    done = program("import", "files", "data", *named, cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "home"))
    assert done.code == 0, done.err
    assert not (tmp_path / "home").exists()
    shown = program("list", "dataset-versions", "--json", cwd=tmp_path)
    versions = {one["name"]: (one["version"], one["rows"]) for one in json.loads(shown.out)["nodes"]}
    digest = hashlib.md5(b"id\n1\n").hexdigest()
    assert versions["a.csv"] == (f"md5:{digest}", 1)
    assert versions["/rows"][1] == 2
