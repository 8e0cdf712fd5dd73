"""The official Slack client over our HTTP client, so that every answer is on the tape as it came."""

from __future__ import annotations

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from collectors.base import Payload, SourceError
from collectors.kit.http import Http
from timeline.model import GapReason
from timeline.text import code

#: What Slack's error codes mean for a timeline, and what to do about them.
_TOKEN = "the token is not valid; check `auth`"  # noqa: S105 - advice, not a token
_INVITE = "invite the app to the channel, or check the name"
ERRORS: dict[str, tuple[GapReason, str]] = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "two_factor_setup_required"),
        ("unauthorised", _TOKEN),
    ),
    **dict.fromkeys(
        ("no_permission", "access_denied", "not_allowed_token_type", "org_login_required", "team_access_not_granted",
         "ekm_access_denied", "enterprise_is_restricted", "missing_scope"),
        ("unauthorised", "the app lacks the right to read this"),
    ),
    **dict.fromkeys(("not_in_channel", "channel_not_found"), ("unauthorised", _INVITE)),
    **dict.fromkeys(("ratelimited", "rate_limited"), ("rate_limited", "its rate limit is used up")),
    **dict.fromkeys(
        ("internal_error", "fatal_error", "service_unavailable", "team_added_to_org"), ("unreachable", "try again later")
    ),
    "request_timeout": ("timed_out", "try again later"),
}  # fmt: skip


class RefusalError(SourceError):
    """Slack answered `ok: false`; `error` is its code."""

    def __init__(self, method: str, answer: dict[str, Any]) -> None:
        self.error = str(answer.get("error") or "no error code")
        reason, advice = ERRORS.get(self.error, ("partial", ""))
        needed = answer.get("needed")
        scope = f" (it needs the scope {code(needed)})" if isinstance(needed, str) and needed else ""
        super().__init__(
            reason, f"Slack refused {method}: {code(self.error)}{scope}{'; ' if advice else ''}{advice}"
        )


class Page(AsyncSlackResponse):
    """One answer, with the stored payload it was read from."""

    payload: Payload

    @property
    def cursor(self) -> str:
        """The cursor of the next page, empty on the last one."""
        metadata = self.get("response_metadata")
        cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else None
        return cursor if isinstance(cursor, str) else ""


class Client(AsyncWebClient):
    """`AsyncWebClient` whose requests go through `Http`: the tape, the back-off, the time cap."""

    def __init__(self, http: Http) -> None:
        # The token stays with the HTTP client; `proxy` is set so that none is taken from the environment.
        super().__init__(base_url=http.base_url, proxy="unused", retry_handlers=[])
        self._http = http

    async def _send(self, http_verb: str, api_url: str, req_args: dict[str, Any]) -> Page:
        """Send one call; raise RefusalError for `ok: false`, SourceError for what HTTP refuses."""
        params = {k: _text(v) for k, v in (req_args.get("params") or {}).items()}
        payload = await self._http.request(http_verb, api_url, params=params)
        data = payload.json()
        method = api_url.rpartition("/")[2]
        if not isinstance(data, dict):
            raise SourceError("undecodable", f"Slack's answer to {method} is no object")
        page = Page(
            client=self, http_verb=http_verb, api_url=api_url, req_args=req_args, data=data,
            headers=dict(payload.headers), status_code=payload.status or 0,
        )  # fmt: skip
        page.payload = payload
        try:
            page.validate()  # type: ignore[no-untyped-call]  # slack_sdk has no hint here
        except SlackApiError as err:
            raise RefusalError(method, data) from err
        return page

    async def page(self, method: str, **params: str | int | bool | None) -> Page:
        """Call a read method, as its named function would, and return the page."""
        call = getattr(self, method.replace(".", "_"))
        answer = await call(**params)
        assert isinstance(answer, Page)
        return answer


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
