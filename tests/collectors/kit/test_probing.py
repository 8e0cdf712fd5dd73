"""What `doctor` says of a clock: the offset within what an exchange can tell, against what is configured."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from collectors.base import Options, Payload
from collectors.kit.probing import Answered

NOON = 1_795_000_000.0


def look(ahead: float, **options: str) -> tuple[bool, str]:
    headers = {"date": formatdate(NOON + ahead, usegmt=True)}
    check = Answered(Payload("", b"", headers=headers), NOON - 0.2, NOON + 0.2).clock(Options(**options))
    return check.ok, check.detail


def test_a_clock_within_its_stated_error() -> None:
    assert look(0) == (True, "offset +0.5 s within 0.7 s, clock_error 1 s")


@pytest.mark.parametrize(("ahead", "said"), [(75, '"+76s"'), (-3600, '"-3600s"')])
def test_a_clock_that_is_off_is_said_with_what_corrects_it(ahead: float, said: str) -> None:
    ok, detail = look(ahead)
    assert not ok
    assert f"set clock_offset = {said}" in detail


def test_what_is_corrected_already_is_well() -> None:
    assert look(75, clock_offset="75s") == (
        True,
        "offset +75.5 s within 0.7 s, clock_error 1 s, clock_offset +75 s",
    )
    assert not look(0, clock_offset="75s")[0]


def test_a_server_without_a_date_tells_nothing() -> None:
    assert Answered(Payload("", b""), NOON, NOON).clock(Options()).detail == "the server sends no Date header"
