"""The HTTP client against a real server: retries, back-off, caps, redirects, auth, TLS; all on the tape."""

from __future__ import annotations

import gzip
import html
import json
import resource
import ssl
import threading
import time
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import anyio
import pytest
import trustme
import zstandard
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from collectors.base import MAX_PAYLOAD, Record, SourceError
from collectors.kit.http import ATTEMPTS, Http, HttpOptions
from collectors.kit.tape import RecordingTape
from collectors.testing import Run, run
from service.settings import asked
from tests.collectors.kit.asking import WINDOW, Ask, again, ask, sequence
from timeline.model import Window


def statuses(found: Run) -> list[object]:
    return [e.get("status") or e["failure"]["reason"] for e in found.tape.entries]  # type: ignore[union-attr]


def test_an_answer_is_stored_and_replayed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api", query_string="q=x&many=a&many=b").respond_with_data(
        "hello", content_type="text/plain"
    )
    first = ask(httpserver.url_for(""))
    assert first.facts[0].statement == "`hello` was recorded"
    replayed = again(first, httpserver.url_for(""))
    assert replayed.facts == first.facts
    assert len(httpserver.log) == 1


def test_a_failing_server_is_asked_again_and_every_attempt_is_on_the_tape(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_handler(
        sequence(Response("busy", 503), Response("x", 429, {"Retry-After": "0"}), Response("ok"))
    )
    first = ask(httpserver.url_for(""))
    assert statuses(first) == [503, 429, 200]
    assert [e["attempt"] for e in first.tape.entries] == [1, 2, 3]  # type: ignore[union-attr]
    started = time.monotonic()
    assert again(first, httpserver.url_for("")).facts == first.facts
    assert time.monotonic() - started < 0.9  # no pause of a second again


def test_a_server_that_breaks_is_asked_again_soon_whatever_it_says_of_its_limit(
    httpserver: HTTPServer,
) -> None:
    said = {"X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": str(int(time.time()) + 3000)}
    httpserver.expect_request("/api").respond_with_handler(
        sequence(Response("broken", 502, headers=said), Response("ok"))
    )
    found = ask(httpserver.url_for(""), time_cap="20s")
    assert statuses(found) == [502, 200]


def test_a_wait_beyond_the_cap_ends_as_rate_limited_and_replays_so(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data("x", status=429, headers={"Retry-After": "3600"})
    first = ask(httpserver.url_for(""), time_cap="2s")
    assert first.failure is not None
    assert first.failure.reason == "rate_limited"
    assert "3600 s" in str(first.failure)
    second = again(first, httpserver.url_for(""), time_cap="2s")
    assert str(second.failure) == str(first.failure)


@pytest.mark.parametrize(("status", "headers", "reason"), [
    (401, {}, "unauthorised"), (403, {}, "unauthorised"), (404, {}, "partial"), (400, {}, "partial"),
    (403, {"x-ratelimit-remaining": "0", "retry-after": "3600"}, "rate_limited"), (500, {}, "partial"),
])  # fmt: skip
def test_refusals_are_named(
    httpserver: HTTPServer, status: int, headers: dict[str, str], reason: str
) -> None:
    httpserver.expect_request("/api").respond_with_data("no", status=status, headers=headers)
    found = ask(httpserver.url_for(""), time_cap="1s")
    assert found.failure is not None
    assert found.failure.reason == reason


@pytest.mark.parametrize("connects", [1, 2, 9])
def test_a_host_that_is_not_there_is_tried_so_often(connects: int) -> None:
    looked = replace(asked.context("ask", "ask", Path.cwd()), connects=connects)

    async def read() -> None:
        async with Http(looked, HttpOptions(url="http://127.0.0.1:9", time_cap="10s")) as http:
            await http.get("/api")

    with pytest.raises(SourceError, match=r"127\.0\.0\.1"):
        anyio.run(read)
    assert isinstance(looked.tape, RecordingTape)
    assert len(looked.tape.entries) == min(connects, ATTEMPTS)


def test_an_unreachable_host_is_named() -> None:
    found = ask("http://127.0.0.1:9", time_cap="2s")
    assert found.failure is not None
    assert found.failure.reason == "unreachable"
    assert str(found.failure).count("the next try would be") == 1
    assert str(again(found, "http://127.0.0.1:9", time_cap="2s").failure) == str(found.failure)
    assert "127.0.0.1" in str(found.failure)


@pytest.mark.parametrize("option", ["time_cap", "timeout"])
def test_a_slow_answer_ends_in_time_and_names_the_option(option: str) -> None:
    over, late = threading.Event(), threading.Event()

    def slow(_: Request) -> Response:
        over.wait(60)
        late.set()
        return Response("late")

    with HTTPServer(host="127.0.0.1") as server:  # its own: the late answer must not reach another test
        server.expect_request("/api").respond_with_handler(slow)
        found = ask(server.url_for(""), **{option: "300ms"})
        assert not late.is_set()
        over.set()
    assert found.failure is not None
    assert found.failure.reason == "timed_out"
    assert option in str(found.failure)
    assert "300ms" in str(found.failure)


def test_redirects_are_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data(
        "", status=302, headers={"Location": "http://127.0.0.1:9/"}
    )
    found = ask(httpserver.url_for(""))
    assert len(httpserver.log) == 1
    assert found.failure is not None
    assert "302" in str(found.failure)


def test_an_answer_over_sixteen_mib_is_refused_not_kept(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data(b"x" * (MAX_PAYLOAD + 1))
    found = ask(httpserver.url_for(""))
    assert found.failure is not None
    assert found.failure.reason == "truncated"
    assert found.store.payloads == {}


_GIGABYTE = 2**30
_BOMBS: dict[str, tuple[list[str], Callable[[], bytes], str]] = {
    "gzip": (["gzip"], lambda: _squeezed(zlib.compressobj(9, zlib.DEFLATED, 31)), "truncated"),
    "zstd": (["zstd"], lambda: _squeezed(zstandard.ZstdCompressor().compressobj()), "truncated"),
    "gzip in gzip": (["gzip", "gzip"], lambda: gzip.compress(gzip.compress(b"{}")), "undecodable"),
}


def _squeezed(compressor: Any) -> bytes:
    block = bytes(2**24)
    return b"".join([*(compressor.compress(block) for _ in range(_GIGABYTE // 2**24)), compressor.flush()])


@pytest.mark.parametrize("form", list(_BOMBS))
def test_a_few_kilobytes_that_stand_for_gigabytes_are_not_unpacked(httpserver: HTTPServer, form: str) -> None:
    encodings, body, reason = _BOMBS[form]
    response = Response(body(), headers={"Content-Encoding": ", ".join(encodings)})
    httpserver.expect_request("/api").respond_with_response(response)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = ask(httpserver.url_for(""))
    assert found.failure is not None
    assert found.failure.reason == reason
    assert found.store.payloads == {}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KiB


@pytest.mark.parametrize(("encoding", "pack"), [
    ("gzip", gzip.compress), ("gzip", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
    ("deflate", zlib.compress), ("deflate", lambda data: zlib.compress(data)[2:-4]),
    ("zstd", zstandard.ZstdCompressor().compress), ("x-of-its-own", bytes),
])  # fmt: skip
def test_compressed_answers_are_stored_as_they_were_meant(
    httpserver: HTTPServer, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    data = b'{"many": "words of an answer"}'
    response = Response(pack(data), headers={"Content-Encoding": encoding})
    httpserver.expect_request("/api").respond_with_response(response)
    assert list(ask(httpserver.url_for("")).store.payloads.values()) == [data]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_an_answer_that_is_not_compressed_as_it_says_is_undecodable(
    httpserver: HTTPServer, encoding: str
) -> None:
    response = Response(b"(plain text)", headers={"Content-Encoding": encoding})
    httpserver.expect_request("/api").respond_with_response(response)
    found = ask(httpserver.url_for(""))
    assert found.failure is not None
    assert found.failure.reason == "undecodable"


@pytest.mark.parametrize("after", ["soon", "\u00b2", "-5", "9" * 400, "Wed, 99 Foo 99999 99:99:99 GMT"])
def test_a_retry_after_that_says_nothing_leaves_the_pause_to_us(httpserver: HTTPServer, after: str) -> None:
    response = Response("slow down", status=429, headers={"Retry-After": after})
    httpserver.expect_request("/api").respond_with_response(response)
    found = ask(httpserver.url_for(""), time_cap="500ms")
    assert found.failure is not None
    assert found.failure.reason == "rate_limited"
    assert "the next try would be in 1 s" in str(found.failure)


def test_what_a_source_answers_reaches_no_terminal_as_it_came(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data("\x1b[31mred\x1b]0;title\x07\n\u202eevil", status=500)
    found = ask(httpserver.url_for(""))
    assert found.failure is not None
    assert str(found.failure).endswith("answered 500 to /api: red evil")


@pytest.mark.parametrize(("auth", "secret", "header"), [
    ({"bearer": "env:T"}, "s3cret-token", "Bearer s3cret-token"),
    ({"basic": "env:T"}, "me:s3cret-token", "Basic bWU6czNjcmV0LXRva2Vu"),
])  # fmt: skip
def test_credentials_are_sent_and_never_stored(
    httpserver: HTTPServer, auth: dict[str, str], secret: str, header: str
) -> None:
    def echo(request: Request) -> Response:
        return Response(f"you sent {request.headers['Authorization']}")

    httpserver.expect_request("/api").respond_with_handler(echo)
    found = ask(httpserver.url_for(""), auth=auth, secrets={"env:T": secret})
    assert httpserver.log[0][0].headers["Authorization"] == header
    kept = b"".join(found.store.payloads.values()) + repr(found.tape.entries).encode()  # type: ignore[union-attr]
    assert b"s3cret" not in kept
    assert b"bWU6" not in kept
    assert "[redacted:" in found.facts[0].statement


@pytest.mark.parametrize("secret", ['s3cret"quo\\ted/x', "s3cret-é-ключ", "s3cret & <x>"])
def test_an_echoed_secret_vanishes_in_the_forms_of_json_url_and_html(
    httpserver: HTTPServer, secret: str
) -> None:
    def echo(request: Request) -> Response:
        sent = request.headers["Authorization"].encode("latin-1").decode().removeprefix("Bearer ")
        forms = [
            sent,
            json.dumps(sent),
            json.dumps(sent, ensure_ascii=False),
            html.escape(sent),
            quote_plus(sent),
        ]
        return Response(" ".join([*forms, json.dumps(sent).replace("/", "\\/")]))

    httpserver.expect_request("/api").respond_with_handler(echo)
    found = ask(httpserver.url_for(""), auth={"bearer": "env:T"}, secrets={"env:T": secret})
    [kept] = found.store.payloads.values()
    assert b"s3cret" not in kept


def test_a_url_with_a_query_is_refused() -> None:
    with pytest.raises(ValueError, match="ends with its path"):
        HttpOptions(url="http://127.0.0.1/x?token=abcdef")


def test_tls_with_a_custom_ca(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/api").respond_with_data("safe")
        url = f"https://127.0.0.1:{server.port}"
        assert ask(url, tls={"ca": str(tmp_path / "ca.pem")}).facts
        refused = ask(url, time_cap="3s")
    assert refused.failure is not None
    assert refused.failure.reason == "unreachable"
    assert "CERTIFICATE_VERIFY_FAILED" in str(refused.failure)


def test_a_missing_ca_file_is_named(tmp_path: Path) -> None:
    found = ask("https://127.0.0.1:9", tls={"ca": str(tmp_path / "no.pem")})
    assert found.failure is not None
    assert "no.pem" in str(found.failure)


@pytest.mark.parametrize(
    ("url", "tls", "loaded"),
    [
        ("http://127.0.0.1:9", {}, False), ("https://127.0.0.1:9", {}, True), ("HTTPS://127.0.0.1:9", {}, True),
        ("https://127.0.0.1:9", {"verify": False}, False),
    ],
)  # fmt: skip
def test_certificates_are_loaded_where_there_is_tls(
    url: str, tls: dict[str, object], loaded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []
    real = ssl.create_default_context

    def noted(**asked: Any) -> ssl.SSLContext:
        found.append(asked)
        return real(**asked)

    monkeypatch.setattr(ssl, "create_default_context", noted)
    ask(url, tls=tls)
    assert bool(found) == loaded


def test_a_missing_ca_file_is_named_without_tls_too() -> None:
    found = ask("http://127.0.0.1:9", tls={"ca": "/no/such/ca.pem"})
    assert found.failure
    assert "/no/such/ca.pem" in str(found.failure)


def test_equal_requests_are_replayed_in_the_order_they_were_answered(httpserver: HTTPServer) -> None:
    class Twice(Ask):
        async def collect(self, window: Window) -> AsyncIterator[Record]:
            for _ in range(2):
                async for record in super().collect(window):
                    yield record

    httpserver.expect_request("/api").respond_with_handler(sequence(Response("one"), Response("two")))
    first = run(Twice, {"url": httpserver.url_for("")}, WINDOW)
    second = run(Twice, {"url": httpserver.url_for("")}, WINDOW, replay=first)
    assert [f.statement for f in first.facts] == ["`one` was recorded", "`two` was recorded"]
    assert second.facts == first.facts


def test_a_url_with_credentials_is_refused_without_showing_them() -> None:
    with pytest.raises(ValueError, match="credentials do not belong in the URL") as caught:
        HttpOptions(url="http://user:hunter22@host")
    assert "hunter22" not in caught.value.errors()[0]["msg"]  # type: ignore[attr-defined]
