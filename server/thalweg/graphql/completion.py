"""How values are completed."""

from __future__ import annotations

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class Completing(StrawberryGraphQLCoreExecutionContext):
    pass
