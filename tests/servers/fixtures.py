"""Fixtures over the real servers: lazy, one set per worker, absent ones skipped aloud."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.servers import alertmanager, process, prometheus, proxies, vmalert
from tests.servers import promtool as promtools
from tests.servers import victoria as victoria_metrics
from tests.servers.git_repo import GitRepo
from tests.servers.gitea import Gitea, start_gitea
from tests.servers.kubernetes import Kubernetes, start_kubernetes
from tests.servers.loki import Loki, start_loki
from tests.servers.opensearch import (
    OpenSearch,
    OpenSearchCluster,
    start_opensearch,
    start_opensearch_cluster,
)
from tests.servers.opensearch_secure import start_opensearch_secure
from tests.servers.promtool import Promtool
from tests.servers.require import MissingError, browser, fetched
from tests.servers.synapse import Synapse, start_synapse
from tests.servers.unleash import Unleash, start_unleash
from tests.servers.victorialogs import VictoriaLogs, start_victorialogs
from tests.servers.zipkin import Zipkin, start_zipkin

S = TypeVar("S")


def skip_or_fail(missing: MissingError) -> None:
    """Skip with the reason; fail instead where the run promised to have such servers."""
    if missing.named:
        pytest.skip(str(missing))
    promise = "TIMELINE_REQUIRE_COMPILED" if missing.compiled else "TIMELINE_REQUIRE_SERVERS"
    if os.environ.get(promise) == "1":
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


class Keeper:
    """Starts servers in folders of their own and stops them all at the end."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory, self._stack = factory, ExitStack()

    def start(self, starter: Callable[..., S], name: str, *positional: Any, **options: Any) -> S:
        """Run a starter with a fresh folder; a missing program ends the test here."""
        try:
            server = starter(self._factory.mktemp(name), *positional, **options)
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


@pytest.fixture(scope="module")
def module_keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    """Keep the servers that are too large, or too changed, to outlive a test module."""
    keeper = Keeper(tmp_path_factory)
    yield keeper
    keeper.close()


@pytest.fixture(scope="session")
def start_prometheus(keeper: Keeper) -> Callable[..., prometheus.Prometheus]:
    """Give a factory of Prometheus servers."""
    return lambda **options: keeper.start(prometheus.start_prometheus, "prometheus", **options)


@pytest.fixture(params=["2", pytest.param("3", marks=pytest.mark.needs_compiled)])
def prometheus_version(request: pytest.FixtureRequest) -> str:
    """Run the test once for each Prometheus that users have."""
    return str(request.param)


@pytest.fixture(scope="session")
def prometheus2(start_prometheus: Callable[..., prometheus.Prometheus]) -> prometheus.Prometheus:
    """Share one empty Prometheus 2.42."""
    return start_prometheus(version="2")


@pytest.fixture(scope="session")
def prometheus3(start_prometheus: Callable[..., prometheus.Prometheus]) -> prometheus.Prometheus:
    """Share one empty Prometheus 3.15."""
    return start_prometheus(version="3")


@pytest.fixture(params=["2", pytest.param("3", marks=pytest.mark.needs_compiled)])
def promtool(request: pytest.FixtureRequest) -> Promtool:
    """Run the test once for each checker of rule files."""
    return _or_skip(Promtool, str(request.param))


@pytest.fixture(scope="session")
def parser_tests() -> list[str]:
    """Give the expressions that Prometheus' own parser is tested with; Go's module cache may lack them."""
    try:
        return promtools.parser_tests()
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def rule_file_tests() -> list[Path]:
    """Give the rule files that Prometheus' own reader is tested with; Go's module cache may lack them."""
    try:
        return promtools.rulefmt_tests()
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def start_victoria(keeper: Keeper) -> Callable[..., victoria_metrics.Victoria]:
    """Give a factory of VictoriaMetrics servers."""
    return lambda **options: keeper.start(victoria_metrics.start_victoria, "victoria", **options)


@pytest.fixture(scope="session")
def victoria(start_victoria: Callable[..., victoria_metrics.Victoria]) -> victoria_metrics.Victoria:
    """Share one empty VictoriaMetrics."""
    return start_victoria()


@pytest.fixture(scope="session")
def start_vmalert(keeper: Keeper) -> Callable[..., vmalert.Vmalert]:
    """Give a factory of rulers."""
    return lambda storage, rules, **options: keeper.start(
        vmalert.start_vmalert, "vmalert", storage=storage, rules=rules, **options
    )


@pytest.fixture(scope="session")
def start_alertmanager(keeper: Keeper) -> Callable[..., alertmanager.Alertmanager]:
    """Give a factory of Alertmanagers."""
    return lambda **options: keeper.start(alertmanager.start_alertmanager, "alertmanager", **options)


@pytest.fixture(scope="session")
def synapse(keeper: Keeper) -> Synapse:
    """Share one Matrix home server."""
    return keeper.start(start_synapse, "synapse")


@pytest.fixture(scope="session")
def opensearch2(keeper: Keeper) -> OpenSearch:
    """Share one node of OpenSearch 2.19."""
    return keeper.start(start_opensearch, "opensearch2", version="2")


@pytest.fixture(scope="session")
def opensearch3(keeper: Keeper) -> OpenSearch:
    """Share one node of OpenSearch 3.4."""
    return keeper.start(start_opensearch, "opensearch3", version="3")


@pytest.fixture(params=["2", "3"])
def opensearch_version(request: pytest.FixtureRequest) -> str:
    """Run the test once for each line of OpenSearch that users have."""
    return str(request.param)


