"""What must hold of a store, and what is said where it does not. Each engine looks by a text of the rule's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from thalweg.model.results import Finding
from thalweg.store.weave.requests import AssetEdge
from thalweg.store.weave.rows import EdgeRef

SHOWN = 5
"""Examples that a finding names; an engine looks for one more, to know that there are more."""


class Rule(NamedTuple):
    """`query` is the name of the text that finds what breaks it."""

    query: str
    code: str
    message: str
    hint: str

    def finding(self, examples: Sequence[str]) -> Finding:
        shown = ", ".join(examples[:SHOWN]) + (", …" if len(examples) > SHOWN else "")
        return Finding(self.code, f"{self.message}: {shown}.", self.hint)


IMPORT = "Import from its sources again."
REPORT = "This is a fault of Thalweg, or of what else writes into this store; please report it."

RULES = (
    Rule("node_counts", "STATEMENT_COUNT", "Entities with a wrong count of statements", REPORT),
    Rule("edge_counts", "STATEMENT_COUNT", "Edges with a wrong count of statements", REPORT),
    Rule("loose_statements", "DANGLING_STATEMENT", "Statements about what is not there", IMPORT),
    Rule("hidden_nodes", "HIDDEN", "Entities that are shown though forgotten, or hidden though not", REPORT),
    Rule("hidden_edges", "HIDDEN", "Edges that are shown though an end is forgotten, or hidden though not", REPORT),
    Rule("wrong_assets", "ASSETS", "What does not hang on the asset that it should", REPORT),
    Rule("wrong_metrics", "METRICS", "Metrics that lists do not find, or find where they are not", IMPORT),
    Rule("lost_aliases", "DANGLING_ALIAS", "Old ids that lead to nothing", IMPORT),
    Rule("lost_marks", "DANGLING_MARK", "Aliases or stages of what is not there", IMPORT),
)
"""Those that hold on every engine; one may have more, of what only it keeps."""


def hung(wrong: Sequence[EdgeRef]) -> list[Finding]:
    """What is said of reads without a version that do not hang where they should; nothing where there are none."""
    rule = Rule(
        "wrong_reads",
        "READS",
        "Reads without a version that hang on another than the stated one, or the newest by then",
        "Run `thalweg store rebuild`.",
    )
    return [rule.finding([f"{source} {target}" for source, _, target, _ in wrong])] if wrong else []


def derived(wrong: Sequence[AssetEdge]) -> list[Finding]:
    """What is said of asset edges that are not what version edges give; nothing where there are none."""
    if not wrong:
        return []
    source, type, target, _ = wrong[0]
    return [
        Finding(
            "DERIVED",
            f"{len(wrong)} edges between assets do not follow from their versions, "
            f"({source})-[:{type.value}]->({target}) for one.",
            "Run `thalweg store rebuild`.",
        )
    ]


def searched(wrong: Sequence[str]) -> list[Finding]:
    """What is said of entities that are not searched by what they say; nothing where there are none."""
    rule = Rule("texts", "SEARCH", "Entities that a search does not find as it should", "Run `thalweg store rebuild`.")
    return [rule.finding(wrong)] if wrong else []
