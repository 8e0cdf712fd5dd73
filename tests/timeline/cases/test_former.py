"""What came back of earlier incidents: none later, the nearest first, and the same after it was written down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from timeline.cases.features import Features
from timeline.cases.former import CameBack, Known, came_back, decoded, encoded
from timeline.cases.recurrence import FEW, FREQUENT
from timeline.instant import DAY, HOUR

ALERTS = st.lists(st.sampled_from("ABCDE"), max_size=3, unique=True).map(tuple)
STARTS = st.one_of(st.none(), st.integers(0, 60).map(lambda days: days * DAY // 2))


def test_later_incidents_and_those_without_a_start_are_none_of_it() -> None:
    same = Features(alerts=("A",))
    others = [Known("INC-9", "", 5 * DAY + 1, same), Known("INC-0", "", None, same)]
    assert came_back(5 * DAY, same, others) == CameBack(20 * DAY, 0, 0)
    assert came_back(None, same, others) == CameBack(20 * DAY, 0, 0)


def test_it_tells_when_how_long_before_what_and_where_its_draft_is() -> None:
    others = [
        Known("INC-1", "Slow", 0, Features(alerts=("A",)), "../INC-1/postmortem.md"),
        Known("INC-2", "", 40 * DAY, Features(modes=("exhaustion",))),
    ]
    told = came_back(41 * DAY + HOUR, Features(alerts=("A",), modes=("Exhaustion",)), others)
    assert (told.earlier, told.near) == (2, 1)
    assert [(one.id, one.start, one.before, one.draft) for one in told.incidents] == [
        ("INC-2", "1970-02-10T00:00:00Z", DAY + HOUR, "")
    ]
    assert [(one.aspect, one.value, one.incidents) for one in told.incidents[0].same] == [
        ("mode", "Exhaustion", 2)
    ]
    (wider,) = came_back(41 * DAY, Features(alerts=("A",)), others, 50 * DAY).incidents
    assert (wider.id, wider.title, wider.draft) == ("INC-1", "Slow", "../INC-1/postmortem.md")


@given(st.lists(st.tuples(STARTS, ALERTS), max_size=12), STARTS, ALERTS)
def test_each_alert_leads_to_the_last_incident_before_that_had_it(
    others: list[tuple[int | None, tuple[str, ...]]], start: int | None, alerts: tuple[str, ...]
) -> None:
    known = [Known(f"INC-{n}", "", at, Features(alerts=own)) for n, (at, own) in enumerate(others)]
    told = came_back(start, Features(alerts=alerts), known)
    assert decoded(encoded(told)) == told
    before = [one for one in known if start is not None and one.start is not None and one.start <= start]
    wanted = set[tuple[str, str]]()
    for alert in alerts:
        having = [one for one in before if alert in one.features.alerts]
        frequent = len(before) + 1 >= FEW and len(having) + 1 > FREQUENT * (len(before) + 1)
        if start is not None and having and not frequent:
            last = max(having, key=lambda one: (one.start or 0, before.index(one)))
            if start - (last.start or 0) <= 20 * DAY:
                wanted.add((last.id, alert))
    assert {(one.id, same.value) for one in told.incidents for same in one.same} == wanted
    assert [one.before for one in told.incidents] == sorted(one.before for one in told.incidents)
