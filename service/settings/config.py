"""`timeline.toml`: found from the working directory upward; unknown keys are errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.settings import senders
from service.settings.archive import ArchiveSettings
from service.settings.check import CheckSettings
from service.settings.reading import Reader, on_disk
from service.settings.remind import RemindSettings, ReviewSettings
from service.settings.serve import ServeSettings
from service.settings.sources import SourceConfig as SourceConfig
from service.settings.sources import from_entry, from_flag, is_option, unique
from service.settings.written import NOTHING, Written, decoded, shown
from timeline.canonical import canonical, sha256
from timeline.errors import UsageError
from timeline.invalid.problems import Problem, problems
from timeline.notes import tickets
from timeline.zones import Duration

FILE_NAME = "timeline.toml"
_MOST_FAULTS = 8  # lines of what is wrong; people mend some and look again
T = TypeVar("T")
P = ParamSpec("P")

Kind = Literal["email", "phone", "iban", "card", "ip", "national_id", "imei", "birth_date"]


def _ticket_url(value: str) -> str:
    if wrong := tickets.problem(value):
        raise ValueError(wrong)
    return value


class IncidentSettings(BaseModel):
    """Where an incident is looked up that has no file, or whose file says less."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tracker: str = Field(
        default="",
        description="the source that is asked what an incident is; default: each one that has incidents of such a name",
        examples=["pagerduty"],
    )


class Settings(BaseModel):
    """The top of `timeline.toml`; `people` joins one person's identities."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    out: str = Field(default="postmortems", description="a build goes to `<out>/<incident id>/`")
    evidence_dir: str = Field(
        default="",
        description="where evidence is kept instead of `evidence/` of the incident; payloads hold people's names",
        examples=["/srv/evidence"],
    )
    pad_before: Duration = Field(default="1h", description="sources are read from this long before the start")
    pad_after: Duration = Field(default="30m", description="and until this long after the end")
    incidents: str = Field(
        default="incidents/", description="where an id is looked for, as `<id>.toml`, `.yaml` or `.json`"
    )
    chart_url: str = Field(
        default="",
        description="what links from the draft to the page begin with, where they stand apart",
        examples=["https://postmortems.example/"],
    )
    # As little as the template below do links to tickets decide about the facts.
    ticket_url: Annotated[str, AfterValidator(_ticket_url)] = Field(
        default="",
        exclude=True,
        description="makes links of the keys of actions' tickets: `{ticket}` is the key, `{number}` the digits it ends with, `{project}` what stands before its `#`",
        examples=["https://jira.example.org/browse/{ticket}"],
    )
    # How a new draft is laid out decides nothing about the facts: no part of the configuration's digest.
    template: str = Field(
        default="default",
        exclude=True,
        description="of new drafts: a name of `timeline template list`, or a file of your own",
    )
    people: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="identities of one person, who then has one pseudonym; the key is yours and shown nowhere",
        examples=[{"alice": ["slack:T024BE7LD:U061F7AUR", "git:alice@example.org"]}],
    )
    # Named in the configuration's digest where they are set, so that those without stay what they are.
    redact_personal: bool | tuple[Kind, ...] = Field(
        default=(),
        exclude_if=lambda kinds: not kinds,
        description="data of persons that is taken out before anything is stored; true: all kinds; the extra `personal`",
        examples=[["email", "phone", "iban"]],
    )
    phone_regions: tuple[str, ...] = Field(
        default=(),
        exclude_if=lambda regions: not regions,
        description="whose national phone numbers are known; international ones always are",
        examples=[["DE", "AT"]],
    )
    incident: IncidentSettings = Field(
        default=IncidentSettings(),
        exclude_if=lambda told: not told.tracker,
        description="`[incident]`: below",
        examples=[{"tracker": "pagerduty"}],
    )
    # How pages are served decides nothing about a build: it is no part of the configuration's digest.
    serve: ServeSettings = Field(
        default=ServeSettings(),
        exclude=True,
        description="`timeline serve`: below",
        examples=[{"port": 8642}],
    )
    # As little does where incidents are searched,
    archive: ArchiveSettings = Field(
        default=ArchiveSettings(),
        exclude=True,
        description="`[archive]`: below; default: a file in the output folder",
        examples=[{"url": "https://search.example:9200", "name": "payments"}],
    )
    # and what a draft is checked by.
    check: CheckSettings = Field(
        default=CheckSettings(), exclude=True, description="`timeline check`: below", examples=[{"hours": 48}]
    )
    # Nor do who is told what is due, and when.
    review: ReviewSettings = Field(
        default=ReviewSettings(),
        exclude=True,
        description="`[review]`: below",
        examples=[{"follow_up": "30d"}],
    )
    remind: tuple[RemindSettings, ...] = Field(
        default=(),
        exclude=True,
        description="webhooks that are told what is due: `[[remind]]`",
        examples=[[{"name": "team-chat", "url": "env:REMIND_WEBHOOK"}]],
    )

    @field_validator("remind")
    @classmethod
    def _once(cls, value: tuple[RemindSettings, ...]) -> tuple[RemindSettings, ...]:
        named = [one.name for one in value]
        if twice := {name for name in named if named.count(name) > 1}:
            raise ValueError(f"{min(twice)!r} is there twice")
        return value


@dataclass(frozen=True)
class Config:
    """Settings and sources, and the folder that relative paths start from."""

    settings: Settings
    sources: tuple[SourceConfig, ...]
    folder: Path
    path: Path | None = None
    written: Written = NOTHING

    @property
    def digest(self) -> str:
        """SHA-256 over settings and sources."""
        sources = [[s.name, s.collector, s.written] for s in self.sources]
        return sha256(canonical([self.settings.model_dump(mode="json"), sources]))


def find(start: Path, read: Reader | None = None) -> Path | None:
    """Return the nearest `timeline.toml` from `start` upward; of what `read` gives, where that is given."""
    there = Path.is_file if read is None else lambda path: read(path) is not None
    return next((f / FILE_NAME for f in (start, *start.parents) if there(f / FILE_NAME)), None)


def load(path: Path | None, flags: Sequence[str] = (), *, start: Path | None = None) -> Config:
    """Read the configuration; `flags` (`COLLECTOR[:NAME]=TARGET`) stand in for its sources.

    Raises UsageError with a line for each thing that is wrong, up to a handful.
    """
    start = start or Path.cwd()
    found = path or find(start)
    written = _read(found) if found else NOTHING
    raw = written.table()
    faults = _Faults()
    entries = raw.pop("source", [])
    settings = faults.tried(_settings, raw, written)
    if flags:
        sources = [s for flag in flags for s in faults.tried(from_flag, flag) or ()]
    elif not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UsageError(
            f"{written.place(('source',))}a source is a table of its own, which begins with [[source]]"
        )
    else:
        sources = [
            s for n, entry in enumerate(entries) for s in faults.tried(from_entry, entry, n, written) or ()
        ]
    faults.refuse()
    assert settings is not None
    unique(sources, written if not flags else NOTHING)
    return Config(settings, tuple(sources), found.resolve().parent if found else start, found, written)


class _Faults:
    """What is wrong, gathered: people mend all of it at once."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def tried(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return what a reader gives; keep what it refuses."""
        try:
            return read(*args, **kwargs)
        except UsageError as err:
            self._lines += str(err).split("\n")
            return None

    def refuse(self) -> None:
        """Raise UsageError with what was kept."""
        if not self._lines:
            return
        more = len(self._lines) - _MOST_FAULTS
        raise UsageError(
            "\n".join([*self._lines[:_MOST_FAULTS], *([f"and {more} more"] if more > 0 else [])])
        )


