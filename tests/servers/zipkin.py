"""Zipkin 3.6 (Maven): a real store of traces, in memory, which takes spans of any time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.servers.java import java_home
from tests.servers.ports import free_port
from tests.servers.process import Server, wait_until
from tests.servers.require import fetched

VERSION = "3.6.1"


class Zipkin(Server):
    """A running store."""

    ready_path = "/health"
    ready_seconds = 120.0

    def send(self, spans: Sequence[dict[str, Any]]) -> None:
        """Store spans and wait until the last one's trace is there; raise httpx.HTTPStatusError."""
        httpx.post(
            f"{self.url}/api/v2/spans", json=list(spans), timeout=60, trust_env=False
        ).raise_for_status()
        last = spans[-1]
        wait_until(lambda: self._has(last), 60, "the spans were not stored", self.log)

    def _has(self, span: dict[str, Any]) -> bool:
        answer = httpx.get(f"{self.url}/api/v2/trace/{span['traceId']}", timeout=60, trust_env=False)
        return answer.is_success and any(one["id"] == span["id"] for one in answer.json())


def start_zipkin(folder: Path) -> Zipkin:
    """Start a store in `folder`; raise MissingError where it or Java is absent."""
    jar, java, port = fetched(f"maven/zipkin-server-{VERSION}-exec.jar"), java_home(17, 99), free_port()
    server = Zipkin("zipkin", f"http://127.0.0.1:{port}", folder)
    # By its usual setting it would listen on every interface.
    listens = [f"--armeria.ports[0].{name}={value}" for name, value in (("port", port), ("ip", "127.0.0.1"), ("protocols[0]", "http"))]  # fmt: skip
    command: list[str | Path] = [
        java / "bin" / "java",
        "-Xmx256m",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        jar,
        *listens,
    ]
    return server.start(command, {"STORAGE_TYPE": "mem", "MEM_MAX_SPANS": "500000"})
