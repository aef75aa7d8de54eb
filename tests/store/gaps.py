"""What an engine is known not to do as the contract says, each with its reason. What is mended leaves the table."""

from __future__ import annotations

import pytest

GAPS: dict[str, str] = {
    "test_pages_are_the_list_forwards_and_backwards[neo4j-ascending]": "pages by name lose entities that share one",
    "test_pages_are_the_list_forwards_and_backwards[neo4j-descending]": "pages by name lose entities that share one",
    "test_both_directions_from_the_middle[neo4j]": "pages by name lose entities that share one",
}


def mark_gaps(items: list[pytest.Item]) -> None:
    """Tests of known gaps run, and may fail; whether they still do is in the summary of the run."""
    for item in items:
        if (reason := GAPS.get(item.name)) is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))
