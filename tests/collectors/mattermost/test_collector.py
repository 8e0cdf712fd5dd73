"""Posts of Mattermost on a fake of its API: threads, edits, deletions, and what may not be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.mattermost.collector import MattermostCollector
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.mattermost import CHANNEL, TOKEN, FakeMattermost, ms
from tests.golden_files import Golden
from timeline.instant import MINUTE
from timeline.model import Fact, Incident, Window
from timeline.text import MENTION

WINDOW = Window(start=ms(0) * 10**6, end=ms(0) * 10**6 + 60 * MINUTE)
SECRETS = {"env:MATTERMOST_TOKEN": TOKEN}


@pytest.fixture
def server() -> Iterator[FakeMattermost]:
    with FakeMattermost() as made:
        ann, ben = made.user("ann", "Ann", "Smith"), made.user("ben.okri", "Ben", "Okri", nickname="Benny")
        bot = made.user("alerts", is_bot=True)
        made.post(-90_000, ann, "two days ago")
        made.post(-600, ann, "before it")
        made.post(10, ann, "joined", type="system_join_channel")
        root = made.post(60, bot, "checkout is down", props={"from_bot": "true"}, is_pinned=True)
        made.post(120, ann, "@ben.okri, have a look @here @nobody", root=root)
        made.post(180, ben, "rolled back", root=root, edit_at=ms(240), update_at=ms(240))
        made.post(200, ann, "a slip", delete_at=ms(210), update_at=ms(210))
        made.post(180, ben, "roled back", original_id="p5", delete_at=ms(240))
        made.post(4000, ann, "after it")
        yield made


def read(server: FakeMattermost, **options: Any) -> Run:
    given = {"url": server.url, "channels": ["ops/inc-42"], **options}
    return check(MattermostCollector, given, WINDOW, secrets=SECRETS)


def told(found: Run) -> list[tuple[str, str]]:
    return sorted((fact.kind, fact.quote.text if fact.quote else "") for fact in found.facts)


def of(found: Run, kind: str, words: str) -> Fact:
    return next(f for f in found.facts if f.kind == kind and f.quote and f.quote.text.startswith(words))


def test_posts_of_the_window_with_threads_edits_and_people(server: FakeMattermost) -> None:
    found = read(server)
    assert found.gaps == []
    identity = f"mattermost:test:{server.users['ben.okri']['id']}"
    assert told(found) == [
        ("chat.edited", "rolled back"),
        ("chat.message", "checkout is down"),
        ("chat.message", "joined"),
        ("chat.message", "rolled back"),
        ("chat.message", f"\ue000{identity}\ue001, have a look @here \ue000mattermost:test:@nobody\ue001"),
    ]
    assert {MENTION.sub("X", f.statement) for f in found.facts} == {
        "A message was edited by X in `inc-42`; its text is as edited",
        "A message was posted by X in `inc-42`",
        "A `join_channel` message was posted by X in `inc-42`",
        "A message was posted by X in `inc-42`, in a thread",
        "A message was posted by X in `inc-42`, in a thread; its text is as edited later",
    }
    root, edit = of(found, "chat.message", "checkout"), of(found, "chat.edited", "rolled")
    assert root.thread == edit.thread == of(found, "chat.message", "rolled").thread
    assert (edit.earliest, edit.latest) == (ms(240) * 10**6, (ms(240) + 1) * 10**6 - 1)
    assert dict(root.subject.labels) == {"bot": "true", "channel": "inc-42", "pinned": "true"}
    assert root.evidence[0].link == f"{server.url}/_redirect/pl/{server.posts[3]['id']}"
    assert ("Ben Okri", "Benny", "Okri", "ben.okri") in [p.names for p in found.people]
    assert sum(p.bot for p in found.people) == 1


def test_deletions_are_an_administrators(server: FakeMattermost) -> None:
    server.is_admin = True
    found = read(server, deleted=True)
    gone = [f for f in found.facts if f.kind == "chat.deleted"]
    assert [(f.earliest, f.actor, f.quote) for f in gone] == [(ms(210) * 10**6, None, None)]
    assert not any(f.quote and f.quote.text in {"a slip", "roled back"} for f in found.facts)
    server.is_admin = False
    refused = read(server, deleted=True)
    assert refused.failure is not None
    assert refused.failure.reason == "unauthorised"


def test_pages_end_at_the_look_back(server: FakeMattermost) -> None:
    for number in range(450):
        server.post(300 + number / 10, server.users["ann"]["id"], f"n{number}")
    for number in range(450):
        server.post(-200_000 - number, server.users["ann"]["id"], f"old {number}")
    found = read(server)
    assert len(found.facts) == 5 + 450
    assert found.gaps == []
    pages = [call for call in server.calls if call.path.endswith("/posts")]
    assert [call.query.get("per_page") for call in pages[:3]] == ["200"] * 3
    assert len([call for call in pages if "since" in call.query]) == 0


def test_what_the_plan_hides_and_what_cannot_be_read_are_gaps(server: FakeMattermost) -> None:
    server.hidden = ms(5)
    server.posts[3]["edit_at"] = "soon"
    server.posts[4]["user_id"] = ""
    found = read(server)
    assert [(gap.reason, gap.end) for gap in found.gaps] == [
        ("past_retention", ms(5) * 10**6 + 1),
        ("undecodable", WINDOW.end),
    ]
    assert found.gaps[1].missing == "2 posts"


def test_channels_come_from_the_incident_and_a_name_alone_is_none(server: FakeMattermost) -> None:
    incident = Incident(id="INC-1", channels=("#inc-42", "!room:example.org", CHANNEL))
    found = check(MattermostCollector, {"url": server.url}, WINDOW, secrets=SECRETS, incident=incident)
    assert len(found.facts) == 5
    lost = read(server, channels=["inc-42"])
    assert "write a channel as TEAM/CHANNEL" in str(lost.failure)
    none = check(MattermostCollector, {"url": server.url}, WINDOW, secrets=SECRETS)
    assert "no channel is named" in str(none.failure)


def test_the_doctor_tries_token_and_channels(server: FakeMattermost) -> None:
    options = {"url": server.url, "channels": [CHANNEL, "ops/gone"]}
    well = probe(MattermostCollector, options, SECRETS)
    assert well["authorised"].detail == "ann"
    assert (well[f"channel {CHANNEL}"].ok, well["channel ops/gone"].ok) == (True, False)
    assert not probe(MattermostCollector, options, {"env:MATTERMOST_TOKEN": "x"})["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(
    server: FakeMattermost, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.mattermost.collector.PAGE", 4)
    server.posts = [one for one in server.posts if not one["delete_at"]]
    options = {"channels": [CHANNEL]}
    with FaultServer(server.url) as faulty:
        outcomes = check_faults(
            MattermostCollector, options, faulty, WINDOW, secrets=SECRETS,
            optional=("first_name", "last_name", "nickname", "is_bot", "props", "from_bot", "is_pinned", "root_id", "original_id", "type", "message", "username", "metadata", "name"),
        )  # fmt: skip
    clock_cases.hold(MattermostCollector, options, server.url, WINDOW, secrets=SECRETS)
    keep(golden, "mattermost", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
