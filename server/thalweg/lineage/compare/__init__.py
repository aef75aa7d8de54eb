"""Compare: what differs between runs, model versions or dataset versions, side by side in the order asked.

answer.py    what a comparison holds
ask.py       what is asked of the store, within a budget and a deadline
rows.py      parameters, environment, metrics and facts, row by row
schema.py    columns
history.py   the commits between two
"""

from thalweg.lineage.compare.answer import (
    EVERY_PART,
    CodeRow,
    ColumnRow,
    ColumnStep,
    Comparison,
    DataRow,
    MetricRow,
    Part,
    Range,
    Row,
    StepKind,
    Thing,
)
from thalweg.lineage.compare.ask import COMPARED, FEWEST, MOST, compare, require_number

__all__ = [
    "COMPARED",
    "EVERY_PART",
    "FEWEST",
    "MOST",
    "CodeRow",
    "ColumnRow",
    "ColumnStep",
    "Comparison",
    "DataRow",
    "MetricRow",
    "Part",
    "Range",
    "Row",
    "StepKind",
    "Thing",
    "compare",
    "require_number",
]
