"""One message in a Slack channel, by the Web API's `chat.postMessage`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.publish.forges import api
from service.publish.forges.base import ForgeError, RefusedError

SLACK_API = "https://slack.com/api/"


async def post(url: str, token: str, secret: Callable[[str], str], channel: str, text: str) -> None:
    """Post `text` (mrkdwn); `token` is a secret's reference. Raises RefusedError, ForgeError."""
    body = {"channel": channel, "text": text, "unfurl_links": False, "unfurl_media": False}
    async with api.connect(url, token, secret) as client:
        try:
            answer: Any = await client.write("POST", "chat.postMessage", body)
        except ForgeError as err:
            raise ForgeError(f"Slack cannot be reached: {err}") from err
    # Slack refuses inside an answer of status 200.
    if not isinstance(answer, dict) or not answer.get("ok"):
        said = answer.get("error") if isinstance(answer, dict) else None
        raise RefusedError(f"Slack refused: {said or 'its answer is none of Slack'}")


def slack_link(address: str, title: str) -> str:
    """Return a link whose words are only text."""
    return f"<{plain(address)}|{plain(title).replace('|', '/')}>"


def plain(text: str) -> str:
    """Return words that are only text."""
    # Slack's own three; a mention is `<@U1>` or `<!here>`, which these take apart.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
