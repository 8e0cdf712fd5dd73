"""The Kubernetes collector: on what a real control plane listed, whose test knows when it did what."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from collectors.kubernetes.collector import KubernetesCollector
from collectors.testing import Run, check
from tests.collectors.kubernetes.story import Did, recorded
from tests.collectors.probing import probe
from tests.fakes.kubernetes import TOKEN, FakeKubernetes
from timeline.instant import DAY, HOUR, NS, format_instant
from timeline.model import Fact, Window

LISTS, DID = recorded("whole")
START, END = DID["1"].start - 10 * NS, DID["scaled"].end // NS * NS + 10 * NS
WINDOW = Window(start=START, end=END)
EVENTS, DEPLOYMENTS, SETS = "api/v1/events", "apis/apps/v1/deployments", "apis/apps/v1/replicasets"
SCALERS = "apis/autoscaling/v2/horizontalpodautoscalers"


@pytest.fixture
def api() -> Iterator[FakeKubernetes]:
    with FakeKubernetes(copy.deepcopy(LISTS)) as fake:
        yield fake


def read(
    api: FakeKubernetes,
    window: Window = WINDOW,
    now: int | None = None,
    *,
    empty: bool = False,
    **options: Any,
) -> Run:
    given = {"url": api.url, "auth": {"bearer": "env:T"}, **options}
    return check(KubernetesCollector, given, window, now=now, secrets={"env:T": TOKEN}, empty=empty)


def of(run: Run, kind: str) -> list[Fact]:
    return sorted((f for f in run.facts if f.kind == kind), key=lambda f: f.latest)


def took(facts: list[Fact], *steps: str, did: dict[str, Did] | None = None) -> None:
    """Check that facts are of these steps: what was done in a second is shown in that second, or in the next."""
    assert len(facts) == len(steps)
    for fact, step in zip(facts, steps, strict=True):
        one = (did or DID)[step]
        assert one.start <= fact.latest <= one.end // NS * NS + 2 * NS, (step, fact.statement)


def test_rollouts_stand_where_they_were_done(api: FakeKubernetes) -> None:
    run = read(api)
    assert run.failure is None
    started = of(run, "deploy.started")
    took(started, "1", "2", "broken", "back to 2", "back to 1")
    names = [dict(f.names)["revision"] for f in started]
    assert names == ["shop:1", "shop:2", "shop:broken", "shop:2", "shop:1"]
    for fact, step in zip(started[:3], ("1", "2", "broken"), strict=True):
        assert fact.earliest == DID[step].start, "of a new template the second is known"
        assert fact.time_means == "creationTimestamp of the ReplicaSet"
    (finished,) = of(run, "deploy.finished")
    took([finished], "back to 1")
    assert finished.statement.startswith("Deploy `shop/checkout-")
    assert finished.thread == started[-1].thread
    assert finished.subject.service == "checkout"
    assert finished.quote
    assert "has successfully progressed" in finished.quote.text


def test_a_rollback_is_not_at_the_creation_of_its_replica_set(api: FakeKubernetes) -> None:
    run = read(api)
    backs = of(run, "deploy.rolled_back")
    took(backs, "back to 2", "back to 1")
    first, second = backs
    assert first.earliest is not None
    assert first.earliest >= DID["broken"].start, "no event is of it: it lies after what it took the place of"
    assert (second.earliest, second.time_means) == (
        DID["back to 1"].start,
        "firstTimestamp of event ScalingReplicaSet",
    )
    assert "from `shop:2` to `shop:1`" in second.statement
    started = of(run, "deploy.started")
    assert second.thread == started[3].thread, "it is what became of the deploy that it took the place of"
    assert {one.fact for one in second.related} == {started[3].id, started[4].id}


def test_a_rollout_that_failed_is_told_while_it_is_the_newest() -> None:
    lists, did = recorded("failed")
    with FakeKubernetes(lists) as api:
        run = read(api, Window(start=START, end=did["broken"].end // NS * NS + 2 * NS))
    (failed,) = of(run, "deploy.failed")
    took([failed], "broken", did=did)
    assert failed.latest > did["broken"].start + 2 * NS, "it failed when its time was up"
    assert "ProgressDeadlineExceeded" in failed.time_means
    assert failed.thread == of(run, "deploy.started")[-1].thread


def test_scaling_by_an_autoscaler_is_apart_from_the_steps_of_rollouts(api: FakeKubernetes) -> None:
    run = read(api)
    surfaced = [f for f in of(run, "change.scale") if f.surfaced is not None]
    took(surfaced, "scaled", "scaled")
    assert {f.statement.partition(" was")[0].partition("-")[0] for f in surfaced} == {
        "`HorizontalPodAutoscaler shop/checkout`", "`shop/checkout",
    }  # fmt: skip
    assert [f.statement.partition("scaled ")[2] for f in surfaced if "-" in f.statement] == [
        "from `2` to `4`"
    ]
    steps = [f for f in of(run, "change.scale") if f.surfaced is None]
    threads = {f.thread for f in of(run, "deploy.started")}
    assert len(steps) == sum(one["reason"] == "ScalingReplicaSet" for one in LISTS[EVENTS]["items"]) - 1
    assert {f.thread for f in steps} <= threads


def test_events_that_were_combined_say_what_the_last_one_said(api: FakeKubernetes) -> None:
    """The recorder combines what comes often, and keeps the words of the last alone: so it was with the scaling."""
    (event,) = [
        one for one in LISTS[EVENTS]["items"] if one["message"].startswith("(combined from similar events): ")
    ]
    assert (event["count"], event["message"].endswith("from 2 to 4")) == (3, True)
    facts = [
        f
        for f in read(api).facts
        if any(str(e.pointer) == f"/items/{LISTS[EVENTS]['items'].index(event)}" for e in f.evidence)
    ]
    first, last = sorted((f for f in facts if f.evidence[0].query == f"GET {EVENTS}"), key=lambda f: f.latest)
    assert (first.kind, first.quote, last.kind) == ("custom", None, "change.scale")
    assert "whose words are not kept" in first.statement
    assert last.time_means == "lastTimestamp of 3 occurrences of event ScalingReplicaSet"


def test_an_autoscaler_whose_event_is_forgotten_tells_its_last_scaling(api: FakeKubernetes) -> None:
    api.lists[EVENTS]["items"] = []
    (fact,) = of(read(api), "change.scale")
    took([fact], "scaled")
    assert (fact.time_means, dict(fact.names)["value"]) == ("status.lastScaleTime", "4")


def test_both_forms_of_events_say_the_same(api: FakeKubernetes) -> None:
    core = {f.id: f.content() for f in read(api).facts}
    api.forbidden = {EVENTS}
    newer = read(api)
    assert {f.id: f.content() for f in newer.facts} == core
    assert not [g for g in newer.gaps if g.reason == "unauthorised"]


def test_an_event_that_came_again_is_told_twice_with_its_count(api: FakeKubernetes) -> None:
    event = next(one for one in api.lists[EVENTS]["items"] if one["reason"] == "SuccessfulCreate")
    event |= {"count": 7, "firstTimestamp": "2026-11-30T09:00:00Z", "lastTimestamp": event["lastTimestamp"]}
    found = [f for f in read(api).facts if ", 7 times since 2026-11-30T09:00:00Z" in f.statement]
    assert [f.time_means for f in found] == ["lastTimestamp of 7 occurrences of the event"]
    wide = read(api, Window(start=START - 10 * DAY, end=END), now=END)
    assert [
        f.earliest
        for f in wide.facts
        if event["metadata"]["uid"] in str(f.evidence) or f.time_means == "firstTimestamp of the event"
    ]


def test_newer_reporters_give_microseconds(api: FakeKubernetes) -> None:
    event = next(one for one in api.lists[EVENTS]["items"] if one["reason"] == "SuccessfulCreate")
    first, last = (format_instant(DID["2"].start + after) for after in (123_456_000, NS + 500_000))
    event |= {"eventTime": first, "firstTimestamp": None, "lastTimestamp": None, "count": None}
    event |= {"series": {"count": 3, "lastObservedTime": last}}
    found = [
        f
        for f in read(api).facts
        if f.time_means.partition(" of")[0] in {"eventTime", "series.lastObservedTime"}
    ]
    assert sorted((f.latest, f.latest - (f.earliest or 0)) for f in found) == [
        (DID["2"].start + 123_456_999, 999), (DID["2"].start + NS + 500_999, 999),
    ]  # fmt: skip


def test_lists_are_read_to_their_end_and_from_anew_where_a_place_expired(api: FakeKubernetes) -> None:
    whole = {f.id for f in read(api).facts}
    api.largest = 3
    assert {f.id for f in read(api).facts} == whole
    api.expires = 2
    again = read(api)
    assert {f.id for f in again.facts} == whole
    assert not api.expires
    api.expires = 10_000
    assert any(g.reason == "truncated" and "expired" in g.statement for g in read(api).gaps)


def test_what_may_not_be_read_is_a_gap_and_the_rest_goes_on(api: FakeKubernetes) -> None:
    api.forbidden = {SETS, SCALERS}
    run = read(api)
    assert [(g.reason, g.statement.partition(" of")[0]) for g in run.gaps] == [
        ("unauthorised", "Replicasets"), ("unauthorised", "Horizontalpodautoscalers"),
    ]  # fmt: skip
    assert len(of(run, "change.scale")) == len(
        [e for e in LISTS[EVENTS]["items"] if e["reason"] in {"ScalingReplicaSet", "SuccessfulRescale"}]
    )
    api.forbidden = {EVENTS, "apis/events.k8s.io/v1/events", DEPLOYMENTS, SETS, SCALERS}
    refused = read(api)
    assert refused.failure
    assert refused.failure.reason == "unauthorised"


def test_namespaces_are_read_one_by_one(api: FakeKubernetes) -> None:
    assert {f.id for f in read(api, namespaces=["shop", "other"]).facts} == {f.id for f in read(api).facts}
    assert all("/namespaces/" in call.path for call in api.calls[:10])
    assert not read(api, namespaces="other", empty=True).facts


def test_what_a_cluster_has_forgotten_is_named(api: FakeKubernetes) -> None:
    ends = [g for g in read(api).gaps if g.missing and "end of" in g.missing]
    assert [g.missing for g in ends] == ["the end of 4 rollouts"]
    later = read(api, Window(start=DID["2"].start, end=END), now=END + 2 * HOUR)
    assert not [g for g in later.gaps if g.missing == "events"], (
        "an event of the window's start is there: nothing is forgotten"
    )
    api.lists[EVENTS]["items"] = []
    (forgotten,) = [g for g in read(api, now=END + 2 * HOUR).gaps if g.missing == "events"]
    assert (forgotten.reason, forgotten.start, forgotten.end) == ("past_retention", START, END)
    assert not [g for g in read(api, now=END + 2 * HOUR, event_ttl="24h").gaps if g.missing == "events"]
    kept = [
        one
        for one in api.lists[SETS]["items"]
        if one["metadata"]["annotations"]["deployment.kubernetes.io/revision"] != "3"
    ]
    api.lists[SETS]["items"] = kept
    assert [g.missing for g in read(api).gaps if "Of revision 3" in g.statement] == ["1 rollouts"]


def test_variables_of_containers_reach_no_evidence(api: FakeKubernetes) -> None:
    for path in (DEPLOYMENTS, SETS):
        for one in api.lists[path]["items"]:
            one["spec"]["template"]["spec"]["containers"][0]["env"] = [
                {"name": "GREETING", "value": "hush-hush"}
            ]
            one["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "hush-hush"
    run = read(api)
    assert len(of(run, "deploy.started")) == 5
    assert b"hush-hush" not in b"".join(run.store.payloads.values())


def test_doctor_says_what_may_be_listed_and_since_when_events_are_kept(api: FakeKubernetes) -> None:
    options = {"url": api.url, "auth": {"bearer": "env:T"}}
    api.forbidden = {SCALERS}
    lines = probe(KubernetesCollector, options, {"env:T": TOKEN})
    assert {name: line.ok for name, line in lines.items()} == {
        "reachable": True, "events": True, "deployments": True, "replicasets": True,
        "horizontalpodautoscalers": False, "clock": True, "retention": True,
    }  # fmt: skip
    assert lines["deployments"].detail == "1 may be listed"
    assert format_instant(DID["1"].start)[:14] in lines["retention"].detail
    assert not probe(KubernetesCollector, options, {"env:T": "wrong"})["authorised"].ok
