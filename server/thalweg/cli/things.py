"""How an entity of an answer is written: short on the screen, and by the name that finds it again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from thalweg.cli.graph import Graph
from thalweg.cli.output import printable
from thalweg.lineage.spelling import WORDS, label, spell
from thalweg.model.errors import NotFound
from thalweg.model.kinds import Kind

Thing = Mapping[str, Any]
"""An entity as the fragment Named, or a walk, answers it."""

KINDS = {kind.name: kind for kind in Kind}

ASSET_WORDS = {
    Kind.DATASET_VERSION: "dataset",
    Kind.COMMIT: "repository",
    Kind.RUN: "job",
    Kind.MODEL_VERSION: "model",
    Kind.RELEASE: "deployment",
}
"""Of each kind of version, what its asset is called in a filter."""


def kind(thing: Thing) -> Kind:
    return KINDS[thing["kind"]]


def key(thing: Thing) -> tuple[str, ...]:
    """Its natural key."""
    of = kind(thing)
    namespace, name = str(thing["namespace"]), str(thing["name"])
    if of is Kind.REPOSITORY:
        return (namespace,)
    if of is Kind.COMMIT:
        return namespace, str(thing.get("sha") or thing["version"])
    if of is Kind.RUN:
        return namespace, str(thing.get("runId") or thing["version"])
    if of in (Kind.DATASET_VERSION, Kind.MODEL_VERSION):
        return namespace, name, str(thing["version"])
    if of is Kind.RELEASE:
        return namespace, name, str(thing.get("revision") or thing["version"])
    return namespace, name


def short(thing: Thing) -> str:
    """With its kind: `dataset s3://lake/transactions`, `model version fraud/3`; a run also by the name it was given."""
    of, parts = kind(thing), key(thing)
    text = f"{WORDS[of]} {label(of, parts)}"
    if of is Kind.RUN and thing["name"] != parts[1]:
        text += f" ({thing['name']})"
    return printable(text)


def exact(thing: Thing) -> str:
    """The text that names exactly this."""
    return printable(spell(kind(thing), key(thing)))


def gone(thing: Thing) -> str:
    """What is to be said of a thing that was deleted in the world."""
    return "  (gone)" if thing.get("goneAt") else ""


@cache
def words() -> dict[str, Kind]:
    """The kinds by the words of the command line: `model-version`, `model-versions`."""
    found = {}
    for one in Kind:
        word = one.name.lower().replace("_", "-")
        found[word] = one
        found[f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"] = one
    return found


# ----------------------------------------------------------------------------------------------------------- near names

_WORD = re.compile(r"\w+", re.ASCII)
MOST_NEAR = 5


def unknown(graph: Graph, name: str) -> NotFound:
    """The error for a name that names nothing; it lists what comes near."""
    found = near(graph, name)
    what = f"Nothing is known that {name!r} names."
    if found:
        return NotFound(what, f"Near it: {', '.join(found)}.")
    return NotFound(what, "`thalweg list datasets` shows what there is; so do models, jobs, deployments.")


def near(graph: Graph, name: str) -> list[str]:
    """Names of assets that look like a name: those that hold its longest word, then those spelled much like it."""
    pieces = _WORD.findall(name)
    answer = graph.ask("near", {"piece": max(pieces, key=len) if pieces else name})
    lists = ("datasets", "models", "jobs", "deployments")
    holding = [exact(thing) for field in lists for thing in answer[field]["nodes"]]
    some = {
        exact(thing): label(kind(thing), key(thing))
        for field in lists
        for thing in answer[f"some{field.capitalize()}"]["nodes"]
    }
    asked = name.partition(":")[2] if name.partition(":")[0] in words() else name
    spelled = get_close_matches(asked.lower(), [text.lower() for text in some.values()], n=MOST_NEAR, cutoff=0.5)
    like = sorted(
        (text for text in some if some[text].lower() in spelled), key=lambda one: spelled.index(some[one].lower())
    )
    return list(dict.fromkeys([*holding[:MOST_NEAR], *like]))[:MOST_NEAR]
