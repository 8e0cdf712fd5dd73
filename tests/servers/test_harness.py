"""The harness itself: what is said of absent servers, of dying ones, and what is written about it."""

import inspect
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.servers import fixtures
from tests.servers.ports import free_port
from tests.servers.process import RUNNING, Server, ServerError, wait_until
from tests.servers.require import MissingError, compiled, fetched, program

ROOT = Path(__file__).parents[2]


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINE_REQUIRE_SERVERS", "1")
    monkeypatch.delenv("TIMELINE_REQUIRE_COMPILED", raising=False)


@pytest.fixture
def optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIMELINE_REQUIRE_SERVERS", raising=False)
    monkeypatch.delenv("TIMELINE_REQUIRE_COMPILED", raising=False)


def test_an_absent_program_names_its_package() -> None:
    with pytest.raises(
        MissingError, match="not run: no-such-server is not here; Debian package `etcd-server`"
    ):
        program("no-such-server", "etcd-server")


def test_an_empty_cache_names_what_fills_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINE_TEST_CACHE", str(tmp_path))
    with pytest.raises(MissingError, match="needs `make servers`") as missing:
        compiled("prometheus-3.15.0")
    assert missing.value.compiled
    with pytest.raises(MissingError, match="`make test` fetches it"):
        fetched("venv/synapse/bin/python")


@pytest.mark.usefixtures("optional")
def test_absence_is_a_skip_where_nothing_is_promised() -> None:
    with pytest.raises(pytest.skip.Exception, match="not run: x"):
        fixtures.skip_or_fail(MissingError("x", "y"))


@pytest.mark.usefixtures("required")
def test_absence_is_a_failure_where_every_packaged_server_is_promised() -> None:
    with pytest.raises(pytest.fail.Exception, match="not run: x"):
        fixtures.skip_or_fail(MissingError("x", "y"))
    with pytest.raises(pytest.skip.Exception, match="not run: x"):
        fixtures.skip_or_fail(MissingError("x", "y", compiled=True))


def test_absence_of_a_compiled_one_is_a_failure_where_they_were_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIMELINE_REQUIRE_COMPILED", "1")
    with pytest.raises(pytest.fail.Exception, match="not run: x"):
        fixtures.skip_or_fail(MissingError("x", "y", compiled=True))


def test_a_server_that_ends_at_once_says_its_last_words(tmp_path: Path) -> None:
    server = Server("short", f"http://127.0.0.1:{free_port()}", tmp_path)
    with pytest.raises(ServerError, match="short ended with 3\nout of luck"):
        server.start([sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"])
    assert server not in RUNNING


def test_a_server_that_never_answers_is_stopped(tmp_path: Path) -> None:
    server = Server("silent", f"http://127.0.0.1:{free_port()}", tmp_path)
    server.ready_seconds = 0.3
    with pytest.raises(ServerError, match="silent did not get ready within"):
        server.start([sys.executable, "-c", "import time; time.sleep(60)"])
    assert not server.running


def test_ports_are_not_handed_out_twice() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50


def test_every_fixture_is_in_the_readme() -> None:
    table = (Path(fixtures.__file__).parent / "README.md").read_text()
    lines = inspect.getsource(fixtures).splitlines()
    named = [
        line.split("(")[0].removeprefix("def ")
        for before, line in pairwise(lines)
        if before.startswith("@pytest.fixture") and line.startswith("def ")
    ]
    assert len(named) > 15
    internal = {"keeper", "module_keeper"}
    assert [name for name in named if name not in internal and f"`{name}`" not in table] == []


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="not run: needs setpriv (util-linux)")
def test_a_killed_run_leaves_no_server_behind(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tests.servers.process import Server;"
        "port = sys.argv[1];"
        "server = Server('web', f'http://127.0.0.1:{port}', Path(sys.argv[2]));"
        "server.start([sys.executable, '-m', 'http.server', '--bind', '127.0.0.1', port]);"
        "print(server.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    command = [sys.executable, "-c", script, str(free_port()), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    server = Path("/proc") / done.stdout.strip()
    wait_until(lambda: not server.exists() or "(zombie)" in _status(server), 10, "the server lives on")


def _status(process: Path) -> str:
    try:
        return (process / "status").read_text()
    except FileNotFoundError:
        return "(zombie)"
