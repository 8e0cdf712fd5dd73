"""What an incident is, as the tracker has it that people declare it in: asked for by what they call it there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from collectors.kit.links import web
from timeline.model import Evidence, Incident, Person


class IncidentRecord(NamedTuple):
    """An incident as its tracker has it: declared at `start`, resolved at `end`, open without one.

    Its `id` is what people call it, in a form that names a folder (`PD-1234`): the same one, whatever it was asked
    for by. `evidence` says where each member that is set stands; `people` are those in `roles`.
    """

    incident: Incident
    evidence: Mapping[str, Evidence]
    people: tuple[Person, ...] = ()


class Tracker:
    """What a collector is beside, whose system has incidents with a beginning and an end.

    `references` are patterns of what people call one of them (whole): the first group that is there, else all of it, is
    what `incident` is asked for. `called` shows them in messages, as people type them.
    """

    references: ClassVar[tuple[str, ...]] = ()
    called: ClassVar[str] = ""

    @classmethod
    def reference(cls, text: str, options: Any) -> str | None:  # noqa: ARG003 - for those that know hosts by them
        """Return what `incident` is asked for; None for a text that is no name of an incident here."""
        for pattern in cls.references:
            if match := re.fullmatch(pattern, text):
                return next((part for part in match.groups() if part), match[0])
        return None

    async def incident(self, reference: str) -> IncidentRecord | None:
        """Return the incident; None where the tracker has none of that name. Raises SourceError."""
        raise NotImplementedError


def where(
    places: Mapping[str, str], evidence: Evidence, link: str | None, *, under: str = ""
) -> dict[str, Evidence]:
    """Return the evidence of each member that has a place: its dotted path below `under` in an answer."""
    return {
        name: evidence.replace(pointer=f"{under}/{path.replace('.', '/')}", link=link)
        for name, path in places.items() if path
    }  # fmt: skip


def issue_number(
    text: str, owner: str, host: str | None, *, called: re.Pattern[str], page: re.Pattern[str]
) -> str | None:
    """Return the number of an owner's issue that a text names (`acme/shop#12`, `acme-shop-12`, its address); None for others'.

    `called` is the whole of a name, `page` of an address' path on `host`: the first group is the owner, the second the number.
    """
    if web(text):
        parts = urlsplit(text)
        match = page.fullmatch(parts.path.rstrip("/")) if parts.hostname == host else None
    else:
        match = called.fullmatch(text.replace(owner.replace("/", "-") + "-", f"{owner}#", 1))
    return match[2] if match and match[1].lower() == owner.lower() else None


def severity_of(labels: Iterable[str], patterns: Sequence[str]) -> str | None:
    """Return the label that is an incident's severity: by the first glob that fits one, whatever the case; None where none does."""
    names = sorted(labels)
    return next((n for p in patterns for n in names if fnmatchcase(n.lower(), p.lower())), None)
