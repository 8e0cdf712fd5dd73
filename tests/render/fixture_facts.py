"""The facts of the rich timeline: made by `timeline.facts`, with payloads of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timeline import facts
from timeline.canonical import canonical, sha256
from timeline.instant import MINUTE, NS, Bounds, parse_instant, precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quantity, Subject
from timeline.text import clean, mention

START = parse_instant("2026-11-21T13:00:00Z")
NAMES = {"slack:T1:U1": "Alice Adams", "slack:T1:U2": "Bob Berg", "slack:T1:B1": "deploybot"}
SCRAPE = 15 * NS
Payloads = dict[str, bytes]


def at(clock: str) -> int:
    """Return the instant of a wall-clock time of the incident's day."""
    return parse_instant(f"2026-11-21T{clock}Z")


def seen(clock: str, width: int = SCRAPE) -> Bounds:
    """Return the bounds of a change that was seen at `clock`, `width` ns after the sample before."""
    return Bounds(at(clock) - width + 1, at(clock))


def evidence(
    payloads: Payloads, source: str, row: Any, link: str | None = None, query: str | None = None
) -> Evidence:
    """Store `row` as a payload of its own and return the evidence that points at it."""
    data = canonical({"rows": [row]})
    payloads[sha256(data)] = data
    return Evidence(source=source, payload=sha256(data), pointer="/rows/0", query=query, link=link)


# --- signals -----------------------------------------------------------------------------------


def signal_facts(payloads: Payloads) -> Iterator[Fact]:
    """Yield crossings, alerts and their flaps: the headline life, and lives beside it."""
    yield from _life(payloads, "CheckoutLatencyHigh", {"severity": "critical", "service": "checkout"}, [
        ("alert.pending", "14:06:46"), ("alert.firing", "14:11:46"), ("alert.resolved", "14:44:16"),
    ])  # fmt: skip
    yield _crossing(payloads, "CheckoutLatencyHigh", "metric.crossed_above", "14:06:31", 0.53)
    yield _crossing(payloads, "CheckoutLatencyHigh", "metric.crossed_below", "14:43:46", 0.31)
    flaps: list[tuple[Kind, str]] = []
    for cycle in range(8):
        minute = 12 + cycle * 4
        flaps += [("alert.firing", f"14:{minute}:10"), ("alert.resolved", f"14:{minute + 2}:40")]
    yield from _life(payloads, "PaymentsQueueDepth", {"severity": "warning", "service": "payments"}, flaps)
    # A flap in the padding, before the incident: it must never become the first crossing.
    yield from _life(payloads, "CheckoutLatencyHigh", {"severity": "critical", "service": "search"}, [
        ("alert.pending", "13:20:16"), ("alert.pending_ended", "13:22:16"),
    ])  # fmt: skip
    yield _crossing(payloads, "CheckoutLatencyHigh", "metric.crossed_above", "13:20:01", 0.51, "search")
    yield _crossing(payloads, "CheckoutLatencyHigh", "metric.crossed_below", "13:22:01", 0.44, "search")
    labels = {"severity": "info", "instance": "db-3"}
    ends: list[tuple[Kind, Bounds]] = [
        ("alert.firing", Bounds(None, START)),
        ("alert.resolved", seen("15:20:10")),
    ]
    for kind, bounds in ends:
        yield _alert(payloads, "DiskFillingUp", labels, kind, bounds)


def _life(
    payloads: Payloads, alert: str, labels: dict[str, str], states: list[tuple[Kind, str]]
) -> Iterator[Fact]:
    for kind, clock in states:
        yield _alert(payloads, alert, labels, kind, seen(clock))


def _alert(payloads: Payloads, alert: str, labels: dict[str, str], kind: Kind, bounds: Bounds) -> Fact:
    link = f"https://prom.example/graph?g0.expr=ALERTS%7Balertname%3D%22{alert}%22%7D"
    row = {"alertname": alert, "labels": labels, "kind": kind, "at": bounds.latest}
    return facts.fact(
        kind, origin="prod", key=[alert, labels, kind, bounds.latest], at=bounds, time_means="sample",
        clock="prom.example", source="prod", names={"alert": alert, "labels": _text(labels)},
        evidence=[evidence(payloads, "prod", row, link, f'ALERTS{{alertname="{alert}"}}')],
        subject=Subject(service=labels.get("service"), labels={**labels, "alertname": alert}),
        thread=facts.alert_thread("prod", alert, labels),
    )  # fmt: skip


