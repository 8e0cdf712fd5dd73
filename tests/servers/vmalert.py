"""vmalert (Debian): a ruler beside the storage that it reads from and writes to."""

from pathlib import Path

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.prometheus import Prometheus
from tests.servers.require import program


class Vmalert(Server):
    """A running ruler; `stop()` leaves the storage to go on without it."""

    ready_path = "/health"


def start_vmalert(folder: Path, storage: Prometheus, rules: str, *, restore: bool = True) -> Vmalert:
    """Start a ruler in `folder` that evaluates `rules` every second; raise MissingError where it is absent."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rules.yml"
    path.write_text(rules)
    port = free_port()
    server = Vmalert("vmalert", f"http://127.0.0.1:{port}", folder)
    return server.start(
        [
            program("vmalert", "victoria-metrics"),
            f"-rule={path}",
            f"-datasource.url={storage.url}",
            f"-remoteWrite.url={storage.url}",
            "-remoteWrite.flushInterval=100ms",
            *([f"-remoteRead.url={storage.url}"] if restore else []),
            "-evaluationInterval=1s",
            "-notifier.url=http://127.0.0.1:9",  # it wants one; nobody is told
            f"-httpListenAddr=127.0.0.1:{port}",
        ]
    )
