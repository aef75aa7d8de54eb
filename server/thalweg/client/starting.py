"""What a run is started with, option by option: one that is wrong is left out, and the run is what the others say."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from thalweg.client import naming, statements, values
from thalweg.client.options import Options
from thalweg.client.record import Record
from thalweg.client.settings import Settings

OPTIONS = ("run_id", "name", "part", "namespace", "parent", "params", "tags", "description")


def start(job: object, given: Mapping[str, object], settings: Settings) -> tuple[Record, list[str]]:
    """The record of a run, and what was left out of it. Raises nothing that is wrong with what was given."""
    options = Options()
    strange = [word for word in given if word not in OPTIONS]
    options.wrong += [f"{word}: is no option of a run. There are {', '.join(OPTIONS)}." for word in strange]
    namespace = options.part("namespace", _some(given.get("namespace"))) or settings.namespace
    run_id = options.part("run_id", _some(given.get("run_id")))
    about: dict[str, str] = {}
    for word in ("name", "description"):
        if (said := options.words(word, given.get(word))) is not None:
            about[word] = said
    record = Record(
        settings,
        namespace,
        run_id or str(uuid4()),
        options.part("job", job) or values.text(job, 500).strip() or "unnamed",
        _part(given.get("part"), run_id, options),
        options.read("parent", given.get("parent"), lambda one: _above(one, namespace)),
        about,
    )
    return record, options.wrong


def _part(given: object, run_id: str | None, options: Options) -> str | None:
    """One that is wrong is a part of its own all the same, where others record into the same run: else two would say
    how it goes.
    """
    part = options.part("part", given)
    if given is not None and part is None and run_id is not None:
        part = f"part-{uuid4().hex[:8]}"
        options.wrong[-1] += f" It is called {part}."
    return part


def _above(parent: object, namespace: str) -> dict[str, str]:
    record = getattr(parent, "record", None)
    if isinstance(record, Record):
        return statements.run(record.namespace, record.run_id)
    return statements.run(namespace, naming.part("parent", parent))


def _some(given: object) -> object:
    """An empty text is none given: so is a variable of the environment that is set to nothing."""
    return None if isinstance(given, str) and not given else given
