"""The one HTTP client: time-outs, a total time cap, the source's own back-off, evidence."""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import anyio

from collectors.base import MAX_PAYLOAD, Answer, Context, Payload, PayloadTooLargeError, SourceError
from collectors.kit.access import Auth as Auth
from collectors.kit.access import HttpOptions as HttpOptions
from collectors.kit.access import Tls as Tls
from collectors.kit.access import refuse_inner, trust
from collectors.kit.access import seconds as seconds
from collectors.kit.answers.backoff import back_off
from collectors.kit.answers.decoding import ACCEPTED, UndecodableError, decoded
from collectors.kit.patience import Budget, Patience, jittered
from collectors.kit.refusal import advised, said
from collectors.kit.signing import Sign, Unsigned, sigv4
from collectors.kit.tape import LackingError
from collectors.kit.tokens import Answered, Tokens
from timeline.canonical import Json, canonical
from timeline.model import GapReason

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 4
RETRIED = frozenset({429, 500, 502, 503, 504})
#: How often a status is tried where that is less: a server's own error may be of the request, and come each time.
_TRIES = {500: 2}
#: Response headers that decide what happens next; the rest is not kept.
KEPT_HEADERS = (
    "content-type", "date", "link", "retry-after", "ratelimit-reset", "ratelimit-remaining",
    "x-ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-period-in-sec", "x-total-count", "x-next-page",
    "x-ms-continuationtoken", "x-sentry-rate-limit-reset", "x-sentry-rate-limit-remaining",
)  # fmt: skip
_FORMS = {"application/json": "json", "text/csv": "csv", "application/x-ndjson": "jsonl"}
_GIVEN_UP = "past time_cap"  # how a failure ends after which nothing is tried again, recorded or replayed
Params = Mapping[str, str | int | Sequence[str]]
#: Says what a refusal is that its status does not tell (pure); None: what the status says.
Meaning = Callable[[Payload], GapReason | None]


class Wait(NamedTuple):
    """A pause in seconds before an attempt, why, and who asks for it."""

    seconds: float = 0.0
    reason: GapReason = "timed_out"
    why: str = ""
    attribution: str = ""


