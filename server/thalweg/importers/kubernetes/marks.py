"""Labels and annotations that say what Kubernetes cannot know: `docs/importers/kubernetes.md` tells what each means.

metadata:
  annotations:
    thalweg.io/model: fraud
    thalweg.io/model-version: "3"
    thalweg.io/model-namespace: mlflow://shop
"""

from __future__ import annotations

from typing import NamedTuple

from thalweg.importers.parts import Part, Wrong

PREFIX = "thalweg.io/"
KNOWN = (
    "description",
    "environment",
    "model",
    "model-namespace",
    "model-uri",
    "model-version",
    "name",
    "owners",
    "reads",
    "traffic",
    "writes",
)


class Marks(NamedTuple):
    """What an object is marked with, by name without the prefix."""

    said: dict[str, str]
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.said)

    def get(self, name: str) -> str | None:
        return self.said.get(name, "").strip() or None

    def listed(self, name: str) -> tuple[str, ...]:
        """Several values, by commas or blanks."""
        return tuple(dict.fromkeys(self.said.get(name, "").replace(",", " ").split()))

    @property
    def names_model(self) -> bool:
        return self.get("model") is not None or self.get("model-uri") is not None

    def over(self, other: Marks) -> Marks:
        """Both; where both say something, this one is followed. Of a model all that is said is said at one place."""
        below = {
            name: value for name, value in other.said.items() if not (self.names_model and name.startswith("model"))
        }
        return Marks(below | self.said, tuple(dict.fromkeys(self.unknown + other.unknown)))


def of(metadata: Part) -> Marks:
    """The marks of an object, by its metadata. An annotation is followed rather than a label."""
    texts = metadata.texts("labels") | metadata.texts("annotations")
    said = {key.removeprefix(PREFIX): value for key, value in texts.items() if key.startswith(PREFIX)}
    traffic = said.get("traffic")
    if traffic is not None and not (
        traffic.isascii() and traffic.isdigit() and len(traffic) <= 3 and int(traffic) <= 100
    ):
        raise Wrong((*metadata.where, "annotations", f"{PREFIX}traffic"), traffic, 'must be a number from "0" to "100"')
    return Marks(
        {name: value for name, value in said.items() if name in KNOWN},
        tuple(name for name in said if name not in KNOWN),
    )
