"""Key facts: ten to forty rows by fixed rules, whatever the order facts come in."""

import random

from tests.render.timeline_fixture import rich
from tests.timeline.measures.test_durations import INCIDENT, make, whole
from timeline import facts
from timeline.alerts.flaps import ribbons
from timeline.instant import NS, Bounds
from timeline.measures.keyfacts import FEW, LEAST, MOST, RULES, key_facts
from timeline.model import Fact


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
    assert [row.fact.id for row in key.rows] == [f.id for f in (*dull[: LEAST - 1], dull[-1])]


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


def deployed(tag: str, at: int, source: str = "p", **names: str) -> list[Fact]:
    """A tag, and the deploy that it is."""
    return [
        facts.fact(
            kind, origin=source, key=[kind, tag, at], at=Bounds(at * NS, at * NS + NS - 1), time_means="tag date", clock="git",
            source=source, names={"tag": tag, "deploy": names.get("deploy", tag), "revision": "4f2a9c1"}, evidence=(),
        )
        for kind in ("change.tagged", "deploy.finished")
    ]  # fmt: skip


def test_a_tag_that_is_a_deploy_has_one_row() -> None:
    both = deployed("v1", 150)
    key = key_facts(INCIDENT, [*whole(), *both])
    rows = {row.fact.id: row for row in key.rows}
    assert both[0].id not in rows
    assert rows[both[1].id].tag == both[0]
    assert key.tags == 1
    assert key.shown + key.tags == key.total


def test_a_tag_of_another_name_source_or_instant_has_its_own_row() -> None:
    apart = [deployed("v1", 150, deploy="v2"), [deployed("v3", 160)[0], deployed("v3", 161)[1]],
             [deployed("v4", 170)[0], deployed("v4", 170, source="q")[1]]]  # fmt: skip
    every = [fact for pair in apart for fact in pair]
    key = key_facts(INCIDENT, [*whole(), *every])
    assert {f.id for f in every} <= {row.fact.id for row in key.rows}
    assert key.tags == 0


def test_a_tag_that_ends_a_measure_hands_its_place_to_the_deploy() -> None:
    noise = [make("chat.message", 500 + i, thread=None, actor="responder-1") for i in range(60)]
    both = deployed("v1", 250)
    key = key_facts(INCIDENT, [*(f for f in whole() if not f.kind.startswith("deploy")), *both, *noise])
    assert {row.fact.id: row.rule for row in key.rows}[both[1].id] == "end point of a measure"


def test_an_incident_that_only_chat_recorded_shows_who_came_and_when_talk_began_again() -> None:
    minute, said = 60, []
    for number in range(50):  # everyone speaks in turn; twice nobody speaks for longer than ten minutes
        at = 101 + number * 2 + (15 * minute if number >= 20 else 0) + (11 * minute if number >= 40 else 0)
        said.append(make("chat.message", at, thread=None, actor=f"responder-{number % 4 + 1}"))
    bots = [make("chat.message", 102 + i * 2, thread=None, actor="bot-1") for i in range(30)]
    wide = INCIDENT.replace(end=9_000 * NS)
    key = key_facts(wide, [*bots, *said])
    assert LEAST <= len(key.rows) <= MOST
    assert key.rules()["first message of a person"] == 4
    assert key.rules()["first message after ten minutes of silence"] == 2
    assert key.rules()["last message before ten minutes of silence"] == 3
    shown = {row.fact.id for row in key.rows}
    assert {said[n].id for n in (0, 1, 2, 3, 19, 20, 39, 40, 49)} <= shown
    mixed = [*bots, *said]
    random.Random(3).shuffle(mixed)
    assert key_facts(wide, mixed) == key


def test_where_only_chat_was_recorded_the_longest_messages_are_shown() -> None:
    said = [
        make("chat.message", 101 + i, thread=None, actor="responder-1", quote=facts.quote("word " * (i % 40)))
        for i in range(120)
    ]
    key = key_facts(INCIDENT.replace(end=None), said)
    assert key.rules() == {
        "first message of a person": 1, "last message before ten minutes of silence": 1, "one of the longest messages": 12,
    }  # fmt: skip
    longest = [
        len(row.fact.quote.text)
        for row in key.rows
        if row.rule.endswith("longest messages") and row.fact.quote
    ]
    assert min(longest) >= len(("word " * 35).strip())


def test_many_people_and_many_silences_stay_within_forty_rows() -> None:
    said = [make("chat.message", 101 + i * 700, thread=None, actor=f"responder-{i}") for i in range(300)]
    key = key_facts(INCIDENT.replace(end=None), said)
    assert LEAST <= len(key.rows) <= MOST
    assert key.rules()["first message of a person"] == 12
    assert key.rules()["first message after ten minutes of silence"] == 12
