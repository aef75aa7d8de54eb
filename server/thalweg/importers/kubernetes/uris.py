"""Where models lie: the URIs that are found in an object, and which model version each names.

models:/fraud/3                         the registry's version, where it is said which registry (`--models`)
models:/fraud@champion                  the registry's model: which version that was, nobody says
s3://models/fraud/3/                    the version 3 of `fraud` in `s3://models`
hf://acme/fraud:1a2b3c                  the version 1a2b3c of `acme/fraud` in `hf://models`
pvc://models/fraud.onnx                 `fraud.onnx` in `pvc://<source>/<namespace>/models`, of no version
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from thalweg.importers.model_place import version_at
from thalweg.importers.parts import Part
from thalweg.model import keys, names
from thalweg.model.facts import Json
from thalweg.model.keys import Key

_NAMED = frozenset(
    {"model", "model_uri", "modeluri", "model_url", "model_location", "model_path", "model_source", "model_dir"}
    | {"model_id", "mlflow_model_uri", "storage_uri", "storageuri", "artifact_uri", "checkpoint"}
)
"""What people call the place of a model: arguments, environment variables, keys of a configuration."""
_URI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://|models:/|runs:/|mlflow-artifacts:/)\S+")
_REGISTERED = re.compile(r"models:/(?:/[^/]*/)?(?P<name>[^/@]+)(?:/(?P<version>[^/@]+)|@(?P<alias>[^/@]+))?/?")
_HUGGING_FACE = re.compile(r"hf://(?:models/)?(?P<name>[^/:@]+(?:/[^/:@]+)?)(?:[:@](?P<version>[^/]+))?(?:/.*)?")


class Named(NamedTuple):
    """What a URI names: a version, or a model alone, with what is said about that."""

    key: Key
    warning: str = ""


class Registry(NamedTuple):
    """How URIs are read: in which source, which registry `models:/` means, and the versions that are known by URI."""

    source: str
    models: str | None
    known: Mapping[str, Key]

    def named(self, uri: str, namespace: str, models: str | None) -> Named | None:
        """What a URI names for an object in a namespace of the cluster; models: what the object calls its registry."""
        if (key := self.known.get(plain(uri))) is not None:
            return Named(key)
        registry = models or self.models
        if uri.startswith("models:/"):
            return self._registered(uri, registry)
        if match := _HUGGING_FACE.fullmatch(uri):
            return Named(keys.model_version("hf://models", match["name"], match["version"] or keys.UNVERSIONED))
        place = None
        if uri.startswith("pvc://"):
            place = f"pvc://{self.source}/{namespace}/{uri.removeprefix('pvc://').partition('/')[0]}"
        elif uri.startswith(("runs:/", "mlflow-artifacts:/")):
            place = registry or f"mlflow://{self.source}"
        try:
            return Named(version_at(uri, self.source, place))
        except ValueError:
            return None

    def _registered(self, uri: str, registry: str | None) -> Named | None:
        match = _REGISTERED.fullmatch(uri)
        if match is None or registry is None:
            return None
        name, version = match["name"], match["version"]
        if version is not None and version.isascii() and version.isdigit():
            return Named(keys.model_version(registry, name, version))
        said = f"the alias {match['alias']}" if match["alias"] else f"the stage {version}" if version else "no version"
        return Named(
            keys.model(registry, name),
            f"{uri} names {said}: which version that was is not known, so the model alone is said to be served. "
            "Mark it with thalweg.io/model-version.",
        )


def plain(uri: str) -> str:
    """A URI as it is compared with another one."""
    return names.without_password(uri.strip()).rstrip("/")


def in_container(part: Part) -> list[str]:
    """The URIs that its arguments and its environment name as a place of a model. Nothing else of either is kept."""
    words = [*part.words("command"), *part.words("args"), ""]
    found = [uri for word, after in pairwise(words) if (uri := _of_argument(word, after))]
    for one in part.parts("env"):
        if _is_place(one.text("name") or "") and _URI.fullmatch(value := one.text("value") or ""):
            found.append(value)
    return found


def _of_argument(word: str, after: str) -> str | None:
    name, equals, value = word.partition("=")
    value = value if equals else after
    return value if name.startswith("-") and _is_place(name.lstrip("-")) and _URI.fullmatch(value) else None


def in_tree(data: Json) -> Iterator[str]:
    """The same of a configuration, however deep."""
    if isinstance(data, list):
        for one in data:
            yield from in_tree(one)
    elif isinstance(data, dict):
        for name, value in data.items():
            if isinstance(value, str):
                if _is_place(name) and _URI.fullmatch(value):
                    yield value
            else:
                yield from in_tree(value)


def _is_place(name: str) -> bool:
    return name.lower().replace("-", "_") in _NAMED
