"""How a thing is written for people: short in a sentence, and exactly, so that the text names it again."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.model.kinds import BY_PREFIX, Kind
from thalweg.model.names import dataset_name

_SHORT = 12
"""A digest in a sentence keeps this many letters."""

WORDS: dict[Kind, str] = {
    Kind.DATASET: "dataset",
    Kind.DATASET_VERSION: "dataset version",
    Kind.REPOSITORY: "repository",
    Kind.COMMIT: "commit",
    Kind.JOB: "job",
    Kind.RUN: "run",
    Kind.MODEL: "model",
    Kind.MODEL_VERSION: "model version",
    Kind.DEPLOYMENT: "deployment",
    Kind.RELEASE: "release",
}
"""A kind as a sentence says it."""


def label(kind: Kind, key: Sequence[str]) -> str:
    """What people call it: `s3://lake/transactions`, `fraud/3`, `production/fraud`, a sha's first digits.

    The namespace of a model, a job and a run is left out, and digests are cut, so it may not be the only one.
    """
    if kind is Kind.DATASET:
        return _dataset(key[0], key[1])
    if kind is Kind.DATASET_VERSION:
        return f"{_dataset(key[0], key[1])}@{_cut(key[2])}"
    if kind is Kind.MODEL_VERSION:
        return f"{key[1]}/{key[2]}"
    if kind is Kind.COMMIT:
        return key[1][:7]
    if kind in (Kind.DEPLOYMENT, Kind.RELEASE):
        return "/".join(key)
    if kind is Kind.RUN:
        return _cut(key[1])
    return key[-1]


def spell(kind: Kind, key: Sequence[str]) -> str:
    """The text that names exactly this (`name.resolve` reads it): `dataset:s3://lake/transactions`, `commit:https://…@…`."""
    if kind is Kind.DATASET:
        return f"dataset:{_dataset(key[0], key[1])}"
    if kind is Kind.DATASET_VERSION:
        return f"dataset:{_dataset(key[0], key[1])}@{key[2]}"
    if kind is Kind.MODEL_VERSION:
        return f"model:{key[0]} {key[1]}/{key[2]}"
    if kind is Kind.COMMIT:
        return f"commit:{key[0]}@{key[1]}"
    if kind in (Kind.DEPLOYMENT, Kind.RELEASE):
        return f"{WORDS[kind]}:{'/'.join(key)}"
    return f"{WORDS[kind]}:{' '.join(key)}"


def kind_of(id: str) -> Kind:
    """The kind of an id that the store gave; no check is made."""
    return BY_PREFIX[id.partition("_")[0]]


def _dataset(namespace: str, name: str) -> str:
    """One URI where that reads back as the two; else both, with a space between."""
    uri = f"{namespace}{name}" if name.startswith("/") else f"{namespace}/{name}"
    try:
        return uri if dataset_name(uri) == (namespace, name) else f"{namespace} {name}"
    except ValueError:
        return f"{namespace} {name}"


def _cut(text: str) -> str:
    """`sha256:0123456789ab…` of a long digest, or id; what is short stays."""
    head, separator, digest = text.rpartition(":")
    return text if len(digest) <= 2 * _SHORT else f"{head}{separator}{digest[:_SHORT]}…"
