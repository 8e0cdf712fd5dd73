"""Several collections of one source: what is gone, what is kept, and what nobody ever read."""

from __future__ import annotations

from tests.timeline.test_assemble import WINDOW, at, built, reading
from timeline.assemble import Reading
from timeline.model import Fact, Window, gap


def test_a_record_is_not_gone_where_another_collector_of_its_source_was_read_again() -> None:
    def of(collector: str, number: int, *records: Fact, **more: object) -> Reading:
        return Reading(number, "prod", collector, WINDOW, 0, records, **more)  # type: ignore[arg-type]

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


def test_a_narrower_collection_does_not_fill_what_it_did_not_read() -> None:
    first = reading(at(1, 115), window=Window(start=110, end=120))
    timeline = built(first, reading(gap("s", "past_retention", 100, 150, "gone"), number=2))
    assert [(g.reason, g.start, g.end) for g in timeline.gaps] == [
        ("past_retention", 100, 110), ("not_refreshed", 110, 120), ("past_retention", 120, 150),
    ]  # fmt: skip
