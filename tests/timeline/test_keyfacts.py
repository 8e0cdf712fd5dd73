"""Key facts: ten to forty rows by fixed rules, whatever the order facts come in."""

import random

from tests.render.timeline_fixture import rich
from tests.timeline.test_measures import INCIDENT, make, whole
from timeline.flaps import ribbons
from timeline.keyfacts import FEW, LEAST, MOST, RULES, key_facts


def test_the_rich_timeline() -> None:
    timeline = rich().timeline
    key = key_facts(timeline.incident, timeline.facts)
    assert LEAST <= len(key.rows) <= MOST
    assert key.total == len(timeline.facts) > key.shown
    assert sum(key.rules().values()) == len(key.rows)
    assert key.collapsed == 16
    ends = {i for m in timeline.measures for i in (m.from_, m.to)} - {None}
    assert ends <= {row.fact.id for row in key.rows}, "every end point of a measure has a row"
    kinds = {row.fact.kind for row in key.rows}
    assert {"deploy.started", "deploy.rolled_back", "status.posted", "log.first_seen"} <= kinds
    marked = {f.id for f in timeline.facts if dict(f.subject.labels).get("pinned")}
    assert marked <= {row.fact.id for row in key.rows}


def test_the_order_facts_come_in_does_not_matter() -> None:
    timeline = rich().timeline
    mixed = list(timeline.facts)
    for seed in range(5):
        random.Random(seed).shuffle(mixed)
        assert key_facts(timeline.incident, mixed) == key_facts(timeline.incident, timeline.facts)


def test_many_merges_leave_room_for_the_rest() -> None:
    merges = [make("deploy.started", 101 + i, thread=f"d{i}") for i in range(200)]
    key = key_facts(INCIDENT, [*merges, *whole()])
    assert len(key.rows) == MOST
    assert key.rules()["end point of a measure"] == 9
    assert key.rules()["deploy"] == MOST - 9


def test_few_facts_are_all_shown() -> None:
    key = key_facts(INCIDENT, whole())
    assert key.shown == key.total == len(whole()) <= FEW
    assert list(key.rules()) == ["few enough to show all"]


def test_dull_facts_make_ten_rows() -> None:
    dull = [make("chat.message", 101 + i, thread=None, actor="responder-1") for i in range(60)]
    key = key_facts(INCIDENT, dull)
    assert len(key.rows) == LEAST
    assert [row.fact.id for row in key.rows] == [f.id for f in dull[:LEAST]]


def test_a_flap_is_one_ribbon_with_bounds_on_its_duty() -> None:
    flap = [
        f
        for i in range(4)
        for f in (
            make("alert.firing", 100 + 20 * i, early=10**9),
            make("alert.resolved", 110 + 20 * i, early=10**9),
        )
    ]
    (ribbon,) = ribbons(flap)
    assert (ribbon.times, ribbon.first, ribbon.last) == (4, flap[0], flap[-1])
    assert ribbon.low is not None
    assert ribbon.high is not None
    assert ribbon.low <= 40 / 70 <= ribbon.high
    assert not ribbons(flap[:4]), "two firings are no flap"


def test_rules_are_all_used_by_name() -> None:
    assert len(RULES) == len(set(RULES)) == 9
