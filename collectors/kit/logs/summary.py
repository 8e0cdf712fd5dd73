"""What a store of logs says of its lines in sum: when a signature was first seen, where its rate changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from collectors.kit.logs.signatures import Signature, name_of
from timeline import facts
from timeline.canonical import Json
from timeline.instant import Bounds
from timeline.model import Evidence, Fact, Quantity, Quote, Subject
from timeline.series import rates
from timeline.zones import parse_duration

P = TypeVar("P")


@dataclass(frozen=True, kw_only=True)
class Summaries:
    """Makes the facts of one read of a store: `query` and `origin` tell it from others, `place` is shown.

    `system` begins the threads' keys, `time` is what the store calls the lines' times, `step` is of the rates;
    `narrowed_by` is the option by which fewer lines are read.
    """

    system: str
    origin: str
    source: str
    clock: str
    place: str
    query: str | None
    time: str
    step: str
    narrowed_by: str = "query"

    @property
    def step_ns(self) -> int:
        """Return the step of the rates in nanoseconds."""
        return parse_duration(self.step)

    def first_seen(
        self, signature: Signature, at: Bounds, *, scope: str, evidence: Evidence, clock: str | None = None,
        subject: Subject | None = None, quote: Quote | None = None,
    ) -> Fact:  # fmt: skip
        """Return when a signature was first seen."""
        return facts.fact(
            "log.first_seen", origin=self.origin, key=self._key(signature), at=at, time_means=self.time,
            clock=clock or self.clock, source=self.source, thread=self._thread(signature), subject=subject,
            names={"signature": self._called(signature), "index": self.place, "scope": scope}, quote=quote,
            evidence=[evidence],
        )  # fmt: skip

    def rate_changed(
        self, signature: Signature, change: rates.RateChange, *, evidence: Iterable[Evidence],
        subject: Subject | None = None, at: Bounds | None = None,
    ) -> Fact:  # fmt: skip
        """Return that the rate of a signature changed; `at` where the counts are not of the steps themselves."""
        steps = rates.RULE.steps
        after = change.after / steps
        return facts.fact(
            "log.rate_changed", origin=self.origin, key=[*self._key(signature), change.step * self.step_ns],
            at=at or rates.bounds_of(change, self.step_ns), time_means=f"{self.time}, counted by {self.step}",
            clock=self.clock, source=self.source, thread=self._thread(signature), subject=subject,
            names={
                "signature": self._called(signature), "index": self.place, "step": self.step,
                "before": change.before / steps, "after": after, "counted": rates.RULE.counted(change),
            },
            quantity=Quantity(value=after, unit=f"documents/{self.step}"), evidence=evidence,
        )  # fmt: skip

    def judged_until(self, now: int) -> int:
        """Return the instant up to which rate changes are decided for good."""
        return (now // self.step_ns - rates.RULE.reach) * self.step_ns

    def _called(self, signature: Signature) -> str:
        return name_of(signature) or self.place

    def _key(self, signature: Signature) -> list[Json]:
        return [self.query, list(signature)]

    def _thread(self, signature: Signature) -> str:
        return facts.thread_key(self.system, self.origin, *self._key(signature))


def counted_steps(change: rates.RateChange, places: Mapping[int, Sequence[P]]) -> list[P]:
    """Return where the counts stand that a change was computed from, in order of time."""
    steps = rates.RULE.steps
    near = range(change.step - steps, change.step + steps)
    return [place for step in near for place in places.get(step, ())]
