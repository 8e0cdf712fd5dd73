"""The page in a host of MCP Apps: in a sandbox without an origin, under the host's own policy, by the extension's words."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from service.agent.app import PROTOCOL, app
from service.agent.resources import read
from service.agent.shelf import Folders
from tests.example import example, example_folder
from tests.servers.browser import launched

SCRIPT = Path(__file__).parent / "app-messages.mjs"
#: What the extension tells a host to allow an app that asks for nothing.
POLICY = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'"
HOST = """<!doctype html><body><iframe id="app" sandbox="allow-scripts" style="width: 1200px; height: 800px"></iframe><script>
window.heard = [];
window.addEventListener('message', ({ data, source }) => {
  window.heard.push(data);
  if (data.method === 'ui/initialize') source.postMessage({ jsonrpc: '2.0', id: data.id, result: { protocolVersion: data.params.protocolVersion, hostInfo: { name: 'host', version: '1' }, hostCapabilities: {}, hostContext: {} } }, '*');
  if (data.method === 'ui/notifications/initialized') source.postMessage({ jsonrpc: '2.0', id: 7, method: 'ui/resource-teardown', params: {} }, '*');
});
fetch('/app').then((answer) => answer.text()).then((text) => { document.getElementById('app').srcdoc = text; });
</script>"""


@pytest.mark.browser
def test_a_host_shows_the_page_and_hears_what_it_waits_for(
    chromium: Path, node: Path, node_modules: Path
) -> None:
    page = read(Folders([example_folder()], None), "ui://incident-timeline/INC-42").text
    errors: list[str] = []
    with launched(chromium) as browser:
        tab = browser.new_page()
        tab.on("pageerror", lambda error: errors.append(str(error)))
        headers = {"content-security-policy": f"{POLICY}; frame-src 'self'", "content-type": "text/html"}
        headers["content-security-policy"] = headers["content-security-policy"].replace(
            "connect-src 'none'", "connect-src 'self'"
        )
        tab.route("http://host.example/", lambda route: route.fulfill(body=HOST, headers=headers))
        tab.route(
            "http://host.example/app", lambda route: route.fulfill(body=page, content_type="text/plain")
        )
        tab.goto("http://host.example/")
        frame = tab.frame_locator("#app")
        frame.locator("tr[data-fact]").nth(5).wait_for(state="attached", timeout=20_000)
        tab.wait_for_function("window.heard.some((one) => one.id === 7)")
        rows = frame.locator("tr[data-fact]").count()
        frame.locator("svg, canvas").first.wait_for(state="attached", timeout=20_000)
        heard: list[dict[str, Any]] = tab.evaluate("window.heard")
    assert errors == []
    assert rows > 20
    assert len(example().facts) >= rows
    asked = [one for one in heard if "method" in one]
    said = subprocess.run(
        [node, SCRIPT, node_modules], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    judged = json.loads(said.stdout)
    assert [one["method"] for one in judged] == [
        "ui/initialize",
        "ui/notifications/initialized",
        "ui/notifications/size-changed",
    ]
    assert all(one["ok"] for one in judged)
    assert {one["latest"] for one in judged} == {PROTOCOL}
    assert [one for one in heard if one.get("id") == 7] == [{"jsonrpc": "2.0", "id": 7, "result": {}}]
    # Nothing of the incident goes to the host.
    assert "checkout" not in json.dumps(heard).casefold()


def test_a_page_of_another_form_is_left_as_it_is() -> None:
    assert app("<html>no head</html>") == "<html>no head</html>"
