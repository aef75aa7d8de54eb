"""What can be set of recording: by `configure`, else by the environment. `docs/client.md` says the same."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from thalweg.client.graphql import endpoint
from thalweg.client.naming import part
from thalweg.client.notes import once
from thalweg.model.errors import BadInput

PREFIX = "THALWEG_"
MEGABYTE = 1 << 20


def default_spool() -> Path:
    """Where what could not be sent waits: `thalweg/spool` in the folder where programs keep their state."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(state, "thalweg", "spool")


@dataclass(frozen=True, slots=True)
class Settings:
    """Each is an argument of `configure`, or a variable: `THALWEG_` and its name in capitals.

    server: its address; None for nobody to send to. namespace: of runs, jobs and models that name none. source: the
    word by which this place is known: its statements are those of `client:<source>`, and a path on its disk is named
    under `file://<source>`. spool: the folder for what could not be sent. strict: whether a wrong call raises.
    record_command, record_packages, record_user, record_host: whether these are part of what is recorded.
    handle_sigterm: whether SIGTERM marks what is recorded as killed, where nothing else handles it.
    flush_seconds: how long the end of a process may wait for what is not sent yet. digest_bytes: up to which size a
    file is read for its digest.
    """

    server: str | None = None
    namespace: str = "python"
    source: str = ""
    spool: Path | None = None
    strict: bool = False
    record_command: bool = True
    record_packages: bool = True
    record_user: bool = True
    record_host: bool = False
    handle_sigterm: bool = False
    flush_seconds: float = 5.0
    digest_bytes: int = 256 * MEGABYTE

    @property
    def word(self) -> str:
        """The source; without one what the namespace makes of a word: `mlflow-prod` of `mlflow://prod`."""
        return self.source or re.sub(r"[^\w.-]+", "-", self.namespace).strip("-") or "python"

    @property
    def folder(self) -> Path:
        return self.spool or default_spool()


def changed(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings with others in their place. Raises BadInput for what is no setting, or no value of one."""
    known = {field.name for field in fields(Settings)}
    if unknown := sorted(given.keys() - known):
        raise BadInput(f"{unknown[0]!r} is no setting.", f"There are {', '.join(sorted(known))}.")
    return replace(settings, **{name: _value(name, value) for name, value in given.items()})


def of_environment() -> Settings:
    """What the variables say. One that makes no sense is warned of, and left out."""
    settings = Settings()
    for field in fields(Settings):
        variable = f"{PREFIX}{field.name.upper()}"
        if written := os.environ.get(variable, "").strip():
            try:
                settings = changed(settings, {field.name: written})
            except BadInput as error:
                once(variable, f"{variable} was left out: {error}")
    return settings


def _value(name: str, given: Any) -> Any:
    default = getattr(Settings(), name)
    if name == "server":
        if given is None:
            return None
        endpoint(str(given))  # raises BadInput, with what would be right
        return str(given)
    if name == "spool":
        try:
            return None if given is None else Path(given).expanduser().absolute()
        except (OSError, RuntimeError, TypeError, ValueError):
            raise BadInput(f"spool is {given!r}, and must be a path.") from None
    if isinstance(default, bool):
        return _truth(name, given)
    if isinstance(default, str):
        if not isinstance(given, str) or (name == "source" and re.search(r"[\s/]", given)):
            raise BadInput(f"{name} is {given!r}, and must be text.", "A source is one word, like `laptop`.")
        return part(name, given.strip() or default) if given.strip() or default else ""
    try:
        number = type(default)(given)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if not 0 <= number < math.inf:
        raise BadInput(f"{name} is {given!r}, and must be a number that is not negative.")
    return number


def _truth(name: str, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise BadInput(f"{name} is {given!r}, and must be true or false.")
