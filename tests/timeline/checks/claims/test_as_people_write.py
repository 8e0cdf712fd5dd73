"""True sentences of the forms that people write, about the bundled example: none is found wrong."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.judged import ground
from timeline.checks.claims.check import check
from timeline.checks.claims.claim import claims
from timeline.checks.draft import DraftSpan, blocks

TRUE = [
    "Roughly one in twenty to one in four checkouts failed between 14:13 and 14:44 UTC (f-8f807b845bd1d686, f-51e3d24249b60a3e).",
    "Customers were told at 14:21 UTC, some ten and a half minutes after the first page"
    " ([status](timeline.html#f-f5156467d452c8d2), [page](timeline.html#f-84285be8f9fc3c57)).",
    "The pool did not help (f-94d71916bc5826da). Two and a half minutes later, once graphs were back, the IC called the"
    " rollback (f-28c5ae2f84e63607, f-00ff9d98dba91df6).",
    "9,433 requests failed (i-c845e64008d38c3e). The outage burnt 11.55 % of the monthly error budget.",
    "The page fired a little after ten past two UTC (f-84285be8f9fc3c57).",
    "It took us another 13 minutes after the failed fix to roll back (f-28e552c63ed5100e, f-f696d60f9750d79d).",
    "We spent 12 minutes on the pool before we turned to the release itself (f-28e552c63ed5100e, f-00ff9d98dba91df6).",
    "The incident lasted from 14:02 to 15:10 UTC; customers felt it for half of that, 31 minutes"
    " (f-8f807b845bd1d686, f-51e3d24249b60a3e).",
    "The first responder wrote three minutes and some seconds after the alert (f-84285be8f9fc3c57, f-d82137525b5cb681).",
    "It was over by 14:45 UTC (f-51e3d24249b60a3e), well before the incident was closed at five past three (f-897ea840351582e8).",
    "Nobody had been paged by 14:12 UTC (f-9fd9b939a3925330).",
    "At 8:10 a.m. in Chicago (America/Chicago) the page fired (f-84285be8f9fc3c57).",
    "At 14:10 in Frankfurt's rack the page fired (f-84285be8f9fc3c57).",
    "At 15:10 in Berlin the page fired (f-84285be8f9fc3c57).",
    "The pool was raised (f-28e552c63ed5100e), and p99 fell over three minutes later (f-94d71916bc5826da).",
    "Had we rolled back at 14:18 UTC, we would have saved 20 minutes (f-f696d60f9750d79d).",
    "Although Prometheus returned at 14:33 UTC (f-28c5ae2f84e63607), the decision to roll back came only at 14:36 UTC"
    " (f-00ff9d98dba91df6).",
]  # fmt: skip


def errors(text: str) -> list[str]:
    """Return the rules that find errors in a text, of all that read claims."""
    every = check(claims(blocks([DraftSpan("prose", "", text)])), ground())
    return [one.rule for one in every if one.severity == "error"]


@pytest.mark.parametrize("text", TRUE)
def test_a_true_sentence_is_no_error(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "At 8:10 a.m. in Denver (America/Chicago) the page was acknowledged (f-f696d60f9750d79d).",
            "claim-time",
        ),
        (
            "It took an hour and three quarters to roll back (f-28e552c63ed5100e, f-f696d60f9750d79d).",
            "claim-duration",
        ),
        (
            "The incident lasted from 14:02 to 16:10 UTC (f-8f807b845bd1d686, f-51e3d24249b60a3e).",
            "claim-time",
        ),
        (
            "We acknowledged over nine minutes later (f-9fd9b939a3925330, f-289885705dc7f440).",
            "claim-duration",
        ),
    ],
)
def test_a_false_one_of_such_a_form_is(text: str, rule: str) -> None:
    assert rule in errors(text)
