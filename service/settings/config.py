"""`timeline.toml`: found from the working directory upward; unknown keys are errors."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collectors.base import AnyCollector, Options
from service.settings import registry, senders
from service.settings.check import CheckSettings
from service.settings.reading import Reader, on_disk
from service.settings.serve import ServeSettings
from timeline.assembly.reading import OWN_SOURCE
from timeline.canonical import canonical, sha256
from timeline.errors import UsageError
from timeline.zones import Duration

FILE_NAME = "timeline.toml"


Kind = Literal["email", "phone", "iban", "card", "ip", "national_id", "imei", "birth_date"]


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
    # How pages are served decides nothing about a build: it is no part of the configuration's digest.
    serve: ServeSettings = Field(
        default=ServeSettings(),
        exclude=True,
        description="`timeline serve`: below",
        examples=[{"port": 8642}],
    )
    # As little does what a draft is checked by.
    check: CheckSettings = Field(
        default=CheckSettings(), exclude=True, description="`timeline check`: below", examples=[{"hours": 48}]
    )


@dataclass(frozen=True)
class SourceConfig:
    """One configured source read by one collector; `options` are as written, without secrets."""

    name: str
    collector: str
    options: Options
    written: dict[str, Any]

    @property
    def type(self) -> type[AnyCollector]:
        """The collector's class."""
        return registry.load(self.collector)


@dataclass(frozen=True)
class Config:
    """Settings and sources, and the folder that relative paths start from."""

    settings: Settings
    sources: tuple[SourceConfig, ...]
    folder: Path
    path: Path | None = None

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
    """Read the configuration; `flags` (`COLLECTOR[:NAME]=TARGET`) stand in for its sources."""
    start = start or Path.cwd()
    if path is not None and not path.is_file():
        raise UsageError(f"{path}: there is no such configuration file; `timeline init` writes one")
    found = path or find(start)
    raw = _read(found) if found else {}
    folder = found.resolve().parent if found else start
    entries = raw.pop("source", [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UsageError(f"{found}: sources are written as [[source]] tables")
    settings = _validated(Settings, raw, str(found))
    senders.check(settings.serve, str(found))
    if flags:
        sources = [s for flag in flags for s in _from_flag(flag)]
    else:
        sources = [
            s for n, entry in enumerate(entries, 1) for s in _from_entry(entry, f"{found}, source {n}")
        ]
    _unique(sources)
    return Config(settings, tuple(sources), folder, found)


def settings_only(path: Path | None, read: Reader = on_disk) -> Config:
    """Read where things are, without the sources: rebuilding offline needs no collector options."""
    found = path or find(Path.cwd(), read)
    raw = {k: v for k, v in (_read(found, read) if found else {}).items() if k != "source"}
    folder = found.resolve().parent if found else Path.cwd()
    return Config(_validated(Settings, raw, str(found)), (), folder, found)


def of_incident(path: Path | None, directory: Path, read: Reader = on_disk) -> Config:
    """Return the settings for a built incident: given, found from here upward, or from its folder upward.

    `read` gives the files: those on the disk, or of a commit.
    """
    return settings_only(path or find(Path.cwd(), read) or find(directory.resolve(), read), read)


def _read(path: Path, read: Reader = on_disk) -> dict[str, Any]:
    try:
        data = read(path)
        if data is None:
            raise UsageError(f"{path}: there is no such configuration file")
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError, OSError) as err:
        raise UsageError(f"{path} cannot be read: {err}") from err


def _from_entry(entry: dict[str, Any], where: str) -> list[SourceConfig]:
    options = dict(entry)
    name, collector = options.pop("name", None), options.pop("collector", None)
    if not isinstance(collector, str):
        raise UsageError(f"{where}: `collector` is missing; see `timeline collectors`")
    name = name if name is not None else collector
    return [source(name, one, _for_one(one, collector, options), where) for one in registry.expand(collector)]


def _for_one(one: str, collector: str, options: dict[str, Any]) -> dict[str, Any]:
    """Hand each collector behind a short name the options that are its own."""
    if one == collector:
        return options
    others = {
        k for c in registry.expand(collector) if c != one for k in registry.load(c).options_type.model_fields
    }
    mine = registry.load(one).options_type.model_fields
    return {key: value for key, value in options.items() if key in mine or key not in others}


def source(name: Any, collector: str, options: dict[str, Any], where: str) -> SourceConfig:
    """Make one source; raise UsageError that names the key, and the nearest valid one."""
    if not isinstance(name, str) or not name.strip() or name == OWN_SOURCE or not name.isprintable():
        raise UsageError(f"{where}: {name!r} cannot name a source")
    made = _validated(registry.load(collector).options_type, options, f"{where} ({name})")
    return SourceConfig(name, collector, made, options)


def _from_flag(flag: str) -> list[SourceConfig]:
    head, equals, target = flag.partition("=")
    collector, _, name = head.partition(":")
    if not equals or not target:
        raise UsageError(
            f"--source {flag}: write it as COLLECTOR[:NAME]=TARGET, such as prometheus=http://localhost:9090"
        )
    found = []
    for one in registry.expand(collector):
        options = {registry.load(one).target: target}
        found.append(source(name or collector, one, options, f"--source {flag}"))
    return found


def _unique(sources: Sequence[SourceConfig]) -> None:
    seen: set[tuple[str, str]] = set()
    for one in sources:
        if (one.name, one.collector) in seen:
            raise UsageError(f"two sources are named {one.name!r}; give each a name of its own")
        seen.add((one.name, one.collector))


def _validated(model: type[Any], raw: dict[str, Any], where: str) -> Any:
    try:
        return model.model_validate(raw)
    except ValidationError as err:
        raise UsageError("; ".join(_explain(e, model, where) for e in err.errors()[:5])) from err


def _explain(error: Any, model: type[BaseModel], where: str) -> str:
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _fields_at(model, error["loc"][:-1])
        return f"{where}: unknown key {path!r}{registry.nearest(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        return f"{where}: {path!r} is missing"
    # Never the input itself: it may be a secret written in the wrong place.
    return (
        f"{where}: {path!r}: {error['msg'].removeprefix('Value error, ').replace('a valid tuple', 'a list')}"
    )


def _fields_at(model: Any, path: Sequence[Any]) -> list[str]:
    for part in path:
        if isinstance(part, str) and hasattr(model, "model_fields") and part in model.model_fields:
            model = _inner(model.model_fields[part].annotation)
    return list(getattr(model, "model_fields", {}))


def _inner(annotation: Any) -> Any:
    """Return the model inside `tuple[Model, ...]`, `Model | None` and the like."""
    if hasattr(annotation, "model_fields"):
        return annotation
    return next(
        (m for a in getattr(annotation, "__args__", ()) if hasattr(m := _inner(a), "model_fields")), None
    )
