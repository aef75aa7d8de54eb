"""What helps against a finding: one thing to do, with the text to paste where there is one."""

from __future__ import annotations

from thalweg.lineage.impact.causes import Cause
from thalweg.lineage.impact.effects import Hit
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.naming import called, named
from thalweg.lineage.impact.words import Effect
from thalweg.lineage.spelling import kind_of
from thalweg.model.columns import Rename, Retype
from thalweg.model.kinds import Kind


def fix(facts: Facts, hit: Hit, cause: Cause, old_type: str | None) -> str:
    """What whoever makes the change, or runs what it touches, can do."""
    data, asset = named(facts, cause.subject), called(facts, hit.asset)
    if hit.effect is Effect.UNREPRODUCIBLE:
        return (
            f"Keep {named(facts, hit.trail()[0].source)} until {asset} is replaced by what was built from other data."
        )
    if hit.effect is Effect.STALE:
        return _stale(hit, cause, data, asset)
    match cause.change:
        case "rename" if isinstance(cause.detail, Rename):
            new, old = cause.detail.to, cause.column
            return f"Keep the old name beside the new one until {asset} has moved: {_sql(new)} AS {_sql(old)}"
        case "retype" if hit.by is not None and hit.by.rejects:
            return (
                f"Train a version of {named(facts, hit.by.model)} on the new type and promote it before the change; or "
                f"publish {data} with the new type beside this one."
            )
        case "retype" if isinstance(cause.detail, Retype) and old_type is not None:
            column = _sql(cause.column)
            return (
                f"Publish the new type under another name, and keep the old one until {asset} has moved: "
                f"CAST({column} AS {old_type}) AS {column}"
            )
        case "nullable":
            column = _sql(cause.column)
            return f"Fill the nulls for {asset}: COALESCE({column}, …) AS {column}"
        case "add":
            return f"Let {asset} name the columns that it takes; or publish {data} with the new column beside this one."
        case "delete" if hit.reading is None:
            return f"Pin {asset} to a version that stays, and run it once before this one goes."
        case "withdraw":
            return f"Promote another version of the model in {asset} first, then withdraw {data}."
        case "delete":
            return f"Move {asset} to what replaces {data}, and delete it when the last reader has moved."
        case _:
            return (
                f"Publish {data} without `{cause.column}` beside this one, and move {asset} there; "
                "drop it when the last reader has moved."
            )


def _stale(hit: Hit, cause: Cause, data: str, asset: str) -> str:
    match cause.change:
        case "content":
            if kind_of(hit.asset) is Kind.DEPLOYMENT:
                return f"Promote in {asset} a model that was trained on the new content."
            if kind_of(hit.asset) is Kind.JOB:
                return f"Run {asset} again on the new content."
            return f"Make {asset} again from the new content."
        case "code":
            return f"Make {asset} again with the code corrected."
        case "withdraw":
            return f"Make {asset} again without {data}."
        case _:
            return "Mend what breaks before it; then it is refreshed again."


def _sql(name: str) -> str:
    """A column as SQL writes it: quoted where it must be."""
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'
