"""Alertmanager 0.25 (Debian) and 0.34.2 (compiled)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
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
    peer = ""  # where other members of its cluster reach it

    def post(self, alerts: list[dict[str, Any]]) -> None:
        """Hand in alerts in the form of the v2 API."""
        httpx.post(f"{self.url}/api/v2/alerts", json=alerts, timeout=30, trust_env=False).raise_for_status()

    def alerts(self) -> list[dict[str, Any]]:
        """List the alerts that are active now."""
        answer = httpx.get(f"{self.url}/api/v2/alerts", timeout=30, trust_env=False)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def silence(
        self, equal: Mapping[str, str], *, like: Mapping[str, str] | None = None,
        unequal: Mapping[str, str] | None = None, unlike: Mapping[str, str] | None = None, by: str = "ada",
        comment: str = "maintenance", since: str | None = None, lasts: int = 3600 * 10**9,
        replaces: str | None = None, prefix: str = "",
    ) -> str:  # fmt: skip
        """Make or change a silence; it lasts so many nanoseconds from now on. Returns its id."""
        given = ((equal, False, True), (like, True, True), (unequal, False, False), (unlike, True, False))
        matchers = [
            {"name": name, "value": value, "isRegex": regex, "isEqual": same}
            for found, regex, same in given
            for name, value in (found or {}).items()
        ]
        now = datetime.now(UTC)
        until = now + timedelta(microseconds=lasts // 1000)
        body = {
            "matchers": matchers, "startsAt": since or now.isoformat(), "endsAt": until.isoformat(),
            "createdBy": by, "comment": comment, **({"id": replaces} if replaces else {}),
        }  # fmt: skip
        url = f"{self.url}{prefix}/api/v2/silences"
        answer = httpx.post(url, json=body, timeout=30, trust_env=False)
        answer.raise_for_status()
        return str(answer.json()["silenceID"])

    def expire(self, silence: str) -> None:
        """End a silence now."""
        url = f"{self.url}/api/v2/silence/{silence}"
        httpx.delete(url, timeout=30, trust_env=False).raise_for_status()

    def silences(self) -> list[dict[str, Any]]:
        """List every silence that it still knows."""
        found: list[dict[str, Any]] = httpx.get(
            f"{self.url}/api/v2/silences", timeout=30, trust_env=False
        ).json()
        return found

    def status(self) -> dict[str, Any]:
        """Tell when it started, and its cluster."""
        found: dict[str, Any] = httpx.get(f"{self.url}/api/v2/status", timeout=30, trust_env=False).json()
        return found


def start_alertmanager(
    folder: Path,
    *,
    version: str = "0.25",
    config: str = _CONFIG,
    cluster: bool = False,
    flags: Sequence[str] = (),
) -> Alertmanager:
    """Start an Alertmanager in `folder`; raise MissingError where it is absent."""
    if version == "0.25":
        binary = program("prometheus-alertmanager", "prometheus-alertmanager")
    else:
        binary = compiled("alertmanager-0.34.2")
    port = free_port()
    server = Alertmanager(f"alertmanager-{version}", f"http://127.0.0.1:{port}", folder)
    (folder / "alertmanager.yml").write_text(config)
    server.peer = f"127.0.0.1:{free_port()}" if cluster else ""
    for flag in flags:
        if flag.startswith("--web.route-prefix="):
            server.ready_path = f"{flag.partition('=')[2]}{server.ready_path}"
    return server.start(
        [
            binary,
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            f"--cluster.listen-address={server.peer}",
            *flags,
        ]
    )
