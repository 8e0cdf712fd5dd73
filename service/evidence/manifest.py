"""The manifest: what every collection of an incident asked, got and derived, as it is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from collectors.kit.tape import Entry
from timeline.instant import Instant
from timeline.model import GapReason, Incident, Person, Window
from timeline.people.names import Names
from timeline.people.records import masked

MANIFEST_VERSION = 1


class IncidentFile(NamedTuple):
    """An incident file as stored: its name and payload."""

    name: str
    payload: str


class RecordedLayout(BaseModel):
    """What a collection remembers of the form: a team's own template is a payload of the evidence."""

    model_config = ConfigDict(frozen=True)

    template: str
    payload: str | None = None
    audience: str = "engineers"


class Records(BaseModel):
    """The payloads (SHA-256) with a run's records, and its clock error in ns."""

    model_config = ConfigDict(frozen=True, extra="allow")

    payloads: tuple[str, ...] = ()
    clock_error: int


class SourceRun(BaseModel):
    """How one collector of one source fared in one collection; options hold references, no secret."""

    model_config = ConfigDict(frozen=True, extra="allow")  # what a later version wrote stays

    name: str
    collector: str
    options: dict[str, Any]
    parser_version: int
    failure: tuple[GapReason, str] | None = None
    defect: bool = False  # the collector broke: what it asked for just then is not among the exchanges
    assumed: tuple[str, ...] = ()  # what the source could not tell
    answered: bool = True
    refused: bool = False
    seconds: float = 0.0
    bytes: int = 0
    redacted: dict[str, int] = {}  # secrets that were taken out of its answers, by kind
    first: str = ""  # the name under which what it reads was read first, where that is another one
    records: Records | None = None  # what this run derived, for versions that cannot replay it


class TrackerRun(BaseModel):
    """What a tracker was asked for, and said of the incident: where its members stand, by their names.

    Its exchanges are those of the source `incident`, by its collector.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    collector: str
    options: dict[str, Any]
    parser_version: int
    asked: str
    incident: Incident
    evidence: dict[str, dict[str, Any]]
    taken: tuple[str, ...] = ()  # members of the build's incident that are the tracker's alone


class Collection(BaseModel):
    """One build's reading of the sources: number, window, now, outcomes and exchanges in order."""

    model_config = ConfigDict(frozen=True, extra="allow")

    number: int
    now: Instant
    window: Window
    incident: Incident
    sources: tuple[SourceRun, ...]
    gaps: tuple[dict[str, Any], ...] = ()
    joined: dict[str, str] = {}
    config_digest: str = ""
    chart_url: str = ""
    ticket_url: str = Field(default="", exclude_if=lambda url: not url)
    tool: str = ""
    incident_file: IncidentFile | None = None
    layout: RecordedLayout | None = None
    tracker: TrackerRun | None = Field(default=None, exclude_if=lambda run: run is None)
    #: The payload with what the archive said of earlier incidents (`timeline.cases.former`).
    came_back: str | None = Field(default=None, exclude_if=lambda payload: payload is None)
    exchanges: tuple[Entry, ...] = ()

    @field_validator("exchanges")
    @classmethod
    def _readable(cls, value: tuple[Entry, ...]) -> tuple[Entry, ...]:
        for number, entry in enumerate(value):
            if wrong := _unreadable(entry):
                raise ValueError(f"exchange {number}: {wrong}")
        return value


#: Of what type a member of an exchange is; the first four are always there.
_EXCHANGE: Mapping[str, tuple[type, ...]] = {
    "source": (str,), "collector": (str,), "request": (dict,), "attempt": (int,),
    "payload": (str,), "form": (str,), "status": (int, type(None)), "headers": (dict,), "failure": (dict,),
}  # fmt: skip
_ALWAYS = 4


def _unreadable(entry: Entry) -> str:
    """Say what no replay could read in an exchange; nothing where all can be read."""
    for place, (name, forms) in enumerate(_EXCHANGE.items()):
        if name in entry and not isinstance(entry[name], forms):
            return f"{name!r} is a {type(entry[name]).__name__}"
        if name not in entry and place < _ALWAYS:
            return f"it has no {name!r}"
    if not isinstance(entry["request"].get("url", ""), str):
        return "its url is no text"
    if not all(map(_is_pair, entry["request"].get("params") or ())):
        return "its params are no pairs of name and value"
    if any(not isinstance(value, str) for value in entry.get("headers", {}).values()):
        return "a header is no text"
    if "failure" in entry:
        kept = entry["failure"]
        return (
            ""
            if all(isinstance(kept.get(n), str) for n in ("reason", "message"))
            else "its failure says nothing"
        )
    return "" if "payload" in entry else "it has neither a payload nor a failure"


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list | tuple) and len(value) == 2 and (value[0] != "query" or isinstance(value[1], str))
    )  # fmt: skip


