"""The course of an incident: how long, how bad, what was tried between which values, who joined, the longest pause."""

from __future__ import annotations

from typing import Any

import pytest

from tests.timeline.measures.test_durations import LIFE, make
from timeline import facts, terms
from timeline.canonical import canonical, sha256
from timeline.instant import MINUTE, NS, Bounds
from timeline.kinds import Kind
from timeline.measures.chain import chain
from timeline.model import (
    Fact,
    Gap,
    Incident,
    Panel,
    Quantity,
    Series,
    Subject,
    Threshold,
    Timeline,
    Window,
    gap,
)
from timeline.response.course import Course
from timeline.response.extent import ALERT, BREACH, CLAIMED, CUSTOMERS, RECORDED
from timeline.response.people import longest_pause, pauses
from timeline.response.samples import Samples, after, before, peak
from timeline.response.tried import changes, tried

PANEL = "p-0000000000000000"
INCIDENT = Incident(id="I", start=0, end=3_600 * NS, roles={"incident commander": "responder-2"})


def step(seconds: int, value: float | str) -> list[Any]:
    return [seconds, str(value)]


def drawn(
    high: list[Any], low: list[Any] | None = None, limit: float = 5.0, op: str = ">"
) -> tuple[Panel, dict[str, bytes]]:
    data = canonical({"r": [{"values": high}, {"values": low or high}]})
    series = Series(labels={}, payload=sha256(data), high="/r/0/values", low="/r/1/values")
    panel = Panel(
        id=PANEL, source="p", title="errors", unit="%", query="q", series=(series,), shown=1, of=1,
        thresholds=(Threshold(name="errors", op=op, value=limit),),
    )  # fmt: skip
    return panel, {sha256(data): data}


def crossing(kind: Kind, at: int, *, impact: bool = False, op: str = ">", **more: Any) -> Fact:
    made = facts.fact(
        kind, origin="p", key=[kind, at], at=Bounds(at * NS, at * NS), time_means="t", clock="c", source="p",
        names={"name": "errors", "value": 6, "threshold": 5, "op": op, "unit": "%"}, evidence=(), subject=Subject(labels={}),
        thread=LIFE, quantity=Quantity(value=6, unit="%", threshold=5, op=op), panel=PANEL, **more,
    )  # fmt: skip
    return made.replace(category="impact") if impact else made


def changed(kind: Kind, at: int, name: str, **labels: str) -> Fact:
    names: dict[str, Any] = {
        "tag": name,
        "deploy": name,
        "change": name,
        "flag": name,
        "by": labels.pop("by", None),
    }
    return facts.fact(
        kind, origin="g", key=[kind, at, name], at=Bounds(at * NS, at * NS + NS - 1), time_means="t", clock="g", source="g",
        names=names, evidence=(), subject=Subject(labels=labels), thread=f"t-{name}",
    )  # fmt: skip


def timeline(
    *held: Fact, panel: Panel | None = None, incident: Incident = INCIDENT, gaps: tuple[Gap, ...] = ()
) -> Timeline:
    return Timeline(
        incident=incident, window=Window(start=0, end=7_200 * NS), facts=held, gaps=gaps, measures=(),
        panels=(panel,) if panel else (),
    )  # fmt: skip


def course(made: Timeline, payloads: dict[str, bytes] | None = None) -> Course:
    read = (payloads or {}).__getitem__
    return Course(made, chain(made.incident, made.facts), {}, Samples(made, read))


# --- samples -------------------------------------------------------------------------------------

HIGH = [step(60 * n, v) for n, v in enumerate(["1", "1", "9", "12", "11", "3", "NaN", "2"], 1)]
LOW = [step(60 * n, v) for n, v in enumerate(["0", "1", "4", "10", "9", "1", "NaN", "1"], 1)]


def test_a_peak_is_the_value_furthest_in_breach_inside_the_span() -> None:
    panel, payloads = drawn(HIGH, LOW)
    fact = crossing("metric.crossed_above", 150)
    watched = Samples(timeline(fact, panel=panel), payloads.__getitem__).of(fact)
    assert watched is not None
    whole, early = peak(watched, None, None), peak(watched, 0, 150 * NS)
    assert whole is not None
    assert early is not None
    assert (whole.value, whole.step.start, whole.step.end) == (12, 180 * NS, 240 * NS)
    assert early.value == 9
    assert peak(watched, 370 * NS, 420 * NS) is None, "NaN is no peak"
    assert peak(None, 0, 1) is None


def test_of_what_falls_the_lowest_value_is_the_peak() -> None:
    panel, payloads = drawn(HIGH, LOW, op="<")
    fact = crossing("metric.crossed_below", 150, op="<")
    watched = Samples(timeline(fact, panel=panel), payloads.__getitem__).of(fact)
    worst = peak(watched, None, None)
    assert worst is not None
    assert (worst.value, worst.step.end) == (0, 60 * NS)


