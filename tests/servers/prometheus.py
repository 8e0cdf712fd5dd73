"""Prometheus 2.42 (Debian) and 3.15 (compiled): back-filled, written to, replayed, secured."""

import os
import ssl
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.servers import tls as certificates
from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.remote_write import STALE, Sample, Series, push
from tests.servers.require import compiled, program

__all__ = ["STALE", "Prometheus", "Sample", "Series", "start_prometheus"]

_COMPILED = "3.15.0"
# Nothing is scraped, and samples of any age are taken: a test's incident lies in the past.
_CONFIG = """\
global: {{evaluation_interval: 1h}}
storage: {{tsdb: {{out_of_order_time_window: 36500d}}}}
rule_files: [{rules}]
"""


class Prometheus(Server):
    """A running Prometheus; times are milliseconds since the epoch or aware datetimes."""

    ready_path = "/-/ready"
    version = "2"
    ca: Path | None = None
    auth: tuple[str, str] | None = None

    @property
    def client(self) -> dict[str, Any]:
        """Give what httpx needs to be let in: trust and basic auth."""
        trust: Any = ssl.create_default_context(cafile=str(self.ca)) if self.ca else True
        return {"verify": trust, "auth": self.auth}

    def is_ready(self) -> bool:
        """Ask the readiness page, with the credentials that it may want."""
        try:
            url = self.url + self.ready_path
            return httpx.get(url, timeout=5, trust_env=False, **self.client).is_success
        except httpx.HTTPError:
            return False

    def write(self, series: Iterable[Series]) -> None:
        """Store samples by remote write; `STALE` as a value ends a series."""
        push(f"{self.url}/api/v1/write", series, **self.client)

    def api(self, path: str, **params: Any) -> Any:
        """Ask `/api/v1/PATH` and give its `data`; raise httpx.HTTPStatusError on refusal."""
        url = f"{self.url}/api/v1/{path}"
        answer = httpx.get(url, params=params, timeout=60, trust_env=False, **self.client)
        answer.raise_for_status()
        return answer.json()["data"]

    def query(self, expression: str, at: datetime | float) -> list[dict[str, Any]]:
        """Evaluate at an instant (a number is seconds) and give the `result` list."""
        result: list[dict[str, Any]] = self.api("query", query=expression, time=_seconds(at))["result"]
        return result

    def samples(self, selector: str, at: datetime | float) -> dict[str, list[tuple[float, str]]]:
        """Read raw samples of `m[10m]`, keyed by the series' labels as `a=b,c=d`, times in seconds."""
        return {
            ",".join(f"{k}={v}" for k, v in sorted(one["metric"].items())): [(t, v) for t, v in one["values"]]
            for one in self.query(selector, at)
        }

    def replay(self, rules: str, start: datetime, end: datetime, step: str = "15s") -> None:
        """Evaluate rules over the stored past with `vmalert -replay`, writing ALERTS back."""
        path = self.folder / f"replay-{len(list(self.folder.glob('replay-*')))}.yml"
        path.write_text(rules)
        _run(
            program("vmalert", "victoria-metrics"),
            f"-rule={path}",
            *(f"{flag}={value}" for flag, value in self._replay_access().items()),
            f"-datasource.queryStep={step}",
            f"-evaluationInterval={step}",
            f"-replay.timeFrom={start.isoformat()}",
            f"-replay.timeTo={end.isoformat()}",
            "-replay.maxDatapointsPerQuery=10000",
            "-replay.rulesDelay=0s",
        )

    def _replay_access(self) -> dict[str, str]:
        access: dict[str, str] = {}
        for side in ("datasource", "remoteWrite"):
            access[f"-{side}.url"] = self.url
            if self.ca:
                access[f"-{side}.tlsCAFile"] = str(self.ca)
            if self.auth:
                access[f"-{side}.basicAuth.username"], access[f"-{side}.basicAuth.password"] = self.auth
        return access


def _seconds(at: datetime | float) -> float:
    return at.timestamp() if isinstance(at, datetime) else at


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        message = f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        raise RuntimeError(message)


def _programs(version: str) -> tuple[Path, Path]:
    if version.startswith("2"):
        return program("prometheus", "prometheus"), program("promtool", "prometheus")
    return compiled(f"prometheus-{_COMPILED}"), compiled(f"promtool-{_COMPILED}")


def _web_config(server: Prometheus, tls: bool, users: Mapping[str, str]) -> tuple[str, ...]:
    if not tls and not users:
        return ()
    lines = []
    if tls:
        files = certificates.make(server.folder / "tls")
        server.ca, server.url = files.ca, server.url.replace("http:", "https:")
        lines.append(f"tls_server_config: {{cert_file: {files.certificate}, key_file: {files.key}}}")
    if users:
        server.auth = next(iter(users.items()))
        hashed = ", ".join(
            f"{name}: {certificates.hash_password(password)}" for name, password in users.items()
        )
        lines.append(f"basic_auth_users: {{{hashed}}}")
    path = server.folder / "web.yml"
    path.write_text("\n".join(lines) + "\n")
    return (f"--web.config.file={path}",)


def start_prometheus(
    folder: Path,
    *,
    version: str = "2",
    openmetrics: str = "",
    rules: str = "",
    config: str | None = None,
    tls: bool = False,
    users: Mapping[str, str] | None = None,
    retention: str = "100y",
    flags: Sequence[str] = (),
) -> Prometheus:
    """Start a Prometheus in `folder`, with `openmetrics` back-filled; raise MissingError where absent."""
    binary, promtool = _programs(version)
    port = free_port()
    server = Prometheus(f"prometheus-{version}", f"http://127.0.0.1:{port}", folder)
    server.version = version
    if openmetrics:
        text = folder / "backfill.om"
        text.write_text(openmetrics if openmetrics.rstrip().endswith("# EOF") else f"{openmetrics}# EOF\n")
        _run(
            promtool,
            "tsdb",
            "create-blocks-from",
            "openmetrics",
            "--max-block-duration=24h",
            text,
            folder / "data",
        )
    (folder / "rules.yml").write_text(rules or "groups: []\n")
    (folder / "prometheus.yml").write_text(config or _CONFIG.format(rules=folder / "rules.yml"))
    return server.start(
        [
            binary,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--storage.tsdb.retention.time={retention}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--web.enable-remote-write-receiver",
            "--web.enable-lifecycle",
            *_web_config(server, tls, users or {}),
            *flags,
        ],
        env={"GOMAXPROCS": os.environ.get("GOMAXPROCS", "2")},
    )
