"""Who is there and what they may do: nobody is asked on loopback, elsewhere a token or a proxy tells."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import unquote

from service.settings.serve import ProxySettings, Role
from service.web.peers import Proxies, limited_as
from service.web.sessions import Sessions, Token, seal

COOKIE = "timeline_session"


class User(NamedTuple):
    """Somebody who is signed in; on loopback nobody is, and the name is what people type."""

    name: str
    role: Role
    named: bool = True  # the name is proven, so notes carry it whatever the page says
    by: str = ""  # what proved it: proxy, token, session


LOCAL = User("", "editor", named=False)


class SignIn:
    """Tells who sends a request, from its headers and its peer's address."""

    def __init__(
        self,
        tokens: tuple[Token, ...] = (),
        proxy: ProxySettings | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        self._tokens, self._proxy, self._sessions = tokens, proxy, sessions
        self._trusted = Proxies(proxy.trusted if proxy else ())

    @property
    def open(self) -> bool:
        """Whether nobody is asked."""
        return not self._tokens and self._proxy is None

    @property
    def roles(self) -> dict[str, str]:
        """Everybody's role, as far as the settings name people."""
        proxied = dict.fromkeys(self._proxy.editors, "editor") if self._proxy else {}
        return {**proxied, **{token.name: token.role for token in self._tokens}}

    @property
    def by_token(self) -> bool:
        """Whether a page can ask for a token."""
        return bool(self._tokens)

    def user(self, headers: Mapping[str, str], peer: str) -> User | None:
        """Return who it is; None where that is not known. Header names are lower case."""
        if self.open:
            return LOCAL
        return self._by_proxy(headers, peer) or self._by_bearer(headers) or self._by_cookie(headers)

    def _by_proxy(self, headers: Mapping[str, str], peer: str) -> User | None:
        if self._proxy is None or not self._trusted.trusts(peer):
            return None
        name = headers.get(self._proxy.header.lower(), "").strip()[:200]
        if not name or "\n" in name:
            return None
        editor = "*" in self._proxy.editors or name in self._proxy.editors
        return User(name, "editor" if editor else "reader", by="proxy")

    def _by_bearer(self, headers: Mapping[str, str]) -> User | None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        found = self.token(given.strip()) if scheme.lower() == "bearer" else None
        return User(found.name, found.role, by="token") if found else None

    def token(self, given: str) -> Token | None:
        """Return the token that was given; every one is compared, in constant time."""
        found = [t for t in self._tokens if hmac.compare_digest(t.secret.encode(), given.encode())]
        return found[0] if found else None

    def _by_cookie(self, headers: Mapping[str, str]) -> User | None:
        value = cookie(headers)
        session = self._sessions.name(value) if self._sessions and value else None
        # The name stands in the cookie for who looks at it; it is the session's own, or it is forged.
        if session is None or unquote(value.rpartition(".")[0]) != session.name:
            return None
        token = next((t for t in self._tokens if t.name == session.name), None)
        if token is None or not hmac.compare_digest(session.seal, seal(token)):
            return None
        return User(token.name, token.role, by="session")


def asker(user: User | None, peer: str) -> str:
    """Return what limits count a request under: who signed in, else the address."""
    return user.name if user and user.named else limited_as(peer)


def cookie(headers: Mapping[str, str]) -> str:
    """Return what a request's session cookie holds; empty where there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def is_ours(headers: Mapping[str, str], hosts: frozenset[str]) -> bool:
    """Tell whether a page of ours (or a program) sent a request that changes something.

    Browsers say where a request comes from: `Sec-Fetch-Site`, else `Origin`. A program says neither.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        _, _, host = origin.partition("://")
        return host.lower() in hosts | {headers.get("host", "").lower()} and host != ""
    return True
