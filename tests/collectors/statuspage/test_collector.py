"""A status page, read: posts and components at the time of the post, times that people set, the last fifty, maintenances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.statuspage.collector import StatuspageCollector
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.statuspage import FakeStatuspage, printed
from tests.golden_files import Golden
from timeline.instant import MINUTE, NS, parse_instant
from timeline.model import Fact, Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
MS = NS // 1000
PAGE_ID = "kctbh9vrtdwd"


@pytest.fixture
def page() -> Iterator[FakeStatuspage]:
    with FakeStatuspage() as fake:
        yield fake


def read(page: FakeStatuspage, **options: Any) -> Run:
    found = check(StatuspageCollector, {"url": page.url, **options}, WINDOW, source="page")
    assert found.failure is None, found.failure
    return found


def in_order(found: Run) -> list[Fact]:
    return sorted(found.facts, key=lambda f: (f.latest, f.statement))


def test_updates_of_an_incident_are_posts_of_one_thread_and_of_the_page_s_own_origin(
    page: FakeStatuspage,
) -> None:
    page.incident((60.548, "investigating"), (300, "identified"), (900, "resolved"))
    page.incident((-7_200, "investigating"), (1_200, "resolved"))
    found = read(page)
    assert found.gaps == []
    facts = in_order(found)
    assert [f.statement for f in facts] == [
        "Status `investigating` was posted on `Acme`", "Status `identified` was posted on `Acme`",
        "Status `resolved` was posted on `Acme`", "Status `resolved` was posted on `Acme`",
    ]  # fmt: skip
    first = facts[0]
    assert (first.earliest, first.latest) == (START + 60_548 * MS, START + 60_549 * MS - 1)
    assert (first.clock, first.time_means) == (PAGE_ID, "created_at")
    assert first.quote is not None
    assert (first.quote.text, first.quote.edited_at) == ("We are investigating.", None)
    assert first.evidence[0].link == "https://stspg.io/i00000000000"
    assert [len({f.thread for f in facts[:3]}), facts[3].thread == first.thread] == [1, False]
    # Under a name of ours nothing but the origin differs; without one it is the page's, whatever the source is called.
    again = check(StatuspageCollector, {"url": page.url}, WINDOW, source="another").facts
    assert {f.id for f in again} == {f.id for f in facts}
    assert {f.id for f in read(page, origin="acme").facts}.isdisjoint(f.id for f in facts)


def test_a_component_is_posted_where_an_update_changes_its_status(page: FakeStatuspage) -> None:
    made = page.incident((60, "investigating"))
    made["incident_updates"][0]["affected_components"] = [
        {"code": "c1", "name": "Checkout", "old_status": "operational", "new_status": "major_outage"},
        {"code": "c2", "name": "Search", "old_status": "operational", "new_status": "operational"},
    ]
    assert [f.statement for f in in_order(read(page))] == [
        "Status `investigating` was posted on `Acme`", "Status `major_outage` was posted on `Checkout`",
    ]  # fmt: skip


def test_the_time_that_people_set_is_a_record_of_its_own_and_moves_no_post(page: FakeStatuspage) -> None:
    made = page.incident((600, "investigating"), (601.2, "resolved"), backfilled=True)
    later, first = made["incident_updates"]
    first["display_at"] = printed(60)
    later["display_at"] = printed(601.9)  # the same second: nobody set it
    facts = in_order(read(page))
    assert [(f.kind, f.statement, f.time_means) for f in facts] == [
        ("custom", "`The time that Acme shows for investigating, written later` was recorded by `Statuspage`", "display_at, set by hand"),
        ("status.posted", "Status `investigating` was posted on `Acme`", "created_at"),
        ("status.posted", "Status `resolved` was posted on `Acme`", "created_at"),
    ]  # fmt: skip
    assert (facts[0].earliest, facts[0].latest) == (START + MINUTE, START + 2 * MINUTE - 1)
    assert facts[0].thread == facts[1].thread
    made["backfilled"] = False
    first["display_at"] = printed(61.5)
    (told, *_) = in_order(read(page))
    assert (told.names["label"], told.latest) == (
        "The time that Acme shows for investigating",
        START + 61_501 * MS - 1,
    )


def test_a_text_that_was_edited_says_so(page: FakeStatuspage) -> None:
    made = page.incident((60, "investigating"))
    made["incident_updates"][0]["updated_at"] = printed(7_200)
    (fact,) = read(page).facts
    assert fact.quote is not None
    assert fact.quote.edited_at == START + 7_200_001 * MS - 1


def test_what_a_page_lists_no_more_is_a_gap(page: FakeStatuspage) -> None:
    for number in range(50):
        page.incident((1_800 + 10 * number, "resolved"))
    (gap,) = read(page).gaps
    assert (gap.reason, gap.start, gap.end, gap.missing) == (
        "truncated", START, START + 1_800_001 * MS - 1, "incidents",
    )  # fmt: skip
    assert gap.statement.startswith(
        "Acme lists its last 50 incidents alone: others from before 2026-11-21T14:30:00"
    )
    page.incidents[7]["created_at"] = "soon"  # whatever one of them says
    assert len(read(page).gaps) == 1
    page.incidents.pop()
    assert read(page).gaps == []
    page.incident((-60, "resolved"))  # it lists more than the window has
    assert read(page).gaps == []


def test_maintenances_are_read_as_well_and_may_be_left_out_or_refused(
    page: FakeStatuspage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.incident((60, "investigating"))
    page.incident((120, "in_progress"), (180, "completed"), rows=page.maintenances)
    assert [f.names["status"] for f in in_order(read(page))] == ["investigating", "in_progress", "completed"]
    assert len(read(page, maintenances=False).facts) == 1
    alone = page.routes()[:2]
    monkeypatch.setattr(page, "routes", lambda: alone)
    (gap,) = read(page).gaps
    assert (gap.missing, gap.statement.startswith("Scheduled maintenances were not read: ")) == (
        "maintenances",
        True,
    )


def test_an_update_that_cannot_be_read_is_counted_and_the_others_are_told(page: FakeStatuspage) -> None:
    made = page.incident((60, "investigating"), (120, "identified"))
    made["incident_updates"][0]["created_at"] = "soon"
    page.incident((180, "resolved"))["incident_updates"] = None
    (gap,) = (found := read(page)).gaps
    assert (gap.reason, gap.missing, len(found.facts)) == ("undecodable", "2 updates", 1)


def test_doctor_shows_which_page_it_is_and_since_when_it_lists(page: FakeStatuspage) -> None:
    page.incident((60, "investigating"))
    lines = probe(StatuspageCollector, {"url": page.url}, {})
    assert list(lines) == ["reachable", "authorised", "clock", "retention"]
    assert lines["authorised"].detail == "the page is Acme"
    assert lines["retention"].detail.startswith("1 incidents, since 2026-11-21T14:01:00")


#: Say nothing where they are absent.
_OPTIONAL = (
    "affected_components", "shortlink", "display_at", "updated_at", "body", "backfilled", "old_status", "new_status",
)  # fmt: skip


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeStatuspage() as page:
        for number in range(12):
            made = page.incident((60 * number, "investigating"), (60 * number + 30, "resolved"))
            made["incident_updates"][0]["affected_components"] = [
                {"code": "c1", "name": "Checkout", "old_status": "major_outage", "new_status": "operational"}
            ]
        page.incident((120, "in_progress"), rows=page.maintenances)
        with FaultServer(page.url) as server:
            outcomes = check_faults(StatuspageCollector, {}, server, WINDOW, optional=_OPTIONAL)
        assert clock_cases.hold(StatuspageCollector, {}, page.url, WINDOW) >= 30
    keep(golden, "statuspage", outcomes)