def library() -> ModuleType:
    """Return httpx, without its own command line: click, rich and Pygments are a third of its start."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None bars an import
    import httpx

    return httpx


class Http:
    """An HTTP client of one source; every attempt is an exchange on the tape.

    All sources of a build that ask one host share what it is asked at once (`Budget`). `sign` signs each
    request in a way of the source's own, beside what `auth` says; `keep` names headers of answers that are stored too;
    `meaning` reads what a source refuses with under a status that others mean something else by.
    """

    def __init__(
        self, context: Context, options: HttpOptions, *, headers: Mapping[str, str] | None = None,
        base_url: str | None = None, sign: Sign | None = None, keep: Iterable[str] = (),
        meaning: Meaning | None = None,
    ) -> None:  # fmt: skip
        self.context = context
        self.options = options
        self.base_url = (base_url or options.url).rstrip("/") + "/"
        self.patience = Patience(seconds(options.time_cap))
        self._headers = dict(headers or {})
        self._kept = (*KEPT_HEADERS, *(name.lower() for name in keep))
        self._limit = anyio.CapacityLimiter(options.concurrency)
        self._sign = sign
        self._meaning = meaning
        self._connects = min(context.connects, ATTEMPTS)
        self._query: dict[str, str] = {}
        self._who = canonical(options.auth.references()).decode()
        self._client: httpx.AsyncClient | None = None
        oauth = options.auth.oauth
        self._tokens = Tokens(oauth, context.secret, context.conceal) if oauth else None
        host = urlsplit(self.base_url).netloc.lower()
        self._budget: Budget = context.shared.setdefault(f"http {host}", Budget())
        self._budget.join(options.concurrency, options.most_requests)

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
        asked = _asked(method, url, params, body if shown is None else shown, form)
        wait, status = Wait(), 0
        for attempt in range(1, ATTEMPTS + 1):
            send = partial(self._transcribed, transcribe, asked, body, dict(headers or {}), wait, attempt)
            try:
                payload = await self.context.tape.exchange(asked, send, attempt=attempt)
            except LackingError:
                if status not in _TRIES:
                    raise
                raise SourceError(wait.reason, wait.why) from None  # of a version that asked but once
            except SourceError as err:
                if err.reason != "unreachable" or attempt >= self._connects or str(err).endswith(_GIVEN_UP):
                    raise
                wait = Wait(0.2 * 2**attempt, err.reason, str(err))
                continue
            status = payload.status or 0
            if status < 300 or status in allow:
                return payload
            reason, why = _why(payload, url, self._meaning(payload) if self._meaning else None)
            tries = _TRIES.get(status, ATTEMPTS)
            if attempt >= tries or (status not in retried and reason != "rate_limited"):
                raise SourceError(reason, why)
            pause = back_off(payload.headers, attempt, time.time(), is_limited=reason == "rate_limited")
            wait = Wait(pause.seconds, reason, why, pause.attribution)
        raise AssertionError("the loop returns or raises")

    def _url(self, path: str) -> str:
        url = urljoin(self.base_url, path.lstrip("/") if "://" not in path else path)
        base, asked = urlsplit(self.base_url), urlsplit(url)
        if (base.scheme, base.netloc) != (asked.scheme, asked.netloc):
            raise SourceError(
                "unreachable", f"the source points to another host, {asked.netloc}; not followed"
            )
        return urlunsplit((asked.scheme, asked.netloc, asked.path, asked.query, ""))

    async def _transcribed(self, transcribe: Callable[[Answer], Answer] | None, *sent: Any) -> Answer:
        answer = await self._send(*sent)
        return transcribe(answer) if transcribe else answer

    async def _send(
        self, asked: Mapping[str, Json], body: Json, extra: Mapping[str, str], wait: Wait, attempt: int
    ) -> Answer:  # fmt: skip
        # Part of the attempt that follows it, so that giving up is on the tape and replays alike.
        try:
            await self._pause(wait)
        except TimeoutError as err:
            raise self._used_up(wait) from err
        client = self._client or self._open()
        if self._tokens:
            token = await self._tokens.current(self._post)
            extra = {**extra, "authorization": f"Bearer {token}"}
        request = self._built(client, asked, body, extra)
        host = request.url.host
        response, raw = await self._exchanged(client, request, wait)
        answer = _answer(response, raw, host, self._kept)
        # Azure DevOps answers, and asks for a pause before the next request.
        if limited(answer.status, answer.headers) or (
            answer.status == 200 and "retry-after" in answer.headers
        ):
            self._budget.hold(self._who, back_off(answer.headers, attempt, time.time()).seconds)
        return answer

    async def _post(self, url: str, form: Mapping[str, str]) -> Answered:
        """Ask a token endpoint, on whatever host it is; what is sent and what comes is on no tape."""
        client = self._client or self._open()
        response, raw = await self._exchanged(client, client.build_request("POST", url, data=form), Wait())
        return Answered(response.status_code, _answer(response, raw, response.url.host, ()).body)

    async def _exchanged(
        self, client: httpx.AsyncClient, request: httpx.Request, wait: Wait
    ) -> tuple[httpx.Response, bytes]:
        httpx, host = library(), request.url.host
        for named in (host, urlsplit(self.options.proxy or "").hostname or ""):
            refuse_inner(named, named)
        request.extensions["trace"] = partial(_look_where, host)
        try:
            async with self._turn():
                return await self.patience.spend(partial(_read, client, request))
        except httpx.TimeoutException as err:
            within = f"within its timeout of {self.options.timeout}"
            raise SourceError("timed_out", f"{host} did not answer {within}") from err
        except TimeoutError as err:
            raise self._used_up(wait) from err
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as err:
            raise self._unreached(host, advised(str(err) or type(err).__name__)) from err

    def _built(
        self, client: httpx.AsyncClient, asked: Mapping[str, Json], body: Json, extra: Mapping[str, str]
    ) -> httpx.Request:
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {}
        if body is not None and not isinstance(body, bytes):
            sent["json"] = body
        if "form" in asked:
            sent["data"] = asked["form"]
        pairs, url = [(name, value) for name, value in asked.get("params", ())], asked["url"]
        if self._query:  # a link that the source gave may hold the parameter already, redacted
            bare, _, query = url.partition("?")
            pairs = [*parse_qsl(query, keep_blank_values=True), *pairs]
            pairs = [pair for pair in pairs if pair[0] not in self._query]
            url = f"{bare}?{urlencode([*pairs, *self._query.items()])}"
            pairs = []
        return client.build_request(asked["method"], url, params=pairs or None, headers=extra, **sent)

    async def _pause(self, wait: Wait) -> None:
        if wait.why and wait.seconds > self.patience.left:
            said = f" ({wait.attribution})" if wait.attribution else ""
            text = f"{wait.why}{said}; the next try would be in {wait.seconds:.0f} s, {_GIVEN_UP}"
            raise SourceError(wait.reason, text)
        await self._sleep(wait.seconds)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Hold a place among those who ask the host; raise TimeoutError when our time is used up.

        In a pause that the host asked us for none is held: others may have other credentials.
        """
        while True:
            while held := self._held():
                await self._sleep(held)
            async with AsyncExitStack() as stack:
                for limit in (self._limit, self._budget.limit):
                    await self._acquire(limit)
                    stack.callback(limit.release)
                if self._held():  # somebody was refused while we waited
                    continue
                await self._sleep(self._budget.take())
                yield
                return

    def _held(self) -> float:
        """Return the seconds of the pause; 0 for one past our time: it may be for other paths than ours."""
        held = self._budget.held(self._who)
        return held if held < self.patience.left else 0.0

    async def _acquire(self, limit: anyio.CapacityLimiter) -> None:
        try:
            limit.acquire_nowait()
        except anyio.WouldBlock:
            await self.patience.spend(limit.acquire)

    async def _sleep(self, pause: float) -> None:
        if pause > 1:
            self.context.progress(f"waiting {pause:.0f} s")
        if pause > 0:
            longer = jittered(pause)
            await self.patience.spend(partial(anyio.sleep, longer if longer < self.patience.left else pause))

    def _unreached(self, host: str, why: str) -> SourceError:
        """Return why a host was not reached, and through which proxy."""
        if not self.options.proxy:
            return SourceError("unreachable", f"{host}: {why}")
        proxy = urlsplit(self.options.proxy).netloc.rpartition("@")[2]
        if why.startswith("407"):
            return SourceError("unauthorised", _refused_by(f"the proxy {proxy}"))
        return SourceError("unreachable", f"{host}, by the proxy {proxy}: {why}")

    def _used_up(self, wait: Wait) -> SourceError:
        """Return that no time is left; after a try that failed, as what it failed with."""
        text = f"time_cap of {self.options.time_cap} was used up"
        if not wait.why:
            return SourceError("timed_out", text)
        return SourceError(wait.reason, f"{wait.why}; {text}, the next try would be {_GIVEN_UP}")

    def _open(self) -> httpx.AsyncClient:
        httpx = library()
        auth, tls, secret = self.options.auth, self.options.tls, self.context.secret
        headers = {"user-agent": "incident-timeline", "accept-encoding": ACCEPTED, **self._headers}
        if auth.bearer:
            headers["authorization"] = f"Bearer {secret(auth.bearer)}"
        headers |= {name: secret(reference) for name, reference in auth.header.items()}
        self._query = {name: secret(reference) for name, reference in auth.query.items()}
        # Bytes: a token may be of any language.
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        verify: ssl.SSLContext | bool = False
        secure = "https" in {urlsplit(url).scheme for url in (self.base_url, self.options.proxy or "")}
        if tls.verify and (secure or tls != Tls()):
            verify = trust(tls, self.context)  # takes long; without TLS, only to refuse a file that is wrong
        self._client = httpx.AsyncClient(
            headers=sent, auth=self._auth(), verify=verify, follow_redirects=False, trust_env=False,
            timeout=httpx.Timeout(seconds(self.options.timeout)), proxy=self._proxy(verify),
        )  # fmt: skip
        return self._client

    def _auth(self) -> httpx.Auth | None:
        auth, secret = self.options.auth, self.context.secret
        sign = self._sign
        if auth.sigv4:
            session = secret(auth.sigv4.session) if auth.sigv4.session else None
            sign = sigv4(auth.sigv4, secret(auth.sigv4.key), session)
        if sign:
            return _signing(sign)
        if auth.basic:
            user, _, password = secret(auth.basic).partition(":")
            return library().BasicAuth(user, password)  # type: ignore[no-any-return]  # a module by hand
        return None

    def _proxy(self, verify: ssl.SSLContext | bool) -> httpx.Proxy | None:
        if not self.options.proxy:
            return None
        reference = self.options.proxy_auth
        user, _, password = self.context.secret(reference).partition(":") if reference else ("", "", "")
        trusted = verify if urlsplit(self.options.proxy).scheme == "https" and verify else None
        return library().Proxy(  # type: ignore[no-any-return]  # as above
            self.options.proxy, auth=(user, password) if reference else None, ssl_context=trusted
        )


