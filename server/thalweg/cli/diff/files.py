"""The files of a kind that we know, which a range adds, changes, moves or deletes, as they were and as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from thalweg.cli.diff.ranges import Range
from thalweg.importers.git_clone import Entry
from thalweg.importers.spelling import spelled
from thalweg.schemas import format_of

LARGEST = 50 << 20
"""Bytes of a file that are read."""

ENDINGS = (".sql", ".ddl", ".json", ".avsc", ".yaml", ".yml", ".dvc")
LOCK = "dvc.lock"

_MANIFEST = re.compile(r"""^\s*\{?\s*["']?thalweg["']?\s*:\s*1\b""", re.MULTILINE)
_CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
_DOWN = re.compile(
    r"^--\s*(\+goose\s+down|\+migrate\s+down|migrate:down)\b.*?(?=^--\s*(\+goose\s+up|\+migrate\s+up|migrate:up)\b|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_UNDO = re.compile(r"(\.down\.sql|(^|/)U[0-9][0-9._]*__[^/]*\.sql)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """A file at one end of a range. kind: a format of schemas, `manifest` or `dvc`; None for any other file, and for
    what is no text. beside: the catalog that lies beside a manifest of dbt.
    """

    path: str
    text: str
    kind: str | None
    wrong: str = ""
    beside: str | None = None

    @property
    def name(self) -> Path:
        return Path(self.path)


@dataclass(frozen=True, slots=True)
class File:
    """A file that changes. was: None where it comes. now: None where it goes."""

    was: Side | None
    now: Side | None

    @property
    def path(self) -> str:
        side = self.now or self.was
        return side.path if side is not None else ""


def changed(range: Range) -> list[File]:
    """The files that matter, by their paths."""
    pairs = [pair for pair in range.clone.changed(range.base, range.head) if any(map(_may_matter, pair))]
    pairs = [(_plain(was), _plain(now)) for was, now in pairs]
    pairs += _manifests(range, pairs)
    shas = [entry.sha for pair in pairs for entry in pair if entry is not None]
    contents = range.clone.blobs(shas, LARGEST)
    found = []
    for was, now in pairs:
        before = _side(range, range.base, was, next(contents)) if was is not None else None
        after = _side(range, range.head, now, next(contents)) if now is not None else None
        if any(side is not None and side.kind is not None for side in (before, after)):
            found.append(File(before, after))
    return sorted(found, key=lambda file: file.path)


def _may_matter(entry: Entry | None) -> bool:
    if entry is None or _UNDO.search(entry.path):
        return False
    path = PurePosixPath(entry.path)
    return path.name == LOCK or (path.suffix.lower() in ENDINGS and path.name != ".dvc")


def _plain(entry: Entry | None) -> Entry | None:
    """Only files: no links, no repositories inside."""
    return entry if entry is not None and entry.mode.startswith("100") else None


def _manifests(range: Range, pairs: list[tuple[Entry | None, Entry | None]]) -> Iterator[tuple[Entry, Entry]]:
    """The manifests of dbt that stay as they are, beside catalogs that change."""
    paths = {entry.path for pair in pairs for entry in pair if entry is not None}
    for was, now in pairs:
        entry = now or was
        if entry is None or PurePosixPath(entry.path).name != "catalog.json":
            continue
        path = str(PurePosixPath(entry.path).with_name("manifest.json"))
        if path not in paths and (sha := range.clone.blob_at(range.head, path)) is not None:
            yield Entry(path, "100644", sha), Entry(path, "100644", sha)


def _side(range: Range, commit: str, entry: Entry, content: bytes) -> Side:
    path = spelled(entry.path)
    if b"\0" in content[:8000]:
        return Side(path, "", None, "it is no text")
    text = content.decode("utf-8-sig", "replace")
    wrong = ""
    if len(content) > LARGEST:
        wrong = f"it has more than {LARGEST:,} bytes, too many for a schema"
    elif "\ufffd" in text and not _is_utf8(content):
        wrong = "it is no text in UTF-8"
    elif _CONFLICT.search(text):
        wrong = "it holds the marks of a conflict that nobody resolved (<<<<<<<, >>>>>>>)"
    kind = _kind(path, text)
    if kind == "sql":
        text = _DOWN.sub(lambda found: "\n" * found[0].count("\n"), text)
        kind = _kind(path, text)
    return Side(path, text, kind, wrong, _catalog(range, commit, entry.path) if kind == "dbt" else None)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _kind(path: str, text: str) -> str | None:
    name = PurePosixPath(path)
    if name.name == LOCK or name.suffix.lower() == ".dvc":
        return "dvc"
    if name.suffix.lower() in (".yaml", ".yml", ".json") and _MANIFEST.search(_begin(text)):
        return "manifest"
    return format_of(Path(path), text)


def _begin(text: str) -> str:
    """A text without the comments and the marks that it begins with."""
    lines = text.splitlines(keepends=True)
    skipped = next(
        (at for at, line in enumerate(lines) if line.strip() and not line.startswith(("#", "---", "%", "<<<<<<<"))), 0
    )
    return "".join(lines[skipped : skipped + 5])


def _catalog(range: Range, commit: str, path: str) -> str | None:
    sha = range.clone.blob_at(commit, str(PurePosixPath(path).with_name("catalog.json")))
    if sha is None:
        return None
    return next(range.clone.blobs([sha], LARGEST)).decode("utf-8-sig", "replace")
