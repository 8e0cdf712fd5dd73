"""A built incident in a folder, and `timeline serve` as a process of its own over it."""

from __future__ import annotations

import atexit
import hashlib
import hmac
import json
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]

from service import names
from service.draft import output
from service.evidence.manifest import People
from service.evidence.store import Evidence
from tests import preloaded
from tests.render.timeline_fixture import rich
from tests.servers.ports import free_port
from tests.servers.process import Server, wait_until
from timeline.document import dump
from timeline.model import Timeline

INCIDENT = "INC-42"
FACTS = [fact.id for fact in rich().timeline.facts]
CONFIG = """\
[serve]
requests_per_minute = 100000
webhooks_per_minute = 1000000
{more}
"""
#: An editor and a reader for `more`, and their tokens for the environment.
TOKENS = """
[[serve.token]]
name = "ada"
token = "env:ADA"
role = "editor"
[[serve.token]]
name = "bo"
token = "env:BO"
"""
SECRETS = {"ADA": "ada-secret-that-is-long-enough", "BO": "bo-secret-that-is-long-enough"}


def build_incident(out: Path) -> Path:
    """Write a whole incident below `out`, as a build does: evidence, timeline, draft and page."""
    shutil.copytree(_built(), out / INCIDENT)
    return out / INCIDENT


@cache
def _built() -> Path:
    folder = tempfile.mkdtemp(prefix="incident-timeline-served-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built, directory = rich(), Path(folder) / INCIDENT
    write_built(directory, built.timeline, built.payloads.values())
    return directory


def write_built(directory: Path, timeline: Timeline, payloads: Iterable[bytes]) -> None:
    """Write what a build makes of a timeline: evidence, timeline, draft and page."""
    evidence = Evidence(directory / "evidence")
    for data in payloads:
        evidence.put(data, "json")
    evidence.commit()
    rendered = output.render(directory, timeline, evidence, People(), "", stills=False)
    rendered.files = {names.TIMELINE: dump(timeline), **rendered.files}
    output.write(directory, rendered)


class Serving(Server):
    """A running `timeline serve`."""

    ready_path = "/healthz"

    @property
    def pid(self) -> int:
        """Give the id of the process that serves."""
        return preloaded.process_of(super().pid)

    def _end(self, how: signal.Signals) -> None:
        process = self.pid if self.running else None
        super()._end(how)
        wait_until(lambda: process is None or not psutil.pid_exists(process), 10, "it serves still")

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of this server."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=30, **options)

    @property
    def api(self) -> str:
        """Name the incident in the API."""
        return f"{self.url}/api/incidents/{INCIDENT}"

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return what the log says of an event."""
        rows = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [row for row in rows if row.get("event") == event]


Start = Callable[..., Serving]


def start_serving(
    folder: Path, more: str = "", host: str = "127.0.0.1", top: str = "", **env: str
) -> Serving:
    """Start the server over the incident in `folder`, which is made where it is not there."""
    if not (folder / "postmortems" / INCIDENT).exists():
        build_incident(folder / "postmortems")
    (folder / "timeline.toml").write_text(top + CONFIG.format(more=more))
    port = free_port()
    server = Serving("timeline-serve", f"http://127.0.0.1:{port}", folder)
    return server.start(
        [*preloaded.command(), "serve", "--config", folder / "timeline.toml", "--host", host, "--port", str(port)],
        env={"PYTHONPATH": str(Path.cwd()), **env},
    )  # fmt: skip


def signature(secret: str, body: bytes) -> str:
    """Return an HMAC-SHA256 as hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def note(
    text: str = "The pool was empty", kind: str = "observation", fact: str = FACTS[0], **more: Any
) -> dict[str, Any]:
    """Return a note's body."""
    return {"kind": kind, "text": text, "cites": [{"fact": fact}], **more}
