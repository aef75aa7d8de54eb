"""`thalweg provenance`: where a model version comes from, as an account or as the script that makes it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from thalweg.cli import output
from thalweg.cli.commands.lineage import moment
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.things import KINDS, exact, gone, short, unknown
from thalweg.lineage.spelling import WORDS
from thalweg.model.counting import plural
from thalweg.model.errors import BadInput

Row = tuple[str, str]
"""What it is, and one line of it."""


def show(place: Place, name: str, as_of: str | None, script: bool, as_json: bool) -> int:
    if script and as_json:
        raise BadInput("--script and --json are both given.", "Give one: the document holds the script too.")
    variables = {"of": name, "asOf": moment(as_of)}
    with opened(place) as graph:
        found = graph.ask("provenance", variables)["provenance"]
        if found is None:
            raise unknown(graph, name)
    if as_json:
        output.document(found)
    elif script:
        output.write(found["reproduce"])
    else:
        output.show(*drawn(found))
    return 0


def drawn(found: Mapping[str, Any]) -> list[Text]:
    """A title, a line for each thing that is known, and below it what is missing, what matters most first."""
    rows = [("name", exact(found["of"])), *_rows(found)]
    width = max(len(label) for label, _ in rows)
    lines = [Text(short(found["of"]) + gone(found["of"]), style="bold")]
    before = ""
    for label, value in rows:
        text = Text(f"  {'' if label == before else label:<{width}}  ", style="dim")
        lines.append(text.append(output.printable(value), style="default"))
        before = label
    lines += [Text(output.printable(f"Incomplete: {sentence}"), style="dim") for sentence in found["incomplete"]]
    lines += [Text(output.printable(f"Note: {sentence}"), style="dim") for sentence in found["notes"]]
    return [*lines, *_gaps(found)]


def _rows(found: Mapping[str, Any]) -> Iterator[Row]:
    step = found["step"]
    if step is not None:
        yield from _run(found, step)
    if step is not None or found["gaps"]:  # of a time when it was not there yet nothing is said
        for name in ("params", "metrics", "environment"):
            yield from _pairs(name, found["of"][name], [] if step is None else step["run"][name])
    for edge in found["derivedFrom"]["edges"]:
        yield "made of", short(edge["node"]) + gone(edge["node"])
    for made in found["remade"]:
        yield "made again", f"{', '.join(map(short, made['makes']))} by {short(made['run'])}"
    kinds = Counter(node["kind"] for node in found["ancestors"])
    counted = ", ".join(plural(kinds[kind], WORDS[KINDS[kind]]) for kind in KINDS if kinds[kind])
    if counted:
        yield "ancestors", f"{counted}; `thalweg lineage {exact(found['of'])} --up --all` draws them"


def _run(found: Mapping[str, Any], step: Mapping[str, Any]) -> Iterator[Row]:
    run = step["run"]
    said = [short(run) + gone(run), run["status"].lower(), run["user"], (run["startedAt"] or "")[:16].replace("T", " ")]
    yield "run", "  ".join(filter(None, said))
    if step["job"] is not None:
        yield "job", short(step["job"])
    if found["parent"] is not None:
        yield "started by", short(found["parent"])
    if run["command"]:
        yield "command", run["command"]
    for edge in step["code"]["edges"]:
        commit = edge["node"]
        dirty = "with changes that no commit holds" if edge["dirty"] or run["dirty"] else ""
        message = (commit["message"] or "").partition("\n")[0]
        yield "code", "  ".join(filter(None, [exact(commit) + gone(commit), edge["path"], message, dirty]))
    for edge in step["data"]["edges"]:
        yield "data", _read(edge)
    for edge in step["models"]["edges"]:
        yield "model", _read(edge)
    for dataset in step["unversioned"]:
        yield "data", f"{short(dataset)}  of a version that is not known"


def _read(edge: Mapping[str, Any]) -> str:
    version = edge["node"]
    said = [short(version) + gone(version), edge["role"], version["uri"]]
    if version.get("columns"):
        said.append(plural(len(version["columns"]), "column"))
    said += ["pinned"] if edge.get("pinned") else []
    said += ["worked out, not stated"] if edge["assumed"] else []
    return "  ".join(filter(None, said))


def _pairs(name: str, *stated: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """What the version says of itself wins over what its run says."""
    found: dict[str, Any] = {}
    for pairs in reversed(stated):
        found |= {pair["key"]: pair["last"] if "last" in pair else pair["value"] for pair in pairs}
    for key, value in sorted(found.items()):
        yield name, f"{key} = {output.brief(str(value))}"


def _gaps(found: Mapping[str, Any]) -> Iterator[Text]:
    gaps = found["gaps"]
    if not gaps:
        if found["step"] is not None:
            yield Text("Nothing is missing of a full account. --script prints the commands that make it again.")
        return
    yield Text(f"{plural(len(gaps), 'gap')} in the account:", style="bold")
    for gap in gaps:
        text = Text(f"  {gap['kind']}", style="yellow")
        text.append(output.printable(f"  {gap['sentence']} {gap['closes']}"), style="default")
        yield text