def test_before_and_after_are_steps_that_hold_no_instant_of_the_change() -> None:
    panel, payloads = drawn(HIGH, LOW)
    fact = crossing("metric.crossed_above", 150)
    watched = Samples(timeline(fact, panel=panel), payloads.__getitem__).of(fact)
    assert watched is not None
    earlier, later = before(watched, 200 * NS), after(watched, 200 * NS)
    assert earlier is not None
    assert later is not None
    assert (earlier.end, later.start) == (180 * NS, 240 * NS)
    assert before(watched, 59 * NS) is None
    assert after(watched, 481 * NS) is None
    assert before(watched, 430 * NS) is None, "no number was there to be read"


@pytest.mark.parametrize("broken", ["absent", "shape", "json"])
def test_what_cannot_be_read_is_lacking_and_ends_nothing(broken: str) -> None:
    panel, payloads = drawn(HIGH)
    fact = crossing("metric.crossed_above", 150)
    digest = next(iter(payloads))
    held = {"absent": {}, "shape": {digest: b'{"r": 1}'}, "json": {digest: b"{"}}[broken]
    samples = Samples(timeline(fact, panel=panel), held.__getitem__)
    assert samples.of(fact) is None
    assert samples.lacking


def test_a_clock_that_is_off_moves_the_samples_as_it_moved_the_facts() -> None:
    panel, payloads = drawn(HIGH)
    fact = crossing("metric.crossed_above", 150)
    watched = Samples(timeline(fact, panel=panel), payloads.__getitem__, {"p": 30.0}).of(fact)
    assert watched is not None
    assert watched.steps[0].end == 30 * NS


# --- changes -------------------------------------------------------------------------------------


def test_a_roll_back_and_the_deploy_that_made_it_are_one_and_merges_stand_where_nothing_else_does() -> None:
    deploy, third = changed("deploy.finished", 100, "v2"), changed("deploy.finished", 900, "v3")
    back = changed("deploy.rolled_back", 900, "v2", by="v3")
    merge = changed("change.merged", 50, "#1", commit="abc")
    tag = changed("change.tagged", 60, "#1", commit="abc")
    assert changes([merge, deploy, back, third], 0, 2000 * NS) == [(deploy, ()), (back, (third,))]
    assert changes([merge, tag], 0, 2000 * NS) == [(merge, (tag,))]
    assert changes([merge, deploy], 2000 * NS, 3000 * NS) == []
    begun = changed("deploy.started", 90, "v2")
    assert changes([begun, deploy], 0, 2000 * NS) == [(deploy, ())]
    assert changes([begun], 0, 2000 * NS) == [(begun, ())]


def test_a_metric_is_read_before_a_change_and_five_minutes_later_or_before_the_next() -> None:
    panel, payloads = drawn([step(60 * n, n) for n in range(1, 40)])
    fact = crossing("metric.crossed_above", 150)
    watched = Samples(timeline(fact, panel=panel), payloads.__getitem__).of(fact)
    assert watched is not None
    first, second = changed("deploy.finished", 600, "v2"), changed("change.flag", 780, "f")
    far = changed("change.config", 2_300, "c")
    found = tried(changes([first, second, far], 0, 7_200 * NS), [watched])
    spans = [[(s.low if s else None) for r in one.readings for s in (r.before, r.after)] for one in found]
    assert spans == [[10, 13], [13, 20], [38, None]]


# --- how long ------------------------------------------------------------------------------------


def test_how_long_is_told_by_the_best_that_was_recorded() -> None:
    fired, ended = make("alert.firing", 200), make("alert.resolved", 900)
    met, cleared = crossing("metric.crossed_above", 150), crossing("metric.crossed_below", 800)
    seen = crossing("metric.crossed_above", 160, impact=True)
    unseen = crossing("metric.crossed_below", 700, impact=True)
    chat = make("chat.message", 300, thread=None, actor="responder-1")
    bare = INCIDENT.replace(start=None, end=None)
    cases = [
        (CUSTOMERS, (fired, ended, seen, unseen), INCIDENT), (BREACH, (fired, ended, met, cleared), INCIDENT),
        (ALERT, (fired, ended), INCIDENT), (CLAIMED, (chat,), INCIDENT), (RECORDED, (chat,), bare),
        (BREACH, (met, cleared, chat), INCIDENT), (CUSTOMERS, (seen, unseen), bare),
    ]  # fmt: skip
    for what, held, incident in cases:
        told = course(timeline(*held, incident=incident)).extent
        assert told is not None
        assert told.what == what
    assert course(timeline(incident=bare)).extent is None