async def _look_where(host: str, event: str, info: Mapping[str, Any]) -> None:
    """Refuse a connection to an address that must not be asked, whatever name led there: nothing was sent on it."""
    if event == "connection.connect_tcp.complete":
        stream = info["return_value"]
        try:
            refuse_inner(str((stream.get_extra_info("server_addr") or ("",))[0]), host)
        except SourceError:
            await stream.aclose()
            raise


def _signing(sign: Sign) -> httpx.Auth:
    class Signed(library().Auth):  # type: ignore[misc]  # as above
        requires_request_body = True

        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            if b"+" in request.url.query:  # which some read as a blank, and some as itself
                request.url = request.url.copy_with(query=request.url.query.replace(b"+", b"%20"))
            unsigned = Unsigned(request.method, str(request.url), request.headers, request.content)
            request.headers.update(sign(unsigned))
            yield request

    return Signed()


def _asked(
    method: str, url: str, params: Params | None, body: Json, form: Mapping[str, str] | None
) -> dict[str, Json]:
    """Return the canonical request: what decides the answer, and no secret."""
    asked: dict[str, Json] = {"method": method, "url": url}
    if params:
        asked["params"] = [[k, v] for k, value in params.items() for v in _many(value)]
    if body is not None:
        asked["body"] = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if form is not None:
        asked["form"] = dict(form)
    return asked


