"""`serve` run as compose file, manifest and unit say: their user, their mounts, their signals, a read-only root."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.released import Installed, build_wheel, interpreter, locked_environment
from tests.servers import box
from tests.servers.box import Box
from tests.servers.ports import free_port
from tests.servers.process import wait_until
from tests.service.web.running import Serving
from tests.test_serve_examples import COMPOSE, EXAMPLES, SETTINGS, STATE, documents, pod, service, unit

pytestmark = [
    pytest.mark.skipif(bool(box.missing()), reason=box.missing() or "-"),
    pytest.mark.timeout(600),
]
SECRETS = {"token-ada": "ada-secret-that-is-long-enough", "webhook-am": "am-secret-that-is-long-enough"}
HOW_TO = EXAMPLES.parent.parent / "docs/how-to/run-serve.md"
CREDENTIALS = "/run/credentials/incident-timeline.service"
ADA = {"authorization": f"Bearer {SECRETS['token-ada']}"}
ALERT = {"alertname": "CheckoutErrors", "incident": "INC-7"}
TIMES = {"startsAt": "2026-11-01T10:00:00Z", "endsAt": "2026-11-01T10:30:00Z"}
RESOLVED = {
    "status": "resolved", "commonLabels": ALERT, "alerts": [{"status": "resolved", "labels": ALERT, **TIMES}],
}  # fmt: skip
#: Refuses memory that is written and then run, as MemoryDenyWriteExecute= does: prctl(PR_SET_MDWE).
_DENY = "import ctypes, os, sys; assert not ctypes.CDLL(None).prctl(65, 1, 0, 0, 0); os.execvp(sys.argv[1], sys.argv[1:])"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """What the container holds, by the product's lock."""
    python = interpreter(f"3.{sys.version_info.minor}")
    assert python is not None
    wheel = build_wheel(tmp_path_factory.mktemp("dist"))
    return locked_environment(wheel, python, tmp_path_factory.mktemp("opt") / "timeline")


