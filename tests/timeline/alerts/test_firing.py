"""Lives from samples, in drawn examples."""

import numpy as np

from timeline.alerts.coverage import Coverage, Span, longest_pause, silences
from timeline.alerts.firing import Life, changes, lives, restart, wanted
from timeline.alerts.strands import Train, strands, usual_interval
from timeline.instant import NS, Bounds

T = 1_790_000_000 * NS
I = 15 * NS  # noqa: E741
P, F = False, True


def train(*samples: tuple[int, bool, int]) -> list[tuple[int, bool, int]]:
    """Write samples as (evaluation number, firing, evaluation of becoming active)."""
    return [(T + n * I, firing, T + since * I) for n, firing, since in samples]


def read(samples: list[tuple[int, bool, int]], known: Coverage) -> list[Life]:
    times = np.array([s[0] for s in samples], dtype=np.int64)
    firing = np.array([s[1] for s in samples], dtype=np.bool_)
    since = np.array([s[2] for s in samples], dtype=np.int64)
    return lives(strands(Train(times, firing, since), known), known)


def known(start: int = 0, end: int = 100, **more: object) -> Coverage:
    return Coverage((Span(T + start * I, T + end * I),), T + 1000 * I, I, **more)  # type: ignore[arg-type]


def told(found: list[Life]) -> list[tuple[str, int | None, int]]:
    """Write changes as (kind, earliest, latest), in evaluations after T, bounds opened to the left."""
    return [
        (c.kind, None if c.at.earliest is None else (c.at.earliest - 1 - T) // I, (c.at.latest - T) // I)
        for life in found for c in changes(life)
    ]  # fmt: skip


def test_pending_then_firing_then_resolved() -> None:
    samples = train(*((n, n >= 14, 10) for n in range(10, 30)))
    assert told(read(samples, known())) == [
        ("alert.pending", 9, 10),
        ("alert.firing", 13, 14),
        ("alert.resolved", 29, 30),
    ]


def test_pending_that_never_fires() -> None:
    assert told(read(train((10, P, 10), (11, P, 10)), known())) == [
        ("alert.pending", 9, 10),
        ("alert.pending_ended", 11, 12),
    ]


def test_still_firing_at_the_end_of_the_read_stays_open() -> None:
    samples = train(*((n, F, 10) for n in range(10, 101)))
    (life,) = read(samples, known())
    assert life.ended is None
    assert [c.kind for c in changes(life)] == ["alert.firing"]


def test_an_evaluation_that_may_still_arrive_is_waited_for() -> None:
    samples = train((10, F, 10), (11, F, 10))
    now = T + 12 * I + NS
    (life,) = read(samples, Coverage((Span(T, now),), now, I))
    assert life.ended is None


def test_each_flap_is_a_life_of_its_own() -> None:
    found = read(train((10, F, 10), (12, F, 12), (14, F, 14), (15, F, 14)), known())
    assert [life.since for life in found] == [T + 10 * I, T + 12 * I, T + 14 * I]
    assert told(found)[:3] == [("alert.firing", 9, 10), ("alert.resolved", 10, 11), ("alert.firing", 11, 12)]


def test_a_restart_within_a_life_leaves_a_hole_and_the_life_goes_on() -> None:
    samples = train(*((n, F, 5) for n in [*range(5, 20), *range(33, 40)]))
    (life,) = read(samples, known(silences=(Span(T + 20 * I, T + 30 * I),)))
    assert life.holes == (Span(T + 19 * I, T + 33 * I),)
    assert told([life]) == [("alert.firing", 4, 5), ("alert.resolved", 39, 40)]


def test_a_restart_past_the_grace_period_is_a_new_start() -> None:
    before = [(n, F, 5) for n in range(5, 20)]
    after = [(n, n >= 36, 32) for n in range(33, 50)]
    found = read(train(*before, *after), known(silences=(Span(T + 20 * I, T + 30 * I),)))
    assert [life.since for life in found] == [T + 5 * I, T + 32 * I]
    # It was pending again at 33: that it stopped firing, between 19 and then, nobody recorded.
    assert told(found)[:3] == [("alert.firing", 4, 5), ("alert.pending", 19, 33), ("alert.firing", 35, 36)]


def test_firing_on_both_sides_of_a_silence_with_a_new_start_goes_on() -> None:
    samples = train(*((n, F, 5) for n in range(5, 20)), *((n, F, 32) for n in range(33, 40)))
    (life,) = read(samples, known(silences=(Span(T + 20 * I, T + 30 * I),)))
    assert life.holes == (Span(T + 19 * I, T + 33 * I),)
    assert told([life]) == [("alert.firing", 4, 5), ("alert.resolved", 39, 40)]


def test_a_pending_alert_whose_start_a_restart_moved_goes_on() -> None:
    samples = train(*((n, P, 15) for n in range(15, 20)), *((n, n >= 36, 27) for n in range(33, 40)))
    (life,) = read(samples, known(silences=(Span(T + 20 * I, T + 30 * I),)))
    assert life.since == T + 15 * I
    assert told([life])[:2] == [("alert.pending", 14, 15), ("alert.firing", 35, 36)]


def test_an_end_that_falls_into_a_silence_is_bounded_by_its_end() -> None:
    samples = train(*((n, F, 5) for n in range(5, 20)))
    (life,) = read(samples, known(silences=(Span(T + 20 * I, T + 30 * I),)))
    assert life.ended == Bounds(T + 19 * I + 1, T + 33 * I)
    (life,) = read(samples, known(silences=(Span(T + 20 * I, T + 100 * I),)))
    assert life.ended is None


def test_another_replicas_start_is_the_same_life() -> None:
    samples = train((10, F, 10), (11, F, 9), (12, F, 10), (13, F, 10))
    assert len(read(samples, known())) == 1


def test_the_interval_is_that_of_the_nearest_samples() -> None:
    slow = [(T + 30 * I + n * 4 * I, F, T + 10 * I) for n in range(5)]
    (life,) = read(train(*((n, F, 10) for n in range(10, 27))) + slow, known())
    assert life.holes == ()
    assert life.spells[0].began == Bounds(T + 9 * I + 1, T + 10 * I)
    assert life.ended == Bounds(T + 46 * I + 1, T + 50 * I)


def test_samples_without_a_start_are_parted_by_missed_evaluations() -> None:
    samples = [(T + n * I, F, -1) for n in [10, 11, 12, 20, 21, 22]]
    found = read(samples, known())
    assert [(life.since, life.told) for life in found] == [(T + 10 * I, False), (T + 20 * I, False)]


def test_a_life_open_at_the_start_wants_its_beginning_read() -> None:
    samples = train(*((n, F, -5000) for n in range(20)))
    (life,) = read(samples, known())
    assert life.spells[0].began == Bounds(None, T)
    span = wanted(life, known())
    assert span == Span(T - 5000 * I - 300 * NS, T - 5000 * I + 3600 * NS)
    both = Coverage((span, *known().reads), T + 1000 * I, I)
    early = train(*((n, n >= -4980, -5000) for n in range(-5000, -5000 + 240)))
    (life,) = read(early + samples, both)
    assert told([life])[:2] == [("alert.pending", -5001, -5000), ("alert.firing", -4981, -4980)]
    assert wanted(life, both) is None
    (nothing,) = read(samples, both)
    assert nothing.spells[0].began.earliest is None
    assert wanted(nothing, both) is None, "what is not stored is asked for once"


def test_a_change_in_what_was_not_read_is_read_for() -> None:
    early = train(*((n, P, -5000) for n in range(-5000, -4760)))
    late = train(*((n, F, -5000) for n in range(20)))
    reads = (Span(T - 5020 * I, T - 4760 * I), *known().reads)
    both = Coverage(reads, T + 1000 * I, I)
    (life,) = read(early + late, both)
    assert wanted(life, both) == Span(T - 4760 * I, T - 4760 * I + 2 * 240 * I)


def test_silences_are_longer_than_two_pauses_and_broken_by_any_record() -> None:
    buckets = [Span(T + (n - 1) * I, T + n * I) for n in (1, 2, 3, 20, 21, 22, 40, 41)]
    span = Span(T, T + 41 * I)
    assert silences(buckets, span) == (Span(T + 3 * I, T + 19 * I), Span(T + 22 * I, T + 39 * I))
    heard = [T + n * I for n in range(4, 19)]
    assert silences(buckets, span, [heard]) == (Span(T + 22 * I, T + 39 * I),)
    assert silences([], span) == ()


def test_a_life_that_left_its_first_sample_late_shows_a_start_of_the_server() -> None:
    (late,) = read(train((14, F, 12), (15, F, 12)), known())
    assert restart(late, I) == T + 12 * I
    (usual,) = read(train((12, F, 12), (13, F, 12)), known())
    assert restart(usual, I) is None
    assert longest_pause([Span(T, T + I), Span(T + 2 * I, T + 3 * I)]) == 4 * I


def test_usual_interval_looks_within_lives_only() -> None:
    times, since = np.array([0, 15, 30, 200, 400]), np.array([0, 0, 0, 200, 400])
    firing = np.ones(5, np.bool_)
    assert usual_interval([Train(times, firing, since)]) == 15
    assert usual_interval([Train(times[3:], firing[3:], since[3:])]) is None
    assert usual_interval([Train(times, firing, since), Train(times * 4, firing, since)]) == 60


def test_usual_interval_of_lives_without_starts_is_the_commonest_spacing() -> None:
    untold = np.full(8, -1)
    times = np.array([0, 300, 315, 330, 600, 1200, 1215, 1800])
    assert usual_interval([Train(times, untold > 0, untold)]) == 15


def test_flaps_without_starts_are_parted_by_the_interval_of_their_group() -> None:
    samples = [(T + n * I, F, -1) for n in [0, 20, 21, 22, 40, 60, 61, 80]]
    assert told(read(samples, known(-1)))[2:4] == [("alert.firing", 19, 20), ("alert.resolved", 22, 23)]
