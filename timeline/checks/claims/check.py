"""Every rule about claims, over a draft's claims and those of the notes beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.findings import Finding

Rule = Callable[[Claim, Ground], Iterator[Finding]]
#: What reads a claim; each yields findings of the rules that its module is about.
READERS: tuple[Rule, ...] = ()


def check(claims: Iterable[Claim], ground: Ground) -> Iterator[Finding]:
    """Check claims against what they cite."""
    for claim in claims:
        for reader in READERS:
            yield from reader(claim, ground)
