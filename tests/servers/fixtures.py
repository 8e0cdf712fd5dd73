"""Fixtures over the real servers: lazy, one set per worker, absent ones skipped aloud."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.servers import process
from tests.servers.alertmanager import Alertmanager
from tests.servers.alertmanager import start_alertmanager as _start_alertmanager
from tests.servers.prometheus import Prometheus
from tests.servers.prometheus import start_prometheus as _start_prometheus
from tests.servers.require import MissingError
from tests.servers.victoria import Victoria
from tests.servers.victoria import start_victoria as _start_victoria

S = TypeVar("S")


def skip_or_fail(missing: MissingError) -> None:
    """Skip with the reason; fail instead where the run promised to have every packaged server."""
    if os.environ.get("TIMELINE_REQUIRE_SERVERS") == "1" and not missing.compiled:
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


class Keeper:
    """Starts servers in folders of their own and stops them all at the end."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory, self._stack = factory, ExitStack()

    def start(self, starter: Callable[..., S], name: str, **options: Any) -> S:
        """Run a starter with a fresh folder; a missing program ends the test here."""
        try:
            server = starter(self._factory.mktemp(name), **options)
        except MissingError as missing:
            skip_or_fail(missing)
            raise
        self._stack.callback(server.stop)  # type: ignore[attr-defined]
        return server

    def close(self) -> None:
        """Stop what was started, last one first."""
        self._stack.close()


@pytest.fixture(scope="session")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    """Keep this session's servers."""
    keeper = Keeper(tmp_path_factory)
    yield keeper
    keeper.close()


@pytest.fixture(scope="session")
def start_prometheus(keeper: Keeper) -> Callable[..., Prometheus]:
    """Give a factory of Prometheus servers."""
    return lambda **options: keeper.start(_start_prometheus, "prometheus", **options)


@pytest.fixture(params=["2", pytest.param("3", marks=pytest.mark.needs_compiled)])
def prometheus_version(request: pytest.FixtureRequest) -> str:
    """Run the test once for each Prometheus that users have."""
    return str(request.param)


@pytest.fixture(scope="session")
def prometheus2(start_prometheus: Callable[..., Prometheus]) -> Prometheus:
    """Share one empty Prometheus 2.42."""
    return start_prometheus(version="2")


@pytest.fixture(scope="session")
def prometheus3(start_prometheus: Callable[..., Prometheus]) -> Prometheus:
    """Share one empty Prometheus 3.15."""
    return start_prometheus(version="3")


@pytest.fixture(scope="session")
def start_victoria(keeper: Keeper) -> Callable[..., Victoria]:
    """Give a factory of VictoriaMetrics servers."""
    return lambda **options: keeper.start(_start_victoria, "victoria", **options)


@pytest.fixture(scope="session")
def victoria(start_victoria: Callable[..., Victoria]) -> Victoria:
    """Share one empty VictoriaMetrics."""
    return start_victoria()


@pytest.fixture(scope="session")
def start_alertmanager(keeper: Keeper) -> Callable[..., Alertmanager]:
    """Give a factory of Alertmanagers."""
    return lambda **options: keeper.start(_start_alertmanager, "alertmanager", **options)


_MARK = pytest.StashKey[dict[process.Server, int]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember how long each log is, so that a failure shows only what the test added."""
    item.stash[_MARK] = {server: len(server.log()) for server in process.RUNNING}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show the end of the servers' logs with a failed test."""
    outcome: Any = yield
    report = outcome.get_result()
    if not report.failed:
        return
    before = item.stash.get(_MARK, {})
    for server in process.RUNNING:
        added = server.log()[before.get(server, 0) :].splitlines()[-30:]
        if added:
            report.sections.append((f"log of {server.name} ({_folder(server.folder)})", "\n".join(added)))


def _folder(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
