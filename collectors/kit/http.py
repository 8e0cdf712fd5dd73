"""The one HTTP client: time-outs, a total time cap, the source's own back-off, evidence."""

from __future__ import annotations

import re
import ssl
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

import anyio
from pydantic import BaseModel, ConfigDict, Field, field_validator

from collectors.base import MAX_PAYLOAD, Answer, Context, Options, Payload, PayloadTooLargeError, SourceError
from collectors.kit.decoding import ACCEPTED, UndecodableError, decoded
from timeline.canonical import Json
from timeline.instant import NS
from timeline.model import GapReason
from timeline.zones import Duration, parse_duration

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 4
RETRIED = frozenset({429, 502, 503, 504})
#: Response headers that decide what happens next; the rest is not kept.
KEPT_HEADERS = (
    "content-type", "date", "link", "retry-after", "ratelimit-reset", "ratelimit-remaining",
    "x-ratelimit-reset", "x-ratelimit-remaining", "x-total-count", "x-next-page",
)  # fmt: skip
_FORMS = {"application/json": "json", "text/csv": "csv", "application/x-ndjson": "jsonl"}
Params = Mapping[str, str | int | Sequence[str]]


class Wait(NamedTuple):
    """A pause in seconds before an attempt, and why."""

    seconds: float
    reason: GapReason
    why: str


class Auth(BaseModel):
    """Credentials by reference (`env:NAME`, `file:PATH`, `keyring:NAME`): one of the three."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bearer: str | None = None
    basic: str | None = None  # a reference to user:password
    header: dict[str, str] = Field(default_factory=dict)  # header name -> reference


class Tls(BaseModel):
    """TLS: a custom CA file, a client certificate, or (said in every output) no verification."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    verify: bool = True


class HttpOptions(Options):
    """Options of every source that speaks HTTP."""

    url: str
    auth: Auth = Auth()
    tls: Tls = Tls()
    timeout: Duration = "20s"
    concurrency: int = Field(default=4, ge=1, le=64)

    @field_validator("url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{value!r} is no http(s) URL")
        if parts.username or parts.password:
            raise ValueError("credentials do not belong in the URL; use auth = { basic = 'env:NAME' }")
        if parts.query or parts.fragment:
            raise ValueError(
                "a source's URL ends with its path: no ?query, no #fragment; a token goes into `auth`"
            )
        return value.rstrip("/")


