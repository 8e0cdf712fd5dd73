"""Where a fact lies as seen from the firing and from the incident, as far as bounds tell."""

from __future__ import annotations

from timeline.model import Fact, Incident


def inside(fact: Fact, incident: Incident) -> bool:
    """Tell whether the fact may lie in the unpadded incident; a missing hint bounds nothing."""
    start, end = incident.start, incident.end
    return (start is None or fact.latest >= start) and (
        end is None or fact.earliest is None or fact.earliest < end
    )


def may_precede(fact: Fact, other: Fact) -> bool:
    """Tell whether the fact may have come before `other`."""
    return fact.earliest is None or fact.earliest <= other.latest


def at_or_after(fact: Fact, firing: Fact) -> bool:
    """Tell whether the fact may have come at or after the firing's earliest instant."""
    return fact.latest >= (firing.latest if firing.earliest is None else firing.earliest)
