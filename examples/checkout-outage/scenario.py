"""What happened to the shop on 12 November 2026: series, changes, messages and log lines."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

STEP = 15
BEGIN = datetime(2026, 11, 12, 12, 30, tzinfo=UTC)
END = datetime(2026, 11, 12, 15, 45, tzinfo=UTC)
MONTH = timedelta(days=30)
#: Prometheus was restarted in the middle of it: nothing was recorded here.
HOLE = (datetime(2026, 11, 12, 14, 29, 40, tzinfo=UTC), datetime(2026, 11, 12, 14, 32, 55, tzinfo=UTC))
BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0)
Labels = dict[str, str]
Sample = tuple[float, float]  # seconds, value


def at(clock: str) -> datetime:
    """Return `14:07:31` of the day."""
    return datetime.fromisoformat(f"2026-11-12T{clock}+00:00")


def ramp(moment: datetime, points: list[tuple[str, float]]) -> float:
    """Return the value of a piecewise linear curve."""
    known = [(at(clock), value) for clock, value in points]
    if moment <= known[0][0]:
        return known[0][1]
    for (t0, v0), (t1, v1) in pairwise(known):
        if moment <= t1:
            return v0 + (v1 - v0) * ((moment - t0) / (t1 - t0))
    return known[-1][1]


#: Share of requests that waits for a connection, its wait in seconds, and the share that fails.
WAITING = [("14:03:00", 0.002), ("14:08:00", 0.03), ("14:14:00", 0.35), ("14:25:00", 0.5), ("14:27:30", 0.42),
           ("14:31:00", 0.55), ("14:39:00", 0.5), ("14:43:30", 0.02), ("14:47:00", 0.002)]  # fmt: skip
WAIT = [("14:03:00", 0.2), ("14:09:00", 0.3), ("14:20:00", 0.6), ("14:24:30", 0.62), ("14:26:30", 0.42),
        ("14:31:00", 0.7), ("14:39:00", 0.65), ("14:44:00", 0.2)]  # fmt: skip
FAILING = [("14:11:50", 0.0), ("14:16:00", 0.08), ("14:24:00", 0.22), ("14:27:00", 0.15), ("14:38:00", 0.27),
           ("14:43:00", 0.01), ("14:45:30", 0.0)]  # fmt: skip
POOL = [("14:01:00", 14.0), ("14:08:30", 40.0), ("14:39:30", 40.0), ("14:44:00", 16.0)]
FIRST_ERROR = at("14:11:52")


class Shop:
    """The shop's series, scraped every 15 s with a little jitter; the same on every run."""

    def __init__(self) -> None:
        self.random = random.Random(42)
        self.series: dict[tuple[tuple[str, str], ...], list[Sample]] = {}

    def play(self) -> dict[tuple[tuple[str, str], ...], list[Sample]]:
        """Return labels to samples."""
        counts = {i: [0.0] * (len(BUCKETS) + 1) for i in ("checkout-1", "checkout-2")}
        totals = {i: [self._before(i), 0.0] for i in counts}
        moment = BEGIN
        while moment < END:
            for instance in counts:
                self._scrape(instance, moment, counts[instance], totals[instance])
            self._shared(moment)
            moment += timedelta(seconds=STEP)
        return self.series

    def _before(self, instance: str) -> float:
        """Add the requests of the month before, for objectives of thirty days; return their number."""
        labels = {"job": "checkout", "instance": instance, "code": "200"}
        begin = BEGIN - MONTH
        coarse = [begin + timedelta(minutes=n) for n in range(240)]  # as a `rate` over minutes needs it
        coarse += [begin + timedelta(hours=n) for n in range(4, int(MONTH / timedelta(hours=1)))]
        for moment in coarse:
            self._add("checkout_requests_total", labels, moment, (moment - begin).total_seconds() * 18)
        return MONTH.total_seconds() * 18

    def _scrape(self, instance: str, moment: datetime, counts: list[float], totals: list[float]) -> None:
        requests = int(STEP * 18 * self.random.uniform(0.9, 1.1))
        waiting, wait, failing = ramp(moment, WAITING), ramp(moment, WAIT), ramp(moment, FAILING)
        for _ in range(requests):
            duration = self.random.lognormvariate(-2.6, 0.45)
            if self.random.random() < waiting:
                duration += self.random.expovariate(1 / wait)
            place = next((n for n, limit in enumerate(BUCKETS) if duration <= limit), len(BUCKETS))
            counts[place] += 1
            totals[1 if moment >= FIRST_ERROR and self.random.random() < failing else 0] += 1
        job = {"job": "checkout", "instance": instance}
        cumulated = 0.0
        for place, limit in enumerate([*map(str, BUCKETS), "+Inf"]):
            cumulated += counts[place]
            self._add("checkout_request_duration_seconds_bucket", {**job, "le": limit}, moment, cumulated)
        self._add("checkout_requests_total", {**job, "code": "200"}, moment, totals[0])
        if totals[1]:
            self._add("checkout_requests_total", {**job, "code": "500"}, moment, totals[1])
        self._add("up", job, moment, 1)

    def _shared(self, moment: datetime) -> None:
        pool = min(40.0, round(ramp(moment, POOL) + self.random.uniform(-1.5, 1.5)))
        self._add(
            "db_pool_in_use", {"job": "checkout", "pool": "orders"}, moment, 40.0 if pool >= 39 else pool
        )
        beat = (
            55 * (1 if (moment.minute // 2) % 2 else -1) if at("14:16:00") < moment < at("14:41:00") else -70
        )
        depth = max(0.0, 95 + beat + self.random.uniform(-12, 12))
        failing = ramp(moment, FAILING) if moment >= FIRST_ERROR else 0
        self._add("checkout_customers_failing", {"job": "checkout"}, moment, round(1_900 * failing))
        self._add("payment_queue_depth", {"job": "payments", "queue": "capture"}, moment, round(depth))

    def _add(self, name: str, labels: Labels, moment: datetime, value: float) -> None:
        jitter = random.Random(f"{labels.get('instance', name)}{moment}").uniform(-0.2, 0.2)
        key = tuple(sorted({**labels, "__name__": name}.items()))
        self.series.setdefault(key, []).append((round(moment.timestamp() + jitter, 3), value))


#: (time, author, text, options): options are id, thread, edit, redact, notice.
CHAT: list[tuple[str, str, str, dict[str, str]]] = [
    ("14:12:41", "alertbot", "CheckoutLatencyHigh is firing (page)", {"notice": "yes", "id": "page"}),
    ("14:13:58", "sam", "I am paged for checkout latency, looking", {"id": "look"}),
    ("14:15:20", "sam", "p99 is at 1.4 s and climbing; errors too since a minute or two", {}),
    ("14:16:05", "dana", "Taking incident command. @lee:localhost please keep the status page", {"id": "ic", "pin": "yes"}),
    ("14:17:44", "priya", "pool graph: every connection of `orders` is in use since about 14:08", {"id": "pool"}),
    ("14:18:30", "sam", "does that fit the deploy of 14:01?", {"thread": "pool"}),
    ("14:19:12", "priya", "the batch lookups hold a connection for the whole request, checking", {"thread": "pool"}),
    ("14:22:31", "dana", "Plan: raise the pool to 60 first, that is the faster change", {"id": "plan", "pin": "yes"}),
    ("14:25:10", "sam", "deploy with pool 60 is out", {}),
    ("14:28:02", "sam", "p99 dipped a little and is back up; the database refuses more than 40", {"id": "nofix"}),
    ("14:31:15", "priya", "graphs are blank for me, is Prometheus gone?", {"id": "blank"}),
    ("14:33:40", "lee", "Prometheus is back, it was restarted for its disk", {"thread": "blank"}),
    ("14:36:20", "dana", "Rolling back to the release before 14:01", {"id": "rollback", "pin": "yes"}),
    ("14:44:35", "sam", "pool in use is at 16, p99 below 300 ms", {}),
    ("14:47:50", "lee", "status page says monitoring", {}),
    ("14:58:10", "priya", "no error for ten minutes", {"id": "quiet"}),
    ("15:05:02", "dana", "Calling it resolved. Thank you all", {"id": "over", "pin": "yes"}),
]  # fmt: skip
EDITS = [("quiet", "14:58:40", "priya", "no error for twelve minutes")]
DELETED = [("14:26:45", "sam", "wrong window, ignore me", "14:27:05")]


def log_lines() -> Iterator[dict[str, object]]:
    """Yield the documents of the log index."""
    rng = random.Random(7)
    moment, number = at("13:00:00"), 0
    while moment < at("15:45:00"):
        failing = ramp(moment, FAILING) if moment >= FIRST_ERROR else 0.0
        yield _line(number, moment, "INFO", "checkout.http", "request served", rng)
        if rng.random() < failing * 4:
            yield _line(
                number + 1,
                moment,
                "ERROR",
                "checkout.db",
                "timed out waiting for a connection of pool orders",
                rng,
            )
        if rng.random() < failing:
            yield _line(number + 2, moment, "ERROR", "checkout.http", "request failed with status 500", rng)
        if rng.random() < 0.01:
            yield _line(number + 3, moment, "WARN", "checkout.cart", "cart expired while paying", rng)
        number += 4
        moment += timedelta(seconds=rng.uniform(1.0, 3.0))


def _line(
    number: int, moment: datetime, level: str, logger: str, message: str, rng: random.Random
) -> dict[str, object]:
    shown = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "_id": f"l{number}", "@timestamp": shown, "level": level, "logger": logger, "message": message,
        "service": "checkout", "host": rng.choice(["checkout-1", "checkout-2"]),
    }  # fmt: skip
