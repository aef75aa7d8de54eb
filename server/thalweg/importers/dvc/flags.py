"""What dvc.yaml says of the outputs of a stage besides their contents, and of which one of a lock file it says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath
from typing import Any, NamedTuple

from thalweg.importers.dvc_variables import NotHere, Variables, around, may_be, text

KINDS = ("outs", "metrics", "plots")


class Flags(NamedTuple):
    """What is said of an output beside its content. kind: what it is for, or `deps` for what was only ever read. kept:
    whether DVC keeps it.
    """

    kind: str = "outs"
    kept: bool = True
    remote: str | None = None
    pushed: bool = True


class Output(NamedTuple):
    """An output as dvc.yaml has it. written: its path, with templates; path: without; None where that is not known."""

    written: str
    path: str | None
    flags: Flags
    said: Mapping[str, Any]


def outputs(stage: Mapping[str, Any], variables: Variables) -> Iterator[Output]:
    """Those of a stage. Raises NotHere where a file that says what one is called is not in this clone."""
    for kind in KINDS:
        listed = stage.get(kind)
        for one in listed if isinstance(listed, list) else ():
            for written, said in one.items() if isinstance(one, Mapping) else ((one, None),):
                told = said if isinstance(said, Mapping) else {}
                how = {str(name): _known(value, variables) for name, value in told.items()}
                path, remote = _known(written, variables), how.get("remote")
                yield Output(
                    normpath(str(written)),
                    None if path is None or isinstance(path, Mapping | list) else normpath(text(path)),
                    Flags(
                        kind,
                        how.get("cache") is not False,
                        remote if isinstance(remote, str) else None,
                        how.get("push") is not False,
                    ),
                    how,
                )


def matched(outputs: Sequence[Output], paths: Sequence[str]) -> list[Flags]:
    """The flags of each output of a lock file.

    A path that is known says whose they are. What is left over goes to a template that is left over and may have become
    it, to the one with the most text first: `${out}` may be anything. So it is where a variable changed, and the stage
    was not run since.
    """
    wanted = [normpath(path) for path in paths]
    whole = {one.path: one.flags for one in reversed(outputs) if one.path in wanted}
    left = [one for one in outputs if one.path not in whole]
    left.sort(key=lambda one: -sum(map(len, around(one.written))))
    return [
        whole[path] if path in whole else next((one.flags for one in left if may_be(one.written, path)), Flags())
        for path in wanted
    ]


def _known(value: object, variables: Variables) -> Any:
    """A value, resolved; None where it cannot be."""
    try:
        return variables.resolved(value)
    except NotHere:
        raise
    except ValueError:
        return None
