"""VictoriaMetrics, single node (Debian): the second dialect of the Prometheus API."""

from collections.abc import Iterable
from pathlib import Path

import httpx

from tests.servers.ports import free_port
from tests.servers.prometheus import Prometheus
from tests.servers.remote_write import Series, push
from tests.servers.require import program


class Victoria(Prometheus):
    """A running VictoriaMetrics; reading helpers as for Prometheus."""

    ready_path = "/health"
    version = "victoria"

    def load(self, text: str) -> None:
        """Import Prometheus text lines (`name{labels} value milliseconds`); twice doubles the samples."""
        url = f"{self.url}/api/v1/import/prometheus"
        httpx.post(url, content=text, timeout=60, trust_env=False).raise_for_status()
        self.flush()

    def write(self, series: Iterable[Series]) -> None:
        """Store samples by remote write and make them visible."""
        push(f"{self.url}/api/v1/write", series)
        self.flush()

    def flush(self) -> None:
        """Make what was written visible to queries at once."""
        httpx.get(f"{self.url}/internal/force_flush", timeout=60, trust_env=False).raise_for_status()


def start_victoria(folder: Path) -> Victoria:
    """Start a VictoriaMetrics in `folder`; raise MissingError where it is absent."""
    port = free_port()
    server = Victoria("victoria-metrics", f"http://127.0.0.1:{port}", folder)
    return server.start(
        [
            program("victoria-metrics", "victoria-metrics"),
            f"-storageDataPath={folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-retentionPeriod=100y",
            "-search.latencyOffset=0s",
        ]
    )
