"""The words of the trade that several parts use: measures, points, gap reasons, rows of rule coverage; pure.

`docs/reference/words.md` is the same list for people. Machine names (ids of measures and of gap reasons, kinds, keys of
JSON) are an interface and stay as they were; what they are called in sentences is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# --- measures ------------------------------------------------------------------------------------
SINCE_CHANGE: Final = "time since last change"
TO_PENDING: Final = "time to pending"
PENDING: Final = "pending period"
DETECT: Final = "time to detect"
NOTIFY: Final = "time to notify"
RESPOND: Final = "time to first response"
ACKNOWLEDGE: Final = "time to acknowledge"
CHANGE: Final = "time to first change"
IN_BREACH: Final = "time in breach"
MITIGATE: Final = "time to mitigate"
IMPACT: Final = "customer impact duration"
TELL: Final = "time to tell customers"
SILENCED: Final = "time silenced"

#: A measure's name to what it was called once: its id is made of that. Links and notes hold ids, so they stay.
FORMER_NAMES: Final[Mapping[str, str]] = {
    SINCE_CHANGE: "last change to first crossing",
    TO_PENDING: "first crossing to pending",
    PENDING: "pending to firing",
    DETECT: "first crossing to firing",
    NOTIFY: "firing to notified",
    RESPOND: "firing to first message",
    ACKNOWLEDGE: "firing to acknowledged",
    CHANGE: "firing to first change",
    IN_BREACH: "first crossing to last recovery",
    MITIGATE: "firing to resolved",
    IMPACT: "customer-visible duration",
    TELL: "impact to first status post",
    SILENCED: "silenced",
}

# --- points of an alert's life --------------------------------------------------------------------
MET: Final = "breach started"
CLEARED: Final = "breach ended"
IMPACT_STARTED: Final = "customer impact started"
IMPACT_ENDED: Final = "customer impact ended"

# --- rows of rule coverage ------------------------------------------------------------------------
UNALERTED: Final = "breach with no alert"
UNCROSSED: Final = "alert with no breach"
EARLIER: Final = "early signal"
SUPPRESSED: Final = "breach while silenced"
#: Several of them, as a heading says it.
SEVERAL: Final[Mapping[str, str]] = {
    UNALERTED: "breaches with no alert",
    UNCROSSED: "alerts with no breach",
    EARLIER: "early signals",
    SUPPRESSED: "breaches while silenced",
}

#: What stands in place of what a reader is not shown.
REDACTED: Final = "[redacted]"

#: A gap's reason to how it is said. `REASONS` in `render/page/assets/data/words.js` says the same.
GAP_REASONS: Final[Mapping[str, str]] = {
    "unreachable": "not reachable",
    "unauthorised": "not authorised",
    "rate_limited": "rate limited",
    "timed_out": "timed out",
    "truncated": "cut off",
    "partial": "partial data",
    "past_retention": "past retention",
    "never_recorded": "never recorded",
    "not_yet": "not yet recorded",
    "restricted": "restricted",
    "encrypted": "encrypted",
    "undecodable": "could not be parsed",
    "not_refreshed": "not refreshed",
    "conflict": "in conflict",
}


def reason(name: str) -> str:
    """Return how a gap's reason is said; of one that is not known, its name."""
    return GAP_REASONS.get(name, name.replace("_", " "))
