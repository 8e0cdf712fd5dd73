"""Our own credentials, sent to a server that throws them back, are in nothing that a command leaves or says."""

from __future__ import annotations

import base64
import gzip
import html
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
import zstandard

from service.settings import registry
from tests.cli.test_user_errors import timeline

#: Each of the two has what encodings change, and none of what another rule would know.
CANARY, PASSWORD = "kanarie=v0gel&/geel+zingt", "kwikst@art%w4tervogel"
CONFIG = """
[[source]]
name = "{name}"
collector = "{collector}"
url = "{url}/{name}"
time_cap = "2s"
timeout = "1s"
{options}
"""
DATADOG = 'api_key = "env:CANARY"\napp_key = "env:CANARY"'
AWS = 'region = "a"\naccess_key = "env:CANARY"\nsecret_key = "env:LOGIN"\nsession_token = "env:CANARY"'
BEARER, BASIC = 'auth = {{ bearer = "env:CANARY" }}', 'auth = {{ basic = "env:LOGIN" }}'
HEADER, QUERY = (
    f'auth = {{{{ {way} = {{{{ {name} = "env:CANARY" }}}} }}}}'
    for way, name in (("header", "X-Key"), ("query", "key"))
)
SOURCES = {
    "alertmanager": HEADER, "github": BEARER + '\nrepository = "a/b"', "matrix": BEARER + '\nrooms = ["!a:b"]', "mattermost": BEARER + '\nchannels = ["a/b"]',
    "opensearch": BASIC, "pagerduty": 'token = "env:CANARY"', "prometheus_alerts": QUERY, "prometheus_metrics": BASIC,
    "slack": BEARER, "azure_devops": 'project = "a/b"\ntoken = "env:CANARY"', "buildkite": BEARER + '\norganization = "a"',
    "cloudtrail": AWS, "cloudwatch_alarms": AWS,
    "cloudwatch_metrics": AWS + '\nthreshold = [{{ name = "a", query = "b", above = 1 }}]', "codedeploy": AWS, "ecs": AWS, "circleci": HEADER + '\nproject = "gh/a/b"', "gitea": BEARER + '\nrepository = "a/b"',
    "statuspage": BEARER, "datadog": DATADOG,
    "datadog_metrics": DATADOG + '\nthreshold = [{{ name = "a", query = "a{{*}}", above = 1 }}]',
    "github_actions": BEARER + '\nrepository = "a/b"', "gitlab": HEADER + '\nproject = "a/b"', "grafana": BEARER,
    "argocd": BEARER, "helm": BEARER, "http_json": QUERY + '\npath = "x"\nmap = {{ time = "t" }}', "jenkins": BASIC, "jsm": BASIC,
    "jira": BASIC + '\njql = "project = A"',
    "kubernetes": BEARER, "loki": BASIC + """\nquery = '{{a="b"}}'""", "opsgenie": 'token = "env:CANARY"',
    "sentry": BEARER + '\norganization = "a"',
    "teams": 'auth = {{ oauth = {{ token_url = "{url}/token", client_id = "a", client_secret = "env:CANARY" }} }}\nchannels = ["fbe2bf47-16c8-47cf-b4a5-4b9b187c508b/a"]',
    "unleash": HEADER, "victorialogs": BASIC + '\nquery = "error"', "zipkin": BASIC,
}  # fmt: skip


class Answer:
    """How a server answers what it was sent: status, headers, body."""

    def __init__(self, status: int, form: str, body: Callable[[str], bytes], *, moved: bool = False) -> None:
        self.status, self.form, self.body, self.moved = status, form, body, moved


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def go(text: str) -> str:
    return json.dumps(text).translate({ord(c): f"\\u{ord(c):04x}" for c in "=&+<>'"})


ANSWERS = {
    "refused in JSON": Answer(401, "application/json", lambda sent: json.dumps({"error": sent, "errors": [sent]}).encode()),
    "refused in HTML": Answer(403, "text/html", lambda sent: f"<p>{html.escape(sent)}</p>".encode()),
    "broken in Go's JSON": Answer(500, "application/json", lambda sent: f'{{"message":{go(sent)}}}'.encode()),
    "broken in a link": Answer(400, "text/plain", lambda sent: f"see http://x/?q={quote(sent, safe='')}".encode()),
    "well": Answer(200, "application/json", lambda sent: json.dumps({"ok": False, "error": sent, "status": "error", "data": sent}).encode()),
    "well, in base64 and gzip": Answer(
        200, "application/json",
        lambda sent: json.dumps({"status": "success", "a": b64(sent), "b": b64(b64("x " + sent)),
                                 "c": base64.b64encode(gzip.compress(sent.encode())).decode()}).encode(),
    ),
    "no JSON": Answer(200, "application/json", lambda sent: sent.encode()),
    "moved": Answer(302, "text/plain", lambda sent: b"", moved=True),
    "cut off": Answer(-1, "application/json", lambda sent: sent.encode()),
}  # fmt: skip


