"""The pages that are compared: an empty and a plain Plotly page, and ours with the same samples and facts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np

from render.page import page as pages
from render.page.packing import pack
from timeline import facts
from timeline.canonical import canonical, sha256
from timeline.instant import NS, Bounds, format_instant, parse_instant, precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Incident, Panel, Series, Subject, Threshold, Timeline, Window

CASES = SimpleNamespace(
    empty="empty Plotly page",
    plain="plain Plotly page",
    whole="ours, whole Plotly",
    basic="ours, basic bundle",
    rows="ours, many rows",
)
START = parse_instant("2026-11-20T00:00:00Z")
STEP = 15
PER_PAYLOAD = 200  # messages of one page of an answer
KINDS: tuple[Kind, ...] = ("alert.pending", "alert.firing", "alert.resolved")
BUNDLE = (
    Path.home() / ".cache/incident-timeline/bundle/node_modules/plotly.js-basic-dist-min/plotly-basic.min.js"
)


def write_pages(folder: Path, series: int, samples: int, count: int) -> dict[str, Path]:
    """Write every page; return them by name."""
    values = list(_values(series, samples))
    payloads: dict[str, bytes] = {}
    timeline = _timeline(values, count, payloads)
    written = {CASES.empty: _empty(folder), CASES.plain: _plain(folder, values)}
    written[CASES.whole] = _ours(folder / "whole.html", timeline, payloads)
    if BUNDLE.is_file():
        packed = pack(BUNDLE.read_bytes())
        with mock.patch.object(pages, "plotly_packed", return_value=packed):
            written[CASES.basic] = _ours(folder / "basic.html", timeline, payloads)
    return written


def _values(series: int, samples: int) -> Iterator[np.ndarray]:
    """Yield what metrics look like: noisy latencies, wandering gauges, small counts, rates."""
    rng = np.random.default_rng(1)
    for number in range(series):
        shapes = (
            lambda: 0.12 * np.exp(0.1 * rng.standard_normal(samples)),
            lambda: 100 + np.cumsum(rng.standard_normal(samples)) * 0.5 + 3 * rng.standard_normal(samples),
            lambda: rng.poisson(14, samples).astype(float),
            lambda: rng.poisson(3000, samples) / 30.0,
        )
        values = shapes[number % 4]()
        values[samples // 3 + number * 31] *= 5  # one spike, which no zoom may lose
        yield values


def _empty(folder: Path) -> Path:
    import plotly.express as px

    px.line().write_html(folder / "empty.html")
    return folder / "empty.html"


def _plain(folder: Path, values: list[np.ndarray]) -> Path:
    import pandas as pd
    import plotly.express as px

    samples = len(values[0])
    times = pd.date_range(format_instant(START), periods=samples, freq=f"{STEP}s").tz_localize(None)
    frame = pd.DataFrame({
        "time": np.tile(times, len(values)), "value": np.concatenate(values),
        "series": np.repeat([f"instance-{n}" for n in range(len(values))], samples),
    })  # fmt: skip
    px.line(frame, x="time", y="value", color="series").write_html(folder / "plain.html")
    return folder / "plain.html"


def _ours(path: Path, timeline: Timeline, payloads: dict[str, bytes]) -> Path:
    path.write_bytes(pages.render_page(timeline, payloads.__getitem__))
    return path


def _timeline(values: list[np.ndarray], count: int, payloads: dict[str, bytes]) -> Timeline:
    window = Window(start=START, end=START + len(values[0]) * STEP * NS)
    names = ("latency", "queue", "connections", "requests")
    panels = []
    for kind, (name, unit) in enumerate(zip(names, ("s", "", "", "1/s"), strict=True)):
        series = tuple(_series(one, n * 4 + kind, payloads) for n, one in enumerate(values[kind::4]))
        panels.append(Panel(
            id=f"p-{name}", source="prod", title=f"{name} by instance", unit=unit, query=name, series=series,
            thresholds=(Threshold(name="limit", op=">", value=float(np.quantile(values[kind], 0.999))),), shown=len(series), of=len(series),
        ))  # fmt: skip
    return Timeline(
        incident=Incident(id="INC-1M", title="A million samples", severity="SEV1"), window=window, gaps=(), measures=(),
        facts=tuple(sorted(_facts(count, window, payloads), key=lambda f: (f.latest, f.id))), panels=tuple(panels),
    )  # fmt: skip


def _series(values: np.ndarray, number: int, payloads: dict[str, bytes]) -> Series:
    rows = [[START // NS + index * STEP, f"{value:.17g}"] for index, value in enumerate(values.tolist())]
    data = canonical({"values": rows})
    payloads[sha256(data)] = data
    return Series(
        labels={"instance": f"instance-{number}"}, payload=sha256(data), high="/values", low="/values"
    )


def _facts(count: int, window: Window, payloads: dict[str, bytes]) -> Iterator[Fact]:
    step = (window.end - window.start) // count
    for first in range(0, count, PER_PAYLOAD):
        rows = [_row(index, START + index * step) for index in range(first, min(first + PER_PAYLOAD, count))]
        data = canonical({"messages": rows})
        payloads[sha256(data)] = data
        for place, row in enumerate(rows):
            yield _fact(first + place, START + (first + place) * step, row, sha256(data), place)


def _row(index: int, at: int) -> dict[str, Any]:
    return {
        "ts": f"{at / NS:.6f}", "user": f"U{index % 9}", "type": "message",
        "text": f"message {index}: checkout p99 is at {abs(math.sin(index)) * 3:.2f} s on instance-{index % 40}",
    }  # fmt: skip


def _fact(index: int, at: int, row: dict[str, Any], payload: str, place: int) -> Fact:
    evidence = Evidence(
        source="chat",
        payload=payload,
        pointer=f"/messages/{place}",
        link=f"https://chat.example/archives/C1/p{index}",
    )
    if index % 3 == 0:
        life = index // 3 % 300
        return facts.fact(
            KINDS[index // 900 % 3], origin="prod", key=index, at=Bounds(at - STEP * NS + 1, at), time_means="sample", clock="prom.example",
            source="prod", names={"alert": f"Alert{life}", "labels": None}, evidence=[evidence],
            subject=Subject(labels={"alertname": f"Alert{life}", "service": f"service-{life % 17}"}), thread=f"t-{life}",
        )  # fmt: skip
    return facts.fact(
        "chat.message", origin="slack:T1", key=index, at=precise(at, 1_000), time_means="ts", clock="slack.com", source="chat",
        names={"actor": "responder-1", "channel": "#ops"}, actor="responder-1", quote=facts.quote(row["text"]), evidence=[evidence],
        subject=Subject(labels={"channel": "#ops"}),
    )  # fmt: skip
