"""The laws of beginnings and ends (`docs/reference/facts.md`), over rulers that fail, stop, differ, look back."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.kit.metrics.samples import Samples
from collectors.prometheus.alert_history import History, moved
from collectors.prometheus.alert_series import AlertSeries, Labels, Naming
from tests.collectors.prometheus.rulers import STALE, Ruler, World, play, turns
from timeline.alerts.coverage import Coverage, Span
from timeline.alerts.firing import AlertChange, Life, changes
from timeline.instant import NS

T = 1_790_000_000
FRACTION = NS // 4  # evaluations are not at whole seconds; the starts that they tell are
UNTIL = 400
Said = list[tuple[Life, list[AlertChange]]]


def instant(tick: int) -> int:
    return (T + tick) * NS + FRACTION


def series(world: World, alert: str) -> AlertSeries:
    """Give what was stored as the collector reads it."""
    made = AlertSeries(alert, (("job", alert),), "alert A", Naming())
    for (name, what), points in sorted(world.series.items()):
        if name != alert:
            continue
        times = np.array([instant(t) for t in sorted(points)], np.int64)
        raw = [points[t] for t in sorted(points)]
        if what == "since":
            values = np.array([float(T + v) for v in raw])
            made.series.append(Samples({"__name__": "ALERTS_FOR_STATE"}, times, values, ()))
        else:
            values = np.array([float("nan") if v == STALE else 1.0 for v in raw])
            made.series.append(Samples({"__name__": "ALERTS", "alertstate": what}, times, values, ()))
    return made


def read(world: World, alerts: Sequence[str]) -> tuple[History, dict[str, Said]]:
    trains: dict[Labels, AlertSeries] = {
        (("", "A"), ("job", alert)): series(world, alert) for alert in alerts
    }
    trains = {key: train for key, train in trains.items() if len(train.train()[0].times)}
    for train in trains.values():
        train.name = "A"  # they are alerts of one rule
    known = Coverage((Span(instant(-50), instant(UNTIL)),), instant(2 * UNTIL))
    history = History(trains, known, 50 * NS)
    history.find_absences()
    found = {}
    for key in trains:
        later = history.later(key)
        found[key[1][1]] = [
            (life, [c._replace(at=moved(c.at, later)) for c in changes(life)]) for life in history.lives(key)
        ]
    return history, found


def inside(change: AlertChange, ticks: Sequence[int]) -> list[int]:
    low = change.at.earliest if change.at.earliest is not None else instant(-(10**6))
    return [tick for tick in ticks if low <= instant(tick) <= change.at.latest]


spans = st.lists(st.integers(5, UNTIL - 60), min_size=2, max_size=6, unique=True).map(
    lambda edges: list(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)


@st.composite
def rulers(draw: st.DrawFn, *, calm: bool) -> list[Ruler]:
    """Draw one to three rulers of one rule; `calm` ones miss nothing and know the same."""
    interval, offset = draw(st.sampled_from([3, 5, 10])), draw(st.sampled_from([0, 0, 4, 17]))
    phases = draw(st.lists(st.integers(0, interval - 1), min_size=1, max_size=3, unique=True))
    made = []
    for phase in phases:
        hold = draw(st.sampled_from([0, 12, 40]))
        if calm:
            made.append(Ruler(interval, phase, hold, offset))
            continue
        failing = draw(st.frozensets(st.integers(0, UNTIL // interval), max_size=8))
        away = [(a, a + draw(st.integers(1, 150))) for a in draw(st.lists(st.integers(0, UNTIL), max_size=2))]
        # Of two rulers whose intervals change, nothing tells whose a marker is.
        widths = st.tuples(st.integers(50, 300), st.sampled_from([interval * 2, interval * 4]))
        slower = draw(st.none() | widths) if len(phases) == 1 else None
        made.append(
            Ruler(interval, phase, hold, offset, failing, tuple(sorted(away)), draw(st.booleans()), slower)
        )
    return made


@given(rulers(calm=False), st.lists(spans, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_end_and_no_beginning_without_proof(
    drawn: list[Ruler], active: list[list[tuple[int, int]]]
) -> None:
    alerts = {f"j{n}": found for n, found in enumerate(active)}
    world = play(drawn, alerts, UNTIL)
    _, found = read(world, list(alerts))
    for alert, lives in found.items():
        said = world.said[alert]
        begun, ended = turns(said, drawn)
        pending = [at for at, _, word in said if word == "pending"]
        absent = [at for at, _, word in said if not word]
        proofs = {"firing": begun, "resolved": ended, "pending": pending, "pending_ended": absent}
        for _, told in lives:
            for change in told:
                kind = change.kind.removeprefix("alert.")
                assert inside(change, proofs[kind]), (alert, kind, change, proofs[kind])


@given(rulers(calm=True), st.lists(spans, min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_where_nothing_was_missed_everything_is_told(
    drawn: list[Ruler], active: list[list[tuple[int, int]]]
) -> None:
    alerts = {f"j{n}": found for n, found in enumerate(active)}
    world = play(drawn, alerts, UNTIL)
    history, found = read(world, list(alerts))
    for alert, lives in found.items():
        begun, ended = turns(world.said[alert], drawn)
        told = {
            kind: [c for _, made in lives for c in made if c.kind == kind]
            for kind in ("alert.firing", "alert.resolved")
        }
        assert len(told["alert.firing"]) == len(begun), (told, begun)
        assert len(told["alert.resolved"]) == len(ended), (told, ended)
        width = (drawn[0].interval + 1) * NS
        assert all(c.at.latest - (c.at.earliest or 0) <= width for made in told.values() for c in made)
    assert history.holes() == []


def test_a_start_that_is_no_time_tells_none() -> None:
    times = np.array([instant(0), instant(5)], np.int64)
    one = AlertSeries("A", (), "alert A", Naming())
    one.series.append(Samples({"__name__": "ALERTS", "alertstate": "firing"}, times, np.ones(2), ()))
    for odd in (np.inf, 1e300, 2.0**40):
        starts = Samples({"__name__": "ALERTS_FOR_STATE"}, times, np.array([odd, T + 1.0]), ())
        one.series = [one.series[0], starts]
        assert one._since(times).tolist() == [-1, (T + 1) * NS]


def test_pending_behind_a_firing_begins_where_it_was_seen() -> None:
    # One evaluator, still pending, goes away; the alert ends, and begins anew an age later by another one.
    drawn = [Ruler(3, 0, 40, away=((91, 163),)), Ruler(3, 1, 12), Ruler(3, 2)]
    _, found = read(play(drawn, {"j": [(52, 93), (151, 267)]}, UNTIL), ["j"])
    told = [change for _, made in found["j"] for change in made if change.kind == "alert.pending"]
    assert [(c.at.latest - instant(0)) // NS for c in told] == [52, 151]