def library() -> ModuleType:
    """Return httpx, without its own command line: click, rich and Pygments are a third of its start."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None bars an import
    import httpx

    return httpx


def seconds(duration: str) -> float:
    """Return a duration option in seconds."""
    return parse_duration(duration) / NS


class Http:
    """An HTTP client of one source; every attempt is an exchange on the tape."""

    def __init__(
        self, context: Context, options: HttpOptions, *, headers: Mapping[str, str] | None = None,
        base_url: str | None = None,
    ) -> None:  # fmt: skip
        self.context = context
        self.options = options
        self.base_url = (base_url or options.url).rstrip("/") + "/"
        self._headers = dict(headers or {})
        self._limit = anyio.CapacityLimiter(options.concurrency)
        self._deadline = time.monotonic() + seconds(options.time_cap)
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Http:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await self._client.aclose()

    async def get(self, path: str, params: Params | None = None, **kw: Any) -> Payload:
        """GET `path` (relative to the source's URL, or absolute on the same host)."""
        return await self.request("GET", path, params=params, **kw)

    async def request(
        self, method: str, path: str, *, params: Params | None = None, body: Json = None,
        form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
        allow: Sequence[int] = (), retried: frozenset[int] = RETRIED, shown: Json = None,
        transcribe: Callable[[Answer], Answer] | None = None,
    ) -> Payload:  # fmt: skip
        """Send one request, retrying as the source asks; return the stored payload.

        Statuses of 300 and above raise SourceError unless in `allow`. `body` is sent as JSON
        (bytes as they are), `form` as a form. `shown` stands for a binary body in the evidence;
        `transcribe` writes a binary answer down as text, which redaction can read (pure).
        """
        url = self._url(path)
        asked: dict[str, Json] = {"method": method, "url": url}
        if params:
            asked["params"] = [[k, v] for k, value in params.items() for v in _many(value)]
        if shown is not None:
            asked["body"] = shown
        elif body is not None:
            asked["body"] = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        if form is not None:
            asked["form"] = dict(form)
        wait = Wait(0.0, "timed_out", "")
        for attempt in range(1, ATTEMPTS + 1):
            send = partial(self._transcribed, transcribe, asked, body, dict(headers or {}), wait)
            try:
                payload = await self.context.tape.exchange(asked, send, attempt=attempt)
            except SourceError as err:
                if err.reason != "unreachable" or attempt == ATTEMPTS:
                    raise
                wait = Wait(0.2 * 2**attempt, err.reason, str(err))
                continue
            status = payload.status or 0
            if status < 300 or status in allow:
                return payload
            reason, why = _why(payload, url)
            if attempt == ATTEMPTS or (status not in retried and reason != "rate_limited"):
                raise SourceError(reason, why)
            wait = Wait(_back_off(payload, attempt), reason, why)
        raise AssertionError("the loop returns or raises")

    def _url(self, path: str) -> str:
        url = urljoin(self.base_url, path.lstrip("/") if "://" not in path else path)
        base, asked = urlsplit(self.base_url), urlsplit(url)
        if (base.scheme, base.netloc) != (asked.scheme, asked.netloc):
            raise SourceError(
                "unreachable", f"the source points to another host, {asked.netloc}; not followed"
            )
        return urlunsplit((asked.scheme, asked.netloc, asked.path, asked.query, ""))

    async def _pause(self, wait: Wait) -> None:
        # Part of the attempt that follows it, so that giving up is on the tape and replays alike.
        if time.monotonic() + wait.seconds > self._deadline:
            raise SourceError(
                wait.reason or "timed_out",
                f"{wait.why}; the next try would be in {wait.seconds:.0f} s, past time_cap"
                if wait.why else f"time_cap of {self.options.time_cap} was used up",
            )  # fmt: skip
        if wait.seconds > 1:
            self.context.progress(f"waiting {wait.seconds:.0f} s")
        await anyio.sleep(wait.seconds)

    async def _transcribed(self, transcribe: Callable[[Answer], Answer] | None, *sent: Any) -> Answer:
        answer = await self._send(*sent)
        return transcribe(answer) if transcribe else answer

    async def _send(
        self, asked: Mapping[str, Json], body: Json, extra: Mapping[str, str], wait: Wait
    ) -> Answer:  # fmt: skip
        httpx = library()
        await self._pause(wait)
        client = self._client or self._open()
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {}
        if body is not None and not isinstance(body, bytes):
            sent["json"] = body
        if "form" in asked:
            sent["data"] = asked["form"]
        request = client.build_request(
            asked["method"], asked["url"], params=[tuple(p) for p in asked.get("params", ())] or None,
            headers=extra, **sent,
        )  # fmt: skip
        try:
            async with self._limit:
                with anyio.fail_after(max(0.0, self._deadline - time.monotonic())):
                    return await self._read(client, request)
        except httpx.TimeoutException as err:
            within = f"within its timeout of {self.options.timeout}"
            raise SourceError("timed_out", f"{request.url.host} did not answer {within}") from err
        except TimeoutError as err:
            raise SourceError("timed_out", f"time_cap of {self.options.time_cap} was used up") from err
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as err:
            raise SourceError("unreachable", f"{request.url.host}: {err or type(err).__name__}") from err

    async def _read(self, client: httpx.AsyncClient, request: httpx.Request) -> Answer:
        response = await client.send(request, stream=True)
        try:
            chunks, size = [], 0
            async for chunk in response.aiter_raw():
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_PAYLOAD:
                    raise PayloadTooLargeError(f"an answer of {request.url.host} is over 16 MiB")
        finally:
            await response.aclose()
        try:
            body = decoded(b"".join(chunks), response.headers.get("content-encoding", ""), MAX_PAYLOAD)
        except UndecodableError as err:
            raise SourceError(
                "undecodable", f"an answer of {request.url.host} cannot be read: {err}"
            ) from err
        if len(body) > MAX_PAYLOAD:
            raise PayloadTooLargeError(f"an answer of {request.url.host} is over 16 MiB")
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        content = kept.get("content-type", "application/json").split(";")[0].strip().lower()
        form = "json" if content.endswith("json") else _FORMS.get(content, "txt")
        return Answer(body, form, response.status_code, kept)

    def _open(self) -> httpx.AsyncClient:
        httpx = library()
        auth, tls = self.options.auth, self.options.tls
        headers = {"user-agent": "incident-timeline", "accept-encoding": ACCEPTED, **self._headers}
        basic = None
        if auth.bearer:
            headers["authorization"] = f"Bearer {self.context.secret(auth.bearer)}"
        if auth.basic:
            user, _, password = self.context.secret(auth.basic).partition(":")
            basic = httpx.BasicAuth(user, password)
        headers |= {name: self.context.secret(reference) for name, reference in auth.header.items()}
        # Bytes: a token may be of any language.
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        verify: ssl.SSLContext | bool = False
        if tls.verify and (urlsplit(self.base_url).scheme == "https" or tls != Tls()):
            verify = _trust(tls, self.context)  # takes long; without TLS, only to refuse a file that is wrong
        self._client = httpx.AsyncClient(
            headers=sent, auth=basic, verify=verify, follow_redirects=False, trust_env=False,
            timeout=httpx.Timeout(seconds(self.options.timeout)),
        )  # fmt: skip
        return self._client


def _trust(tls: Tls, context: Context) -> ssl.SSLContext:
    """Return what the client trusts; raise SourceError naming a file that cannot be used."""
    files = [context.resolve_path(name) if name else None for name in (tls.ca, tls.cert, tls.key)]
    try:
        trusted = ssl.create_default_context(cafile=files[0])
        if files[1]:
            trusted.load_cert_chain(files[1], files[2])
    except (OSError, ssl.SSLError) as err:
        named = ", ".join(
            f"{option} = {name!r}" for option, name in zip(("ca", "cert", "key"), files, strict=True) if name
        )
        raise SourceError("unreachable", f"tls ({named}) cannot be used: {err}") from err
    return trusted


def _why(payload: Payload, url: str) -> tuple[GapReason, str]:
    status, parts = payload.status, urlsplit(url)
    if limited(status, payload.headers):
        return "rate_limited", f"{parts.netloc} answered {status}: its rate limit is used up"
    if status in {401, 403}:
        return "unauthorised", f"{parts.netloc} answered {status}; check the token and its rights"
    if status and 300 <= status < 400:
        return (
            "partial",
            f"{parts.netloc} answered {status}; redirects are not followed: configure the final URL",
        )
    excerpt = " ".join(payload.data[:200].decode("utf-8", "replace").split())
    reason: GapReason = "unreachable" if status in {502, 503, 504} else "partial"
    return reason, f"{parts.netloc} answered {status} to {parts.path}: {excerpt}"


def _many(value: str | int | Sequence[str]) -> Sequence[str]:
    return [str(value)] if isinstance(value, str | int) else value


def limited(status: int | None, headers: Mapping[str, str]) -> bool:
    """Tell whether an answer says that a rate limit is used up: some say it with 403."""
    spent = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return status == 429 or (status == 403 and spent)


def _back_off(payload: Payload, attempt: int) -> float:
    """Return the seconds the source asks us to wait, else a doubling pause."""
    headers = payload.headers
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset"):
        value = headers.get(name, "")
        if re.fullmatch(r"[0-9]{1,12}(\.[0-9]*)?", value):
            number = float(value)
            return max(0.0, number - time.time()) if number > 1e9 else number
        if value and name == "retry-after" and (until := _date(value)) is not None:
            return max(0.0, until - time.time())
    return float(min(0.5 * 2**attempt, 30))


def _date(text: str) -> float | None:
    """Return an HTTP date in seconds since 1970; None where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None
