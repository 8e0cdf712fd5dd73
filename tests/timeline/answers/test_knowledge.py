"""What could be known of alerts at a time: acknowledged and given back, and without data."""

from __future__ import annotations

from tests.timeline.measures.test_durations import make
from timeline.answers.knowledge import situation
from timeline.instant import NS


def test_what_was_given_back_is_open_again_and_no_data_is_neither() -> None:
    life = [
        make("alert.firing", 10), make("alert.acknowledged", 20), make("alert.unacknowledged", 30), make("alert.acknowledged", 40),
        make("alert.no_data", 50), make("alert.resolved", 60),
    ]  # fmt: skip
    states = [situation(life, at * NS) for at in (15, 25, 35, 45, 55, 65)]
    assert [[len(s.firing), len(s.no_data), len(s.acknowledged)] for s in states] == [
        [1, 0, 0], [1, 0, 1], [1, 0, 0], [1, 0, 1], [0, 1, 1], [0, 0, 0],
    ]  # fmt: skip


def test_a_trackers_incident_is_acknowledged_until_it_is_resolved() -> None:
    life = [make("incident.declared", 10), make("alert.acknowledged", 20), make("incident.resolved", 30)]
    named = [fact.replace(names={**fact.names, "incident": "#1"}) for fact in life]
    assert [len(situation(named, at * NS).acknowledged) for at in (15, 25, 35)] == [0, 1, 0]
