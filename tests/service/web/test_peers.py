"""Whom a limit counts: the peer, or whom a trusted proxy names; and how much of one kind may be under way."""

from __future__ import annotations

import pytest

from service.web.limits import Held, Unproven
from service.web.peers import Proxies, limited_as


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        ("10.0.0.7", [], "10.0.0.7"),
        ("10.0.0.7", ["198.51.100.9"], "198.51.100.9"),
        ("10.0.0.7", ["1.1.1.1, 198.51.100.9"], "198.51.100.9"),
        ("10.0.0.7", ["1.1.1.1", "198.51.100.9"], "198.51.100.9"),
        ("10.0.0.7", ["198.51.100.9, 10.0.0.8"], "198.51.100.9"),
        ("10.0.0.7", ["10.0.0.8"], "10.0.0.8"),
        ("10.0.0.7", ["198.51.100.9, evil"], "10.0.0.7"),
        ("10.0.0.7", ["198.51.100.9, "], "10.0.0.7"),
        ("10.0.0.7", ["198.51.100.9:4711"], "198.51.100.9"),
        ("10.0.0.7", ["[2001:db8::9]:4711"], "2001:db8::9"),
        ("::ffff:10.0.0.7", ["::ffff:198.51.100.9"], "198.51.100.9"),
        ("", ["198.51.100.9"], ""),
    ],
)
def test_only_a_trusted_proxy_says_whom_it_speaks_for(peer: str, forwarded: list[str], client: str) -> None:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    found = Proxies(["10.0.0.0/24"]).client({"client": (peer, 1), "headers": headers})
    assert found == client


def test_an_ipv6_subscriber_has_one_limit() -> None:
    assert limited_as("2001:db8::1") == limited_as("2001:db8::ffff:1") != limited_as("2001:db8:0:1::1")
    assert limited_as("192.0.2.1") != limited_as("192.0.2.2")
    assert limited_as("") == ""


def test_what_is_under_way_is_counted_for_each_and_for_all() -> None:
    held = Held(2, 3)
    assert [held.take(key) for key in "aaabb"] == [True, True, False, True, False]
    held.give("a")
    assert (held.take("b"), held.total) == (True, 3)


def test_bodies_without_proof_share_their_room_and_who_holds_much_gives_way() -> None:
    unproven = Unproven(room=100, most=300, share=20)
    assert unproven.hold("flood", 90)
    assert unproven.hold("real", 10)
    assert not unproven.hold("flood", 1)
    assert unproven.hold("real", 10)
    assert not unproven.hold("real", 1)
    unproven.drop("flood", 91)
    assert unproven.hold("real", 50)
    for number in range(40):
        unproven.hold(f"many {number}", 10)
    assert not unproven.hold("one more", 1)
