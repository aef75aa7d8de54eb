"""The commands that make a model version again, as a shell script.

Whatever came from data is one quoted word, or stands in a comment on one line: nothing of it is ever read by the shell.
What is missing is said where it is missing, and where nothing can be done about it the script stops and says what to
do by hand; run again, it goes on with what is there by then.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname

from thalweg.lineage.provenance.account import Gap, GapKind, Read, Step
from thalweg.lineage.provenance.command import recorded, words_of
from thalweg.lineage.provenance.gaps import is_unversioned, uri_of
from thalweg.lineage.provenance.place import place_of, sources_of
from thalweg.lineage.spelling import spell
from thalweg.lineage.subject import said
from thalweg.model.results import Entity

_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.!+_-]*")
_NO_PACKAGES = frozenset({"python", "os", "platform", "system", "kernel", "cpu", "gpu", "cuda", "cudnn", "driver"})
_CALLED = {"sklearn": "scikit-learn", "pytorch": "torch", "spark": "pyspark", "cv2": "opencv-python", "yaml": "PyYAML"}
"""What a package is called that people know by another name."""
_SHA256 = re.compile(r"sha256:([0-9a-f]{64})")


def comment(text: str) -> str:
    """A text as one line of a comment: nothing in it ends the line."""
    return "# " + "".join(letter if letter.isprintable() else " " for letter in text)


def quoted(*words: str) -> str:
    return " ".join(shlex.quote(word.replace("\0", "")) for word in words)


def script(of: Entity, steps: Sequence[Step], gaps: Sequence[Gap]) -> str:
    """The script; steps in the order in which they have to run, the last the one that makes it."""
    lines = ["#!/bin/sh", comment(f"Makes {spell(of.kind, of.key)} again, as far as it is known how.")]
    lines += ["# It runs what was recorded: read it first, and run it in an empty folder."]
    lines += [comment(f"gap: {gap.kind.value}: {gap.sentence} {gap.closes}") for gap in gaps]
    lines += ["set -eu", "here=$(pwd)", "path=$PATH"]
    if any(_SHA256.fullmatch(read.entity.key[-1]) for step in steps for read in step.data):
        lines += _VERIFY
    if not steps:
        return "\n".join([*lines, "", *_stop(f"It is not known how {said(of)} was made.")]) + "\n"
    environments: dict[tuple[str, ...], int] = {}
    for number, step in enumerate(steps, 1):
        lines += ["", *_step(number, step, environments)]
    if isinstance(digest := of.props.get("sha256"), str):
        lines += ["", comment(f"What was made then has the SHA-256 {digest}.")]
    return "\n".join(lines) + "\n"


_VERIFY = [
    "verify() { # DIGEST FILE: warns where a file is not the one that was read then",
    '  if [ -f "$2" ] && command -v sha256sum > /dev/null && [ "$(sha256sum < "$2" | cut -d " " -f 1)" != "$1" ]; then',
    '    echo "warning: $2 is not what was read then" >&2',
    "  fi",
    "}",
]


def _stop(sentence: str) -> list[str]:
    return [f"printf '%s\\n' {quoted(sentence)} >&2", "exit 1"]


def _step(number: int, step: Step, environments: dict[tuple[str, ...], int]) -> Iterator[str]:
    makes = ", ".join(said(made) for made in step.makes)
    yield comment(f"{number}. Run {spell(step.run.kind, step.run.key)} makes {makes}.")
    yield from _code(number, step)
    yield from _environment(step.texts("environment"), environments)
    taken: set[str] = set()
    for place, read in enumerate(step.inputs, 1):
        yield from _input(place, read, step, taken)
    yield from _command(step)


def _code(number: int, step: Step) -> Iterator[str]:
    """Each repository at its commit, in a folder of its own; the first is where the run runs."""
    folders: list[str] = []
    for read in step.code:
        url, sha = read.entity.key[0], read.entity.key[-1]
        folder = f"code-{sha[:12]}" if len(folders) < 1 else f"code-{sha[:12]}-{len(folders) + 1}"
        folders.append(folder)
        source = url
        if url.startswith("file://"):
            named, _, path = url.removeprefix("file://").partition("/")
            source = f"/{path}"
            yield comment(f"{source} is a path where {named} is.")
        there = f'"$here"/{quoted(folder)}'
        if not source.startswith(("https://", "http://", "/")):
            yield f"[ -d {there} ] || {{ {'; '.join(_stop(f'Put {url} into {folder}, and run this again.'))}; }}"
        else:
            yield f"[ -d {there} ] || git clone --quiet --no-checkout -- {quoted(source)} {there}"
        yield f"git -C {there} checkout --quiet --detach {quoted(sha)}"
        if read.edge.props.get("dirty") is True:
            yield comment("gap: there were changes that no commit holds; they are not here")
    if not folders:
        folders.append(f"run-{number}")
        yield f'mkdir -p "$here"/{folders[0]}'
    yield f'cd "$here"/{quoted(folders[0])}'


def _environment(stated: Mapping[str, str], environments: dict[tuple[str, ...], int]) -> Iterator[str]:
    """What can be pinned, in an environment of its own, one for all steps with the same pins; the rest as comments."""
    pins, others = [], []
    for key, value in sorted(stated.items()):
        if key.lower() not in _NO_PACKAGES and _PACKAGE.fullmatch(key) and _VERSION.fullmatch(value):
            pins.append(f"{_CALLED.get(key, key)}=={value}")
        else:
            others.append(comment(f"environment: {key} = {value}"))
    yield from others
    if not pins:
        yield "PATH=$path"
        return
    known = tuple(pins)
    new = known not in environments
    folder = f'"$here"/env-{environments.setdefault(known, len(environments) + 1)}'
    if new:
        yield f"[ -d {folder} ] || python3 -m venv {folder}"
    yield f"PATH={folder}/bin:$path"
    if new:
        yield f"python3 -m pip install --quiet {quoted(*pins)}"


def _input(number: int, read: Read, step: Step, taken: set[str]) -> Iterator[str]:
    """Brings an input to where the command looks for it; what is there already stays."""
    entity, uri = read.entity, uri_of(read.entity)
    place = place_of(uri, recorded(step), entity, number, taken)
    role = f" ({read.edge.role})" if read.edge.role else ""
    yield comment(f"input{role}: {spell(entity.kind, entity.key)}")
    if entity.id in step.replaced and not step.gone(entity):
        yield comment(f"gap: {GapKind.INPUT_REPLACED.value}: a later version lies there by now")
    if is_unversioned(entity):
        yield comment(f"gap: {GapKind.INPUT_ASSUMED.value}: in which version it was read is not known")
    elif read.edge.props.get("assumed") is True:
        yield comment(f"gap: {GapKind.INPUT_ASSUMED.value}: it was worked out that this was read, not stated")
    ways = sources_of(uri, place)
    if not ways:
        where = f"It lies at {uri}" if uri else "Nobody knows where it lies"
        stop = "; ".join(_stop(f"Put {said(entity)} at {place}, and run this again. {where}."))
        yield f"[ -e {quoted(place)} ] || {{ {stop}; }}"
    else:
        folder = dirname(place)
        if folder and folder not in taken:
            taken.add(folder)
            yield f"mkdir -p {quoted(folder)}"
        yield " || ".join([f"[ -e {quoted(place)} ]", *(quoted(*way) for way in ways)])
    if digest := _SHA256.fullmatch(entity.key[-1]):
        yield f"verify {digest[1]} {quoted(place)}"


def _command(step: Step) -> Iterator[str]:
    words = words_of(step)
    if words is not None:
        yield quoted(*words)
        return
    for key, value in sorted(step.texts("params").items()):
        yield comment(f"parameter: {key} = {value}")
    if (text := recorded(step)) is not None:
        yield comment(f"command: {text}")
        yield from _stop("Run by hand what the line above says, if it is what you want.")
        return
    ran = [str(path) for read in step.code if (path := read.edge.props.get("path"))]
    hint = f" It ran {', '.join(ran)}." if ran else ""
    yield from _stop(f"It is not known by which command run {said(step.run)} was started.{hint}")
