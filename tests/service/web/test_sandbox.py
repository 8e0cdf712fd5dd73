"""A forged `timeline.html` under serve: it is shown, and can do nothing with the session of who reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.servers.browser import launched
from tests.service.web.running import FACTS, INCIDENT, Serving, note, start_serving

pytestmark = pytest.mark.browser
TOKEN = "ada-secret-that-is-long-enough"
SETTINGS = '[[serve.token]]\nname = "ada"\ntoken = "env:ADA"\nrole = "editor"\n'
#: Each line is one attempt; what comes of it is told in the page, and none may come to anything.
FORGED = """<!doctype html><title>forged</title><body><a id="click" href="#">click</a><script>
const told = {};
const end = (name, value) => { told[name] = String(value); document.body.dataset.told = JSON.stringify(told); };
const attempt = async (name, what) => { try { end(name, await what()); } catch (error) { end(name, 'refused'); } };
const body = JSON.stringify({ body: %(note)s });
const api = '/api/incidents/%(incident)s/notes';
const shows = (tag, values) => new Promise((then, fail) => { const made = Object.assign(document.createElement(tag), values); made.onload = () => then('loaded'); made.onerror = fail; document.body.append(made); setTimeout(fail, 3000); });
(async () => {
  await attempt('origin', () => self.origin);
  await attempt('cookie', () => document.cookie || 'none');
  await attempt('storage', () => localStorage.length);
  await attempt('parent', () => parent.document.body.innerHTML.length);
  await attempt('parent address', () => parent.location.href);
  await attempt('top', () => { if (parent !== self) top.location = '/logout'; return 'refused'; });
  await attempt('read', async () => (await fetch(api, { credentials: 'include' })).status);
  await attempt('write', async () => (await fetch(api, { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body })).status);
  await attempt('write as text', async () => (await fetch(api, { method: 'POST', mode: 'no-cors', credentials: 'include', body })).status);
  await attempt('xhr', () => { const asked = new XMLHttpRequest(); asked.open('POST', api, false); asked.send(body); return asked.status; });
  await attempt('stream', () => new Promise((then, fail) => { const made = new EventSource(api.replace('notes', 'stream')); made.onmessage = then; made.onerror = fail; }));
  await attempt('worker', () => new Promise((then, fail) => { const made = new Worker('/static/api.js'); made.onmessage = then; made.onerror = fail; }));
  await attempt('script', () => shows('script', { src: '/static/review.js', type: 'module' }));
  await attempt('picture', () => shows('img', { src: '/static/icon.svg' }));
  await attempt('frame', async () => { const made = document.createElement('iframe'); made.src = '/incidents/%(incident)s'; document.body.append(made); await new Promise((then) => { made.onload = then; setTimeout(then, 2000); }); return made.contentDocument ? 'seen' : 'refused'; });
  await attempt('beacon', () => navigator.sendBeacon(api, body) && 'queued');
  const form = Object.assign(document.createElement('form'), { method: 'post', action: api, target: '_blank' });
  form.append(Object.assign(document.createElement('input'), { name: 'body', value: body }));
  document.body.append(form);
  await attempt('form', () => { form.submit(); return 'sent'; });
  for (const timeline of ['write', 'note', 'notes', 'save', 'remove', 'eval', '__proto__', 'constructor', 'toString']) parent.postMessage({ timeline, body: %(note)s, notes: [%(note)s], hash: '#x' }, '*');
  for (const hash of ['//evil.example', 'javascript:alert(1)', '#\\n<img>', 7, null, {}, '#' + 'x'.repeat(30000)]) parent.postMessage({ timeline: 'view', hash, fact: '<img src=x onerror=alert(1)>' }, '*');
  for (const digest of ['../../../logout', 'x', null, 7, 'a'.repeat(63)]) parent.postMessage({ timeline: 'payload', digest }, '*');
  for (const odd of [null, 7, 'ready', [], { timeline: null }, { timeline: 'ready' }]) parent.postMessage(odd, '*');
  document.getElementById('click').onclick = () => { for (const name of ['/login', api]) open(name, '_blank'); parent.postMessage({ timeline: 'payload', digest: '../../../logout' }, '*'); };
  document.documentElement.dataset.done = 'yes';
})();
</script></body>"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("sandbox")
    with start_serving(folder, SETTINGS, ADA=TOKEN) as running:
        page = folder / "postmortems" / INCIDENT / "timeline.html"
        kept = page.with_suffix(".kept")
        page.rename(kept)
        yield running
        kept.rename(page)


