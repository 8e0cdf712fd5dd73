"""Reveal: names behind pseudonyms, which are in the evidence and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from service import names
from service.evidence.place import evidence_of
from service.incident.folders import is_incident
from service.settings.config import of_incident
from timeline.errors import UsageError
from timeline.text import clean

WARNING = "These are people's names: keep them out of the draft, the pull request and the chat."


class Revealed(NamedTuple):
    """One pseudonym: the names and identities behind it."""

    pseudonym: str
    names: tuple[str, ...]
    identities: tuple[str, ...]
    bot: bool


def reveal(directory: Path, wanted: tuple[str, ...] = (), *, config: Path | None = None) -> list[Revealed]:
    """Return who is who, in the order of pseudonyms; raise UsageError without evidence, or for an unknown one."""
    if not is_incident(directory):
        raise UsageError(f"{directory} holds no incident; give the folder that `timeline build` made")
    evidence = evidence_of(directory, of_incident(config, directory))
    if not (evidence.folder / names.PEOPLE).is_file():
        raise UsageError(f"{evidence.folder / names.PEOPLE} is not there: names are in the evidence only")
    groups: dict[str, list[str]] = {}
    people = evidence.people().people
    for identity, known in people.items():
        groups.setdefault(known.pseudonym, []).append(identity)
    if unknown := [name for name in wanted if name not in groups]:
        raise UsageError(f"nobody is called {', '.join(unknown)} here; there are {', '.join(sorted(groups))}")
    return [
        Revealed(
            pseudonym,
            tuple(sorted({clean(name) for i in groups[pseudonym] for name in people[i].names})),
            tuple(sorted(clean(i) for i in groups[pseudonym])),
            all(people[i].bot for i in groups[pseudonym]),
        )
        for pseudonym in sorted(groups)
        if not wanted or pseudonym in wanted
    ]
