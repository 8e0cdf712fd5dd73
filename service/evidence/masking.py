"""People's own words for readers who were not there: with pseudonyms for whom the evidence names."""

from __future__ import annotations

from pathlib import Path

from service.evidence.place import evidence_of
from service.settings.config import Config
from timeline.errors import TimelineError


def masked(text: str, directory: Path, conf: Config) -> str:
    """Return words with pseudonyms; what is only written like a name goes as well: here nobody looks again."""
    try:
        known = evidence_of(directory, conf).people().names
    except TimelineError:
        return text
    made, end = "", 0
    for one in known.likely(text):
        made += text[end : one.start] + known.pseudonym(one.people)
        end = one.end
    return made + text[end:]
