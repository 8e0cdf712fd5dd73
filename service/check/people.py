"""Who is who against the evidence: whom it names, by which names, and how they were called at first."""

from __future__ import annotations

from collections.abc import Iterator

from service import names
from service.build.derive import Rebuilt
from service.check.evidence import RESTORE, Bundle
from service.evidence.manifest import KnownIdentity, People
from timeline.checks.findings import Finding, finding


def check(bundle: Bundle, again: Rebuilt) -> Iterator[Finding]:
    """Compare who is who with whom the evidence names, and how they were called at first."""
    path = str(bundle.evidence.folder / names.PEOPLE)
    told = bundle.people or People()
    if bundle.people is None and again.people.people:
        yield finding(
            "people-differs", 1, f"it is absent, and the evidence names people; {RESTORE}"
        )._replace(file=path)
        return
    lines = {identity: number for number, identity in enumerate(sorted(told.people), 2)}
    for identity in sorted({*told.people, *again.people.people}):
        wrong = _wrong(told.people.get(identity), again, identity)
        if wrong:
            message = f"{wrong}; {RESTORE}, or `timeline build --offline` makes it anew where it is absent"
            yield finding("people-differs", lines.get(identity, 1), message)._replace(file=path)


def _wrong(told: KnownIdentity | None, again: Rebuilt, identity: str) -> str:
    made = again.people.people.get(identity)
    if told is None:
        return f"somebody whom the evidence names is not in it ({made.pseudonym if made else ''})"
    if made is None:
        return f"{told.pseudonym} is nobody whom the evidence names"
    if more := {*told.names} - {*made.names}:
        return f"{told.pseudonym} has {len(more)} names that the evidence does not give"
    if {*made.names} - {*told.names}:
        return f"{told.pseudonym} lacks names that the evidence gives"
    if told.bot != made.bot:
        return f"whether {told.pseudonym} is a program is not what the evidence says"
    if again.assigned and told.pseudonym != made.pseudonym:
        return f"{told.pseudonym} is {made.pseudonym} by the evidence"
    return ""
