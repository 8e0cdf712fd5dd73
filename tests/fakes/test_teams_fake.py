"""What the fake of Microsoft Graph answers fits the official types for TypeScript, and what it refuses Graph does not take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collectors.testing import check
from tests.collectors.teams.story import NOW, OPTIONS, SECRETS, WINDOW, TeamsCollector, oauth, tell
from tests.fakes.teams import CHAT, FakeGraph
from tests.fakes.typescript import violations

_TYPES = "@microsoft/microsoft-graph-types/microsoft-graph.d.ts"
#: What the reference and recorded answers have, and the types (made from the metadata) know of a derived type alone.
_DERIVED = {"userIdentityType", "applicationIdentityType"}


def bare(value: Any) -> Any:
    """Return a value without annotations of the protocol, which no type has."""
    if isinstance(value, dict):
        return {k: bare(v) for k, v in value.items() if "@odata." not in k and k not in _DERIVED}
    return [bare(one) for one in value] if isinstance(value, list) else value


def typed(kind: str, row: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return a record with its type, and its event with its own."""
    found = []
    for one in [row, *row.get("replies", [])]:
        detail = one.get("eventDetail")
        if detail:
            name = detail["@odata.type"].rpartition(".")[2]
            found.append((name[0].upper() + name[1:], bare(detail)))
        found.append((kind, bare({k: v for k, v in one.items() if k != "eventDetail"})))
    return found


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, Any]]:
    with FakeGraph() as graph:
        tell(graph)
        graph.user("eve", "Eve Novak")
        graph.event(500, "membersAdded", "eve", members=[], visibleHistoryStartDateTime=None)
        graph.chat = [
            {**graph.post(60, "ann", "<p>x</p>"), "chatId": CHAT, "channelIdentity": None, "webUrl": None}
        ]
        given = {**oauth(graph), "channels": [*OPTIONS["channels"], CHAT]}
        check(TeamsCollector, given, WINDOW, secrets=SECRETS, now=NOW)
        return [pair for kind, row in graph.given for pair in typed(kind, row)]


def test_answers_fit_the_official_types(
    answers: list[tuple[str, Any]], tmp_path: Path, node: Path, node_modules: Path
) -> None:
    assert {kind for kind, _ in answers} == {
        "Channel", "Chat", "ChatMessage", "User", "TeamDescriptionUpdatedEventMessageDetail",
        "CallEndedEventMessageDetail", "MembersAddedEventMessageDetail",
    }  # fmt: skip
    assert violations(_TYPES, answers, tmp_path, node, node_modules) == []


def test_what_does_not_fit_is_seen(tmp_path: Path, node: Path, node_modules: Path) -> None:
    wrong = {"id": "1", "messageType": "speech", "createdDateTime": 5, "unheardOf": True}
    found = violations(_TYPES, [("ChatMessage", wrong)], tmp_path, node, node_modules)
    assert {place for _, place, *_ in found} >= {"", "/messageType", "/createdDateTime"}
