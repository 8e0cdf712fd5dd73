"""A stored delivery on its way to facts: what every sender's reader needs; pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from timeline import facts
from timeline.errors import UndecodableTimeError
from timeline.instant import Bounds, precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Person, Subject
from timeline.statements import Name
from timeline.text import clean
from timeline.zones import read_time


class UnreadableError(ValueError):
    """A delivery lacks what makes it one of its type; its arrival is told all the same."""


class Delivered:
    """One stored delivery; `evidence` points into its stored row."""

    def __init__(
        self,
        event: Mapping[str, Any],
        origin: str,
        source: str,
        *,
        received: int,
        evidence: Callable[[str], Evidence],
    ) -> None:
        self.id: int = event["id"]
        self.hook, self.sender, self.type = str(event["hook"]), str(event["sender"]), str(event["type"])
        self.body: Any = event.get("body")
        self._whole = "/body" if "body" in event else "/text"  # where its body stands in the row
        self.origin, self.source, self.received, self.evidence = origin, source, received, evidence

    def fact(
        self, kind: Kind, key: list[Any], at: Bounds, means: str, names: Mapping[str, Name], *, origin: str | None = None,
        pointer: str = "", text: str = "", actor: str | None = None, link: str = "", thread: str | None = None,
        subject: Subject | None = None, clock: str | None = None,
    ) -> Fact:  # fmt: skip
        """Make a fact of this delivery."""
        web = link if urlsplit(link).scheme in {"http", "https"} else None
        return facts.fact(
            kind, origin=origin or self.origin, key=key, at=at, time_means=means, clock=clock or origin or self.origin,
            source=self.source, names={**names, **({"actor": actor} if actor else {})}, subject=subject,
            quote=facts.quote(text), actor=actor, thread=thread,
            evidence=[self.evidence(pointer or self._whole).replace(link=web)],
        )  # fmt: skip


class Told:
    """What deliveries have told so far, so that repeats tell it once; and the people in them."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._people: dict[str, Person] = {}

    def first(self, key: Any) -> bool:
        """Tell whether this is new."""
        name = json.dumps(key, sort_keys=True)
        new = name not in self._seen
        self._seen.add(name)
        return new

    def person(self, identity: str, *names: str, bot: bool = False) -> str:
        """Note a person and return the identity."""
        before = self._people.get(identity)
        known = {*(before.names if before else ()), *(clean(n).strip() for n in names)} - {""}
        is_bot = bot or bool(before and before.bot)
        self._people[identity] = Person(identity=identity, names=tuple(sorted(known)), bot=is_bot)
        return identity

    def people(self) -> Iterator[Person]:
        """Yield everyone who was seen."""
        yield from (self._people[identity] for identity in sorted(self._people))


def other(one: Delivered) -> Iterator[Fact]:
    """Yield that a delivery of any type arrived; nothing that was stored is silent."""
    label = f"{one.sender} {one.type}"
    yield one.fact(
        "custom",
        ["delivery", one.id],
        precise(one.received, 1),
        "received_at",
        {"label": label, "source": one.hook},
    )


def text_in(value: Any, *path: str) -> str:
    """Return the text at a path; empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def time_in(value: Any, *path: str) -> Bounds:
    """Return the time at a path; raise UnreadableError."""
    text = text_in(value, *path)
    try:
        # GitLab writes `2021-04-28 21:50:00 +0200` and `2021-04-28 19:50:00 UTC`.
        return read_time(text.replace(" UTC", "Z").replace(" +", "+").replace(" -", "-"))
    except UndecodableTimeError as err:
        raise UnreadableError(f"its {'.'.join(path)} is no time") from err


def required(value: Any, *path: str) -> str:
    """Return the text at a path; raise UnreadableError where there is none."""
    found = text_in(value, *path)
    if not found:
        raise UnreadableError(f"it has no {'.'.join(path)}")
    return found
