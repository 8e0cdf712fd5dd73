"""What the incident file claims: times a person wrote, marked as claims, with their line as evidence."""

from __future__ import annotations

import re
from pathlib import Path

from service.evidence.manifest import IncidentFile
from service.incident import incidents
from timeline.assembly.reading import OWN_SOURCE, SourceReading
from timeline.facts import fact, thread_key
from timeline.instant import NS
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Incident, Window
from timeline.zones import read_time

COLLECTOR = "incident_file"
_CLAIMED: dict[str, Kind] = {
    "detected": "incident.detected",
    "mitigated": "incident.mitigated",
    "resolved": "incident.resolved",
}


def reading(
    number: int, window: Window, incident: Incident, file: IncidentFile, data: bytes
) -> SourceReading:
    """Return the claims of an incident file as a reading of its own."""
    raw = incidents.parse(Path(file.name), data)
    facts = [_claim(incident, key, str(raw[key]), file, data) for key in _CLAIMED if raw.get(key)]
    # Whoever wrote the times read some clock: it is trusted no more than a source's by default.
    return SourceReading(number, OWN_SOURCE, COLLECTOR, window, NS, facts)


def _claim(incident: Incident, key: str, written: str, file: IncidentFile, data: bytes) -> Fact:
    evidence = Evidence(
        source=OWN_SOURCE, payload=file.payload, pointer=_pointer(file.name, key, data), query=file.name
    )
    return fact(
        _CLAIMED[key], origin=OWN_SOURCE, key=[incident.id, key], at=read_time(written),
        time_means=f"`{key}` in the incident file, a person's claim", clock=OWN_SOURCE, source=OWN_SOURCE,
        names={"incident": incident.id, "claimant": "the incident file"}, evidence=[evidence], thread=thread_key("incident", incident.id),
    )  # fmt: skip


def _pointer(name: str, key: str, data: bytes) -> str:
    if name.endswith(".json"):
        return f"/{key}"
    lines = data.decode("utf-8", "replace").splitlines()
    wanted = re.compile(rf"(?:^|[{{,])\s*([\"']?){key}\1\s*[:=]")  # a quoted key, or one in braces, as well
    return f"line:{next((n for n, line in enumerate(lines, 1) if wanted.search(line)), 1)}"
