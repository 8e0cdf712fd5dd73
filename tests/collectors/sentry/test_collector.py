"""Errors, activities, releases and deploys on a fake of Sentry: what was new, what came again, and what cannot be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.sentry.collector import SentryCollector
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.collectors.sentry.story import WINDOW, tell
from tests.fakes.sentry import TOKEN, FakeSentry
from tests.golden_files import Golden
from timeline.text import MENTION

SECRETS = {"env:SENTRY_TOKEN": TOKEN}


@pytest.fixture
def sentry() -> Iterator[FakeSentry]:
    with FakeSentry() as made:
        tell(made)
        yield made


def options(sentry: FakeSentry, **more: Any) -> dict[str, Any]:
    return {"url": sentry.url.removesuffix("/api/0"), "organization": "acme", **more}


def read(sentry: FakeSentry, **more: Any) -> Run:
    return check(SentryCollector, options(sentry, **more), WINDOW, secrets=SECRETS)


def told(found: Run) -> list[tuple[float, str, str]]:
    facts = [
        (((f.earliest or 0) - WINDOW.start) / 1e9, f.kind, MENTION.sub("X", f.statement)) for f in found.facts
    ]
    return sorted(facts)


STORY = [
    (30.0, "deploy.finished", "Deploy `9.0.0` finished to `production` at `search@9.0.0`"),
    (60.25, "log.first_seen", "Log signature `ValueError: no card` was seen in `checkout`, first in the window, and not before in its issue"),
    (120.0, "custom", "`set_regression of issue CHECKOUT-2` was recorded by `Sentry`"),
    (120.0, "log.first_seen", "Log signature `TimeoutError` was seen in `checkout`, first in the window"),
    (600.0, "custom", "`note of issue CHECKOUT-1` was recorded by `Sentry`"),
    (900.0, "custom", "`set_resolved of issue CHECKOUT-3` was recorded by `Sentry`"),
    (2100.0, "change.released", "Release `checkout@1.4.2` was published"),
    (2200.0, "deploy.started", "Deploy `1.4.2` started to `production` at `checkout@1.4.2`"),
    (2260.0, "deploy.finished", "Deploy `1.4.2` finished to `production` at `checkout@1.4.2`"),
    (3000.0, "custom", "`set_resolved_in_release of issue CHECKOUT-1` was recorded by `Sentry`"),
]  # fmt: skip


def test_what_was_new_what_came_again_and_what_was_done(sentry: FakeSentry) -> None:
    found = read(sentry)
    assert found.gaps == []
    assert told(found) == STORY
    new = next(f for f in found.facts if f.kind == "log.first_seen" and f.statement.count("ValueError"))
    assert (new.earliest, new.latest) == (
        WINDOW.start + 60_250_000_000,
        WINDOW.start + 60_250_999_999,
    )
    assert new.evidence[0].link == "https://acme.sentry.io/issues/7000/"
    assert dict(new.subject.labels) == {"issue": "CHECKOUT-1", "level": "error", "project": "checkout"}
    assert {f.thread for f in found.facts if f.subject.labels.get("issue") == "CHECKOUT-1"} == {new.thread}
    again = next(f for f in found.facts if f.kind == "log.first_seen" and f != new)
    assert str(again.evidence[0].link).startswith("https://acme.sentry.io/issues/7001/events/")
    note = next(f for f in found.facts if f.quote and f.quote.text == "seen since the deploy")
    assert note.actor == "sentry:test:31"
    deploy = next(f for f in found.facts if f.kind == "deploy.started")
    assert (deploy.subject.service, deploy.subject.environment) == ("checkout", "production")
    assert str(deploy.evidence[0].link).endswith("/organizations/acme/releases/checkout%401.4.2/")
    assert len({f.thread for f in found.facts if f.kind.startswith("deploy.")}) == 2


def test_pages_go_by_the_cursor_whatever_host_the_link_names(sentry: FakeSentry) -> None:
    for number in range(30):
        sentry.issue(f"Error {number}", 200 + number)
    sentry.size = 4
    found = read(sentry)
    assert found.gaps == []
    assert len(found.facts) == len(STORY) + 30
    pages = [call for call in sentry.calls if call.path.endswith("/issues/")]
    assert len(pages) == 2 * 9, "no page is asked for that has no results"


def test_resolved_ones_too_of_all_projects_or_of_some(sentry: FakeSentry) -> None:
    found = read(sentry, projects=["search"])
    assert [kind for _, kind, _ in told(found)] == ["deploy.finished"]
    assert {call.query["query"] for call in sentry.calls if call.path.endswith("/issues/")} == {
        "project:[search]"
    }
    alone = read(sentry, releases=False, service="shop")
    assert {f.subject.service for f in alone.facts} == {"shop"}
    assert not any(f.kind.startswith(("deploy", "change")) for f in alone.facts)


def test_what_cannot_be_told_is_a_gap(sentry: FakeSentry) -> None:
    sentry.issues[0]["firstSeen"] = None
    sentry.knows_spans = False
    del sentry.deploys["search@9.0.0"][0]["dateFinished"]
    found = read(sentry)
    assert sorted((gap.reason, gap.missing) for gap in found.gaps) == [
        ("partial", "CHECKOUT-2"), ("partial", "SEARCH-4"), ("undecodable", "2 records"),
    ]  # fmt: skip
    for number in range(120):
        sentry.acted("7002", "set_ignored", 1000 + number)
    cut = read(sentry)
    assert ("truncated", "CHECKOUT-3") in {(gap.reason, gap.missing) for gap in cut.gaps}


def test_the_doctor_tells_what_may_be_read(sentry: FakeSentry) -> None:
    well = probe(SentryCollector, options(sentry), SECRETS)
    assert all(one.ok for one in well.values())
    assert well["rate limit"].detail == "39 requests left"
    assert not probe(SentryCollector, options(sentry), {"env:SENTRY_TOKEN": "x"})["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(
    sentry: FakeSentry, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentry.size = 2
    base = sentry.url.removesuffix("/api/0")
    with FaultServer(base) as faulty:
        outcomes = check_faults(
            SentryCollector, {"organization": "acme"}, faulty, WINDOW, secrets=SECRETS,
            optional=("title", "culprit", "permalink", "shortId", "level", "project", "slug", "projects", "user", "name", "username", "email", "data",
                      "text", "environment", "shortVersion", "deployCount", "eventID", "id"),
        )  # fmt: skip
    clock_cases.hold(SentryCollector, {"organization": "acme"}, base, WINDOW, secrets=SECRETS)
    keep(golden, "sentry", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
