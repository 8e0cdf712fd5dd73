"""One way to find threshold crossings, as a whole process: ours, or prometheus-api-client + pandas.

    python -m benchmarks.crossing_ways WAY URL END OUT

Imports nothing that the way itself does not need. `benchmarks.crossings` runs it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

T0 = 1_772_323_200  # 2026-03-01T00:00:00Z
STEP = 15
DAY = 86_400
LIMIT = 95.0
POINTS = 11_000  # that Prometheus gives of one series in one answer
Crossing = tuple[str, int, bool]  # instance, milliseconds of the sample, into breach or out of it
OURS = {"envelope": "auto", "chunks": "remote_read", "json": "samples"}


def ours(url: str, end: int, way: str) -> tuple[list[Crossing], int]:
    """Read by our ladder, with evidence in memory; return the crossings and the evidence's bytes."""
    import anyio

    from collectors.base import Context
    from collectors.kit.http import Http
    from collectors.kit.metrics.facts import FactBuilder, Watch
    from collectors.kit.redaction import Redactor
    from collectors.kit.tape import MemoryStore, RecordingTape
    from collectors.prometheus.api import PrometheusApi, PrometheusOptions
    from collectors.prometheus.samples.choose import sample
    from collectors.prometheus.samples.question import Server, question
    from collectors.prometheus.wire.remote_read import RemoteRead
    from timeline.instant import NS
    from timeline.model import Incident, Window

    async def read() -> tuple[list[Crossing], int]:
        tape = RecordingTape("bench", "bench", MemoryStore(), Redactor())
        context = Context(
            "bench", Incident(id="bench"), end * NS + DAY * NS, tape, lambda reference: reference
        )
        options = PrometheusOptions(url=url, timeout="120s", time_cap="600s")
        window, asked = Window(start=T0 * NS, end=end * NS), question("bench", STEP * NS)
        async with Http(context, options) as http:
            api = PrometheusApi(context, options, http)
            server = Server(api, end * NS + DAY * NS, 0, False, RemoteRead(api), OURS[way])
            sampled = await sample(server, asked, [(">", LIMIT)], window)
        maker = FactBuilder("bench", "bench", asked, window, api.link)
        facts = [
            f for f in maker.facts(Watch("b", ">", LIMIT), sampled) if f.kind.startswith("metric.crossed")
        ]
        return [
            (dict(f.subject.labels)["instance"], f.latest // 1_000_000, f.kind == "metric.crossed_above")
            for f in facts
        ], tape.bytes

    return anyio.run(read)


def client(url: str, end: int) -> tuple[list[Crossing], int]:
    """Read with prometheus-api-client into its data frame, and compare with pandas."""
    import pandas as pd
    from prometheus_api_client import MetricRangeDataFrame, PrometheusConnect

    connect = PrometheusConnect(url=url, timeout=600)
    frames = [
        MetricRangeDataFrame(connect.custom_query_range("bench", _time(a), _time(b), str(STEP)))
        for a, b in pieces(end)
    ]
    frame = pd.concat(frames)
    frame["breach"] = frame["value"].astype(float) > LIMIT
    frame["at"] = frame.index
    frame = frame.sort_values(["instance", "at"], kind="stable")
    before = frame.groupby("instance")["breach"].shift()
    changed = frame[(before.notna()) & (frame["breach"] != before)]
    return [
        (str(instance), int(at.timestamp() * 1000), bool(breach))
        for instance, at, breach in zip(changed["instance"], changed["at"], changed["breach"], strict=True)
    ], 0


def pieces(end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges (s) that the server answers: 11,000 points each."""
    for start in range(T0, end, POINTS * STEP):
        yield start, min(start + (POINTS - 1) * STEP, end - STEP)


def _time(seconds: int) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)


def main() -> None:
    """Run a way in this process and leave what it found."""
    way, url, end, out = sys.argv[1:]
    if way == "client":
        leave(client(url, int(end)), out)
        return
    import cli.ending  # the package is imported as our commands begin
    from service.build.garbage import gc_relaxed

    with gc_relaxed():
        leave(ours(url, int(end), way), out)
    cli.ending.end(0)


def leave(found: tuple[list[Crossing], int], out: str) -> None:
    """Write what was found: crossings, and the evidence's bytes."""
    import json

    with open(out, "w") as file:  # noqa: PTH123 - pathlib takes a while to import
        json.dump({"crossings": sorted(found[0]), "bytes": found[1]}, file)


if __name__ == "__main__":
    main()
