"""What a source had no data for beside the incident is a note; what is lacking of the incident itself is a gap."""

from __future__ import annotations

import pytest

from timeline.assembly.coverage import is_note
from timeline.model import GapReason, Incident, gap

START, END = 100, 200
OVER = Incident(id="X", start=START, end=END)
OPEN = Incident(id="X", start=START)


@pytest.mark.parametrize(
    ("reason", "start", "end", "incident", "expected"),
    [
        ("past_retention", 0, START, OVER, True),  # the server's data begins with the incident, at the latest
        ("past_retention", 0, START, OPEN, True),
        ("past_retention", 0, START + 1, OVER, False),  # of the incident's own time
        ("past_retention", 0, 300, OVER, False),
        ("past_retention", END, 300, OVER, False),  # lost behind the end is lost all the same
        ("past_retention", 0, START, Incident(id="X"), False),
        ("never_recorded", 0, 300, OVER, True),
        ("never_recorded", 0, 300, OPEN, True),
        ("not_yet", END, 300, OVER, True),  # the padding is ahead
        ("not_yet", END - 1, 300, OVER, False),  # a clone that was last fetched during the incident
        ("not_yet", 150, 300, OPEN, False),  # it goes on
        *((reason, 0, START, OVER, False) for reason in ("unreachable", "partial", "timed_out", "truncated")),
        *((reason, END, 300, OVER, False) for reason in ("unreachable", "partial", "timed_out", "truncated")),
    ],
)  # fmt: skip
def test_what_lies_beside_the_incident_is_a_note_where_the_source_says_why(
    reason: GapReason, start: int, end: int, incident: Incident, *, expected: bool
) -> None:
    assert is_note(gap("s", reason, start, end, "so"), incident) is expected
