"""GraphiQL in a real browser: under the strict policy, without the internet, ready to ask the main question."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Request, expect, sync_playwright

from tests.http.conftest import Running

STATED = """mutation { recordRun(input: {
  namespace: "test", runId: "r", inputs: [{dataset: {namespace: "s3://lake", name: "transactions", version: "1"}}]
}) { errors { message } } }"""


SCROLL = "(pane, top) => new Promise(done => { pane.scrollTop = top; setTimeout(() => done(pane.scrollTop), 100) })"
SCROLLED = "pane => new Promise(done => requestAnimationFrame(() => done(pane.scrollTop)))"


def follow(page: Page, link: str, entry: str) -> float:
    """How far the entry is scrolled that a link leads to. To click it like this scrolls nothing by itself."""
    pane = page.locator(".graphiql-plugin")
    pane.get_by_role("link", name=link, exact=True).first.dispatch_event("click")
    expect(pane.locator(".graphiql-doc-explorer-title")).to_have_text(entry)
    scrolled: float = pane.evaluate(SCROLLED)
    return scrolled


def an_entry_begins_at_its_top_and_is_found_again_where_it_was_left(page: Page) -> None:
    pane = page.locator(".graphiql-plugin")
    assert follow(page, "Query", "Query") == 0
    assert pane.evaluate(SCROLL, 3_000) == 3_000
    assert follow(page, "Provenance", "Provenance") == 0
    assert pane.evaluate(SCROLL, 120) == 120
    assert follow(page, "Gap", "Gap") == 0
    assert follow(page, "Go back to Provenance", "Provenance") == 120
    assert follow(page, "Go back to Query", "Query") == 3_000
    assert follow(page, "Provenance", "Provenance") == 0


def test_the_page_runs_the_main_question_and_asks_nobody_else(server: Running, chromium: str) -> None:
    said: list[str] = []
    asked: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def request(request: Request) -> None:
        asked.append(request.url)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", console)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", request)
        page.goto(f"{server.url}/", wait_until="networkidle")
        expect(page.get_by_role("region", name="Examples").get_by_role("button").first).to_contain_text("Impact")
        stated = page.evaluate(
            """query => fetch("/graphql", {
              method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({query})
            }).then(answer => answer.json())""",
            STATED,
        )
        assert stated == {"data": {"recordRun": {"errors": []}}}
        page.get_by_role("button", name="Execute query").click()
        expect(page.locator(".result-window")).to_contain_text('"verdict": "PASS"')
        page.get_by_role("button", name="Show Documentation Explorer").click()
        expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Query")
        an_entry_begins_at_its_top_and_is_found_again_where_it_was_left(page)
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith((server.url, "blob:", "data:"))] == []
