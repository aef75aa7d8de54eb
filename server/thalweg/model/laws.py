"""By which laws a name was made canonical (`names.py`): what of a text is no part of it, and what is only spelling.

Each law looks at the text that was given and at the name that was made of it, and is a sentence. A text that is its
name already breaks none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from thalweg.model import databases, names

_STEPS = re.compile(r"(?<!:)//|/\.{1,2}(?=/|$)|/[\s/]*$")


@dataclass(frozen=True, slots=True)
class _Given:
    """A text, and the name that was made of it: `namespace/name` of a dataset, the URL of a repository."""

    text: str
    name: str
    source: str

    @property
    def scheme(self) -> str:
        """As it was written; nothing where there is none. That of a JDBC address is `jdbc`."""
        scheme, colon, _ = self.text.strip().removeprefix("git+").partition(":")
        return scheme if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9.+-]+", scheme) else ""

    @property
    def authority(self) -> str:
        return self.text.partition("://")[2].partition("/")[0].partition("?")[0]

    @property
    def user(self) -> str:
        """Who logs in, with `@`; also as `git@host:path` has it."""
        found = re.match(r"(?:[^/]*://)?([^/@\s]*[^/@\s:]@)", self.text.strip())
        return found[1] if found else ""

    @property
    def host(self) -> str:
        return re.sub(r":\d*$", "", self.authority.rpartition("@")[2])

    @property
    def port(self) -> str:
        found = re.search(r":(\d+)$", self.authority)
        return found[1] if found else ""

    @property
    def path(self) -> str:
        text = self.text.strip()
        return text.partition("://")[2].partition("/")[2] if "://" in text else text

    @property
    def on_disk(self) -> bool:
        return self.name.startswith("file://")


class Law(NamedTuple):
    """A sentence, and whether a text was written otherwise."""

    sentence: str
    otherwise: Callable[[_Given], bool]


_ANYWHERE = (
    Law("Blanks around a name are no part of it.", lambda it: it.text != it.text.strip()),
    Law(
        "Who logs in is no part of a name.",
        lambda it: bool(it.user) and it.user not in it.name,
    ),
    Law("A scheme is written in lower case.", lambda it: it.scheme != it.scheme.lower()),
    Law("A host is written in lower case.", lambda it: it.host not in it.name and it.host.lower() in it.name),
    Law(
        "The usual port goes without saying, and that of ssh is of another door.",
        lambda it: bool(it.port) and f":{it.port}" not in it.name,
    ),
    Law(
        "A path is written without empty steps, `.` and `..`, and without a slash at its end.",
        lambda it: _STEPS.search(it.path.partition("?")[0].rstrip()) is not None,
    ),
    Law(
        "A path on a disk is named under its source, for other disks have that path too.",
        lambda it: it.on_disk and it.name.startswith(f"file://{it.source}/") and it.name not in it.text,
    ),
    Law("A path is written with `/`, and a drive as its first step.", lambda it: it.on_disk and "\\" in it.text),
)

_OF_DATASETS = (
    Law(
        "`s3a`, `s3n` and `gcs` are clients of S3 and of Google's storage, and name the same buckets.",
        lambda it: it.scheme.lower() in ("s3a", "s3n", "gcs"),
    ),
    Law(
        "`abfs` and `wasb` name the same containers as `abfss` and `wasbs`, without encryption.",
        lambda it: it.scheme.lower() in ("abfs", "wasb"),
    ),
    Law(
        "A JDBC address names the database that its URI names; its parameters say how it is reached.",
        lambda it: it.scheme.lower() == "jdbc",
    ),
    Law(
        "`postgresql` is written `postgres`, `sqlserver` is written `mssql`, and `bq` is written `bigquery`.",
        lambda it: it.scheme.lower().partition("+")[0] in databases.RENAMED,
    ),
    Law(
        "A database is named with its port, the usual one where none is given.",
        lambda it: (
            (usual := databases.PORTS.get(it.name.partition("://")[0])) is not None
            and f":{usual}" not in it.text
            and it.name.partition("://")[2].partition("/")[0].endswith(f":{usual}")
        ),
    ),
    Law(
        "An account of Snowflake is named without the domain of its addresses.",
        lambda it: it.name.startswith("snowflake://") and "snowflakecomputing" in it.host.lower(),
    ),
    Law("The driver behind a `+` is no part of a name.", lambda it: "+" in it.scheme),
    Law(
        "An ARN of S3 names a bucket, and what lies in it.",
        lambda it: it.text.strip().lower().startswith("arn:") and it.name.startswith("s3://"),
    ),
    Law(
        "A place in a datastore of Azure ML is named under its workspace, whatever that is part of.",
        lambda it: it.name.startswith("azureml://") and "/subscriptions/" in it.text.lower(),
    ),
    Law(
        "BigQuery is one namespace, whose tables are written project.set.table.",
        lambda it: it.scheme.lower() in ("bigquery", "bq") and "/" in it.text,
    ),
    Law(
        "What stands behind `?` says how a thing is reached; on the web, what lets somebody in is no part of a name.",
        lambda it: "?" in it.text and it.text.partition("?")[2] not in it.name,
    ),
    Law(
        "What is named without a host is named under its source.",
        lambda it: "://" in it.text and not it.authority and it.source in it.name and not it.on_disk,
    ),
)

_OF_REPOSITORIES = (
    Law(
        "A repository has one address, whether it is reached by https, http, ssh or git.",
        lambda it: not it.on_disk and not it.text.strip().removeprefix("git+").lower().startswith("https://"),
    ),
    Law(
        "`.git` at its end is no part of the name of a repository.", lambda it: it.text.rstrip("/ \n").endswith(".git")
    ),
    Law(
        "Hosts that answer ssh on the port of https are other doors to the same house.",
        lambda it: it.host.lower() in names.REPOSITORY_DOORS,
    ),
)


Laws = Callable[..., tuple[str, ...]]
"""Of a text, and the name of the source in which it stands, the sentences of the laws that it broke."""


def of_dataset(uri: str, source: str = "local") -> tuple[str, ...]:
    """The laws by which a URI became the name of a dataset. Raises ValueError where it names none."""
    namespace, name = names.dataset_name(uri, source)
    whole = f"{namespace}/{name.removeprefix('/')}" if "://" in namespace else f"{namespace}:{name}"
    plain = (whole, f"{namespace}:{name}", f"{namespace}/{name}")
    return () if uri in plain else _broken(_Given(uri, whole, source), (*_ANYWHERE, *_OF_DATASETS), "a dataset")


def of_repository(url: str, source: str = "local") -> tuple[str, ...]:
    """The laws by which a URL became the name of a repository. Raises ValueError where it names none."""
    name = names.repository_url(url, source)
    return () if url == name else _broken(_Given(url, name, source), (*_ANYWHERE, *_OF_REPOSITORIES), "a repository")


def _broken(given: _Given, laws: tuple[Law, ...], of: str) -> tuple[str, ...]:
    found = tuple(law.sentence for law in laws if law.otherwise(given))
    return found or (f"The name of {of} is written in one way, however it was given.",)