class Boxed(Serving):
    """`timeline serve` in a box."""

    def __init__(self, folder: Path, box: Box, command: list[str], port: int) -> None:
        super().__init__("timeline-boxed", f"http://127.0.0.1:{port}", folder)
        self.box, self.boxed = box, command

    def begin(self) -> Boxed:
        """Start it and wait until it is ready."""
        return self.start(self.box.command(*_plain(*self.boxed)))

    def also(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run another command in a box like the server's."""
        other = replace(self.box, folder=self.folder / "other")
        return subprocess.run(
            other.command(*_plain(*command)), cwd=self.folder, capture_output=True, text=True, check=False
        )


def _plain(*command: str) -> tuple[str, ...]:
    """Run with the environment of the container alone."""
    path = "PATH=/opt/timeline/bin:/opt/incident-timeline/bin:/usr/bin:/bin"
    return ("/usr/bin/env", "-i", path, "PYTHONDONTWRITEBYTECODE=1", *command)


def _owned(folder: Path, files: dict[str, str], user: int, mode: int) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
        os.chown(folder / name, user, user)
        (folder / name).chmod(mode)
    return folder


def by_compose(home: Path, product: Path, settings: str) -> tuple[Box, list[str]]:
    """Mount what the compose file mounts."""
    one = service()
    user, group = map(int, one["user"].split(":"))
    (volume,) = one["volumes"]
    (config,) = one["configs"]
    _owned(home / "secrets", SECRETS, user, 0o400)
    (home / "timeline.toml").write_text(settings)
    files = {name: secret["file"] for name, secret in yaml.safe_load(COMPOSE.read_text())["secrets"].items()}
    read = {secret["target"]: home / files[secret["source"]] for secret in one["secrets"]}
    scratch = [mount.split(":")[0] for mount in one["tmpfs"]]
    write = {volume["target"]: _state(home, user)}
    read |= {"/opt/timeline": product, config["target"]: home / "timeline.toml"}
    return Box(home / "box", user, group, read, write, scratch), ["timeline", *one["command"]]


def by_kubernetes(home: Path, product: Path, settings: str) -> tuple[Box, list[str]]:
    """Mount what the manifest mounts."""
    context, (container,) = pod()["securityContext"], pod()["containers"]
    user, group = context["runAsUser"], context["runAsGroup"]
    kinds = {volume.pop("name"): next(iter(volume)) for volume in pod()["volumes"]}
    config = _owned(
        home / "config", {**documents()["ConfigMap"]["data"], "timeline.toml": settings}, 0, 0o444
    )
    held = {"configMap": config, "secret": _owned(home / "secrets", SECRETS, user, 0o440)}
    mounts = {mount["mountPath"]: kinds[mount["name"]] for mount in container["volumeMounts"]}
    read = {path: held[kind] for path, kind in mounts.items() if kind in held}
    write = {path: _state(home, user) for path, kind in mounts.items() if kind == "persistentVolumeClaim"}
    scratch = [path for path, kind in mounts.items() if kind == "emptyDir"]
    box = Box(home / "box", user, group, {**read, "/opt/timeline": product}, write, scratch)
    return box, ["timeline", *container["args"]]


def by_systemd(home: Path, product: Path, settings: str) -> tuple[Box, list[str]]:
    """Mount what the unit does, for a user of its own; the settings changed as the how-to says."""
    user = 64_017  # one of those that DynamicUser= takes
    secrets = _owned(home / "secrets", {name: SECRETS[name] for name in _loaded()}, user, 0o400)
    (said,) = re.findall(r"^sed '(.+)' timeline\.toml \|$", HOW_TO.read_text(), re.MULTILINE)
    changed = subprocess.run(["sed", said], input=settings, capture_output=True, text=True, check=True).stdout
    config = _owned(home / "config", {"timeline.toml": changed}, 0, 0o644)
    (folder,) = unit()["StateDirectory"]
    read = {"/opt/incident-timeline": product, "/etc/incident-timeline": config, CREDENTIALS: secrets}
    box = Box(home / "box", user, user, read, {f"/var/lib/{folder}": _state(home, user)}, ["/tmp"])
    return box, ["python3", "-c", _DENY, *shlex.split(unit()["ExecStart"][0])]


def _loaded() -> list[str]:
    return [one.partition(":")[0] for one in unit()["LoadCredential"]]


def _state(home: Path, user: int) -> Path:
    (home / "state").mkdir(mode=0o700)
    os.chown(home / "state", user, user)
    return home / "state"


WAYS = {"compose": by_compose, "Kubernetes": by_kubernetes, "systemd": by_systemd}


@pytest.fixture(params=WAYS)
def server(request: pytest.FixtureRequest, installed: Installed, tmp_path: Path) -> Iterator[Boxed]:
    """A server as one of the files runs it; it listens on loopback, and on a port that is free."""
    port = free_port()
    settings = SETTINGS.replace('host = "0.0.0.0"', f'host = "127.0.0.1"\nport = {port}')
    assert settings != SETTINGS
    made, command = WAYS[request.param](tmp_path, installed.python.parent.parent, settings)
    with Boxed(tmp_path, made, command, port).begin() as running:
        yield running


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def build(server: Boxed) -> list[dict[str, Any]]:
    """Deliver that an incident is over, and wait until it is built."""
    proof = {"authorization": f"Bearer {SECRETS['webhook-am']}"}
    with server.client(headers=ADA) as client:
        assert (
            client.post("/hooks/am", json={**RESOLVED, "status": "firing"}, headers=proof).status_code == 202
        )
        assert client.post("/hooks/am", json=RESOLVED, headers=proof).status_code == 202

        def seen() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = client.get("/api/builds").json()
            return found

        def ended() -> bool:
            return any(one["state"] == "done" or one["error"] for one in seen())

        wait_until(ended, 120, "nothing is built", server.log)
        assert [one["state"] for one in seen()] == ["done"], seen()
        return seen()


def test_it_serves_takes_a_webhook_builds_and_keeps_notes(server: Boxed, tmp_path: Path) -> None:
    """As a user without rights, who writes in the state's folder and nowhere else, across a restart."""
    user = server.box.user
    said = status(server.pid)
    assert said["Uid"].split() == [str(user)] * 4
    assert {said[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {"0" * 16}
    assert said["NoNewPrivs"] == "1"
    assert httpx.get(f"{server.url}/api/incidents", trust_env=False).status_code == 401
    (made,) = build(server)
    assert made["incident"] == "INC-7"
    with server.client(headers=ADA) as client:
        assert client.get("/incidents/INC-7").status_code == 200
        note = {
            "kind": "observation",
            "text": "The pool was empty",
            "cites": [{"start": "2026-11-01T10:00:00Z", "end": "2026-11-01T10:10:00Z"}],
        }
        url = f"{server.url}/api/incidents/INC-7/notes"
        answer = client.post(url, json={"body": note})
        assert answer.status_code == 201, answer.text
        assert client.get("/readyz").json()["status"] == "ready"
    state = tmp_path / "state"
    names = {path.name for path in (state / "INC-7").iterdir()}
    assert {"timeline.json", "timeline.html", "postmortem.md", "notes.jsonl", "evidence"} <= names
    assert {path.stat().st_uid for path in state.rglob("*")} == {user}
    begun, pid = time.monotonic(), server.pid
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not server.running, 60, "it did not end", server.log)
    assert time.monotonic() - begun < 30  # half of what it is given
    assert len(server.lines("stopped")) == 1
    server.restart()
    with server.client(headers=ADA) as client:
        assert [one["id"] for one in client.get("/api/incidents").json()] == ["INC-7"]
        assert "The pool was empty" in client.get("/api/incidents/INC-7/notes").text
    for secret in SECRETS.values():
        assert secret not in server.log()
        assert not [p for p in state.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]


def test_nothing_but_its_volumes_can_be_written(server: Boxed) -> None:
    """The box is what it says: else the test above shows nothing."""
    places = ("/", "/usr", "/opt", "/etc", "/etc/incident-timeline", "/run", "/var/lib", "/dev", "/home")
    tries = "; ".join(f"(: >{place}/new) 2>/dev/null && echo {place}" for place in places)
    assert server.also("sh", "-c", f"{tries}; true").stdout == ""
    assert (
        server.also("sh", "-c", f": >{STATE}/new && : >/tmp/new && rm {STATE}/new && echo yes").stdout
        == "yes\n"
    )
    assert server.also("sh", "-c", "cp /usr/bin/true /tmp/run && /tmp/run").returncode == 126
    hidden = server.also("ls", str(EXAMPLES))
    assert hidden.returncode != 0


def test_its_health_is_asked_as_the_compose_file_asks(server: Boxed) -> None:
    asked = service()["healthcheck"]["test"]
    assert asked[0] == "CMD"
    done = server.also(*asked[1:])
    assert (done.returncode, done.stdout) == (0, f"{server.url} is ready\n"), done.stderr
    server.stop()
    assert server.also(*asked[1:]).returncode == 1
