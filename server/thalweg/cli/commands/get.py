"""`thalweg get`: everything that is known of one thing, in the order of the document that asks for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.things import KINDS, exact, gone, short, unknown
from thalweg.model.kinds import Kind

SAID = frozenset({"kind", "namespace", "name", "version", "sha", "revision", "known", "goneAt", "live"})
"""Fields that the title says already."""
WORDS_OF = {"runId": "run id", "runStatus": "status", "url": "page", "liveNow": "live releases"}
"""Fields that are called otherwise than their name."""
ASSETS = frozenset({Kind.DATASET, Kind.JOB, Kind.MODEL, Kind.DEPLOYMENT, Kind.REPOSITORY})


def show(place: Place, name: str, as_json: bool) -> int:
    with opened(place) as graph:
        found = graph.ask("get", {"of": name})["entity"]
        if found is None:
            raise unknown(graph, name)
    if as_json:
        output.document(found)
    else:
        output.show(*drawn(found))
    return 0


def drawn(found: Mapping[str, Any]) -> list[Text]:
    """A title, then a line for each thing that is known; what nobody stated is left out."""
    title = Text(short(found) + gone(found), style="bold")
    if not found["known"]:
        title.append("  known only as the end of a relation", style="dim")
    if found.get("live") is not None:
        title.append("  live" if found["live"] else "  ended", style="green" if found["live"] else "dim")
    rows = [("name", exact(found)), *_rows(found)]
    width = max(len(label) for label, _ in rows)
    return [title, *(_row(label, value, width) for label, value in rows)]


def _row(label: str, value: str, width: int) -> Text:
    """Lines of a value stand below each other."""
    text = Text(f"  {label:<{width}}  ", style="dim")
    text.append(f"\n{' ' * (width + 4)}".join(value.split("\n")), style="default")
    return text


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, value in found.items():
        if field not in SAID and value not in (None, [], {}, "") and (shown := _shown(value)):
            yield WORDS_OF.get(field, _words(field)), shown


def _words(field: str) -> str:
    """`createdAt` as `created at`."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda letter: f" {letter[1].lower()}", field)


def _shown(value: Any) -> str:
    """A value of the answer as lines of text."""
    if isinstance(value, Mapping):
        if "nodes" in value:
            more = ["and more"] if value["more"] else []
            return "\n".join([*(_thing(node) for node in value["nodes"]), *more])
        return _thing(value) if value.get("kind") in KINDS else output.printable(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list):
        return "\n".join(_item(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "\n".join(output.printable(line) for line in str(value).strip().split("\n"))


def _thing(thing: Mapping[str, Any]) -> str:
    return short(thing) + gone(thing) + (f"  {thing['at'][:10]}" if "at" in thing else "")


def _item(item: Any) -> str:
    """An item of a list: a pair, a metric, a column, a mark, or a text."""
    if not isinstance(item, Mapping):
        return output.printable(str(item))
    if "value" in item:
        text = f"{item['key']} = {output.brief(item['value'])}"
    elif "last" in item:
        best = f"  (best {item['best']})" if item["best"] != item["last"] else ""
        text = f"{item['key']} = {item['last']}{best}"
    elif "nullable" in item:
        kind = item["type"] or "of unknown type"
        text = f"{item['name']}  {kind}{'' if item['nullable'] is not False else ', never empty'}"
    else:
        which = item.get("kind", "")
        version = f" -> {item['version']['version']}" if item.get("version") else ""
        text = f"{which.lower()} {item['name']}{version}  since {item['since'][:10]}".strip()
    return output.printable(text)
