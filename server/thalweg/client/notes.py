"""What goes wrong is said once: a script that records each step must not fill its log with what it cannot mend."""

from __future__ import annotations

import logging

log = logging.getLogger("thalweg.client")

MOST = 1_000
"""Different things that are said; beyond that a process has enough of them."""

_said: set[str] = set()


def once(about: str, sentence: str) -> None:
    """Warns, unless something was said about the same already."""
    if about in _said or len(_said) >= MOST:
        return
    _said.add(about)
    log.warning("%s", sentence)


def forgotten() -> None:
    """What was said may be said again: other settings, other troubles."""
    _said.clear()
