"""A channel with an incident in it: threads, a card, an edit, a deletion, events, and what was said before and after."""

from __future__ import annotations

import json
from datetime import timedelta

from collectors.teams.collector import TeamsCollector
from tests.fakes.teams import BEGIN, CHANNEL, CLIENT, SECRET, TEAM, FakeGraph
from timeline.instant import MINUTE, NS
from timeline.model import Window

START = int(BEGIN.timestamp()) * NS
WINDOW = Window(start=START, end=START + 60 * MINUTE)
NOW = START + 180 * MINUTE
SECRETS = {"env:TEAMS_CLIENT_SECRET": SECRET}
OPTIONS = {"channels": [f"{TEAM}/{CHANNEL}"]}
CARD = {
    "type": "AdaptiveCard", "version": "1.4",
    "body": [
        {"type": "TextBlock", "text": "checkout p99 is **firing**"},
        {"type": "FactSet", "facts": [{"title": "Severity", "value": "critical"}]},
        {"type": "ColumnSet", "columns": [{"type": "Column", "items": [{"type": "TextBlock", "text": "eu-west"}]}]},
    ],
    "actions": [{"type": "Action.OpenUrl", "title": "View alert", "url": "https://grafana.example/alert/1"}],
}  # fmt: skip


def oauth(graph: FakeGraph, **more: str) -> dict[str, object]:
    """Give the options of an application that signs in at the fake."""
    asked = {
        "token_url": f"{graph.url}/oauth2/v2.0/token", "client_id": CLIENT, "client_secret": "env:TEAMS_CLIENT_SECRET",
        "scope": "https://graph.microsoft.com/.default", **more,
    }  # fmt: skip
    return {"url": graph.url, "auth": {"oauth": asked}}


def later(seconds: float) -> int:
    """Give the time so many seconds after the beginning, in ns."""
    return int((BEGIN + timedelta(seconds=seconds)).timestamp() * 1000) * 1_000_000


def tell(graph: FakeGraph) -> None:
    """Let the incident happen."""
    graph.user("ann", "Ann Smith")
    graph.user("ben", "Ben Okri")
    bot = {
        "id": "5d5e0c0e-5a5e-4d1c-9a1e-2f0f0a0b0c0d",
        "displayName": "Alerts",
        "applicationIdentityType": "bot",
    }
    old = graph.post(-40 * 86400, "ann", "<p>How do we deploy?</p>")
    graph.post(-86400, "ann", "<p>a quiet day</p>")
    graph.event(5, "teamDescriptionUpdated", "ann", teamId=TEAM, teamDescription="Shop & checkout")
    card = {"id": "a1", "contentType": "application/vnd.microsoft.card.adaptive", "content": json.dumps(CARD), "contentUrl": None, "name": None}  # fmt: skip
    alert = graph.post(
        60, None, '<attachment id="a1"></attachment>', attachments=[card], **{"from": {"application": bot, "device": None, "user": None}},
    )  # fmt: skip
    names = [graph.mention(0, "ben", "Ben"), graph.mention(1, "ben", "Okri")]
    graph.post(
        120.5, "ann", '<div><at id="0">Ben</at>&nbsp;<at id="1">Okri</at>, have a look at <a href="https://x.example/d">the graph</a>'
        '<script>alert(1)</script> &lt;b&gt; &#xE000;</div>', replyToId=alert["id"], mentions=names,
    )  # fmt: skip
    edited = graph.post(180, "ben", "<p>rolled back</p>", replyToId=alert["id"])
    graph.touch(edited, 240, "lastEditedDateTime")
    gone = graph.post(200, "ann", "<p>a slip</p>")
    graph.touch(gone, 210, "deletedDateTime")
    file = {"id": "f1", "contentType": "reference", "contentUrl": "https://s.example/dump.txt", "content": None, "name": "dump.txt"}  # fmt: skip
    late = graph.post(300, "ben", "", replyToId=old["id"], attachments=[file], subject=None)
    when = {"createdDateTime": late["createdDateTime"], "reactionType": "like", "user": {"application": None, "device": None, "user": graph.users["ann"]}}  # fmt: skip
    late["reactions"] = [when]
    graph.event(400, "callEnded", "ben", callId="c", callDuration="PT28M", callEventType="call", callParticipants=[{"participant": {"user": graph.users["ann"]}}])  # fmt: skip
    graph.post(4000, "ann", "<p>after it</p>")


__all__ = ["NOW", "OPTIONS", "SECRETS", "WINDOW", "TeamsCollector", "later", "oauth", "tell"]
