"""How a source is reached: proxies, certificates of the environment, keys in queries, signed requests."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

import anyio
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from collectors.base import Context
from collectors.kit.http import Http, HttpOptions
from collectors.kit.redaction import Redactor
from collectors.kit.signing import SigV4, Unsigned, sigv4
from collectors.kit.tape import MemoryStore, RecordingTape
from tests.collectors.kit.asking import again, ask
from tests.servers.proxies import Proxy
from timeline.model import Incident

KEY = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def secure(tmp_path: Path) -> tuple[HTTPServer, Path]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return HTTPServer(host="127.0.0.1", ssl_context=context), tmp_path / "ca.pem"


def test_a_proxy_is_asked_for_the_source(httpserver: HTTPServer, start_forward: Callable[..., Proxy]) -> None:
    proxy = start_forward(credentials="ada:s3cret-proxy")
    httpserver.expect_request("/api").respond_with_data("through")
    url = httpserver.url_for("")
    found = ask(url, proxy=proxy.url, proxy_auth="env:P", secrets={"env:P": "ada:s3cret-proxy"})
    assert found.facts[0].statement == "`through` was recorded"
    assert f"GET {url.rstrip('/')}/api" in proxy.log()
    assert "s3cret-proxy" not in repr(found.tape)
    refused = ask(url, proxy=proxy.url, time_cap="2s")
    assert refused.failure is not None
    assert refused.failure.reason == "unauthorised"
    assert "407" in str(refused.failure)
    assert "proxy_auth" in str(refused.failure)


def test_a_proxy_that_is_not_there_is_named(httpserver: HTTPServer) -> None:
    found = ask(httpserver.url_for(""), proxy="http://127.0.0.1:9", time_cap="2s")
    assert found.failure is not None
    assert found.failure.reason == "unreachable"
    assert "by the proxy 127.0.0.1:9: " in str(found.failure)


def test_a_proxy_that_opens_tls_is_trusted_by_the_environments_file(
    secure: tuple[HTTPServer, Path], start_forward: Callable[..., Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = secure
    proxy = start_forward()
    with server:
        server.expect_request("/api").respond_with_data("opened")
        url = f"https://127.0.0.1:{server.port}"
        untrusted = ask(url, proxy=proxy.url, time_cap="2s")
        assert untrusted.failure is not None
        assert "CERTIFICATE_VERIFY_FAILED" in str(untrusted.failure)
        monkeypatch.setenv("SSL_CERT_FILE", str(proxy.folder / "mitmproxy-ca-cert.pem"))
        assert ask(url, proxy=proxy.url).facts[0].statement == "`opened` was recorded"


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_of_the_environment_are_trusted(
    name: str, secure: tuple[HTTPServer, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, authority = secure
    if name == "SSL_CERT_DIR":  # OpenSSL finds a certificate by the hash of its subject
        import subprocess

        asked = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(authority)]
        digest = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        folder = tmp_path / "trusted"
        folder.mkdir()
        (folder / f"{digest}.0").write_bytes(authority.read_bytes())
    monkeypatch.setenv(name, str(authority if name == "SSL_CERT_FILE" else folder))
    with server:
        server.expect_request("/api").respond_with_data("safe")
        assert ask(f"https://127.0.0.1:{server.port}").facts


def test_a_file_of_the_environment_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/authority.pem")
    found = ask("https://127.0.0.1:9", time_cap="1s")
    assert str(found.failure).startswith("SSL_CERT_FILE = '/no/such/authority.pem' is not there")


def test_the_environments_proxy_is_not_asked(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    httpserver.expect_request("/api").respond_with_data("straight")
    assert ask(httpserver.url_for("")).facts


@pytest.mark.parametrize(("options", "why"), [
    ({"proxy": "http://ada:hunter22@proxy:3128"}, "use proxy_auth"), ({"proxy": "socks5://proxy:1080"}, "http\\(s\\)"),
    ({"proxy": "proxy:3128"}, "http\\(s\\)"), ({"proxy": "http://proxy/x"}, "http\\(s\\)"),
])  # fmt: skip
def test_a_proxy_is_an_address_without_credentials(options: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        HttpOptions.model_validate({"url": "http://h", **options})


def test_every_secret_of_a_source_is_resolved_before_the_first_request() -> None:
    options = HttpOptions.model_validate({
        "url": "http://h", "proxy": "http://p", "proxy_auth": "env:P",
        "auth": {"bearer": "env:B", "header": {"x": "env:H"}, "query": {"key": "env:Q"},
                 "sigv4": {"region": "r", "service": "es", "key": "env:K", "session": "env:S"}},
    })  # fmt: skip
    assert set(options.references()) == {f"env:{name}" for name in "BHQKSP"}


def test_a_key_in_the_query_is_sent_and_in_no_evidence(httpserver: HTTPServer) -> None:
    def echo(request: Request) -> Response:
        link = f'<{request.url}>; rel="next"'
        return Response(f"you asked {request.url}", headers={"Link": link})

    httpserver.expect_request("/api").respond_with_handler(echo)
    auth = {"query": {"api_key": "env:T"}}
    found = ask(httpserver.url_for(""), auth=auth, secrets={"env:T": "s3cret key&+"})
    assert httpserver.log[0][0].args.to_dict(flat=False) == {
        "q": ["x"], "many": ["a", "b"], "api_key": ["s3cret key&+"],
    }  # fmt: skip
    kept = b"".join(found.store.payloads.values()) + repr(found.tape.entries).encode()  # type: ignore[union-attr]
    assert b"s3cret" not in kept
    assert again(found, httpserver.url_for(""), auth=auth).facts == found.facts


def test_a_link_that_holds_the_key_is_followed_with_the_key(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data("ok")
    redactor = Redactor()
    context = Context(
        "s",
        Incident(id="I"),
        0,
        RecordingTape("s", "c", MemoryStore(), redactor),
        lambda _: redactor.add("s3cret-key"),
    )
    options = HttpOptions.model_validate({"url": httpserver.url_for(""), "auth": {"query": {"key": "env:T"}}})

    async def main() -> None:
        async with Http(context, options) as http:
            await http.get(f"{http.base_url}api?page=2&key=[redacted]&a=x%20y")

    anyio.run(main)
    assert httpserver.log[0][0].args.to_dict(flat=False) == {
        "page": ["2"], "a": ["x y"], "key": ["s3cret-key"],
    }  # fmt: skip


def expected(
    method: str, url: str, body: bytes, moment: str, session: str | None, target: str = ""
) -> Mapping[str, str]:
    """Sign as AWS's own library does."""
    identity, _, secret = KEY.partition(":")
    request = botocore.awsrequest.AWSRequest(method, url, data=body)
    signer = botocore.auth.SigV4Auth(
        botocore.credentials.Credentials(identity, secret, session), "es", "eu-central-1"
    )
    request.context["timestamp"] = moment
    request.headers["X-Amz-Date"] = moment
    if session:
        request.headers["X-Amz-Security-Token"] = session
    if target:
        request.headers["X-Amz-Target"] = target
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return {"signature": signer.signature(text, request)}


