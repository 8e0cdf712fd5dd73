"""Links: each rule with its near misses, and the laws that hold of all of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline import facts
from timeline.instant import MINUTE, NS, Bounds
from timeline.kinds import Kind
from timeline.linked.link import MOST, link
from timeline.linked.rows import rows
from timeline.linked.rules import RULES
from timeline.model import LINKS, Fact, Quote, Related, Subject
from timeline.order import in_display_order

SHA, OTHER = "0123456789abcdef" * 2 + "01234567", "fedcba9876543210" * 2 + "fedcba98"


_LABELS = (
    "commit", "run", "fingerprint", "alert_key", "chain", "alertname", "event", "links",
    "application", "workloads", "took", "namespace", "deployment",
)  # fmt: skip


def make(kind: Kind, at: int, *, thread: str | None = None, wide: int = 0, **more: Any) -> Fact:
    labels: dict[str, str] = {name: more.pop(name) for name in _LABELS if name in more}
    said = more.pop("said", "")
    names = {"deploy": "d", "change": "c", "tag": "v1", "incident": "#1", "claimant": "x"}
    names["alert"] = labels.get("alertname", "A")
    return facts.fact(
        kind, origin="o", key=[kind, at, thread, sorted(labels.items()), said], at=Bounds((at - wide) * NS, at * NS), time_means="t",
        clock="c", source=more.pop("source", "s"), names=names, evidence=(), thread=thread,
        subject=Subject(labels=labels, environment=more.pop("environment", None)),
        quote=Quote(text=said) if said else None, **more,
    )  # fmt: skip


def rule_of(*pair: Fact) -> list[str]:
    """Return the rules that tie the first to the second, and see that they tie both."""
    one, other = link(pair)
    assert [tie.rule for tie in one.related] == [tie.rule for tie in other.related]
    assert {tie.fact for tie in one.related} <= {other.id}
    return [tie.rule for tie in one.related]


def test_a_merge_and_its_deploy_by_the_whole_commit_alone() -> None:
    merge = make("change.merged", 0, commit=SHA)
    assert rule_of(merge, make("deploy.started", 9_000, thread="d", commit=SHA)) == ["same commit"]
    assert rule_of(merge, make("deploy.started", 60, thread="d", commit=OTHER)) == []
    assert (
        rule_of(make("change.merged", 0, commit=SHA[:12]), make("deploy.started", 60, commit=SHA[:12])) == []
    )


def test_a_run_and_its_deployment() -> None:
    run = make(
        "deploy.finished", 600, thread="run", commit=SHA, run="https://x/runs/1", environment="production"
    )
    assert rule_of(run, make("deploy.finished", 610, thread="d", run="https://x/runs/1")) == ["same run"]
    assert rule_of(run, make("deploy.finished", 610, thread="d", commit=SHA, environment="production")) == [
        "same deploy"
    ]
    for other in (
        make("deploy.finished", 610, thread="d", commit=SHA, environment="staging"),
        make("deploy.finished", 600 + 1_300, thread="d", commit=SHA, environment="production"),
        make("deploy.started", 610, thread="d", commit=SHA),
        make("deploy.finished", 610, thread="run", commit=SHA),
    ):
        assert rule_of(run, other) == []


def test_a_sync_and_the_rollout_that_it_made() -> None:
    def sync(at: int, took: str = "2", kind: Kind = "deploy.started") -> Fact:
        return make(kind, at, thread=f"sync {at}", workloads="shop/web shop/checkout", took=took, application="argocd/shop", commit=SHA)  # fmt: skip

    def rollout(
        at: int, *, wide: int = 0, kind: Kind = "deploy.started", deployment: str = "checkout"
    ) -> Fact:
        return make(kind, at, wide=wide, thread="rollout", namespace="shop", deployment=deployment)

    linked = ["rollout of a sync"]
    assert rule_of(sync(100), rollout(100)) == rule_of(sync(100), rollout(103)) == linked
    assert rule_of(sync(100), rollout(101, wide=60)) == linked, "its end is what the sync did"
    assert rule_of(sync(100, kind="deploy.rolled_back"), rollout(101, kind="deploy.rolled_back")) == linked
    for other in (
        rollout(99), rollout(104), rollout(101, kind="deploy.rolled_back"), rollout(101, deployment="chec"),
        rollout(101).replace(subject=rollout(101).subject.replace(labels={"deployment": "checkout"})),
    ):  # fmt: skip
        assert rule_of(sync(100), other) == []
    for took in ("", "soon", "9" * 40):
        assert rule_of(sync(100, took), rollout(100)) == []


def test_two_syncs_of_one_commit_are_two_deploys() -> None:
    one = make("deploy.started", 100, thread="a", commit=SHA, application="argocd/shop")
    for name in ("argocd/shop", "argocd/other"):
        assert rule_of(one, make("deploy.started", 130, thread="b", commit=SHA, application=name)) == []
    assert rule_of(one, make("deploy.started", 130, thread="b", commit=SHA)) == ["same deploy"]


def test_an_alert_and_its_incident_by_key_and_by_a_name_that_is_no_word() -> None:
    fired = make("alert.firing", 100, thread="a", alertname="CheckoutLatencyHigh", fingerprint="f1")
    assert rule_of(fired, make("incident.declared", 130, thread="p", alert_key="f1")) == ["alert by its key"]
    assert rule_of(
        fired, make("incident.declared", 130, thread="p", said="[FIRING:1] CheckoutLatencyHigh (web)")
    ) == ["alert by its name"]
    assert rule_of(
        make("alert.resolved", 300, thread="a", fingerprint="f1"),
        make("incident.resolved", 330, thread="p", alert_key="f1"),
    ) == ["end by its key"]
    assert rule_of(fired, make("alert.firing", 90, thread="g", fingerprint="f1")) == ["same alert"]
    for told in ("CheckoutLatencyHighest", "checkout latency high", ""):
        assert rule_of(fired, make("incident.declared", 130, thread="p", said=told)) == []
    assert (
        rule_of(fired, make("incident.declared", 100 + 1_201, thread="p", said="CheckoutLatencyHigh")) == []
    )
    assert rule_of(fired, make("incident.declared", 99, thread="p", said="CheckoutLatencyHigh")) == []
    plain = make("alert.firing", 100, thread="a", alertname="Checkout")
    assert rule_of(plain, make("incident.declared", 130, thread="p", said="Checkout is slow")) == []


def test_an_alert_of_two_systems_is_one_by_all_of_its_labels() -> None:
    held = make("alert.firing", 100, thread="a", alertname="Down", event="e1")
    sent = make("alert.firing", 90, thread="w", alertname="Down", event="e1")
    assert rule_of(held, sent) == ["same alert"]
    assert rule_of(held, make("alert.notified", 130, thread="w", alertname="Down", event="e1")) == [
        "alert by its key"
    ]
    for other in (
        make("alert.firing", 90, thread="w", alertname="Down", event="e2"),
        make("alert.firing", 90, thread="w", alertname="Down", event="e1", run="more"),
        make("alert.resolved", 90, thread="w", alertname="Down", event="e1"),
        make("alert.notified", 90, thread="w", alertname="Down", event="e1"),  # it came before
    ):
        assert rule_of(held, other) == []


def test_a_bots_message_and_its_deploy() -> None:
    deploy = make("deploy.finished", 100, thread="d", commit=SHA)
    assert rule_of(
        deploy, make("chat.message", 110, said=f"shipped {SHA[:9]} to production", actor="bot-1")
    ) == ["message of a deploy"]
    for said, actor in (
        (f"shipped {SHA[:9]}", "responder-1"),
        (f"shipped {SHA[:6]}", "bot-1"),
        (f"shipped {SHA[:7]}f0f0", "bot-1"),
    ):
        assert rule_of(deploy, make("chat.message", 110, said=said, actor=actor)) == []


def test_events_of_one_chain() -> None:
    assert rule_of(
        make("change.merged", 0, chain="c1"), make("deploy.finished", 900, thread="d", chain="c1")
    ) == ["same chain"]
    assert (
        rule_of(make("change.merged", 0, chain="c1"), make("deploy.finished", 900, thread="d", chain="c2"))
        == []
    )


def test_an_event_that_names_another() -> None:
    merge = make("change.merged", 0, event="e1")
    named = make("deploy.finished", 900, thread="d", event="e2", links="e0 e1")
    assert rule_of(merge, named) == ["named by its sender"]
    assert rule_of(merge, make("deploy.finished", 900, thread="d", event="e2", links="e11")) == []


def test_what_a_crowd_shares_links_nothing() -> None:
    crowd = [make("alert.firing", n, thread=f"a{n}", alertname="InstanceDown") for n in range(MOST + 1)]
    assert all(
        not fact.related
        for fact in link([*crowd, make("incident.declared", 30, thread="p", said="InstanceDown")])
    )


def test_the_rules_are_those_that_the_model_knows() -> None:
    assert {rule.name for rule in RULES} == LINKS


KEYS = {
    "commit": [SHA, OTHER],
    "run": ["r1"],
    "fingerprint": ["f1", "f2"],
    "alert_key": ["f1"],
    "chain": ["c1"],
    "alertname": ["CheckoutLatencyHigh"],
}
KINDS: list[Kind] = [
    "change.merged", "change.tagged", "deploy.started", "deploy.finished", "alert.firing", "alert.resolved", "alert.notified",
    "incident.declared", "incident.resolved", "chat.message",
]  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> Fact:
    labels = {name: draw(st.sampled_from(values)) for name, values in KEYS.items() if draw(st.booleans())}
    return make(
        draw(st.sampled_from(KINDS)), draw(st.integers(0, 3_000)), thread=draw(st.sampled_from([None, "t1", "t2", "t3"])),
        wide=draw(st.sampled_from([0, 15, 700])), source=draw(st.sampled_from(["a", "b", "c"])),
        said=draw(st.sampled_from(["", "CheckoutLatencyHigh on web", SHA[:8]])), actor=draw(st.sampled_from([None, "bot-1"])), **labels,
    )  # fmt: skip


several = st.lists(records(), max_size=14, unique_by=lambda fact: fact.id)


def ties(linked: list[Fact]) -> set[tuple[str, str, str]]:
    return {(fact.id, tie.fact, tie.rule) for fact in linked for tie in fact.related}


@given(several)
def test_no_fact_is_lost_nor_what_it_says_changed_and_ties_go_both_ways(held: list[Fact]) -> None:
    linked = link(held)
    assert [fact.replace(related=()) for fact in linked] == held
    assert [fact.content_digest() for fact in linked] == [fact.content_digest() for fact in held]
    assert ties(linked) == {(other, one, rule) for one, other, rule in ties(linked)}
    assert all(one != other for one, other, _ in ties(linked))
    assert link(linked) == linked


@given(several, st.randoms(use_true_random=False))
def test_the_order_of_reading_says_nothing(held: list[Fact], random: Any) -> None:
    turned = held[:]
    random.shuffle(turned)
    assert {fact.id: fact for fact in link(turned)} == {fact.id: fact for fact in link(held)}


@given(several)
def test_a_source_more_unlinks_nothing(held: list[Fact]) -> None:
    for left_out in ("a", "b", "c"):
        assert ties(link([fact for fact in held if fact.source != left_out])) <= ties(link(held))


@given(several)
def test_each_fact_is_in_one_row_and_no_row_hides_a_step_of_a_life(held: list[Fact]) -> None:
    shown = in_display_order(link(held))
    made = rows(shown)
    assert sorted(fact.id for row in made for fact in (row.main, *row.also)) == sorted(
        fact.id for fact in held
    )
    assert [row.main for row in made] == [fact for fact in shown if fact.id in {row.main.id for row in made}]
    for row in made:
        threads = [fact.thread for fact in (row.main, *row.also) if fact.thread]
        assert len(threads) == len(set(threads))
        assert all(abs(fact.latest - row.main.latest) <= 20 * len(row.also) * MINUTE for fact in row.also)


def test_a_row_is_of_one_moment_and_its_main_record_says_most() -> None:
    merge, begun, done = (make("change.merged", 0, commit=SHA), make("deploy.started", 60, thread="d", commit=SHA), make("deploy.finished", 300, thread="d", commit=SHA))  # fmt: skip
    later = make("deploy.started", 9_000, thread="e", commit=SHA)
    made = rows(in_display_order(link([merge, begun, done, later])))
    assert [(row.main.id, [fact.id for fact in row.also]) for row in made] == [
        (begun.id, [merge.id]),
        (done.id, []),
        (later.id, []),
    ]


@pytest.mark.parametrize("rule", ["made on top of", "silencedBy"])
def test_a_tie_of_a_source_makes_no_row_and_stays(rule: str) -> None:
    one = make("change.merged", 0)
    other = make("change.merged", 5, thread="x").replace(related=(Related(fact=one.id, rule=rule),))
    linked = link([one, other])
    assert linked == [one, other]
    assert len(rows(in_display_order(linked))) == 2


def test_a_change_that_a_clone_and_a_forge_tell() -> None:
    clone = make("change.merged", 100, commit=SHA)
    assert rule_of(clone, make("change.merged", 101, commit=SHA, source="forge")) == ["same change"]
    for other in (
        make("change.tagged", 101, commit=SHA),
        make("change.merged", 101, commit=OTHER),
        make("change.merged", 1_401, commit=SHA),
    ):
        assert rule_of(clone, other) == []


def test_a_stored_alert_has_its_name_apart_from_its_labels_and_a_pagers_incident_none() -> None:
    held = make("alert.firing", 100, thread="a", event="e1")
    names = {**held.names, "alert": "Down", "labels": "event=e1"}
    held = held.replace(names=names)
    assert rule_of(held, make("alert.firing", 90, thread="w", alertname="Down", event="e1", fingerprint="f1")) == ["same alert"]  # fmt: skip
    assert rule_of(held, make("alert.firing", 90, thread="w", alertname="Up", event="e1")) == []
    pagers = [make("alert.acknowledged", 100, thread=thread, source=thread) for thread in "pq"]
    assert rule_of(*pagers) == [], "both are called by the number of an incident"


def test_a_pagers_alert_that_names_another() -> None:
    fired = make("alert.firing", 100, thread="a", alertname="CheckoutLatencyHigh")
    told = make("alert.firing", 130, thread="p", alertname="CheckoutLatencyHigh on web")
    assert rule_of(fired, told) == ["alert by its name"]
    other = make("alert.firing", 130, thread="q", alertname="CheckoutLatencyHigh", event="e2")
    assert rule_of(fired, other) == [], "two of one name are two"


def test_a_record_of_two_events_is_in_the_row_of_most_of_its_ties_or_of_the_nearest() -> None:
    begun = make("deploy.started", 0, thread="d", commit=SHA)
    done = make("deploy.finished", 100, thread="d", commit=SHA)
    said = make("chat.message", 110, said=f"shipped {SHA[:9]}", actor="bot-1")
    told = {
        row.main.id: [fact.id for fact in row.also]
        for row in rows(in_display_order(link([begun, done, said])))
    }
    assert told == {begun.id: [], done.id: [said.id]}
    run = make("deploy.started", 5, thread="r", commit=SHA, source="ci")
    told = {
        row.main.id: [fact.id for fact in row.also]
        for row in rows(in_display_order(link([begun, run, done, said])))
    }
    assert told == {begun.id: [run.id], done.id: [said.id]}, "of one life the nearest step counts"
    alert, same = (
        make("alert.firing", n, thread=f"a{n}", alertname="ShopErrors", event="e1") for n in (0, 5)
    )
    other = make("alert.firing", 20, thread="b", alertname="ShopErrors", event="e2")
    incident = make("incident.declared", 22, thread="p", said="ShopErrors")
    told = {
        row.main.id: [fact.id for fact in row.also]
        for row in rows(in_display_order(link([alert, same, other, incident])))
    }
    assert told == {alert.id: [same.id, incident.id], other.id: []}
