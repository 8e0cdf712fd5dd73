"""Messages of Teams on a fake of Microsoft Graph: threads, edits, deletions, events, cards, and what may not be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.teams.conversations import Conversation, named
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.collectors.teams.story import (
    NOW,
    OPTIONS,
    SECRETS,
    WINDOW,
    TeamsCollector,
    later,
    oauth,
    tell,
)
from tests.fakes.teams import CHANNEL, CHAT, TEAM, TENANT, TOKEN, FakeGraph, at
from tests.golden_files import Golden
from timeline.instant import DAY
from timeline.model import Fact, Incident
from timeline.text import MENTION

BEARER = {"env:TEAMS_TOKEN": TOKEN}


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph() as made:
        tell(made)
        yield made


def read(graph: FakeGraph, now: int = NOW, **options: Any) -> Run:
    given = {**oauth(graph), **OPTIONS, **options}
    return check(TeamsCollector, given, WINDOW, secrets=SECRETS, now=now)


def told(found: Run) -> list[tuple[str, str]]:
    facts = sorted(found.facts, key=lambda one: (one.earliest or 0, one.kind))
    return [(fact.kind, MENTION.sub("X", fact.quote.text) if fact.quote else "") for fact in facts]


def of(found: Run, begin: str) -> Fact:
    return next(f for f in found.facts if f.quote and MENTION.sub("X", f.quote.text).startswith(begin))


STORY = [
    ("chat.message", "Shop & checkout"),
    (
        "chat.message",
        "checkout p99 is **firing**\nSeverity: critical\neu-west\nView alert (https://grafana.example/alert/1)",
    ),
    ("chat.message", "X, have a look at the graph (https://x.example/d) <b>"),
    ("chat.message", "rolled back"),
    ("chat.message", ""),
    ("chat.deleted", ""),
    ("chat.edited", "rolled back"),
    ("chat.message", "(file: dump.txt)"),
    ("chat.message", "PT28M\ncall\nX"),
]


def test_messages_of_the_window_with_threads_edits_deletions_and_events(graph: FakeGraph) -> None:
    found = read(graph)
    assert found.gaps == []
    assert told(found) == STORY
    alert, reply, edit = (
        of(found, "checkout"),
        of(found, "X, have"),
        next(f for f in found.facts if f.kind == "chat.edited"),
    )
    assert alert.thread == reply.thread == edit.thread
    assert (edit.earliest, edit.latest) == (later(240), later(241) - 999_000_001)
    assert dict(alert.subject.labels) == {"bot": "true", "channel": "Incidents"}
    assert f"{TENANT}&createdTime=" in str(reply.evidence[0].link)
    assert {MENTION.sub("X", f.statement) for f in found.facts if f.subject.labels.get("system")} == {
        "A `team_description_updated` message was posted by X in `Incidents`",
        "A `call_ended` message was posted by X in `Incidents`",
    }
    file = of(found, "(file")
    assert (dict(file.subject.labels)["reactions"], file.statement.endswith("in a thread")) == ("1", True)
    assert [(p.names, p.bot) for p in found.people] == [
        (("Alerts",), True),
        (("Ann Smith",), False),
        (("Ben", "Ben Okri", "Okri"), False),
    ]


def test_the_token_and_the_secret_are_in_no_evidence(graph: FakeGraph) -> None:
    graph.posts[-2]["body"]["content"] = f"it says {TOKEN}"
    found = read(graph)
    kept = b"".join(found.store.payloads.values()).decode() + repr(getattr(found.tape, "entries", ()))
    assert TOKEN not in kept
    assert SECRETS["env:TEAMS_CLIENT_SECRET"] not in kept
    assert graph.tokens == 2, "one for each of the two collections that the contract makes"
    wrong = check(
        TeamsCollector,
        {**oauth(graph), **OPTIONS},
        WINDOW,
        secrets={"env:TEAMS_CLIENT_SECRET": "another-secret-of-nobody"},
        now=NOW,
    )
    assert wrong.failure is not None
    assert wrong.failure.reason == "unauthorised"
    assert "AADSTS7000215: Invalid client secret provided" in str(wrong.failure)


def test_pages_and_answers_that_have_no_room(graph: FakeGraph) -> None:
    root = graph.post(500, "ann", "<p>many</p>")
    for number in range(120):
        graph.post(501 + number, "ben", f"<p>n{number}</p>", replyToId=root["id"])
    for number in range(30):
        graph.post(1000 + number, "ann", f"<p>root {number}</p>")
    graph.size, graph.replies = 12, 40
    found = read(graph)
    assert found.gaps == []
    assert len(found.facts) == len(STORY) + 1 + 120 + 30


def test_what_lies_before_the_changes_is_read_from_the_channel(graph: FakeGraph) -> None:
    graph.size = 2
    for number in range(20):
        graph.post(-90 * 86400 - number, "ann", f"<p>older {number}</p>")
    found = read(graph, now=NOW + 300 * DAY)
    assert told(found) == STORY
    paths = [call.path.rpartition("/")[2] for call in graph.calls]
    assert "delta" not in paths
    asked = [call for call in graph.calls if call.path.endswith("/messages")]
    assert 0 < len(asked) < 2 * 14, "it ends behind the look-back"


def test_chats_too(graph: FakeGraph) -> None:
    own = {"chatId": CHAT, "channelIdentity": None}
    quoted = (
        '{"messageId":"1763733660000","messagePreview":"who is on it?","messageSender":{"user":{"id":"u"}}}'
    )
    first = graph.post(60, "ann", "<p>who is on it?</p>", **own)
    answer = {
        "id": first["id"],
        "contentType": "messageReference",
        "content": quoted.replace("1763733660000", first["id"]),
        "contentUrl": None,
        "name": None,
    }
    second = graph.post(90, "ben", "<p>I am</p>", attachments=[answer], **own)
    graph.posts, graph.chat = [], [first, second, graph.post(-60, "ann", "<p>before</p>", **own)]
    found = read(graph, channels=[CHAT])
    assert told(found) == [("chat.message", "who is on it?"), ("chat.message", "I am\n> who is on it?")]
    asked, reply = of(found, "who"), of(found, "I am")
    assert [(one.fact, one.rule) for one in reply.related] == [(asked.id, "reply to")]
    assert asked.subject.labels["channel"] == "INC-42 call"


def test_names_that_nobody_told_are_asked_for(graph: FakeGraph) -> None:
    graph.user("eve", "Eve Novak")
    graph.event(500, "membersAdded", "eve", members=[])
    assert ("Eve Novak",) in [p.names for p in read(graph).people]
    graph.may_read_users = graph.may_read_names = False
    found = read(graph)
    assert [(gap.reason, gap.missing) for gap in found.gaps] == [
        ("unauthorised", "names of 1 users"),
        ("unauthorised", f"name of {CHANNEL}"),
    ]
    assert of(found, "rolled").subject.labels["channel"] == CHANNEL, (
        "its name may not be asked for: its id stands"
    )


def test_what_cannot_be_read_is_a_gap(graph: FakeGraph) -> None:
    graph.posts[4]["createdDateTime"] = "soon"
    graph.posts[5]["id"] = ""
    [gap] = read(graph).gaps
    assert (gap.reason, gap.missing) == ("undecodable", "2 messages")


def test_channels_by_link_by_name_and_from_the_incident(graph: FakeGraph) -> None:
    link = f"https://teams.microsoft.com/l/channel/19%3A4a95f7d8db4c4e7fae857bcebe0623e6%40thread.tacv2/Incidents?groupId={TEAM}&tenantId={TENANT}"
    for wanted in (link, f"{TEAM}/incidents"):
        assert told(read(graph, channels=wanted)) == STORY
    incident = Incident(id="INC-1", channels=("#inc-42", "!room:example.org", link))
    given = {**oauth(graph)}
    found = check(TeamsCollector, given, WINDOW, secrets=SECRETS, incident=incident, now=NOW)
    assert told(found) == STORY
    none = check(TeamsCollector, given, WINDOW, secrets=SECRETS, now=NOW)
    assert "no channel is named" in str(none.failure)
    assert "shows no channel" in str(read(graph, channels=[f"{TEAM}/gone"]).failure)
    assert "write TEAM_ID/CHANNEL" in str(read(graph, channels=["inc-42"]).failure)
    message = f"https://teams.microsoft.com/l/message/19%3Aabc%40thread.tacv2/1616965872395?groupId={TEAM}"
    chat = f"https://teams.cloud.microsoft/l/chat/{CHAT}/conversations?context=1"
    assert named([message, chat, chat]) == [Conversation(TEAM, "19:abc@thread.tacv2"), Conversation("", CHAT)]


def test_the_doctor_tries_token_and_channels(graph: FakeGraph) -> None:
    options = {**oauth(graph), "channels": [f"{TEAM}/{CHANNEL}", f"{TEAM}/gone"]}
    well = probe(TeamsCollector, options, SECRETS)
    assert (well["authorised"].ok, well["retention"].ok) == (True, True)
    assert (well[f"channel {CHANNEL}"].ok, well["channel gone"].ok) == (True, False)
    refused = probe(TeamsCollector, options, {"env:TEAMS_CLIENT_SECRET": "another-secret-of-nobody"})
    assert not refused["authorised"].ok


def test_a_change_of_today_does_not_hide_what_was_said(graph: FakeGraph) -> None:
    graph.posts[3]["lastModifiedDateTime"] = at(9000)
    assert told(read(graph)) == STORY


def test_every_fault_is_named_or_changes_nothing(
    graph: FakeGraph, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.size = 2
    options = {**OPTIONS, "auth": {"bearer": "env:TEAMS_TOKEN"}}
    with FaultServer(graph.url) as faulty:
        outcomes = check_faults(
            TeamsCollector, options, faulty, WINDOW, secrets=BEARER, now=NOW,
            optional=("displayName", "givenName", "surname", "webUrl", "body", "content", "contentType", "subject", "attachments", "name", "mentions",
                      "mentionText", "mentioned", "user", "application", "from", "reactions", "eventDetail", "initiator", "messageType", "replyToId",
                      "replies", "members", "callParticipants", "participant", "callDuration", "callEventType", "teamDescription", "@odata.type", "id"),
        )  # fmt: skip
    clock_cases.hold(TeamsCollector, options, graph.url, WINDOW, NOW, BEARER)
    keep(golden, "teams", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
