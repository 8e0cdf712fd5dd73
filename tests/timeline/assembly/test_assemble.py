"""Assembling readings: collections, gaps that stay, facts that belong, and no name left."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.strategies import facts, make
from timeline.assembly.assemble import Build, assemble
from timeline.assembly.reading import SourceReading
from timeline.document import dump, seal
from timeline.instant import NS
from timeline.model import Fact, Gap, Impact, Incident, Person, Timeline, Window, gap

WINDOW = Window(start=100, end=200)


def reading(
    *records: Fact | Gap | Person | Impact,
    number: int = 1,
    source: str = "s",
    window: Window = WINDOW,
    **more: Any,
) -> SourceReading:
    return SourceReading(number, source, "c", window, 0, records, **more)


def built(*readings: SourceReading, incident: Incident | None = None, window: Window = WINDOW) -> Timeline:
    return assemble(Build(incident or Incident(id="INC-1"), window, readings)).timeline


def at(key: object, instant: int, **more: Any) -> Fact:
    return make(key, earliest=instant, latest=instant, **more)


@given(st.lists(facts(), max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_sources_and_records_changes_no_byte(items: list[Fact], rng: random.Random) -> None:
    window = Window(start=0, end=10**13)
    readings = [
        reading(*items[:5], source="a", window=window),
        reading(*items[5:], source="b", window=window),
    ]
    shuffled = [
        SourceReading(
            r.collection,
            r.source,
            r.collector,
            r.window,
            r.clock_error,
            rng.sample(list(r.records), len(r.records)),
        )
        for r in reversed(readings)
    ]
    assert dump(built(*readings, window=window)) == dump(built(*shuffled, window=window))


def test_a_fact_belongs_when_its_interval_meets_the_window_or_its_thread_was_alive() -> None:
    inside, before, after = at(1, 150, thread="t1"), at(2, 50, thread="t1"), at(3, 250)
    open_life = at(4, 10, kind="alert.firing", thread="t2")
    ended = [at(5, 10, kind="alert.firing", thread="t3"), at(6, 20, kind="alert.resolved", thread="t3")]
    edge = make(7, earliest=90, latest=100)
    found = {f.id for f in built(reading(inside, before, after, open_life, edge, *ended)).facts}
    assert found == {inside.id, before.id, open_life.id, edge.id}


def test_a_silence_belongs_when_it_held_in_the_window_whatever_the_alert_did() -> None:
    def silence(number: int, begin: int, *end: int) -> list[Fact]:
        ends = [at(number + 1, when, kind="alert.unsilenced", thread=f"s{number}") for when in end]
        return [at(number, begin, kind="alert.silenced", thread=f"s{number}"), *ends]

    still, over = silence(10, 10), silence(20, 10, 250)
    past, later = silence(30, 10, 50), silence(40, 250)
    mark = at(50, 10, kind="alert.silenced", thread="a")  # of an alert whose life ended before the window
    gone = [at(51, 5, kind="alert.firing", thread="a"), mark, at(52, 20, kind="alert.resolved", thread="a")]
    facts = built(reading(*still, *over, *past, *later, *gone)).facts
    assert {f.id for f in facts} == {f.id for f in (*still, *over)}


def test_the_window_is_half_open() -> None:
    first, last = at(1, 100), at(2, 200)
    assert [f.id for f in built(reading(first, last)).facts] == [first.id]


def test_a_source_that_fails_now_keeps_its_earlier_collection() -> None:
    kept = at(1, 150)
    timeline = built(reading(kept), reading(number=2, failure=("unreachable", "host is down")))
    assert [f.id for f in timeline.facts] == [kept.id]
    assert timeline.facts[0].last_seen is None
    assert [(g.reason, g.start, g.end) for g in timeline.gaps] == [("not_refreshed", 100, 200)]
    assert "host is down" in timeline.gaps[0].statement


def test_a_window_that_grew_past_a_kept_collection_is_a_gap_of_its_own() -> None:
    wide = Window(start=50, end=300)
    timeline = built(
        reading(at(1, 150)), reading(number=2, window=wide, failure=("timed_out", "slow")), window=wide
    )
    assert [(g.reason, g.start, g.end) for g in timeline.gaps] == [
        ("timed_out", 50, 100), ("not_refreshed", 100, 200), ("timed_out", 200, 300),
    ]  # fmt: skip


def test_a_record_that_is_gone_stays_and_is_marked() -> None:
    gone, stays = at(1, 150), at(2, 160)
    timeline = built(reading(gone, stays), reading(stays, number=2))
    assert {f.id: f.last_seen for f in timeline.facts} == {gone.id: 1, stays.id: None}
    assert timeline.gaps == ()


def test_a_source_that_no_longer_reaches_back_is_not_refreshed() -> None:
    lost = gap("s", "past_retention", 100, 150, "oldest sample is at 150")
    timeline = built(reading(at(1, 120)), reading(at(2, 160), lost, number=2))
    assert len(timeline.facts) == 2
    assert [(g.reason, g.start, g.end) for g in timeline.gaps] == [("not_refreshed", 100, 150)]


def test_a_gap_that_a_later_collection_filled_is_gone() -> None:
    early = reading(gap("s", "truncated", 100, 120, "cut"))
    assert built(early, reading(at(1, 110), number=2)).gaps == ()


def test_no_name_is_left_and_roles_become_pseudonyms() -> None:
    person = Person(identity="slack:T:U1", names=("Alice Example",))
    said = at(1, 150, kind="chat.message", actor="slack:T:U1")
    incident = Incident(
        id="INC-1",
        title="Outage that Alice Example saw",
        roles={"commander": "Alice Example", "scribe": "Nobody"},
    )
    timeline = built(reading(said, person), incident=incident)
    data = dump(timeline)
    assert b"Alice" not in data
    assert b"slack:T" not in data
    assert timeline.facts[0].actor == "commander"
    assert dict(timeline.incident.roles) == {"commander": "commander", "scribe": "not identified"}


def number(value: float, **more: Any) -> Impact:
    return Impact(
        id="i-1", source="s", name="failed requests", unit="requests", query="q", take="integral", span="window",
        start=100, end=200, value=value, read_s=1, missing_s=0, **more,
    )  # fmt: skip


def test_impact_is_of_the_newest_collection_that_the_source_gave() -> None:
    first, second = reading(number(1.5)), reading(number(2.5), number=2)
    assert [i.value for i in built(first, second).impact] == [2.5]
    gone = reading(number=2, failure=("unreachable", "down"))
    assert [i.value for i in built(first, gone).impact] == [1.5]
    assert built(reading()).impact == ()


def test_what_thresholds_and_alerts_say_is_in_the_document_and_its_digest() -> None:
    alone = at(1, 150, kind="alert.firing", thread="t")
    timeline = built(reading(alone, at(2, 160, kind="metric.absent", thread="m")))
    assert [(r.name, r.from_) for r in timeline.reconciliation] == [("alert with no breach", alone.id)]
    # Where no metric was read, that an alert has no breach says nothing.
    assert built(reading(alone)).reconciliation == ()
    other = timeline.replace(reconciliation=())
    assert seal(other).document.digest != timeline.digest == seal(timeline).document.digest


def test_each_clock_has_the_largest_error_of_the_sources_that_read_it() -> None:
    one = SourceReading(1, "a", "c", WINDOW, 5, [at(1, 150)])
    two = SourceReading(1, "b", "c", WINDOW, 9, [at(2, 150), at(3, 150, clock="git")])
    assert built(one, two).provenance["clocks"] == {"git": 9, "prometheus": 9}


def test_a_clock_that_is_known_to_be_off_is_corrected_where_facts_are_put_together() -> None:
    ahead = 30
    shown = [at(1, 150 + ahead, thread="t"), make(2, earliest=None, latest=100 + ahead), at(3, 205 + ahead)]
    lost = gap("s", "partial", 160 + ahead, 170 + ahead, "lost")
    window = Window(start=100 + ahead, end=200 + ahead)
    timeline = built(
        reading(*shown, lost, window=window, clock_offset=ahead), reading(at(4, 150), source="o")
    )
    assert sorted((f.earliest or 0, f.latest) for f in timeline.facts) == [(0, 100), (150, 150), (150, 150)]
    assert [(g.start, g.end, g.statement) for g in timeline.gaps] == [(160, 170, "lost")]
    assert timeline.provenance["clock_offsets"] == {"s": ahead / NS}


def test_the_offset_that_is_configured_now_holds_for_earlier_collections_too() -> None:
    first = reading(at(1, 150, thread="t"))
    again = reading(at(1, 150, thread="t"), number=2, window=Window(start=130, end=230), clock_offset=30)
    timeline = built(first, again)
    assert [(f.latest, f.variants) for f in timeline.facts] == [(120, ())]
    assert not timeline.gaps
