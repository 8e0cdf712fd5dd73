"""What a service level objective is, whichever form it was written down in."""

from __future__ import annotations

from typing import NamedTuple

from timeline.rules.promtext import flatten

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
    notes: tuple[str, ...] = ()  # what else changes what it means
    pairs: bool = True  # a pair of a short and a long window is one condition: `and` within, `or` between


class Absence(NamedTuple):
    """One alert on a metric that is not there; `hold` its `for`."""

    alert: str
    selector: str
    labels: tuple[tuple[str, str], ...]
    hold: float


class Objective(NamedTuple):
    """A target (0 to 1) over a period (seconds), its indicator and alerts; or why it gives none."""

    name: str
    target: float
    period: float | None
    indicator: Indicator | None
    burns: tuple[Burn, ...] = ()
    refused: str | None = None
    absences: tuple[Absence, ...] = ()

    @property
    def allowed(self) -> float:
        """Return the share of events that may fail; computed so that 99.9 % allows 0.001 exactly."""
        return float(f"{1 - self.target:.12g}")


def over(expression: str, window: float) -> str:
    """Return an indicator's expression over a window of seconds, on one line."""
    return flatten(expression.replace(WINDOW, duration(window)))


def duration(seconds: float) -> str:
    """Return seconds as PromQL writes them: `1h`, `5m`, `90s`; raise ValueError below a second."""
    for unit, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    raise ValueError(f"{seconds} s is no whole number of seconds")
