"""Unleash 7.5 (npm, installed by name) on PostgreSQL: a real server of feature flags."""

from pathlib import Path
from typing import Any

import httpx

from tests.servers.ports import free_port
from tests.servers.postgres import Postgres, start_postgres
from tests.servers.process import Server
from tests.servers.require import MissingError, cache, fetched

VERSION = "7.5.1"
#: Days of its database's zone begin fourteen hours before those of UTC.
ZONE = "Pacific/Kiritimati"
_START = """\
import { start } from 'unleash-server';
await start({
  db: { connectionString: process.env.DATABASE, ssl: false },
  server: { host: '127.0.0.1', port: Number(process.env.LISTEN), unleashUrl: `http://127.0.0.1:${process.env.LISTEN}` },
  versionCheck: { enable: false }, telemetry: false, authentication: { type: 'open-source', createAdminUser: true },
});
"""


class Unleash(Server):
    """A running server; `token` is its administrator's."""

    ready_path = "/health"
    ready_seconds = 120.0

    def __init__(self, folder: Path, database: Postgres, port: int) -> None:
        super().__init__("unleash", f"http://127.0.0.1:{port}", folder)
        self.database, self.token = database, ""

    def request(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """Ask `/api/admin/PATH`; raise httpx.HTTPStatusError with the server's words."""
        answer = httpx.request(
            method, f"{self.url}/api/admin/{path}", json=body, headers={"Authorization": token or self.token},
            timeout=60, trust_env=False,
        )  # fmt: skip
        if answer.is_error:
            message = f"{answer.status_code} from {method} {path}: {answer.text}"
            raise httpx.HTTPStatusError(message, request=answer.request, response=answer)
        return answer.json() if answer.content else None

    def sign_in(self, user: str, password: str) -> str:
        """Give a personal access token of a user."""
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as http:
            http.post("/auth/simple/login", json={"username": user, "password": password}).raise_for_status()
            asked = {"description": "reads", "expiresAt": "2099-01-01T00:00:00.000Z"}
            return str(http.post("/api/admin/user/tokens", json=asked).raise_for_status().json()["secret"])

    def flag(self, name: str, project: str = "default") -> str:
        """Make a flag; give the path of its production environment."""
        self.request("POST", f"projects/{project}/features", {"name": name, "type": "release"})
        return f"projects/{project}/features/{name}/environments/production"

    def moved(self, flag: str, to: str) -> None:
        """Put all events of a flag to a time, in their order, a minute apart."""
        self.database.run(
            f"update events set created_at = timestamptz '{to}' + (select count(*) from events e "
            f"where e.feature_name = '{flag}' and e.id < events.id) * interval '1 minute' where feature_name = '{flag}'"
        )

    def stop(self) -> None:
        """End it, then its database."""
        super().stop()
        self.database.stop()


def start_unleash(folder: Path) -> Unleash:
    """Start a server in `folder`; raise MissingError where it or PostgreSQL is absent."""
    home, node = cache() / f"unleash-{VERSION}", fetched("venv/node/bin/node")
    if not (home / ".whole").exists():
        raise MissingError(home.name, "needs `make servers NAME=unleash`", named=True)
    database = start_postgres(folder, [f"timezone={ZONE}"])
    server = Unleash(folder, database, free_port())
    env = {"DATABASE": database.url, "LISTEN": server.url.rpartition(":")[2]}
    try:
        # Modules are looked for from where it runs.
        server.start([node, "--input-type=module", "-e", _START], env, cwd=home)
        server.token = server.sign_in("admin", "unleash4all")
    except BaseException:
        server.stop()
        raise
    return server
