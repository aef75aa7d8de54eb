"""A part of the schema, for a process that asks one question and ends: it is made in a fraction of the time.

What lists, states, compares and searches is not in it. Its fields are those of the whole (`schema.py`), so an operation
that it knows has the same answer by both.
"""

from __future__ import annotations

import strawberry

from thalweg.graphql.compose import composed
from thalweg.graphql.impacts import Impacts
from thalweg.graphql.lookups import Lookups
from thalweg.graphql.questions import Questions


@strawberry.type(description="What can be asked.")
class Query(Lookups, Questions, Impacts):
    pass


BRIEF = composed(Query)
