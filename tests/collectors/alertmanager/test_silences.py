"""Silences, read back from real Alertmanagers: made, prolonged, replaced and ended through their API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from collectors.alertmanager.silences import AlertmanagerCollector
from collectors.testing import Run, check, run
from tests.collectors.probing import probe
from tests.servers.alertmanager import Alertmanager
from tests.servers.process import wait_until
from tests.servers.proxies import Fault
from timeline.instant import MINUTE, format_instant, parse_instant
from timeline.model import Fact, Window

HOUR = 60 * MINUTE
MILLISECOND = 10**6
Start = Callable[..., Alertmanager]
CHECKOUT = {"alertname": "CheckoutErrors", "service": "checkout", "severity": "critical"}


@pytest.fixture(params=["0.25", pytest.param("0.34", marks=pytest.mark.needs_compiled)])
def server(request: pytest.FixtureRequest, start_alertmanager: Start) -> Alertmanager:
    return start_alertmanager(version=request.param)


def window(before: int = MINUTE, after: int = MINUTE) -> Window:
    return Window(start=time.time_ns() - before, end=time.time_ns() + after)


def now() -> int:
    return time.time_ns()


def options(server: Alertmanager) -> dict[str, Any]:
    return {"url": server.url}


def fire(server: Alertmanager, labels: dict[str, str], *, for_: int = 0) -> None:
    began = format_instant((now() - for_) // 10**6 * 10**6)
    link = "http://prometheus.example/graph?g0.expr=up"
    server.post([{"labels": labels, "startsAt": began, "generatorURL": link}])


def at(fact: Fact) -> int:
    assert fact.earliest is not None
    return fact.earliest


def of(run_: Run, kind: str) -> list[Fact]:
    return [f for f in run_.facts if f.kind == kind]


def test_a_silence_is_told_from_its_begin_to_its_end(server: Alertmanager) -> None:
    begun = now()
    identity = server.silence({"alertname": "CheckoutErrors"}, by="Ada Lovelace", comment="deploying, Ada")
    wait_until(lambda: now() > begun + MILLISECOND, 10, "the clock does not go on")  # it is told so finely
    held = check(AlertmanagerCollector, options(server), window())
    assert [f.kind for f in held.facts] == ["alert.silenced"]
    server.expire(identity)
    ended = now()
    done = check(AlertmanagerCollector, options(server), window())
    silenced, unsilenced = done.facts
    assert silenced == held.facts[0].replace(evidence=silenced.evidence)
    assert unsilenced.earliest is not None  # the first of its millisecond: `ended` may be inside it
    assert begun <= silenced.latest < unsilenced.earliest <= ended
    assert unsilenced.latest - at(unsilenced) == 10**6 - 1, "a time of milliseconds"
    assert (
        silenced.statement
        == 'A silence of alerts matching `{alertname="CheckoutErrors"}` began, made by \ue000alertmanager:Ada Lovelace\ue001'
    )
    assert unsilenced.statement == 'The silence of alerts matching `{alertname="CheckoutErrors"}` ended'
    assert (silenced.actor, unsilenced.actor) == ("alertmanager:Ada Lovelace", None)
    assert silenced.quote is not None
    assert silenced.quote.text == "deploying, Ada"
    assert silenced.thread == unsilenced.thread
    assert [p.names for p in done.people] == [("Ada Lovelace",)]
    assert silenced.evidence[0].link == f"{server.url}/#/silences/{identity}"


def test_each_matcher_is_kept_as_it_was_given(server: Alertmanager) -> None:
    server.silence(
        {"service": "checkout"},
        like={"alertname": "Checkout.*"},
        unlike={"instance": "a|b"},
        unequal={"env": "dev"},
    )
    (fact,) = check(AlertmanagerCollector, options(server), window()).facts
    selector = '{alertname=~"Checkout.*", env!="dev", instance!~"a|b", service="checkout"}'
    assert dict(fact.subject.labels)["matchers"] == selector
    assert fact.subject.service == "checkout"


def test_an_alert_was_silenced_where_the_server_says_so(server: Alertmanager) -> None:
    identity = server.silence({"service": "checkout"})
    begun = now()
    wait_until(lambda: now() > begun + MILLISECOND, 10, "the clock does not go on")
    later = now()
    fire(server, CHECKOUT)
    fire(server, {**CHECKOUT, "service": "search"})
    fire(server, {**CHECKOUT, "instance": "old"}, for_=HOUR)
    found = check(AlertmanagerCollector, options(server), window())
    silence, *alerts = sorted(found.facts, key=lambda f: ("matchers" not in dict(f.subject.labels), at(f)))
    old, new = alerts
    assert new.statement == "Alert `CheckoutErrors` was silenced (`service=checkout, severity=critical`)"
    assert dict(new.subject.labels) == CHECKOUT
    assert (new.clock, old.clock, silence.clock) == ("prometheus.example", "test", "test")
    assert at(new) >= later - 10**6, "from when both were there"
    assert at(old) == at(silence)
    assert {f.thread for f in alerts} == {silence.thread}
    assert {(r.fact, r.rule) for f in alerts for r in f.related} == {(silence.id, "silencedBy")}
    server.expire(identity)
    after = check(AlertmanagerCollector, options(server), window())
    assert sorted(f.kind for f in after.facts) == ["alert.silenced", "alert.unsilenced"]


def test_what_is_prolonged_stays_one_silence_and_what_is_changed_becomes_two(server: Alertmanager) -> None:
    first = server.silence({"service": "checkout"}, comment="one")
    prolonged = server.silence(
        {"service": "checkout"},
        comment="two",
        lasts=2 * HOUR,
        replaces=first,
        since=server.silences()[0]["startsAt"],
    )
    assert prolonged == first
    one = check(AlertmanagerCollector, options(server), window()).facts
    assert [f.quote.text for f in one if f.quote] == ["two"]
    changed = server.silence({"service": "search"}, comment="three", replaces=first)
    assert changed != first
    two = check(AlertmanagerCollector, options(server), window())
    assert sorted(f.kind for f in two.facts) == ["alert.silenced", "alert.silenced", "alert.unsilenced"]
    assert len({f.thread for f in two.facts}) == 2


def test_a_silence_that_never_held_is_none(server: Alertmanager) -> None:
    ahead = format_instant(now() // 10**9 * 10**9 + HOUR)
    pending = server.silence({"service": "checkout"}, since=ahead, lasts=2 * HOUR)
    assert check(AlertmanagerCollector, options(server), window()).facts == []
    server.expire(pending)
    assert check(AlertmanagerCollector, options(server), window()).facts == []


def test_what_it_may_have_forgotten_is_a_gap(server: Alertmanager) -> None:
    server.silence({"service": "checkout"})
    asked = window(before=7 * 24 * HOUR)
    found = check(AlertmanagerCollector, options(server), asked, now=now())
    (gap,) = [g for g in found.gaps if g.reason == "past_retention"]
    assert gap.start == asked.start
    assert abs(gap.end - gap.start - 48 * HOUR) < MINUTE
    kept = check(AlertmanagerCollector, {**options(server), "retention": "8d"}, asked, now=now())
    assert [g.reason for g in kept.gaps] == ["partial"], "it started after the window did"


def test_a_server_that_knows_nothing_from_before_its_start_says_so(server: Alertmanager) -> None:
    found = check(AlertmanagerCollector, options(server), window(before=HOUR))
    (gap,) = found.gaps
    assert (gap.reason, gap.end) == ("partial", parse_instant(server.status()["uptime"]))
    assert "knows no silence from before" in gap.statement
    server.silence({"service": "checkout"})
    server.restart()
    again = check(AlertmanagerCollector, options(server), window(before=HOUR))
    assert len(again.facts) == 1, "it keeps silences on its disk"
    assert again.gaps == []


def test_doctor_shows_silences_clock_and_cluster(server: Alertmanager) -> None:
    server.expire(server.silence({"service": "checkout"}))
    server.silence({"service": "search"})
    lines = probe(AlertmanagerCollector, options(server))
    assert list(lines) == ["reachable", "clock", "silences", "retention", "cluster"]
    assert all(line.ok for line in lines.values())
    assert lines["silences"].detail == "1 active, 0 pending, 1 expired"
    assert lines["cluster"].detail.startswith("disabled; version 0.")


@pytest.mark.parametrize(
    ("path", "lost"), [("/alerts", "Which present alerts"), ("/status", "Whether the server")]
)
def test_what_is_told_beside_may_be_lost_and_is_named(
    start_alertmanager: Start, start_mitm: Callable[..., Any], path: str, lost: str
) -> None:
    server = start_alertmanager()
    server.silence({"service": "checkout"})
    proxy = start_mitm(server.url, faults=[Fault(match=f"/api/v2{path}", status=500)])
    found = check(AlertmanagerCollector, {"url": proxy.url}, window(before=0))
    assert [f.kind for f in found.facts] == ["alert.silenced"]
    (gap,) = [g for g in found.gaps if g.statement.startswith(lost)]
    assert gap.reason == "partial"


def test_a_source_that_refuses_is_a_failure(
    start_alertmanager: Start, start_mitm: Callable[..., Any]
) -> None:
    server = start_alertmanager()
    proxy = start_mitm(server.url, faults=[Fault(match="/silences", status=401)])
    found = check(AlertmanagerCollector, {"url": proxy.url}, window())
    assert found.failure is not None
    assert found.failure.reason == "unauthorised"


def test_a_prefix_and_a_token_are_part_of_the_source(start_alertmanager: Start) -> None:
    server = start_alertmanager(flags=("--web.route-prefix=/alertmanager",))
    base = {"url": f"{server.url}/alertmanager", "auth": {"bearer": "env:T"}}
    server.silence({"service": "checkout"}, prefix="/alertmanager")
    (fact,) = check(AlertmanagerCollector, base, window(), secrets={"env:T": "a-token-to-keep"}).facts
    assert fact.evidence[0].link is not None
    assert fact.evidence[0].link.startswith(f"{server.url}/alertmanager/#/silences/")
    wrong = run(AlertmanagerCollector, {"url": server.url}, window())
    assert wrong.failure is not None


def test_two_members_tell_the_same(start_alertmanager: Start) -> None:
    first, second = cluster(start_alertmanager)
    first.silence({"service": "checkout"})
    wait_until(
        lambda: bool(second.silences()), 60, "the second member was not told of the silence", second.log
    )
    runs = [check(AlertmanagerCollector, options(one), window(), source="am") for one in (first, second)]
    contents = [[f.content() for f in one.facts] for one in runs]
    assert contents[0] == contents[1]
    assert runs[0].facts[0].id == runs[1].facts[0].id
    assert probe(AlertmanagerCollector, options(first))["cluster"].detail.startswith("ready, 2 members")


def cluster(start: Start) -> tuple[Alertmanager, Alertmanager]:
    first = start(cluster=True)
    second = start(cluster=True, flags=(f"--cluster.peer={first.peer}",))

    def joined() -> bool:
        return all(s.status()["cluster"]["status"] == "ready" for s in (first, second))

    wait_until(joined, 60, "the cluster did not get ready", second.log)
    return first, second


def serve(httpserver: HTTPServer, silences: Any, alerts: Any = (), status: Any = None) -> dict[str, Any]:
    answers = {"silences": silences, "alerts": list(alerts), "status": {} if status is None else status}
    for name, answer in answers.items():
        httpserver.expect_request(f"/api/v2/{name}").respond_with_data(
            json.dumps(answer), content_type="application/json"
        )
    return {"url": httpserver.url_for("/").rstrip("/")}


def test_records_that_cannot_be_read_are_counted(server: Alertmanager, httpserver: HTTPServer) -> None:
    server.silence({"service": "checkout"})
    good = server.silences()[0]
    bad = [
        {**good, "id": ""},
        {**good, "id": "2", "startsAt": "soon"},
        {**good, "id": "3", "matchers": []},
        7,
    ]
    found = check(AlertmanagerCollector, serve(httpserver, [good, *bad], [{"labels": None}]), window())
    assert len(found.facts) == 1
    (gap,) = found.gaps
    assert (gap.reason, gap.missing) == ("undecodable", "5 records")
    assert len(gap.evidence) == 5
    for why in ("silence: its startsAt is no time", "silence: it has no matchers", "alert: it has no labels"):
        assert why in gap.statement


def test_a_member_that_has_not_joined_yet_says_so(httpserver: HTTPServer) -> None:
    made = serve(httpserver, [], (), {"cluster": {"status": "settling"}, "uptime": None})
    (gap,) = check(AlertmanagerCollector, made, window()).gaps
    assert gap.statement.startswith("The server had not joined its cluster yet")
    assert not probe(AlertmanagerCollector, made)["cluster"].ok


def test_another_api_is_named(httpserver: HTTPServer, tmp_path: Path) -> None:
    found = run(AlertmanagerCollector, serve(httpserver, {"status": "success"}), window())
    assert found.failure is not None
    assert found.failure.reason == "undecodable"
