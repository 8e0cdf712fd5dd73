"""The Matrix collector against a real home server."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.kit.tape import RecordingTape
from collectors.matrix import stream as matrix_stream
from collectors.matrix.collector import MatrixCollector, MatrixOptions
from collectors.matrix.events import read_event
from collectors.matrix.facts import Room, RoomReader
from collectors.matrix.text import said
from collectors.testing import check
from tests.collectors.matrix.cases import MS, WINDOW, at, named, ns, of, read, words
from tests.collectors.probing import probe
from tests.servers.proxies import Fault, Proxy
from tests.servers.synapse import Synapse
from timeline.model import Evidence, Incident, Window
from timeline.text import mention


def test_a_message_is_a_fact_about_who_said_what_when(synapse: Synapse) -> None:
    room = synapse.create_room("a")
    event = synapse.send(room, "bob", "rolling back now", at(5))
    result = read(synapse, room)
    (fact,) = of(result, "chat.message")
    assert (fact.earliest, fact.latest) == (ns(5), ns(5) + MS - 1)
    assert fact.time_means == "origin_server_ts"
    assert fact.clock == "matrix:localhost"
    assert fact.actor == "matrix:@bob:localhost"
    assert fact.statement == f"A message was posted by {mention('matrix:@bob:localhost')} in `{room}`"
    assert fact.quote
    assert fact.quote.text == "rolling back now"
    entry = fact.evidence[0]
    assert entry.link == f"https://matrix.to/#/{room}/{event}?via=localhost"
    payload = json.loads(result.store.payloads[entry.payload or ""])
    for step in (entry.pointer or "").split("/")[1:]:
        payload = payload[int(step) if step.isdigit() else step]
    assert payload["event_id"] == event
    assert "bob" in {n for p in result.people if p.identity == "matrix:@bob:localhost" for n in p.names}


def test_stream_order_is_not_time_order(synapse: Synapse) -> None:
    """Messages of the window that were posted last, and after much else, are found."""
    room = synapse.create_room("b")
    for minute in (-600, -5, 10, 200, 300):
        synapse.send(room, "bob", f"at {minute}", at(minute))
    synapse.send(room, "bob", "handed in later", at(20))
    synapse.send(room, "bob", "out again", at(400))
    assert words(read(synapse, room)) == ["at 10", "handed in later"]


def test_many_pages_both_ways(synapse: Synapse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_stream, "PAGE", 7)
    room = synapse.create_room("c")
    for number in range(60):
        synapse.send(room, "bob", f"{number}", at(number * 2 - 30))
    result = read(synapse, room, look_beyond="1m")
    assert words(result) == [str(n) for n in range(15, 45)]
    asked = [e["request"] for e in result.tape.entries if e["request"]["url"].endswith("/messages")]  # type: ignore[union-attr]
    assert {dict(r["params"])["dir"] for r in asked} == {"b", "f"}
    read_events = sum(len(json.loads(d).get("chunk", ())) for d in result.store.payloads.values())
    assert read_events < 60 + 20, "reading ends a little beyond the window"


def test_a_server_without_the_jump_to_a_time_is_read_from_the_end(
    synapse: Synapse, start_mitm: Callable[..., Proxy]
) -> None:
    room = synapse.create_room("d")
    for minute in (-10, 10, 20, 100):
        synapse.send(room, "bob", f"at {minute}", at(minute))
    unknown = json.dumps({"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"})
    proxy = start_mitm(synapse.url, faults=[Fault(match="timestamp_to_event", status=404, body=unknown)])
    assert words(read(synapse, room, url=proxy.url)) == ["at 10", "at 20"]


def test_edits_are_facts_of_their_own(synapse: Synapse) -> None:
    room = synapse.create_room("e")
    event = synapse.send(room, "bob", "5 % of requests", at(5))
    synapse.edit(room, "bob", event, "50 % of requests", at(9))
    result = read(synapse, room)
    (message,), (edit,) = of(result, "chat.message"), of(result, "chat.edited")
    assert message.quote
    assert edit.quote
    assert message.quote.text == "5 % of requests"
    assert edit.quote.text == "50 % of requests"
    assert edit.quote.edited_at == ns(9)
    assert edit.earliest == ns(9)
    assert edit.thread == message.thread
    assert [(r.fact, r.rule) for r in edit.related] == [(message.id, "edit of")]


def test_an_edit_by_another_person_is_no_edit(synapse: Synapse) -> None:
    room = synapse.create_room("f")
    event = synapse.send(room, "bob", "mine", at(5))
    synapse.edit(room, "eve", event, "hers", at(6))
    result = read(synapse, room)
    assert not of(result, "chat.edited")
    assert words(result) == ["mine", "* hers"]


def test_a_deleted_message_keeps_its_time_and_loses_its_words(synapse: Synapse) -> None:
    room = synapse.create_room("g")
    inside = synapse.send(room, "bob", "a secret", at(5))
    early = synapse.send(room, "bob", "another", at(-300))
    synapse.redact(room, "bob", inside, at(7), reason="wrong room")
    synapse.redact(room, "bob", early, at(8))
    result = read(synapse, room, look_beyond="1m")
    (message,), (first, second) = of(result, "chat.message"), of(result, "chat.deleted")
    assert message.quote is None
    assert dict(message.subject.labels)["deleted"] == "true"
    assert first.earliest == ns(7)
    assert first.quote
    assert first.quote.text == "wrong room"
    assert first.related[0].fact == message.id
    assert second.earliest == ns(8)


def test_taking_back_a_reaction_deletes_no_message(synapse: Synapse) -> None:
    room = synapse.create_room("h")
    event = synapse.send(room, "bob", "fixed?", at(5))
    synapse.react(room, "eve", event, "👍", at(6))
    again = synapse.react(room, "bob", event, "👀", at(7))
    synapse.redact(room, "bob", again, at(8))
    synapse.pin(room, [event], at(9))
    result = read(synapse, room)
    assert not of(result, "chat.deleted")
    labels = dict(of(result, "chat.message")[0].subject.labels)
    assert (labels["reactions"], labels["pinned"]) == ("1", "true")


def test_threads_and_replies(synapse: Synapse) -> None:
    room = synapse.create_room("i")
    root = synapse.send(room, "bob", "why slow?", at(5))
    synapse.send(room, "eve", "looking", at(6), thread=root)
    synapse.send(room, "eve", "> <@bob:localhost> why slow?\n\nthe cache", at(7), reply_to=root)
    first, threaded, reply = of(read(synapse, room), "chat.message")
    assert first.thread == threaded.thread != reply.thread
    assert "in a thread" in threaded.statement
    assert reply.quote
    assert reply.quote.text == "the cache", "quoted words are another's"
    assert [(r.fact, r.rule) for r in reply.related] == [(first.id, "reply to")]


def test_a_thread_or_edit_of_an_older_message_brings_that_message(synapse: Synapse) -> None:
    room = synapse.create_room("s")
    root = synapse.send(room, "bob", "since last week", at(-9000))
    typo = synapse.send(room, "bob", "a tpyo", at(-8000))
    for number in range(110):
        synapse.send(room, "bob", f"filler {number}", at(-5000 + number))
    synapse.send(room, "eve", "again today", at(5), thread=root)
    synapse.edit(room, "bob", typo, "a typo", at(6))
    result = read(synapse, room)
    older = {f.quote.text: f for f in result.facts if f.quote and f.latest < ns(-7000)}
    assert set(older) == {"since last week", "a tpyo"}
    (reply,), (edit,) = of(result, "chat.message"), of(result, "chat.edited")
    assert reply.thread == older["since last week"].thread
    assert edit.thread == older["a tpyo"].thread


def test_a_page_above_16_mib_is_asked_for_in_parts(synapse: Synapse, monkeypatch: pytest.MonkeyPatch) -> None:
    room = synapse.create_room("t")
    for number in range(30):
        synapse.send(room, "bob", f"{number} " + "x" * 3000, at(number))
    for module in ("collectors.kit.http", "collectors.kit.tape"):
        monkeypatch.setattr(f"{module}.MAX_PAYLOAD", 60_000)
    result = read(synapse, room)
    assert len(words(result)) == 30
    assert not result.gaps
    assert isinstance(result.tape, RecordingTape)
    assert any(entry.get("failure", {}).get("too_large") for entry in result.tape.entries)


def test_people_are_marked_wherever_they_are_mentioned(synapse: Synapse) -> None:
    room = synapse.create_room("j")
    synapse.join(room, "carol")
    synapse.request(
        "PUT", "profile/@carol:localhost/displayname", {"displayname": "Carol C"}, user_id="@carol:localhost"
    )
    html = '<a href="https://matrix.to/#/@carol:localhost">Carol C</a>: and @dave:localhost, look'
    content = {
        "msgtype": "m.text", "body": "Carol C: and @dave:localhost, look", "format": "org.matrix.custom.html",
        "formatted_body": html, "m.mentions": {"user_ids": ["@erin:localhost"]},
    }  # fmt: skip
    synapse.send_event(room, "bob", "m.room.message", content, at(5))
    result = read(synapse, room)
    carol, dave = mention("matrix:@carol:localhost"), mention("matrix:@dave:localhost")
    assert words(result) == [f"{carol}: and {dave}, look"]
    names = {p.identity: p.names for p in result.people}
    assert "Carol C" in names["matrix:@carol:localhost"]
    assert {"matrix:@dave:localhost", "matrix:@erin:localhost"} <= set(names)


def test_encrypted_messages_are_a_counted_gap(synapse: Synapse) -> None:
    room = synapse.create_room("k")
    locked = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": "x",
        "session_id": "s",
        "sender_key": "k",
        "device_id": "d",
    }
    for minute in (5, 9, 100):
        synapse.send_event(room, "bob", "m.room.encrypted", locked, at(minute))
    (gap,) = read(synapse, room).gaps
    assert (gap.reason, gap.missing, gap.start, gap.end) == ("encrypted", "2", ns(5), ns(9) + MS)


def test_bots_files_emotes_and_the_room_itself(synapse: Synapse) -> None:
    room = named(synapse, "incident-l")
    synapse.send(room, "robot", "deploy done", at(1), notice=True)
    synapse.send_event(
        room, "bob", "m.room.message", {"msgtype": "m.image", "body": "graph.png", "url": "mxc://x/y"}, at(2)
    )
    synapse.send_event(room, "bob", "m.room.message", {"msgtype": "m.emote", "body": "rolls back"}, at(3))
    synapse.send_state(room, "reader", "m.room.topic", {"topic": "checkout is down"}, at(4))
    result = read(synapse, "#incident-l:localhost")
    assert words(result) == ["deploy done", "(file: graph.png)", "rolls back"]
    assert dict(of(result, "chat.message")[0].subject.labels)["bot"] == "true"
    assert {p.identity for p in result.people if p.bot} == {"matrix:@robot:localhost"}
    topic = next(f for f in result.facts if dict(f.subject.labels).get("system") == "m.room.topic")
    assert topic.statement.startswith("A `m.room.topic` message was posted")
    assert topic.statement.endswith("in `#incident-l:localhost`")
    assert topic.quote
    assert topic.quote.text == "checkout is down"


def test_rooms_come_from_the_incident_and_may_be_short(synapse: Synapse) -> None:
    room = named(synapse, "incident-m")
    synapse.send(room, "bob", "hello", at(5))
    result = check(
        MatrixCollector, {"url": synapse.url, "auth": {"bearer": "env:T"}}, WINDOW,
        secrets={"env:T": synapse.token}, incident=Incident(id="I", channels=("#incident-m", "#of-another-chat")),
    )  # fmt: skip
    assert words(result) == ["hello"]
    assert not result.gaps


def test_a_room_that_cannot_be_read_is_a_gap_and_the_others_go_on(synapse: Synapse) -> None:
    room = synapse.create_room("n")
    synapse.send(room, "bob", "hello", at(5))
    synapse.register("owner")
    body = {"name": "closed", "preset": "private_chat"}
    closed = synapse.request("POST", "createRoom", body, user_id="@owner:localhost")["room_id"]
    result = read(synapse, room, closed, "#nowhere:localhost")
    assert words(result) == ["hello"]
    assert sorted(g.reason for g in result.gaps) == ["partial", "unauthorised"]
    assert any("the account must be in the room" in g.statement for g in result.gaps)


def test_what_was_said_before_the_account_joined_is_a_gap(synapse: Synapse) -> None:
    synapse.register("owner")
    state = [
        {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "joined"}}
    ]
    body = {"name": "late", "preset": "public_chat", "initial_state": state}
    room = synapse.request("POST", "createRoom", body, user_id="@owner:localhost")["room_id"]
    synapse.send(room, "bob", "unseen", at(5))
    synapse.join(room, "reader")
    result = read(synapse, room)
    assert [g.reason for g in result.gaps] == ["restricted"]
    assert (result.gaps[0].start, result.gaps[0].end) == (WINDOW.start, WINDOW.end)


def test_ids_stay_when_the_window_grows(synapse: Synapse) -> None:
    room = synapse.create_room("o")
    for minute in (-100, 5, 10, 100):
        synapse.send(room, "bob", f"at {minute}", at(minute))
    small = {f.id for f in of(read(synapse, room), "chat.message")}
    large = {f.id for f in read(synapse, room, window=Window(start=ns(-200), end=ns(200))).facts}
    assert len(small) == 2
    assert small < large


def test_reading_that_breaks_off_keeps_what_it_has(
    synapse: Synapse, start_mitm: Callable[..., Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix_stream, "PAGE", 5)
    room = synapse.create_room("p")
    for number in range(40):
        synapse.send(room, "bob", f"{number}", at(number))
    proxy = start_mitm(synapse.url, faults=[Fault(match="dir=f", skip=3, status=500, body="{}")])
    result = read(synapse, room, url=proxy.url)
    (gap,) = result.gaps
    last = of(result, "chat.message")[-1]
    assert len(words(result)) in range(10, 16)  # three pages of five, less what opens the room
    assert (gap.reason, gap.end) == ("partial", WINDOW.end)
    assert gap.start <= last.latest


def test_failures_say_what_next(synapse: Synapse) -> None:
    def fail(**options: Any) -> Any:
        given = {
            "url": synapse.url,
            "rooms": ["#x:localhost"],
            "auth": {"bearer": "env:T"},
            "time_cap": "3s",
            **options,
        }
        token = options.pop("token", synapse.token)
        given.pop("token", None)
        failure = check(MatrixCollector, given, WINDOW, secrets={"env:T": token}).failure
        assert failure
        return failure

    wrong = fail(token="syt_not_a_token_of_this_server")
    assert (wrong.reason, "check the token" in str(wrong)) == ("unauthorised", True)
    assert fail(url="http://127.0.0.1:9").reason == "unreachable"
    assert "knows no room `#x:localhost`" in str(fail())
    assert "set `rooms`" in str(fail(rooms=[]))


def test_doctor_says_what_it_sees(synapse: Synapse) -> None:
    room = named(synapse, "incident-q")
    options = {"url": synapse.url, "rooms": ["#incident-q", "#gone"], "auth": {"bearer": "env:T"}}
    shown = probe(MatrixCollector, options, {"env:T": synapse.token})
    assert shown["authorised"].detail == "@reader:localhost"
    assert shown["clock"].ok
    assert shown["room #incident-q:localhost"].detail == room
    assert not shown["room #gone:localhost"].ok
    refused = probe(MatrixCollector, options, {"env:T": "wrong-token"})
    assert not refused["authorised"].ok


def test_events_that_are_none_are_not_read() -> None:
    good = {
        "event_id": "$1",
        "type": "m.room.message",
        "sender": "@b:h",
        "origin_server_ts": 1,
        "content": {},
    }
    assert read_event(good, Evidence(source="s"))
    for change in (
        {"event_id": 1},
        {"sender": None},
        {"origin_server_ts": "1"},
        {"origin_server_ts": True},
        {"origin_server_ts": -1},
    ):
        assert read_event(good | change, Evidence(source="s")) is None
    assert read_event([], Evidence(source="s")) is None


@pytest.mark.parametrize(
    "content",
    [{}, {"body": 5}, {"body": "x", "m.relates_to": "y"}, {"m.new_content": 3, "m.relates_to": {"rel_type": "m.replace", "event_id": "$9"}},
     {"m.mentions": {"user_ids": [1, {}]}, "formatted_body": []}, {"m.relates_to": {"m.in_reply_to": []}}],
)  # fmt: skip
def test_strange_contents_still_give_a_fact(content: dict[str, Any]) -> None:
    raw = {
        "event_id": "$1",
        "type": "m.room.message",
        "sender": "@b:h",
        "origin_server_ts": 1,
        "content": content,
    }
    event = read_event(raw, Evidence(source="s"))
    assert event
    assert len(list(RoomReader(Room("!r", "#r", frozenset(), "h"), "s", {"$1": event}, {}).facts())) == 1


def test_marks_do_not_nest_and_labels_match_whole_words() -> None:
    html = '<a href="https://matrix.to/#/%40al%3Ahs.example?via=x">al</a>'
    found = said(
        {"body": "al: also see https://matrix.to/#/@bo:hs.example, @al:hs.example.", "formatted_body": html}
    )
    al, bo = mention("matrix:@al:hs.example"), mention("matrix:@bo:hs.example")
    assert found.text == f"{al}: also see {bo}, {al}."
    assert found.users == {"@al:hs.example", "@bo:hs.example"}


def test_a_wrong_span_is_refused() -> None:
    with pytest.raises(ValueError, match="duration"):
        MatrixOptions.model_validate({"url": "http://h", "look_beyond": "an hour"})