class KnownIdentity(BaseModel):
    """What is known of one identity: its pseudonym, its names, and whether it is a bot."""

    model_config = ConfigDict(frozen=True)

    pseudonym: str
    names: tuple[str, ...] = ()
    bot: bool = False


class People(BaseModel):
    """Identity to pseudonym and names; pseudonyms are assigned once and never renumbered."""

    model_config = ConfigDict(frozen=True)

    people_version: Literal[1] = 1
    people: dict[str, KnownIdentity] = {}

    @property
    def pseudonyms(self) -> dict[str, str]:
        """Identity to pseudonym."""
        return {identity: known.pseudonym for identity, known in self.people.items()}

    def persons(self) -> list[Person]:
        """The people as the core knows them."""
        return [Person(identity=i, names=k.names, bot=k.bot) for i, k in sorted(self.people.items())]

    @cached_property
    def names(self) -> Names:
        """Everyone's names, to be looked for in texts: put together once."""
        return Names(self.persons(), self.pseudonyms)

    def mask(self) -> Callable[[str], str]:
        """Return what puts pseudonyms into what stands in a payload."""
        return partial(masked, names=self.names)

    def grown(self, persons: Iterable[Person], pseudonyms: Mapping[str, str]) -> People:
        """Return this with every identity of `pseudonyms`, and names joined."""
        told = {p.identity: p for p in persons}
        return People(people={i: self._one(i, told.get(i), name) for i, name in sorted(pseudonyms.items())})

    def _one(self, identity: str, told: Person | None, pseudonym: str) -> KnownIdentity:
        earlier = self.people.get(identity)
        names = {*(earlier.names if earlier else ()), *(told.names if told else ())}
        bot = told.bot if told else bool(earlier and earlier.bot)
        return KnownIdentity(pseudonym=pseudonym, names=tuple(sorted(names)), bot=bot)


class DivergentRun(NamedTuple):
    """A run whose facts are not what this version reads in its payloads: `kept` by its own build, or `lost`."""

    collection: int
    source: str
    collector: str
    facts: Literal["kept", "lost"]


class Derivation(BaseModel):
    """What derived a timeline.json: the tool's version, the parsers that read payloads, and what they did not."""

    model_config = ConfigDict(frozen=True, extra="allow")

    tool: str
    parsers: dict[str, int]
    otherwise: tuple[DivergentRun, ...] = ()


class Manifest(BaseModel):
    """Every collection of one incident, and what derived the timeline where it was not the newest's build."""

    model_config = ConfigDict(frozen=True, extra="allow")

    manifest_version: int = MANIFEST_VERSION
    collections: tuple[Collection, ...] = ()
    derived: Derivation | None = None

    @property
    def newest(self) -> Collection | None:
        """The last collection; None before there is one."""
        return self.collections[-1] if self.collections else None

    @property
    def derivation(self) -> Derivation:
        """What derived the timeline: what is written down, else each collection's own build."""
        parsers = {s.collector: s.parser_version for c in self.collections for s in c.sources}
        return self.derived or Derivation(tool=self.collections[-1].tool, parsers=parsers)

    @property
    def unknown(self) -> list[str]:
        """The members that this version does not write, by name."""
        held: list[BaseModel] = [self, *self.collections, *([self.derived] if self.derived else [])]
        held += [c.tracker for c in self.collections if c.tracker]
        held += [part for c in self.collections for s in c.sources for part in (s, s.records) if part]
        more = {name for one in held for name in one.model_extra or ()}
        return sorted(
            more
            | {name for c in self.collections for e in c.exchanges for name in e.keys() - _EXCHANGE.keys()}
        )

    def derived_by(self, derivation: Derivation) -> Manifest:
        """Return this with what derived the timeline now; nothing is written down where it goes without saying."""
        plain = self.model_copy(update={"derived": None})
        told = None if plain.derivation == derivation else derivation
        return plain.model_copy(update={"derived": told})
