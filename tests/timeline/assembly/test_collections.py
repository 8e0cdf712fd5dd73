"""Several collections of one source: what is gone, what is kept, and what nobody ever read."""

from __future__ import annotations

from tests.timeline.assembly.test_assemble import WINDOW, at, built, reading
from timeline.assembly.assemble import Build, assemble
from timeline.assembly.reading import SourceReading
from timeline.model import Evidence, Fact, Gap, Incident, Person, Window, gap


def test_a_record_is_not_gone_where_another_collector_of_its_source_was_read_again() -> None:
    def of(collector: str, number: int, *records: Fact, **more: object) -> SourceReading:
        return SourceReading(number, "prod", collector, WINDOW, 0, records, **more)  # type: ignore[arg-type]

    alert, crossing = at(1, 150, source="prod"), at(2, 160, source="prod")
    timeline = built(
        of("alerts", 1, alert), of("metrics", 1, crossing),
        of("alerts", 2, failure=("timed_out", "slow")), of("metrics", 2, crossing),
    )  # fmt: skip
    assert {f.id: f.last_seen for f in timeline.facts} == {alert.id: None, crossing.id: None}


def test_what_no_collection_ever_reached_is_not_said_to_be_kept() -> None:
    first = reading(gap("s", "past_retention", 100, 130, "oldest sample is at 130"), at(1, 140))
    later = reading(gap("s", "past_retention", 100, 150, "oldest sample is at 150"), number=2)
    found = [(g.reason, g.start, g.end) for g in built(first, later).gaps]
    assert found == [("past_retention", 100, 130), ("not_refreshed", 130, 150)]
    again = reading(gap("s", "past_retention", 100, 150, "oldest sample is at 150"), number=3)
    assert [(g.reason, g.start, g.end) for g in built(first, later, again).gaps] == found


def test_a_source_that_had_more_before_did_record_it() -> None:
    young = gap("s", "never_recorded", 100, 150, "it began at 150")
    first = reading(gap("s", "never_recorded", 100, 130, "it began at 130"), at(1, 140))
    found = [(g.reason, g.start, g.end) for g in built(first, reading(young, number=2)).gaps]
    assert found == [("past_retention", 100, 130), ("not_refreshed", 130, 150)]
    again = built(reading(young, number=1), reading(young, number=2)).gaps
    assert [(g.reason, g.start, g.end) for g in again] == [("never_recorded", 100, 150)]


def test_a_narrower_collection_does_not_fill_what_it_did_not_read() -> None:
    first = reading(at(1, 115), window=Window(start=110, end=120))
    timeline = built(first, reading(gap("s", "past_retention", 100, 150, "gone"), number=2))
    assert [(g.reason, g.start, g.end) for g in timeline.gaps] == [
        ("past_retention", 100, 110), ("not_refreshed", 110, 120), ("past_retention", 120, 150),
    ]  # fmt: skip


def test_a_life_goes_on_where_somebody_only_did_something_about_it() -> None:
    fired = at(1, 10, kind="alert.firing", thread="t")
    notified = at(2, 20, kind="alert.notified", thread="t")
    resolved = at(3, 250, kind="alert.resolved", thread="t")
    assert {f.id for f in built(reading(fired, notified, resolved)).facts} == {
        fired.id,
        notified.id,
        resolved.id,
    }


def test_gaps_that_say_the_same_are_one_with_the_evidence_of_both() -> None:
    def lost(payload: str) -> Gap:
        return gap(
            "s",
            "undecodable",
            100,
            200,
            "a row has no time",
            evidence=(Evidence(source="s", payload=payload),),
        )

    [found] = built(reading(lost("b"), lost("a"))).gaps
    assert [entry.payload for entry in found.evidence] == ["a", "b"]
    assert built(reading(lost("a"), lost("b"))).gaps == (found,)


def test_one_person_may_hold_two_roles_and_a_name_that_two_have_is_nobodys() -> None:
    people = [
        Person(identity="git:ada@example.org", names=("Ada",)), Person(identity="slack:T:U1", names=("Ada",)),
        Person(identity="slack:T:U2", names=("Sam",)), Person(identity="slack:T:U3", names=("Sam",)),
    ]  # fmt: skip
    said = at(1, 150, kind="chat.message", actor="slack:T:U1")
    incident = Incident(id="INC-1", roles={"commander": "Ada", "communications": "Sam", "scribe": "Ada"})
    joined = {"git:ada@example.org": "git:ada@example.org", "slack:T:U1": "git:ada@example.org"}
    timeline = assemble(Build(incident, WINDOW, [reading(said, *people)], joined=joined)).timeline
    assert timeline.facts[0].actor == "commander"
    assert dict(timeline.incident.roles) == {
        "commander": "commander", "communications": "not identified", "scribe": "commander",
    }  # fmt: skip


def test_a_record_is_not_gone_where_its_source_could_not_be_read() -> None:
    lost, gone = at(1, 120), at(2, 160)
    cut = gap("s", "timed_out", 100, 150, "time_cap was used up")
    timeline = built(reading(lost, gone), reading(cut, number=2))
    assert {f.id: f.last_seen for f in timeline.facts} == {lost.id: None, gone.id: 1}


def test_a_source_that_never_gave_anything_and_is_none_any_more_is_no_gap() -> None:
    mistyped = reading(source="old", failure=("unreachable", "no such host"))
    assert [g.source for g in built(mistyped, reading(at(1, 150))).gaps] == ["old"]
    assert built(mistyped, reading(at(1, 150)), reading(at(1, 150), number=2)).gaps == ()


def test_a_failed_source_keeps_what_each_earlier_collection_reached() -> None:
    wide = reading(
        gap("s", "truncated", 40, 80, "cut"), at(1, 30), at(2, 120), window=Window(start=0, end=130)
    )
    narrow = reading(
        gap("s", "partial", 105, 110, "some"), at(3, 140), number=2, window=Window(start=60, end=150)
    )
    failed = reading(number=3, failure=("unreachable", "no such host"), window=Window(start=0, end=200))
    timeline = built(wide, narrow, failed, window=Window(start=0, end=200))
    assert len(timeline.facts) == 3
    assert [(g.reason, g.start, g.end, g.statement) for g in timeline.gaps] == [
        ("not_refreshed", 0, 60, "Kept from collection 1; not read again: no such host"),
        ("truncated", 40, 60, "cut"),
        ("not_refreshed", 60, 150, "Kept from collection 2; not read again: no such host"),
        ("partial", 105, 110, "some"),
        ("unreachable", 150, 200, "no such host"),
    ]


def test_what_no_collection_holds_lies_also_between_those_that_do() -> None:
    ends = [
        reading(at(n, s + 5), number=n, window=Window(start=s, end=s + 20)) for n, s in ((1, 100), (2, 180))
    ]
    failed = reading(number=3, failure=("timed_out", "slow"))
    assert [(g.reason, g.start, g.end) for g in built(*ends, failed).gaps] == [
        ("not_refreshed", 100, 120), ("timed_out", 120, 180), ("not_refreshed", 180, 200),
    ]  # fmt: skip
