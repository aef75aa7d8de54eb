"""How many examples a property is tried on: the same ones each time, unless `THALWEG_EXAMPLES=1000` asks for more."""

from __future__ import annotations

import os

from hypothesis import settings

EXAMPLES = int(os.environ.get("THALWEG_EXAMPLES", "0"))


def examples(count: int) -> settings:
    return settings(
        max_examples=EXAMPLES or count,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
    )
