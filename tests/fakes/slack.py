"""Slack's Web API on loopback, over a `Workspace`; its answers are checked by the official typings.

Not a server that can be had for real. It keeps to what the reference says: errors in 200 answers,
cursors, 429 with Retry-After, and the mode in which apps outside the Marketplace are held.
"""

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from collectors.testing.answering import Answering
from tests.fakes.slack_workspace import Workspace

TOKEN = "xoxb-" + "2026-test-token-of-the-fake"
Params = dict[str, str]
Answer = dict[str, Any]


class RefusedError(Exception):
    """An `ok: false` answer."""

    def __init__(self, error: str, **more: str) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


@dataclass
class FakeSlack:
    """The server; `with FakeSlack(workspace) as slack: slack.url`."""

    workspace: Workspace
    token: str = TOKEN
    page: int = 1000  # the most a page holds, whatever is asked
    restricted: bool = False  # 15 messages a request, and a request every `every` seconds
    every: float = 60.0
    limited: dict[str, int] = field(default_factory=dict)  # method -> how many 429 it answers first
    retry_after: int = 1
    missing: set[str] = field(default_factory=set)  # methods whose scope the app lacks
    answers: dict[str, Callable[[Answer], Answer]] = field(
        default_factory=dict
    )  # method -> change of its answer
    calls: list[tuple[str, Params]] = field(default_factory=list)
    given: list[tuple[str, Answer]] = field(default_factory=list)
    _last: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The base of the API."""
        return f"http://127.0.0.1:{self._server.server_port}/api"

    def called(self, method: str) -> list[Params]:
        """Return the parameters of each call of a method."""
        return [params for name, params in self.calls if name == method]

    def _handler(fake) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(Answering):
            def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                form = self.rfile.read(length).decode() if length else ""
                params = dict(parse_qsl(parts.query) + parse_qsl(form))
                method = parts.path.removeprefix("/api/")
                status, answer = fake.answer(method, params, self.headers.get("authorization", ""))
                body = json.dumps(answer).encode()
                self.send_response_only(status)
                self.send_header("date", formatdate(usegmt=True))
                self.send_header("content-type", "application/json; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                if status == 429:
                    self.send_header("retry-after", str(fake.wait(method)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - the name http.server looks for

        return Handler

    def wait(self, method: str) -> int:
        """Return the seconds of Retry-After."""
        return max(1, int(self.every)) if self.restricted and method in self._last else self.retry_after

    def answer(self, method: str, params: Params, authorization: str) -> tuple[int, Answer]:
        """Answer one call: status and body."""
        self.calls.append((method, params))
        if self._is_limited(method):
            return 429, {"ok": False, "error": "ratelimited"}
        try:
            if authorization != f"Bearer {self.token}":
                raise RefusedError("invalid_auth" if authorization else "not_authed")
            if method in self.missing:
                raise RefusedError("missing_scope", needed="channels:history", provided="chat:write")
            found: Callable[[Params], Answer] | None = getattr(self, "_" + method.replace(".", "_"), None)
            answer = found(params) if found else {"ok": False, "error": "unknown_method"}
        except RefusedError as refused:
            answer = refused.answer
        if method in self.answers:
            answer = self.answers[method](answer)
        self.given.append((method, answer))
        return 200, answer

    def _is_limited(self, method: str) -> bool:
        if self.limited.get(method, 0) > 0:
            self.limited[method] -= 1
            return True
        if not self.restricted or method not in {"conversations.history", "conversations.replies"}:
            return False
        now = time.monotonic()
        if now - self._last.get(method, -1e9) < self.every:
            return True
        self._last[method] = now
        return False

    # Methods.

    def _auth_test(self, params: Params) -> Answer:
        return {
            "ok": True, "url": f"https://{self.workspace.domain}.slack.com/", "team": "Acme", "user": "timeline",
            "team_id": self.workspace.team, "user_id": "U0TIMELINE", "bot_id": "B0TIMELINE",
            "is_enterprise_install": False,
        }  # fmt: skip

    def _conversations_list(self, params: Params) -> Answer:
        types = params.get("types", "public_channel").split(",")
        if "private_channel" in types and "groups:read" in self.missing:
            raise RefusedError("missing_scope", needed="groups:read", provided="channels:read")
        shown = [
            c for c in self.workspace.channels.values()
            if not c.get("is_mpim") and ("private_channel" if c["is_private"] else "public_channel") in types
        ]  # fmt: skip
        part, more = self._part(shown, params)
        return {"ok": True, "channels": part, "response_metadata": {"next_cursor": more}}

    def _conversations_info(self, params: Params) -> Answer:
        return {"ok": True, "channel": self._channel(params)}

    def _conversations_history(self, params: Params) -> Answer:
        channel = self._readable(params)
        inclusive = params.get("inclusive") in {"1", "true"}
        shown = [
            m for m in reversed(self.workspace.messages(channel))
            if _top(m) and _between(m["ts"], params.get("oldest"), params.get("latest"), inclusive=inclusive)
        ]  # fmt: skip
        part, more = self._part(shown, params)
        return _page(part, more) | {"pin_count": 0}

    def _conversations_replies(self, params: Params) -> Answer:
        channel = self._readable(params)
        root = params["ts"]
        thread = [m for m in self.workspace.messages(channel) if root in {m["ts"], m.get("thread_ts")}]
        if not thread:
            raise RefusedError("thread_not_found")
        first = [m for m in thread if m["ts"] == root]
        part, more = self._part([m for m in thread if m["ts"] != root], params)
        return _page(first + part, more)

    def _users_info(self, params: Params) -> Answer:
        if params["user"] not in self.workspace.users:
            raise RefusedError("user_not_found")
        return {"ok": True, "user": self.workspace.users[params["user"]]}

    def _chat_getPermalink(self, params: Params) -> Answer:  # noqa: N802 - Slack's name
        place = f"archives/{params['channel']}/p{params['message_ts'].replace('.', '')}"
        link = f"https://{self.workspace.domain}.slack.com/{place}"
        return {"ok": True, "channel": params["channel"], "permalink": link}

    def _channel(self, params: Params) -> dict[str, Any]:
        if params.get("channel") not in self.workspace.channels:
            raise RefusedError("channel_not_found")
        return self.workspace.channels[params["channel"]]

    def _readable(self, params: Params) -> str:
        channel = self._channel(params)
        if not channel["is_member"]:
            raise RefusedError("not_in_channel")
        return str(channel["id"])

    def _part(self, shown: list[dict[str, Any]], params: Params) -> tuple[list[dict[str, Any]], str]:
        """Cut a page; the cursor says where the next one begins."""
        limit = min(int(params.get("limit", 100)), self.page)
        if self.restricted and "channel" in params:
            limit = min(limit, 15)
        cursor = params.get("cursor")
        try:
            begin = int(base64.b64decode(cursor).decode().removeprefix("next:")) if cursor else 0
        except ValueError as err:
            raise RefusedError("invalid_cursor") from err
        end = begin + limit
        more = base64.b64encode(f"next:{end}".encode()).decode() if end < len(shown) else ""
        return shown[begin:end], more


def _page(messages: list[dict[str, Any]], more: str) -> Answer:
    answer: Answer = {"ok": True, "messages": messages, "has_more": bool(more)}
    return answer | ({"response_metadata": {"next_cursor": more}} if more else {})


def _top(message: dict[str, Any]) -> bool:
    return (
        message.get("thread_ts", message["ts"]) == message["ts"]
        or message.get("subtype") == "thread_broadcast"
    )


def _between(ts: str, oldest: str | None, latest: str | None, *, inclusive: bool) -> bool:
    at, low, high = Decimal(ts), Decimal(oldest or 0), Decimal(latest or 10**12)
    return low <= at <= high if inclusive else low < at < high
