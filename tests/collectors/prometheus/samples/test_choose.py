"""Every way of reading gives the same facts, and they are those of brute force over the samples."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import anyio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.base import Context
from collectors.kit.http import Http
from collectors.kit.metrics.facts import absence_changes
from collectors.kit.metrics.samples import MS
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.prometheus.api import PrometheusApi, PrometheusOptions
from collectors.prometheus.lookback import look_back
from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.prometheus.samples.choose import sample
from collectors.prometheus.samples.question import Question, Server, question
from collectors.prometheus.wire.remote_read import RemoteRead
from collectors.prometheus.wire.xor_chunks import decode
from collectors.testing import Run, check, run
from tests.collectors.prometheus.metric_series import (
    COMPARE,
    COUNT,
    LOOKBACK,
    STEP,
    T0,
    Change,
    Row,
    brute,
    flickering,
    load,
    marked,
    openmetrics,
    series,
    undefined,
)
from tests.servers.prometheus import STALE, Prometheus
from timeline.alerts.states import begins_breach
from timeline.instant import NS
from timeline.model import Fact, Incident, Window

LATER = (T0 + 400_000) * NS
GAUGES = {str(n): series(n) for n in range(48)}
UNDEFINED = {str(n): undefined(n) for n in range(2)}
MARKED = {str(n): marked(n) for n in range(2)}
COUNTER = {
    str(n): [(t, float(i % 700 * (n + 1) + (i // 300) * 40)) for i, (t, _) in enumerate(series(11))]
    for n in range(2)
}
WAYS = ("samples", "envelope", "auto", "remote_read")


@pytest.fixture(scope="module", params=["2", pytest.param("3", marks=pytest.mark.needs_compiled), "victoria"])
def server(
    request: pytest.FixtureRequest,
    start_prometheus: Callable[..., Prometheus],
    start_victoria: Callable[..., Prometheus],
) -> Prometheus:
    filled = {"ml_gauge": GAUGES, "ml_nan": UNDEFINED, "ml_total": COUNTER}
    if request.param == "victoria":
        made = start_victoria()
        for name, found in filled.items():
            if name != "ml_nan":  # it stores none
                load(made, name, found)
    else:
        made = start_prometheus(version=request.param, openmetrics=openmetrics(filled))
    load(made, "ml_marked", MARKED)
    load(made, "ml_flicker", flicker(made))
    return made


def flicker(server: Prometheus) -> dict[str, list[Row]]:
    return {str(n): flickering(n, numbers=server.version == "victoria") for n in range(3)}


def window(first: int, last: int) -> Window:
    return Window(start=(T0 + STEP * first) * NS, end=(T0 + STEP * last) * NS)


def read(server: Prometheus, query: str, seen: Window, way: str, checked: Any = False, **limit: Any) -> Run:
    threshold = {"name": "watched", "query": query, **limit}
    config = {"url": server.url, "rules": False, "threshold": [threshold], "reading": way, "step": "15s"}
    result = (check if checked else run)(PrometheusMetricsCollector, config, seen, now=LATER)
    assert result.failure is None
    assert not [g for g in result.gaps if g.reason != "past_retention"], result.gaps
    return result


def contents(facts: Sequence[Fact]) -> dict[str, str]:
    return {f.id: repr(f.content()) for f in facts}  # NaN is equal to none, itself included


def told(facts: Sequence[Fact], seen: Window) -> dict[str, set[Change]]:
    """Return the facts by series, but those that begin before the window."""
    found: dict[str, set[Change]] = {}
    for fact in facts:
        kind = fact.kind.removeprefix("metric.")
        kind = kind if kind in {"present", "absent", "undefined", "defined"} else "crossed"
        if fact.latest > seen.start:
            labels = dict(fact.subject.labels)
            found.setdefault(labels.get("n", ""), set()).add(Change(kind, fact.earliest, fact.latest))
    return found


def age_of(server: Prometheus) -> int:
    """Return from which age (ns) on a sample counts no longer: Prometheus 2 counts what is exactly as old."""
    return LOOKBACK + MS if server.version == "2" else LOOKBACK


def shown_at(rows: Sequence[Row], moment: int, age: int) -> float | None:
    """Return what a server shows of a series at a moment (ns)."""
    at, value = max(((t, v) for t, v in rows if t * MS <= moment), key=lambda row: row[0], default=(0, STALE))
    return None if value is STALE or moment - at * MS >= age else value


def expected(
    server: Prometheus, found: Mapping[str, Sequence[Row]], breach: Callable[[float], bool], seen: Window
) -> dict[str, set[Change]]:
    """Return what brute force finds in the window, with what was so when it began."""
    wanted: dict[str, set[Change]] = {}
    age = age_of(server)
    for n, rows in found.items():
        changes = brute(rows, breach, seen.start - LOOKBACK, seen.end + LOOKBACK, age)
        kept = {c for c in changes if c.latest > seen.start and (c.earliest or 0) < seen.end}
        if kept := {c for c in kept if c.earliest is not None or c.latest < seen.end}:
            wanted[n] = kept
    return wanted


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("op", "limit"), [("above", 3), ("at_least", 3), ("below", 2), ("at_most", 2.5), ("equals", 3)]
)
def test_every_way_finds_what_brute_force_finds(server: Prometheus, op: str, limit: float, way: str) -> None:
    seen = window(40, COUNT - 40)
    result = read(server, "ml_gauge", seen, way, checked=op == "above", **{op: limit})
    assert told(result.facts, seen) == expected(server, GAUGES, lambda v: COMPARE[op](v, limit), seen)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.integers(0, COUNT - 500), width=st.integers(400, COUNT - 100), op=st.sampled_from(sorted(COMPARE)),
    limit=st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 5.0, 8.0, math.inf]),
)  # fmt: skip
def test_no_window_and_no_threshold_tells_them_apart(
    server: Prometheus, first: int, width: int, op: str, limit: float
) -> None:
    seen = window(first, first + width)
    limits = {op: limit}
    whole = read(server, "ml_gauge", seen, "samples", **limits)
    assert told(whole.facts, seen) == expected(server, GAUGES, lambda v: COMPARE[op](v, limit), seen)
    for way in ("envelope", "auto"):
        assert contents(read(server, "ml_gauge", seen, way, **limits).facts) == contents(whole.facts), way


@pytest.mark.parametrize(
    "query", ["ml_gauge * 2 - 1", "5 - ml_gauge", "-ml_gauge / 2", "1 / ml_gauge", "ml_gauge % 2"]
)
def test_constants_are_applied_before_the_comparison(server: Prometheus, query: str) -> None:
    seen = window(40, COUNT - 40)
    whole = contents(read(server, query, seen, "samples", above=1.5).facts)
    assert whole
    for way in ("envelope", "remote_read"):
        assert contents(read(server, query, seen, way, above=1.5).facts) == whole, way


@pytest.mark.parametrize("way", WAYS)
def test_nan_compares_with_nothing(server: Prometheus, way: str) -> None:
    if server.version == "victoria":
        pytest.skip("VictoriaMetrics stores no NaN but stale markers")
    seen = window(40, COUNT - 40)
    found = read(server, "ml_nan", seen, way, above=3)
    assert told(found.facts, seen) == expected(server, UNDEFINED, lambda v: v > 3, seen)


@pytest.mark.parametrize("way", WAYS)
def test_stale_markers(server: Prometheus, way: str) -> None:
    seen = window(40, COUNT - 40)
    found = read(server, "ml_marked", seen, way, above=3)
    assert told(found.facts, seen) == expected(server, MARKED, lambda v: v > 3, seen)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.integers(0, (COUNT - 300) * STEP * 1000), width=st.integers(20_000, 200 * STEP * 1000), limit=st.sampled_from(["above", "equals"])
)  # fmt: skip
def test_nothing_ends_and_nothing_begins_without_a_sample_that_proves_it(
    server: Prometheus, first: int, width: int, limit: str
) -> None:
    start = T0 * NS + first * MS
    seen = Window(start=start, end=start + width * MS)
    found = flicker(server)
    for way in WAYS:
        facts = read(server, "ml_flicker", seen, way, **{limit: 1.0}).facts
        assert told(facts, seen) == expected(server, found, lambda v: COMPARE[limit](v, 1.0), seen), way
        last = {
            dict(f.subject.labels)["n"]: f
            for f in sorted(facts, key=lambda f: f.latest)
            if f.latest <= seen.start
        }
        begun = {n: f for n, f in last.items() if begins_breach(f)}
        for n, rows in found.items():
            value = shown_at(rows, seen.start, age_of(server))
            assert (n in begun) == (value is not None and COMPARE[limit](value, 1.0)), (way, n)
            if n in begun and begun[n].earliest is None:
                assert (begun[n].latest, begun[n].names["value"]) == (seen.start, value)


def test_an_absence_is_the_same_of_a_selector_and_of_an_expression(server: Prometheus) -> None:
    if server.version == "victoria":
        pytest.skip("VictoriaMetrics takes its look-back in expressions from the series' own spacing")
    seen = window(40, COUNT - 40)
    for n in flicker(server):
        plain, summed = (
            [(kind, at) for kind, _, at in absence(server, question(query, 5 * NS), seen, "samples")]
            for query in (f'ml_flicker{{n="{n}"}}', f'sum(ml_flicker{{n="{n}"}})')
        )
        assert plain
        begun = [at for kind, at in summed if kind == "metric.absent" and at > seen.start]
        ends = {at: end for (_, at), (kind, end) in pairwise(plain) if kind == "metric.present"}
        gone = [at for kind, at in plain if kind == "metric.absent" and at < seen.end]
        # The grid sees each that lasts for a step or longer, and none but those that are.
        assert all(any(0 <= b - a <= 5 * NS for b in begun) for a in gone if ends.get(a, LATER) - a >= 5 * NS)
        assert all(any(0 <= b - a <= 5 * NS for a in gone) for b in begun)


EXPRESSIONS = [
    ("rate(ml_total[5m])", {"above": 0.1}),
    ("increase(ml_total[2m]) * 2", {"at_least": 16}),
    ("sum by (job) (ml_gauge)", {"above": 40}),
    ("ml_gauge > bool 2.5", {"equals": 1}),
    ("ml_gauge and on (n) ml_gauge > 2", {"above": 4}),
    ("max_over_time(ml_gauge[1m])", {"above": 3}),
    ("ml_gauge offset 1m", {"below": 2}),
]


@pytest.mark.parametrize(("query", "limit"), EXPRESSIONS)
def test_expressions_are_judged_on_the_grid_whatever_the_way(
    server: Prometheus, query: str, limit: dict[str, float]
) -> None:
    seen = window(40, COUNT - 40)
    ((op, value),) = limit.items()
    whole = read(server, query, seen, "samples", **limit)
    start, end = (seen.start // NS) - STEP, seen.end // NS + STEP
    answer = server.api("query_range", query=query, start=start, end=end, step=STEP, nocache=1)["result"]
    wanted: dict[tuple[tuple[str, str], ...], set[tuple[str, int]]] = {}
    for one in answer:
        points = {t: float(v) for t, v in one["values"]}
        labels = tuple(sorted((k, v) for k, v in one["metric"].items() if k != "__name__"))
        for t in range(start + STEP, end, STEP):
            before, now = points.get(t - STEP), points.get(t)
            if (
                before is not None
                and now is not None
                and COMPARE[op](before, value) != COMPARE[op](now, value)
            ):
                wanted.setdefault(labels, set()).add(("crossed", t))
            elif (before is None) != (now is None):
                wanted.setdefault(labels, set()).add(("present" if before is None else "absent", t))
    found: dict[tuple[tuple[str, str], ...], set[tuple[str, int]]] = {}
    for fact in whole.facts:
        kind = fact.kind.removeprefix("metric.")
        if fact.earliest is not None and seen.start <= fact.latest < seen.end:
            kind = kind if kind in {"present", "absent"} else "crossed"
            found.setdefault(tuple(fact.subject.labels.items()), set()).add((kind, fact.latest // NS))
    inside = {k: {c for c in v if seen.start // NS <= c[1] < seen.end // NS} for k, v in wanted.items()}
    assert found == {k: v for k, v in inside.items() if v}
    assert contents(read(server, query, seen, "envelope", **limit).facts) == contents(whole.facts)


def test_what_a_rate_is_made_of_is_said(server: Prometheus) -> None:
    for way in ("samples", "envelope"):
        facts = read(server, "rate(ml_total[5m])", window(40, 1_000), way, above=0.1).facts
        assert "every 15 s from the epoch, from the samples of up to 300 s before" in (
            facts[0].evidence[0].query or ""
        )


def test_the_way_is_in_the_evidence_and_both_samples_open(server: Prometheus) -> None:
    seen = window(40, COUNT - 40)
    for way, said in [
        ("samples", "as JSON"),
        ("envelope", "extremes over the whole"),
        ("auto", "extremes over"),
    ]:
        result = read(server, "ml_gauge", seen, way, above=3)
        crossed = [f for f in result.facts if f.kind.startswith("metric.crossed") and f.earliest is not None]
        assert crossed
        opened = dict(result.store.payloads.items())
        for fact in crossed:
            assert said in (fact.evidence[0].query or "")
            assert fact.earliest is not None
            around = [fact.earliest // 1_000_000, fact.latest // 1_000_000]
            entries = [(e.payload or "", e.pointer or "") for e in fact.evidence]
            shown = [t for p, pointer in reversed(entries) for t in seen_at(opened, p, pointer)]
            packed = entries[0][1].startswith("bytes:")  # a chunk is shown as a whole
            assert around == shown[-2:] or (packed and set(around) <= set(shown))


def seen_at(opened: dict[str, Any], payload: str, pointer: str) -> list[int]:
    """Return the times (ms) of what a pointer leads to, and of the sample before it in the same array."""
    if pointer.startswith("bytes:"):
        if pointer + payload not in opened:
            first, last = (int(n) for n in pointer.removeprefix("bytes:").split("-"))
            chunk = opened[payload][first : last + 1]
            opened[pointer + payload] = decode(chunk, np.array([len(chunk)])).times.tolist()
        return list(opened[pointer + payload])
    if isinstance(opened[payload], bytes):
        opened[payload] = json.loads(opened[payload])
    found = opened[payload]
    *path, last_part = pointer.strip("/").split("/")
    for part in path:
        found = found[int(part)] if isinstance(found, list) else found[part]
    return [round(t * 1000) for t, _ in found[max(0, int(last_part) - 1) : int(last_part) + 1]]


@pytest.mark.parametrize("way", ["remote_read"])
def test_a_chunk_is_pointed_to_by_its_bytes(server: Prometheus, way: str) -> None:
    if server.version == "victoria":
        pytest.skip("VictoriaMetrics offers no remote read")
    seen = window(40, COUNT - 40)
    result = read(server, "ml_gauge", seen, way, above=3)
    crossed = [f for f in result.facts if f.kind.startswith("metric.crossed") and f.earliest is not None]
    opened = dict(result.store.payloads.items())
    assert any(len(f.evidence) == 2 for f in crossed)  # a crossing between two chunks
    for fact in crossed:
        assert "# read whole, as chunks by remote read" in (fact.evidence[0].query or "")
        times = {t for e in fact.evidence for t in seen_at(opened, e.payload or "", e.pointer or "")}
        assert fact.earliest is not None
        assert {fact.earliest // 1_000_000, fact.latest // 1_000_000} <= times


def test_series_that_change_too_often_are_read_whole_and_only_they(
    server: Prometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = window(40, COUNT - 40)
    whole = read(server, "ml_gauge", seen, "samples", above=3)
    monkeypatch.setattr(
        "collectors.prometheus.samples.envelope._ASKING", 1e-5
    )  # as if series were longer: reading whole is cheap
    monkeypatch.setattr("collectors.prometheus.samples.envelope._CHUNK", 1e-9)
    monkeypatch.setattr("collectors.prometheus.samples.envelope._JSON", 1e-8)
    monkeypatch.setattr("collectors.prometheus.samples.pull._WORTH", 100)
    pulled = read(server, "ml_gauge", seen, "auto", checked=True, above=3)
    assert contents(pulled.facts) == contents(whole.facts)
    said = (pulled.facts[0].evidence[0].query or "").splitlines()[1]
    how = "as JSON" if server.version == "victoria" else "as chunks by remote read"
    assert said.startswith("# read as: extremes over the whole")
    assert said.endswith(f" series that change read whole, {how}")
    assert [p.of for p in pulled.panels] == [p.of for p in whole.panels] == [len(GAUGES)]
    assert [s.labels for s in pulled.panels[0].series] == [s.labels for s in whole.panels[0].series]


@pytest.mark.parametrize(
    ("query", "count"), [('ml_gauge{n="11"}', 0), ('ml_gauge{n=~"6|18"}', 2), ("ml_nothing", 1)]
)
def test_absence_of_all_series(server: Prometheus, query: str, count: int) -> None:
    seen = window(40, COUNT - 40)
    asked = question(query, STEP * NS)
    found = {way: absence(server, asked, seen, way) for way in ("samples", "envelope")}
    assert found["samples"] == found["envelope"]
    assert len(found["samples"]) >= count


def absence(server: Prometheus, asked: Question, seen: Window, way: str) -> list[tuple[str, int | None, int]]:
    """Return what an `absent()` rule's expression did."""

    async def look() -> list[tuple[str, int | None, int]]:
        tape = RecordingTape("test", "test", MemoryStore(), Redactor())
        context = Context("test", Incident(id="x"), LATER, tape, lambda reference: reference)
        options = PrometheusOptions(url=server.url)
        async with Http(context, options) as http:
            api = PrometheusApi(context, options, http)
            told = await look_back(api)
            made = Server(
                api, LATER, 0, server.version == "victoria", RemoteRead(api), way, told.length, told.edge
            )
            sampled = await sample(made, asked, [("absent", None)], seen)
        return [(c.kind, *c.at) for c in absence_changes(sampled, asked.absent)]

    return anyio.run(look)


def test_evidence_grows_with_what_changed(server: Prometheus) -> None:
    seen = window(40, COUNT - 40)
    query = 'ml_gauge{n=~"1|11|13|23|25|35|37|47"}'  # single samples above, and series that are calm
    sizes = {}
    for way in ("samples", "envelope"):
        result = read(server, query, seen, way, above=3)
        drawn = {s.payload for panel in result.panels for s in panel.series}
        sizes[way] = sum(len(data) for digest, data in result.store.payloads.items() if digest not in drawn)
    assert sizes["envelope"] < sizes["samples"] / 3
