"""What goes wrong is said once: a script that records each step must not fill its log with what it cannot mend."""

from __future__ import annotations

import logging

from thalweg.model.errors import BadInput

log = logging.getLogger("thalweg.client")

MOST = 1_000
"""Different things that are said; beyond that a process has enough of them."""

_said: set[str] = set()


class LeftOut(BadInput):
    """Something of a call was left out, and the rest of it is recorded. about: what it is that is said once.

    given: what the call answers all the same.
    """

    def __init__(self, message: str, hint: str = "", *, about: str = "", given: object = None) -> None:
        super().__init__(message, hint)
        self.about = about or message
        self.given = given


def once(about: str, sentence: str) -> None:
    """Warns, unless something was said about the same already."""
    if about in _said or len(_said) >= MOST:
        return
    _said.add(about)
    log.warning("%s", sentence)


def forgotten() -> None:
    """What was said may be said again: other settings, other troubles."""
    _said.clear()
