"""Debian's PostgreSQL on loopback, as a user of its own: it refuses to run as root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.require import MissingError

_HOMES = Path("/usr/lib/postgresql")
#: Nothing of it outlives the tests, and no other process waits for the disk.
_FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Postgres(Server):
    """A running database; `url` is what clients connect to."""

    def __init__(self, folder: Path, data: Path, programs: Path, port: int) -> None:
        super().__init__("postgres", f"postgres://postgres@127.0.0.1:{port}/postgres", folder)
        self._data, self._programs, self._port = data, programs, port

    def is_ready(self) -> bool:
        """Ask the database whether it takes connections."""
        asked = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        return subprocess.run(asked, check=False, timeout=30).returncode == 0

    def run(self, statements: str) -> None:
        """Execute SQL; raise CalledProcessError."""
        subprocess.run(
            [str(self._programs / "psql"), "-q", "-v", "ON_ERROR_STOP=1", self.url], input=statements, text=True,
            capture_output=True, check=True, timeout=120,
        )  # fmt: skip

    def stop(self) -> None:
        """End it and remove its files."""
        super().stop()
        shutil.rmtree(self._data, ignore_errors=True)


def _programs() -> Path:
    found = [home / "bin" for home in sorted(_HOMES.glob("*")) if (home / "bin" / "initdb").exists()]
    if not found:
        raise MissingError(
            "PostgreSQL", "Debian package `postgresql` (`make test` as root installs it)", named=True
        )
    return found[-1]


def _unprivileged(folder: Path) -> Mapping[str, Any]:
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def start_postgres(folder: Path, settings: Sequence[str] = ()) -> Postgres:
    """Start an empty database with `name=value` settings; raise MissingError where it is absent."""
    programs, port = _programs(), free_port()
    data = Path(tempfile.mkdtemp(prefix="incident-timeline-postgres-"))  # where its user may go
    user = _unprivileged(data)
    made = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"]  # fmt: skip
    subprocess.run(made, cwd=data, check=True, capture_output=True, timeout=120, **user)
    server = Postgres(folder, data, programs, port)
    own = [part for setting in settings for part in ("-c", setting)]
    command: list[str | Path] = [
        programs / "postgres",
        "-D",
        data,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-k",
        "",
        *_FAST,
        *own,
    ]
    server.start(command, cwd=data, **user)
    return server
