"""The served pages for everybody: no serious fault by axe-core, and all of it by keyboard, focus in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.render.page.test_axe import faults
from tests.servers.browser import launched
from tests.service.web.running import FACTS, INCIDENT, Serving, note, start_serving

pytestmark = pytest.mark.browser
TOKEN = "ada-secret-that-is-long-enough"
SETTINGS = """
[[serve.token]]
name = "ada"
token = "env:ADA"
role = "editor"
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:ADA"
"""
PAGES = {
    "incidents": "/",
    "search": "/?q=investigating",
    "review": f"/incidents/{INCIDENT}",
    "agenda": f"/incidents/{INCIDENT}/agenda",
    "factors": f"/incidents/{INCIDENT}/factors",
    "whys": f"/incidents/{INCIDENT}/whys",
    "sign-in": "/login",
}
#: What a page shows once its notes are there.
DRAWN = {
    "review": "#notes .note.conflict",
    "agenda": "#agenda .note.conflict",
    "factors": "#factors .note",
    "whys": "#whys .step",
}
#: What a person can act on and see; the chart in its frame has a test of its own.
ACTS = "a[href], button, input, select, textarea, summary, [tabindex]"
#: Every element that can be acted on, in view, not disabled, not taken out of the tab order on purpose.
WANTED = """selector => [...document.querySelectorAll(selector)]
  .filter(e => !e.disabled && e.tabIndex >= 0 && e.type !== 'hidden' && e.checkVisibility({ visibilityProperty: true }))
  .map((e, n) => { e.dataset.reach = e.dataset.reach ?? String(n); return e.dataset.reach; })"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.outlineStyle === 'auto';
  return { reach: e.dataset.reach ?? e.tagName, drawn: drawn || e.tagName === 'IFRAME', seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight, html: e.outerHTML.slice(0, 120) };
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with start_serving(tmp_path_factory.mktemp("axe"), SETTINGS, ADA=TOKEN) as found:
        _write(found)
        yield found


def _write(server: Serving) -> None:
    """Fill every page: each kind of card, a conflict, a dispute, an open question, factors, whys."""
    with server.client(headers={"authorization": f"Bearer {TOKEN}"}) as client:

        def add(**more: Any) -> Any:
            answer = client.post(f"{server.api}/notes", json={"body": note(**more)})
            assert answer.status_code == 201, answer.text
            return answer.json()

        factor = {"kind": "factor", "category": "technical"}
        first = add(text="The pool had 20 connections", awareness="known_risk", **factor)
        add(text="Retries without jitter", awareness="surprise", parent=first["id"], fact=FACTS[4], **factor)
        top = add(text="Checkout failed", kind="why")
        add(text="The pool was empty", kind="why", parent=top["id"], fact=FACTS[2])
        add(text="Who sized the pool?", kind="question")
        add(text="The exporter was down", kind="dispute", fact=FACTS[5])
        add(
            text="Set a limit",
            kind="action",
            effect="prevent",
            owner="bo",
            ticket="https://tracker.example/1",
        )
        twice = add(text="Seen twice")
        base = [head["id"] for head in twice["heads"]]
        for text in ("What Ada says", "What Bo says"):
            sent = {"base": base, "body": note(text=text), "beside": True}
            assert client.put(f"{server.api}/notes/{twice['id']}", json=sent).status_code == 200


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as running:
        yield running


#: What a sign-in left, by server: a person signs in once, and more often is refused for a minute.
_SIGNED_IN: dict[str, Any] = {}


def opened(browser: Browser, server: Serving, name: str, **options: Any) -> Page:
    kept = _SIGNED_IN.get(server.url) if name != "sign-in" else None
    context = browser.new_context(viewport={"width": 1400, "height": 900}, storage_state=kept, **options)
    page = context.new_page()
    page.goto(server.url + PAGES[name])
    if name != "sign-in" and not kept:
        page.fill("#token", TOKEN)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(server.url + PAGES[name])
        _SIGNED_IN[server.url] = context.storage_state()
    if name == "review":
        page.frame_locator("#chart").locator("html[data-ready]").wait_for()
    if name == "search":
        page.locator(".hit mark").first.wait_for()
    if name in DRAWN:
        page.locator("#connection.on").wait_for()
        page.locator(DRAWN[name]).first.wait_for()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(
    name: str, scheme: str, server: Serving, browser: Browser, node_modules: Path
) -> None:
    axe = node_modules / "axe-core" / "axe.min.js"
    page = opened(browser, server, name, color_scheme=scheme)
    assert faults(page, axe) == []
    if name == "review":
        for tab in ("draft", "agenda"):
            page.click(f"#tab-{tab}")
            assert faults(page, axe) == []
        page.click("#tab-notes")
        page.locator("#notes .note", has_text="Set a limit").get_by_role("button", name="Edit").click()
        assert faults(page, axe) == []
    if name in {"agenda", "factors", "whys"}:
        page.get_by_role("button", name="Show the chart").click()
        page.frame_locator("#chart").locator("html[data-ready]").wait_for()
        assert faults(page, axe) == []
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_everything_can_be_reached_by_keyboard_and_the_focus_is_in_sight(
    name: str, server: Serving, browser: Browser
) -> None:
    page = opened(browser, server, name)
    if name == "review":
        # The chart has hundreds of stops of its own, and a test of its own.
        page.evaluate("document.querySelector('#chart').tabIndex = -1")
    wanted = set(page.evaluate(WANTED, ACTS))
    assert wanted
    page.evaluate("document.activeElement.blur()")
    reached: set[str] = set()
    for _ in range(2 * len(wanted) + 10):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now:
            assert now["drawn"], now
            assert now["seen"], now
            reached.add(now["reach"])
    assert wanted - reached == set()
    page.context.close()


def test_a_note_is_written_edited_and_removed_without_a_mouse(server: Serving, browser: Browser) -> None:
    page = opened(browser, server, "review")
    page.locator("#new textarea").first.focus()
    page.keyboard.type("By keyboard alone")
    page.locator("#new button.main").focus()
    page.keyboard.press("Enter")
    card = page.locator("#notes .note", has_text="By keyboard alone")
    card.wait_for()
    card.get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert card.locator(".row").inner_text()
    card.locator(".row button", has_text="Remove").focus()
    page.keyboard.press("Enter")
    card.wait_for(state="detached")
    page.locator("#tab-notes").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-draft").is_visible()
    width = page.locator(".side").bounding_box()
    page.locator("#divider").focus()
    page.keyboard.press("ArrowLeft")
    wider = page.locator(".side").bounding_box()
    assert width
    assert wider
    assert wider["width"] > width["width"]
    page.context.close()
