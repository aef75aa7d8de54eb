"""The list protocol of Kubernetes over TLS, as its documentation has it, for there is no cluster where tests run.

It serves `/apis` and `/apis/<group>/<version>[/namespaces/<namespace>]/<plural>` with `limit` and `continue`, and
answers errors with a Status. What goes wrong is told beforehand, one answer at a time.
"""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from thalweg.importers.kubernetes.gathered import RESOURCES

CLUSTER = Path(__file__).parent / "cluster"
TOKEN = "a-token"
BASIC = f"Basic {base64.b64encode(b'ada:secret').decode()}"
REASONS = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 410: "Expired", 500: "InternalError"}


@dataclass(slots=True)
class Cluster:
    """What the server holds, by plural. page: how many objects it gives at once, however many are asked for.

    faults: by plural (or `apis`) what goes wrong next: a status, or `html`, `cut`, `nothing`, `elsewhere`; `` is well.
    asked: what was asked.
    """

    objects: dict[str, list[dict[str, Any]]]
    page: int = 2
    faults: dict[str, list[int | str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def groups(self) -> dict[str, Any]:
        there = {one.group: one.versions[0] for one in RESOURCES if one.plural in self.objects} | self.versions
        groups = [{"name": name, "versions": [{"version": version}]} for name, version in there.items()]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def whole() -> Cluster:
    """The cluster of the tests, as its manifests have it."""
    plurals = {one.kind: one.plural for one in RESOURCES}
    found: dict[str, list[dict[str, Any]]] = {one.plural: [] for one in RESOURCES}
    for file in sorted(CLUSTER.glob("*.yaml")):
        for document in yaml.load_all(file.read_text(), Texts):
            for one in document.get("items", [document]):
                if one["kind"] in plurals:
                    found[plurals[one["kind"]]].append(one)
    return Cluster(found)


class Texts(yaml.SafeLoader):
    """Times stay text, as they are in JSON."""


Texts.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *given: Any, cluster: Cluster) -> None:
        self.cluster = cluster
        super().__init__(*given)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self.cluster.asked.append(self.path)
        address = urlsplit(self.path)
        *_, plural = address.path.split("/")
        given = self.headers.get("Authorization")
        if given not in (f"Bearer {TOKEN}", BASIC) and not self.connection.getpeercert():
            return self.status(401, "Unauthorized")
        fault = (self.cluster.faults.get(plural) or [""]).pop(0)
        match fault:
            case int():
                return self.status(fault, f"{plural} is forbidden" if fault == 403 else f"it is {fault}")
            case "html":
                return self.answer(200, b"<html>Log in</html>", "text/html")
            case "cut":
                self.send_response(200)
                self.send_header("Content-Length", "100000")
                self.end_headers()
                self.wfile.write(b'{"items": [')
                self.close_connection = True
                return None
            case "nothing":
                return self.send({"kind": "Status", "status": "Success"})
            case "elsewhere":
                self.send_response(302)
                self.send_header("Location", "/apis")
                self.send_header("Content-Length", "0")
                return self.end_headers()
        if plural == "apis":
            return self.send(self.cluster.groups())
        if plural not in self.cluster.objects:
            return self.status(404, "the server could not find the requested resource")
        return self.listed(plural, address.path.split("/"), parse_qs(address.query))

    def listed(self, plural: str, path: list[str], parameters: dict[str, list[str]]) -> None:
        objects = self.cluster.objects[plural]
        if "namespaces" in path:
            objects = [one for one in objects if one["metadata"]["namespace"] == path[path.index("namespaces") + 1]]
        token = parameters.get("continue", [""])[0]
        first = int(base64.b64decode(token)) if token else 0
        last = first + min(self.cluster.page, int(parameters["limit"][0]))
        metadata = {"resourceVersion": "4711"}
        if last < len(objects):
            metadata["continue"] = base64.b64encode(str(last).encode()).decode()
        self.send({"kind": "List", "metadata": metadata, "items": objects[first:last]})

    def status(self, code: int, message: str) -> None:
        reason = REASONS.get(code, "Unknown")
        body = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
        self.answer(code, json.dumps(body).encode())

    def send(self, body: dict[str, Any]) -> None:
        self.answer(200, json.dumps(body).encode())

    def answer(self, code: int, body: bytes, type: str = "application/json") -> None:
        self.send_response(code)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that signs itself, of 127.0.0.1 and of kubernetes.default; the server trusts it in clients too."""

    certificate: Path
    key: Path


def made(folder: Path) -> Certificate:
    found = Certificate(folder / "tls.crt", folder / "tls.key")
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:kubernetes.default"]
    places = ["-out", str(found.certificate), "-keyout", str(found.key)]
    subprocess.run(["openssl", "req", *kind, *names, *places], check=True, capture_output=True)
    return found


@contextmanager
def serving(cluster: Cluster, certificate: Certificate) -> Iterator[str]:
    """The address of a server of the cluster."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificate.certificate))
    tls.load_cert_chain(certificate.certificate, certificate.key)
    tls.verify_mode = ssl.CERT_OPTIONAL
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, cluster=cluster))
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that does not trust it hangs up
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
