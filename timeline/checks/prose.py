"""Every rule that needs no file: over a draft's blocks, and its timeline where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from timeline.checks import actions, blameless, completeness, separation, times
from timeline.checks.claims.check import check as check_claims
from timeline.checks.claims.check import refuted
from timeline.checks.claims.claim import claims
from timeline.checks.claims.ground import Ground
from timeline.checks.draft import Block
from timeline.checks.findings import Finding, Switch
from timeline.model import Timeline
from timeline.people.names import Names


@dataclass(frozen=True)
class Noted:
    """What notes beside a draft hold: actions, and the subjects of notes whose sections they answer.

    A subject is `actions`, `lessons`, `whys`, or the category of a factor. `claimed` is what is found in what notes claim.
    """

    actions: tuple[actions.Action, ...] = ()
    subjects: frozenset[str] = frozenset()
    claimed: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Grounds:
    """What prose is checked against: the timeline, names, what was signed off, now (ns), and notes beside it.

    `ground` is what claims are looked up in; without one, claims are not checked. `switches` are severities by rule: rules of
    claims that are `off` are not read, and only their errors take an answer away.
    """

    timeline: Timeline | None = None
    names: Names = field(default_factory=lambda: Names([]))
    signed: Mapping[str, str] = field(default_factory=dict)
    now: int = 0
    hours: int = 48
    noted: Noted = Noted()
    ground: Ground | None = None
    switches: Mapping[str, Switch] = field(default_factory=dict)

    @property
    def off(self) -> frozenset[str]:
        """The rules that are switched off."""
        return frozenset(rule for rule, switch in self.switches.items() if switch == "off")


def check(blocks: Sequence[Block], known: Grounds) -> Iterator[Finding]:
    """Check people's prose; rules about facts are left out where there is no timeline."""
    timeline = known.timeline
    facts = timeline.facts if timeline else ()
    numbers = separation.evident(timeline) if timeline else frozenset[str]()
    own = [block for block in blocks if not block.quoted]
    claimed = list(check_claims(claims(blocks), known.ground, known.off)) if known.ground else []
    wrong = refuted(claimed, known.switches)
    yield from claimed
    if timeline:
        yield from separation.unknown(blocks, timeline)
        yield from separation.changed(blocks, facts, known.signed)
        yield from completeness.late(own, timeline, known.now, known.hours, known.noted.subjects, wrong)
    yield from separation.missing(own, facts, numbers)
    yield from separation.measures(own, facts, numbers)
    yield from blameless.wording(own)
    yield from blameless.names(blocks, known.names)
    yield from actions.check(own, known.noted.actions)
    yield from completeness.empty(own, known.noted.subjects, wrong)
    yield from times.check(own)
