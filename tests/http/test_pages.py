"""The pages: GraphiQL as it was built, from the package, with the published operations."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest

from thalweg.http import pages
from thalweg.http.pages import GraphiQL

pytestmark = pytest.mark.anyio

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BUILT = Path(pages.__file__).parents[1] / "web" / "graphiql"


async def test_a_browser_is_given_the_page_and_a_program_is_not(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"accept": BROWSER})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == pages.POLICY
    assert "Accept" in page.headers["vary"]
    assert page.text == (BUILT / "index.html").read_text()
    for accept in ("application/json", "*/*", f"application/graphql-response+json, {BROWSER}"):
        assert (await client.get("/graphql", headers={"accept": accept})).status_code == 400
    home = await client.get("/", headers={"accept": BROWSER})
    assert (home.status_code, home.headers["location"]) == (307, "/graphql")


async def test_all_that_the_page_asks_for_is_there_forever(client: httpx.AsyncClient) -> None:
    wanted = re.findall(r'(?:src|href)="(/graphiql/[^"]+)"', (BUILT / "index.html").read_text())
    assert wanted
    for path in wanted:
        response = await client.get(path)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["content-encoding"] == "gzip"
        assert response.content == (BUILT / "assets" / path.rpartition("/")[2]).read_bytes()


@pytest.mark.parametrize(
    ("ending", "type"),
    [
        (".js", "text/javascript; charset=utf-8"),
        (".css", "text/css; charset=utf-8"),
        (".svg", "image/svg+xml"),
        (".ttf", "font/ttf"),
    ],
)
async def test_a_file_is_served_as_what_it_is(client: httpx.AsyncClient, ending: str, type: str) -> None:
    file = next(file for file in (BUILT / "assets").iterdir() if file.suffix == ending)
    response = await client.get(f"/graphiql/assets/{file.name}", headers={"accept-encoding": "identity"})
    assert response.headers["content-type"] == type
    assert "content-encoding" not in response.headers
    assert response.content == file.read_bytes()


async def test_a_file_is_packed_once(client: httpx.AsyncClient, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.js").write_text("1;" * 1000)
    page = GraphiQL(tmp_path)
    assert page._read("assets/a.js") == (b"1;" * 1000, gzip.compress(b"1;" * 1000, 6, mtime=0))


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2findex.html", "%2e%2e/index.html", ".hidden.js", "a%00.js", "x.exe", "a%5Cb.js"]
)
async def test_what_is_no_file_of_the_page_is_a_404(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get(f"/graphiql/assets/{name}")
    assert response.status_code == 404


async def test_a_page_that_was_not_built_says_how_to(tmp_path: Path) -> None:
    assert GraphiQL(tmp_path)._read("index.html") is None


async def test_the_licenses_of_what_is_built_in_are_there(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphiql/LICENSES.txt")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "monaco-editor" in response.text


async def test_the_published_operations_are_the_examples_the_main_question_first(client: httpx.AsyncClient) -> None:
    operations = (await client.get("/graphiql/operations.json")).json()
    names = [one["name"] for one in operations]
    assert names == [
        "Impact",
        "Columns",
        "Upstream",
        "Provenance",
        "Compare",
        "Live",
        "WhatWasLive",
        "Runs",
        "Path",
        "CommonAncestors",
        "Orphans",
        "Search",
        "Marks",
        "Counts",
    ]
    assert all(one.keys() == {"name", "description", "query", "variables"} for one in operations)
    assert operations[0]["variables"] == {"of": "dataset:s3://lake/transactions"}
    assert operations[0]["description"].startswith("If this dataset changes, which models and which live endpoints")
    assert operations[0]["query"].startswith("query Impact(")
