"""Key facts: ten to forty rows by fixed rules, whatever the order facts come in."""

import random
from typing import Any

from tests.render.timeline_fixture import rich
from tests.timeline.measures.test_durations import INCIDENT, make, whole
from timeline import facts
from timeline.alerts.flaps import ribbons
from timeline.instant import NS, Bounds
from timeline.measures.keyfacts import MOST, SHARE, key_facts
from timeline.model import Fact


def test_the_rich_timeline() -> None:
    timeline = rich().timeline
    key = key_facts(timeline.incident, timeline.facts)
    assert len(key.rows) == MOST
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


def test_many_deploys_leave_room_for_the_rest() -> None:
    deploys = [make("deploy.started", 101 + i, thread=f"d{i}") for i in range(150)]
    key = key_facts(INCIDENT, [*deploys, *whole()])
    assert len(key.rows) == MOST
    assert key.rules()["end point of a measure"] == 9
    others = {f.id for f in whole() if not f.kind.startswith("deploy.")}
    assert others <= {row.fact.id for row in key.rows}


def test_few_facts_are_all_shown_and_a_long_table_is_longer() -> None:
    key = key_facts(INCIDENT, whole())
    assert key.shown == key.total == len(whole()) <= MOST
    assert list(key.rules()) == ["few enough to show all"]
    dull = [make("chat.message", 101 + i, thread=None, actor="responder-1") for i in range(400)]
    assert [len(key_facts(INCIDENT, dull[:n]).rows) for n in (30, 160, 400)] == [30, MOST, MOST]


def said(text: str, at: int, actor: str = "responder-1", **more: Any) -> Fact:
    return make("chat.message", at, thread=None, actor=actor, quote=facts.quote(text), **more)


def merged(subject: str, at: int) -> Fact:
    return make("change.merged", at, thread=None, quote=facts.quote(subject))


CHATTER = [
    "lunch anyone",
    "nice weather",
    "see you there",
    "thanks a lot",
    "sounds good",
    "on a train",
    "brb",
    "who plays tonight",
]


def test_merges_that_nobody_spoke_of_leave_the_talk_its_rows() -> None:
    merges = [merged(f"Tidy module number{i} spelling{i}", 90 + 5 * i) for i in range(33)]
    own = merged("Raise connection pool limit of checkout", 152)
    talk = [said(f"checkout pool exhausted on node{i}, limit {500 + i}", 200 + 8 * i) for i in range(67)]
    key = key_facts(INCIDENT, [*merges, own, *talk])
    shown = {row.fact.id for row in key.rows}
    assert own.id in shown, "its words are those of the talk"
    assert len(shown & {f.id for f in merges}) <= SHARE
    assert len(shown & {f.id for f in talk}) >= MOST - SHARE - 1


def test_what_tells_of_the_incident_comes_before_what_does_not() -> None:
    telling = [
        said("seeing 503 errors from the gateway since the rollout", 200), said("rolling back the gateway rollout now", 300),
        said("rollback finished, gateway errors are gone", 400),
    ]  # fmt: skip
    chatter = [said(f"{CHATTER[i % 8]} {'la' * (i % 3)}", 110 + 7 * i) for i in range(120)]
    shown = {row.fact.id for row in key_facts(INCIDENT, [*chatter, *telling]).rows}
    assert {f.id for f in telling} <= shown


def test_the_incidents_own_services_and_channels_come_first() -> None:
    here = [said("anyone looking", 200 + i, labels={"channel": "#ops"}) for i in range(20)]
    elsewhere = [said("anyone looking", 500 + i, labels={"channel": "#random"}) for i in range(80)]
    shown = {row.fact.id for row in key_facts(INCIDENT.replace(channels=("ops",)), [*here, *elsewhere]).rows}
    assert {f.id for f in here} <= shown
    named = said("is search slow for others", 700)
    shown = {
        row.fact.id for row in key_facts(INCIDENT.replace(services=("search",)), [*elsewhere, named]).rows
    }
    assert named.id in shown


def test_what_says_the_same_again_comes_later() -> None:
    storm = [
        said(f"PROBLEM rendering on host{i} is CRITICAL socket timeout after seconds", 200 + i)
        for i in range(90)
    ]
    others = [
        said(f"{word} looks different to me", 300 + 9 * i)
        for i, word in enumerate(["redis", "maxlag", "shard", "replica", "cable"])
    ]
    shown = {row.fact.id for row in key_facts(INCIDENT, [*storm, *others]).rows}
    assert {f.id for f in others} <= shown


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


def test_who_came_and_when_talk_began_again_is_shown() -> None:
    minute, posted = 60, []
    for number in range(50):  # everyone speaks in turn; twice nobody speaks for longer than ten minutes
        at = 101 + number * 2 + (15 * minute if number >= 20 else 0) + (11 * minute if number >= 40 else 0)
        posted.append(make("chat.message", at, thread=None, actor=f"responder-{number % 4 + 1}"))
    bots = [make("chat.message", 102 + i * 2, thread=None, actor="bot-1") for i in range(30)]
    wide = INCIDENT.replace(end=9_000 * NS)
    key = key_facts(wide, [*bots, *posted])
    shown = {row.fact.id for row in key.rows}
    assert {posted[n].id for n in (0, 1, 2, 3, 19, 20, 39, 40, 49)} <= shown
    mixed = [*bots, *posted]
    random.Random(3).shuffle(mixed)
    assert key_facts(wide, mixed) == key
