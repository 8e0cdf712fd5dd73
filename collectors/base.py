"""What a collector is: it declares options, fetches with an injected client, and parses purely."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from timeline.canonical import Json, loads_loosely
from timeline.errors import TimelineError
from timeline.model import Evidence, Fact, Gap, GapReason, Impact, Incident, Panel, Person, Window, gap
from timeline.text import line
from timeline.zones import ClockOffset, Duration

#: What a collector yields; the order never matters.
Record = Fact | Gap | Person | Panel | Impact
#: A collector's own `gap`.
MakeGap = Callable[..., Gap]
#: How a collector was tested: against the real system, an emulator of it, a fake that the vendor's schema or typed
#: client checks, on recorded answers, a fake of ours alone.
TestedAgainst = Literal["real", "emulator", "schema", "recorded", "fake"]
MAX_PAYLOAD = 16 * 2**20  # bytes of one payload; more must be split by the collector


class SourceError(TimelineError):
    """A source could not give something; becomes a gap with this reason and message."""

    def __init__(self, reason: GapReason, message: str) -> None:
        # A message may quote the source: it reaches terminals and documents.
        super().__init__(line(message))
        self.reason: GapReason = reason


class PayloadTooLargeError(SourceError):
    """An answer is over 16 MiB; the collector should ask for less at once, else it is a gap."""

    def __init__(self, message: str) -> None:
        super().__init__("truncated", message)


@dataclass(frozen=True)
class Answer:
    """What one exchange brought: bytes with their form, and for HTTP the status and headers."""

    body: bytes
    form: str = "json"  # json, jsonl, csv, txt or bin
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    numbers_from: int | None = None  # from this byte on are packed numbers alone: nothing to redact
    redacted: Mapping[str, int] = field(default_factory=dict)  # by kind, what is marked in the body already


@dataclass(frozen=True)
class Payload:
    """A stored (redacted) payload: `parse` sees only this. Header names are lower case."""

    sha256: str
    data: bytes
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Json:
        """Decode the payload as JSON; raise SourceError(undecodable)."""
        import orjson

        try:
            return orjson.loads(self.data)
        except orjson.JSONDecodeError as err:
            if b"\\ud" in self.data.lower():
                return _loosely(self.data)
            raise SourceError("undecodable", f"an answer is not JSON: {err}") from err


def _loosely(data: bytes) -> Json:
    # Cut emoji leave lone surrogates behind in real chats and logs.
    try:
        return loads_loosely(data, allow_nan=False)
    except ValueError as err:
        raise SourceError("undecodable", f"an answer is not JSON: {err}") from err


class Tape(Protocol):
    """Every exchange goes through the tape: it performs and stores, or replays what was stored."""

    @property
    def replaying(self) -> bool:
        """Tell whether answers come from the evidence alone (no socket, no process, no file)."""

    async def exchange(
        self, request: Mapping[str, Json], perform: Callable[[], Awaitable[Answer]], *, attempt: int = 1
    ) -> Payload:
        """Perform the exchange and store what came, or replay it; failures are stored and raised.

        `request` is the canonical request: it names everything that decides the answer and holds
        no secret. `perform` raises SourceError for a failure. Raises PayloadTooLargeError past 16 MiB.
        """


@dataclass
class Context:
    """What a collector is given by the build."""

    source: str
    incident: Incident
    now: int  # ns; the collection's time, the same at every replay
    tape: Tape
    secret: Callable[[str], str]  # reference -> secret; never called while replaying
    progress: Callable[[str], None] = lambda _: None
    resolve_path: Callable[[str], str] = lambda path: path  # relative to the configuration file
    shared: dict[str, Any] = field(default_factory=dict)  # what the sources of one build have together
    connects: int = 4  # how often a host that cannot be reached is tried
    #: Is told a secret that a system gave: it is redacted from then on.
    conceal: Callable[[str], object] = lambda _: None
    first: str = ""  # the name under which the source was read first, where that is another one
    assumed: list[str] = field(
        default_factory=list
    )  # what the source cannot tell, and is no gap: for provenance


class Options(BaseModel):
    """Options that every source has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    origin: str | None = Field(
        default=None,
        description="the system's own identity, where two sources read one system; default: the source's name",
        examples=["prometheus-eu"],
    )
    clock_error: Duration = Field(
        default="1s",
        description="how far the source's clock may be off; widens comparisons with other clocks",
    )
    clock_offset: ClockOffset = Field(
        default="0s",
        description="what the source's clock shows minus what is so; taken off all its times",
        examples=["-75s"],
    )
    time_cap: Duration = Field(
        default="60s",
        description="of waiting for the source, pauses included; what is past it is a `timed_out` gap",
    )

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        return ()


