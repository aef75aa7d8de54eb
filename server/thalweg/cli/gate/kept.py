"""A verdict that is kept with its questions, so that they can be asked again, and what has moved since can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from thalweg.cli.changes import Change
from thalweg.cli.commands.impact import Question
from thalweg.cli.gate.document import document
from thalweg.cli.gate.report import Report
from thalweg.cli.graph import Graph
from thalweg.lineage.impact.policy import GRAVITY
from thalweg.lineage.impact.words import Verdict
from thalweg.model.errors import BadInput, NotFound

VERSION = 1
"""Of what is kept; it goes up where an older reader would understand it wrongly."""


class _Asked(BaseModel):
    name: str
    change: str
    given: dict[str, Any]


class _Found(BaseModel):
    fingerprint: str
    verdict: Verdict
    asset: str
    effect: str
    change: str
    column: str | None


class Body(BaseModel):
    """What is kept: what was asked, on what terms, and what was found."""

    format: Literal["thalweg-verdict"] = "thalweg-verdict"
    version: Annotated[int, Field(strict=True)] = VERSION
    verdict: Verdict
    asked: list[_Asked]
    active_within: int
    min_coverage: float
    any_column: bool
    policy: list[dict[str, Any]] | None
    strict: bool
    fail_on_warn: bool
    findings: list[_Found]


@dataclass(frozen=True, slots=True)
class Kept:
    id: str
    at: str
    body: Body

    def questions(self) -> list[Question]:
        """The same questions, asked of now."""
        body = self.body
        return [
            Question(
                Change(one.change, one.name, one.given),
                None,
                body.active_within,
                body.min_coverage,
                body.any_column,
                body.policy,
            )
            for one in body.asked
        ]

    def moved(self, report: Report) -> list[str]:
        """What is otherwise than it was, a sentence each, the gravest first; nothing where all stands as it did."""
        before = {one.fingerprint: one for one in self.body.findings}
        now = {one.fingerprint: one for one in _findings(document(report))}
        moved: list[tuple[int, str]] = []
        for fingerprint, one in now.items():
            was = before.get(fingerprint)
            if was is None:
                moved.append((GRAVITY[one.verdict], f"new: {_told(one)}, {one.verdict.value}"))
            elif was.verdict is not one.verdict:
                moved.append(
                    (GRAVITY[one.verdict], f"{_told(one)} was {was.verdict.value}, and is {one.verdict.value}")
                )
        moved += [(0, f"gone: {_told(one)}") for fingerprint, one in before.items() if fingerprint not in now]
        if report.verdict is not self.body.verdict:
            moved.append((9, f"the verdict was {self.body.verdict.value}, and is {report.verdict.value}"))
        return [sentence for _, sentence in sorted(moved, key=lambda one: (-one[0], one[1]))]


def keep(graph: Graph, questions: Sequence[Question], report: Report) -> str:
    """Keeps the verdict of questions that were asked alike, and gives its id. Raises BadInput where it cannot be."""
    if not questions:
        raise BadInput("Nothing was asked, so there is no verdict to keep.", "Leave --keep out.")
    first = questions[0]
    body = Body(
        verdict=report.verdict,
        asked=[_Asked(name=one.change.of, change=one.change.word, given=one.change.given) for one in questions],
        active_within=first.active_within,
        min_coverage=first.min_coverage,
        any_column=first.any_column,
        policy=None if first.policy is None else [dict(rule) for rule in first.policy],
        strict=report.terms.strict,
        fail_on_warn=report.terms.fail_on_warn,
        findings=_findings(document(report)),
    )
    found = graph.ask("verdict", {"body": body.model_dump(mode="json")}, "KeepVerdict")["keepVerdict"]
    if found["errors"]:
        raise BadInput(f"The verdict cannot be kept: {found['errors'][0]['message']}")
    return str(found["verdict"]["id"])


def look_up(graph: Graph, id: str) -> Kept:
    """A kept verdict. Raises NotFound for an id that none has, and BadInput for one of another release."""
    found = graph.ask("verdict", {"id": id}, "Verdict")["verdict"]
    if found is None:
        raise NotFound(f"No verdict is kept under {id!r}.", "`thalweg check … --keep` keeps one, and prints its id.")
    try:
        body = Body.model_validate(found["body"])
    except ValidationError:
        body = None
    if body is None or body.version != VERSION:
        raise BadInput(f"The verdict {id} was kept by another release.", "Check again, and keep that.")
    return Kept(found["id"], found["at"], body)


def _findings(document: Mapping[str, Any]) -> list[_Found]:
    return [_Found.model_validate(one) for check in document["checks"] for one in check["findings"]]


def _told(one: _Found) -> str:
    column = f" of {one.column}" if one.column else ""
    return f"{one.asset} {one.effect} by {one.change}{column}"
