"""How much is found, and how much clean text stays: the benchmark's aims, as of this version."""

from __future__ import annotations

import base64
import gzip
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from benchmarks.secrets import alarms, outcomes
from benchmarks.secrets_made import is_held
from collectors.kit.redaction import Redactor


@pytest.mark.parametrize("seed", [7, 2026])
def test_secrets_are_taken_out_and_clean_lines_stay(seed: int) -> None:
    rng = random.Random(seed)
    done, clean = outcomes(rng), alarms(rng)
    assert len(done) >= 600
    assert len({one.made.kind for one in done}) >= 200
    assert len(clean) >= 1000
    for held in (False, True):
        those = [one for one in done if is_held(one.made.kind) == held]
        assert sum(one.is_out for one in those) >= 0.95 * len(those)
        lines = [one for one in clean if is_held(one[0]) == held]
        assert sum(text != redacted for _, text, redacted in lines) <= 0.02 * len(lines)


def test_a_helm_release_stays_one_without_its_password() -> None:
    release = {"name": "shop", "config": {"db": "postgres://app:hunter22x@db/shop", "replicas": 3}}
    packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(release).encode(), mtime=0)))
    data = b'{"kind":"Secret","data":{"release":"' + packed + b'"}}'
    counts = Counter[str]()
    kept = json.loads(Redactor().redact(data, counts))["data"]["release"]
    said = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(kept))))
    assert said["config"] == {"db": "postgres://[redacted:url_credentials]@db/shop", "replicas": 3}
    assert counts == {"url_credentials": 1}


def test_what_hides_more_than_is_read_is_taken_out_whole() -> None:
    bomb = base64.b64encode(gzip.compress(b"\0" * 64 * 2**20, mtime=0))
    counts = Counter[str]()
    assert Redactor().redact(b"a " + bomb + b" b", counts) == b"a [redacted:unread] b"
    assert counts == {"unread": 1}


@pytest.mark.parametrize("beginning", ["x ", "x? ", "x^ ", "x} "])
def test_text_in_base64_that_begins_as_what_is_packed_does_is_read(beginning: str) -> None:
    hidden = base64.b64encode(f"{beginning}and then password=hunter22 of it".encode())
    said = base64.b64decode(Redactor().redact(b'{"a":"' + hidden + b'"}')[6:-2] + b"==").decode()
    assert said == f"{beginning}and then password=[redacted:password] of it"


@pytest.mark.parametrize("pack", [partial(gzip.compress, mtime=0), zlib.compress])
def test_what_is_packed_behind_what_is_packed_is_read(pack: Callable[[bytes], bytes]) -> None:
    hidden = base64.b64encode(pack(b"nothing of note here\n") + pack(b"password=hunter22 of it"))
    packed = base64.b64decode(Redactor().redact(b'{"a":"' + hidden + b'"}')[6:-2] + b"==")
    said = zlib.decompressobj(47).decompress(packed)
    assert said == b"nothing of note here\npassword=[redacted:password] of it"


@pytest.mark.parametrize("more", ["", "z", "zz"])
def test_what_was_base64_for_strict_readers_stays_so(more: str) -> None:
    hidden = base64.b64encode(f"password=hunter22 {more}".encode())
    kept = json.loads(Redactor().redact(b'{"a":"' + hidden + b'"}'))["a"]
    assert base64.b64decode(kept, validate=True).decode() == f"password=[redacted:password] {more}"


@pytest.mark.parametrize("more", ["", "z", "zz", "~~~ ??? >>>", "~?>~?>~", "ÿþ~?"])
def test_base64_in_a_link_or_in_gos_json_is_read_as_it_was(more: str) -> None:
    """Its padding, plus and slash are written as they were: a plain plus in a query is a blank."""
    hidden = base64.b64encode(f"here password=hunter22 {more}".encode()).decode()
    said = f"here password=[redacted:password] {more}"
    link = f"https://x.example/?a=1&state={quote(hidden, safe='')}&b=2"
    kept = parse_qs(urlsplit(Redactor().redact_text(link)).query)
    assert (kept["a"], kept["b"]) == (["1"], ["2"])
    pad = "=" * (-len(kept["state"][0]) % 4)
    assert base64.b64decode(kept["state"][0] + pad, validate=True).decode() == said
    if not hidden.isalnum():  # else nothing tells that it is written as in a link
        assert "=" not in Redactor().redact_text(link).partition("state=")[2].partition("&")[0]
    if hidden.endswith("="):
        text = json.dumps({"a": hidden}).replace("=", "\\u003d")
        kept_text = Redactor().redact_text(text)
        assert "=" not in kept_text.partition(":")[2]
        assert base64.b64decode(json.loads(kept_text)["a"], validate=True).decode() == said


def test_a_picture_in_base64_stays_as_it_is() -> None:
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(200_000))
    assert Redactor().redact(picture) == picture


def test_the_same_input_makes_the_same_bytes() -> None:
    data = b'{"a":"' + base64.b64encode(gzip.compress(b"token=abcdef1234567890 and more", mtime=0)) + b'"}'
    assert len({Redactor().redact(data) for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("DB_PASSWORD=hunter22", "DB_PASSWORD=[redacted:password]"),
        ("AWS_SECRET_ACCESS_KEY=" + "aB3/" * 10, "AWS_SECRET_ACCESS_KEY=[redacted:secret_key]"),
        (r'{"a":"token\u003dabcdef12345\u0026b=1"}', r'{"a":"token\u003d[redacted:token]\u0026b=1"}'),
        (r'{"a":"{\"password\":\"x\\\"hunter22\"}"}', r'{"a":"{\"password\":\"[redacted:password]\"}"}'),
        (r'{"a":"{\"password\":\"hunter22\\\\\"}"}', r'{"a":"{\"password\":\"[redacted:password]\"}"}'),
        ("next_page_token=abcdef1234567890abcdef", "next_page_token=abcdef1234567890abcdef"),
        ("task-" + "0123456789abcdef" * 2, "task-" + "0123456789abcdef" * 2),
    ],
)  # fmt: skip
def test_forms_that_were_missed_or_broken_once(before: str, after: str) -> None:
    assert Redactor().redact_text(before) == after
