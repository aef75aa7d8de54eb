"""A kubeconfig: where the API of a cluster is, and how to log in there."""

from __future__ import annotations

import base64
import binascii
import json
import os
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.importers.manifest import text
from thalweg.importers.parts import Part, Wrong, as_part
from thalweg.model.errors import BadInput, Problem, SourceError

PLUGIN_SECONDS = 60
SECRETS = ("token", "password", "client-key-data")
"""What is not shown, also where it is wrong."""
INFO = "KUBERNETES_EXEC_INFO"


@dataclass(slots=True)
class Access:
    """The API of a cluster. namespace: the context's own. proxy: through which it is reached, where that is said.

    name: the host that its certificate is of, where it is not that of the address.
    """

    server: str
    context: str
    namespace: str | None
    tls: ssl.SSLContext
    headers: dict[str, str]
    name: str | None = None
    proxy: str | None = None
    warnings: list[str] = field(default_factory=list)


def access(file: str | os.PathLike[str] | None, context: str | None, *, run_plugin: bool = False) -> Access:
    """What a kubeconfig says of a context, or of its current one.

    file: else what KUBECONFIG names, else ~/.kube/config. run_plugin: whether the program may be run that it names to
    log in.

    Raises BadInput, with what to do, for a file that is none, a context that it has not, and a program not to be run.
    """
    place = Path(file) if file is not None else _usual()
    config = _loaded(place)
    try:
        return _access(config, place, context, run_plugin)
    except Wrong as error:
        value = "it" if error.where and error.where[-1] in SECRETS else error.value
        raise _bad(place, text.path(error.where), value, error.expected) from error


