"""The words of a server that refuses, as servers write them."""

import pytest

from collectors.kit.refusal import said


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"no org id\n", "no org id"),  # Mimir, Loki, Cortex
        (b'{"status":"error","errorType":"bad_data","error":"invalid parameter"}', "invalid parameter"),  # Prometheus
        (b'{"message":"Bad credentials","documentation_url":"https://x"}', "Bad credentials"),  # GitHub
        (b'{"errcode":"M_UNKNOWN_TOKEN","error":"Invalid access token passed."}', "Invalid access token passed"),
        (b'{"error":{"root_cause":[],"type":"x","reason":"no permissions"},"status":403}', "no permissions"),
        (b'{"error":{"root_cause":[{"type":"x","reason":"Failed to parse query [:]"}],"reason":"all shards failed"}}', "all shards failed: Failed to parse query [:]"),
        (b'{"error":{"message":"Arguments Caused Error","errors":["a","b"]}}', "Arguments Caused Error: a: b"),
        (b"<html><head><title>401 Authorization Required</title><style>a{}</style></head></html>", "401 Authorization Required"),
        (b'{"reason":"User [name=alice, roles=[x]] of ann@example.com may not"}', "User [name=(somebody), roles=[x]] of (somebody) may not"),
        (b'{"__type":"AccessDenied","Message":"User: arn:aws:sts::123456789012:assumed-role/Admin/ann is not authorized to perform: x:Y"}',
         "User: (somebody) is not authorized to perform: x:Y"),
        (b'{"message":"arn:aws-cn:iam::1:user/ann, on arn:aws:sns:eu-central-1:1:topic"}', "(somebody), on arn:aws:sns:eu-central-1:1:topic"),
        (b'{"code":7}', '{"code":7}'), (b"", ""), (b"\xff\x00", "\ufffd"), (b"[" * 9000, ""),
    ],
)  # fmt: skip
def test_a_refusal_says_it_in_its_own_words(answer: bytes, words: str) -> None:
    assert said(answer) == words if words or not answer else len(said(answer)) <= 200
