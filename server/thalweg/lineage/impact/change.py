"""What is going to change, as data."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.model.columns import ColumnChange
from thalweg.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a dataset, or of one version of it, was wrong or is replaced: in every column, or in some."""

    columns: tuple[str, ...] = ()
    """None of them named: all."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a dataset change from its next version on; the versions that there are keep theirs."""

    changes: tuple[ColumnChange, ...]


@dataclass(frozen=True, slots=True)
class Delete:
    """A dataset goes, with all its versions; or versions of it go."""


@dataclass(frozen=True, slots=True)
class Code:
    """Code was wrong: a commit, or all from a commit on, which itself is not among them (Git's `since..commit`).

    since: the id of that commit.
    """

    since: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A model version may not be used any more."""


Change = Content | Columns | Delete | Code | Withdraw

OF: dict[type[Change], tuple[Kind, ...]] = {
    Content: (Kind.DATASET, Kind.DATASET_VERSION),
    Columns: (Kind.DATASET,),
    Delete: (Kind.DATASET, Kind.DATASET_VERSION),
    Code: (Kind.COMMIT,),
    Withdraw: (Kind.MODEL_VERSION,),
}
"""What each change may be of."""

VERB: dict[type[Change], str] = {
    Content: "change the content of",
    Columns: "change the columns of",
    Delete: "delete",
    Code: "call wrong the code of",
    Withdraw: "withdraw",
}
"""As a sentence says it."""
