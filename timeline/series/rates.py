"""Where a rate changed: one simple rule over counts per step, the same wherever the window lies.

The rule: let `before` and `after` be the records in the five steps before a step's beginning and in
the five from it on. The rate changed there when one is at least twice the other, when their
difference is at least four times the square root of their sum (a steady rate differs by that much
about once in ten thousand times), and when no step within five of it differs by more (of equals,
the earliest). Steps are aligned to the epoch, and the decision about one step looks at `reach` steps
on either side, so a longer window decides no step otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from timeline.instant import Bounds


class Rule(NamedTuple):
    """The numbers of the rule: steps on each side, least factor, least deviation (square roots of the sum)."""

    steps: int = 5
    factor: int = 2
    deviation: int = 4

    @property
    def reach(self) -> int:
        """Return how many steps on either side a decision looks at."""
        return 2 * self.steps

    def describe(self) -> str:
        """Return the rule in words, for the evidence of facts computed by it."""
        return (
            f"{self.steps} steps before and after differ by a factor of {self.factor} or more and by "
            f"{self.deviation} square roots of their sum or more; the greatest difference within {self.steps} steps"
        )

    def counted(self, change: RateChange) -> str:
        """Return the counts and the test they passed, for the statement of a fact."""
        return (
            f"{change.before} in the {self.steps} steps before and {change.after} in the {self.steps} after; the test: "
            f"a factor of {self.factor} or more, and {self.deviation} square roots of the sum or more"
        )


class RateChange(NamedTuple):
    """A change at the beginning of step `step` (an index from the epoch); records before and after."""

    step: int
    before: int
    after: int


RULE = Rule()


def rate_changes(counts: Mapping[int, int], first: int, last: int, rule: Rule = RULE) -> list[RateChange]:
    """Return the changes, given records per step index; steps `first` to `last` are known, absent is 0.

    A step is judged only where `rule.reach` known steps lie on both sides of its beginning.
    """
    found = {change.step: change for change in _candidates(counts, first, last, rule)}
    judged = range(first + rule.reach, last + 2 - rule.reach)
    return [c for step, c in sorted(found.items()) if step in judged and _is_peak(c, found, rule)]


def bounds_of(change: RateChange, step: int) -> Bounds:
    """Return when the change lay: somewhere in the steps (of `step` ns) before and after the boundary."""
    return Bounds((change.step - 1) * step, (change.step + 1) * step - 1)


def _candidates(counts: Mapping[int, int], first: int, last: int, rule: Rule) -> Iterable[RateChange]:
    near = {step + shift for step in counts for shift in range(-rule.steps, rule.steps + 1)}
    for step in sorted(near):
        if not first + rule.steps <= step <= last + 1 - rule.steps:
            continue
        before = sum(counts.get(step - back, 0) for back in range(1, rule.steps + 1))
        after = sum(counts.get(step + ahead, 0) for ahead in range(rule.steps))
        if _differs(before, after, rule):
            yield RateChange(step, before, after)


def _differs(before: int, after: int, rule: Rule) -> bool:
    less, more = sorted((before, after))
    return more >= rule.factor * less and (more - less) ** 2 >= rule.deviation**2 * (more + less) > 0


def _is_peak(change: RateChange, found: Mapping[int, RateChange], rule: Rule) -> bool:
    size = abs(change.after - change.before)
    for shift in range(-rule.steps, rule.steps + 1):
        other = found.get(change.step + shift)
        if other is None or shift == 0:
            continue
        theirs = abs(other.after - other.before)
        if theirs > size or (theirs == size and shift < 0):
            return False
    return True
