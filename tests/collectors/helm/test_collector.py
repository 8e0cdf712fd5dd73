"""The Helm collector on records that the real program wrote: when what was done, and what reaches no evidence."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.helm.collector import HelmCollector
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors.fault_matrix import keep
from tests.collectors.kubernetes.story import Did
from tests.collectors.probing import probe
from tests.fakes.kubernetes import TOKEN, FakeKubernetes
from tests.golden_files import Golden
from timeline.instant import NS
from timeline.model import Fact, Window

RECORDED = Path(__file__).resolve().parents[2] / "recorded" / "kubernetes" / "helm.json"
SECRETS = "api/v1/secrets"
PLACES = {"env:T": TOKEN}


def content() -> tuple[dict[str, Any], dict[str, Did]]:
    found = json.loads(RECORDED.read_text())
    return found["lists"], {step: Did(*one) for step, one in found["did"].items()}


@pytest.fixture
def api() -> Iterator[FakeKubernetes]:
    with FakeKubernetes(copy.deepcopy(content()[0])) as fake:
        yield fake


def window() -> Window:
    did = content()[1]
    return Window(start=did["install"].start - NS, end=did["rollback"].end // NS * NS + 2 * NS)


def read(api: FakeKubernetes, **options: Any) -> Run:
    return check(
        HelmCollector, {"url": api.url, "auth": {"bearer": "env:T"}, **options}, window(), secrets=PLACES
    )


def of(run: Run, kind: str) -> list[Fact]:
    return sorted((f for f in run.facts if f.kind == kind), key=lambda f: f.latest)


def told(run: Run, did: dict[str, Did]) -> None:
    """Check that releases stand where they were made."""
    assert run.failure is None
    for fact, step in zip(
        of(run, "deploy.started"), ("install", "upgrade", "fails", "rollback"), strict=True
    ):
        assert did[step].start <= (fact.earliest or 0) <= fact.latest <= did[step].end
    (failed,), (finished,), (back,) = (
        of(run, f"deploy.{kind}") for kind in ("failed", "finished", "rolled_back")
    )
    for fact, step in ((failed, "fails"), (finished, "rollback")):
        assert did[step].start // NS * NS <= (fact.earliest or 0) <= did[step].end
    assert failed.latest >= did["fails"].start + 2 * NS, "it failed when it had waited, not when it began"
    assert (back.latest, back.thread) == (of(run, "deploy.started")[3].latest, failed.thread)
    assert (
        back.statement
        == "Deploy `releases/web.v3` was rolled back from `web-1.0.0` to `web-1.0.0` by deploy `releases/web.v4`"
    )
    assert [g.missing for g in run.gaps] == ["the end of 2 operations"]
    assert b"hush-hush" not in b"".join(run.store.payloads.values())


def test_releases_stand_where_they_were_made(api: FakeKubernetes) -> None:
    told(read(api), content()[1])


def test_a_record_that_is_none_is_counted(api: FakeKubernetes) -> None:
    api.lists[SECRETS]["items"][0]["data"]["release"] = "bm9uZQ=="
    run = read(api)
    assert [g.reason for g in run.gaps if "could not be read" in g.statement] == ["undecodable"]
    assert len(of(run, "deploy.started")) == 3


def test_revisions_that_are_not_kept_are_a_gap(api: FakeKubernetes) -> None:
    del api.lists[SECRETS]["items"][0]
    assert "1 revisions" in [g.missing for g in read(api).gaps]


def test_doctor_says_how_many_there_are(api: FakeKubernetes) -> None:
    lines = probe(HelmCollector, {"url": api.url, "auth": {"bearer": "env:T"}}, PLACES)
    assert lines["releases"].detail == "4 records may be listed"


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeKubernetes(content()[0], page=2) as api, FaultServer(api.url) as server:
        outcomes = check_faults(
            HelmCollector, {"auth": {"bearer": "env:T"}}, server, window(), secrets=PLACES
        )
    keep(golden, "helm", outcomes)
