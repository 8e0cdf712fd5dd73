"""Tickets as people type them, and the links that a setting makes of their keys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from render.text import markdown
from timeline.notes import tickets
from timeline.notes.bodies import Ticket

READ: TypeAdapter[Any] = TypeAdapter(Ticket)
JIRA = "https://jira.example.org/browse/{ticket}"


@pytest.mark.parametrize(
    "given",
    [
        "SHOP-991", "#812", "shop/checkout#812", "group/sub.group/checkout#7", "CHG0030192", "ENG-1", "sc-12345", "GH-12", "AB#991",
        "812", "https://tracker.example/t/1", "http://tracker/1",
    ],
)  # fmt: skip
def test_a_key_is_taken_as_people_type_it(given: str) -> None:
    assert READ.validate_python(f" {given} ") == given


@pytest.mark.parametrize(
    "given",
    [
        "", "the pool", "SHOP", "SHOP-991 and 992", "javascript:alert(1)", "javascript:1", "data:1", "//evil.example/1", "/etc/1", "-1", ".1",
        "SHOP-991\n", "SHOP-९", "https://", "ftp://x/1", "a" * 200 + "1", "<b>1", "`1", "@ada1", "SHOP-991]",
    ],
)  # fmt: skip
def test_what_is_neither_key_nor_link_is_none(given: str) -> None:
    if given == "SHOP-991\n":
        assert READ.validate_python(given) == "SHOP-991"
        return
    with pytest.raises(ValidationError):
        READ.validate_python(given)


@pytest.mark.parametrize(
    ("ticket", "setting", "address"),
    [
        ("SHOP-991", JIRA, "https://jira.example.org/browse/SHOP-991"),
        ("#812", "https://github.com/shop/checkout/issues/{number}", "https://github.com/shop/checkout/issues/812"),
        ("shop/checkout#812", "https://github.com/{project}/issues/{number}", "https://github.com/shop/checkout/issues/812"),
        ("#812", "https://github.com/{project}/issues/{number}", ""),
        ("#812", JIRA, "https://jira.example.org/browse/%23812"), ("SHOP-991", "", ""), (None, JIRA, ""),
        ("https://tracker.example/1", JIRA, "https://tracker.example/1"), ("https://tracker.example/1", "", "https://tracker.example/1"),
    ],
)  # fmt: skip
def test_a_setting_makes_links_of_keys(ticket: str | None, setting: str, address: str) -> None:
    assert tickets.link(ticket, setting) == address


@pytest.mark.parametrize(
    "setting", ["jira.example/{ticket}", "https://jira.example/", "https://x/{key}", "https://x/ {ticket}"]
)
def test_a_setting_that_makes_none_is_refused(setting: str) -> None:
    assert tickets.problem(setting)
    assert not tickets.problem(JIRA)
    assert not tickets.problem("")


@given(st.from_regex(r"\A(?:[A-Za-z0-9#][A-Za-z0-9#._/-]{0,40})?[0-9]\Z"))
def test_a_key_stays_in_its_place_of_the_address(key: str) -> None:
    address = tickets.link(READ.validate_python(key), "https://jira.example.org/browse/{ticket}?view=1")
    assert address.startswith("https://jira.example.org/browse/")
    assert address.count("?") == 1
    assert "#" not in address
    assert markdown.is_web(address)
