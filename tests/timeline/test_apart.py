"""What tells lives apart that are called the same."""

from __future__ import annotations

from operator import attrgetter

from hypothesis import given
from hypothesis import strategies as st

from timeline.apart import apart
from timeline.facts import alert_thread, fact, shown_labels
from timeline.instant import NS, Bounds
from timeline.model import Fact, Quantity, Subject

SAID = attrgetter("statement")


def firing(labels: dict[str, str], *, source: str = "prod", at: int = 0) -> Fact:
    return fact(
        "alert.firing", origin=source, key=[labels, at], at=Bounds(at * NS, at * NS), time_means="t", clock="c",
        source=source, names={"alert": "Slow", "labels": shown_labels(labels)}, evidence=(),
        subject=Subject(labels=labels), thread=alert_thread(source, "Slow", labels),
    )  # fmt: skip


def told(*facts: Fact) -> list[str]:
    found = apart(facts, SAID)
    return [found[f.id].words if f.id in found else "" for f in facts]


def test_labels_that_a_statement_cuts_are_told_by_where_they_differ() -> None:
    path = "/very/long" * 30
    one, other = firing({"path": f"{path}/a", "pod": "x"}), firing({"path": f"{path}/b", "pod": "x"})
    assert one.statement == other.statement
    assert told(one, other) == [", with `path=…ry/long/a`", ", with `path=…ry/long/b`"]


def test_two_rules_of_one_name_are_told_by_what_they_do_not_share() -> None:
    one, other = firing({"severity": "page"}), firing({"severity": "ticket"})
    words = told(one, other)
    assert words[0] != words[1] or one.statement != other.statement
    assert told(firing({"a": "1"}), firing({"a": "1"}, source="other")) == [
        ", with `source=prod`",
        ", with `source=other`",
    ]
    long = {"pod": "x" * 200}
    assert told(firing(long), firing({**long, "zone": "b"})) == [", without `zone`", ", with `zone=b`"]


def test_crossings_of_one_sentence_are_told_by_their_thresholds() -> None:
    def crossing(limit: float, key: str) -> Fact:
        return fact(
            "metric.absent", origin="p", key=key, at=Bounds(0, 0), time_means="t", clock="c", source="p",
            names={"name": "Slow"}, evidence=(), thread=key, quantity=Quantity(op=">", threshold=limit),
        )  # fmt: skip

    assert told(crossing(1, "a"), crossing(2, "b")) == [", with `threshold=> 1`", ", with `threshold=> 2`"]


def test_one_life_is_called_the_same_throughout_and_messages_are_left_alone() -> None:
    assert told(firing({"a": "1"}), firing({"a": "1"}, at=9)) == ["", ""]
    messages = [
        fact(
            "chat.message", origin="c", key=key, at=Bounds(0, 0), time_means="t", clock="c", source="chat", names={},
            evidence=(), subject=Subject(labels={"channel": key}),
        )
        for key in "ab"
    ]  # fmt: skip
    assert told(*messages) == ["", ""]


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["severity", "a", "long"]), st.text("xyz", min_size=1, max_size=300)),
        max_size=8,
        unique_by=str,
    )
)
def test_no_two_lives_read_the_same(labels: list[dict[str, str]]) -> None:
    facts = list({f.thread: f for f in map(firing, labels)}.values())
    found = apart(facts, SAID)
    read = [f.statement + (found[f.id].words if f.id in found else "") for f in facts]
    assert len(set(read)) == len(read)
