"""What every resolver is given: the store, who asks, and how much time is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import strawberry

from thalweg.graphql.limits import Limits
from thalweg.graphql.loaders import Loaders
from thalweg.lineage.impact import DEFAULT_MARKS, DEFAULT_POLICY, LiveMarks, Rule
from thalweg.model.facts import Caller
from thalweg.store.store import Store

Info = strawberry.Info["Context", Any]


@dataclass(frozen=True, slots=True)
class Judging:
    """How impact is judged where a question does not say: by which rules, and which marks make a model version live."""

    policy: tuple[Rule, ...] = DEFAULT_POLICY
    marks: LiveMarks = DEFAULT_MARKS


BY_DEFAULT = Judging()


@dataclass(slots=True)
class Context:
    """One operation. `ends` is on the clock of the event loop. `new_loaders` makes them empty, as after a write."""

    store: Store
    caller: Caller
    limits: Limits
    ends: float
    new_loaders: Callable[[], Loaders]
    loaders: Loaders
    judging: Judging

    @property
    def seconds(self) -> float:
        """What is left until the deadline; never less than a millisecond, so that the store itself says it is over."""
        return max(0.001, self.ends - asyncio.get_running_loop().time())

    def refresh(self) -> None:
        """Forgets what was read: after a write it may be otherwise."""
        self.loaders.close()
        self.loaders = self.new_loaders()
