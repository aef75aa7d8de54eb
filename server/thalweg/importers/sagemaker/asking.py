"""A dump that the importer makes itself, of SageMaker's API: the calls of `docs/importers/sagemaker.md`.

    aws://eu-west-1      aws://prod@eu-west-1 (of a profile)      aws:// (the region that boto3 is set to)

Everything is asked for before anything is stated, into a file that lasts for one pass; it is then read as any dump is.
A part that may not be read is left out with those that rest on it: a job stated without the packages would say that it
made something else.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import IO, Any, Protocol
from urllib.parse import unquote

from thalweg.importers.address import Address
from thalweg.importers.reading import Lies
from thalweg.importers.sagemaker.dump import DONE, Dump
from thalweg.model.errors import SourceError

SCHEME = "aws://"
_ADDRESS = re.compile(r"aws://(?:(?P<profile>[^/?#:@\s]+)@)?(?P<region>[a-z0-9-]*)/?")
_RIGHT = "Write it like aws://eu-west-1, or aws://prod@eu-west-1 with a profile of boto3's."


class Refused(Exception):
    """A call that is not allowed. permission: what would be needed, `sagemaker:ListEndpoints`."""

    def __init__(self, permission: str, said: str) -> None:
        super().__init__(said)
        self.permission = permission


class Absent(Exception):
    """What a call names is not there, or no longer."""


class Api(Protocol):
    """What `aws.Client` is. shown: what it is called in sentences, `SageMaker of eu-west-1`."""

    region: str
    shown: str

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]: ...

    def pages(self, operation: str, request: dict[str, Any]) -> Iterator[dict[str, Any]]: ...


def is_live(location: str | os.PathLike[str]) -> bool:
    return str(location).startswith(SCHEME)


def recognised_at(address: Address) -> Iterator[Lies]:
    """By its form: nobody is asked."""
    if address.scheme == "aws":
        yield Lies(address.text, "SageMaker, asked by boto3")


class Asked:
    """An API that is yet to be asked. name: what it is called where nobody gives it a name.

    missed: once it was asked, sentences about what might not be read. Raises SourceError for an address that is none,
    and where boto3 is not installed.
    """

    def __init__(self, location: str) -> None:
        profile, region = _place(location)
        try:
            module = import_module("thalweg.importers.sagemaker.aws")
        except ModuleNotFoundError as error:
            raise SourceError(
                f"{location} is read by boto3, which is not installed.", "Install it with `pip install 'thalweg[aws]'`."
            ) from error
        self._api: Api = module.Client(profile, region)
        self.name = f"{profile}@{self._api.region}" if profile else self._api.region
        self.missed: list[str] = []
        self._stopped = Event()

    def stop(self) -> None:
        """Ends, from another thread, the asking after the call that is under way."""
        self._stopped.set()

    @contextmanager
    def dump(self) -> Iterator[Dump]:
        """Asks for everything. Raises SourceError where that fails, and where what all rests on is not allowed."""
        with TemporaryDirectory(prefix="thalweg-sagemaker-") as folder:
            file = Path(folder, "sagemaker.jsonl")
            try:
                with file.open("wb") as written:
                    self._ask(written)
            except OSError as error:
                raise SourceError(
                    f"What was answered cannot be kept in {folder}: {error.strerror}.",
                    "Make room there, or name a folder that has it in the variable TMPDIR.",
                ) from error
            yield Dump(file)

    def _ask(self, written: IO[bytes]) -> None:
        calls = _Calls(self._api, written, self._stopped)
        left_out: set[str] = set()
        for name, (part, needs) in _PARTS.items():
            missing = sorted(needs & left_out)
            start = written.tell()
            try:
                if not missing:
                    part(calls)
                    continue
            except Refused as refused:
                written.seek(start)
                written.truncate()
                if name == _FIRST:
                    raise SourceError(
                        f"{self._api.shown} does not allow {refused.permission} ({refused}).",
                        f"All else is told by what {name} say, so nothing was taken. Let whoever asks do that: the "
                        "calls need sagemaker:List* and sagemaker:Describe*.",
                    ) from refused
                self.missed.append(
                    f"The {name} were not read, and nothing is retired, for {refused.permission} is not allowed "
                    f"({refused})."
                )
            else:
                self.missed.append(f"The {name} were not read, for they are told by the {' and the '.join(missing)}.")
            left_out.add(name)
        if not left_out:
            written.write(_line({"operation": DONE}))


class _Calls:
    """The calls of one dump, each written down as it is answered."""

    def __init__(self, api: Api, written: IO[bytes], stopped: Event) -> None:
        self._api = api
        self._written = written
        self._stopped = stopped

    def say(self, operation: str, **request: Any) -> dict[str, Any]:
        """One answer; an empty one of what is not there: it went since it was listed, or was removed before."""
        self._heed()
        try:
            answer = self._api.ask(operation, request)
        except Absent:
            return {}
        self._keep(operation, request, answer)
        return answer

    def each(self, operation: str, **request: Any) -> Iterator[dict[str, Any]]:
        """What a list holds, page by page."""
        self._heed()
        with suppress(Absent):  # a group that went since it was listed
            for page in self._api.pages(operation, request):
                self._heed()
                self._keep(operation, request, page)
                yield from next((value for value in page.values() if isinstance(value, list)), ())

    def _keep(self, operation: str, request: dict[str, Any], answer: dict[str, Any]) -> None:
        self._written.write(_line({"operation": operation, "request": request, "response": answer}))

    def _heed(self) -> None:
        if self._stopped.is_set():
            raise SourceError("The reading was stopped; nothing was taken of it.", "Import again.")


def _packages(calls: _Calls) -> None:
    for group in calls.each("list_model_package_groups"):
        name = group["ModelPackageGroupName"]
        calls.say("describe_model_package_group", ModelPackageGroupName=name)
        for package in calls.each("list_model_packages", ModelPackageGroupName=name):
            calls.say("describe_model_package", ModelPackageName=package["ModelPackageArn"])


def _training_jobs(calls: _Calls) -> None:
    for job in calls.each("list_training_jobs"):
        calls.say("describe_training_job", TrainingJobName=job["TrainingJobName"])


def _endpoints(calls: _Calls) -> None:
    for endpoint in calls.each("list_endpoints"):
        found = calls.say("describe_endpoint", EndpointName=endpoint["EndpointName"])
        if config_name := found.get("EndpointConfigName"):
            config = calls.say("describe_endpoint_config", EndpointConfigName=config_name)
            for variant in [*config.get("ProductionVariants", ()), *config.get("ShadowProductionVariants", ())]:
                if model := variant.get("ModelName"):
                    calls.say("describe_model", ModelName=model)


def _lineage(calls: _Calls) -> None:
    for operation in ("list_artifacts", "list_associations"):
        for _ in calls.each(operation):
            pass


_FIRST = "model packages"
_PARTS: dict[str, tuple[Callable[[_Calls], None], frozenset[str]]] = {
    _FIRST: (_packages, frozenset()),
    "training jobs": (_training_jobs, frozenset()),
    "endpoints": (_endpoints, frozenset()),
    "associations of lineage": (_lineage, frozenset({"training jobs"})),
}
"""By what it is called how a part is asked for, and which others it is told by, besides the first."""


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, default=str).encode() + b"\n"


def _place(location: str) -> tuple[str | None, str | None]:
    """The profile and the region of an address."""
    found = _ADDRESS.fullmatch(location)
    if found is None:
        raise SourceError("That is no address of SageMaker's API.", _RIGHT)
    return unquote(found["profile"] or "") or None, found["region"] or None
