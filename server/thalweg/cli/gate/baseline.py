"""A baseline: what an earlier check found, as `--format json` wrote it. What it has already blocks nobody any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from thalweg.lineage.impact.policy import GRAVITY
from thalweg.lineage.impact.words import Verdict
from thalweg.model.errors import BadInput, unread

FORMAT, VERSION = "thalweg-check", 1
"""What a document says it is. The version goes up where an older reader would understand it wrongly."""

RIGHT = "Write one with `thalweg check … --format json=FILE`."


class Known(BaseModel):
    """A finding that the baseline has. weighed: how grave it was, before waivers and a baseline of its own."""

    fingerprint: str = Field(min_length=1)
    weighed: Verdict
    rule: str = Field(alias="ruleId")
    subject: str
    change: str
    column: str | None
    asset: str
    effect: str

    @property
    def counted(self) -> bool:
        return GRAVITY[self.weighed] > 0


class _Check(BaseModel):
    findings: list[Known]


class _Document(BaseModel):
    format: Literal["thalweg-check"]
    version: Annotated[int, Field(strict=True)]
    checks: list[_Check] = Field(min_length=1)


class Baseline(NamedTuple):
    """By their fingerprints, the findings of an earlier check that blocked or warned."""

    file: str
    known: dict[str, Known]

    def state(self, fingerprint: str, weighed: Verdict) -> str:
        """`unchanged` for what it has just as gravely; what has become worse since is `new`."""
        there = self.known.get(fingerprint)
        return "unchanged" if there is not None and GRAVITY[there.weighed] >= GRAVITY[weighed] else "new"


def read(file: Path) -> Baseline:
    """The baseline of a file. Raises BadInput for what is none: a gate that took it for an empty one would be wrong."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The baseline {file} cannot be read: {unread(error)}.", RIGHT) from None
    if not text.strip():
        raise BadInput(f"The baseline {file} is empty.", RIGHT)
    try:
        given: Any = json.loads(text)
    except ValueError as error:
        raise BadInput(f"The baseline {file} is no JSON document, or not all of one: {error}.", RIGHT) from None
    version = given.get("version") if isinstance(given, dict) and given.get("format") == FORMAT else None
    if isinstance(version, int) and version != VERSION:
        raise BadInput(f"The baseline {file} is of version {version}; this release reads version {VERSION}.", RIGHT)
    try:
        document = _Document.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise BadInput(f"The baseline {file} is no report of a check: {place}: {first['msg']}.", RIGHT) from None
    known: dict[str, Known] = {}
    for one in (one for check in document.checks for one in check.findings if one.counted):
        before = known.get(one.fingerprint)
        if before is None or GRAVITY[one.weighed] > GRAVITY[before.weighed]:
            known[one.fingerprint] = one
    return Baseline(str(file), known)