def _usual() -> Path:
    named = [one for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    if len(named) > 1:
        raise BadInput("KUBECONFIG names several files.", "Name the one that is meant with --kubeconfig.")
    return Path(named[0]) if named else Path.home() / ".kube" / "config"


def _loaded(place: Path) -> Part:
    document = text.load(place, str(place))
    if document.problems:
        raise BadInput(f"{document.problems[0]}.", problems=document.problems)
    try:
        return as_part(document.data, ())
    except Wrong as error:
        raise _bad(place, "the file", error.value, "must be a kubeconfig") from error


def _access(config: Part, place: Path, wanted: str | None, run_plugin: bool) -> Access:
    name = wanted or config.text("current-context")
    if name is None:
        raise _bad(place, "current-context", "nothing", "is named there; say --context")
    context = _named(config, "contexts", "context", name, place)
    cluster = _named(config, "clusters", "cluster", context.text("cluster") or "", place)
    user = _named(config, "users", "user", context.text("user") or "", place) if context.text("user") else Part({})
    server = cluster.text("server")
    if server is None or not server.startswith(("https://", "http://")):
        raise Wrong((*cluster.where, "server"), server, "must be an address, like https://10.0.0.1:6443")
    if user.part("auth-provider"):
        raise Wrong(
            (*user.where, "auth-provider"), user.part("auth-provider").text("name"), "is no longer known to Kubernetes"
        )
    found = Access(
        server=server.rstrip("/"),
        context=name,
        namespace=context.text("namespace"),
        tls=_tls(cluster, place),
        headers={},
        name=cluster.text("tls-server-name"),
        proxy=cluster.text("proxy-url"),
    )
    if found.proxy is not None and not found.proxy.startswith(("http://", "https://")):
        raise Wrong((*cluster.where, "proxy-url"), found.proxy, "must begin with http:// or https://")
    if cluster.truth("insecure-skip-tls-verify"):
        found.warnings.append(
            f"{place} says not to check the certificate of {server}: whoever stands between can read the token, and "
            "answer in its place."
        )
    if server.startswith("http://"):
        found.warnings.append(f"{server} is read without encryption, as {place} says.")
    _log_in(found, user, cluster, place, run_plugin)
    return found


def _named(config: Part, lists: str, inside: str, name: str, place: Path) -> Part:
    entries = config.parts(lists)
    found = next((one.part(inside) for one in entries if one.text("name") == name), None)
    if found is None:
        known = ", ".join(one.text("name") or "?" for one in entries[:20]) or "none"
        raise _bad(place, lists, repr(name), f"is not there; there are: {known}")
    return found


def _tls(cluster: Part, place: Path) -> ssl.SSLContext:
    authority = _content(cluster, "certificate-authority", place)
    try:
        tls = ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
    except (ssl.SSLError, ValueError) as error:
        raise Wrong((*cluster.where, "certificate-authority"), None, f"is no certificate ({error})") from error
    if cluster.truth("insecure-skip-tls-verify"):
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    return tls


def _log_in(found: Access, user: Part, cluster: Part, place: Path, run_plugin: bool) -> None:
    """By a client certificate, a token, a name and a password, or what a program answers."""
    certificate = _content(user, "client-certificate", place)
    key = _content(user, "client-key", place)
    token = user.text("token")
    if user.text("tokenFile"):
        token = _file(user, "tokenFile", place).decode("utf-8", "replace").strip()
    if user.part("exec"):
        answer = _by_program(user.part("exec"), cluster, found, place, run_plugin)
        token = answer.text("token") or token
        certificate = (answer.text("clientCertificateData") or "").encode() or certificate
        key = (answer.text("clientKeyData") or "").encode() or key
    if certificate and key:
        _present(found.tls, certificate, key, user)
    if token:
        found.headers["Authorization"] = f"Bearer {token}"
    elif user.text("username") and user.text("password"):
        pair = f"{user.text('username')}:{user.text('password')}"
        found.headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    impersonated = user.text("as")
    if impersonated:
        found.headers["Impersonate-User"] = impersonated


def _present(tls: ssl.SSLContext, certificate: bytes, key: bytes, user: Part) -> None:
    """The standard library takes a client's certificate from a file alone: one that is gone before the next line."""
    with _written(certificate + b"\n" + key) as file:
        try:
            tls.load_cert_chain(file, password="")
        except (ssl.SSLError, ValueError) as error:
            raise Wrong(
                (*user.where, "client-certificate"), None, f"is no certificate with its key ({error})"
            ) from error


@contextmanager
def _written(content: bytes) -> Iterator[str]:
    handle, name = tempfile.mkstemp(prefix="thalweg-")  # which only this user may read
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        yield name
    finally:
        os.unlink(name)


def _content(part: Part, name: str, place: Path) -> bytes | None:
    """What stands there in base64, or in the file that is named."""
    data = part.text(f"{name}-data")
    if data is not None:
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Wrong((*part.where, f"{name}-data"), None, f"is no base64 ({error})") from error
    return _file(part, name, place) if part.text(name) is not None else None


def _file(part: Part, name: str, place: Path) -> bytes:
    path = place.parent / (part.text(name) or "")  # a relative path is relative to the kubeconfig
    try:
        return path.read_bytes()
    except OSError as error:
        raise Wrong((*part.where, name), part.text(name), f"cannot be read ({error.strerror})") from error


def _by_program(exec: Part, cluster: Part, found: Access, place: Path, run_plugin: bool) -> Part:
    """What the program that a kubeconfig names answers: an ExecCredential."""
    command = exec.text("command")
    if command is None:
        raise Wrong((*exec.where, "command"), None, "must be the program that logs in")
    if not run_plugin:
        raise BadInput(
            f"{place} logs in to {found.context} by running {command}, which nobody allowed.",
            "Allow it with --exec-plugin, or name a kubeconfig that holds a token.",
        )
    environment = dict(os.environ) | {one.text("name") or "": one.text("value") or "" for one in exec.parts("env")}
    environment[INFO] = json.dumps(_info(exec, cluster))
    program = str(place.parent / command) if "/" in command else command
    try:
        done = subprocess.run(
            [program, *exec.words("args")],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PLUGIN_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(
            f"{command}, which {place} logs in by, cannot be run ({error}).", "Run it by hand."
        ) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceError(
            f"{command}, which {place} logs in by, failed with {done.returncode}: {said[-1][:200] if said else '-'}",
            "Run it by hand, or log in again.",
        )
    try:
        status = as_part(json.loads(done.stdout), ()).part("status")
    except ValueError as error:
        raise SourceError(f"What {command} answered is no ExecCredential.", "Run it by hand.") from error
    if not status:
        raise SourceError(f"What {command} answered has no status.", "Log in again.")
    return status


def _info(exec: Part, cluster: Part) -> Mapping[str, object]:
    version = exec.text("apiVersion") or "client.authentication.k8s.io/v1"
    spec: dict[str, object] = {"interactive": False}
    if exec.truth("provideClusterInfo"):
        spec["cluster"] = {
            name: value
            for name, value in cluster.data.items()
            if name in ("server", "tls-server-name", "certificate-authority-data", "proxy-url")
        }
    return {"apiVersion": version, "kind": "ExecCredential", "spec": spec}


def _bad(place: Path, field: str, value: str, expected: str) -> BadInput:
    problem = Problem(str(place), field, value, expected)
    return BadInput(f"{problem}.", problems=[problem])