class Mark(NamedTuple):
    """How a system is known where people give its address, a folder or a file: each part that is set must fit.

    `get`: a path below the address, whose JSON has all `members` (dotted). `inside`: names that a folder, or a ZIP
    archive, holds at its top. `suffixes`: how a file's name ends. `address`: a pattern whose first group is the target.
    """

    get: str = ""
    members: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    address: str = ""


class Suggestion(NamedTuple):
    """What a look at a source proposes for one of its options, and why; not `is_sure`: as a comment."""

    option: str
    value: Json
    why: str
    is_sure: bool = True


class Manual(NamedTuple):
    """What the page of a collector says beside its options, in Markdown; each of `reads` and `limits` is one line.

    `reads`: what is asked for and which facts it becomes. `rights`: the credential, where it is made, what it must be
    allowed. `precision`: of its times, as recorded. `limits`: what it cannot give, and what then is seen. `example`:
    options of a source that works as it stands, but for addresses and credentials.
    """

    reads: tuple[str, ...]
    rights: str
    precision: str
    limits: tuple[str, ...]
    example: Mapping[str, Json]


@dataclass(frozen=True)
class Check:
    """One line of `timeline doctor`: what was looked at, whether it is well, and the detail."""

    name: str
    ok: bool
    detail: str


OptionsT = TypeVar("OptionsT", bound=Options)


class Collector(Generic[OptionsT]):
    """Base of every collector; a subclass is one file.

    Class attributes: `name`, `family` (alerts, metrics, changes, chat, logs, any), `summary`
    (one line), `manual`, `tested_against`, `options_type`, `target` (the option that `--source
    NAME=TARGET` sets), `reads` (the other options that say what is read: two sources that differ in
    one of them are two, whatever their names), `marks` (how such a system is known, each by itself enough), `identities` (see `identifying`), `most_facts` (that a build keeps of one source:
    the earliest; higher where what is read is the user's own file), `parser_version` (raised when `parse` reads the same bytes otherwise,
    or the collector asks for others).
    """

    name: ClassVar[str]
    family: ClassVar[str]
    summary: ClassVar[str]
    manual: ClassVar[Manual | None] = None
    tested_against: ClassVar[TestedAgainst] = "recorded"
    options_type: ClassVar[type[Options]]
    target: ClassVar[str] = "url"
    reads: ClassVar[tuple[str, ...]] = ()
    most_facts: ClassVar[int] = 250_000
    identities: ClassVar[tuple[str, ...]] = ()
    marks: ClassVar[tuple[Mark, ...]] = ()
    parser_version: ClassVar[int] = 1

    def __init__(self, options: OptionsT, context: Context) -> None:
        self.options: OptionsT = options
        self.context = context

    @classmethod
    def identifying(cls, options: OptionsT) -> tuple[str, ...]:  # noqa: ARG003 - for those that are told
        """Return the members of answers that tell people (and records) apart; `\\n` for a line that is
        an address, `*` for all of them.

        They stay as they are where data of persons is taken out of the rest.
        """
        return cls.identities

    @property
    def origin(self) -> str:
        """The `origin` option, which defaults to the name under which the source was read first."""
        return self.options.origin or self.context.first or self.context.source

    def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield facts, gaps, people and panels for `[start, end)`; raise SourceError to end in a gap."""
        raise NotImplementedError

    def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: reachable, authorised, clock offset, retention."""
        raise NotImplementedError

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield what `timeline init` proposes, and people whom other sources may know too; raise SourceError."""
        nothing: tuple[Suggestion | Person, ...] = ()
        for one in nothing:
            yield one

    def gap(
        self, reason: GapReason, window: Window, statement: str, *,
        missing: str | None = None, evidence: tuple[Evidence, ...] = (),
    ) -> Gap:  # fmt: skip
        """Make a gap of this source over `window`."""
        return gap(
            self.context.source,
            reason,
            window.start,
            window.end,
            statement,
            missing=missing,
            evidence=evidence,
        )

    def evidence(
        self,
        payload: Payload | None,
        pointer: str | None = None,
        *,
        query: str | None = None,
        link: str | None = None,
    ) -> Evidence:
        """Make an evidence entry of this source."""
        return Evidence(
            source=self.context.source, payload=payload.sha256 if payload else None,
            pointer=pointer, query=query, link=link,
        )  # fmt: skip


AnyCollector = Collector[Any]
