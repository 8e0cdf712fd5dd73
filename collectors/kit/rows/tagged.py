"""Records that carry tags: what kind of fact a tag makes of one, and what the tags name; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from collectors.kit.changes import revisions
from timeline.facts import subject_of
from timeline.kinds import Kind
from timeline.model import Subject
from timeline.statements import Name, required

#: Names of tags that say which revision a change is of, the first one counts.
REVISIONS = ("revision", "git.commit.sha", "commit", "version")
_TAG = re.compile(r"([A-Za-z_][\w.-]*)[:=](.+)")


def _told(kinds: dict[str, Kind]) -> dict[str, Kind]:
    if computed := sorted(kind for kind in kinds.values() if kind.startswith(("metric.", "log.", "alert."))):
        raise ValueError(f"kind {computed[0]} is computed, or an alert's; what has a tag cannot be one")
    return kinds


#: An option: tag -> kind of what has it; the first that fits counts.
TagKinds = Annotated[dict[str, Kind], AfterValidator(_told)]


def kind_of(tags: Iterable[str], kinds: Mapping[str, Kind]) -> Kind:
    """Return the kind that tags make of a record: `custom` where none of them is configured."""
    own = frozenset(tags)
    return next((kind for tag, kind in kinds.items() if tag in own), "custom")


def named(tags: Iterable[str]) -> dict[str, str]:
    """Return what tags of the form `name:value` or `name=value` name; of a name that comes twice the last."""
    return {match[1]: match[2] for tag in tags if (match := _TAG.fullmatch(tag))}


class About(NamedTuple):
    """What a record is about, and the names of its statement."""

    subject: Subject
    names: Mapping[str, Name]


def about(kind: Kind, tags: Iterable[str], called: str, system: str) -> About:
    """Return what tags say of a record of a kind that is `called` so, in a `system` as people call it."""
    told = named(tags)
    subject = subject_of(told, revisions.labels(told[name] for name in REVISIONS if name in told))
    revision = next((told[name] for name in REVISIONS if name in told), None)
    names: dict[str, Name] = {"revision": revision, "repository": told.get("repository")}
    names |= {"environment": subject.environment, "service": told.get("service")}
    names |= dict.fromkeys(required(kind)[:1], called) | {"source": system}
    return About(subject, names)