@pytest.fixture(params=ANSWERS)
def answering(request: pytest.FixtureRequest) -> Iterator[str]:
    answer = ANSWERS[request.param]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            sent = f"{self.path} {self.rfile.read(length).decode('utf-8', 'replace')} " + " ".join(
                f"{name}: {value}" for name, value in self.headers.items()
            )
            login = self.headers.get("authorization", "").removeprefix("Basic ")
            body = answer.body(f"{sent} {CANARY} {PASSWORD} canary:{PASSWORD} {login}")
            self.send_response(answer.status if answer.status > 0 else 200)
            self.send_header("content-type", answer.form)
            self.send_header("link", f'<http://127.0.0.1/?key={quote(CANARY, safe="")}>; rel="next"')
            if answer.moved:
                self.send_header(
                    "location", f"http://127.0.0.2:1/?key={quote(CANARY, safe='')}&p={quote(PASSWORD)}"
                )
            self.send_header("content-length", str(len(body) + 1000 * (answer.status < 0)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def encodings() -> dict[str, bytes]:
    """Return the canaries in every encoding that an output may have."""
    found: dict[str, bytes] = {}
    for secret in (CANARY, PASSWORD):
        forms = {
            "plain": secret, "JSON": json.dumps(secret)[1:-1], "Go": go(secret)[1:-1], "link": quote(secret, safe=""),
            "path": quote(secret), "HTML": html.escape(secret), "hex": secret.encode().hex(), "base64": b64(secret),
        }  # fmt: skip
        found |= {f"{name} of {secret[:4]}": form.rstrip("=").encode() for name, form in forms.items()}
    return found | {"login": b64(f"canary:{PASSWORD}").rstrip("=").encode()}


def unpacked(data: bytes) -> bytes:
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    return data


def everything_left(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), unpacked(path.read_bytes())


def test_every_source_that_has_credentials_is_here() -> None:
    """A source that a later version adds is tried, too."""
    with_auth = {name for name in registry.names() if "auth" in registry.load(name).options_type.model_fields}
    assert with_auth == set(SOURCES)


def test_credentials_are_found_nowhere(answering: str, tmp_path: Path) -> None:
    config = "".join(
        CONFIG.format(name=f"s-{name}", collector=name, url=answering, options=options.format(url=answering))
        for name, options in SOURCES.items()
    )
    rows = '[[source]]\nname = "rows"\ncollector = "jsonl"\npath = "rows.jsonl"\n[source.map]\ntime = "t"\nquote = "m"\n'
    (tmp_path / "timeline.toml").write_text(config + rows)
    echoed = {"t": "2026-11-01T10:10:00Z", "m": f"he wrote {CANARY} and {PASSWORD}"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(echoed) + "\n")
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "I.toml").write_text(
        'title = "t"\nstart = 2026-11-01T10:00:00Z\nend = 2026-11-01T11:00:00Z\n'
    )
    secrets = {"CANARY": CANARY, "LOGIN": f"canary:{PASSWORD}"}
    said = [
        timeline(tmp_path, "doctor", **secrets),
        timeline(tmp_path, "build", "--incident", "I", "--no-stills", **secrets),
        timeline(tmp_path, "build", "--incident", "I", "--no-stills", "--offline"),
        timeline(tmp_path, "check", "postmortems/I"),
    ]
    assert said[1].returncode == 3, said[1].stderr
    assert said[2].returncode == 3, said[2].stderr
    left = [("stdout", one.stdout.encode()) for one in said] + [
        ("stderr", one.stderr.encode()) for one in said
    ]
    left += [(name, data) for name, data in everything_left(tmp_path) if name != "rows.jsonl"]
    assert any(b"[redacted:own_credential]" in data for _, data in left)
    leaks = [(name, form) for name, data in left for form, secret in encodings().items() if secret in data]
    assert not leaks
