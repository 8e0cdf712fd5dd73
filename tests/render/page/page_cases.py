"""Timelines at the edges of what a page must draw: few, many, long, wide, empty, hostile."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import get_args

from tests.render.fixture_facts import evidence
from tests.render.timeline_fixture import Built, assemble, empty, rich
from timeline import facts
from timeline.canonical import canonical, sha256
from timeline.instant import MINUTE, NS, Bounds, parse_instant, precise
from timeline.kinds import SPECS, Category, Kind
from timeline.model import Fact, GapReason, Incident, Panel, Quantity, Series, Subject, Threshold, Window, gap

START = parse_instant("2026-11-21T13:00:00Z")
HOUR = 60 * MINUTE
#: Text that would do harm if anything read it as HTML, JSON, a template or a direction.
HOSTILE = (
    "</script><img src=x onerror=\"document.title='owned'\"> %{x} <b>b</b> ${1} \u202egnp.exe <!--<script>"
)


def message(payloads: dict[str, bytes], index: int, at: int, text: str, actor: str = "slack:T1:U1") -> Fact:
    """Return a chat message with a payload of its own."""
    return facts.fact(
        "chat.message", origin="slack:T1", key=index, at=precise(at, 1_000), time_means="ts", clock="slack.com",
        source="chat", names={"actor": actor, "channel": "#ops"}, actor=actor, quote=facts.quote(text),
        evidence=[evidence(payloads, "chat", {"ts": at, "text": text}, f"https://chat.example/{index}")],
        subject=Subject(labels={"channel": "#ops"}),
    )  # fmt: skip


def _window(hours: float, start: int = START) -> Window:
    return Window(start=start, end=start + int(hours * HOUR))


def one_fact() -> Built:
    """One message, nothing else."""
    payloads: dict[str, bytes] = {}
    return Built(
        assemble(Incident(id="INC-1"), _window(1), [message(payloads, 0, START + 20 * MINUTE, "hm")]),
        payloads,
    )


def no_metrics() -> Built:
    """The rich incident without its panels and crossings."""
    timeline, payloads = rich()
    kept = tuple(f for f in timeline.facts if not f.kind.startswith("metric."))
    return Built(timeline.replace(panels=(), facts=kept), payloads)


def many_series() -> Built:
    """A panel of 40 series beside the rich ones."""
    timeline, payloads = rich()
    payloads = dict(payloads)
    series = []
    for number in range(40):
        rows = [
            [
                START // NS + s,
                str(0.2 + 0.1 * math.sin(s / 900 + number) + (number == 7 and 2400 < s < 4200) * 0.9),
            ]
            for s in range(0, 9600, 30)
        ]
        data = canonical({"high": rows, "low": rows})
        payloads[sha256(data)] = data
        labels = {"instance": f"checkout-{number:02d}.eu-west-1.example", "job": "checkout"}
        series.append(Series(labels=labels, payload=sha256(data), high="/high", low="/low"))
    panel = Panel(
        id="p-40", source="prod", title="p99 by instance", unit="s", query="p99:instance", series=tuple(series),
        thresholds=(Threshold(name="slow", op=">", value=1.0),), shown=40, of=212,
    )  # fmt: skip
    return Built(timeline.replace(panels=(*timeline.panels, panel)), payloads)


@cache
def many_facts(count: int = 10_000) -> Built:
    """Ten thousand facts in three hours: messages, logs, and 300 lives of alerts."""
    payloads: dict[str, bytes] = {}
    step = 3 * HOUR // count
    made = list(_many(payloads, count, step))
    return Built(assemble(Incident(id="INC-10000", title="Everything at once"), _window(3), made), payloads)


def _many(payloads: dict[str, bytes], count: int, step: int) -> Iterator[Fact]:
    kinds: tuple[Kind, ...] = ("alert.pending", "alert.firing", "alert.resolved")
    for index in range(count):
        at = START + index * step
        if index % 3 == 0:
            life = index // 3 % 300
            labels = {"alertname": f"Alert{life}", "service": f"service-{life % 17}"}
            yield facts.fact(
                kinds[index // 900 % 3], origin="prod", key=index, at=Bounds(at - 15 * NS + 1, at), time_means="sample",
                clock="prom.example", source="prod", names={"alert": f"Alert{life}", "labels": None},
                evidence=[evidence(payloads, "prod", {"n": index})], subject=Subject(labels=labels), thread=f"t-{life}",
            )  # fmt: skip
        else:
            yield message(
                payloads, index, at, f"message {index} about checkout", f"slack:T1:U{index % 2 + 1}"
            )


def three_days() -> Built:
    """A window of three days over a change of the clock in Europe (25 October 2026)."""
    payloads: dict[str, bytes] = {}
    start = parse_instant("2026-10-23T22:30:00Z")
    made = [message(payloads, n, start + n * 47 * MINUTE, f"note {n}") for n in range(90)]
    return Built(assemble(Incident(id="INC-3D", title="A long weekend"), _window(72, start), made), payloads)


def all_gaps() -> Built:
    """Every source a gap: nothing could be read."""
    sources: dict[str, GapReason] = {
        "prod": "unreachable",
        "logs": "timed_out",
        "chat": "unauthorised",
        "deploys": "rate_limited",
        "pager": "past_retention",
    }
    window = _window(2.5)
    gaps = [
        gap(name, reason, window.start, window.end, f"Nothing could be read from `{name}`")
        for name, reason in sources.items()
    ]
    return Built(
        assemble(Incident(id="INC-0", title="Blank is not quiet", severity="SEV2"), window, [], gaps), {}
    )


def hostile() -> Built:
    """Names, labels, quotes and titles that try to be something else; long and right-to-left ones."""
    payloads: dict[str, bytes] = {}
    long = "payments_reconciliation_worker_queue_depth_of_the_second_region_" * 3
    hebrew = "שגיאות בתשלום בקופה"
    states: tuple[tuple[Kind, int], ...] = (("alert.pending", 0), ("alert.firing", 5), ("alert.resolved", 25))
    made = []
    for index, name in enumerate((HOSTILE, long, hebrew)):
        at = START + (20 + index * 10) * MINUTE
        for kind, later in states:
            made.append(facts.fact(
                kind, origin="prod", key=[name, kind], at=Bounds(at + later * MINUTE - 15 * NS, at + later * MINUTE), time_means=HOSTILE,
                clock="prom.example", source=HOSTILE if not index else "prod", names={"alert": name, "labels": None}, thread=f"t-{index}",
                evidence=[evidence(payloads, "prod", {"name": name}, "javascript:alert(1)", HOSTILE)], subject=Subject(service=name, labels={"alertname": name}),
            ))  # fmt: skip
        made.append(message(payloads, index, at, name))
        made.append(facts.fact(
            "deploy.finished", origin="d", key=index, at=precise(at + MINUTE, NS), time_means="at", clock="d", source="deploys",
            names={"deploy": name, "environment": None, "service": None, "revision": None}, evidence=[evidence(payloads, "deploys", {"n": name})],
        ))  # fmt: skip
    rows = [[START // NS + s, str(1 + math.sin(s / 300))] for s in range(0, 7200, 30)]
    data = canonical({"v": rows})
    payloads[sha256(data)] = data
    panels = tuple(
        Panel(
            id=f"p-{n}", source="prod", title=name, unit=HOSTILE[:12] if n else "ms", query=name, shown=1, of=1, thresholds=(Threshold(name=name, op=">", value=1.5),),
            series=(Series(labels={"name": name}, payload=sha256(data), high="/v", low="/v"),),
        ) for n, name in enumerate((long, HOSTILE, hebrew))
    )  # fmt: skip
    gaps = [gap("prod", "partial", START, START + 10 * MINUTE, HOSTILE, missing=HOSTILE)]
    incident = Incident(id="INC-X", title=HOSTILE, severity=hebrew, services=(HOSTILE,))
    return Built(assemble(incident, _window(2), made, gaps, panels), payloads)


def busy() -> Built:
    """Roles that change hands, a silence while it fires, a threshold that is crossed again and again, values beyond all."""
    payloads: dict[str, bytes] = {}
    made = [
        *_hushed(payloads),
        *_roles(payloads),
        *_flapping(payloads),
        message(payloads, 1, START + 31 * MINUTE, "who is on it?"),
    ]
    rows = [
        [
            START // NS + s,
            "+Inf" if 3600 <= s < 3660 else "NaN" if s == 5400 else str(0.4 + 0.2 * math.sin(s / 200)),
        ]
        for s in range(0, 9000, 15)
    ]
    data = canonical({"v": rows})
    payloads[sha256(data)] = data
    panel = Panel(
        id="p-flap", source="prod", title="queue wait", unit="s", query="queue:wait", thresholds=(Threshold(name="slow", op=">", value=0.5),),
        series=(Series(labels={"queue": "capture"}, payload=sha256(data), high="/v", low="/v"),), shown=1, of=1,
    )  # fmt: skip
    incident = Incident(
        id="INC-7", title="Night shift", severity="SEV3", start=START + 20 * MINUTE, end=START + 120 * MINUTE,
        roles={"scribe": "slack:T1:U2"},
    )  # fmt: skip
    return Built(assemble(incident, _window(2.5), made, (), (panel,)), payloads)


def _hushed(payloads: dict[str, bytes]) -> Iterator[Fact]:
    steps: tuple[tuple[Kind, int], ...] = (
        ("alert.firing", 25), ("alert.silenced", 40), ("alert.unsilenced", 70), ("alert.resolved", 90),
    )  # fmt: skip
    for kind, minute in steps:
        at = START + minute * MINUTE
        yield facts.fact(
            kind, origin="prod", key=["QueueSlow", kind], at=Bounds(at - 15 * NS, at), time_means="sample", clock="prom.example", source="prod",
            names={"alert": "QueueSlow", "labels": None, "actor": None}, evidence=[evidence(payloads, "prod", {"kind": kind})],
            subject=Subject(service="payments", labels={"alertname": "QueueSlow"}), thread="t-queue",
        )  # fmt: skip


def silenced() -> Built:
    """Two alerts fire; one of them, and its crossing, is under a silence that Alertmanager told of by matchers."""
    payloads: dict[str, bytes] = {}
    made = [*_two_alerts(payloads), *_silence(payloads)]
    incident = Incident(id="INC-8", title="Hushed", start=START + 20 * MINUTE, end=START + 100 * MINUTE)
    return Built(assemble(incident, _window(2), made), payloads)


def _two_alerts(payloads: dict[str, bytes]) -> Iterator[Fact]:
    steps: tuple[tuple[Kind, str, int], ...] = (
        ("metric.crossed_above", "QueueSlow", 22), ("alert.firing", "QueueSlow", 25), ("alert.firing", "PoolFull", 30),
        ("metric.crossed_below", "QueueSlow", 88), ("alert.resolved", "QueueSlow", 90), ("alert.resolved", "PoolFull", 95),
    )  # fmt: skip
    for kind, alert, minute in steps:
        at = START + minute * MINUTE
        metric = kind.startswith("metric")
        quantity = Quantity(value=0.6 if "above" in kind else 0.4, unit="s", threshold=0.5, op=">")
        names = {
            "name": alert,
            "series": None,
            "value": quantity.value,
            "unit": "s",
            "op": "above",
            "threshold": 0.5,
        }
        yield facts.fact(
            kind, origin="prod", key=[alert, kind], at=Bounds(at - 15 * NS, at), time_means="sample", clock="prom.example", source="prod",
            names=names if metric else {"alert": alert, "labels": None}, evidence=[evidence(payloads, "prod", {"kind": kind, "alert": alert})],
            quantity=quantity if metric else None, subject=Subject(labels={"alertname": alert, "team": "shop"}), thread=f"t-{alert}",
        )  # fmt: skip


def _silence(payloads: dict[str, bytes]) -> Iterator[Fact]:
    selector = '{alertname="QueueSlow", team="shop"}'
    steps: tuple[tuple[Kind, int], ...] = (("alert.silenced", 40), ("alert.unsilenced", 70))
    for kind, minute in steps:
        yield facts.fact(
            kind, origin="am", key=["silence", "s-1"], at=precise(START + minute * MINUTE, NS), time_means="startsAt", clock="am", source="am",
            names={"matchers": selector, "actor": None}, evidence=[evidence(payloads, "am", {"kind": kind, "silence": "s-1"})],
            subject=Subject(labels={"silence": "s-1", "matchers": selector}), thread="t-s-1",
        )  # fmt: skip


def _roles(payloads: dict[str, bytes]) -> Iterator[Fact]:
    for index, (role, minute, who) in enumerate(
        (("commander", 28, "U1"), ("operations", 33, "U2"), ("commander", 75, "U2"))
    ):
        yield facts.fact(
            "incident.role_assigned", origin="slack:T1", key=index, at=precise(START + minute * MINUTE, NS), time_means="ts", clock="slack.com",
            source="chat", names={"role": role, "actor": f"slack:T1:{who}"}, actor=f"slack:T1:{who}", evidence=[evidence(payloads, "chat", {"role": role, "n": index})],
        )  # fmt: skip


def _flapping(payloads: dict[str, bytes]) -> Iterator[Fact]:
    steps: tuple[tuple[Kind, int, float], ...] = (
        ("metric.crossed_above", 0, 0.52), ("metric.crossed_below", 4, 0.48),
    )  # fmt: skip
    for cycle in range(14):
        for kind, later, value in steps:
            at = START + (26 + cycle * 5 + later) * MINUTE
            yield facts.fact(
                kind, origin="prod", key=["wait", cycle, kind], at=Bounds(at - 15 * NS + 1, at), time_means="sample", clock="prom.example", source="prod",
                names={"name": "queue wait", "series": "queue=capture", "value": value, "unit": "s", "op": "above", "threshold": 0.5},
                evidence=[evidence(payloads, "prod", {"cycle": cycle, "kind": kind}, None, "queue:wait")], quantity=Quantity(value=value, unit="s", threshold=0.5, op=">"),
                subject=Subject(service="payments", labels={"queue": "capture"}), thread="t-wait", panel="p-flap",
            )  # fmt: skip


def million(series: int = 40, samples: int = 25_000) -> Built:
    """A million samples at 15 s, over four days; one of them is a spike."""
    payloads: dict[str, bytes] = {}
    held = []
    for number in range(series):
        values = [0.2 + 0.05 * math.sin((n * 7 + number * 13) % 1009) for n in range(samples)]
        if number == 17:
            values[12_345] = 9.5
        data = canonical({"v": [[START // NS + n * 15, f"{value:.6f}"] for n, value in enumerate(values)]})
        payloads[sha256(data)] = data
        held.append(Series(labels={"instance": f"i-{number}"}, payload=sha256(data), high="/v", low="/v"))
    panel = Panel(
        id="p-million", source="prod", title="p99 by instance", unit="s", query="p99", series=tuple(held),
        thresholds=(Threshold(name="slow", op=">", value=1.0),), shown=series, of=series,
    )  # fmt: skip
    made = [message(payloads, n, START + n * HOUR, f"note {n}") for n in range(100)]
    window = _window(samples * 15 / 3600)
    return Built(assemble(Incident(id="INC-1M", title="A million"), window, made, (), (panel,)), payloads)


def many_alerts() -> Built:
    """A hundred and twenty alerts: twelve names, ten instances each, of three severities; the pager tells of some."""
    payloads: dict[str, bytes] = {}
    made = []
    for number in range(120):
        name, instance = f"Alert{number % 12:02d}HighErrorRate", number // 12
        labels = {
            "alertname": name,
            "service": f"service-{number % 4}",
            "instance": f"node-{instance}",
            "severity": ("critical", "warning", "info")[number % 3],
        }
        states: tuple[tuple[Kind, int], ...] = (
            ("alert.pending", 20),
            ("alert.firing", 24),
            ("alert.resolved", 60),
        )
        for kind, minute in states:
            at = START + (minute + number % 30) * MINUTE + instance * NS
            made.append(facts.fact(
                kind, origin="prod", key=[number, kind], at=Bounds(at - 15 * NS, at), time_means="sample", clock="prom.example", source="prod",
                names={"alert": name, "labels": None}, evidence=[evidence(payloads, "prod", {"n": number, "kind": kind})], subject=Subject(service=labels["service"], labels=labels), thread=f"t-{number}",
            ))  # fmt: skip
    incident = Incident(
        id="INC-120",
        title="Everything fires",
        severity="SEV1",
        start=START + 20 * MINUTE,
        end=START + 100 * MINUTE,
    )
    return Built(assemble(incident, _window(3), made), payloads)


def midnight() -> Built:
    """An incident over midnight UTC, in which a clock of Europe changes (25 October 2026, 01:00 UTC)."""
    payloads: dict[str, bytes] = {}
    start = parse_instant("2026-10-24T22:00:00Z")
    made = [message(payloads, n, start + (10 + n * 11) * MINUTE, f"step {n} of the night") for n in range(24)]
    incident = Incident(
        id="INC-MN", title="Over midnight", start=start + 60 * MINUTE, end=start + 240 * MINUTE
    )
    return Built(assemble(incident, _window(5, start), made), payloads)


def every_kind() -> Built:
    """A record of each kind, and of `custom` in each category, with every name that their sentences have."""
    payloads: dict[str, bytes] = {}
    wanted = [(kind, spec.category) for kind, spec in SPECS.items()]
    wanted += [("custom", category) for category in get_args(Category)]
    made = []
    for index, (kind, category) in enumerate(wanted):
        names = {
            name: 2.5 if ":n" in more else "value"
            for name, more in re.findall(r"\{(\w+)(:\w)?\}", SPECS[kind].template)
        }
        made.append(
            facts.fact(
                kind,
                origin="kinds",
                key=index,
                at=precise(START + index * MINUTE, 1_000),
                time_means="ts",
                clock="clock",
                source="kinds",
                names=names,
                category=category,
                evidence=[evidence(payloads, "kinds", {"index": index})],
                subject=Subject(component="acme/shop", labels={"commit": "279484c0"}),
            )
        )
    return Built(assemble(Incident(id="INC-1"), _window(2), made), payloads)


CASES: dict[str, Callable[[], Built]] = {
    "rich": rich, "one-fact": one_fact, "no-metrics": no_metrics, "forty-series": many_series, "ten-thousand": many_facts,
    "three-days": three_days, "all-gaps": all_gaps, "empty": empty, "hostile": hostile, "busy": busy,
    "many-alerts": many_alerts, "midnight": midnight, "every-kind": every_kind,
}  # fmt: skip
