"""What an engine is known not to do as the contract says, each with its reason. What is mended leaves the table."""

from __future__ import annotations

import pytest

GAPS: dict[str, str] = {}
"""By the name of the test: `test_what_it_does[neo4j]`."""


def mark_gaps(items: list[pytest.Item]) -> None:
    """Tests of known gaps run, and must fail: one that passes is no gap any more."""
    for item in items:
        if (reason := GAPS.get(item.name)) is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
