"""VictoriaLogs 1.52 (compiled by name): a real store of log lines."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.require import compiled

VERSION = "1.52.1"


class VictoriaLogs(Server):
    """A running VictoriaLogs."""

    ready_path = "/health"

    def push(self, rows: Iterable[Mapping[str, Any]], *, stream: str = "service") -> None:
        """Store rows with `_time`, `_msg` and fields, and make them visible; `stream` names the streams' fields."""
        names = {"_stream_fields": stream, "_time_field": "_time", "_msg_field": "_msg"}
        body = "\n".join(json.dumps(row) for row in rows)
        httpx.post(
            f"{self.url}/insert/jsonline", params=names, content=body, timeout=120, trust_env=False
        ).raise_for_status()
        httpx.get(f"{self.url}/internal/force_flush", timeout=60, trust_env=False).raise_for_status()

    def ask(self, path: str, **params: Any) -> httpx.Response:
        """GET `/select/logsql/PATH`."""
        return httpx.get(f"{self.url}/select/logsql/{path}", params=params, timeout=120, trust_env=False)


def start_victorialogs(folder: Path, *, retention: str = "100y", flags: tuple[str, ...] = ()) -> VictoriaLogs:
    """Start a VictoriaLogs in `folder`; raise MissingError where it is absent."""
    binary, port = compiled(f"victorialogs-{VERSION}", named="victorialogs"), free_port()
    server = VictoriaLogs("victorialogs", f"http://127.0.0.1:{port}", folder)
    return server.start([
        binary, f"-storageDataPath={folder / 'data'}", f"-httpListenAddr=127.0.0.1:{port}",
        f"-retentionPeriod={retention}", *flags,
    ])  # fmt: skip
