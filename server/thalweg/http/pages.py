"""The pages of GraphiQL, from the package: nothing is fetched from elsewhere."""

from __future__ import annotations

import asyncio
import gzip
from importlib.resources import files
from importlib.resources.abc import Traversable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from thalweg.graphql.published import published
from thalweg.http.requests import failure

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
"""What the page may load: only what this server serves. GraphiQL's editor writes its own styles."""

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}

FOREVER = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""


class GraphiQL:
    """The built page and its parts. Read once, packed once, and kept: some nine megabytes when all were asked for."""

    def __init__(self, root: Traversable | None = None) -> None:
        self.root = root or files("thalweg").joinpath("web", "graphiql")
        self._kept: dict[str, tuple[bytes, bytes]] = {}
        operations = [
            {"name": one.name, "description": one.description, "query": one.query, "variables": one.variables}
            for one in published()
        ]
        self._operations = orjson.dumps(operations)

    async def page(self, request: Request) -> Response:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "Vary": "Accept"}
        return await self._file(request, "index.html", headers)

    async def asset(self, request: Request) -> Response:
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": FOREVER,
        }
        return await self._file(request, f"assets/{request.path_params['name']}", headers)

    async def licenses(self, request: Request) -> Response:
        return await self._file(request, "LICENSES.txt", {"Cache-Control": "no-cache"})

    async def operations(self, request: Request) -> Response:
        return Response(self._operations, headers={"Cache-Control": "no-cache"}, media_type="application/json")

    async def _file(self, request: Request, name: str, headers: dict[str, str]) -> Response:
        if name not in self._kept:
            read = await asyncio.to_thread(self._read, name)
            if read is None:
                return self._missing(request, name)
            self._kept[name] = read
        plain, packed = self._kept[name]
        headers = {**headers, "Vary": ", ".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=TYPES[_ending(name)])
        return Response(plain, headers=headers, media_type=TYPES[_ending(name)])

    def _read(self, name: str) -> tuple[bytes, bytes] | None:
        """A file of the page, plain and packed; None where there is none. A name is one step deep at most."""
        *folders, leaf = name.split("/")
        if len(folders) > 1 or leaf.startswith(".") or _ending(leaf) not in TYPES:
            return None
        file = self.root.joinpath(*folders, leaf)
        if not file.is_file():
            return None
        plain = file.read_bytes()
        return plain, gzip.compress(plain, 6, mtime=0)

    def _missing(self, request: Request, name: str) -> Response:
        message = "There is no such file."
        if name == "index.html":
            message = "The page was not built into this package. Run `make web`, or ask the API by POST."
        return failure(404, "NOT_FOUND", message, request.state.request_id)


def _ending(name: str) -> str:
    return name[name.rfind(".") :] if "." in name else ""
