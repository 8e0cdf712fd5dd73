"""Each real server starts, takes data, and answers: what the collectors' tests stand on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pytest_httpserver import HTTPServer

from tests.servers.alertmanager import Alertmanager
from tests.servers.git_repo import GitRepo
from tests.servers.openapi import cut
from tests.servers.opensearch import OpenSearch, OpenSearchCluster
from tests.servers.opensearch_secure import POWERLESS
from tests.servers.prometheus import STALE, Prometheus
from tests.servers.proxies import Fault, Proxy
from tests.servers.synapse import Synapse
from tests.servers.victoria import Victoria

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
T0 = int(START.timestamp())
LATENCY = "# TYPE lat gauge\n" + "".join(
    f'lat{{job="a"}} {1 if i < 40 else 5} {T0 + 15 * i}\n' for i in range(80)
)
RULES = """\
groups:
- name: g
  interval: 15s
  rules:
  - {alert: Slow, expr: lat > 3, for: 1m, labels: {severity: page}}
"""


def test_prometheus_back_fills_and_replays_rules(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str
) -> None:
    server = start_prometheus(version=prometheus_version, openmetrics=LATENCY, rules=RULES)
    server.replay(RULES, START, START + timedelta(minutes=20))
    found = server.samples('ALERTS{alertname="Slow"}[1h]', T0 + 3600)
    firsts = {labels.split("alertstate=")[1].split(",")[0]: points[0][0] for labels, points in found.items()}
    assert firsts == {"pending": T0 + 600, "firing": T0 + 660}
    assert server.samples("ALERTS_FOR_STATE[1h]", T0 + 3600).popitem()[1][0] == (T0 + 600, str(T0 + 600))
    assert server.api("rules")["groups"][0]["rules"][0]["name"] == "Slow"
    assert server.api("status/buildinfo")["version"].startswith(
        {"2": "2.42.", "3": "3.15."}[prometheus_version]
    )


def test_prometheus_ends_series_by_stale_marker_and_survives_a_kill(prometheus2: Prometheus) -> None:
    labels = {"__name__": "servers_ends", "job": "a"}
    prometheus2.write([(labels, [(T0 * 1000, 1.5), (T0 * 1000 + 15_000, STALE)])])
    assert prometheus2.query("servers_ends", T0 + 10)[0]["value"] == [T0 + 10, "1.5"]
    assert prometheus2.query("servers_ends", T0 + 20) == []
    prometheus2.kill()
    prometheus2.restart()
    assert prometheus2.samples("servers_ends[1m]", T0 + 30).popitem()[1] == [(T0, "1.5")]


def test_prometheus_behind_tls_and_password(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus(openmetrics=LATENCY, tls=True, users={"reader": "s3cret"})
    server.replay(RULES, START, START + timedelta(minutes=20))
    assert server.url.startswith("https:")
    assert server.query("ALERTS", T0 + 700)[0]["metric"]["alertstate"] == "firing"


def test_victoria_takes_text_and_remote_write(victoria: Victoria) -> None:
    victoria.load(f'servers_text{{job="a"}} 1 {T0 * 1000}\n')
    victoria.write(
        [({"__name__": "servers_text", "job": "b"}, [(T0 * 1000, 2.0), (T0 * 1000 + 15_000, STALE)])]
    )
    found = victoria.samples("servers_text[1m]", T0 + 30)
    assert found["__name__=servers_text,job=a"] == [(T0, "1")]
    # Its raw ranges show the marker itself, which Prometheus hides.
    assert found["__name__=servers_text,job=b"] == [(T0, "2"), (T0 + 15, "NaN")]


@pytest.mark.parametrize("version", ["0.25", pytest.param("0.34", marks=pytest.mark.needs_compiled)])
def test_alertmanager_lists_what_it_is_told(
    start_alertmanager: Callable[..., Alertmanager], version: str
) -> None:
    server = start_alertmanager(version=version)
    server.post([{"labels": {"alertname": "Slow"}}])
    assert [alert["labels"] for alert in server.alerts()] == [{"alertname": "Slow"}]


def test_synapse_keeps_claimed_times_edits_and_redactions(synapse: Synapse) -> None:
    room = synapse.create_room("servers")
    first = synapse.send(room, "bob", "hello", START)
    reply = synapse.send(room, "ann", "late", START - timedelta(hours=1), thread=first)
    edit = synapse.edit(room, "bob", first, "hello!", START + timedelta(minutes=1))
    synapse.redact(room, "ann", reply, START + timedelta(minutes=2))
    path = f"rooms/{room}/messages"
    events = synapse.request("GET", path, token=synapse.token, dir="b", limit=50)["chunk"]
    by_id = {event["event_id"]: event for event in events}
    assert by_id[first]["origin_server_ts"] == T0 * 1000
    assert by_id[reply]["origin_server_ts"] == (T0 - 3600) * 1000
    assert by_id[reply]["unsigned"]["redacted_because"]["origin_server_ts"] == (T0 + 120) * 1000
    assert by_id[edit]["content"]["m.relates_to"]["rel_type"] == "m.replace"


def test_opensearch_indexes_and_counts(opensearch: OpenSearch, opensearch_version: str) -> None:
    opensearch.bulk("servers", [{"_id": "a", "m": "x"}, {"m": "y"}])
    assert opensearch.count("servers") == 2
    assert opensearch.count("servers", {"term": {"_id": "a"}}) == 1
    assert opensearch.request("GET", "/")["version"]["number"].startswith(opensearch_version + ".")


def test_opensearch_secure_wants_trust_and_password(opensearch_secure: OpenSearch) -> None:
    opensearch_secure.bulk("servers", [{"m": "x"}])
    assert opensearch_secure.count("servers") == 1
    trust = opensearch_secure.client["verify"]
    assert httpx.get(opensearch_secure.url, verify=trust).status_code == 401
    assert httpx.get(opensearch_secure.url, verify=trust, auth=POWERLESS).status_code == 403
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(opensearch_secure.url)


def test_opensearch_cluster_loses_a_node_and_gets_it_back(opensearch_cluster: OpenSearchCluster) -> None:
    settings = {"number_of_shards": 3, "number_of_replicas": 0}
    opensearch_cluster.create("servers", {"settings": settings})
    opensearch_cluster.bulk("servers", [{"n": n} for n in range(300)])
    opensearch_cluster.stop_node(2)
    opensearch_cluster.wait_for("red")
    opensearch_cluster.start_node(2)
    opensearch_cluster.wait_for("green")
    assert opensearch_cluster.count("servers") == 300


def test_prism_refuses_wrong_requests_and_wrong_answers(
    start_prism: Callable[..., Proxy], httpserver: HTTPServer
) -> None:
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    body = {"type": "array", "items": {"type": "integer"}}
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": body}}}}
    paths = {"/things": {"get": {"parameters": [limit], "responses": answer}}}
    openapi = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}
    httpserver.expect_request("/things", query_string="limit=1").respond_with_json([1])
    httpserver.expect_request("/things", query_string="limit=2").respond_with_json(["wrong"])
    proxy = start_prism(httpserver.url_for("").rstrip("/"), openapi)
    statuses = [httpx.get(f"{proxy.url}/things?limit={limit}").status_code for limit in ("1", "2", "x")]
    assert statuses == [200, 500, 422]


def test_mitm_makes_the_faults_it_is_told(start_mitm: Callable[..., Proxy], httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data('{"n": 1}' * 100)
    faults = [
        Fault("?busy", times=2, status=503, headers=(("Retry-After", "1"),)),
        Fault("?drop", drop=True),
        Fault("?cut", cut=10),
        Fault("?corrupt", replace=("{", "[")),
    ]
    proxy = start_mitm(httpserver.url_for("").rstrip("/"), faults=faults)
    busy = [httpx.get(f"{proxy.url}/?busy") for _ in range(3)]
    assert [answer.status_code for answer in busy] == [503, 503, 200]
    assert busy[0].headers["Retry-After"] == "1"
    assert httpx.get(f"{proxy.url}/?corrupt").text.startswith('["n"')
    for path in ("drop", "cut"):
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{proxy.url}/?{path}")


def test_git_repo_is_back_dated(git_repo: GitRepo) -> None:
    git_repo.commit("start", at=START, files={"a": "1"})
    git_repo.branch("fix").commit("fix it", at=START + timedelta(hours=1), author_at=START)
    git_repo.checkout("main").merge("fix", at=START + timedelta(hours=2))
    git_repo.tag("light").tag("v1", at=START + timedelta(hours=3), message="release")
    log = git_repo.git("log", "--format=%ct %at %s", "--topo-order").splitlines()
    assert log == [
        f"{T0 + 7200} {T0 + 7200} Merge branch 'fix'",
        f"{T0 + 3600} {T0} fix it",
        f"{T0} {T0} start",
    ]
    assert git_repo.git("for-each-ref", "--format=%(taggerdate:unix)", "refs/tags").split() == [
        str(T0 + 10800)
    ]
    shallow = git_repo.clone(git_repo.path.parent / "shallow", depth=1)
    assert shallow.git("rev-parse", "--is-shallow-repository") == "true"


def test_prism_checks_by_the_official_description_cut_to_a_path(
    start_prism: Callable[..., Proxy], node_modules: Path, httpserver: HTTPServer
) -> None:
    whole = node_modules / "@octokit" / "openapi" / "generated" / "api.github.com.json"
    path = "/repos/{owner}/{repo}/deployments"
    openapi = cut(whole, [path])
    assert len(json.dumps(openapi)) < 60_000
    httpserver.expect_request("/repos/o/good/deployments").respond_with_json([])
    httpserver.expect_request("/repos/o/bad/deployments").respond_with_json([{"id": "not a number"}])
    proxy = start_prism(httpserver.url_for("").rstrip("/"), openapi)
    assert httpx.get(f"{proxy.url}/repos/o/good/deployments?per_page=100").json() == []
    assert httpx.get(f"{proxy.url}/repos/o/bad/deployments").status_code == 500
    assert httpx.get(f"{proxy.url}/repos/o/good/deployments?per_page=many").status_code == 422
