"""What a request may ask for at most: the bounds, and what a document measures.

The measures are taken before validation, whose own work grows faster than the document. They are plain functions over
the parsed document, so that a document is measured once and then kept (`documents.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from thalweg.graphql.errors import Refused, refused


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one server; `http/settings.py` says each in words.

    body, bulk_body: bytes. seconds, bulk_seconds: of one operation. The bulk ones are those of `stateBatch`.
    """

    tokens: int = 5_000
    depth: int = 25
    aliases: int = 30
    root_fields: int = 20
    directives: int = 50
    errors: int = 5
    cost: int = 5_000
    nodes: int = 10_000
    first: int = 100
    visited: int = 100_000
    seconds: float = 10.0
    bulk_seconds: float = 30.0
    body: int = 1_000_000
    bulk_body: int = 10_000_000


class Measured(NamedTuple):
    """What a selection measures, its fragments spread out."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    """At its own level, not below."""
    directives: int = 0
    total: int = 0
    """Fields at every level."""


def fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


class _Measure:
    def __init__(self, document: DocumentNode) -> None:
        self.fragments = fragments(document)
        self.known: dict[str, Measured] = {}
        self.open: set[str] = set()

    def selection(self, selections: SelectionSetNode | None) -> Measured:
        depth = aliases = fields = directives = total = 0
        for node in selections.selections if selections else ():
            directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                inner = self.selection(node.selection_set)
                depth = max(depth, 1 + inner.depth)
                aliases += inner.aliases + (node.alias is not None)
                fields += 1
                total += 1
            else:
                inner = self.inside(node)
                depth = max(depth, inner.depth)
                aliases += inner.aliases
                fields += inner.fields
            directives += inner.directives
            total += inner.total
        return Measured(depth, aliases, fields, directives, total)

    def inside(self, node: SelectionNode) -> Measured:
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set)
        assert isinstance(node, FragmentSpreadNode)
        name = node.name.value
        if name in self.known:
            return self.known[name]
        fragment = self.fragments.get(name)
        if fragment is None or name in self.open:  # validation says so, in its own words
            return Measured()
        self.open.add(name)
        inner = self.selection(fragment.selection_set)
        self.open.remove(name)
        measured = self.known[name] = inner._replace(directives=inner.directives + len(fragment.directives or ()))
        return measured


def measure(document: DocumentNode, limits: Limits) -> None:
    """Raises Refused for the first bound that an operation of the document exceeds."""
    whole = _Measure(document)
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode):
            continue
        try:
            found = whole.selection(definition.selection_set)
        except RecursionError:
            raise refused("TOO_DEEP", f"The query is nested deeper than {limits.depth} fields.") from None
        directives = found.directives + len(definition.directives or ())
        bounds = (
            ("TOO_DEEP", "depth", found.depth, limits.depth, "fields deep", "Ask in several queries."),
            ("TOO_MANY_ALIASES", "aliases", found.aliases, limits.aliases, "aliases", "Send several queries."),
            (
                "TOO_MANY_ROOT_FIELDS",
                "root_fields",
                found.fields,
                limits.root_fields,
                "fields at its root",
                "Send several queries, or ask for many entities with `nodes`.",
            ),
            ("TOO_MANY_DIRECTIVES", "directives", directives, limits.directives, "directives", "Leave some out."),
            (
                "TOO_MANY_TOKENS",
                "tokens",
                found.total,
                limits.tokens,
                "fields, its fragments spread out",
                "Send several queries.",
            ),
        )
        for code, setting, actual, limit, what, hint in bounds:
            if actual > limit:
                raise over(code, setting, actual, limit, f"The query has {actual} {what}", hint)


def over(code: str, setting: str, actual: int, limit: int, what: str, hint: str) -> Refused:
    said = f"{what}, and at most {limit} are allowed. {hint}"
    return refused(code, said, limit=limit, actual=actual, setting=f"THALWEG_MAX_{setting.upper()}")