@given(
    st.sampled_from(["GET", "POST"]), st.sampled_from(["/", "/logs-*,-.x/_search", "/a%20b/c", "/ä"]),
    st.dictionaries(st.text("abz -_*/", min_size=1, max_size=4), st.text("ab é&=+/~", max_size=4), max_size=3),
    st.binary(max_size=20), st.sampled_from([None, "session/token=="]), st.sampled_from(["", ":9200", ":443"]),
    st.sampled_from(["", "Trail_20131101.LookupEvents"]),
)  # fmt: skip
def test_requests_are_signed_as_aws_signs_them(
    method: str, path: str, query: dict[str, str], body: bytes, session: str | None, port: str, target: str
) -> None:
    from urllib.parse import quote, urlencode

    written = quote(path, safe="/%*,") + (f"?{urlencode(query, quote_via=quote)}" if query else "")
    url = f"https://search.example{port}{written}"
    options = SigV4(region="eu-central-1", service="es", key="env:K")
    sign = sigv4(options, KEY, session, clock=lambda: 1_772_460_451.0)
    made = sign(Unsigned(method, url, {"x-amz-target": target, "accept": "*/*"} if target else {}, body))
    assert made["x-amz-date"] == "20260302T140731Z"
    assert made.get("x-amz-security-token") == session
    wanted = expected(method, url, body, "20260302T140731Z", session, target)["signature"]
    assert made["authorization"].endswith(f"Signature={wanted}")


def test_a_signed_request_carries_its_signature_and_no_secret_reaches_the_evidence(
    httpserver: HTTPServer,
) -> None:
    def echo(request: Request) -> Response:
        return Response(f"{request.headers['Authorization']} {request.headers['X-Amz-Security-Token']}")

    httpserver.expect_request("/api").respond_with_handler(echo)
    auth = {"sigv4": {"region": "r", "service": "es", "key": "env:K", "session": "env:S"}}
    found = ask(httpserver.url_for(""), auth=auth, secrets={"env:K": KEY, "env:S": "session-token-1"})
    # The source says back what it was sent: the key's id is taken out as whatever is named a credential.
    assert "AWS4-HMAC-SHA256 Credential=[redacted:credentials]" in found.facts[0].statement
    assert "session-token-1" not in found.facts[0].statement


def test_a_source_may_sign_in_a_way_of_its_own(httpserver: HTTPServer) -> None:
    seen: list[Unsigned] = []

    def sign(request: Unsigned) -> Mapping[str, str]:
        seen.append(request)
        return {"x-signature": "made"}

    httpserver.expect_request("/api").respond_with_data("ok")
    redactor = Redactor()
    context = Context(
        "s", Incident(id="I"), 0, RecordingTape("s", "c", MemoryStore(), redactor), redactor.add
    )

    async def main() -> None:
        async with Http(context, HttpOptions(url=httpserver.url_for("")), sign=sign) as http:
            await http.request("POST", "api", params={"q": "a b"}, body={"n": 1})

    anyio.run(main)
    assert httpserver.log[0][0].headers["X-Signature"] == "made"
    assert seen[0].body == b'{"n":1}'
    assert seen[0].url.endswith("/api?q=a%20b")
