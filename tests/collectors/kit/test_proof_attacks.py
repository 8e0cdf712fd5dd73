"""What somebody tries who has seen deliveries of a sender but not its secret: a table, every sender by every attack."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote_plus

import pytest

from collectors.kit import webhooks
from collectors.kit.proof import FORM, JSON, Proof, RefusedError, Request
from tests.collectors.webhook_cases import NOW, SECRET, SIGNING, STAMP, basic, is_refused, mac
from timeline.instant import MINUTE, NS

TRAP = {"action": "opened", "title": 'x&payload={"forged":1}&y=', "status": "resolved"}
BODY = json.dumps(TRAP).encode()
OLD = str((NOW - 60 * MINUTE) // NS)
LATE = str((NOW + 60 * MINUTE) // NS)


@dataclass(frozen=True)
class Case:
    """A sender with its secret, and how it signs a body at a time (empty: without one)."""

    sender: str
    proof: Proof
    sign: Callable[[bytes, str], dict[str, str]]
    header: str  # that holds the proof
    stamp: str = ""  # the header of the signed time
    query: str = ""

    def request(self, body: bytes = BODY, stamp: str = STAMP, **more: str) -> Request:
        query = {self.query: SECRET} if self.query else {}
        return Request({"content-type": JSON, **self.sign(body, stamp), **more}, query, body, NOW)


def _standard(body: bytes, stamp: str) -> dict[str, str]:
    made = hmac.new(b"k" * 32, f"m1.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(made).decode()}"
    return {"webhook-id": "m1", "webhook-timestamp": stamp, "webhook-signature": signature}


def _slack(body: bytes, stamp: str) -> dict[str, str]:
    signature = f"v0={mac(f'v0:{stamp}:'.encode() + body)}"
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}


def _grafana(body: bytes, stamp: str) -> dict[str, str]:
    signature = mac(f"{stamp}:".encode() + body)
    return {"x-grafana-alerting-timestamp": stamp, "x-grafana-alerting-signature": signature}


def _bearer(_body: bytes, _stamp: str) -> dict[str, str]:
    return {"authorization": f"Bearer {SECRET}"}


CASES = {
    "github": Case("github", Proof(SECRET), lambda body, _: {"x-hub-signature-256": f"sha256={mac(body)}"}, "x-hub-signature-256"),
    "pagerduty": Case("pagerduty", Proof(SECRET), lambda body, _: {"x-pagerduty-signature": f"v1={mac(body)}"}, "x-pagerduty-signature"),
    "slack": Case("slack", Proof(SECRET), _slack, "x-slack-signature", "x-slack-request-timestamp"),
    "gitlab signed": Case("gitlab", Proof(SIGNING), _standard, "webhook-signature", "webhook-timestamp"),
    "gitlab token": Case("gitlab", Proof(SECRET), lambda *_: {"x-gitlab-token": SECRET}, "x-gitlab-token"),
    "grafana stamped": Case("grafana", Proof(SECRET), _grafana, "x-grafana-alerting-signature", "x-grafana-alerting-timestamp"),
    "grafana signed": Case("grafana", Proof(SECRET), lambda body, _: {"x-grafana-alerting-signature": mac(body)}, "x-grafana-alerting-signature"),
    "grafana bearer": Case("grafana", Proof(SECRET), _bearer, "authorization"),
    "alertmanager bearer": Case("alertmanager", Proof(SECRET), _bearer, "authorization"),
    "alertmanager basic": Case("alertmanager", Proof(basic="am:pw"), lambda *_: {"authorization": basic("am:pw")}, "authorization"),
    "statuspage": Case("statuspage", Proof(SECRET), lambda *_: {}, "", query="token"),
    "opsgenie": Case("opsgenie", Proof(SECRET), _bearer, "authorization"),
    "cloudevents": Case("cloudevents", Proof(SECRET), _bearer, "authorization"),
}  # fmt: skip
SIGNED = [name for name, case in CASES.items() if "signature" in case.header]
STAMPED = [name for name, case in CASES.items() if case.stamp]
BY_HEADER = [name for name, case in CASES.items() if case.header]


def without(given: Request, *names: str) -> Request:
    return replace(given, headers={k: v for k, v in given.headers.items() if k not in names})


def proven(case: Case, **changed: str) -> dict[str, str]:
    return {**case.request().headers, **changed}


def attacks() -> Iterator[tuple[str, str, Request]]:
    """Yield the sender, what is tried, and the forged delivery."""
    for name, case in CASES.items():
        good = case.request()
        yield name, "nothing is given", Request({"content-type": JSON}, {}, BODY, NOW)
        yield (
            name,
            "its query is another's",
            replace(without(good, case.header), query={"token": "x", "access_token": "x"}),
        )
        yield (
            name,
            "an empty bearer",
            replace(without(good, case.header), query={}, headers={"authorization": "Bearer "}),
        )
        yield (
            name,
            "the secret's beginning as bearer",
            replace(without(good, case.header), query={}, headers={"authorization": f"Bearer {SECRET[:-1]}"}),
        )
        yield (
            name,
            "an empty pair",
            replace(without(good, case.header), query={}, headers={"authorization": basic(":")}),
        )
        if case.sender != "cloudevents":
            for kind in (
                FORM,
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/xml",
                FORM.upper(),
            ):
                yield (
                    name,
                    f"its body sent as {kind}",
                    replace(good, headers={**good.headers, "content-type": kind}),
                )
    for name in BY_HEADER:
        case = CASES[name]
        good, value = case.request(), case.request().headers[case.header]
        yield name, "no proof", without(good, case.header)
        for forged in (
            "",
            " ",
            "0",
            value[:-1],
            value + "0",
            value[1:],
            value[::-1],
            "Bearer",
            "ä" + value[1:],
            "\x00" + value,
            "A" * 60_000,
        ):
            yield (
                name,
                f"the proof is {forged[:12]!r}",
                replace(good, headers={**good.headers, case.header: forged}),
            )
    for name in SIGNED:
        case = CASES[name]
        good = case.request()
        for what, body in {
            "a byte more": BODY + b" ", "a byte less": BODY[:-1], "a byte before": b" " + BODY, "another": b"{}", "none": b"",
            "another field": BODY.replace(b"opened", b"closed"), "its own twice": BODY + BODY, "other letters": BODY.upper(),
        }.items():  # fmt: skip
            yield name, f"the body is {what}", replace(good, body=body)
        others = {
            key: header
            for other in SIGNED
            if CASES[other].sender != case.sender
            for key, header in CASES[other].request().headers.items()
        }
        yield (
            name,
            "another sender's signature",
            replace(good, headers={**others, case.header: others.get(case.header, "x")}),
        )
        digest = mac(BODY, b"")
        for prefix in ("", "v0=", "v1=", "sha256=", "sha1=", "v1,"):
            yield (
                name,
                f"signed by an empty key, {prefix!r}",
                replace(good, headers={**good.headers, case.header: prefix + digest}),
            )
        form = b"payload=" + quote_plus(BODY).encode()
        yield (
            name,
            "a form of its body",
            replace(good, body=form, headers={**good.headers, "content-type": FORM}),
        )
        yield (
            name,
            "the signature is in the query",
            replace(without(good, case.header), query={case.header: good.headers[case.header]}),
        )
        yield (
            name,
            "the secret is no bearer of a signed one",
            Request({"authorization": "Bearer another", "content-type": JSON}, {}, BODY, NOW),
        )
    for name in STAMPED:
        case = CASES[name]
        good, old = case.request(), case.request(stamp=OLD)
        yield name, "an hour old", old
        yield name, "an hour ahead", case.request(stamp=LATE)
        yield name, "old, under a new time", replace(old, headers={**old.headers, case.stamp: STAMP})
        yield name, "old, without its time", without(old, case.stamp)
        yield name, "old, with an empty time", replace(old, headers={**old.headers, case.stamp: ""})
        for between in (b":", b"."):
            moved = OLD.encode() + between + BODY
            yield (
                name,
                f"old, its time moved into the body by {between!r}",
                replace(without(old, case.stamp), body=moved),
            )
            yield (
                name,
                "old, the time in both",
                replace(old, body=moved, headers={**old.headers, case.stamp: STAMP}),
            )
        for odd in (
            f"{STAMP} ",
            f" {STAMP}",
            f"+{STAMP}",
            f"{STAMP}.0",
            f"0x{int(STAMP):x}",
            "١٧٩٥٠٠٠٠٠٠",
            f"{OLD},{STAMP}",
            f"{STAMP}:",
        ):
            yield name, f"the time is {odd!r}", replace(good, headers={**good.headers, case.stamp: odd})
    twin = CASES["gitlab signed"].request()
    yield "gitlab signed", "another id", replace(twin, headers={**twin.headers, "webhook-id": "m2"})
    yield "gitlab signed", "no id", without(twin, "webhook-id")
    shifted = _standard(BODY, STAMP) | {"webhook-id": "m1.x"}
    yield "gitlab signed", "an id with a point", replace(twin, headers={**twin.headers, **shifted})
    unsigned = {"x-gitlab-token": SIGNING, "content-type": JSON}
    yield "gitlab signed", "the signing secret as a token", Request(unsigned, {}, BODY, NOW)


ATTACKS = list(attacks())


@pytest.mark.parametrize("name", CASES)
def test_the_sender_itself_is_taken(name: str) -> None:
    case = CASES[name]
    webhook, given = webhooks.load(case.sender), case.request()
    webhook.authenticate(given, case.proof)
    for kind in (f"{JSON}; charset=utf-8", JSON.upper(), ""):
        webhook.authenticate(replace(given, headers={**given.headers, "content-type": kind}), case.proof)
    assert is_by_headers(case, given) is (name not in SIGNED)


def is_by_headers(case: Case, given: Request) -> bool | None:
    """Tell what the headers alone prove; None where they are refused."""
    try:
        return webhooks.load(case.sender).by_headers(replace(given, body=b""), case.proof)
    except RefusedError:
        return None


@pytest.mark.parametrize("name", CASES)
def test_every_attack_of_the_table_is_refused(name: str) -> None:
    case, tried = CASES[name], [(what, given) for other, what, given in ATTACKS if other == name]
    assert len(tried) >= 10
    webhook = webhooks.load(case.sender)
    passed = [what for what, given in tried if not is_refused(webhook, given, case.proof)]
    assert passed == []


@pytest.mark.parametrize("name", CASES)
def test_headers_alone_prove_nothing_that_the_whole_refuses(name: str) -> None:
    case = CASES[name]
    wrong = [
        what
        for other, what, given in ATTACKS
        if other == name and is_by_headers(case, given) and given.media_type == JSON
    ]
    assert wrong == []


@pytest.mark.parametrize("name", SIGNED)
def test_what_has_no_signature_is_refused_before_its_body_is_taken(name: str) -> None:
    case = CASES[name]
    assert is_by_headers(case, without(case.request(), case.header)) is None
    if case.stamp:
        assert is_by_headers(case, case.request(stamp=OLD)) is None


def test_a_form_is_githubs_alone_and_read_only_where_it_is_one() -> None:
    case, webhook = CASES["github"], webhooks.load("github")
    form = b"payload=" + quote_plus(BODY).encode()
    given = replace(case.request(form), headers={**case.sign(form, ""), "content-type": FORM})
    webhook.authenticate(given, case.proof)
    assert given.content == BODY
    for odd in (form + b"&payload=%7B%7D", b"x=1&" + form, b"payload", form + b"&", b"payload=%ff%00\xff"):
        changed = replace(given, body=odd, headers={**case.sign(odd, ""), "content-type": FORM})
        assert is_refused(webhook, changed, case.proof) is (changed.content is changed.body)
    assert is_refused(webhook, replace(given, headers={**given.headers, "content-type": JSON}), case.proof)


def test_the_table_has_its_size() -> None:
    assert len(ATTACKS) >= 300
