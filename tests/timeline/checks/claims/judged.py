"""Sentences about the bundled example, judged as `check` judges a draft; `{FIRE}` and kin stand for its facts."""

from __future__ import annotations

import re
from functools import cache

from tests.example import example
from timeline.checks.claims.check import check
from timeline.checks.claims.claim import claims
from timeline.checks.claims.ground import Ground
from timeline.checks.draft import DraftSpan, blocks
from timeline.checks.findings import Finding
from timeline.order import clock_errors

IDS = {
    "FIRE": "f-84285be8f9fc3c57",  # CheckoutLatencyHigh fired, 14:10:30-14:10:45
    "RES": "f-51ea8a89e91de9c9",  # stopped, 14:44:00-14:44:15
    "DEP": "f-607b885d5c557f47",  # a deploy finished, 14:01:05
    "ACK": "f-289885705dc7f440",  # acknowledged, 14:13:48
    "PAGE": "f-9fd9b939a3925330",  # notified, 14:13:05
    "POOL": "f-a8a915027b0b4498",  # DatabasePoolSaturated fired, 14:13:15-14:13:30
    "POOLX": "f-1b54646aa989556f",  # its expression crossed, 14:07:59-14:08:15
    "ROLL": "f-f696d60f9750d79d",  # a deploy was rolled back, 14:38:10
    "STAT": "f-f5156467d452c8d2",  # a status was posted, 14:21:07
    "XLAT": "f-d6d566052f2971e7",  # CheckoutLatencyHigh's expression crossed, 14:08:30-14:08:45
    "PEND": "f-f3ce492408ce9bc4",  # it became pending, 14:08:30-14:08:45
    "MERGE": "f-8a2b25c5a4425335",  # a change was merged, 14:23:10
    "DEP2": "f-28e552c63ed5100e",  # the next deploy finished, 14:24:40
    "BRIDGE": "f-fab2d85075958a52",  # a bridge opened, 14:21
    "ERR": "f-3011d4f1f2946ed8",  # CheckoutErrorRatioHigh fired, 14:15:30-14:15:45
    "LOG": "f-a1d6331bfa09591d",  # a log signature was seen, 14:12:37
    "Q1": "f-903f4e4dc992fff8",  # CaptureQueueDeep fired, five times: 14:18:00-14:18:15
    "Q2": "f-46d5be5bda8929d0",  # 14:22:00-14:22:15
    "Q5": "f-3eca1a6a8f47f468",  # 14:38:00-14:38:15
    "GAP": "g-113ff8b7c38ccc1a",  # 14:29:45-14:32:45
    "MFR": "m-firing-to-resolved",
}


@cache
def ground() -> Ground:
    """Return the example as claims are looked up in it."""
    return Ground(example(), clock_errors(example()))


def filled(text: str) -> str:
    """Return a text with ids in the place of their names."""
    for name, identity in IDS.items():
        text = text.replace(f"{{{name}}}", identity)
    return text


WHEN = frozenset({"claim-time", "claim-duration", "claim-order", "claim-order-undetermined"})


def read(text: str, known: Ground) -> list[Finding]:
    """Return the findings of a draft's text, of all rules about claims."""
    return list(check(claims(blocks([DraftSpan("prose", "", text)])), known))


def judged(text: str) -> list[Finding]:
    """Return the findings of a draft's text, of the rules about time."""
    return [one for one in read(filled(text), ground()) if one.rule in WHEN]


def errors(text: str) -> list[str]:
    """Return the rules of which a text has errors."""
    return [one.rule for one in judged(text) if one.severity == "error"]


def pair(text: str) -> tuple[str, str]:
    """Return the two sentences that `<true|false>` stands for."""
    true, false = (re.sub(r"<([^<>|]*)\|([^<>|]*)>", rf"\{n}", text) for n in (1, 2))
    assert true != false
    return true, false
