"""What every request passes: host, sign-in, role, CSRF, rate limit; headers and a log line on the way out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from service.web import bodies
from service.web.limits import Limiter
from service.web.operation.health import PATHS
from service.web.peers import connected
from service.web.signin import User, asker, cookie, is_ours

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.web.state import State

log = logging.getLogger("timeline.serve")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LINE = "\n"
_LATER, _LINES = 429, 60  # a minute
_UNASKED = ("/login", "/static/")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Gate:
    """The outermost layer around the application."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app, self._state = app, state
        self._lines = Limiter(_LINES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the user in the scope."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, answered = time.monotonic(), {"status": 0}
        headers = headers_of(scope)
        scope["timeline_peer"] = self._state.proxies.client(scope)

        async def out(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered["status"] = message["status"]
                _complete(message)
            await send(message)

        refusal = None
        try:
            refusal = self._refusal(scope, headers)
            if refusal is not None:
                await _answer(out, *refusal)
            else:
                await self._app(scope, bodies.bounded(receive, bodies.most(scope["path"])), out)
        finally:
            route = "refused" if refusal is not None else _route(scope)
            self._note(scope, route, answered["status"], time.monotonic() - begun)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str, dict[str, str]] | None:
        path, method, state = scope["path"], scope["method"], self._state
        limit = bodies.most(path)
        if bodies.announced(scope) > limit:
            return 413, str(bodies.too_large(limit).detail), {}
        if path.startswith("/hooks/"):
            return None  # each proves itself by its sender's scheme
        # A page elsewhere that points its own name at this machine would read everything.
        if (
            state.hosts is not None
            and path not in PATHS
            and headers.get("host", "").lower() not in state.hosts
        ):
            return 421, "this server is not known by that name; set `public_url`", {}
        if method not in SAFE and not is_ours(headers, state.hosts or frozenset()):
            return 403, "another site sent this request", {}
        if path in PATHS or path.startswith("/static/"):
            return None
        user = state.signin.user(headers, connected(scope))
        if wait := state.requests.wait(asker(user, scope["timeline_peer"])):
            return 429, "too many requests", {"retry-after": str(wait)}
        if user is None:
            self._audit(headers, scope["timeline_peer"])
            return None if path.startswith(_UNASKED) else self._unknown(scope, headers)
        scope["timeline_user"] = user
        if user.by in {"proxy", "token"}:
            state.audit.visit(user=user.name, role=user.role, peer=scope["timeline_peer"], by=user.by)
        if refusal := _may(user, method, path):
            state.audit.refuse(
                "right_refused",
                user=user.name,
                role=user.role,
                method=method[:20],
                peer=scope["timeline_peer"],
            )
        return refusal

    def _audit(self, headers: Mapping[str, str], peer: str) -> None:
        """Note a proof that is none; whoever gives none is only a visitor."""
        if "authorization" in headers:
            self._state.audit.refuse("token_refused", peer=peer)
        elif cookie(headers):
            self._state.audit.refuse("session_refused", peer=peer)

    def _unknown(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
        wants_page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
        if wants_page and self._state.signin.by_token:
            return 303, "", {"location": f"/login?next={quote(scope['path'], safe='/')}"}
        return 401, "sign in first", {"www-authenticate": 'Bearer realm="timeline"'}

    def _note(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        self._state.metrics.request(scope["method"], route, status, seconds)
        if status == _LATER and self._lines.wait(""):
            return  # a flood is counted by the metrics; its lines would fill the disk
        user: User | None = scope.get("timeline_user")
        fields: dict[str, Any] = {
            "event": "request", "method": scope["method"], "path": scope["path"], "status": status,
            "seconds": round(seconds, 4), "peer": scope["timeline_peer"], "user": user.name if user else None,
        }  # fmt: skip
        log.info("request", extra={"fields": fields})


def _route(scope: Scope) -> str:
    """Return the template that a request was routed by: a path that was sent would make a series of its own."""
    if scope["path"].startswith("/static/"):
        return "/static/{path}"  # a mount leaves no route
    return getattr(scope.get("route"), "path", None) or "unmatched"


def headers_of(scope: Scope) -> dict[str, str]:
    """Return a request's headers, names in lower case; a doubled one as lines, which no single value can hold.

    So a proof, a name or a type that is there twice is none: which of two is meant, nobody can tell.
    """
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        found[name] = f"{found[name]}{'; ' if name == 'cookie' else _LINE}{text}" if name in found else text
    return found


def _may(user: User, method: str, path: str) -> tuple[int, str, dict[str, str]] | None:
    # What an agent asks comes by POST, too; the one tool that writes looks at the role itself.
    if method in SAFE or user.role == "editor" or path in {"/login", "/logout", bodies.AGENT_PATH}:
        return None
    return 403, "you may read, not write; an editor's token may", {}


def _complete(message: Message) -> None:
    present = {name.lower() for name, _ in message["headers"]}
    added = [(n.encode(), v.encode()) for n, v in _HEADERS.items() if n.encode() not in present]
    message["headers"] = [*message["headers"], *added]


async def _answer(send: Send, status: int, detail: str, headers: Mapping[str, str]) -> None:
    body = json.dumps({"detail": detail}).encode() if detail else b""
    sent = {**headers, "content-type": "application/json", "content-length": str(len(body))}
    pairs = [(n.encode(), v.encode("latin-1")) for n, v in sent.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