def _crossing(
    payloads: Payloads, alert: str, kind: Kind, clock: str, value: float, service: str = "checkout"
) -> Fact:
    labels = {"severity": "critical", "service": service}
    series = {"service": service}
    return facts.fact(
        kind, origin="prod", key=[alert, "p99", series, at(clock)], at=seen(clock), time_means="sample",
        clock="prom.example", source="prod",
        names={
            "name": f"{service} p99", "series": _text(series), "value": value, "unit": "s", "op": "above",
            "threshold": 0.5,
        },
        evidence=[evidence(payloads, "prod", {"value": value, "at": at(clock)}, None, f"checkout:{service}_p99")],
        subject=Subject(service=service, labels=series),
        quantity=Quantity(value=value, unit="s", threshold=0.5, op=">"),
        thread=facts.alert_thread("prod", alert, labels), panel=panel_id(f"{service} p99"),
    )  # fmt: skip


def panel_id(title: str) -> str:
    """Name a panel by its title."""
    return f"p-{sha256(title.encode())[:16]}"


def _text(labels: dict[str, str]) -> str:
    return ", ".join(f"{k}={v}" for k, v in sorted(labels.items()))


# --- changes, logs, claims ---------------------------------------------------------------------


def other_facts(payloads: Payloads) -> Iterator[Fact]:
    """Yield merges, deploys and the rollback, logs, an acknowledgement, a status post, claims."""
    yield _change(
        payloads,
        "change.merged",
        "13:52:10",
        {"change": "4f2a9c1", "branch": "main", "repository": "shop/checkout"},
    )
    steps: list[tuple[str, Kind, str]] = [
        ("1041", "deploy.started", "13:58:02"), ("1041", "deploy.finished", "14:01:40"),
        ("1042", "deploy.started", "14:24:30"), ("1042", "deploy.failed", "14:27:05"),
        ("1043", "deploy.started", "14:37:00"), ("1043", "deploy.rolled_back", "14:40:12"),
    ]  # fmt: skip
    for deploy, kind, clock in steps:
        names = {"deploy": deploy, "environment": "production", "service": "checkout", "revision": "4f2a9c1"}
        yield _change(payloads, kind, clock, names, facts.thread_key("deploy", deploy))
    yield _log(
        payloads,
        "log.first_seen",
        "14:06:02.114000",
        {
            "signature": "PaymentTimeout after <n> ms",
            "scope": "in the window",
            "index": "app-logs",
            "count": 4211,
        },
    )
    yield _log(
        payloads,
        "log.rate_changed",
        "14:08:00",
        {
            "signature": "PaymentTimeout after <n> ms",
            "before": 0,
            "after": 312,
            "step": "minute",
            "index": "app-logs",
        },
    )
    yield facts.fact(
        "alert.acknowledged", origin="pager", key="ack-1", at=precise(at("14:13:09"), NS), time_means="created_at",
        clock="pager.example", source="pager", names={"alert": "CheckoutLatencyHigh", "actor": "slack:T1:U2"},
        evidence=[evidence(payloads, "pager", {"ack": 1}, "https://pager.example/incidents/Q1")], actor="slack:T1:U2",
        subject=Subject(labels={"alertname": "CheckoutLatencyHigh"}),
        thread=facts.alert_thread("prod", "CheckoutLatencyHigh", {"severity": "critical", "service": "checkout"}),
    )  # fmt: skip
    yield facts.fact(
        "status.posted", origin="status", key=7, at=precise(at("14:19:00"), MINUTE), time_means="posted",
        clock="status.example", source="status", names={"status": "investigating", "page": "status.example"},
        evidence=[evidence(payloads, "status", {"id": 7}, "https://status.example/7")],
        quote=facts.quote("We are looking into failing checkouts."),
    )  # fmt: skip
    yield facts.fact(
        "incident.mitigated", origin="incident", key="mitigated", at=precise(at("14:41:00"), MINUTE),
        time_means="mitigated", clock="incident-file", source="incident", names={"incident": "INC-42", "claimant": "the incident file"},
        evidence=[evidence(payloads, "incident", {"mitigated": "14:41"})],
    )  # fmt: skip


def _change(
    payloads: Payloads, kind: Kind, clock: str, names: dict[str, Any], thread: str | None = None
) -> Fact:
    return facts.fact(
        kind, origin="github.com/shop/checkout", key=[kind, names, clock], at=precise(at(clock), NS),
        time_means="created_at", clock="github.com", source="deploys", names=names, thread=thread,
        evidence=[evidence(payloads, "deploys", {**names, "state": kind}, f"https://github.com/shop/checkout/deployments/{names.get('deploy', '')}")],
        subject=Subject(service="checkout", environment=names.get("environment")),
    )  # fmt: skip


