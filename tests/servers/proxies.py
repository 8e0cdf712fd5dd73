"""Proxies before a server: one that checks against an OpenAPI description, one that makes faults."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.require import fetched


class Proxy(Server):
    """A running proxy; it is ready when it takes connections, whatever its upstream says."""

    def is_ready(self) -> bool:
        """Ask whether anything answers."""
        try:
            httpx.get(self.url + "/", timeout=5, trust_env=False)
        except httpx.HTTPError:
            return False
        return True


def start_prism(folder: Path, *, upstream: str, openapi: Path | dict[str, Any]) -> Proxy:
    """Start a proxy that turns wrong requests into 422 and wrong answers into 500."""
    prism, node = fetched("npm/node_modules/.bin/prism"), fetched("venv/node/bin/node")
    if isinstance(openapi, dict):
        description = folder / "openapi.json"
        description.write_text(json.dumps(openapi))
    else:
        description = openapi.resolve()
    port = free_port()
    proxy = Proxy("prism", f"http://127.0.0.1:{port}", folder)
    command: list[str | Path] = [
        node,
        prism.resolve(),
        "proxy",
        "--errors",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    return proxy.start([*command, description, upstream], {"PATH": f"{node.parent}:{os.environ['PATH']}"})


class Fault(NamedTuple):
    """What happens to matching requests, in order; `times` of None is every one."""

    match: str = ""  # a part of the path with its query
    times: int | None = None
    delay: float = 0.0  # seconds before the upstream is asked
    status: int | None = None  # answer this instead, with `body` and `headers`
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    drop: bool = False  # end the connection without an answer
    cut: int | None = None  # pass only so many bytes of the body, under the whole one's length
    replace: tuple[str, str] | None = None  # change the body's text: corrupt JSON, another number
    skip: int = 0  # let so many matching requests through first


# Runs inside the proxy's own Python, which knows nothing of this package.
_SCRIPT = """\
import asyncio, json, os
from mitmproxy import http

faults = [dict(f, left=f["times"]) for f in json.loads(os.environ["TIMELINE_FAULTS"])]
chosen = {}


def pick(flow):
    for fault in faults:
        if fault["match"] not in flow.request.path or fault["left"] == 0:
            continue
        if fault["skip"] > 0:
            fault["skip"] -= 1
            continue
        if fault["left"] is not None:
            fault["left"] -= 1
        return fault
    return None


async def request(flow):
    fault = pick(flow)
    if fault is None:
        return
    chosen[flow.id] = fault
    if fault["delay"]:
        await asyncio.sleep(fault["delay"])
    if fault["drop"]:
        flow.kill()
    elif fault["status"]:
        flow.response = http.Response.make(fault["status"], fault["body"], dict(fault["headers"]))


def response(flow):
    fault = chosen.pop(flow.id, None)
    if fault is None or fault["status"]:
        return
    flow.response.decode(strict=False)
    if fault["replace"]:
        flow.response.text = flow.response.text.replace(*fault["replace"])
    if fault["cut"] is not None:
        whole = flow.response.raw_content
        flow.response.raw_content = whole[: fault["cut"]]
        flow.response.headers["content-length"] = str(len(whole))
"""


def start_mitm(folder: Path, *, upstream: str, faults: Sequence[Fault] = (), script: str = _SCRIPT) -> Proxy:
    """Start a reverse proxy with faults, or with a mitmproxy script of the caller's own."""
    mitmdump = fetched("venv/mitmproxy/bin/mitmdump")
    (folder / "fault.py").write_text(script)
    port = free_port()
    proxy = Proxy("mitmdump", f"http://127.0.0.1:{port}", folder)
    options = ["--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={folder}", "--no-http2"]
    command: list[str | Path] = [
        mitmdump,
        "--mode",
        f"reverse:{upstream}",
        "-s",
        folder / "fault.py",
        *options,
    ]
    return proxy.start(command, {"TIMELINE_FAULTS": json.dumps([fault._asdict() for fault in faults])})


def start_forward(folder: Path, *, credentials: str = "") -> Proxy:
    """Start a forward proxy, as companies have them: it opens TLS, and wants `user:password` where given.

    Its authority is `folder/mitmproxy-ca-cert.pem`; each request is a line of its log.
    """
    mitmdump = fetched("venv/mitmproxy/bin/mitmdump")
    port = free_port()
    proxy = Proxy("mitmdump", f"http://127.0.0.1:{port}", folder)
    options = ["--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={folder}", "--ssl-insecure"]
    return proxy.start([mitmdump, *options, *(["--proxyauth", credentials] if credentials else [])])
