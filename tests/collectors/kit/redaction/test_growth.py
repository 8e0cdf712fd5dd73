"""Redaction takes a time that grows with the text, whatever the text is."""

from __future__ import annotations

import base64
import gzip
import time
from collections.abc import Callable

import pytest

from collectors.kit.redaction import Redactor
from collectors.kit.redaction.personal import KINDS, Personal, members

SMALL, TIMES = 40_000, 4
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "half tokens": lambda n: b"eyJ" * (n // 3),
    "half tokens with dots": lambda n: b"eyJhbGciOi." * (n // 11),
    "names": lambda n: b"password" * (n // 8),
    "names and operators": lambda n: b"password=" * (n // 9),
    "names that never end": lambda n: b"secret." * (n // 7),
    "assigned in quotes": lambda n: b'"token":"' * (n // 9),
    "escaped quotes": lambda n: b'{"password":"' + b'\\"' * (n // 2),
    "secrets": lambda n: b"password=hunter22xx " * (n // 20),
    "backslashes": lambda n: b"password=" + b"\\" * n,
    "escapes": lambda n: b"password=" + b"\\u003d" * (n // 6),
    "percent signs": lambda n: b"password%3d" + b"%25" * (n // 3),
    "entities": lambda n: b"token" + b"&amp;" * (n // 5),
    "half entities": lambda n: b"token" + b"&amp;#" * (n // 6),
    "userinfo": lambda n: b"://" + b"a:" * (n // 2),
    "many links": lambda n: b"http://a:b" * (n // 10),
    "keys begun": lambda n: b"-----BEGIN PRIVATE KEY-----" * (n // 27),
    "one key": lambda n: b"-----BEGIN PRIVATE KEY-----" + b"A" * n,
    "cookies": lambda n: b"cookie: " + b"a=b;" * (n // 4),
    "capitals": lambda n: b"token=" + b"ABCD" * (n // 4),
    "hashes": lambda n: b"$6$a$" * (n // 5),
    "digits": lambda n: b"1234567890:AA" * (n // 13),
    "base64 of text": lambda n: b"cGFzc3dvcmQ9" * (n // 12),
    "base64 with ends": lambda n: b"cGFzc3dvcmQ9aHVudGVy= " * (n // 22),
    "headers of gzip": lambda n: b"H4sIAAAAAAAAA" * (n // 13),
    "packed behind packed": lambda n: base64.b64encode(gzip.compress(b"a", mtime=0) * (n // 28)),
    "marks": lambda n: b"[redacted:token]" * (n // 16),
    "braces": lambda n: b'{"a":' * (n // 5),
    "signs of addresses": lambda n: b"a@" * (n // 2),
    "an address without an end": lambda n: b"a@" + b"b." * (n // 2),
    "a long name of an address": lambda n: b"a." * (n // 2) + b"@",
    "addresses": lambda n: b"ada@example.org " * (n // 16),
    "members that name people": lambda n: b'{"email":"' * (n // 10),
    "digits alone": lambda n: b"4" * n,
    "digits and blanks": lambda n: b"4 " * (n // 2),
    "dialled": lambda n: b"+49 30 901820 " * (n // 14),
    "half dialled": lambda n: b"+49(" * (n // 4),
    "accounts begun": lambda n: b"DE89 3704 " * (n // 10),
    "cards": lambda n: b"4111111111111111," * (n // 17),
    "bare numbers": lambda n: b"[" + b"4111111111111111," * (n // 17),
    "parts of addresses": lambda n: b"93.184." * (n // 7),
    "colons": lambda n: b"2a00:" * (n // 5),
    "names of numbers": lambda n: b"steuer-id ssn: imei born " * (n // 24),
    "all prefixes": lambda n: b"ghp_ AKIA SG. sk-a xoxb- glpat- whsec_ npm_ hvs. " * (n // 48),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("more", ["", "own", "personal"])
def test_time_grows_with_the_text(name: str, more: str) -> None:
    redactor = Redactor(Personal(KINDS, ["DE", "US"]) if more == "personal" else None)
    people = members.pattern(["email", members.LINE])
    if more == "own":
        redactor.add("s3cret/pass+word=!")
        redactor.add("admin:prometheus")
    size = SMALL // 2 if more == "personal" else SMALL  # each candidate costs more there
    small, large = HOSTILE[name](size), HOSTILE[name](size * TIMES)
    redactor.redact(small, None, people)  # patterns are compiled

    def spent(data: bytes) -> float:
        begun = time.process_time()
        redactor.redact(data, None, people)
        return time.process_time() - begun

    ratio = min(spent(large) for _ in range(2)) / max(min(spent(small) for _ in range(2)), 0.005)
    assert ratio < TIMES * 2.5  # the square would be 16
