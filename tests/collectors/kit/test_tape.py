"""The tape: requests are redacted as answers are, and a replay finds them all the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Answer, Payload
from collectors.kit.redaction import Redactor
from collectors.kit.tape import LackingError, MemoryStore, RecordingTape, ReplayTape

SECRET = "hunter2hunter2"  # no word: it is redacted wherever it stands
TOKEN = "ghp_" + "a" * 36


def answering(text: str) -> Callable[[], Awaitable[Answer]]:
    async def perform() -> Answer:
        return Answer(text.encode(), "txt")

    return perform


async def _never() -> Answer:
    raise AssertionError("a replay performs nothing")


def recorded(*requests: dict[str, Any]) -> tuple[RecordingTape, MemoryStore]:
    redactor, store = Redactor(), MemoryStore()
    redactor.add(SECRET)
    tape = RecordingTape("s", "c", store, redactor)
    for number, request in enumerate(requests):
        anyio.run(tape.exchange, request, answering(f"answer {number}"))
    return tape, store


def replayed(tape: RecordingTape, store: MemoryStore, request: dict[str, Any]) -> Payload:
    return anyio.run(ReplayTape("s", "c", store, tape.entries).exchange, request, _never)


@pytest.mark.parametrize("request_", [
    {"method": "GET", "url": f"http://h/x?key={SECRET}"}, {"method": "GET", "params": [["key", SECRET], ["a", "b"]]},
    {"body": {"deep": [{"token": TOKEN, "n": 1}]}}, {"form": {"key": f"x{SECRET}y"}}, {"git": ["log", TOKEN]},
])  # fmt: skip
def test_a_secret_in_a_request_is_not_stored_and_the_request_is_found_again(request_: dict[str, Any]) -> None:
    tape, store = recorded(request_, {"method": "GET", "url": "http://h/y"})
    assert SECRET not in repr(tape.entries)
    assert TOKEN not in repr(tape.entries)
    assert "[redacted:" in repr(tape.entries[0])
    assert replayed(tape, store, request_).data == b"answer 0"
    with pytest.raises(LackingError):
        replayed(tape, store, {"method": "GET", "url": "http://h/x?other=1"})


def test_what_only_its_name_makes_a_secret_stays_in_a_request() -> None:
    asked = [{"query": f'kube_secret_info{{secret="tls-{name}"}}'} for name in ("one", "two")]
    tape, store = recorded(*asked)
    assert [entry["request"] for entry in tape.entries] == asked
    assert [replayed(tape, store, one).data for one in asked] == [b"answer 0", b"answer 1"]


@given(st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=8) | st.sampled_from([SECRET, f"a {TOKEN} b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
def test_any_request_is_stored_without_secrets_and_found_again(value: Any) -> None:
    request = {"asked": value}
    tape, store = recorded(request)
    assert SECRET not in repr(tape.entries[0]["request"])
    assert replayed(tape, store, request).data == b"answer 0"
