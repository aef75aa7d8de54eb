"""What is going to change, as data."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a dataset, or of one version of it, was wrong or is replaced: in every column."""


@dataclass(frozen=True, slots=True)
class Delete:
    """A dataset goes, with all its versions; or versions of it go."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A model version may not be used any more."""


Change = Content | Delete | Withdraw

OF: dict[type[Change], tuple[Kind, ...]] = {
    Content: (Kind.DATASET, Kind.DATASET_VERSION),
    Delete: (Kind.DATASET, Kind.DATASET_VERSION),
    Withdraw: (Kind.MODEL_VERSION,),
}
"""What each change may be of."""

VERB: dict[type[Change], str] = {
    Content: "change the content of",
    Delete: "delete",
    Withdraw: "withdraw",
}
"""As a sentence says it."""
