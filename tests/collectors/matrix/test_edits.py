"""Edits and deletions of messages on a real home server: whose words stand, and whose are gone."""

import pytest

from collectors.matrix.edits import Edits
from collectors.matrix.events import Event, read_event
from tests.collectors.matrix.cases import at, of, read, words
from tests.servers.synapse import Synapse
from timeline.model import Evidence
from timeline.wire import encode


def test_a_deleted_message_takes_the_words_of_its_edits_with_it(synapse: Synapse) -> None:
    room = synapse.create_room("ea")
    event = synapse.send(room, "bob", "hunter1", at(5))
    synapse.edit(room, "bob", event, "hunter2 of @carol:localhost", at(6))
    synapse.redact(room, "bob", event, at(7))
    result = read(synapse, room)
    assert words(result) == [None]
    assert words(result, "chat.edited") == [None]
    assert len(of(result, "chat.deleted")) == 1
    assert b"hunter" not in b"".join(encode(f) for f in result.facts)
    assert "matrix:@carol:localhost" not in {p.identity for p in result.people}


def test_words_stay_away_where_message_and_deletion_lie_elsewhere_in_the_stream(synapse: Synapse) -> None:
    room = synapse.create_room("eb")
    event = synapse.send(room, "bob", "hunter1", at(-9000))
    for number in range(110):
        synapse.send(room, "bob", f"before {number}", at(-5000 + number))
    edit = synapse.edit(room, "bob", event, "hunter2", at(5))
    synapse.edit(room, "bob", edit, "hunter3", at(6))
    for number in range(110):
        synapse.send(room, "bob", f"after {number}", at(5000 + number))
    synapse.redact(room, "bob", event, at(9000))
    result = read(synapse, room, look_beyond="1m")
    assert words(result, "chat.edited") == [None]
    assert words(result) == [None], "the edit of an edit is a message"
    assert b"hunter" not in b"".join(encode(f) for f in result.facts)


def test_an_edit_of_an_edit_is_no_edit(synapse: Synapse) -> None:
    room = synapse.create_room("ec")
    event = synapse.send(room, "bob", "5 %", at(5))
    edit = synapse.edit(room, "bob", event, "50 %", at(6))
    synapse.edit(room, "bob", edit, "500 %", at(7))
    synapse.edit(room, "bob", event, "51 %", at(8))
    result = read(synapse, room)
    assert words(result, "chat.edited") == ["50 %", "51 %"]
    assert words(result) == ["5 %", "* 500 %"]


def test_an_edit_that_was_taken_back_leaves_no_words_and_the_message_its_own(synapse: Synapse) -> None:
    room = synapse.create_room("ed")
    event = synapse.send(room, "bob", "5 %", at(5))
    edit = synapse.edit(room, "bob", event, "50 %", at(6))
    synapse.redact(room, "bob", edit, at(7))
    result = read(synapse, room)
    assert words(result)[0] == "5 %"
    assert "deleted" not in dict(of(result, "chat.message")[0].subject.labels)
    assert b"50 %" not in b"".join(encode(f) for f in result.facts)


def test_an_edit_of_a_deleted_message_by_another_person_says_nothing(synapse: Synapse) -> None:
    room = synapse.create_room("ee")
    event = synapse.send(room, "bob", "hunter1", at(5))
    synapse.edit(room, "eve", event, "hunter1 is his password", at(6))
    synapse.redact(room, "bob", event, at(7))
    result = read(synapse, room)
    assert not of(result, "chat.edited")
    assert words(result) == [None, None]


def test_the_quotation_in_an_edited_reply_is_not_the_authors(synapse: Synapse) -> None:
    room = synapse.create_room("ef")
    first = synapse.send(room, "eve", "why slow?", at(5))
    reply = synapse.send(room, "bob", "> <@eve:localhost> why slow?\n\nthe cash", at(6), reply_to=first)
    synapse.edit(room, "bob", reply, "> <@eve:localhost> why slow?\n\nthe cache", at(7))
    assert words(read(synapse, room), "chat.edited") == ["the cache"]


def _event(name: str, content: dict[str, object], sender: str = "@b:h", **more: object) -> Event:
    raw = {
        "event_id": name,
        "type": "m.room.message",
        "sender": sender,
        "origin_server_ts": 1,
        "content": content,
    }
    event = read_event(raw | more, Evidence(source="s"))
    assert event
    return event


def _replacing(target: str) -> dict[str, object]:
    return {"m.new_content": {"body": "x"}, "m.relates_to": {"rel_type": "m.replace", "event_id": target}}


@pytest.mark.parametrize("length", [1, 2, 5])
def test_events_that_replace_each_other_in_a_circle_end(length: int) -> None:
    names = [f"${n}" for n in range(length)]
    known = {name: _event(name, _replacing(names[n - 1])) for n, name in enumerate(names)}
    edits = Edits(known)
    assert not any(edits.is_silenced(e) or edits.target(e) for e in known.values())


def test_a_deletion_that_was_read_counts_where_the_message_was_read_before_it() -> None:
    message, edit = _event("$1", {"body": "secret"}), _event("$2", _replacing("$1"))
    gone = _event("$3", {}, type="m.room.redaction", redacts="$1")
    edits = Edits({e.id: e for e in (message, edit, gone)})
    assert edits.is_silenced(message)
    assert edits.is_silenced(edit)
    assert edits.is_deleted(message)
    assert not edits.is_deleted(edit)


def test_an_edit_without_new_content_or_of_another_sort_is_none() -> None:
    message, state = (
        _event("$1", {"body": "x"}),
        _event("$2", {"topic": "x"}, type="m.room.topic", state_key=""),
    )
    bare = _event("$3", {"m.relates_to": {"rel_type": "m.replace", "event_id": "$1"}})
    known = {e.id: e for e in (message, state, bare)}
    assert Edits(known).target(bare) is None
    assert Edits(known).target(_event("$4", _replacing("$2"))) is None
    assert Edits(known).target(_event("$5", _replacing("$1"))) == "$1"
    assert Edits(known).target(_event("$6", _replacing("$unknown"))) == "$unknown"
