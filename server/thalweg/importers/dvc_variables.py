"""The variables of a dvc.yaml, and the `${…}` that name them, resolved as DVC resolves them.

    params.yaml     dir: models
    dvc.yaml        vars: [conf.toml, "more.json:a,b", {name: churn}]
                    artifacts: {churn: {path: "${dir}/${name}.pkl", type: model}}

Whoever asks where an artifact lies needs them: the importers of DVC and of GTO.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from posixpath import join, normpath
from typing import Any

DEFAULT = "params.yaml"
"""The file whose values are variables unless a dvc.yaml says more."""

MOST = 100_000
"""Characters that variables may put into one value: a short text may name a long one many times."""

LARGEST_TOML = 1 << 20
"""Bytes of a TOML file that is read."""

DEEPEST = 64

Load = Callable[[str], Mapping[str, Any]]
"""What stands in a file, by its path from the top of the repository; nothing where there is none."""

_EXPRESSION = re.compile(r"(?<!\\)\$\{(.*?)\}")


class NotHere(ValueError):
    """A file of variables is not in this clone, so what they are may be known elsewhere."""


class Variables:
    """What `${…}` may name. It is read when the first is asked for: what has no template costs nothing."""

    def __init__(self, read: Callable[[], tuple[Mapping[str, Any], frozenset[str]]]) -> None:
        """read: gives the values, and the files that were taken as a whole."""
        self._read = read
        self._known: tuple[Mapping[str, Any], frozenset[str]] | ValueError | None = None

    def resolved(self, value: Any) -> Any:
        """A value with all templates in it resolved. One that is nothing but a template becomes what that names, of
        whatever type. Raises ValueError for one that nothing here resolves.
        """
        return self._resolved(value, [MOST])

    def text(self, value: object) -> str:
        """A value, resolved, as DVC writes it into a text. Raises ValueError where it is none."""
        found = self.resolved(value)
        if isinstance(found, Mapping | list):
            raise ValueError(f"{str(value)[:60]} is no text")
        return text(found)

    def inner(self, names: Mapping[str, Any]) -> Variables:
        """These, and names that hide them: those of a loop."""
        if not names:
            return self

        def read() -> tuple[Mapping[str, Any], frozenset[str]]:
            values, whole = self._found()
            return {**values, **names}, whole

        return Variables(read)

    def more(self, said: object, folder: str, load: Load) -> Variables:
        """These, and those that a list of `vars` says, which stands for a folder: files, parts of files, and values."""
        listed = said if isinstance(said, list) else []
        if not listed:
            return self

        def read() -> tuple[Mapping[str, Any], frozenset[str]]:
            values, whole = self._found()
            for place, one in enumerate(listed):
                if isinstance(one, Mapping):
                    values = _merged(values, one, f"vars[{place}]")
                elif isinstance(one, str):
                    path, _, names = one.partition(":")
                    path = _inside(folder, path)
                    wanted = [name for name in names.split(",") if name]
                    if path in whole and not wanted:
                        continue  # a whole file may be named again
                    if path.lower().endswith(".py"):
                        continue  # a program, which is not run: what it says is not known
                    found = load(path)
                    chosen = {name: found[name] for name in wanted if name in found} if wanted else found
                    values = _merged(values, chosen, one)
                    whole |= frozenset() if wanted else {path}
            return values, whole

        return Variables(read)

    def _found(self) -> tuple[Mapping[str, Any], frozenset[str]]:
        if self._known is None:
            try:
                self._known = self._read()
            except ValueError as error:
                self._known = error
        if isinstance(self._known, ValueError):
            raise self._known
        return self._known

    def _resolved(self, value: Any, left: list[int]) -> Any:
        """left: the characters that may still be put in."""
        if isinstance(value, Mapping):
            return {text(self._resolved(name, left)): self._resolved(one, left) for name, one in value.items()}
        if isinstance(value, list):
            return [self._resolved(one, left) for one in value]
        if not isinstance(value, str) or "${" not in value:
            return value
        whole = _EXPRESSION.fullmatch(value)
        if whole is not None and len(_EXPRESSION.findall(value)) == 1:
            return self._look_up(whole[1], left)

        def put(match: re.Match[str]) -> str:
            found = self._look_up(match[1], left)
            if isinstance(found, Mapping | list):
                raise ValueError(f"{match[0][:60]} is no text")
            return text(found)

        return _unescaped(_EXPRESSION.sub(put, value))

    def _look_up(self, expression: str, left: list[int]) -> Any:
        found: Any = self._found()[0]
        for step in expression.replace("[", ".").replace("]", "").split("."):
            try:
                found = found[int(step)] if isinstance(found, list) else found[step.strip()]
            except (LookupError, TypeError, ValueError) as error:
                raise ValueError(f"${{{expression[:60]}}} is not known") from error
        left[0] -= len(json.dumps(found, default=str)) if isinstance(found, Mapping | list) else len(text(found))
        if left[0] < 0:
            raise ValueError(f"${{{expression[:60]}}} makes it longer than {MOST:,} characters")
        return found


NONE = Variables(lambda: ({}, frozenset()))


def of(pipeline: Mapping[str, Any], folder: str, load: Load) -> Variables:
    """Those of a dvc.yaml of a folder: params.yaml beside it, and its `vars`."""
    return NONE.more([DEFAULT], folder, load).more(pipeline.get("vars"), folder, load)


def files(pipeline: Mapping[str, Any], folder: str) -> list[str]:
    """The paths of the files that variables of a dvc.yaml of a folder come from; those outside the repository not."""
    said = pipeline.get("vars")
    found: dict[str, None] = {}
    for one in [DEFAULT, *(said if isinstance(said, list) else ())]:
        try:
            found.update({_inside(folder, one.partition(":")[0]): None} if isinstance(one, str) else {})
        except ValueError:
            continue  # which is said where they are read
    return list(found)


def is_one(value: object) -> bool:
    """Whether a value is a text with a template in it, or an escaped one."""
    return isinstance(value, str) and "${" in value


def holds_one(value: object) -> bool:
    """Whether a template stands anywhere in a value."""
    if isinstance(value, Mapping):
        return any(is_one(name) or holds_one(one) for name, one in value.items())
    if isinstance(value, list):
        return any(map(holds_one, value))
    return is_one(value)


def is_whole(value: object) -> bool:
    """Whether a value is a template and nothing else, and so may stand for any value."""
    return isinstance(value, str) and len(_EXPRESSION.findall(value)) == 1 and bool(_EXPRESSION.fullmatch(value))


def around(template: str) -> list[str]:
    """The text that stands around the templates of a text, before, between and behind them."""
    return [_unescaped(part) for part in _EXPRESSION.split(template)[::2]]


def may_be(template: str, whole: str) -> bool:
    """Whether a text may be what became of another, whose templates nobody knows."""
    first, *rest = around(template)
    if not rest:
        return first == whole
    *between, last = rest
    if len(whole) < len(first) + len(last) or not whole.startswith(first) or not whole.endswith(last):
        return False
    at, end = len(first), len(whole) - len(last)
    for part in between:
        at = whole.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def text(value: object) -> str:
    """As DVC writes a value into a text: `true`, and Python's `None`, `0.5`, `1e+20`, `inf`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def toml(raw: bytes) -> Mapping[str, Any]:
    """What stands in a TOML file. Raises ValueError, saying why, where nothing can be read."""
    if len(raw) > LARGEST_TOML:
        raise ValueError(f"it has more than {LARGEST_TOML >> 20} MB")
    try:
        found = tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no TOML: {error}") from error
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        nested = [one for one in level if isinstance(one, Mapping | list)]
        level = [inner for one in nested for inner in (one.values() if isinstance(one, Mapping) else one)]
        if not level:
            return found
    raise ValueError(f"its nesting is deeper than {DEEPEST} levels")


def _merged(into: Mapping[str, Any], more: Mapping[str, Any], where: str, above: str = "") -> Mapping[str, Any]:
    """Objects are merged all the way down. What is no object may be said once, or DVC reads nothing of the file."""
    found = dict(into)
    for name, value in more.items():
        if name not in found:
            found[name] = value
        elif isinstance(found[name], Mapping) and isinstance(value, Mapping):
            found[name] = _merged(found[name], value, where, f"{above}{name}.")
        else:
            raise ValueError(f"{above}{name} of {where} is set before, and DVC lets nothing set it again")
    return found


def _inside(folder: str, path: str) -> str:
    whole = normpath(join(folder, path))
    if whole.split("/", 1)[0] == ".." or whole.startswith("/"):
        raise ValueError(f"path is {path[:800]!r}, and must stay in the repository")
    return whole


def _unescaped(value: str) -> str:
    return value.replace("\\${", "${")
