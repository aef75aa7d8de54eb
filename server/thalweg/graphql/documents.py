"""Documents: parsed, measured, validated and priced once, then kept by the SHA-256 of their text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    ValuesOfCorrectTypeRule,
    parse,
    specified_rules,
    validate,
    value_from_ast_untyped,
)
from graphql.type import GraphQLObjectType
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from thalweg.graphql.errors import PARSE_FAILED, VALIDATION_FAILED, Refused, refused
from thalweg.graphql.fitting import FittingLiterals
from thalweg.graphql.limits import Limits, measure, over
from thalweg.graphql.price import Step, charge, priced
from thalweg.model.errors import BadInput

RULES = (
    *(FittingLiterals if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
)

MOST_DOCUMENTS = 256
MOST_CHARACTERS = 500_000
"""Of all documents that are kept: a parsed one is some hundred times its text."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document that may be executed as it stands; only its price depends on the variables."""

    document: DocumentNode
    node: OperationDefinitionNode
    type: OperationType
    name: str | None
    bulk: bool
    defaults: Mapping[str, Any]
    steps: tuple[Step, ...]

    def charge(self, variables: Mapping[str, Any] | None, limits: Limits) -> None:
        """Raises Refused where it costs too much with these variables."""
        given = {**self.defaults, **(variables or {})}
        charge(self.steps, {name: value for name, value in given.items() if value is not None}, limits)


class Documents:
    """The documents that were asked before, within a bound; the ones not asked for longest are dropped first."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._kept: OrderedDict[bytes, tuple[int, Mapping[str, Operation]]] = OrderedDict()
        self._characters = 0

    def operation(self, text: str, name: str | None) -> Operation:
        """The operation of that name, or the only one. Raises Refused for what cannot be executed."""
        digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
        kept = self._kept.get(digest)
        if kept is None:
            operations = self._read(text)
            self._keep(digest, len(text), operations)
        else:
            operations = kept[1]
            self._kept.move_to_end(digest)
        if name is None and len(operations) == 1:
            return next(iter(operations.values()))
        if name is not None and name in operations:
            return operations[name]
        names = ", ".join(sorted(operations))
        if name is None:
            raise refused(BadInput.code, f"The document has several operations. Say which by `operationName`: {names}.")
        raise refused(
            BadInput.code, f"The document has no operation {name!r}. It has: {names or 'one without a name'}."
        )

    def _keep(self, digest: bytes, characters: int, operations: Mapping[str, Operation]) -> None:
        self._kept[digest] = characters, operations
        self._characters += characters
        while len(self._kept) > MOST_DOCUMENTS or self._characters > MOST_CHARACTERS:
            _, (dropped, _) = self._kept.popitem(last=False)
            self._characters -= dropped

    def _read(self, text: str) -> Mapping[str, Operation]:
        document = self._parse(text)
        measure(document, self._limits)
        errors = validate(self._schema, document, RULES, max_errors=self._limits.errors)
        if errors:
            raise Refused(VALIDATION_FAILED, errors)
        operations = {
            definition.name.value if definition.name else "": self._operation(document, definition)
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        if not operations:
            raise refused(VALIDATION_FAILED, "The document has no operation, only fragments.")
        return operations

    def _parse(self, text: str) -> DocumentNode:
        limit = self._limits.tokens
        try:
            return parse(text, max_lexical_tokens=limit, max_comments=limit)
        except GraphQLSyntaxError as error:
            if f"contains more than {limit} " in error.message:  # of tokens, or of comments
                raise over(
                    "TOO_MANY_TOKENS",
                    "tokens",
                    limit + 1,
                    limit,
                    f"The document has more than {limit} tokens",
                    "Send several queries, and values as variables.",
                ) from None
            if "nested too deeply" in error.message:
                raise refused("TOO_DEEP", "The document is nested too deeply to be read.") from None
            raise Refused(PARSE_FAILED, [error]) from None

    def _operation(self, document: DocumentNode, definition: OperationDefinitionNode) -> Operation:
        root = self._schema.get_root_type(definition.operation)
        return Operation(
            document=document,
            node=definition,
            type=definition.operation,
            name=definition.name.value if definition.name else None,
            bulk=root is not None and _is_bulk(root, definition),
            defaults={
                variable.variable.name.value: value_from_ast_untyped(variable.default_value)
                for variable in definition.variable_definitions or ()
                if variable.default_value is not None
            },
            steps=priced(self._schema, document, definition),
        )


def _is_bulk(root: GraphQLObjectType, definition: OperationDefinitionNode) -> bool:
    """Whether a field at the root is one that takes much at once, and so has bounds of its own."""
    for selection in definition.selection_set.selections:
        name = getattr(selection, "name", None)
        field = root.fields.get(name.value) if name is not None else None
        definition_ = field.extensions.get("strawberry-definition") if field is not None else None
        if definition_ is not None and definition_.metadata.get("bulk"):
            return True
    return False
