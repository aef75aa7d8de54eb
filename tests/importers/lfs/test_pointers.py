"""What Git LFS reads as a pointer is one, and nothing else: each way to write one is given to the real Git LFS too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.importers.git.repositories import init
from thalweg.importers import lfs
from thalweg.importers.lfs import pointer
from thalweg.importers.lfs.pointer import Pointer

VERSION = b"version https://git-lfs.github.com/spec/v1"
DIGEST = "a" * 64
OID = f"oid sha256:{DIGEST}".encode()
SIZE = b"size 5"
CRYPT = b"ext-0-crypt sha256:" + b"b" * 64
ZIP = b"ext-1-zip sha256:" + b"c" * 64


def lines(*given: bytes, end: bytes = b"\n") -> bytes:
    return end.join((*given, b""))


PLAIN = lines(VERSION, OID, SIZE)


def long(size: int) -> bytes:
    """A pointer of so many bytes, by the name of an extension."""
    more = size - len(lines(VERSION, CRYPT, OID, SIZE))
    return lines(VERSION, CRYPT.replace(b"crypt", b"crypt" + b"x" * more), OID, SIZE)


WAYS = {
    "plain": PLAIN,
    "the last line not ended": PLAIN[:-1],
    "lines end as on Windows": lines(VERSION, OID, SIZE, end=b"\r\n"),
    "one line ends as on Windows": lines(VERSION, OID + b"\r", SIZE),
    "lines end as on an old Mac": lines(VERSION, OID, SIZE, end=b"\r"),
    "lines end twice as on Windows": lines(VERSION, OID, SIZE, end=b"\r\r\n"),
    "an empty line first": b"\n" + PLAIN,
    "two empty lines first": b"\r\n\n" + PLAIN,
    "an empty line last": PLAIN + b"\n",
    "an empty line between": lines(VERSION, b"", OID, b"", SIZE),
    "a blank line between": lines(VERSION, OID, b"  ", SIZE),
    "blanks first": b" \t" + PLAIN,
    "blanks last": PLAIN + b" \t\f\v",
    "blanks that are no ASCII at both ends": "\N{NO-BREAK SPACE}\u2028".encode() + PLAIN + "\x85\u3000".encode(),
    "a sign that is blank to Python alone": PLAIN + b"\x1f",
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "a NUL last": PLAIN + b"\0",
    "a blank behind the version": lines(VERSION + b" ", OID, SIZE),
    "a blank behind the digest": lines(VERSION, OID + b" ", SIZE),
    "a blank behind the size": lines(VERSION, OID, SIZE + b" "),
    "a blank before the digest": lines(VERSION, b" " + OID, SIZE),
    "two blanks in a line": lines(VERSION, OID.replace(b" ", b"  "), SIZE),
    "a tab in a line": lines(VERSION, OID.replace(b" ", b"\t"), SIZE),
    "a key more at the end": lines(VERSION, OID, SIZE, b"x y"),
    "a key more between": lines(VERSION, OID, b"x y", SIZE),
    "a key more first": lines(b"x y", VERSION, OID, SIZE),
    "a word that is no line": lines(VERSION, OID, SIZE, b"nothing"),
    "bytes that are no text": lines(VERSION, OID, SIZE, b"\xff \xff"),
    "the size before the digest": lines(VERSION, SIZE, OID),
    "the version last": lines(OID, SIZE, VERSION),
    "a digest twice": lines(VERSION, OID, OID, SIZE),
    "a size twice": lines(VERSION, OID, SIZE, SIZE),
    "a version twice": lines(VERSION, VERSION, OID, SIZE),
    "no size": lines(VERSION, OID),
    "no digest": lines(VERSION, SIZE),
    "nothing but a version": lines(VERSION),
    "nothing but an end of a line": b"\n",
    "no version": lines(OID, SIZE),
    "a version without its key": lines(VERSION.removeprefix(b"version "), OID, SIZE),
    "a version that is none": lines(VERSION + b"2", OID, SIZE),
    "another text": b"hello\n",
    "a size below nothing": lines(VERSION, OID, b"size -1"),
    "a size with a plus": lines(VERSION, OID, b"size +5"),
    "a size with noughts": lines(VERSION, OID, b"size " + b"0" * 30 + b"5"),
    "a size that is empty": lines(VERSION, OID, b"size "),
    "a size in letters": lines(VERSION, OID, b"size five"),
    "a size in Arabic digits": lines(VERSION, OID, "size \N{ARABIC-INDIC DIGIT FIVE}".encode()),
    "a size with a line in it": lines(VERSION, OID, b"size 1_000"),
    "the largest size": lines(VERSION, OID, b"size %d" % ((1 << 63) - 1)),
    "a size that is larger": lines(VERSION, OID, b"size %d" % (1 << 63)),
    "a digest in capitals": lines(VERSION, OID.replace(b"a", b"A"), SIZE),
    "a digest that is short": lines(VERSION, OID[:-1], SIZE),
    "a digest that is long": lines(VERSION, OID + b"a", SIZE),
    "a digest of another kind": lines(VERSION, OID.replace(b"sha256", b"sha512"), SIZE),
    "an extension": lines(VERSION, CRYPT, OID, SIZE),
    "extensions in another order": lines(VERSION, ZIP, CRYPT, OID, SIZE),
    "an extension before the version": lines(CRYPT, VERSION, OID, SIZE),
    "an extension behind the digest": lines(VERSION, OID, CRYPT, SIZE),
    "an extension at the end": lines(VERSION, OID, SIZE, CRYPT),
    "an extension twice": lines(VERSION, CRYPT, CRYPT.replace(b"b", b"c"), OID, SIZE),
    "an extension of two names": lines(VERSION, CRYPT, ZIP.replace(b"-1-", b"-0-"), OID, SIZE),
    "an extension with signs in its name": lines(VERSION, CRYPT.replace(b"crypt", b"a-b.c/d!\xff"), OID, SIZE),
    "an extension without a name": lines(VERSION, CRYPT.replace(b"crypt", b""), OID, SIZE),
    "an extension whose name begins with no ASCII": lines(VERSION, CRYPT.replace(b"crypt", "é".encode()), OID, SIZE),
    "an extension without a place": lines(VERSION, CRYPT.replace(b"-0", b""), OID, SIZE),
    "an extension with a place of two digits": lines(VERSION, CRYPT.replace(b"0", b"10"), OID, SIZE),
    "an extension without a digest": lines(VERSION, CRYPT.partition(b" ")[0], OID, SIZE),
    "an extension with a broken digest": lines(VERSION, CRYPT[:-1], OID, SIZE),
    "as long as may be": long(1_023),
}


def read(raw: bytes) -> Pointer | None:
    """As the importer reads it; None where it says what is wrong."""
    try:
        return pointer.read(raw)
    except ValueError:
        return None


@pytest.mark.parametrize("way", WAYS)
def test_a_pointer_is_what_git_lfs_reads(tmp_path: Path, way: str) -> None:
    file = tmp_path / "pointer"
    file.write_bytes(WAYS[way])
    check = subprocess.run(["git", "lfs", "pointer", "--check", "--file", file], capture_output=True, check=False)
    assert check.returncode in (0, 1), check.stderr
    found = read(WAYS[way])
    assert (found is not None) == (check.returncode == 0)
    assert found is None or (found.oid, found.size) == (DIGEST, (1 << 63) - 1 if way == "the largest size" else 5)


def test_of_a_repository_the_files_are_read_that_git_lfs_lists(tmp_path: Path) -> None:
    """Of 1,024 bytes and more it lists none, though it reads them where it is asked for one."""
    repository = init(tmp_path / "data")
    for number, raw in enumerate([*WAYS.values(), long(1_024), PLAIN + b"\n" * 900]):
        (repository.path / f"{number}.bin").write_bytes(raw)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Pointers")
    listed = repository.git("lfs", "ls-files", "--name-only").splitlines()
    reading = lfs.read(repository.path)
    assert [granule.entities[0].key.parts[1] for granule in reading.granules] == sorted(listed)
    reading.close()
    broken = sum(raw.startswith(VERSION + b"\n") and read(raw) is None for raw in WAYS.values())
    assert sum(" was passed over: " in text for text in reading.warnings) >= broken > 20, "each is said"


def test_extensions_are_in_the_order_in_which_they_worked() -> None:
    found = pointer.read(WAYS["extensions in another order"])
    assert found == Pointer(DIGEST, 5, (("crypt", "b" * 64), ("zip", "c" * 64)))
    assert found.content == "b" * 64
    odd = pointer.read(WAYS["an extension with signs in its name"])
    assert odd is not None
    assert odd.extensions == (("a-b.c/d!�FF", "b" * 64),)
