"""Measures: ranges that always hold the truth, of one thread, and reasons where there is none."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from timeline import facts
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.measures.chain import chain
from timeline.measures.durations import headline, measures
from timeline.model import Fact, Incident, Measure, Quantity, Subject
from timeline.order import elapsed
from timeline.statements import Name

INCIDENT = Incident(id="I", start=100 * NS, end=1000 * NS)
LIFE = facts.alert_thread("p", "A", {"s": "1"})


def make(kind: Kind, at: int, *, thread: str | None = LIFE, early: int | None = 0, **more: Any) -> Fact:
    earliest = None if early is None else at * NS - early
    names: dict[str, Name] = {
        "alert": "A", "name": "p99", "change": "c1", "value": 2, "threshold": 1, "op": "above", "deploy": "d", "actor": "responder-1",
        "status": "investigating", "incident": "I",
    }  # fmt: skip
    quantity = Quantity(value=2, threshold=1, op=">") if kind.startswith("metric") else None
    labels = more.pop("labels", {"alertname": "A"} if kind.startswith("alert") else {})
    return facts.fact(
        kind, origin="p", key=[kind, at, thread], at=Bounds(earliest, at * NS), time_means="t",
        clock=more.pop("clock", "c"), source="p", names=names, evidence=(), thread=thread, quantity=quantity,
        subject=Subject(labels=labels), **more,
    )  # fmt: skip


def whole() -> list[Fact]:
    return [
        make("metric.crossed_above", 110), make("alert.pending", 120), make("alert.firing", 180),
        make("chat.message", 190, thread=None, actor="bot-1"), make("chat.message", 200, thread=None, actor="responder-1"),
        make("alert.acknowledged", 210), make("deploy.started", 300, thread="d"),
        make("metric.crossed_below", 400), make("alert.resolved", 420),
    ]  # fmt: skip


def by_name(found: tuple[Measure, ...]) -> dict[str, Measure]:
    return {m.name: m for m in found}


def test_every_measure_of_a_whole_life() -> None:
    found = by_name(measures(INCIDENT, whole(), {}))
    assert {name: (m.min_s, m.max_s) for name, m in found.items() if not m.reason} == {
        "time to pending": (10, 10), "pending period": (60, 60), "time to detect": (70, 70),
        "time to first response": (20, 20), "time to acknowledge": (30, 30), "time to first change": (120, 120),
        "time in breach": (290, 290), "time to mitigate": (240, 240),
    }  # fmt: skip
    assert {m.name: m.reason for m in found.values() if m.reason} == {
        "time since last change": "no change was recorded before the breach started",
        "time to notify": "no notification of the alert was recorded at or after the firing",
        "customer impact duration": "no threshold is marked as customer-visible (`impact = true`)",
        "time to tell customers": "no post on a status page was recorded inside the incident",
        "time silenced": "no silence of the alert was recorded",
    }
    assert found["time to mitigate"].formula == "resolved - firing"


def test_what_people_were_told_and_what_customers_saw() -> None:
    seen = facts.thread_key("metric", "p", "checkout errors", {})
    also = [
        make("deploy.finished", 105, thread="d0"), make("alert.notified", 182), make("status.posted", 100, thread=None, clock="page"),
        make("metric.crossed_above", 104, thread=seen, category="impact"), make("metric.crossed_below", 300, thread=seen, category="impact"),
        make("metric.crossed_above", 310, thread=seen, category="impact"), make("metric.crossed_below", 405, thread=seen, category="impact"),
    ]  # fmt: skip
    found = by_name(measures(INCIDENT, [*whole(), *also], {"page": NS, "c": NS}))
    spans = {name: (m.min_s, m.max_s) for name, m in found.items()}
    assert spans["time since last change"] == (5, 5)
    assert spans["time to notify"] == (2, 2)
    assert spans["customer impact duration"] == (301, 301)
    assert spans["time to tell customers"] == (-6, -2)
    assert found["time to tell customers"].formula == ("first status post - customer impact started")
    unmarked = by_name(measures(INCIDENT, [*whole(), also[2]], {}))["time to tell customers"]
    assert (unmarked.min_s, unmarked.formula) == (-10, "first status post - breach started")


def test_silences_that_overlap_are_one_span_and_spans_are_summed() -> None:
    states: list[tuple[Kind, int]] = [
        ("alert.silenced", 190), ("alert.silenced", 200), ("alert.unsilenced", 210), ("alert.unsilenced", 230),
        ("alert.silenced", 300), ("alert.unsilenced", 310),
    ]  # fmt: skip
    marks = [make(kind, at, early=2 * NS) for kind, at in states]
    found = by_name(measures(INCIDENT, [*whole(), *marks], {}))["time silenced"]
    assert (found.min_s, found.max_s) == (38 + 8, 42 + 12)
    assert (found.from_, found.to) == (marks[0].id, marks[-1].id)
    assert found.formula == "sum of 2 spans, each unsilenced - silenced"
    still = by_name(measures(INCIDENT, [*whole(), *marks[:-1]], {}))["time silenced"]
    assert (still.min_s, still.max_s) == (38 + 120, 42 + 122)
    assert still.formula == "sum of 2 spans, each unsilenced - silenced or resolved - silenced"
    ongoing = by_name(measures(INCIDENT, [*whole()[:-1], *marks[:-1]], {}))["time silenced"]
    assert (ongoing.min_s, ongoing.reason) == (None, "no end of the silence was recorded in the window")


@given(
    st.integers(0, 10**12), st.integers(0, 10**11), st.integers(0, 10**12), st.integers(0, 10**11),
    st.floats(0, 1), st.floats(0, 1), st.integers(0, 10**10), st.integers(0, 10**10), st.floats(-1, 1),
    st.floats(-1, 1), st.booleans(),
)  # fmt: skip
def test_the_true_duration_is_inside_the_range(
    a: int, wide_a: int, b: int, wide_b: int, in_a: float, in_b: float, error_a: int, error_b: int,
    off_a: float, off_b: float, one_clock: bool,
) -> None:  # fmt: skip
    start = make("alert.firing", 0).replace(earliest=a, latest=a + wide_a, clock="x")
    end = make("alert.resolved", 0).replace(earliest=b, latest=b + wide_b, clock="x" if one_clock else "y")
    # What a clock shows is the truth plus its offset; one clock has one offset.
    shift_a = int(error_a * off_a)
    shift_b = shift_a if one_clock else int(error_b * off_b)
    truth = (b + int(wide_b * in_b) - shift_b) - (a + int(wide_a * in_a) - shift_a)
    span = elapsed(start, end, {"x": error_a, "y": error_b})
    assert span is not None
    assert span[0] <= truth <= span[1]


def test_a_flap_in_the_padding_is_neither_first_crossing_nor_headline() -> None:
    other = facts.alert_thread("p", "B", {})
    flaps = [make("metric.crossed_above", 10), make("metric.crossed_below", 12), make("metric.crossed_above", 1100),
             make("metric.crossed_below", 1110), make("alert.firing", 1105), make("alert.resolved", 1120),
             make("alert.firing", 20, thread=other, labels={"alertname": "B"}), make("metric.crossed_above", 15, thread=other)]  # fmt: skip
    assert by_name(measures(INCIDENT, [*flaps, *whole()], {})) == by_name(measures(INCIDENT, whole(), {}))
    assert headline(INCIDENT, [*flaps, *whole()]).thread == LIFE


def test_the_crossing_that_fired_counts_even_before_the_incident_was_said_to_begin() -> None:
    late = INCIDENT.replace(start=150 * NS)
    assert by_name(measures(late, whole(), {}))["time to detect"].min_s == 70


def test_the_incident_file_names_the_alert() -> None:
    other = facts.alert_thread("p", "B", {})
    found = [*whole(), make("alert.firing", 105, thread=other, labels={"alertname": "B"})]
    assert headline(INCIDENT, found).thread == other
    head = headline(INCIDENT.replace(alert="A"), found)
    assert head.thread == LIFE
    assert "incident file names alert `A`" in head.rule
    missing = headline(INCIDENT.replace(alert="C"), found)
    assert missing.fact is None
    assert "no firing of it was recorded" in missing.rule


def test_reasons_where_there_is_no_duration() -> None:
    found = by_name(
        measures(INCIDENT, [make("alert.firing", 180), make("metric.crossed_above", 110, early=None)], {})
    )
    assert all(m.min_s is None and m.max_s is None and m.reason for m in found.values())
    assert "already so" in (found["time to detect"].reason or "")
    assert found["time to mitigate"].reason == "no end of the firing was recorded in the window"
    assert found["time in breach"].reason == "no end of the breach was recorded in the window"
    nothing = measures(INCIDENT, [], {})
    assert {m.reason for m in nothing} == {"no firing of an alert was recorded inside the incident"}


def resolved(*found: Fact, incident: Incident = INCIDENT) -> Measure:
    return by_name(measures(incident, found, {}))["time to mitigate"]


def test_a_firing_that_ended_without_samples_is_no_recovery() -> None:
    vanished = [
        make("metric.crossed_above", 110), make("alert.firing", 180), make("metric.absent", 250), make("alert.resolved", 258),
    ]  # fmt: skip
    why = "its samples stopped before a recovery was recorded, and the alert stopped firing without one"
    assert resolved(*vanished).reason == why
    assert resolved(*vanished, make("alert.firing", 1200), make("alert.resolved", 1300)).reason == why
    # It fired again inside the incident, and recovered: the last end is the one that is known.
    again = [
        make("metric.present", 600),
        make("alert.firing", 610),
        make("metric.crossed_below", 700),
        make("alert.resolved", 705),
    ]
    assert resolved(*vanished, *again).min_s == 525
    undefined = [f.replace(kind="metric.undefined") if f.kind == "metric.absent" else f for f in vanished]
    assert "NaN" in (resolved(*undefined).reason or "")
    # What recovered first has an end, whatever its samples did afterwards.
    assert resolved(*vanished, make("metric.crossed_below", 240)).min_s == 78


def test_without_data_nobody_knows_when_the_firing_ended() -> None:
    blind = [make("alert.firing", 180), make("alert.no_data", 300)]
    reason = "the alert had no data before an end of its firing was recorded"
    for after in (
        [],
        [make("alert.data_returned", 400)],
        [make("alert.resolved", 400)],
        [make("alert.pending", 400)],
    ):
        assert chain(INCIDENT, [*blind, *after])["resolved"] == reason
    again, end = make("alert.firing", 500), make("alert.resolved", 600)
    assert chain(INCIDENT, [*blind, again, end])["resolved"] == end
    assert chain(INCIDENT, [blind[0], end, make("alert.no_data", 700)])["resolved"] == end


def test_the_first_acknowledgement_counts_as_it_was_though_it_was_given_back() -> None:
    life = [make("alert.firing", 180), make("alert.acknowledged", 210), make("alert.unacknowledged", 300), make("alert.acknowledged", 400)]  # fmt: skip
    found = by_name(measures(INCIDENT, life, {}))["time to acknowledge"]
    assert (found.min_s, found.max_s, found.to) == (30, 30, life[1].id)


def test_a_deploy_that_waits_or_was_cancelled_changed_nothing() -> None:
    life = [
        make("deploy.waiting", 50, thread="w"), make("metric.crossed_above", 110), make("alert.firing", 180),
        make("deploy.cancelled", 190, thread="w"), make("deploy.waiting", 200, thread="d"), make("deploy.started", 300, thread="d"),
    ]  # fmt: skip
    points = chain(INCIDENT, life)
    assert points["last change before"] == "no change was recorded before the breach started"
    assert points["first change"] == life[-1]


def test_an_end_that_nobody_recorded_is_not_the_next_ones() -> None:
    lost = "no end of a firing was recorded before the alert began anew"
    later = [make("alert.firing", 1200), make("alert.resolved", 1300)]
    assert resolved(make("alert.firing", 180), *later).reason == lost
    assert (
        resolved(
            make("alert.firing", 180), make("alert.pending", 400), make("alert.pending_ended", 450)
        ).reason
        == lost
    )
    inside = [
        make("alert.firing", 180),
        make("alert.pending", 400),
        make("alert.firing", 420),
        make("alert.resolved", 500),
    ]
    assert resolved(*inside).min_s == 320
    back = [
        make("alert.firing", 180),
        make("alert.pending", 300, early=9),
        make("alert.resolved", 300, early=9),
    ]
    assert resolved(*back).max_s == (120 * NS) / NS


def test_an_alert_that_went_on_with_other_labels_has_no_end_in_these() -> None:
    labels = {"alertname": "A", "severity": "page"}
    other = make("alert.pending", 258, thread=facts.alert_thread("p", "A", labels), early=9, labels=labels)
    found = [make("alert.firing", 180), make("alert.resolved", 258, early=9), other]
    assert resolved(*found).reason == (
        "where it stopped firing, the alert of that name began with other labels (`severity=page`)"
    )
    elsewhere = other.replace(earliest=200 * NS, latest=201 * NS)
    assert resolved(*found[:2], elsewhere).max_s == 78


def test_clocks_that_differ_widen_and_a_range_may_start_below_zero() -> None:
    message = make("chat.message", 181, thread=None, actor="responder-1", clock="chat")
    found = by_name(measures(INCIDENT, [make("alert.firing", 180), message], {"c": NS, "chat": 2 * NS}))
    assert (found["time to first response"].min_s, found["time to first response"].max_s) == (-2, 4)


def test_messages_count_in_the_incidents_channels_only() -> None:
    elsewhere = make("chat.message", 185, thread=None, actor="responder-2", labels={"channel": "#random"})
    here = make("chat.message", 195, thread=None, actor="responder-2", labels={"channel": "#ops"})
    narrow = INCIDENT.replace(channels=("ops",))
    found = by_name(measures(narrow, [make("alert.firing", 180), elsewhere, here], {}))
    assert found["time to first response"].to == here.id


def test_an_end_of_an_older_change_is_not_the_first_change() -> None:
    older = [make("deploy.started", 170, thread="old"), make("deploy.finished", 190, thread="old")]
    found = by_name(measures(INCIDENT, [*older, *whole()], {}))
    assert found["time to first change"].min_s == 120


def test_a_series_born_in_breach_is_the_first_crossing_and_absence_is_no_recovery() -> None:
    life = [make("metric.present", 110), make("alert.firing", 180), make("metric.absent", 300)]
    found = by_name(measures(INCIDENT, life, {}))
    assert found["time to detect"].min_s == 70
    assert "samples stopped" in (found["time in breach"].reason or "")
