"""The entry point: runs a command, and makes what went wrong one line on standard error.

Exit codes: 0 fine; 1 the answer is no (`check` says BLOCK, `store check` found something, an import was refused a
part); 2 an error, a wrong use, or a verdict that could not be told (INCOMPLETE); 130 interrupted.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import get_args

import typer

from thalweg.cli.output import Interrupted, brief, note, printable
from thalweg.cli.program import app
from thalweg.model.errors import BadInput, ThalwegError

FINE = 0
NO = 1
ERROR = 2
INTERRUPTED = 130

COLLECTED = (200_000, 50, 100)
"""When the collector looks for cycles. A write or an answer makes many objects that live as long as it does, and hardly
a cycle among them; at Python's own thresholds looking at them over and over takes a third of a large import.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that the arguments name; answers its exit code."""
    gc.set_threshold(*COLLECTED)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a name may hold a letter that the terminal has not
    try:
        code = app(args=arguments, prog_name="thalweg", standalone_mode=False)
    except ThalwegError as error:
        say(error)
        return ERROR
    except typer.TyperException as error:
        note(usage(error, sys.argv[1:] if arguments is None else arguments))
        return ERROR
    except Interrupted as error:
        note(f"thalweg: {error}")
        return INTERRUPTED
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception:
        # a fault of ours: its trace is what a report needs, and its code must not be that of a BLOCK
        sys.excepthook(*sys.exc_info())
        return ERROR
    if code == INTERRUPTED:
        note("thalweg: Interrupted.")
    return code if isinstance(code, int) else FINE


def say(error: ThalwegError) -> None:
    """The sentence and what to do in one line; of bad input with several problems, the others below."""
    note(f"thalweg: {printable(str(error))}")
    if isinstance(error, BadInput) and len(error.problems) > 1:
        for problem in error.problems:
            note(f"  {printable(str(problem))}")


def usage(error: typer.TyperException, arguments: Sequence[str] = ()) -> str:
    """A wrong use in one line, with where to look; the whole help where a command was called with nothing."""
    message = error.format_message()
    if message.startswith("Usage: "):
        return message
    message = _number(error) or " ".join(message.replace("Value error, ", "").split())
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else _command_path(arguments)
    return f"thalweg: {message}{'' if message.endswith(('.', '?')) else '.'} `{where} --help` says what there is."


def _command_path(arguments: Sequence[str]) -> str:
    """The command that the arguments name, for what is wrong before a command knows of itself."""
    path = ["thalweg"]
    known = getattr(typer.main.get_command(app), "commands", {})
    for word in arguments:
        if word not in known:
            break
        path.append(word)
        known = getattr(known[word], "commands", {})
    return " ".join(path)


def _number(error: typer.TyperException) -> str:
    """What a number must be that is none, or out of its range; "" for any other wrong use."""
    param, wrong = getattr(error, "param", None), getattr(error.__cause__, "errors", None)
    kind = _plain(param)
    if kind is None or param is None or wrong is None:
        return ""
    least, most = getattr(param, "min", None), getattr(param, "max", None)
    bounds = (
        f" from {least:,} to {most:,}"
        if least is not None and most is not None
        else f" of at least {least:,}" if least is not None else ""
    )  # fmt: skip
    given = brief(str(wrong()[0]["input"])) or repr("")
    return f"{param.opts[0]} {given} is not right: it takes a {'whole ' if kind is int else ''}number{bounds}"


def _plain(param: object) -> type | None:
    """The type of a value of a parameter, whether it may be left out or not."""
    annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    return next((one for one in (int, float) if one in (annotation, *get_args(annotation))), None)


if __name__ == "__main__":
    sys.exit(main())
