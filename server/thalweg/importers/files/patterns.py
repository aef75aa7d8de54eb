"""Patterns of paths, as shells and Python's `glob` have them, matched step by step along a walk.

`*`, `?` and `[…]` stand for what a name holds, `**` for any number of folders. None of them stands for a name that
begins with a dot; a step that begins with one does. `glob` itself is not asked: it keeps silent of what it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate
from functools import cache
from pathlib import Path

_SIGNS = re.compile(r"[*?[]")
_ANY_FOLDERS = "**"

Steps = frozenset[int]
"""How far along a pattern a path may be: the steps that a further name would have to match, one of them."""


class Pattern:
    """folder: the one that it names in full, where it begins. begin: how far along it that is. itself: whether that
    matches, as `data` does `data/**`.
    """

    def __init__(self, text: str) -> None:
        before, slash, _ = _SIGNS.split(text, maxsplit=1)[0].rpartition("/")
        self.folder = Path(before + slash or ".")
        self._only_folders = text.endswith(("/", "/."))
        self._steps = [step for step in text[len(before) :].split("/") if step not in ("", ".")]
        self.begin = frozenset({0})
        self.itself = bool(before) and self.ends(self.begin, folder=True)

    def after(self, steps: Steps, name: str) -> Steps:
        """After a further name; nothing where no path that begins so matches."""
        found: set[int] = set()
        last = len(self._steps) - 1
        for step in self._further(steps):
            if step <= last and _matches(self._steps[step])(name):
                if self._steps[step] == _ANY_FOLDERS:
                    found.add(step)
                if step == last or self._steps[step] != _ANY_FOLDERS:
                    found.add(step + 1)
        return frozenset(found)

    def ends(self, steps: Steps, *, folder: bool) -> bool:
        """Whether a path that came so far matches. folder: a folder is also what lies in it at no depth (`a/**`)."""
        if not folder:
            return len(self._steps) in steps and not self._only_folders
        return len(self._steps) in self._further(steps)

    def goes_on(self, steps: Steps) -> bool:
        """Whether something in a folder that came so far may match."""
        return any(step < len(self._steps) for step in steps)

    def _further(self, steps: Steps) -> set[int]:
        """With the steps behind `**`, which may stand for no folder at all."""
        found = set(steps)
        for step, text in enumerate(self._steps):
            if step in found and text == _ANY_FOLDERS:
                found.add(step + 1)
        return found


def is_pattern(text: str) -> bool:
    return _SIGNS.search(text) is not None


@cache
def _matches(step: str) -> Callable[[str], bool]:
    if not is_pattern(step):
        return lambda name: name == step
    match, hidden = re.compile(translate(step)).match, step.startswith(".")
    return lambda name: (hidden or not name.startswith(".")) and match(name) is not None