@pytest.fixture
def page(server: Serving, chromium: Path) -> Iterator[Page]:
    with launched(chromium) as browser:
        yield signed_in(browser, server)


def signed_in(browser: Browser, server: Serving) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{server.url}/login")
    page.fill("#token", TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}/")
    return page


def forge(server: Serving, text: str = FORGED) -> None:
    given = {"note": json.dumps(note("forged")), "incident": INCIDENT}
    path = server.folder / "postmortems" / INCIDENT / "timeline.html"
    path.write_text(text % given if text is FORGED else text)


def notes(server: Serving) -> list[Any]:
    with server.client(headers={"authorization": f"Bearer {TOKEN}"}) as client:
        return list(client.get(f"{server.api}/notes").json()["notes"])


def told(where: Any) -> dict[str, str]:
    where.locator("html[data-done]").wait_for(timeout=60_000)
    found: dict[str, str] = json.loads(where.locator("body").get_attribute("data-told"))
    return found


NOTHING = {"refused", "null", "none"}


def test_a_forged_chart_reads_and_writes_nothing_in_the_readers_name(server: Serving, page: Page) -> None:
    forge(server)
    alerts: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    page.goto(f"{server.url}/incidents/{INCIDENT}")
    page.locator("#connection.on").wait_for()
    outcome = told(page.frame_locator("#chart"))
    assert {name: what for name, what in outcome.items() if what not in NOTHING} == {
        "beacon": "queued", "form": "sent"  # which tells nothing of what came of it
    } | ({"beacon": outcome["beacon"]} if outcome["beacon"] in {"undefined", "false"} else {})  # fmt: skip
    page.frame_locator("#chart").locator("#click").click()
    assert page.url.split("#")[0] == f"{server.url}/incidents/{INCIDENT}"
    assert notes(server) == []
    assert alerts == []
    # Who reads is still there, and may write by the review's own form.
    page.locator("#new textarea").first.fill("Mine")
    page.locator("#new button.main").click()
    page.locator("#notes .note", has_text="Mine").wait_for()
    assert [one["heads"][0]["body"]["text"] for one in notes(server)] == ["Mine"]
    with server.client(headers={"authorization": f"Bearer {TOKEN}"}) as client:
        made = notes(server)[0]
        client.delete(
            f"{server.api}/notes/{made['id']}", params={"base": made["heads"][0]["id"]}
        ).raise_for_status()


def test_a_forged_chart_by_itself_has_no_session_either(server: Serving, page: Page) -> None:
    forge(server)
    page.goto(f"{server.url}/incidents/{INCIDENT}/timeline.html")
    outcome = told(page)
    assert (outcome["origin"], outcome["read"], outcome["write"]) == ("null", "refused", "refused")
    assert [one for one in notes(server) if not one["removed"]] == []


def test_the_charts_own_page_says_what_is_chosen_and_hears_what_is_noted(server: Serving, page: Page) -> None:
    folder = server.folder / "postmortems" / INCIDENT
    forge(server, (folder / "timeline.kept").read_text("utf-8"))
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(f"{server.url}/incidents/{INCIDENT}#{FACTS[2]}")
    chart = page.frame_locator("#chart")
    chart.locator(f'#fact-panel[data-fact="{FACTS[2]}"]').wait_for()
    chart.locator("html[data-ready]").wait_for()
    page.locator("#new textarea").first.fill("Live")
    page.locator("#new button.main").click()
    expect(chart.locator("#fact-notes")).to_contain_text("Live")
    # A payload opens with the reader's session: the review asks for it, not the frame.
    with page.expect_popup() as opened:
        chart.locator("#fact-panel a", has_text="whole payload").first.click()
    opened.value.wait_for_load_state()
    assert "/evidence/" in opened.value.url
    assert "/login" not in opened.value.url
    assert problems == []
