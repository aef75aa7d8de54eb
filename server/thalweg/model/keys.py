"""Natural keys and the ids made from them.

An id is `<prefix>_<26 base32 characters>`: 128 bits of BLAKE2b over the kind and the canonical identity tuple. Every
importer computes the same id for the same thing, whatever order things arrive in.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import NamedTuple

from thalweg.model.kinds import ASSET_OF, BY_PREFIX, KEY_FIELDS, PREFIX, Kind

UNVERSIONED = "unversioned"
"""The reserved version of a dataset: `(it)-[:INPUT_TO {assumed: true}]->(run)` says that the run read the dataset, and
that nobody said in which version. The store works that out."""

ID_LENGTH = 26
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _BASE32 for second in _BASE32)
_SHIFTS = tuple(range(120, -1, -10))


class Key(NamedTuple):
    """A natural key: a kind and its identity tuple, already normalized (`names.py`).

    A NamedTuple, because the write path makes and hashes some hundred thousand of them a second.
    """

    kind: Kind
    parts: tuple[str, ...]

    @property
    def id(self) -> str:
        return entity_id(self)

    @property
    def asset(self) -> Key | None:
        """The key of the asset, where the key says it: None for an asset, and for a run, whose job is a property."""
        kind = ASSET_OF.get(self.kind)
        if kind is None or kind is Kind.JOB:
            return None
        return Key(kind, self.parts[:-1])

    def __str__(self) -> str:
        """As an error names it: `dataset s3://lake transactions`."""
        return f"{self.kind.value} {' '.join(self.parts)}"

    def fields(self) -> dict[str, str]:
        return dict(zip(KEY_FIELDS[self.kind], self.parts, strict=True))


def dataset(namespace: str, name: str) -> Key:
    return Key(Kind.DATASET, (namespace, name))


def dataset_version(namespace: str, name: str, version: str) -> Key:
    return Key(Kind.DATASET_VERSION, (namespace, name, version))


def repository(url: str) -> Key:
    return Key(Kind.REPOSITORY, (url,))


def commit(url: str, sha: str) -> Key:
    return Key(Kind.COMMIT, (url, sha))


def job(namespace: str, name: str) -> Key:
    return Key(Kind.JOB, (namespace, name))


def run(namespace: str, run_id: str) -> Key:
    return Key(Kind.RUN, (namespace, run_id))


def model(namespace: str, name: str) -> Key:
    return Key(Kind.MODEL, (namespace, name))


def model_version(namespace: str, name: str, version: str) -> Key:
    return Key(Kind.MODEL_VERSION, (namespace, name, version))


def deployment(namespace: str, name: str) -> Key:
    return Key(Kind.DEPLOYMENT, (namespace, name))


def release(namespace: str, name: str, revision: str) -> Key:
    return Key(Kind.RELEASE, (namespace, name, revision))


def entity_id(key: Key) -> str:
    """The id of a key. Parts are joined by length, so that no two tuples give the same bytes.

    The base32 is RFC 4648's in lower case, without padding, two characters at a step: `base64.b32encode` takes most of
    the time that an id takes.
    """
    text = "".join([f"{len(part)}:{part}" for part in (key.kind.label, *key.parts)])
    bits = int.from_bytes(blake2b(text.encode(), digest_size=16).digest()) << 2
    return f"{PREFIX[key.kind]}_" + "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])


def kind_of_id(id: str) -> Kind | None:
    """The kind that an id says it is of; None where this is no id at all."""
    prefix, _, rest = id.partition("_")
    if len(rest) != ID_LENGTH or not set(rest).issubset(_BASE32):
        return None
    return BY_PREFIX.get(prefix)


def to_text(key: Key) -> str:
    """A key as the store keeps it: the JSON list of its parts (the kind stands beside it)."""
    return json.dumps(list(key.parts), ensure_ascii=False, separators=(",", ":"))


def from_text(kind: Kind, text: str) -> Key:
    return Key(kind, tuple(json.loads(text)))
