"""One name for one thing, whatever system wrote it: repository URLs and dataset names, normalized.

Dataset names follow OpenLineage: the namespace is where the data lives (`s3://bucket`), the name is what it is called
there. A path on somebody's disk is named under its source (`file://<source>`), so that two `/data/train.csv` stay two.
"""

from __future__ import annotations

import re
from posixpath import normpath
from urllib.parse import unquote, urlsplit

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(?!//)(?P<path>[^\s]+)")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}


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
    if _WINDOWS.match(text) or text.startswith(("/", ".", "~", "\\")) or (separator and scheme.lower() == "file"):
        return f"file://{source}{_strip_git(disk_path(text))}"
    if not separator:
        scp = _SCP.fullmatch(text)
        if scp is not None:
            return f"https://{scp['host'].lower()}/{_strip_git(scp['path'].strip('/'))}"
        head = text.partition("/")[0]
        if "." not in head:
            return f"file://{source}{_strip_git(disk_path('/' + text))}"
        text = f"https://{text}"
    parts = urlsplit(text)
    host = (parts.hostname or "").lower()
    if not host:
        raise ValueError(f"{url!r} names no host; give a repository's URL, like https://github.com/acme/churn")
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, _PORTS.get(parts.scheme.lower())) else f":{parts.port}"
    if parts.scheme.lower() in ("ssh", "git"):
        port = ""  # the port of another door to the same house
    path = _strip_git(unquote(parts.path).strip("/"))
    return f"https://{host}{port}/{path}" if path else f"https://{host}{port}"


def _strip_git(path: str) -> str:
    path = path.rstrip("/")
    return path[:-4].rstrip("/") if path.endswith(".git") and path[:-4].strip("/") else path


def disk_path(text: str) -> str:
    """A path on a disk as part of a name: forward slashes, no `.` and `..`, drive letters as `/c/…`."""
    if text[:5].lower() == "file:":
        text = unquote(text[5:])
        if text.startswith("//"):
            host, _, rest = text[2:].partition("/")
            text = text[2:] if _WINDOWS.match(text[2:]) else f"/{rest}" if host in ("", "localhost") else f"/{host}/{rest}"
        text = re.sub(r"^/(?=[A-Za-z]:[\\/])", "", text)
    text = text.replace("\\", "/")
    if _WINDOWS.match(text):
        text = f"/{text[0].lower()}/{text[3:]}"
    return normpath("/" + text.lstrip("/"))


_BUCKETS = {"s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gs", "gcs": "gs", "oss": "oss", "hdfs": "hdfs"}
_AZURE = {"abfs": "abfss", "abfss": "abfss", "wasb": "wasbs", "wasbs": "wasbs"}


def dataset_name(uri: str, source: str = "local") -> tuple[str, str]:
    """The OpenLineage namespace and name of a dataset at a URI.

    `s3a://Lake/raw//tx/` is (`s3://Lake`, `raw/tx`); `abfs://c@acct.dfs.core.windows.net/p` is
    (`abfss://c@acct.dfs.core.windows.net`, `p`); `dbfs:/mnt/x` is (`dbfs`, `/mnt/x`); `C:\\data\\x.csv` is
    (`file://<source>`, `/c/data/x.csv`). Raises ValueError when it names nothing.
    """
    text = uri.strip()
    if not text:
        raise ValueError("is empty; give a URI, like s3://bucket/path")
    scheme, separator, rest = text.partition(":")
    scheme = scheme.lower()
    if _WINDOWS.match(text) or not separator or scheme == "file" or "/" in scheme or "\\" in scheme:
        return f"file://{source}", disk_path(text)
    if scheme == "dbfs":
        return "dbfs", normpath("/" + rest.lstrip("/"))
    if not rest.startswith("//"):
        return scheme, rest.strip("/") or text
    authority, _, path = rest[2:].partition("/")
    if scheme not in ("http", "https"):
        path = path.partition("?")[0]
    path = normpath("/" + path.strip("/")).strip("/") if path.strip("/") else "/"
    if scheme in _BUCKETS:
        host = authority.rpartition("@")[2]
        return f"{_BUCKETS[scheme]}://{host.lower() if scheme == 'hdfs' else host}", path
    if scheme in _AZURE:
        container, at, account = authority.rpartition("@")
        return f"{_AZURE[scheme]}://{container}{at}{account.lower()}", path
    host = authority.rpartition("@")[2].lower()
    default = _PORTS.get(scheme)
    if default is not None and host.endswith(f":{default}"):
        host = host.rpartition(":")[0]
    return f"{scheme}://{host}", path


_PASSWORD = re.compile(r"(?<=://)[^/?#@\s]*:[^/?#\s]*@")


def without_password(uri: str) -> str:
    """A URI that may be kept and shown: who logs in goes with the password. A container or a user alone stays."""
    return _PASSWORD.sub("", uri)
