"""Random series with everything that makes reading them hard, and what they did, by brute force."""

import math
import operator
import random
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tests.servers.prometheus import STALE, Prometheus
from timeline.instant import NS

T0 = 1_772_373_600  # 2026-03-01T14:00:00Z
STEP = 15
COUNT = 1_440  # samples of a whole series: six hours
LOOKBACK = 300 * NS
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "above": operator.gt, "below": operator.lt, "at_least": operator.ge, "at_most": operator.le,
    "equals": operator.eq,
}  # fmt: skip
Row = tuple[int, float]  # milliseconds, value


class Change(NamedTuple):
    """A change as a fact tells it: kind without `metric.`, bounds in ns."""

    kind: str
    earliest: int | None
    latest: int


def times(seed: random.Random, jitter: int = 0) -> list[int]:
    """Scrape times in ms, each up to `jitter` ms late."""
    return [(T0 + STEP * i) * 1000 + (seed.randrange(jitter + 1) if jitter else 0) for i in range(COUNT)]


def series(number: int) -> list[Row]:
    """Make one series; its number decides of what sort it is."""
    seed = random.Random(number)
    at = times(seed, 2_000 if number % 2 else 0)
    calm = [(t, seed.choice([1.0, 2.0, 2.5])) for t in at]
    match number % 12:
        case 0:  # it wanders through the threshold now and then
            level = 3.0
            rows = []
            for t in at:
                level += seed.choice([-0.25, 0, 0, 0.25])
                rows.append((t, level))
            return rows
        case 1:  # single samples
            return [(t, 9.0 if seed.random() < 0.002 else v) for t, v in calm]
        case 2:  # it equals the threshold for a while
            return [(t, 3.0 if i // 97 % 3 == 0 else v) for i, (t, v) in enumerate(calm)]
        case 3:  # flapping
            return [
                (t, seed.choice([1.0, 5.0]) if i % 400 < 40 else 5.0 * (i // 9 % 2)) for i, t in enumerate(at)
            ]
        case 4:  # holes about as long as the look-back
            return holes(seed, calm)
        case 5:  # holes while in breach, and values at both ends of them
            return holes(seed, [(t, 7.0 if i // 200 % 2 else 1.0) for i, (t, _) in enumerate(calm)])
        case 6:  # born inside, gone inside
            first, last = sorted(seed.sample(range(COUNT), 2))
            return [(t, v + 4 * (number % 24 > 12)) for t, v in calm[first:last]]
        case 7:  # short lives, some between two looks
            return [row for i, row in enumerate(calm) if i % 131 < 1 + i // 131 % 7]
        case 8:  # always in breach, with a drop
            return [(t, 1.0 if i == 700 else 8.0) for i, t in enumerate(at)]
        case 9:  # infinities and zeros
            return [
                (t, seed.choice([math.inf, 0.0, -0.0]) if i % 211 == 7 else v)
                for i, (t, v) in enumerate(calm)
            ]
        case 10:  # sparse scrapes: at times further apart than half the look-back
            return calm[:: seed.choice([9, 11, 16])]
    return calm


def holes(seed: random.Random, rows: list[Row]) -> list[Row]:
    """Cut holes that are a little shorter than, as long as, and longer than the look-back."""
    kept: list[Row] = []
    at = 0
    while at < len(rows):
        run = seed.randrange(20, 120)
        kept += rows[at : at + run]
        at += run + seed.choice([18, 19, 20, 21, 60])
    return kept


def undefined(number: int) -> list[Row]:
    """Make a series in breach with NaN in it, which compares with nothing."""
    seed = random.Random(number)
    return [(t, math.nan if i in {300, 301, 900} else 8.0) for i, t in enumerate(times(seed, 2_000))]


def marked(number: int) -> list[Row]:
    """Make a series that is marked as stale a few times, in breach at the last one."""
    rows = [(t, 8.0 if i > 1_000 else 1.0) for i, t in enumerate(times(random.Random(number)))]
    for i in (200, 600, 601, 1_200):
        rows[i] = (rows[i][0], STALE)
    return [*rows[:1_201], *rows[1_210:]]


def flickering(number: int, *, numbers: bool = True) -> list[Row]:
    """Make a series in which all that ends or hides a state comes, and its interval changes half-way.

    `numbers`: NaN is none, and left out. Whatever a marker ends is gone for longer than a server needs to scrape.
    """
    seed = random.Random(1_000 + number)
    rows: list[Row] = []
    at, level = T0 * 1000, 1.0
    while at < (T0 + STEP * COUNT) * 1000:
        level = seed.choice([1.0, 9.0]) if seed.random() < 0.05 else level
        value = seed.random()
        if value < 0.03:
            rows.append((at, STALE))
            at += seed.choice([0, 15_000, 40_000, 310_000])  # once, or until it is found again
        elif value < 0.05 and not numbers:
            rows.append((at, math.nan))
        else:
            rows.append((at, level))
        hole = seed.choice([299_999, 300_000, 300_001, 305_000]) if seed.random() < 0.01 else 0
        half = at > (T0 + STEP * COUNT // 2) * 1000
        at += hole or (20_000 if half else 10_000) + seed.randrange(1, 2_000)
    return rows


def brute(
    rows: Sequence[Row], breach: Callable[[float], bool], start: int, end: int, lookback: int = LOOKBACK
) -> list[Change]:
    """Tell what a series did in what is read of it, `[start, end]` (ns), sample by sample.

    `lookback` is the age (ns) from which on a sample counts no longer.
    """
    read = [(t * 1_000_000, v) for t, v in rows if start <= t * 1_000_000 <= end]
    found: list[Change] = []
    last: tuple[int, bool | None] | None = None  # the present state's last sample; None: it is NaN
    mark: int | None = None
    for i, (t, v) in enumerate(read):
        if v is STALE:
            if last is not None:
                found.append(Change("absent", last[0] + 1, min(t, last[0] + lookback)))
            last, mark = None, t
            continue
        now = breach(v) or (None if math.isnan(v) else False)
        if last is not None and t - last[0] > lookback:
            found.append(Change("absent", last[0] + 1, last[0] + lookback))
            last = None
            mark = None
        if last is None and (i or t - start >= lookback):
            width = min(LOOKBACK, read[i + 1][0] - t) if i + 1 < len(read) else LOOKBACK
            found.append(Change("present", max(t - width, mark or 0) + 1, t))
        elif last is None:
            found += [Change("crossed", None, t)] if now else []
        elif now != last[1]:
            kind = "undefined" if now is None else "defined" if last[1] is None else "crossed"
            found.append(Change(kind, last[0] + 1, t))
        last, mark = (t, now), None
    if last is not None and end - last[0] >= lookback:
        found.append(Change("absent", last[0] + 1, last[0] + lookback))
    return found


def load(server: Prometheus, name: str, found: Mapping[str, Sequence[Row]]) -> None:
    """Write series by remote write, one label each."""
    for n, rows in found.items():
        server.write([({"__name__": name, "n": n, "job": f"j{int(n) % 3}"}, list(rows))])


def openmetrics(found: Mapping[str, Mapping[str, Sequence[Row]]]) -> str:
    """Write series by name and label as OpenMetrics, to be filled in before a start."""
    lines = []
    for name, several in found.items():
        lines.append(f"# TYPE {name} gauge")
        for n, rows in several.items():
            lines += [f'{name}{{job="j{int(n) % 3}",n="{n}"}} {v} {t / 1000}' for t, v in rows]
    return "\n".join(lines).replace(" inf ", " +Inf ").replace(" nan ", " NaN ") + "\n"