def _log(payloads: Payloads, kind: Kind, clock: str, names: dict[str, Any]) -> Fact:
    bounds = seen(clock, MINUTE) if kind == "log.rate_changed" else precise(at(clock), 1_000_000)
    return facts.fact(
        kind, origin="app-logs", key=[kind, clock], at=bounds, time_means="@timestamp", clock="search-1", source="logs",
        names=names, evidence=[evidence(payloads, "logs", {**names, "hits": names.get("count", 1)})],
        subject=Subject(service="payments"),
        quote=facts.quote("ERROR PaymentTimeout after 3001 ms\n  at Pay.run(Pay.java:41)") if kind == "log.first_seen" else None,
        thread=facts.thread_key("log", names["signature"]),
    )  # fmt: skip


# --- chat --------------------------------------------------------------------------------------

A, B, BOT = NAMES
HOSTILE = (
    "<img src=x onerror=alert(1)> | a | b | ![x](https://evil.example/p.png) @everyone #17 GH-17 --> <!-- x"
)
MESSAGES = [
    ("13:40:05.000100", A, "standup notes are in the wiki", {}),
    ("13:58:03.000200", BOT, "deploy 1041 started", {}),
    ("14:11:50.120000", BOT, "[FIRING:1] CheckoutLatencyHigh", {}),
    ("14:12:31.500000", A, "looking at checkout, p99 is at 0.9 s", {"pinned": "true"}),
    ("14:13:40.000300", B, f"ack, thanks {mention(A)}. Payments shows timeouts: https://grafana.example/d/1?x=1&y=2", {}),
    ("14:15:02.000400", A, HOSTILE, {"reactions": "3"}),
    ("14:16:30.000500", B, "טקסט מימין לשמאל עם latency 0.9 באמצע \u202eevil", {}),
    ("14:18:44.000600", A, "**bold** _it_ `code` ~~s~~ [link](javascript:alert(1)) [[wiki]] :tada: $x^2$ {{ jinja }} {% raw %}", {}),
    ("14:22:10.000700", B, "bumping the pool size; deploying 1042\nsecond line\n\n- list\n# heading", {}),
    ("14:27:40.000800", B, "1042 failed its health check", {"reactions": "2"}),
    ("14:33:00.000900", A, "rolling back to 1040", {"pinned": "true"}),
    ("14:41:05.001000", B, "errors are going down", {}),
    ("14:46:00.001100", A, "x" * 5000, {}),
    ("14:58:20.001200", A, "calling it resolved, review on Monday", {"reactions": "5"}),
]  # fmt: skip


def chat_facts(payloads: Payloads) -> Iterator[Fact]:
    """Yield the messages of `#ops`, three with marks by people, and an edit and a deletion."""
    for clock, actor, text, labels in MESSAGES:
        yield _message(payloads, clock, actor, text, labels)
    for index in range(12):
        yield _message(
            payloads,
            f"14:{28 + index}:55.00{index:02d}00",
            (A, B)[index % 2],
            f"graph check {index}",
            {},
            "14:27:40",
        )
    yield _message(payloads, "14:34:30.002000", B, "rollback started (edited)", {}, kind="chat.edited")
    yield _message(payloads, "14:35:10.002100", A, "", {}, kind="chat.deleted")


def _message(
    payloads: Payloads, clock: str, actor: str, text: str, labels: dict[str, str], thread: str | None = None,
    kind: Kind = "chat.message",
) -> Fact:  # fmt: skip
    # Marks of people are put in after cleaning, as a collector does.
    words = text if "\ue000" in text else clean(text)
    return facts.fact(
        kind, origin="slack:T1", key=["C1", clock], at=precise(at(clock), 1_000), time_means="ts", clock="slack.com",
        source="chat", names={"actor": actor, "channel": "#ops", "reply": thread},
        evidence=[evidence(payloads, "chat", {"ts": clock, "text": text}, f"https://acme.slack.com/archives/C1/p{at(clock) // 1000}")],
        subject=Subject(labels={"channel": "#ops", **labels}), quote=facts.quote_marked(words), actor=actor,
        thread=facts.thread_key("slack", "C1", thread) if thread else None,
    )  # fmt: skip