@pytest.fixture
def opensearch(request: pytest.FixtureRequest, opensearch_version: str) -> OpenSearch:
    """Give the shared node of the version this run of the test is for."""
    node: OpenSearch = request.getfixturevalue(f"opensearch{opensearch_version}")
    return node


@pytest.fixture(scope="module")
def opensearch_secure(module_keeper: Keeper) -> OpenSearch:
    """Share one node behind TLS and password within the module."""
    return module_keeper.start(start_opensearch_secure, "opensearch-secure")


@pytest.fixture(scope="module")
def opensearch_cluster(module_keeper: Keeper) -> OpenSearchCluster:
    """Share three nodes of OpenSearch 2.19 within the module."""
    return module_keeper.start(start_opensearch_cluster, "opensearch-cluster")


@pytest.fixture(scope="module")
def gitea(module_keeper: Keeper) -> Gitea:
    """Share one forge within the module; make repositories of your own on it."""
    return module_keeper.start(start_gitea, "gitea")


@pytest.fixture(scope="session")
def loki(keeper: Keeper) -> Loki:
    """Share one Loki; use labels of your own."""
    return keeper.start(start_loki, "loki")


@pytest.fixture(scope="module")
def start_a_loki(module_keeper: Keeper) -> Callable[..., Loki]:
    """Give a factory of Lokis with limits: `start_a_loki(max_query_length="24h")`."""
    return lambda **options: module_keeper.start(start_loki, "loki", **options)


@pytest.fixture(scope="session")
def victorialogs(keeper: Keeper) -> VictoriaLogs:
    """Share one VictoriaLogs; use services of your own."""
    return keeper.start(start_victorialogs, "victorialogs")


@pytest.fixture(scope="module")
def start_a_victorialogs(module_keeper: Keeper) -> Callable[..., VictoriaLogs]:
    """Give a factory of VictoriaLogs with options: `start_a_victorialogs(retention="7d")`."""
    return lambda **options: module_keeper.start(start_victorialogs, "victorialogs", **options)


@pytest.fixture(scope="module")
def unleash(module_keeper: Keeper) -> Unleash:
    """Share one server of flags within the module; make flags of your own on it."""
    return module_keeper.start(start_unleash, "unleash")


@pytest.fixture(scope="module")
def zipkin(module_keeper: Keeper) -> Zipkin:
    """Share one store of traces within the module; use days of your own."""
    return module_keeper.start(start_zipkin, "zipkin")


@pytest.fixture(scope="session")
def kubernetes(keeper: Keeper) -> Kubernetes:
    """Share one control plane; tests use namespaces of their own."""
    return keeper.start(start_kubernetes, "kubernetes")


@pytest.fixture(scope="module")
def start_prism(module_keeper: Keeper) -> Callable[..., proxies.Proxy]:
    """Give a factory of checking proxies: `start_prism(url, openapi)`."""
    return lambda upstream, openapi: module_keeper.start(
        proxies.start_prism, "prism", upstream=upstream, openapi=openapi
    )


@pytest.fixture(scope="module")
def start_mitm(module_keeper: Keeper) -> Callable[..., proxies.Proxy]:
    """Give a factory of faulty proxies: `start_mitm(url, faults=[Fault(...)])`."""
    return lambda upstream, **options: module_keeper.start(
        proxies.start_mitm, "mitm", upstream=upstream, **options
    )


@pytest.fixture(scope="module")
def start_forward(module_keeper: Keeper) -> Callable[..., proxies.Proxy]:
    """Give a factory of forward proxies: `start_forward(credentials="user:password")`."""
    return lambda **options: module_keeper.start(proxies.start_forward, "forward", **options)


@pytest.fixture
def git_repo(tmp_path: Path) -> GitRepo:
    """Give an empty repository at `tmp_path/repo`."""
    return GitRepo(tmp_path / "repo")


def _or_skip(find: Callable[..., S], *arguments: str) -> S:
    try:
        return find(*arguments)
    except MissingError as missing:
        skip_or_fail(missing)
        raise


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Give the folder of the npm tools that check fakes."""
    return _or_skip(fetched, "npm/node_modules")


@pytest.fixture(scope="session")
def node() -> Path:
    """Give the Node program that the npm tools are run with."""
    return _or_skip(fetched, "venv/node/bin/node")


@pytest.fixture(scope="session")
def inspector(node_modules: Path) -> Path:
    """Give the inspector of the Model Context Protocol."""
    return (
        _or_skip(fetched, "npm/node_modules/@modelcontextprotocol/inspector")
        and node_modules / ".bin" / "mcp-inspector"
    )


@pytest.fixture(scope="session")
def asciidoctor(node_modules: Path) -> Path:
    """Give the npm folder where it has Asciidoctor."""
    return _or_skip(fetched, "npm/node_modules/@asciidoctor/core") and node_modules


@pytest.fixture(scope="session")
def plotly_bundle() -> Path:
    """Give Plotly's basic bundle, which a wheel carries."""
    return _or_skip(fetched, "bundle/node_modules/plotly.js-basic-dist-min/plotly-basic.min.js")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give the browser's program, to be driven with `--no-sandbox`."""
    return _or_skip(browser)


_LENGTHS = pytest.StashKey[dict[process.Server, int]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember how long each log is, so that a failure shows only what the test added."""
    item.stash[_LENGTHS] = {server: len(server.log()) for server in process.RUNNING}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show the end of the servers' logs with a failed test."""
    outcome: Any = yield
    report = outcome.get_result()
    if not report.failed:
        return
    before = item.stash.get(_LENGTHS, {})
    for server in process.RUNNING:
        added = server.log()[before.get(server, 0) :].splitlines()[-30:]
        if added:
            report.sections.append((f"log of {server.name} ({server.folder.name})", "\n".join(added)))