def test_an_open_incident_has_a_start_and_says_why_it_has_no_end() -> None:
    told = course(timeline(make("alert.firing", 200), crossing("metric.crossed_above", 150))).extent
    assert told is not None
    assert told.last is None
    assert told.end == "no end of the breach was recorded in the window"
    assert told.shortest is None


def test_the_last_change_before_the_end_is_no_later_than_the_end() -> None:
    panel, payloads = drawn(HIGH)
    fired, met = make("alert.firing", 200), crossing("metric.crossed_above", 150)
    cleared = crossing("metric.crossed_below", 800)
    early, late = changed("deploy.finished", 600, "v2"), changed("deploy.finished", 900, "v3")
    made = course(timeline(fired, met, cleared, early, late, panel=panel), payloads)
    assert made.last_before_end is not None
    assert made.last_before_end.change == early
    assert [one.change for one in made.tried] == [early, late]
    assert [one.name for one in made.watched] == ["errors"]
    assert made.peaks[0].value == 12
    assert course(timeline(fired, met, early)).last_before_end is None, "no end is known"


def test_leadup_is_the_last_changes_before_the_start() -> None:
    incident = INCIDENT.replace(start=3_000 * NS, end=None)
    held = [changed("deploy.finished", at, f"v{at}") for at in (100, 200, 300, 400, 3_100)]
    made = course(timeline(*held, incident=incident))
    assert [fact.names["deploy"] for fact in made.leadup] == ["v200", "v300", "v400"]


# --- people --------------------------------------------------------------------------------------


def test_who_joined_is_told_in_order_with_roles_and_no_bot_did() -> None:
    made = course(timeline(
        make("chat.message", 300, thread=None, actor="responder-1"), make("chat.message", 200, thread=None, actor="responder-2"),
        make("chat.message", 250, thread=None, actor="bot-1"), make("chat.message", 400, thread=None, actor="responder-1"),
        make("chat.message", 3_700, thread=None, actor="responder-3"),
    ))  # fmt: skip
    assert [(one.who, one.roles, one.records) for one in made.joined] == [
        ("responder-2", ("incident commander",), 1), ("responder-1", (), 2),
    ]  # fmt: skip


def test_decisions_are_messages_that_people_marked() -> None:
    pinned = make("chat.message", 300, thread=None, actor="responder-1", labels={"pinned": "true"})
    loved = make("chat.message", 400, thread=None, actor="responder-1", labels={"reactions": "2"})
    plain = make("chat.message", 500, thread=None, actor="responder-1")
    bot = make("chat.message", 600, thread=None, actor="bot-1", labels={"pinned": "true"})
    assert course(timeline(pinned, loved, plain, bot)).decisions == (pinned, loved)


def test_the_longest_pause_is_certainly_without_a_record_and_names_gaps_in_it() -> None:
    held = [make("chat.message", at, thread=None, actor="responder-1") for at in (100, 200, 900, 1_000)]
    alert, bot = make("alert.firing", 500), make("chat.message", 550, thread=None, actor="bot-1")
    lost = gap("chat", "partial", 300 * NS, 400 * NS, "some are lacking")
    found = longest_pause(timeline(*held, alert, bot, gaps=(lost,)), 0, 1_100 * NS)
    assert found is not None
    assert (found.start, found.end, found.before, found.after) == (200 * NS, 900 * NS, held[1], held[2])
    assert found.gaps == (lost,)
    every = pauses(timeline(*held, alert, bot, gaps=(lost,)), 0, 1_100 * NS)
    assert [(p.start // NS, p.end // NS) for p in every] == [
        (200, 900),
        (0, 100),
        (100, 200),
        (900, 1000),
        (1000, 1100),
    ]
    wide = make("chat.message", 800, thread=None, actor="responder-1", early=500 * NS)
    shorter = longest_pause(timeline(*held, wide), 0, 1_100 * NS)
    assert shorter is not None
    assert shorter.end - shorter.start <= 100 * NS, "the record may lie anywhere in its bounds"
    silent = longest_pause(timeline(), 0, 10 * MINUTE)
    assert silent is not None
    assert (silent.start, silent.end, silent.before, silent.after) == (0, 10 * MINUTE, None, None)
    assert longest_pause(timeline(), 5, 5) is None


def test_points_of_no_alert_are_those_of_any_record() -> None:
    post = make("status.posted", 400, thread=None)
    made = course(timeline(crossing("metric.crossed_above", 150), post))
    assert made.points["first status post"] == post
    assert isinstance(made.points["firing"], str)
    assert isinstance(made.points[terms.MET], Fact)
