"""The page as an MCP App: what a host waits for before it shows one, said before the page's own scripts run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.metadata import version

from render.page.packing import unpack

#: Version of the protocol between an app and its host (SEP-1865).
PROTOCOL = "2026-01-26"
_HEAD = "<head>\n"
_LARGEST = 16 * 2**20  # bytes of a script
_HEIGHT = 760  # pixels: header, chart and some rows
#: What the page's own script adds to one that it runs as text (`render/page/assets/data/codec.js`).
_RAN = b'\n;document.currentScript.dataset.ran = "";'
_POLICY = re.compile(r"(?<=script-src )('sha256-[A-Za-z0-9+/=]+') 'strict-dynamic'(?=;)")
_PACKED = re.compile(r'<script type="application/octet-stream" id="(?:application|plotly)">([^<]*)</script>')
# The page's own policy, further down, lets no script run but its own: this one stands before it, under the host's.
# Nothing of the incident is said, so any host may hear it.
_SCRIPT = """<script>
(() => {
  if (window.parent === window) return;
  const say = (message) => window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || !data || data.jsonrpc !== '2.0') return;
    if (data.id === 1 && data.result && !data.method) {
      say({ method: 'ui/notifications/initialized', params: {} });
      say({ method: 'ui/notifications/size-changed', params: { height: HEIGHT } });
    } else if (data.id !== undefined && (data.method === 'ping' || data.method === 'ui/resource-teardown')) say({ id: data.id, result: {} });
  });
  say({ id: 1, method: 'ui/initialize', params: PARAMS });
})();
</script>
"""


def app(page: str) -> str:
    """Return a page that speaks to its host; one of another form is returned as it is."""
    before, head, after = page.partition(_HEAD)
    if not head:
        return page
    told = {
        "protocolVersion": PROTOCOL, "appCapabilities": {},
        "appInfo": {"name": "incident-timeline", "version": version("incident-timeline")},
    }  # fmt: skip
    script = _SCRIPT.replace("HEIGHT", str(_HEIGHT)).replace("PARAMS", json.dumps(told))
    return f"{before}{head}{script}{_allowed(after)}"


def _allowed(page: str) -> str:
    """Let packed scripts run as text, each by its digest: a host's policy lets none run from an address of the page's."""
    scripts = [unpack(one[1].encode(), _LARGEST) for one in _PACKED.finditer(page)]
    hashes = [_hash(data + _RAN) for data in scripts if data is not None]
    return _POLICY.sub(lambda own: " ".join([own[1], *hashes]), page, count=1)


def _hash(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
