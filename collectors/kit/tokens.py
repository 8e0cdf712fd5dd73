"""Access tokens that a client asks for by its own credentials (OAuth 2.0, RFC 6749, 4.4)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urlsplit

import anyio
import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from collectors.base import SourceError
from collectors.kit.refusal import said
from timeline.canonical import Json

_EARLY = 60.0  # seconds before its end after which a token is not used any more
_LIVES = 600.0  # seconds of one that does not say how long


class ClientCredentials(BaseModel):
    """A client's own credentials, for which the token endpoint gives an access token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_url: str = Field(
        description="the token endpoint", examples=["https://login.microsoftonline.com/TENANT/oauth2/v2.0/token"]
    )  # fmt: skip
    client_id: str = Field(
        min_length=1, description="the client's id", examples=["6731de76-14a6-49ae-97bc-6eba6914391e"]
    )
    client_secret: str = Field(
        description="a reference to the client's secret", examples=["env:CLIENT_SECRET"]
    )
    scope: str | None = Field(
        default=None,
        description="what the token is asked for",
        examples=["https://graph.microsoft.com/.default"],
    )

    @field_validator("token_url")
    @classmethod
    def _plain(cls, value: str) -> str:
        parts = urlsplit(value)
        # Never the value: whatever stood there may be a secret.
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise ValueError("it is no http(s) URL without credentials")
        if parts.query or parts.fragment:
            raise ValueError("a token endpoint ends with its path: no ?query, no #fragment")
        return value


class Answered(NamedTuple):
    """What a token endpoint answered: status and body."""

    status: int
    body: bytes


#: POSTs a form to an address; raises SourceError.
Post = Callable[[str, dict[str, str]], Awaitable[Answered]]


class Tokens:
    """A client's access token: asked for when a request needs one, kept in memory alone.

    It is part of the exchange that needs it, so that a refusal is on the tape; secret and token never are. `conceal`
    is told the token: whoever quotes it is redacted.
    """

    def __init__(
        self,
        options: ClientCredentials,
        secret: Callable[[str], str],
        conceal: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options, self._secret, self._conceal, self._clock = options, secret, conceal, clock
        self._token, self._until = "", 0.0
        self._lock = anyio.Lock()

    async def current(self, post: Post) -> str:
        """Return a token that is good for a minute at least; raise SourceError."""
        async with self._lock:
            if not self._token or self._clock() >= self._until:
                token, lives = await self._asked(post)
                self._token, self._until = token, self._clock() + lives - _EARLY
            return self._token

    async def _asked(self, post: Post) -> tuple[str, float]:
        options, host = self._options, urlsplit(self._options.token_url).netloc
        form = {
            "grant_type": "client_credentials", "client_id": options.client_id,
            "client_secret": self._secret(options.client_secret),
        }  # fmt: skip
        answer = await post(options.token_url, form | ({"scope": options.scope} if options.scope else {}))
        if answer.status != 200:
            words = said(answer.body)
            own = f" ({words})" if words else ""
            if answer.status == 429:
                raise SourceError("rate_limited", f"{host} answered 429{own}: its rate limit is used up")
            if answer.status >= 500:
                raise SourceError(
                    "unreachable", f"{host} answered {answer.status}{own} to who asked for a token"
                )
            raise SourceError(
                "unauthorised", f"{host} gave no token, it answered {answer.status}{own}; check the client's id and secret"
            )  # fmt: skip
        value = _json(answer.body)
        token, lives = value.get("access_token"), value.get("expires_in")
        if not isinstance(token, str) or not token:
            raise SourceError("undecodable", f"{host} answered without an access token")
        self._conceal(token)
        known = isinstance(lives, int | float) and not isinstance(lives, bool)
        return token, float(lives) if known and isinstance(lives, int | float) else _LIVES


def _json(body: bytes) -> dict[str, Json]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
