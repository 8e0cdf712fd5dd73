"""Service level objectives (OpenSLO, sloth, pyrra): burn-rate thresholds, and budget spent in a window.

A burn rate is the share of failed events over a window, divided by the share that the target allows.
So `burn rate > 14.4` with a target of 99.9 % is `error share > 14.4 * 0.001`: a plain threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from timeline.rules.promrules import AlertingRule
from timeline.rules.promtext import flatten, only_rates
from timeline.rules.thresholds import Reading, read_thresholds

#: What stands in an indicator's expressions where the window's length goes.
WINDOW = "$window"
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


class Indicator(NamedTuple):
    """The share of failed events over a window: of two expressions, or `share` already made (PromQL)."""

    errors: str = ""
    total: str = ""
    share: str = ""

    def ratio(self, window: float) -> str:
        """Return the share of failed events over the last `window` seconds, on one line."""
        return over(self.share or f"({self.errors}) / ({self.total})", window)


class Burn(NamedTuple):
    """One alert on burn rates: each is (window in seconds, comparison, burn rate); `hold` its `for`."""

    alert: str
    rates: tuple[tuple[float, str, float], ...]
    labels: tuple[tuple[str, str], ...] = ()
    hold: float = 0
    refused: str | None = None
    pairs: bool = True  # a pair of a short and a long window is one condition: `and` within, `or` between


class Objective(NamedTuple):
    """A target (0 to 1) over a period (seconds), its indicator and alerts; or why it gives none."""

    name: str
    target: float
    period: float | None
    indicator: Indicator | None
    burns: tuple[Burn, ...] = ()
    refused: str | None = None

    @property
    def allowed(self) -> float:
        """Return the share of events that may fail; computed so that 99.9 % allows 0.001 exactly."""
        return float(f"{1 - self.target:.12g}")


class Budget(NamedTuple):
    """An expression of the share of the budget spent in a window; basis: failed events, or even time."""

    query: str
    basis: Literal["events", "time"]


def objectives(documents: Iterable[Mapping[str, Any]]) -> list[Objective]:
    """Return the objectives that documents define; those of one file may refer to each other."""
    from timeline.rules.openslo import openslo  # the forms need what this module defines
    from timeline.rules.slo_forms import pyrra, sloth

    held = list(documents)
    return [*openslo(held), *sloth(held), *pyrra(held)]


def burn_rules(file: str, objective: Objective) -> list[AlertingRule]:
    """Return an objective's alerts as alerting rules, their expressions made from the definition."""
    if objective.indicator is None or not objective.burns:
        why = objective.refused or "it has no alert: no burn rate of it is watched"
        reading = Reading((), why)
        return [AlertingRule(file, objective.name, objective.name, "", None, (), reading)]
    return [_rule(file, objective, objective.indicator, burn) for burn in objective.burns]


def _rule(file: str, objective: Objective, indicator: Indicator, burn: Burn) -> AlertingRule:
    parts = [
        f"{indicator.ratio(window)} {op} {rate!r} * {objective.allowed!r}" for window, op, rate in burn.rates
    ]
    if burn.pairs:
        parts = [f"({short} and {long})" for short, long in zip(parts[::2], parts[1::2], strict=True)]
    text = " or ".join(parts)
    reading = Reading((), burn.refused) if burn.refused else read_thresholds(text)
    labels = tuple(sorted(burn.labels))
    return AlertingRule(file, objective.name, burn.alert, text, None, labels, reading, burn.hold)


def budget(objective: Objective, window: float) -> Budget | None:
    """Return what tells the share of the error budget spent in the `window` seconds before an instant.

    Counted in events where the indicator is a ratio of rates: failed events over those that the
    period's events allow. Else in time: burn rate times the window's share of the period. None where
    the objective has no period, no indicator, or allows no failure at all.
    """
    made, period = objective.indicator, objective.period
    if made is None or not period or not objective.allowed:
        return None
    if made.share or not (only_rates(over(made.errors, 60)) and only_rates(over(made.total, 60))):
        share = f"{_number(window)} / ({_number(period)} * {objective.allowed!r})"
        return Budget(f"({made.ratio(window)}) * {share}", "time")
    failed = f"({over(made.errors, window)}) * {_number(window)}"
    allowed = f"({over(made.total, period)}) * {_number(period)} * {objective.allowed!r}"
    return Budget(f"{failed} / ({allowed})", "events")


def _number(seconds: float) -> str:
    return str(int(seconds)) if seconds == int(seconds) else repr(seconds)


def over(expression: str, window: float) -> str:
    """Return an indicator's expression over a window of seconds, on one line."""
    return flatten(expression.replace(WINDOW, duration(window)))


def duration(seconds: float) -> str:
    """Return seconds as PromQL writes them: `1h`, `5m`, `90s`; raise ValueError below a second."""
    for unit, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    raise ValueError(f"{seconds} s is no whole number of seconds")
