"""Alertmanager 0.25 (Debian) and 0.34.2 (compiled)."""

from pathlib import Path
from typing import Any

import httpx

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.require import compiled, program

_CONFIG = """\
route: {receiver: none, group_wait: 0s, group_interval: 1s}
receivers: [{name: none}]
"""


class Alertmanager(Server):
    """A running Alertmanager; it knows the present only."""

    ready_path = "/-/ready"

    def post(self, alerts: list[dict[str, Any]]) -> None:
        """Hand in alerts in the form of the v2 API."""
        httpx.post(f"{self.url}/api/v2/alerts", json=alerts, timeout=30, trust_env=False).raise_for_status()

    def alerts(self) -> list[dict[str, Any]]:
        """List the alerts that are active now."""
        answer = httpx.get(f"{self.url}/api/v2/alerts", timeout=30, trust_env=False)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found


def start_alertmanager(folder: Path, *, version: str = "0.25", config: str = _CONFIG) -> Alertmanager:
    """Start an Alertmanager in `folder`; raise MissingError where it is absent."""
    if version == "0.25":
        binary = program("prometheus-alertmanager", "prometheus-alertmanager")
    else:
        binary = compiled("alertmanager-0.34.2")
    port = free_port()
    server = Alertmanager(f"alertmanager-{version}", f"http://127.0.0.1:{port}", folder)
    (folder / "alertmanager.yml").write_text(config)
    return server.start(
        [
            binary,
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
    )