def settings_only(path: Path | None, read: Reader = on_disk) -> Config:
    """Read where things are, without the sources: rebuilding offline needs no collector options."""
    found = path or find(Path.cwd(), read)
    written = _read(found, read) if found else NOTHING
    raw = {k: v for k, v in written.table().items() if k != "source"}
    folder = found.resolve().parent if found else Path.cwd()
    return Config(_settings(raw, written, senders_too=False), (), folder, found, written)


def of_incident(path: Path | None, directory: Path, read: Reader = on_disk) -> Config:
    """Return the settings for a built incident: given, found from here upward, or from its folder upward.

    `read` gives the files: those on the disk, or of a commit.
    """
    conf = settings_only(path or find(Path.cwd(), read) or find(directory.resolve(), read), read)
    url = chart_url(conf.settings, directory.resolve().name)
    return replace(conf, settings=conf.settings.model_copy(update={"chart_url": url}))


def in_folder(conf: Config, out: Path) -> Config:
    """Return a configuration whose incidents lie in another folder than it says."""
    return replace(conf, settings=conf.settings.model_copy(update={"out": str(out.resolve())}))


def chart_url(settings: Settings, identity: str) -> str:
    """Return the prefix of links to an incident's page: `{id}` in it is the incident's id."""
    return settings.chart_url.replace("{id}", identity)


def _read(path: Path, read: Reader = on_disk) -> Written:
    try:
        data = read(path)
    except OSError as err:
        raise UsageError(f"{shown(path)} cannot be read: {err.strerror or err}") from err
    if data is None:
        if read is on_disk and path.is_dir():
            raise UsageError(
                f"{shown(path)} is a folder; name the file in it, such as {shown(path / FILE_NAME)}"
            )
        raise UsageError(f"{shown(path)}: there is no such configuration file; `timeline init` writes one")
    return decoded(path, data)


def _settings(raw: dict[str, Any], written: Written, *, senders_too: bool = True) -> Settings:
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as err:
        raise UsageError(written.said(list(_moved(problems(err, Settings, raw))))) from err
    if senders_too:
        senders.check(settings.serve, written)
    return settings


def _moved(told: Sequence[Problem]) -> Iterator[Problem]:
    """Say of a source's option at the top that it stands in a source."""
    for path, text in told:
        if len(path) == 1 and text.startswith("unknown key") and is_option(str(path[0])):
            text = f"unknown key {path[0]!r}: a source's options stand below its line [[source]]"
        yield Problem(path, text)
