"""A store that counts what it is asked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from thalweg.store.store import Store


class Counted:
    """`calls`: how often each operation was called."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] += 1
            return await method(*args, **kwargs)

        return call if callable(method) else method
