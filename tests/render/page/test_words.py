"""What the chart says of a fact: severities by what sources call them, changes by their commit, words beside marks."""

from __future__ import annotations

import pytest

from render.page.words import change_of, drawn_words, severity
from tests.render.timeline_fixture import rich
from timeline.model import Fact


def the(kind: str) -> Fact:
    return next(fact for fact in rich().timeline.facts if fact.kind == kind)


def labelled(kind: str, **labels: str) -> Fact:
    fact = the(kind)
    return fact.replace(subject=fact.subject.replace(labels=labels))


@pytest.mark.parametrize(
    ("labels", "rank"),
    [
        ({"severity": "page"}, "high"), ({"severity": "CRITICAL"}, "high"), ({"priority": "P1"}, "high"),
        ({"severity": "warning"}, "middle"), ({"urgency": "medium"}, "middle"), ({"severity": "info"}, "low"),
        ({"severity": "purple"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_severities_by_what_sources_call_them(labels: dict[str, str], rank: str) -> None:
    assert severity(labelled("alert.firing", **labels)) == rank
    # Only alerts have one: a log's level is none.
    assert severity(labelled("log.first_seen", **labels)) == ""


def test_records_of_one_commit_are_of_one_change() -> None:
    merged, deployed = labelled("change.merged", commit="a1"), labelled("deploy.finished", commit="a1")
    assert change_of(merged.replace(subject=deployed.subject)) == change_of(deployed)
    assert change_of(labelled("deploy.finished", commit="b2")) != change_of(deployed)
    assert change_of(labelled("deploy.finished")) is None
    assert change_of(labelled("chat.message", commit="a1")) is None


def test_a_status_and_a_record_of_the_incident_have_words() -> None:
    status = the("status.posted")
    assert drawn_words(status) == status.names["status"]
    assert drawn_words(the("chat.message")) == ""
