"""A manifest's text as plain data, and where in the text each piece of it stands.

YAML is read as version 1.2 means it, with nothing beyond JSON's types: a date, `no`, `010` and `12:30:45` are text, as
they look. Keys are text as written. A key that stands twice, a tag, and an alias that unfolds without end are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from thalweg.model.errors import BadInput, Problem, SourceError
from thalweg.model.facts import Json

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LARGEST_FILE = 10_000_000
MOST_NODES = 500_000
"""Values of one file, with what aliases stand for counted each time: a bomb of aliases ends here."""
DEEPEST = 64

Plain = Callable[[str], Json]

Where = tuple[str | int, ...]
"""The way to a value: the keys and places from the top of the file."""

_TAG = "tag:yaml.org,2002:"
_TEXTS = frozenset(f"{_TAG}{name}" for name in ("str", "timestamp", "value"))
_UNTAGGED = _TEXTS | {f"{_TAG}{name}" for name in ("null", "bool", "int", "float")}
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS = {
    "true": True, "false": False, ".nan": float("nan"), ".inf": float("inf"), "+.inf": float("inf"),
    "-.inf": float("-inf"),
}  # fmt: skip


def path(where: Where) -> str:
    """`deployments[0].releases[1].since`"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return text.removeprefix(".")


@dataclass
class Document:
    """One file: its name in sentences, its data, and its text as nodes, for lines."""

    name: str
    data: Json
    root: yaml.Node | None = None
    problems: list[Problem] = field(default_factory=list)

    def problem(self, where: Where, value: str, expected: str, code: str = "INVALID") -> Problem:
        line = self.line(where)
        return Problem(f"{self.name} line {line}" if line else self.name, path(where), value, expected, code)

    def written(self, where: Where) -> str | None:
        """What stands there letter by letter, where it is one word without quotes."""
        found = _find(self.root, where)
        node = found[1] if found else None
        return str(node.value) if isinstance(node, yaml.ScalarNode) and not node.style else None

    def line(self, where: Where) -> int | None:
        """The line, from 1; what is missing has that of what it is missing from."""
        while where:
            found = _find(self.root, where)
            if found:
                return int(found[0].start_mark.line) + 1
            where = where[:-1]
        return int(self.root.start_mark.line) + 1 if self.root is not None else None


