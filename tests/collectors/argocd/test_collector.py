"""The Argo CD collector on what a real one answered, whose test knows when it did what."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from collectors.argocd.collector import ArgoCDCollector
from collectors.testing import Run, check
from service.settings.identify import identify
from tests.collectors.argocd.story import recorded
from tests.collectors.kubernetes.test_collector import of, took
from tests.collectors.probing import probe
from tests.fakes.argocd import TOKEN, FakeArgoCD
from tests.fakes.kubernetes import TOKEN as CLUSTER_TOKEN
from tests.fakes.kubernetes import FakeKubernetes
from timeline.instant import DAY, NS
from timeline.model import Window

ANSWERS, DID, COMMITS = recorded()
START, END = DID["1"].start - 10 * NS, DID["scaled"].end // NS * NS + 10 * NS
WINDOW = Window(start=START, end=END)
ONE: dict[str, Any] = {"applications": ["checkout"]}
STARTED = ("1", "broken", "refused", "back")


def read(
    argocd: FakeArgoCD | FakeKubernetes, window: Window = WINDOW, *, empty: bool = False, **options: Any
) -> Run:
    given = {"url": argocd.url, "auth": {"bearer": "env:T"}, "environment": "production", **options}
    token = TOKEN if isinstance(argocd, FakeArgoCD) else CLUSTER_TOKEN
    return check(ArgoCDCollector, given, window, secrets={"env:T": token}, empty=empty)


def test_syncs_stand_where_they_were_made(argocd: FakeArgoCD) -> None:
    run = read(argocd, **ONE)
    assert run.failure is None
    assert not run.gaps
    started = of(run, "deploy.started")
    took(started, *STARTED, did=DID)
    assert [f.subject.labels["commit"] for f in started] == [
        COMMITS[s] for s in ("1", "broken", "refused", "1")
    ]
    took(of(run, "deploy.finished"), "1", "broken", "back", did=DID)
    first = of(run, "deploy.finished")[0]
    short = COMMITS["1"][:12]
    assert (
        first.statement == f"Deploy `argocd/checkout #0` finished to `production` of `checkout` at `{short}`"
    )
    assert (first.latest - (first.earliest or 0), first.time_means) == (NS - 1, "deployedAt of history 0")
    assert first.evidence[0].link == f"{argocd.url}/applications/argocd/checkout"
    assert first.thread == started[0].thread
    assert first.subject.labels["workloads"] == "stack/checkout"
    assert started[0].actor == "argocd:admin"


def test_a_failed_sync_is_told_by_its_events_when_another_took_its_place(argocd: FakeArgoCD) -> None:
    run = read(argocd, **ONE)
    (failed,) = of(run, "deploy.failed")
    took([failed], "refused", did=DID)
    assert failed.time_means == "firstTimestamp of event OperationCompleted"
    assert failed.quote
    assert "Invalid value: -3" in failed.quote.text
    begun = next(f for f in of(run, "deploy.started") if f.thread == failed.thread)
    assert begun.quote
    assert COMMITS["refused"] in begun.quote.text


def test_a_failed_sync_is_told_by_its_state_while_it_is_the_newest(argocd: FakeArgoCD) -> None:
    argocd.answers["api/v1/applications"] = ANSWERS["failed"]
    cut = DID["refused"].end // NS * NS + NS
    events = argocd.events("checkout")
    events[:] = [
        e
        for e in events
        if e["firstTimestamp"] < argocd.apps["checkout"]["status"]["operationState"]["startedAt"]
    ]
    (failed,) = of(read(argocd, Window(start=START, end=cut), **ONE), "deploy.failed")
    took([failed], "refused", did=DID)
    assert failed.time_means == "operationState.finishedAt, Failed"
    argocd.answers["api/v1/applications/checkout/events"] = copy.deepcopy(
        ANSWERS["api/v1/applications/checkout/events"]
    )
    whole = of(read(argocd, Window(start=START, end=cut), **ONE), "deploy.failed")
    assert [f.id for f in whole] == [failed.id], "its own events are beside it, and no second failure"


def test_events_of_a_sync_stand_in_its_thread_and_name_nobody(argocd: FakeArgoCD) -> None:
    run = read(argocd, **ONE)
    threads = {f.thread for f in of(run, "deploy.started")}
    beside = [f for f in of(run, "custom") if "`Operation" in f.statement]
    assert len(beside) == 6
    assert {f.thread for f in beside} < threads
    asked = [f for f in beside if f.actor]
    assert {f.actor for f in asked} == {"argocd:admin"}
    assert all(f.quote and "admin" not in f.quote.text.replace("argocd:admin", "") for f in asked)
    changes = [f.quote.text for f in of(run, "custom") if f.quote and "health status" in f.quote.text]
    assert "Updated health status: Progressing -> Degraded" in changes


def test_a_sync_that_is_tried_again_is_under_way(argocd: FakeArgoCD) -> None:
    argocd.events("checkout").clear()
    whole = read(argocd, **ONE)
    app = argocd.apps["checkout"]
    state = app["status"]["operationState"]
    del app["status"]["history"][2], state["finishedAt"]
    state |= {
        "phase": "Running",
        "retryCount": 2,
        "message": "one or more objects failed to apply. Retrying attempt #2",
    }
    run = read(argocd, **ONE)
    running = of(run, "deploy.started")[-1]
    assert running.subject.labels["retries"] == "2"
    assert running.quote
    assert "Retrying attempt #2" in running.quote.text
    assert (len(of(run, "deploy.finished")), len(of(run, "deploy.rolled_back"))) == (2, 0)
    assert running.id == of(whole, "deploy.started")[-1].id, "in the history it is the same deploy"


def test_a_dry_run_deploys_nothing_and_a_partial_sync_does(argocd: FakeArgoCD) -> None:
    argocd.events("checkout").clear()
    app = argocd.apps["checkout"]
    del app["status"]["history"][2]
    state = app["status"]["operationState"]
    state["operation"]["sync"]["dryRun"] = True
    run = read(argocd, **ONE)
    assert len(of(run, "deploy.started")) == 2
    assert [f.statement.partition("`: ")[0] for f in of(run, "custom") if "Dry run" in f.statement] == [
        "`Dry run of a sync of Application argocd/checkout: began` was recorded",
        "`Dry run of a sync of Application argocd/checkout: succeeded` was recorded",
    ]
    state["operation"]["sync"] = {"resources": [{"kind": "Deployment", "name": "checkout"}]}
    assert len(of(read(argocd, **ONE), "deploy.finished")) == 3


def test_a_success_that_the_history_has_not_was_no_sync(argocd: FakeArgoCD) -> None:
    events = argocd.events("checkout")
    ended = next(e for e in events if e["reason"] == "OperationCompleted" and "succeeded" in e["message"])
    second = argocd.apps["checkout"]["status"]["health"]["lastTransitionTime"]
    more = {**copy.deepcopy(ended), "firstTimestamp": second, "lastTimestamp": second}
    more["metadata"] |= {"uid": "another"}
    events.append(more)
    before = {f.id for f in read(argocd, **ONE).facts if f.kind.startswith("deploy.")}
    more["message"] = more["message"].replace("Sync operation", "Partial sync operation")
    assert len({f.id for f in read(argocd, **ONE).facts if f.kind.startswith("deploy.")} - before) == 1
    assert len(before) == len([f for f in read(argocd, **ONE).facts if f.kind.startswith("deploy.")]) - 1


def test_who_began_it_is_an_account_or_nobody(argocd: FakeArgoCD) -> None:
    run = read(argocd, applications="argocd/web")
    (started,) = of(run, "deploy.started")
    took([started], "itself", did=DID)
    assert (started.actor, started.subject.labels["automated"]) == (None, "true")
    argocd.apps["web"]["status"]["history"][0]["initiatedBy"] = {"username": "proj:default:robot"}
    (person,) = (p for p in read(argocd, applications="web").people if p.identity != "argocd:admin")
    assert (person.identity, person.bot) == ("argocd:proj:default:robot", True)


def test_what_is_not_kept_is_a_gap(argocd: FakeArgoCD) -> None:
    history = argocd.apps["checkout"]["status"]["history"]
    for entry in history:
        entry["id"] += 7
    (gap,) = read(argocd, **ONE).gaps
    assert (gap.reason, gap.missing, gap.start) == ("past_retention", "7 syncs", START)
    assert "before 7 are not kept: it keeps 10" in gap.statement
    history.clear()
    argocd.apps["checkout"]["spec"]["revisionHistoryLimit"] = 0
    (gap,) = read(argocd, **ONE).gaps
    assert (gap.reason, gap.missing) == ("never_recorded", "syncs before the newest one")
    run = read(argocd, Window(start=START - DAY, end=END), event_ttl="1s", **ONE)
    assert any("Events before" in g.statement and "failed syncs" in g.statement for g in run.gaps)


def test_the_cluster_says_the_same(argocd: FakeArgoCD) -> None:
    own = read(argocd)
    with FakeKubernetes(copy.deepcopy(ANSWERS)) as api:
        run = read(api, through="cluster")
        assert {f.id for f in run.facts} == {f.id for f in own.facts}
        assert not any(e.link for f in run.facts for e in f.evidence)
        run = read(
            api, through="cluster", web_url="https://argocd.example/", selector="app.kubernetes.io/name=web"
        )
        assert {f.subject.component for f in run.facts} == {"web"}
        assert run.facts[0].evidence[0].link == "https://argocd.example/applications/argocd/web"


def test_an_application_that_was_deleted_is_told_by_its_events() -> None:
    answers = copy.deepcopy(ANSWERS)
    kind = "apis/argoproj.io/v1alpha1/applications"
    answers[kind]["items"] = [one for one in answers[kind]["items"] if one["metadata"]["name"] == "web"]
    with FakeKubernetes(answers) as api:
        run = read(api, through="cluster")
        took(of(run, "deploy.started"), "1", "broken", "refused", "back", "itself", did=DID)
        took(of(run, "deploy.failed"), "refused", did=DID)
        assert not read(api, through="cluster", applications="web", selector="a=b", empty=True).facts
        assert {f.subject.component for f in read(api, through="cluster", applications="web").facts} == {
            "web"
        }


def test_its_address_is_recognised(argocd: FakeArgoCD) -> None:
    assert identify(argocd.url).collector == "argocd"


def test_applications_are_chosen(argocd: FakeArgoCD) -> None:
    assert {f.subject.component for f in read(argocd, selector="app.kubernetes.io/name=web").facts} == {"web"}
    assert {f.subject.component for f in read(argocd, applications=["argocd/ch*"]).facts} == {"checkout"}
    assert not read(argocd, namespaces="elsewhere", empty=True).facts
    assert not read(argocd, selector="app.kubernetes.io/name=nothing", empty=True).gaps


def test_events_that_may_not_be_read_are_a_gap(argocd: FakeArgoCD) -> None:
    argocd.forbidden = {"web"}
    (gap,) = read(argocd).gaps
    assert (gap.reason, gap.missing) == ("unauthorised", "1 lists of events")
    with FakeArgoCD(ANSWERS) as fake:
        refused = check(
            ArgoCDCollector,
            {"url": fake.url, "auth": {"bearer": "env:T"}},
            WINDOW,
            secrets={"env:T": "of-nobody"},
            empty=True,
        )
    assert refused.failure
    assert refused.failure.reason == "unauthorised"


def test_parameters_reach_no_evidence(argocd: FakeArgoCD) -> None:
    helm = {"parameters": [{"name": "db.pass", "value": "hush-hush"}], "values": "key: hush-hush"}
    app = argocd.apps["checkout"]
    app["spec"]["source"]["helm"] = helm
    for entry in app["status"]["history"]:
        entry["source"]["helm"] = helm
    app["status"]["operationState"]["syncResult"]["source"]["helm"] = helm
    run = read(argocd, **ONE)
    assert b"hush-hush" not in b"".join(run.store.payloads.values())
    assert len(of(run, "deploy.started")) == 4


def test_doctor_says_what_it_sees(argocd: FakeArgoCD) -> None:
    given = {"url": argocd.url, "auth": {"bearer": "env:T"}}
    shown = probe(ArgoCDCollector, given, {"env:T": TOKEN})
    assert all(line.ok for line in shown.values()), shown
    assert shown["applications"].detail == "2 may be read"
    assert "the oldest sync that is kept ended at 2026-" in shown["retention"].detail
    assert not probe(ArgoCDCollector, given, {"env:T": "of-nobody"})["authorised"].ok


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kube_context": "prod", "through": "server"}, "signs in to a cluster"),
        ({"through": "cluster"}, "needs the `url` of the API server"),
        ({"web_url": "argocd.example"}, "it is no http(s) URL"),
    ],
)
def test_options_that_fit_nothing_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace(")", r"\)")):
        ArgoCDCollector.options_type.model_validate(options)
