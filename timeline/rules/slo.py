"""What a service level objective asks for: burn-rate thresholds, and budget spent in a window.

A burn rate is the share of failed events over a window, divided by the share that the target allows.
So `burn rate > 14.4` with a target of 99.9 % is `error share > 14.4 * 0.001`: a plain threshold.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from timeline.rules.promrules import AlertingRule
from timeline.rules.promtext import only_rates
from timeline.rules.slo_model import Absence, Burn, Indicator, Objective, over
from timeline.rules.thresholds import RuleReading, read_thresholds


class Budget(NamedTuple):
    """An expression of the share of the budget spent in a window; basis: failed events, or even time."""

    query: str
    basis: Literal["events", "time"]


def burn_rules(file: str, objective: Objective) -> list[AlertingRule]:
    """Return an objective's alerts as alerting rules, their expressions made from the definition."""
    made = [_rule(file, objective, burn) for burn in objective.burns]
    made += [_absent(file, objective, absence) for absence in objective.absences]
    if made:
        return made
    why = objective.refused or "it has no alert: no burn rate of it is watched"
    return [AlertingRule(file, objective.name, objective.name, "", None, (), RuleReading((), why))]


def _rule(file: str, objective: Objective, burn: Burn) -> AlertingRule:
    text, reading = "", RuleReading((), objective.refused or burn.refused)
    if objective.indicator is not None and burn.rates:
        text = _burning(objective, objective.indicator, burn)
        reading = read_thresholds(text) if reading.refused is None else reading
    labels = tuple(sorted(burn.labels))
    return AlertingRule(
        file, objective.name, burn.alert, text, None, labels, reading, burn.hold, notes=burn.notes
    )


def _burning(objective: Objective, indicator: Indicator, burn: Burn) -> str:
    parts = [
        f"{indicator.ratio(window)} {op} {rate!r} * {objective.allowed!r}" for window, op, rate in burn.rates
    ]
    if burn.pairs:
        parts = [f"({short} and {long})" for short, long in zip(parts[::2], parts[1::2], strict=True)]
    return " or ".join(parts)


def _absent(file: str, objective: Objective, absence: Absence) -> AlertingRule:
    text = f"absent({absence.selector}) == 1"
    reading = RuleReading((), objective.refused) if objective.refused else read_thresholds(text)
    labels = tuple(sorted(absence.labels))
    return AlertingRule(file, objective.name, absence.alert, text, None, labels, reading, absence.hold)


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