async def _read(client: httpx.AsyncClient, request: httpx.Request) -> tuple[httpx.Response, bytes]:
    """Send a request; return the response and its body as it came over the wire, at most 16 MiB of it."""
    response = await client.send(request, stream=True)
    chunks, size = [], 0
    try:
        async for chunk in response.aiter_raw():
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_PAYLOAD:
                raise PayloadTooLargeError(f"an answer of {request.url.host} is over 16 MiB")
    finally:
        await response.aclose()
    return response, b"".join(chunks)


def _answer(response: httpx.Response, raw: bytes, host: str, keep: Iterable[str]) -> Answer:
    try:
        body = decoded(raw, response.headers.get("content-encoding", ""), MAX_PAYLOAD)
    except UndecodableError as err:
        raise SourceError("undecodable", f"an answer of {host} cannot be read: {err}") from err
    if len(body) > MAX_PAYLOAD:
        raise PayloadTooLargeError(f"an answer of {host} is over 16 MiB")
    kept = {name: response.headers[name] for name in keep if name in response.headers}
    content = kept.get("content-type", "application/json").split(";")[0].strip().lower()
    form = "json" if content.endswith("json") else _FORMS.get(content, "txt")
    return Answer(body, form, response.status_code, kept)


def _why(payload: Payload, url: str, meant: GapReason | None = None) -> tuple[GapReason, str]:
    status, parts, words = payload.status, urlsplit(url), said(payload.data)
    own = f" ({words})" if words else ""
    if meant == "rate_limited" or limited(status, payload.headers):
        return "rate_limited", f"{parts.netloc} answered {status}{own}: its rate limit is used up"
    if status == 407:
        return "unauthorised", _refused_by(f"the proxy before {parts.netloc}", own)
    if meant == "unauthorised" or status in {401, 403}:
        return "unauthorised", f"{parts.netloc} answered {status}{own}; check the token and its rights"
    if status and 300 <= status < 400:
        return (
            "partial",
            f"{parts.netloc} answered {status}; redirects are not followed: configure the final URL",
        )
    reason: GapReason = "unreachable" if status in {502, 503, 504} else "partial"
    return reason, f"{parts.netloc} answered {status} to {parts.path}: {words or 'without a word'}"


def _refused_by(proxy: str, own: str = "") -> str:
    return f"{proxy} answered 407{own}: it wants other credentials; see `proxy_auth`"


def _many(value: str | int | Sequence[str]) -> Sequence[str]:
    return [str(value)] if isinstance(value, str | int) else value


def may_have_arrived(err: SourceError) -> bool:
    """Tell whether a request without an answer may have reached its server: it was connected to."""
    httpx, cause = library(), err.__cause__
    never = (
        httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError | httpx.InvalidURL
    )
    return cause is not None and not isinstance(cause, never)


def limited(status: int | None, headers: Mapping[str, str]) -> bool:
    """Tell whether an answer says that a rate limit is used up: some say it with 403."""
    spent = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return status == 429 or (status == 403 and spent)
