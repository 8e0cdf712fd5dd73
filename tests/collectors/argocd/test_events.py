"""Events of operations: which beginning an end is of, and what their words say."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.argocd.events import operations, user_of
from collectors.base import Payload
from collectors.kit.kubernetes.client import Item
from collectors.kit.kubernetes.events import Event, read_event
from timeline.canonical import sha256

SHA = "a" * 40
BEGAN, ENDED = "OperationStarted", "OperationCompleted"
OVER = f"Sync operation to {SHA} succeeded"


def event(second: int, reason: str, message: str, user: str | None = None) -> Event:
    at = f"2026-11-30T10:00:{second:02d}Z"
    data: dict[str, Any] = {
        "metadata": {"uid": f"{second:02d} {reason} {message}", "annotations": {"user": user} if user else {}},
        "reason": reason, "message": message, "firstTimestamp": at, "lastTimestamp": at, "count": 1,
        "involvedObject": {"kind": "Application", "namespace": "argocd", "name": "shop", "uid": "u"},
    }  # fmt: skip
    body = b"{}"
    return read_event(Item(data, Payload(sha256(body), body, 200, {}), "/items/0", "GET x"))


def pairs(*events: Event) -> list[tuple[int | None, int | None]]:
    def second(one: Event | None) -> int | None:
        return None if one is None else one.times[0].at.latest // 1_000_000_000 % 60

    return [(second(one.began), second(one.ended)) for one in operations(events)]


def test_an_end_is_of_the_beginning_before_it() -> None:
    began = [event(n, BEGAN, "ada initiated sync to HEAD") for n in (1, 3, 3, 7)]
    ended = [event(n, ENDED, OVER) for n in (1, 3, 5)]
    assert pairs(began[0], ended[0]) == [(1, 1)]
    assert pairs(began[0], ended[1], began[1]) == [(1, 3), (3, None)], "in one second the end comes first"
    assert pairs(began[1], ended[1]) == [(3, 3)], "where nothing was under way it does not"
    assert pairs(ended[0], began[1], began[3]) == [(None, 1), (3, None), (7, None)]
    assert pairs(event(2, "ResourceUpdated", OVER), event(2, BEGAN, "something else")) == []


@pytest.mark.parametrize(
    ("message", "revision", "back", "automated", "partial"),
    [
        (f"ada initiated sync to HEAD ({SHA})", SHA, "", False, False),
        ("ada initiated partial sync to v1.2", "v1.2", "", False, True),
        ("ada initiated sync locally", "", "", False, False),
        ("Ada Byron initiated rollback to 12", "", "12", False, False),
        (f"Initiated automated sync to '{SHA}'", SHA, "", True, False),
    ],
)
def test_what_a_beginning_says(
    message: str, revision: str, back: str, automated: bool, partial: bool
) -> None:
    (one,) = operations([event(1, BEGAN, message)])
    assert (one.revision, one.back, one.is_automated, one.is_partial) == (revision, back, automated, partial)


@pytest.mark.parametrize(
    ("message", "revision", "failed", "partial"),
    [
        (OVER, SHA, False, False),
        ("Sync operation to  succeeded", "", False, False),  # of several sources it names none
        ("Partial sync operation to 1.2.3 succeeded", "1.2.3", False, True),
        (f"Sync operation to {SHA} failed: one succeeded, two did not", SHA, True, False),
        ("Sync operation failed: the project is gone", "", True, False),
    ],
)
def test_what_an_end_says(message: str, revision: str, failed: bool, partial: bool) -> None:
    (one,) = operations([event(1, ENDED, message)])
    assert (one.revision, one.has_failed, one.is_partial) == (revision, failed, partial)


def test_who_it_was_is_what_the_server_notes() -> None:
    assert user_of(event(1, BEGAN, "ada initiated sync to HEAD", "ada").item) == "ada"
    assert user_of(event(1, BEGAN, "Unknown user initiated sync to HEAD", "Unknown user").item) == ""
    assert user_of(event(1, BEGAN, f"Initiated automated sync to '{SHA}'").item) == ""
