"""`thalweg identity explain`: whom a name means, by which laws it was made canonical, and who joined it with others."""

from __future__ import annotations

from typing import Any

from thalweg.cli import output
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.cli.things import exact


def explain(place: Place, name: str, source: str, as_json: bool) -> int:
    with opened(place) as graph:
        found = graph.ask("identity", {"of": name, "source": source})["identity"]
    if as_json:
        output.document(found)
    else:
        output.write("".join(f"{line}\n" for line in lines(name, found)))
    return 0


def lines(text: str, found: dict[str, Any]) -> list[str]:
    said = [output.printable(text)]
    if found["name"] is not None:
        said.append(f"  by law   {output.printable(found['name'])}")
        said += [f"           {law}" for law in found["laws"]]
        if not found["laws"]:
            said.append("           It was written as it is kept.")
    entity = found["entity"]
    if entity is None:
        said.append("  known    no: nothing is known by this name")
    else:
        said.append(f"  known    {exact(entity)}  {entity['id']}")
    for join in found["joins"]:
        alias, of = output.printable(join["alias"]), output.printable(join["of"])
        said.append(f"  joined   {alias} is another name of {of}")
        said.append(f"           {output.printable(join['source'])} states it, in {output.printable(join['scope'])}")
    if found["joins"]:
        said.append("           What is wrong there is taken back when its source no longer states it.")
    return said
