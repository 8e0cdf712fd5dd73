"""What patterns are made of: a row an incident, and tables of them; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from timeline import terms
from timeline.cases.figures import Figures
from timeline.instant import NS

if TYPE_CHECKING:
    import pandas as pd

#: How long it lasted, by the best that was recorded: customer impact, the breach, the alert, the incident as given.
DURATION = "duration"
#: The durations of groups and of the course of time.
MAIN = (DURATION, terms.DETECT, terms.ACKNOWLEDGE, terms.MITIGATE)
#: All of them, in the order in which they are shown.
DURATIONS = (
    DURATION, terms.DETECT, terms.NOTIFY, terms.ACKNOWLEDGE, terms.RESPOND, terms.CHANGE, terms.MITIGATE, terms.IN_BREACH,
    terms.IMPACT, terms.TELL, terms.SINCE_CHANGE, terms.SILENCED,
)  # fmt: skip
#: By what incidents are grouped.
GROUPS = ("service", "severity", "factor", "failure_mode", "weekday", "hour")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Row(NamedTuple):
    """An incident: its name among these, title, severity, facets by name, and its figures."""

    id: str
    title: str
    severity: str
    facets: Mapping[str, Sequence[str]]
    figures: Figures
    start: int | None = None  # ns, as the archive has it

    @property
    def started(self) -> int | None:
        """When it began (ns), by the best that is known."""
        return self.start if self.figures.started is None else self.figures.started

    def duration(self, name: str) -> tuple[float, float] | None:
        """Return a duration's range in seconds; None where it is not known."""
        return self.figures.lasted if name == DURATION else self.figures.measures.get(name)

    def values(self, group: str, zone: tzinfo) -> tuple[str, ...]:
        """Return the groups of a name that it is in; none where it is not known."""
        if group in {"weekday", "hour"}:
            return () if self.started is None else (_when(self.started, group, zone),)
        if group == "service":
            return self.figures.services
        return tuple(self.facets.get(group, ()))


def _when(at: int, group: str, zone: tzinfo) -> str:
    local = datetime.fromtimestamp(at // NS, UTC).astimezone(zone)
    return WEEKDAYS[local.weekday()] if group == "weekday" else f"{local.hour:02d}"


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return incidents in order of time, those without one last."""
    return sorted(rows, key=lambda row: (row.started is None, row.started or 0, row.id))


def table(rows: Sequence[Row], names: Iterable[str] = DURATIONS) -> pd.DataFrame:
    """Return a line an incident and duration that is known: `id`, `name`, `low`, `high`."""
    import pandas as pd

    found = [(row.id, name, *span) for row in rows for name in names if (span := row.duration(name))]
    return pd.DataFrame(found, columns=["id", "name", "low", "high"])


def membership(rows: Sequence[Row], group: str, zone: tzinfo) -> pd.DataFrame:
    """Return a line an incident and value of a group: `id`, `value`."""
    import pandas as pd

    found = [(row.id, value) for row in rows for value in dict.fromkeys(row.values(group, zone))]
    return pd.DataFrame(found, columns=["id", "value"])
