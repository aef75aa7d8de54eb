"""One name for one thing, whatever system wrote it: repository URLs and dataset names, normalized.

Dataset names follow OpenLineage: the namespace is where the data lives (`s3://bucket`), the name is what it is called
there. A path on somebody's disk is named under its source (`file://<source>`), so that two `/data/train.csv` stay two;
a path on a file server is named under the server (`file://<host>`), for it is the same for everybody.

A name that was made here comes out as it is: normalizing twice is normalizing once. Nothing that logs in is ever part
of a name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import normpath
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from thalweg.model import databases

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(?!//)(?P<path>\S.*)")
_WINDOWS = re.compile(r"[A-Za-z]:(?:[\\/]|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9.+-]+")  # of one letter it is a drive
_END = re.compile(r"[\s/]+$")
_DEFAULT_PORTS = {"http": 80, "https": 443}
REPOSITORY_DOORS = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
    "ssh.dev.azure.com": "dev.azure.com",
}
"""Hosts that answer ssh on the port of https: other doors to the same houses."""


def repository_url(url: str, source: str = "local") -> str:
    """A repository's URL as its identity: https, no credentials, no `.git`, lower-case host, no default port.

    `git@github.com:Acme/Churn.git`, `ssh://git@github.com:22/Acme/Churn` and `https://user:pw@GitHub.com/Acme/Churn/`
    are all `https://github.com/Acme/Churn`. A path on a disk, or a `file:` URL, becomes `file://<source>/<path>`.
    Raises ValueError when there is nothing in it that names a repository.
    """
    text = url.strip().removeprefix("git+")
    if not text:
        raise ValueError("is empty; give a repository's URL, like https://github.com/acme/churn")
    scheme, separator, _ = text.partition("://")
    if _WINDOWS.match(text) or text.startswith(("/", ".", "~", "\\")) or text[:5].lower() == "file:":
        return _repository_on_disk(text, source)
    if not separator:
        scp = _SCP.fullmatch(text)
        if scp is None and "." not in text.partition("/")[0]:
            return _repository_on_disk("/" + text, source)
        scheme, text = "ssh", f"ssh://{scp['host']}/{scp['path']}" if scp else f"ssh://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or any(letter.isspace() for letter in host):
        raise ValueError(f"{url!r} names no host; give a repository's URL, like https://github.com/acme/churn")
    host = REPOSITORY_DOORS.get(host, host)
    if ":" in host:
        host = f"[{host}]"
    if scheme.lower() not in ("http", "https") or port in (443, _DEFAULT_PORTS[scheme.lower()]):
        port = None  # that of ssh is the port of another door to the same house
    path = quote(_repository_path(unquote(parts.path)), safe="/~@:+!$&'()*,;=")
    if host == "dev.azure.com":
        path = re.sub(r"^v3/([^/]+/[^/]+)/(?!_git/)", r"\1/_git/", path)  # as ssh spells it
    return f"https://{host}{f':{port}' if port else ''}{f'/{path}' if path else ''}"


def _repository_on_disk(text: str, source: str) -> str:
    namespace, path = _on_disk(text, source)
    return f"{namespace}/{_repository_path(path)}".rstrip("/")


def _repository_path(path: str) -> str:
    path = _plain(path)
    while path.endswith(".git") and path[:-4].strip("/"):
        path = _plain(path[:-4])
    return path


def _plain(path: str) -> str:
    """A path without empty, `.` and `..` steps, without slashes at its ends and blanks at its end."""
    while (plain := _END.sub("", normpath("/" + path.lstrip("/"))).lstrip("/")) != path:
        path = plain
    return path


def disk_path(text: str) -> str:
    """A path on a disk as part of a name: forward slashes, no `.` and `..`, drive letters as `/c/…`."""
    path = _plain(text.replace("\\", "/"))
    if _WINDOWS.match(path):
        path = f"{path[0].lower()}/{path[3:]}".rstrip("/")
    return f"/{path}"


def _on_disk(text: str, source: str) -> tuple[str, str]:
    """The namespace and the path of a path or a `file:` URL."""
    if text[:5].lower() == "file:":
        host, path = "", text[5:]
        if _WINDOWS.match(path.removeprefix("//")):
            path = path.removeprefix("//")
        elif path.startswith("//"):
            authority, _, path = path[2:].partition("/")
            host = authority.rpartition("@")[2]
        if host in ("", "localhost"):
            return f"file://{source}", disk_path(unquote(path))
        return f"file://{host}", disk_path("/" + path)  # a server, or a name that was made here
    if text.startswith("\\\\") and text.strip("\\"):
        host, _, path = text.replace("\\", "/").lstrip("/").partition("/")
        return f"file://{host.lower()}", disk_path("/" + path)
    return f"file://{source}", disk_path(text)


_BUCKETS = {"s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gs", "gcs": "gs", "oss": "oss"}
_AZURE = {"abfs": "abfss", "abfss": "abfss", "wasb": "wasbs", "wasbs": "wasbs"}
_SIGNATURES = re.compile(
    r"x-amz-.*|x-goog-.*|awsaccesskeyid|googleaccessid|signature|expires|sig|se|sp|sv|st|sr|spr|ske|sks|skt|skv|sktid"
    r"|skoid|.*token|.*password|.*secret|api_?key",
    re.IGNORECASE,
)
"""Parameters that let somebody in; they change with each link to the same thing."""


def dataset_name(uri: str, source: str = "local") -> tuple[str, str]:
    """The OpenLineage namespace and name of a dataset at a URI.

    `s3a://Lake/raw//tx/` is (`s3://Lake`, `raw/tx`); `abfs://c@acct.dfs.core.windows.net/p` is
    (`abfss://c@acct.dfs.core.windows.net`, `p`); `dbfs:/mnt/x` is (`dbfs`, `/mnt/x`); `C:\\data\\x.csv` is
    (`file://<source>`, `/c/data/x.csv`); `jdbc:postgresql://u:pw@db/shop` is (`postgres://db:5432`, `shop`);
    `bigquery://project/set/table` is (`bigquery`, `project.set.table`). What a path means only where it was written
    (`hdfs:///x`) is named under the source, as a path on a disk is. A place in a datastore of Azure ML is named under
    its workspace, where that is said (`datastore`). Raises ValueError when it names nothing.
    """
    text = without_password(uri.strip())
    if (stored := datastore(text)) is not None and stored.workspace is not None:
        return in_datastore(stored.workspace, stored.store, stored.path)
    if text[:5].lower() == "jdbc:":
        text = databases.of_jdbc(text[5:])
    if not text:
        raise ValueError("is empty; give a URI, like s3://bucket/path")
    scheme, separator, rest = text.partition(":")
    if not separator or not _SCHEME.fullmatch(scheme) or scheme.lower() == "file":
        return _on_disk(text, source)
    scheme = scheme.lower().partition("+")[0]  # `postgresql+psycopg2`: the driver is no part of the name
    scheme = databases.RENAMED.get(scheme, scheme)
    if scheme == "sqlite":
        return _on_disk(rest.removeprefix("//").partition("?")[0], source)
    if scheme == "dbfs":
        return "dbfs", f"/{_plain(rest)}"
    if scheme == "hdfs" and rest.startswith("/") and not rest.startswith("//"):
        rest = f"//{rest}"  # `hdfs:/x`, as Hadoop writes `hdfs:///x` too
    if not rest.startswith("//"):
        return _without_authority(scheme, rest, uri)
    authority, slash, path = rest[2:].partition("/")
    if not slash:
        authority, mark, query = authority.partition("?")
        path = mark + query
    path = _path(scheme, path)
    if scheme in _AZURE:
        container, at, account = authority.rpartition("@")
        container = container.partition(":")[0]
        return f"{_AZURE[scheme]}://{container}{at}{account.lower()}", path
    host = authority.rpartition("@")[2]
    if scheme == "bigquery":
        return "bigquery", ".".join(part for part in (host, *path.split("/")) if part)
    if scheme in _BUCKETS:
        if not host:
            raise ValueError(f"{uri!r} names no bucket; give a URI, like s3://bucket/path")
        return f"{_BUCKETS[scheme]}://{host}", path
    if not host:
        return f"{scheme}://{source}", path
    default = f":{_DEFAULT_PORTS.get(scheme)}"
    if host != source:  # a source's name may have capitals, and has no port
        host = databases.host(scheme, host.lower())
    return f"{scheme}://{host.removesuffix(default)}", path


def _path(scheme: str, path: str) -> str:
    """A path with neither a query nor steps that lead nowhere; on the web, a query names what is there."""
    if scheme not in ("http", "https"):
        return _plain(path.partition("?")[0]) or "/"
    path, _, query = path.partition("#")[0].partition("?")
    named = [pair for pair in parse_qsl(query, keep_blank_values=True) if not _SIGNATURES.fullmatch(pair[0])]
    return (_plain(path) or "/") + (f"?{urlencode(named)}" if named else "")


_DATASTORE = re.compile(
    r"azureml:/{1,2}(?:subscriptions/[^/]+/resourcegroups/[^/]+(?:/providers/microsoft\.machinelearningservices)?"
    r"/workspaces/(?P<workspace>[^/]+)/)?datastores/(?P<store>[^/]+)/paths(?:/(?P<path>.*))?"
    r"|azureml://(?P<named>(?!datastores/)[^/@]+)/datastores/(?P<of_named>[^/]+)(?:/(?P<below>.*))?",
    re.IGNORECASE,
)


class Stored(NamedTuple):
    """A place in a datastore of Azure ML. workspace: None where it is not said, and so that of whoever says it."""

    workspace: str | None
    store: str
    path: str


def datastore(uri: str) -> Stored | None:
    """The place that a URI names, as Azure writes it with and without its workspace, or as its name here is; None for
    another URI.

        azureml://subscriptions/…/resourcegroups/…/workspaces/ws/datastores/lake/paths/raw/tx
        azureml://datastores/lake/paths/raw/tx
        azureml://ws/datastores/lake/raw/tx
    """
    found = _DATASTORE.fullmatch(uri.strip())
    if found is None:
        return None
    return Stored(
        found["workspace"] or found["named"], found["store"] or found["of_named"], found["path"] or found["below"] or ""
    )


def in_datastore(workspace: str, store: str, path: str) -> tuple[str, str]:
    """The name of a place in a datastore: (`azureml://ws/datastores/lake`, `raw/tx`)."""
    return f"azureml://{workspace}/datastores/{store}", _plain(path.partition("?")[0]) or "/"


_STORES = {*_BUCKETS, *_AZURE, "hdfs", "file"}
"""Schemes of namespaces below which a name is a path."""


@lru_cache(maxsize=1 << 14)  # events name the same few again and again
def dataset_pair(namespace: str, name: str, source: str = "local") -> tuple[str, str]:
    """A namespace and a name that somebody gave, as OpenLineage's canonical form, which `dataset_name` makes of a URI.

    (`s3a://Lake/raw`, `/tx/`) is (`s3://Lake`, `raw/tx`); (`file`, `/data/x.csv`) is (`file://<source>`,
    `/data/x.csv`); (`postgresql://u:pw@DB:5432`, `shop.public.orders`) is (`postgres://db:5432`,
    `shop.public.orders`); (`kafka://Broker:9092`, `tx`) is (`kafka://broker:9092`, `tx`). A namespace that is no
    address stays as it is.
    """
    namespace = without_password(namespace.strip())
    scheme, separator, rest = namespace.partition("://")
    kind = scheme.lower()
    if kind == "file" and not separator:
        return _on_disk(name, source)
    if separator and kind in _STORES and "?" not in name:
        try:
            return dataset_name(f"{scheme}://{rest.rstrip('/')}/{name.lstrip('/')}", source)
        except ValueError:
            return namespace, name
    kind = databases.RENAMED.get(kind, kind)
    if not separator:
        return kind if kind in databases.RENAMED.values() else namespace, name
    if "/" in rest or kind == "mlflow":  # what MLflow is called is a source's name, and may have capitals
        return namespace, name
    return f"{kind}://{rest if rest == source else databases.host(kind, rest.lower())}", name


def _without_authority(scheme: str, rest: str, uri: str) -> tuple[str, str]:
    if scheme == "arn":
        *account, name = rest.split(":", 4)
        if len(account) == 4 and name.strip("/"):
            if account[1] == "s3" and not any(account[2:]):  # with a region it is an access point, which is no bucket
                return dataset_name(f"s3://{name}")
            return ":".join((scheme, *account)), name.strip("/")
    name = rest.strip("/")
    if not name:
        raise ValueError(f"{uri!r} names nothing behind {scheme}:; give a URI, like s3://bucket/path")
    return scheme, name


_PASSWORD = re.compile(r"(?<=://)[^/?#@\s]*:[^/?#\s]*@|(?<=(?i:https://))[^/?#@\s]*@|(?<=(?i:http://))[^/?#@\s]*@")


def without_password(uri: str) -> str:
    """A URI that may be kept and shown: who logs in goes with the password. A container or a user alone stays, but in a
    web address, where it may be a token.
    """
    return _PASSWORD.sub("", uri)


def is_text(value: str) -> bool:
    """Whether it can be written in UTF-8: half of a pair of surrogates cannot."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
