"""The real servers of the outage, each filled with its part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.fakes.outage.story import ALERT, LABELS, at, ns
from tests.fakes.outage.vendors import Source
from tests.servers.gitea import Gitea
from tests.servers.opensearch import OpenSearch
from tests.servers.prometheus import STALE, Prometheus
from tests.servers.synapse import Synapse

RULES = f"""groups:
- name: checkout
  interval: 15s
  rules:
  - alert: {ALERT}
    expr: checkout_error_ratio > 0.1
    for: 1m
    labels: {{severity: page, service: checkout}}
"""
STEP = 15
INDEX = "outage-logs"


class Servers(NamedTuple):
    """Those that run."""

    prometheus: Prometheus
    opensearch: OpenSearch
    synapse: Synapse
    gitea: Gitea


def secrets(servers: Servers) -> dict[str, str]:
    """Give what the sources sign in with."""
    return {"MATRIX_TOKEN": servers.synapse.token, "GITEA_TOKEN": servers.gitea.user_token("writer")}


def sources(servers: Servers) -> Iterator[Source]:
    """Yield each, filled."""
    yield from _metrics(servers.prometheus)
    yield _logs(servers.opensearch)
    yield _room(servers.synapse)
    yield _forge(servers.gitea)


def _metrics(server: Prometheus) -> Iterator[Source]:
    """An error ratio that is high from 300 to 2400, and its alert: pending from 300, firing from 360."""
    times = range(-2_400, 4_200, STEP)
    ms = {after: ns(after) // 1_000_000 for after in times}
    server.write([
        ({"__name__": "up", "job": "checkout"}, [(ms[after], 1.0) for after in times]),
        ({"__name__": "checkout_error_ratio"}, [(ms[after], 0.2 if 300 <= after < 2_400 else 0.01) for after in times]),
        *(
            ({"__name__": "ALERTS", **LABELS, "alertstate": state},
             [*((ms[after], 1.0) for after in times if first <= after < last), (ms[last], STALE)])
            for state, first, last in (("pending", 300, 360), ("firing", 360, 2_400))
        ),
    ])  # fmt: skip
    yield Source("alerts", 'collector = "prometheus_alerts"\nurl = "{url}"\norigin = "prometheus"\n', server)
    yield Source(
        "metrics", 'collector = "prometheus_metrics"\nurl = "{url}"\norigin = "prometheus"\n', server
    )


def _logs(server: OpenSearch) -> Source:
    """An error every two seconds from 310.5 to 2380.5, among lines of every ten seconds that are as ever."""
    mapping = {
        "@timestamp": {"type": "date"},
        **{name: {"type": "keyword"} for name in ("level", "service", "message")},
    }
    server.create(INDEX, {"mappings": {"properties": mapping}})
    errors = ((310.5 + n * 2, "ERROR", "pool exhausted") for n in range(1_036))
    usual = ((float(after), "INFO", "order placed") for after in range(-2_400, 4_200, 10))
    server.bulk(INDEX, (
        {"@timestamp": ns(after) // 1_000_000, "level": level, "service": "checkout", "message": message}
        for rows in (errors, usual) for after, level, message in rows
    ))  # fmt: skip
    return Source("logs", f'collector = "opensearch"\nurl = "{{url}}"\nindex = "{INDEX}"\n', server)


def _room(server: Synapse) -> Source:
    room = server.create_room("checkout-outage")
    for after, text in ((500.125, "payments here"), (2_345.5, "orders come in again")):
        server.send(room, "bob", text, at=at(after))
    return Source(
        "room",
        f'collector = "matrix"\nurl = "{{url}}"\nrooms = ["{room}"]\nauth = {{ bearer = "env:MATRIX_TOKEN" }}\n',
        server,
    )


def _forge(server: Gitea) -> Source:
    """A merge of dashboards; a forge takes no times of its callers, so the record is moved."""
    token = server.user_token("writer")
    made = server.repository("writer", "dashboards", token)
    server.merge(made, server.pull(made, "checkout", token), token)
    server.move(made, 1, at(1_800))
    return Source(
        "forge",
        f'collector = "gitea"\nurl = "{{url}}"\nrepository = "{made}"\nauth = {{ bearer = "env:GITEA_TOKEN" }}\n',
        server,
    )
