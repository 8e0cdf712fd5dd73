"""What an incident file claims: bounds as wide as what was written, and the line as evidence."""

from __future__ import annotations

import pytest

from service.evidence.manifest import IncidentFile
from service.incident.claims import reading
from timeline.instant import format_instant
from timeline.model import Fact, Incident, Window


def claimed(name: str, data: bytes) -> Fact:
    window = Window(start=0, end=10**18)
    [fact] = reading(1, window, Incident(id="INC-1"), IncidentFile(name, "0" * 64), data).of(Fact)
    assert isinstance(fact, Fact)
    return fact


def test_a_claim_is_as_wide_as_it_was_written_and_points_to_its_line() -> None:
    fact = claimed("INC-1.yaml", b"id: INC-1\nmitigated: 2026-11-01T10:05Z\n")
    assert (fact.earliest, fact.latest) == (1793527500 * 10**9, 1793527560 * 10**9 - 1)
    assert fact.evidence[0].pointer == "line:2"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("I.yaml", '"id": INC-1\n"mitigated": 2026-11-01T10:05Z\n'),
        ("I.yaml", "id: INC-1\n'mitigated' : 2026-11-01T10:05Z\n"),
        ("I.yaml", "mitigated-by: x\nmitigated: 2026-11-01T10:05Z\n"),
        ("I.yaml", "# mitigated: no\n{id: INC-1, mitigated: '2026-11-01T10:05Z'}\n"),
        ("I.toml", 'id = "INC-1"\n"mitigated" = "2026-11-01T10:05Z"\n'),
    ],
)
def test_the_line_of_a_key_is_found_however_it_is_written(name: str, text: str) -> None:
    assert claimed(name, text.encode()).evidence[0].pointer == "line:2"


def test_a_claimed_leap_second_has_both_its_readings() -> None:
    fact = claimed("INC-1.json", b'{"detected": "2016-12-31T23:59:60Z"}')
    assert fact.earliest is not None
    assert format_instant(fact.earliest) == "2016-12-31T23:59:59Z"
    assert format_instant(fact.latest + 1) == "2017-01-01T00:00:01Z"
    assert fact.evidence[0].pointer == "/detected"
