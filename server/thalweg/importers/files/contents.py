"""The contents of many files, several at a time, in the order in which they were asked for."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import md5, sha256
from threading import Event, Lock

from thalweg.importers.files.cache import Cache
from thalweg.importers.files.finding import File
from thalweg.importers.files.hashing import Changing, Content, Describe, content
from thalweg.importers.files.joining import joined
from thalweg.model.facts import Json

AHEAD = 8
"""For each thread, so many files wait: of a large one, those behind it are done meanwhile."""

Hashed = Callable[[int, int], None]
"""Is told how many bytes were dealt with, of how many there are, by whatever thread."""


class Contents:
    """whole: whether each file that was asked for could be read."""

    def __init__(
        self,
        algorithm: str,
        cache: Cache,
        describe: Describe | None,
        threads: int,
        size: int,
        hashed: Hashed,
        warnings: list[str],
    ) -> None:
        self.algorithm = algorithm
        self.whole = True
        self._cache, self._describe, self._warnings = cache, describe, warnings
        self._pool = ThreadPoolExecutor(max(1, threads), thread_name_prefix="files")
        self._most = AHEAD * max(1, threads)
        self._stopped = Event()
        self._lock = Lock()
        self._done, self._size, self._hashed = 0, size, hashed

    def of(self, files: Iterable[File]) -> Iterator[tuple[File, Content | None]]:
        """Each file with its content; None where that cannot be told, which is a warning."""
        waiting: deque[tuple[File, Future[Content]]] = deque()
        for file in files:
            waiting.append((file, self._pool.submit(self._content, file)))
            if len(waiting) >= self._most:
                yield self._settled(*waiting.popleft())
        while waiting:
            yield self._settled(*waiting.popleft())

    def together(self, called: str, contents: Sequence[Content]) -> dict[str, Json]:
        """What the formats of the files of a folder tell of it: their columns, where all have the same."""
        described = [one.described for one in contents if "columns" in one.described]
        if not described or any("problem" in one.described for one in contents):
            return {}
        format = described[0].get("format")
        alike = all(one.get("format") == format for one in described)
        columns = joined(format, [one["columns"] for one in described]) if alike else None
        if columns is None:
            self.warn(f"{called} was taken without columns: its files do not all have the same ones.")
            return {}
        told: dict[str, Json] = {"format": format, "columns": columns}
        rows = [one.get("rows") for one in described]
        if None not in rows:
            told["rows"] = sum(rows)
        return told

    def warn(self, sentence: str) -> None:
        with self._lock:
            self._warnings.append(sentence)

    def close(self) -> None:
        """Stops what is under way, and writes the cache; safe to call twice."""
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)
        self._cache.close()

    def _content(self, file: File) -> Content:
        return content(file.path, self.algorithm, self._cache, self._describe, self._tell)

    def _settled(self, file: File, future: Future[Content]) -> tuple[File, Content | None]:
        try:
            found = future.result()
        except (OSError, Changing) as error:
            self.whole = False
            why = error.strerror or "it cannot be read" if isinstance(error, OSError) else str(error)
            self.warn(f"{file.name} was left out: {why}.")
            return file, None
        if found.described.get("problem"):
            self.warn(f"{file.name} was taken without columns: {found.described['problem']}")
        return file, found

    def _tell(self, bytes: int) -> None:
        if self._stopped.is_set():
            raise Stopped
        with self._lock:
            self._done += bytes
            self._hashed(self._done, self._size)


class Stopped(Exception):
    """Nobody waits for it any more."""


def listed(algorithm: str, digests: Mapping[str, str]) -> str:
    """The digest of a folder by those of its files, as DVC counts it: of a JSON list of them, by their paths in it.

    [{"md5": "…", "relpath": "a.csv"}, {"md5": "…", "relpath": "b/c.csv"}]
    """
    told = [{algorithm: digests[path], "relpath": path} for path in sorted(digests)]
    text = json.dumps(told, sort_keys=True).encode()
    return (md5(text, usedforsecurity=False) if algorithm == "md5" else sha256(text)).hexdigest()
