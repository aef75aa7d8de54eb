"""What must never be recorded: words of a command line, and values, that let somebody in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from thalweg.model.names import without_password

HIDDEN = "***"

_WORDS = frozenset(
    {"token", "password", "passwd", "passphrase", "pwd", "secret", "apikey", "credential", "credentials"}
)
_PAIRS = frozenset({("api", "key"), ("access", "key"), ("private", "key"), ("secret", "key"), ("account", "key")})
_OF_TEXT = frozenset(
    {"bos", "cls", "end", "eos", "first", "image", "last", "mask", "max", "pad", "per", "sep", "special"}
)
"""What stands before `token` where that is a part of a text, which language models count."""
_SHAPES = re.compile(
    r"\b(?:hf_\w{20,}|sk-[\w-]{20,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|dapi[0-9a-f]{32})"
)
"""Keys that are known by how they look."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ASSIGNED = re.compile(r"(-{0,2}\+{0,2}[A-Za-z][\w.-]*)=(.*)", re.DOTALL)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*")


def secret(name: str) -> bool:
    """Whether something by this name lets somebody in: `--hf-token`, `db.password`, `apiKey`; not `eos_token`."""
    words = re.findall(r"[a-z0-9]+", _CAMEL.sub("-", name).lower())
    if not words or (words[-1] == "token" and words[-2:-1] and words[-2] in _OF_TEXT):
        return False
    return words[-1] in _WORDS or tuple(words[-2:]) in _PAIRS


def hidden(name: str, value: str) -> str:
    """A value as it may be kept: nothing of one whose name says that it is secret, or that looks like a key."""
    return HIDDEN if value and secret(name) else _SHAPES.sub(HIDDEN, value)


def command(words: Iterable[str]) -> Iterator[str]:
    """The words of a command line, those hidden that stand behind `--token`, in `--password=…` or in `key.secret=…`."""
    behind = False
    for word in words:
        assigned = _ASSIGNED.fullmatch(word)
        if behind and not word.startswith("--"):
            behind = False
            yield HIDDEN
            continue
        behind = _OPTION.fullmatch(word) is not None and secret(word)
        if assigned is not None and assigned[2] and secret(assigned[1]):
            yield f"{assigned[1]}={HIDDEN}"
        else:
            yield _SHAPES.sub(HIDDEN, without_password(word))
