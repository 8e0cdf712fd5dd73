"""Common tokens and the client's own secrets are gone before anything is stored."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit.redaction import Redactor

#: Joined here so that no scanner takes this file for a leak.
TOKENS = [
    "xoxb-" + "123456789012-abcdefABCDEF", "xoxe-" + "1-abcdefgh12345678", "ghp_" + "a" * 36, "github_pat_" + "A1" * 15,
    "glpat-" + "x" * 20, "AKIA" + "ABCDEFGHIJKLMNOP", "AIza" + "b" * 35, "syt_" + "bWFyeQ_abcdefghij_0a1b2c",
    "eyJ" + "hbGciOiJI.eyJ" + "zdWIiOiIx.c2ln", "sk-" + "proj-abcdefghijklmnopqrst",
    "-----BEGIN RSA PRIVATE KEY-----\\nMIIEow\\n-----END RSA PRIVATE KEY-----",
]  # fmt: skip


@pytest.mark.parametrize("token", TOKENS, ids=lambda t: t[:8])
def test_common_tokens_vanish_and_json_stays_json(token: str) -> None:
    data = f'{{"text": "see {token} here", "n": 1}}'.encode()
    redacted = Redactor().redact(data)
    assert token.encode() not in redacted
    assert re.fullmatch(r"see \[redacted:[a-z0-9_]+\] here", json.loads(redacted)["text"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Authorization: Bearer abcdefghijklmnop123", "Authorization: Bearer [redacted:authorization]"),
        ("postgres://app:hunter22@db/x", "postgres://[redacted:url_credentials]@db/x"),
        ("https://x/y?t=abcdefgh&a=1", "https://x/y?t=[redacted:url_credentials]&a=1"),
        ("password=hunter22, next", "password=[redacted:password], next"),
        ('{"api_key": "abcdef123"}', '{"api_key": "[redacted:api_key]"}'),
        ('{"api_key": 1234567, "n": 1}', '{"api_key": "[redacted:api_key]", "n": 1}'),
        ('"{\\"secret\\":1234567}"', '"{\\"secret\\":\\"[redacted:secret]\\"}"'),
        ('{"@odata.nextLink": "https://x/y?$skiptoken=-FG3FPHv7HuyuazNLuy3eXl"}', '{"@odata.nextLink": "https://x/y?$skiptoken=-FG3FPHv7HuyuazNLuy3eXl"}'),
        ("x?$skiptoken=%5b%7B%22token%22%3a%22%2bRID%3avpsQAJ9uAC047gwAAACcBQ", "x?$skiptoken=%5b%7B%22token%22%3a%22%2bRID%3avpsQAJ9uAC047gwAAACcBQ"),
        ("x?$skiptoken=1a&token=vpsQAJ9uAC047gwAAACcBQ", "x?$skiptoken=1a&token=[redacted:token]"),
        ("the password is in the vault", "the password is in the vault"),
        ("secret: [none]", "secret: [none]"),
    ],
)  # fmt: skip
def test_named_secrets_keep_their_name(before: str, after: str) -> None:
    assert Redactor().redact_text(before) == after


def test_the_clients_own_secret_vanishes_in_every_form() -> None:
    redactor = Redactor()
    redactor.add("user:pass/word!")
    text = "user:pass/word! dXNlcjpwYXNzL3dvcmQh user%3Apass%2Fword%21 pass/word!"
    assert redactor.redact_text(text) == " ".join(["[redacted:own_credential]"] * 4)


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_redaction_never_breaks_json_and_is_stable(secret: str, value: dict[str, str]) -> None:
    redactor = Redactor()
    redactor.add("tok-" + secret.replace('"', "").replace("\\", ""))
    once = redactor.redact(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    json.loads(once.decode("utf-8", "replace"))
    assert redactor.redact(once) == once


@pytest.mark.parametrize(
    ("secret", "before", "after"),
    [
        ("a", '{"password": "a", "a": "a cat"}', '{"password": "[redacted:own_credential]", "a": "a cat"}'),
        ("true", '{"has_token": true, "ok": true}', '{"has_token": "[redacted:own_credential]", "ok": true}'),
        ("true", "token=true&ok=true, token trueness", "token=[redacted:own_credential]&ok=true, token trueness"),
        ("prometheus", '{"job":"prometheus"}', '{"job":"prometheus"}'),
        ("prometheus", "bad password prometheus", "bad password [redacted:own_credential]"),
        ("admin:prometheus", "admin:prometheus prometheus_tsdb", "[redacted:own_credential] prometheus_tsdb"),
        ("admin:admin", "Authorization: Basic YWRtaW46YWRtaW4=", "Authorization: Basic [redacted:own_credential]"),
        ("a:b", "Authorization: Basic YTpi, https://a:b@host/a:b", "Authorization: Basic [redacted:own_credential], https://[redacted:url_credentials]@host/a:b"),
        ("123456", '{"n": 123456, "secret": 123456}', '{"n": 123456, "secret": "[redacted:own_credential]"}'),
        ("1234", '{"key": 1234.5}', '{"key": 1234.5}'),
        ("hunter22", "it says hunter22 here", "it says [redacted:own_credential] here"),
    ],
)  # fmt: skip
def test_a_secret_that_is_an_ordinary_word_breaks_nothing_and_is_gone_where_it_is_named(
    secret: str, before: str, after: str
) -> None:
    redactor = Redactor()
    assert redactor.add(secret) == secret
    assert redactor.redact_text(before) == after
    assert redactor.redact_text(after) == after


@given(st.from_regex(r"[a-z]{1,10}|[0-9]{1,10}|true|null", fullmatch=True), st.data())
def test_redaction_of_a_word_never_breaks_json(secret: str, data: st.DataObject) -> None:
    values = st.one_of(st.just(secret), st.integers(), st.booleans(), st.none(), st.text())
    names = st.sampled_from(["password", "token", "key", secret, "api_key", "x"])
    value = data.draw(st.dictionaries(names, st.one_of(values, st.dictionaries(names, values))))
    nested = json.dumps({"text": json.dumps(value), **value})
    redactor = Redactor()
    redactor.add(secret)
    once = redactor.redact(nested.encode())
    json.loads(json.loads(once)["text"])
    assert redactor.redact(once) == once
