"""Reconciliation: every breach and every firing is matched or stated, by bounds and not by guess."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.measures.test_durations import INCIDENT, LIFE, make, whole
from timeline import facts
from timeline.instant import NS
from timeline.kinds import Kind
from timeline.measures.reconcile import reconcile
from timeline.model import Fact, Reconciled, Subject
from timeline.terms import EARLIER, UNALERTED, UNCROSSED

OTHER = facts.alert_thread("p", "B", {})


def rows(found: list[Fact], name: str, errors: dict[str, int] | None = None) -> list[Reconciled]:
    return [row for row in reconcile(INCIDENT, found, errors or {}) if row.name == name]


def life(*states: tuple[Kind, int], **more: Any) -> list[Fact]:
    return [make(kind, at, **more) for kind, at in states]


def test_a_whole_life_leaves_only_what_crossed_before_the_alert() -> None:
    found = reconcile(INCIDENT, whole(), {})
    assert [(row.name, row.min_s, row.max_s) for row in found] == [(EARLIER, 70, 70)]
    assert found[0].statement == "`p99` met its condition before the first alert, `A`, fired"


def test_breaches_without_alert_are_one_row_a_series_with_their_number() -> None:
    flap = life(("metric.crossed_above", 500), ("metric.crossed_below", 505), ("metric.crossed_above", 510),
                ("metric.crossed_below", 515), thread=OTHER)  # fmt: skip
    [row] = rows([*whole(), *flap], UNALERTED)
    assert (row.from_, row.count, row.to) == (flap[0].id, 2, None)
    assert "in breach 2 times while no alert of its rule and labels was recorded as firing" in row.statement


def test_rows_of_one_name_say_what_they_differ_in() -> None:
    pods = [
        fact.replace(subject=Subject(labels={"pod": pod}))
        for pod in "ab"
        for fact in life(("metric.crossed_above", 500), ("metric.crossed_below", 505), thread=f"{OTHER}{pod}")
    ]
    assert [row.statement.partition(" was")[0] for row in rows(pods, UNALERTED)] == [
        "`p99` (`pod=a`)",
        "`p99` (`pod=b`)",
    ]


def test_a_breach_of_the_same_thread_at_another_time_is_without_alert() -> None:
    later = life(("metric.crossed_above", 800), ("metric.crossed_below", 810))
    assert [row.from_ for row in rows([*whole(), *later], UNALERTED)] == [later[0].id]


def test_an_alert_that_fired_without_any_breach() -> None:
    alone = life(
        ("alert.firing", 500),
        ("alert.resolved", 510),
        ("alert.firing", 600),
        thread=OTHER,
        labels={"alertname": "B"},
    )
    [row] = rows([*whole(), *alone], UNCROSSED)
    assert (row.from_, row.count) == (alone[0].id, 2)
    assert row.statement == "Alert `B` fired 2 times while no breach of its rule and labels was recorded"


def test_another_systems_alert_meets_the_breach_by_name_within_both_clocks_errors() -> None:
    crossed = life(("metric.crossed_above", 500), ("metric.crossed_below", 510), thread=OTHER)
    name = {"alertname": "p99"}
    paged = life(("alert.firing", 513), ("alert.resolved", 520), thread="pager", clock="pager", labels=name)
    assert not rows([*crossed, *paged], UNALERTED, {"pager": 2 * NS, "c": NS})
    assert not rows([*crossed, *paged], UNCROSSED, {"pager": 2 * NS, "c": NS})
    assert len(rows([*crossed, *paged], UNALERTED, {"pager": NS, "c": NS})) == 1
    assert len(rows([*crossed, *paged], UNCROSSED, {"pager": NS, "c": NS})) == 1


def test_an_alert_that_already_fired_meets_the_breach_that_already_was() -> None:
    begun = [make("metric.crossed_above", 101, early=None), make("alert.firing", 105, early=None)]
    assert reconcile(INCIDENT, begun, {}) == ()


def test_only_a_proven_lead_is_stated_and_only_of_this_incident() -> None:
    seen = facts.thread_key("metric", "p", "errors", {})
    close = make("metric.crossed_above", 178, thread=seen, clock="elsewhere")
    padding = life(("metric.crossed_above", 20), ("metric.crossed_below", 30), thread=seen)
    assert [row.from_ for row in rows([make("alert.firing", 180), close, *padding], EARLIER)] == [close.id]
    unsure = {"elsewhere": 3 * NS}
    assert not rows([make("alert.firing", 180), close], EARLIER, unsure)
    held = make("metric.crossed_above", 20, thread=seen)  # still in breach when the alert fired
    assert [row.from_ for row in rows([make("alert.firing", 180), held], EARLIER)] == [held.id]


states = st.lists(
    st.tuples(
        st.sampled_from(["metric.crossed_above", "metric.crossed_below", "alert.firing", "alert.resolved"]),
        st.integers(1, 60), st.sampled_from([LIFE, OTHER]), st.integers(0, 5 * NS),
    ), max_size=14, unique_by=lambda s: s[:3],
)  # fmt: skip


@given(states, st.randoms(use_true_random=False))
def test_it_agrees_with_looking_at_every_pair_in_any_order(
    drawn: list[tuple[Kind, int, str, int]], rng: random.Random
) -> None:
    found = [make(kind, at, thread=thread, early=early) for kind, at, thread, early in drawn]
    told = reconcile(INCIDENT, found, {})
    assert told == reconcile(INCIDENT, rng.sample(found, len(found)), {})
    spans = {"metric": [], "alert": []}  # type: dict[str, list[tuple[Fact, Fact | None]]]
    begun: dict[tuple[str, str | None], Fact] = {}
    for fact in sorted(found, key=lambda f: (f.earliest or 0, f.latest, f.kind, f.id)):
        key = (fact.kind.split(".")[0], fact.thread)
        if fact.kind in {"metric.crossed_above", "alert.firing"}:
            begun.setdefault(key, fact)
        elif key in begun:
            spans[key[0]].append((begun.pop(key), fact))
    for key, fact in begun.items():
        spans[key[0]].append((fact, None))

    def meet(a: tuple[Fact, Fact | None], b: tuple[Fact, Fact | None]) -> bool:
        high = [s[1].latest if s[1] else 10**12 for s in (a, b)]
        return (
            a[0].thread == b[0].thread and (a[0].earliest or 0) <= high[1] and (b[0].earliest or 0) <= high[0]
        )

    for name, mine, theirs in ((UNALERTED, "metric", "alert"), (UNCROSSED, "alert", "metric")):
        alone = sum(not any(meet(a, b) for b in spans[theirs]) for a in spans[mine])
        assert sum(row.count for row in told if row.name == name) == alone
