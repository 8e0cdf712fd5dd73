"""Each sender proves itself by its own scheme, and nothing else proves anything."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.inbox.senders import Proof, RefusedError, Request, authenticate, challenge, deliveries
from service.settings.serve import Sender
from timeline.instant import NS

NOW = 1_795_000_000 * NS
STAMP = str(NOW // NS)
SECRET = "a-secret-of-some-length"
SIGNING = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = b'{"status": "resolved"}'
SENDERS: list[Sender] = [
    "alertmanager",
    "pagerduty",
    "grafana",
    "github",
    "gitlab",
    "slack",
    "statuspage",
    "cloudevents",
]


def mac(data: bytes, key: bytes = SECRET.encode()) -> str:
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def request(body: bytes = BODY, query: dict[str, str] | None = None, **headers: Any) -> Request:
    return Request({k.replace("_", "-"): v for k, v in headers.items()}, query or {}, body, NOW)


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def standard(body: bytes = BODY, stamp: str = STAMP) -> dict[str, Any]:
    signed = f"m1.{stamp}.".encode() + body
    told = base64.b64encode(hmac.new(b"k" * 32, signed, hashlib.sha256).digest()).decode()
    return {"webhook_id": "m1", "webhook_timestamp": stamp, "webhook_signature": f"v1,AAAA v1,{told}"}


GOOD: list[tuple[Sender, Request, Proof]] = [
    ("alertmanager", request(authorization=f"Bearer {SECRET}"), Proof(SECRET)),
    ("alertmanager", request(authorization=basic("am:pw")), Proof(basic="am:pw")),
    ("grafana", request(authorization=f"Bearer {SECRET}"), Proof(SECRET)),
    ("grafana", request(x_grafana_alerting_signature=mac(BODY)), Proof(SECRET)),
    ("grafana", request(x_grafana_alerting_signature=mac(f"{STAMP}:".encode() + BODY), x_grafana_alerting_timestamp=STAMP), Proof(SECRET)),
    ("github", request(x_hub_signature_256=f"sha256={mac(BODY)}"), Proof(SECRET)),
    ("gitlab", request(x_gitlab_token=SECRET), Proof(SECRET)),
    ("gitlab", request(**standard()), Proof(SIGNING)),
    ("pagerduty", request(x_pagerduty_signature=f"v1={'0' * 64}, v1={mac(BODY)}"), Proof(SECRET)),
    ("slack", request(x_slack_request_timestamp=STAMP, x_slack_signature=f"v0={mac(f'v0:{STAMP}:'.encode() + BODY)}"), Proof(SECRET)),
    ("statuspage", request(query={"token": SECRET}), Proof(SECRET)),
    ("cloudevents", request(authorization=f"Bearer {SECRET}"), Proof(SECRET)),
    ("cloudevents", request(query={"access_token": SECRET}), Proof(SECRET)),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "given_", "proof"), GOOD)
def test_a_proven_delivery_passes_and_a_changed_one_does_not(
    sender: Sender, given_: Request, proof: Proof
) -> None:
    authenticate(sender, given_, proof)
    signed = any("signature" in name for name in given_.headers)
    if signed:
        with pytest.raises(RefusedError):
            authenticate(sender, given_._replace(body=given_.body + b" "), proof)
    with pytest.raises(RefusedError):
        authenticate(sender, given_, Proof("another-secret", "another:pair"))


@pytest.mark.parametrize("sender", SENDERS)
def test_nothing_proves_nothing(sender: Sender) -> None:
    for proof in (Proof(SECRET), Proof(SIGNING), Proof(basic="a:b")):
        with pytest.raises(RefusedError):
            authenticate(sender, request(), proof)


@pytest.mark.parametrize(
    "stamp",
    ["", "abc", "1e9", "-1", "٣٤٥", "9" * 400, str(NOW // NS - 301), str(NOW // NS + 301), "1.5", " "],
)
def test_a_time_that_is_none_or_old_is_refused_and_raises_nothing_else(stamp: str) -> None:
    signed = request(
        x_slack_request_timestamp=stamp, x_slack_signature=f"v0={mac(f'v0:{stamp}:'.encode() + BODY)}"
    )
    with pytest.raises(RefusedError):
        authenticate("slack", signed, Proof(SECRET))
    with pytest.raises(RefusedError):
        authenticate("gitlab", request(**standard(stamp=stamp)), Proof(SIGNING))


@settings(deadline=None)
@given(st.sampled_from(SENDERS), st.dictionaries(st.sampled_from(["authorization", "x-slack-signature", "x-slack-request-timestamp", "x-hub-signature-256", "webhook-signature", "webhook-timestamp", "content-type", "ce-id", "x-github-event"]), st.text(max_size=40)), st.binary(max_size=60))  # fmt: skip
def test_no_header_and_no_body_raises_anything_else(
    sender: Sender, headers: dict[str, str], body: bytes
) -> None:
    odd = Request(headers, {}, body, NOW)
    for proof in (Proof(SECRET), Proof(SIGNING)):
        with pytest.raises(RefusedError):
            authenticate(sender, odd, proof)
    found = deliveries(sender, odd)
    assert all(one.type and isinstance(one.body, bytes) for one in found)
    challenge(sender, odd)


def one(sender: Sender, value: Any, **headers: Any) -> Any:
    (found,) = deliveries(sender, request(json.dumps(value).encode(), **headers))
    return found


def test_each_sender_names_its_deliveries_and_types() -> None:
    assert one("github", {"action": "created"}, x_github_event="deployment_status", x_github_delivery="d1")[
        :2
    ] == ("d1", "deployment_status.created")
    assert one("pagerduty", {"event": {"event_type": "incident.resolved"}}, x_webhook_id="w1")[:2] == (
        "w1",
        "incident.resolved",
    )
    assert one("slack", {"event_id": "E1", "event": {"type": "message"}})[:2] == ("E1", "message")
    assert one("gitlab", {"object_kind": "push"}, idempotency_key="k1")[:2] == ("k1", "push")
    assert one("statuspage", {"incident": {"status": "resolved"}}).type == "incident.resolved"
    assert one("alertmanager", {"status": "firing"})[:2] == (None, "firing")
    assert one("github", {"new": True}, x_github_event="something_new").type == "something_new"


def test_cloudevents_come_in_three_forms() -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}
    structured = one("cloudevents", event, content_type="application/cloudevents+json")
    assert (structured.id, structured.type) == ("/s 1", "t")
    binary = one(
        "cloudevents", {"a": 1}, content_type="application/json", ce_id="1", ce_source="/s", ce_type="t"
    )
    assert json.loads(binary.body)["data"] == {"a": 1}
    assert binary.id == "/s 1"
    text = deliveries(
        "cloudevents",
        request(b"plain words", content_type="text/plain", ce_id="1", ce_source="/s", ce_type="t"),
    )
    assert json.loads(text[0].body)["data"] == "plain words"
    batch = deliveries(
        "cloudevents",
        request(
            json.dumps([event, {**event, "id": "2"}]).encode(),
            content_type="application/cloudevents-batch+json",
        ),
    )
    assert [d.id for d in batch] == ["/s 1", "/s 2"]


def test_a_form_from_github_is_read_and_slack_gets_its_challenge() -> None:
    form = request(
        b"payload=%7B%22action%22%3A%22opened%22%7D",
        content_type="application/x-www-form-urlencoded",
        x_github_event="issues",
    )
    assert deliveries("github", form)[0].body == b'{"action":"opened"}'
    asked = request(b'{"type": "url_verification", "challenge": "c"}')
    assert challenge("slack", asked) == "c"
    assert challenge("github", asked) is None
