"""The ten kinds of entity: five assets, which people name, and five versions of them, which happened once."""

from __future__ import annotations

from enum import Enum


class Level(Enum):
    """Assets and versions mirror each other; no node belongs to both."""

    ASSET = "ASSET"
    VERSION = "VERSION"


class Kind(Enum):
    """What an entity is. The value is the label of its node and the name of its GraphQL type."""

    DATASET = "Dataset"
    DATASET_VERSION = "DatasetVersion"
    REPOSITORY = "Repository"
    COMMIT = "Commit"
    JOB = "Job"
    RUN = "Run"
    MODEL = "Model"
    MODEL_VERSION = "ModelVersion"
    DEPLOYMENT = "Deployment"
    RELEASE = "Release"

    # The write path looks kinds up for every row. Members are singletons, so identity hashing is right, where Enum's
    # own hash is a Python call; and `label` is a plain attribute, where `value` is computed at each look.
    __hash__ = object.__hash__

    def __init__(self, label: str) -> None:
        self.label = label

    @property
    def prefix(self) -> str:
        """The first part of an id of this kind: `dsv` of `dsv_…`."""
        return PREFIX[self]

    @property
    def level(self) -> Level:
        return Level.VERSION if self in ASSET_OF else Level.ASSET

    @property
    def asset(self) -> Kind | None:
        """The asset kind that this is a version of; None for an asset."""
        return ASSET_OF.get(self)

    @property
    def version(self) -> Kind | None:
        """The kind of this asset's versions; None for a version."""
        return VERSION_OF.get(self)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the parts of a natural key of this kind, in order."""
        return KEY_FIELDS[self]


PREFIX: dict[Kind, str] = {
    Kind.DATASET: "ds",
    Kind.DATASET_VERSION: "dsv",
    Kind.REPOSITORY: "repo",
    Kind.COMMIT: "cmt",
    Kind.JOB: "job",
    Kind.RUN: "run",
    Kind.MODEL: "mdl",
    Kind.MODEL_VERSION: "mv",
    Kind.DEPLOYMENT: "dep",
    Kind.RELEASE: "rel",
}
BY_PREFIX: dict[str, Kind] = {prefix: kind for kind, prefix in PREFIX.items()}

ASSET_OF: dict[Kind, Kind] = {
    Kind.DATASET_VERSION: Kind.DATASET,
    Kind.COMMIT: Kind.REPOSITORY,
    Kind.RUN: Kind.JOB,
    Kind.MODEL_VERSION: Kind.MODEL,
    Kind.RELEASE: Kind.DEPLOYMENT,
}
VERSION_OF: dict[Kind, Kind] = {asset: version for version, asset in ASSET_OF.items()}

KEY_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.DATASET: ("namespace", "name"),
    Kind.DATASET_VERSION: ("namespace", "name", "version"),
    Kind.REPOSITORY: ("url",),
    Kind.COMMIT: ("url", "sha"),
    Kind.JOB: ("namespace", "name"),
    Kind.RUN: ("namespace", "run_id"),
    Kind.MODEL: ("namespace", "name"),
    Kind.MODEL_VERSION: ("namespace", "name", "version"),
    Kind.DEPLOYMENT: ("namespace", "name"),
    Kind.RELEASE: ("namespace", "name", "revision"),
}
