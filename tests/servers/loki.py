"""Loki 1.6 (compiled by name): a real store of log streams, which takes lines of any time."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.servers.ports import free_port
from tests.servers.process import Server, wait_until
from tests.servers.require import compiled

VERSION = "1.6.1"
_CONFIG = """\
auth_enabled: {tenants}
server: {{http_listen_address: 127.0.0.1, http_listen_port: {port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: {grpc}, log_level: warn, http_server_read_timeout: 120s, http_server_write_timeout: 120s}}
ingester: {{lifecycler: {{address: 127.0.0.1, ring: {{kvstore: {{store: inmemory}}, replication_factor: 1}}, final_sleep: 0s, join_after: 0s, min_ready_duration: 0s}}, max_transfer_retries: 0, chunk_idle_period: 1h, max_chunk_age: 40000h}}
schema_config: {{configs: [{{from: 2020-01-01, store: boltdb, object_store: filesystem, schema: v11, index: {{prefix: index_, period: 24h}}}}]}}
storage_config: {{boltdb: {{directory: data/index}}, filesystem: {{directory: data/chunks}}}}
limits_config: {{reject_old_samples: false, enforce_metric_name: false, ingestion_rate_mb: 1000, ingestion_burst_size_mb: 1000, {limits}}}
querier: {{query_ingesters_within: 0s, query_timeout: 110s, engine: {{timeout: 110s}}}}
"""
#: A stream: its labels, and (ns, line) in order of time.
Stream = tuple[Mapping[str, str], Iterable[tuple[int, str]]]


class Loki(Server):
    """A running Loki."""

    ready_path = "/ready"
    tenant = ""

    def push(self, *streams: Stream, tenant: str = "") -> None:
        """Store lines, which are seen at once; raise httpx.HTTPStatusError."""
        body = {
            "streams": [
                {"stream": dict(labels), "values": [[str(ns), line] for ns, line in lines]}
                for labels, lines in streams
            ]
        }
        answer = httpx.post(
            f"{self.url}/loki/api/v1/push", content=json.dumps(body), timeout=120, trust_env=False,
            headers={"content-type": "application/json", **self._tenant(tenant)},
        )  # fmt: skip
        if answer.is_error:
            message = f"{answer.status_code} from a push: {answer.text[:300]}"
            raise httpx.HTTPStatusError(message, request=answer.request, response=answer)

    def ask(self, path: str, *, tenant: str = "", **params: Any) -> httpx.Response:
        """GET `/loki/api/v1/PATH`."""
        return httpx.get(
            f"{self.url}/loki/api/v1/{path}", params=params, timeout=120, trust_env=False,
            headers=self._tenant(tenant),
        )  # fmt: skip

    def flush(self) -> None:
        """Write what is in memory into chunks, as time would."""
        httpx.post(f"{self.url}/flush", timeout=120, trust_env=False).raise_for_status()
        wait_until(lambda: any((self.folder / "data/chunks").iterdir()), 60, "no chunk was written", self.log)

    def _tenant(self, tenant: str) -> dict[str, str]:
        return {"X-Scope-OrgID": tenant} if tenant else {}


def start_loki(folder: Path, *, tenants: bool = False, **limits: Any) -> Loki:
    """Start a Loki in `folder`, with limits as `limits_config` has them; raise MissingError where it is absent."""
    binary, port = compiled(f"loki-{VERSION}", named="loki"), free_port()
    limits = {"max_query_length": "0h", **limits}
    shown = ", ".join(f"{name}: {value}" for name, value in limits.items())
    config = _CONFIG.format(port=port, grpc=free_port(), tenants="true" if tenants else "false", limits=shown)
    (folder / "loki.yaml").write_text(config)
    server = Loki("loki", f"http://127.0.0.1:{port}", folder)
    return server.start([binary, "-config.file=loki.yaml"])
