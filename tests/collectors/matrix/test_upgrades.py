"""Rooms that were upgraded, on a real home server: both rooms are read, or a gap says which is not."""

from collections.abc import Callable

import pytest

from collectors.testing import Run
from tests.collectors.matrix.cases import at, named, ns, read, words
from tests.servers.proxies import Fault, Proxy
from tests.servers.synapse import Synapse
from timeline.model import Gap


def upgraded(synapse: Synapse, alias: str) -> tuple[str, str]:
    """Make a room with an alias, have somebody say something, and upgrade it; give both ids."""
    old = named(synapse, alias)
    synapse.send(old, "bob", "said before", at(5))
    new = synapse.upgrade(old)
    synapse.send(new, "bob", "said after", at(10))
    return old, new


@pytest.mark.parametrize("by", ["alias", "new id"])
def test_the_room_before_an_upgrade_is_read_too(synapse: Synapse, by: str) -> None:
    alias = f"up-{by.replace(' ', '-')}"
    _, new = upgraded(synapse, alias)
    result = read(synapse, f"#{alias}:localhost" if by == "alias" else new)
    assert not result.gaps
    assert words(result) == ["said before", "said after"]


@pytest.mark.parametrize(
    ("kind", "status", "body", "reason"),
    [
        ("create", 403, '{"errcode":"M_FORBIDDEN"}', "unauthorised"),
        ("create", 404, '{"errcode":"M_NOT_FOUND"}', "partial"),
        ("create", 200, "null", "undecodable"),
        ("create", 200, "{}", "partial"),
        ("tombstone", 200, "null", "undecodable"),
        ("tombstone", 200, "[]", "undecodable"),
        ("tombstone", 403, '{"errcode":"M_FORBIDDEN"}', "unauthorised"),
    ],
)
def test_a_room_that_does_not_show_its_upgrade_is_a_gap(
    synapse: Synapse, start_mitm: Callable[..., Proxy], kind: str, status: int, body: str, reason: str
) -> None:
    old, new = upgraded(synapse, f"up-unshown-{kind}-{status}-{len(body)}{reason}")
    proxy = start_mitm(synapse.url, faults=[Fault(match=f"state/m.room.{kind}", status=status, body=body)])
    result = read(synapse, new if kind == "create" else old, url=proxy.url)
    assert [g.reason for g in result.gaps if "was upgraded is not known" in g.statement] == [reason]


def test_each_state_of_a_room_is_asked_for_once(synapse: Synapse) -> None:
    upgraded(synapse, "up-once")
    entries = read(synapse, "#up-once:localhost").tape.entries  # type: ignore[union-attr]
    asked = [str(e["request"]["url"]) for e in entries if "/state/m.room." in str(e["request"]["url"])]
    assert any(url.endswith("/state/m.room.tombstone/") for url in asked)
    assert len(set(asked)) == len(asked)


def test_both_rooms_have_the_label_that_people_see(synapse: Synapse) -> None:
    upgraded(synapse, "up-label")
    result = read(synapse, "#up-label:localhost")
    said = [f for f in result.facts if f.quote and f.quote.text.startswith("said")]
    assert {f.subject.component for f in said} == {"#up-label:localhost"}


def test_several_upgrades_are_followed_and_each_room_is_read_once(synapse: Synapse) -> None:
    old, new = upgraded(synapse, "up-twice")
    newest = synapse.upgrade(new)
    synapse.send(newest, "bob", "said last", at(20))
    result = read(synapse, "#up-twice:localhost", new, old)
    assert words(result) == ["said before", "said after", "said last"]
    assert len({f.id for f in result.facts}) == len(result.facts)
    assert not result.gaps


def test_an_old_room_leads_to_the_new_one_where_the_upgrade_lies_in_the_window(synapse: Synapse) -> None:
    old = synapse.create_room("old")
    synapse.send(old, "bob", "said before", at(5))
    new = synapse.create_room("new", creation_content={"predecessor": {"room_id": old, "event_id": "$x"}})
    synapse.send(new, "bob", "said after", at(40))
    synapse.send_state(old, "reader", "m.room.tombstone", {"body": "moved", "replacement_room": new}, at(30))
    result = read(synapse, old)
    assert words(result) == ["said before", "said after"]
    assert not result.gaps
    assert any(f.quote and f.quote.text == "moved" for f in result.facts), "what the old room tells of it"


def test_an_upgrade_long_after_the_window_is_not_followed(synapse: Synapse) -> None:
    old, _ = upgraded(synapse, "up-later")
    result = read(synapse, old)
    assert words(result) == ["said before"]
    assert not result.gaps


def test_what_was_before_a_room_was_made_of_another_is_not_hidden_in_it(synapse: Synapse) -> None:
    state = [
        {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "joined"}}
    ]
    old = synapse.create_room("joined-only", initial_state=state)
    synapse.send(old, "bob", "said before", at(5))
    new = synapse.upgrade(old)
    result = read(synapse, new)
    assert not [gap for gap in result.gaps if f"`{new}`" in gap.statement]
    assert words(result) == ["said before"]


def _gap(result: Run) -> Gap:
    (gap,) = (g for g in result.gaps if "upgraded" in g.statement)
    return gap


def test_a_room_that_the_account_is_not_in_is_a_gap(synapse: Synapse) -> None:
    synapse.register("owner")
    body = {"name": "closed", "preset": "private_chat"}
    closed = synapse.request("POST", "createRoom", body, user_id="@owner:localhost")["room_id"]
    new = synapse.create_room("open", creation_content={"predecessor": {"room_id": closed, "event_id": "$x"}})
    synapse.send(new, "bob", "said after", at(10))
    result = read(synapse, new)
    assert words(result) == ["said after"]
    gap = _gap(result)
    assert (gap.reason, gap.start, gap.end) == ("unauthorised", ns(0), ns(60))
    assert f"`{closed}`" in gap.statement

    old = synapse.create_room("left")
    state = {"body": "moved", "replacement_room": closed}
    synapse.send_state(old, "reader", "m.room.tombstone", state, at(30))
    gap = _gap(read(synapse, old))
    assert (gap.reason, gap.start, gap.end) == ("unauthorised", ns(30), ns(60))


def test_a_room_that_only_claims_another_is_not_followed_into_it(synapse: Synapse) -> None:
    """Whoever makes a room can name any other as the one before it."""
    other = synapse.create_room("salaries")
    synapse.send(other, "bob", "of nobody's concern", at(5))
    new = synapse.create_room("trap", creation_content={"predecessor": {"room_id": other, "event_id": "$x"}})
    synapse.send(new, "bob", "hello", at(10))
    result = read(synapse, new)
    assert words(result) == ["hello"]
    assert "do not name each other" in _gap(result).statement


def test_rooms_that_name_each_other_in_a_circle_end(synapse: Synapse) -> None:
    old = synapse.create_room("circle")
    new = synapse.create_room("circle", creation_content={"predecessor": {"room_id": old, "event_id": "$x"}})
    for room, other in ((old, new), (new, old)):
        state = {"body": "moved", "replacement_room": other}
        synapse.send_state(room, "reader", "m.room.tombstone", state, at(30))
    assert not read(synapse, old).gaps