def load(file: Path, name: str) -> Document:
    """Reads a file. Raises SourceError where it cannot be read, and BadInput where it is not what it should be."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SourceError(f"{name} cannot be read ({error.strerror}).", "Look at its path and permissions.") from error
    if len(raw) > LARGEST_FILE:
        raise _refused(name, "size", f"more than {LARGEST_FILE // 1_000_000} MB", "is too much; split it into files")
    return parse(raw, name)


def parse(raw: bytes, name: str, plain: Plain | None = None) -> Document:
    """A file's bytes; its name says whether they are JSON. Raises BadInput where they are not what they should be.

    plain: reads what stands in YAML without quotes, for those who take more for numbers than a manifest does.
    """
    text = _decoded(raw, name)
    try:
        return _json(name, text) if name.lower().endswith(".json") else _yaml(name, text, plain)
    except RecursionError as error:
        raise _refused(name, "text", "nesting", f"is deeper than {DEEPEST} levels") from error


def parse_all(raw: bytes, name: str) -> list[Document]:
    """A file that may hold several documents, as YAML parts them by `---`; empty ones are left out. JSON is one, and
    has no lines here, for that would take longer than to read it. Raises BadInput as `parse` does.
    """
    text = _decoded(raw, name)
    try:
        if name.lower().endswith(".json"):
            return [_json(name, text, lines=False)]
        return _constructed(name, _composed(name, text, lambda: yaml.compose_all(text, Loader)))
    except RecursionError as error:
        raise _refused(name, "text", "nesting", f"is deeper than {DEEPEST} levels") from error


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refused(f"{name} line {line}", "text", f"byte 0x{raw[error.start]:02x}", "is no UTF-8") from error


def _refused(entity: str, place: str, value: str, expected: str) -> BadInput:
    problem = Problem(entity, place, value, expected)
    return BadInput(f"{problem}.", problems=[problem])


def _json(name: str, text: str, *, lines: bool = True) -> Document:
    document = Document(name, None)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            keys = [key for key, _ in items]
            twice = next(key for key in found if keys.count(key) > 1)
            document.problems.append(document.problem((twice,), repr(twice), "stands twice in one object", "TWICE"))
        return found

    try:
        document.data = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise _refused(f"{name} line {error.lineno}", "text", error.msg, "is why this is no JSON") from error
    except ValueError as error:
        raise _refused(name, "text", "a number", "has more digits than can be read") from error
    if _depth(document.data) > DEEPEST:
        raise _refused(name, "text", "nesting", f"is deeper than {DEEPEST} levels")
    try:
        if lines:
            document.root = yaml.compose(text, Loader)  # JSON with tabs is no YAML, and does without
    except yaml.YAMLError:
        document.root = None
    return document


def _depth(data: Json) -> int:
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + max(map(_depth, inside), default=0)


def _yaml(name: str, text: str, plain: Plain | None) -> Document:
    roots = _composed(name, text, lambda: [yaml.compose(text, Loader)])
    return next(iter(_constructed(name, roots, plain)), Document(name, None))


def _composed(name: str, text: str, compose: Callable[[], Iterable[yaml.Node | None]]) -> list[yaml.Node]:
    """The root of each document that is not empty."""
    try:
        _bounded(name, text)
        return [root for root in compose() if root is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" line {mark.line + 1}" if mark else ""
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise _refused(f"{name}{line}", "text", said or "something", "is why this is no YAML") from error
    except yaml.YAMLError as error:
        raise _refused(name, "text", str(error).splitlines()[0], "is why this is no YAML") from error


def _constructed(name: str, roots: Sequence[yaml.Node], plain: Plain | None = None) -> list[Document]:
    found: list[Document] = []
    nodes = 0
    for root in roots:
        document = Document(name, None, root)
        construction = _Construction(document, nodes, plain)
        document.data = construction.value(root, ())
        nodes = construction.nodes
        found.append(document)
    return found


def _bounded(name: str, text: str) -> None:
    """Looks at the nesting before anything is built: libyaml builds by recursion in C, which ends the process."""
    depth = 0
    for event in yaml.parse(text, Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _refused(name, "text", "nesting", f"is deeper than {DEEPEST} levels")


class _Construction:
    """Data out of nodes. What an alias stands for is made anew each time, and counted each time."""

    def __init__(self, document: Document, nodes: int = 0, plain: Plain | None = None) -> None:
        self.document = document
        self.nodes = nodes
        self.plain = plain

    def value(self, node: yaml.Node, where: Where) -> Json:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _refused(self.document.name, "text", f"more than {MOST_NODES:,} values", "are too many; split it")
        if len(where) > DEEPEST:
            raise _refused(self.document.name, "text", "nesting", f"is deeper than {DEEPEST} levels")
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self.mapping(node, where)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value(item, (*where, place)) for place, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, where)
        return self.tagged(node, where)

    def mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for key, value in _pairs(node):
            if not isinstance(key, yaml.ScalarNode) or not key.value:
                self.wrong((*where, "?"), "a key", "must be text")
            elif key.value in found:
                self.wrong((*where, key.value), repr(key.value), "stands twice in one object", "TWICE")
            else:
                found[key.value] = self.value(value, (*where, key.value))
        for other in _merged(node):
            if not isinstance(other, yaml.MappingNode) or len(where) > DEEPEST:
                self.wrong((*where, "<<"), "what is merged", "must be an object")
                continue
            for key, value in self.value(other, (*where, "<<")).items():
                found.setdefault(key, value)
        return found

    def scalar(self, node: yaml.ScalarNode, where: Where) -> Json:
        text, tag = str(node.value), node.tag
        if self.plain is not None and not node.style and tag in _UNTAGGED and not _called_text(node):
            return self.plain(text)
        if tag in _TEXTS:
            return text
        if tag == f"{_TAG}null":
            return None
        if tag == f"{_TAG}bool":
            return _WORDS.get(text.lower(), text)
        if tag == f"{_TAG}int":
            return int(text) if _INT.fullmatch(text) else text
        if tag == f"{_TAG}float":
            return float(text) if _FLOAT.fullmatch(text) else _WORDS.get(text.lower(), text)
        return self.tagged(node, where)

    def tagged(self, node: yaml.Node, where: Where) -> Json:
        self.wrong(where, str(node.tag).replace(_TAG, "!!"), "is a tag; leave it out")
        return None

    def wrong(self, where: Where, value: str, expected: str, code: str = "INVALID") -> None:
        self.document.problems.append(self.document.problem(where, value, expected, code))


def _called_text(node: yaml.ScalarNode) -> bool:
    """Whether a tag says that it is text, `!!str 5`: else it would be something else."""
    forms = Loader.yaml_implicit_resolvers.get(node.value[:1], ())
    return node.tag == f"{_TAG}str" and any(form.match(node.value) for _, form in forms)


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    return ((key, value) for key, value in node.value if key.tag != f"{_TAG}merge")


def _merged(node: yaml.MappingNode) -> Iterator[yaml.Node]:
    """What `<<` merges into an object: the earlier ones first, which are followed."""
    for key, value in node.value:
        if key.tag == f"{_TAG}merge":
            yield from value.value if isinstance(value, yaml.SequenceNode) else (value,)


def _find(node: yaml.Node | None, where: Sequence[str | int]) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that begins what stands there (its key, where it has one), and its own."""
    start = node
    for part in where:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            start = node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            pairs = [pair for pair in _pairs(node) if pair[0].value == part]
            if not pairs:
                merged = (_find(other, (part,)) for other in _merged(node))
                pairs = [pair for pair in merged if pair]
            if not pairs:
                return None
            start, node = pairs[-1]
        else:
            return None
    return (start, node) if start is not None and node is not None else None
