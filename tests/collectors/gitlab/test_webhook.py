"""GitLab's deliveries: by token or signature; deployments, merges, releases and flags."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from collectors.gitlab.webhook import WEBHOOK
from collectors.kit.proof import Proof, Request
from tests.collectors.webhook_cases import (
    BODY,
    ODD_STAMPS,
    SECRET,
    SIGNING,
    STAMP,
    Inbox,
    is_refused,
    proves,
    received,
    request,
)
from timeline.instant import parse_instant

PROJECT = {"path_with_namespace": "shop/checkout", "web_url": "https://gitlab.example/shop/checkout"}
USER = {"username": "bo", "name": "Bo Example"}
DEPLOYMENT = {
    "object_kind": "deployment", "status": "success", "status_changed_at": "2026-11-21 15:01:00 +0100", "deployment_id": 15, "environment": "staging",
    "short_sha": "279484c0", "project": PROJECT, "user": USER, "deployable_url": "https://gitlab.example/shop/checkout/-/jobs/796",
}  # fmt: skip
MERGE = {
    "object_kind": "merge_request", "project": PROJECT, "user": USER,
    "object_attributes": {"id": 99, "iid": 1, "action": "merge", "title": "Smaller pool", "target_branch": "main", "merged_at": "2026-11-21 14:03:00 UTC", "url": "https://gitlab.example/m/1"},
}  # fmt: skip
RELEASE = {
    "object_kind": "release", "action": "create", "id": 5, "tag": "v2", "name": "Two", "released_at": "2026-11-21 14:04:00 UTC", "project": PROJECT,
}  # fmt: skip
FLAG = {"object_kind": "feature_flag", "project": PROJECT, "object_attributes": {"id": 6, "name": "new-checkout", "active": True}}  # fmt: skip


def signed(body: bytes = BODY, stamp: str = STAMP) -> dict[str, Any]:
    data = f"m1.{stamp}.".encode() + body
    signature = base64.b64encode(hmac.new(b"k" * 32, data, hashlib.sha256).digest()).decode()
    return {"webhook_id": "m1", "webhook_timestamp": stamp, "webhook_signature": f"v1,AAAA v1,{signature}"}


@pytest.mark.parametrize(
    ("given", "proof"),
    [(request(x_gitlab_token=SECRET), Proof(SECRET)), (request(**signed()), Proof(SIGNING))],
)
def test_a_token_or_a_signature_proves_it(given: Request, proof: Proof) -> None:
    proves(WEBHOOK, given, proof)


@pytest.mark.parametrize("stamp", ODD_STAMPS)
def test_a_time_that_is_none_or_old_is_refused_and_raises_nothing_else(stamp: str) -> None:
    assert is_refused(WEBHOOK, request(**signed(stamp=stamp)), Proof(SIGNING))


def test_its_events_have_a_type_and_the_id_of_the_delivery() -> None:
    assert received(WEBHOOK, {"object_kind": "push"}, idempotency_key="k1")[:2] == ("k1", "push")
    of_event = received(WEBHOOK, {"object_kind": "push"}, x_gitlab_event_uuid="u1")
    assert of_event.id is not None
    assert of_event.id.startswith("u1 ")


def test_changes_are_told_at_the_time_they_carry(inbox: Inbox) -> None:
    for number, body in enumerate((DEPLOYMENT, MERGE, RELEASE, FLAG, {"object_kind": "push"})):
        inbox.take("gitlab", body, idempotency_key=f"k{number}")
    run = inbox.read()
    assert {f.kind: f.statement for f in run.facts} == {
        "deploy.finished": "Deploy `15` finished to `staging` at `279484c0`",
        "change.merged": "Change `!1` was merged into `main` in `shop/checkout`",
        "change.released": "Release `v2` was published in `shop/checkout`",
        "change.flag": "Flag `new-checkout` was changed to `on`",
        "custom": "`gitlab push` was recorded by `gitlab`",
    }
    at = {f.kind: f.earliest for f in run.facts}
    assert at["deploy.finished"] == parse_instant("2026-11-21T14:01:00Z")
    assert at["change.merged"] == parse_instant("2026-11-21T14:03:00Z")
    clocks = {f.kind: f.clock for f in run.facts}
    assert (clocks["change.merged"], clocks["change.flag"]) == ("gitlab.example", "inbox")
    assert [(p.identity, p.names) for p in run.people] == [("gitlab:bo", ("Bo Example", "bo"))]
    assert run.gaps == []
