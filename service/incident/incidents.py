"""Incidents: looked up by id in configured files, read from a path, or made from flags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from service.settings.registry import nearest
from service.settings.written import decoded, shown
from timeline.assembly.reading import OWN_SOURCE
from timeline.errors import TimelineError, UndecodableTimeError, UsageError
from timeline.instant import Instant, format_instant, parse_instant
from timeline.invalid.problems import Problem, problems
from timeline.model import Gap, Incident, Window, gap
from timeline.zones import parse_duration

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ID_FORM = "use letters, digits, '.', '_' and '-', such as INC-42"
_FIRST, _LAST = parse_instant("0001-01-01T00:00:00Z"), parse_instant("9999-12-31T23:59:59Z")
SUFFIXES = (".toml", ".yaml", ".yml", ".json")


_YAML_NULL = ("", "~", "null", "Null", "NULL")  # `end:` of a template that nobody filled in


class IncidentForm(BaseModel):
    """An incident file's members, as they may be written."""

    id: str = Field(description="default: the file's name without its suffix", examples=["INC-42"])
    title: str | None = Field(default=None, description="heads page and draft", examples=["Checkout errors"])
    severity: str | None = Field(default=None, description="as your scale has it", examples=["SEV1"])
    start: Instant | None = Field(
        default=None,
        description="with a zone; the window begins `pad_before` earlier",
        examples=["2026-11-21T14:02:00Z"],
    )
    end: Instant | None = Field(
        default=None,
        description="with a zone; absent while it lasts: the window then ends now",
        examples=["2026-11-21T15:10:00Z"],
    )
    services: tuple[str, ...] = Field(
        default=(), description="what it hit: tells which facts are of it", examples=[["checkout"]]
    )
    alert: str | None = Field(
        default=None,
        description="the alert of the headline, which detection is measured by",
        examples=["CheckoutLatencyHigh"],
    )
    detected: Instant | None = Field(
        default=None, description="claimed: when people knew", examples=["2026-11-21T14:13Z"]
    )
    mitigated: Instant | None = Field(
        default=None, description="claimed: when customers were well again", examples=["2026-11-21T14:44Z"]
    )
    resolved: Instant | None = Field(
        default=None,
        description="claimed: when it was over",
        examples=["2026-11-21T15:05Z"],
    )
    roles: dict[str, str] = Field(
        default={},
        description="role -> an identity, which becomes a pseudonym",
        examples=[{"incident commander": "slack:T024BE7LD:U061F7AUR"}],
    )
    channels: tuple[str, ...] = Field(
        default=(), description="chat that is read, where a source names none", examples=[["inc-42"]]
    )
    links: tuple[str, ...] = Field(
        default=(),
        description="pages that belong to it, listed in the draft",
        examples=[["https://status.example/i/42"]],
    )
    labels: dict[str, str] = Field(
        default={},
        description="anything else; its values tell which facts are of it",
        examples=[{"quarter": "2026-Q4"}],
    )

    def incident(self) -> Incident:
        """Return the incident that the file describes."""
        members = {name: getattr(self, name) for name in type(self).model_fields}
        return Incident(
            **members | {name: dict(sorted(members[name].items())) for name in ("roles", "labels")}
        )


@dataclass(frozen=True)
class IncidentSource:
    """An incident and the file it was read from, if any."""

    incident: Incident
    path: Path | None = None
    data: bytes = b""


def is_id(text: str) -> bool:
    """Tell whether a text may be an incident's id: it cannot leave the output folder."""
    return _ID.fullmatch(text) is not None and ".." not in text


def check_id(identity: str) -> str:
    """Return the id; raise UsageError when it could leave the output folder."""
    if not is_id(identity):
        raise UsageError(f"{identity!r} is no incident id: {_ID_FORM}")
    return identity


def is_path(text: str) -> bool:
    """Tell whether `--incident` names a file rather than an id."""
    try:
        return Path(text).suffix in SUFFIXES and Path(text).is_file()
    except OSError:  # a name that no file can have
        return False


def find(text: str, folder: Path, *, bare: bool) -> IncidentSource:
    """Find `--incident ID|FILE`; `bare` allows an id without a file (then flags give the window)."""
    if is_path(text):
        return read(Path(text))
    if Path(text).suffix in SUFFIXES and ("/" in text or not bare):
        _refuse_folder(Path(text))
        raise UsageError(f"{text}: there is no such incident file")
    check_id(text)
    paths = [folder / f"{text}{suffix}" for suffix in SUFFIXES]
    files = [path for path in paths if path.is_file()]
    if len(files) > 1:  # which of them is meant nobody can tell
        named = " and ".join(path.name for path in files)
        raise UsageError(
            f"incident {text} has {len(files)} files in {shown(folder)}: {named}; keep one, or name the file itself"
        )
    if files:
        return _same(read(files[0]), text)
    for path in paths:
        _refuse_folder(path)
    if bare:
        return IncidentSource(Incident(id=text))
    near = nearest(text, _known(folder))
    how = " Else write one" if near else "; write one"
    raise UsageError(
        f"incident {text} is unknown: there is no {text}.toml, .yaml or .json in {folder}{near}{how}, or give"
        " --start and --end, or --since"
    )


def only(folder: Path) -> str:
    """Return the id of the only incident that has a file in a folder; raise UsageError where there is none, or another."""
    known = _known(folder)
    if len(known) == 1:
        return known[0]
    listed = ", ".join(known[-10:])
    told = f"{folder} has {len(known)}: {listed}" if known else f"there is no incident file in {folder}"
    raise UsageError(f"name an incident, such as `timeline build INC-42`; {told}")


def _known(folder: Path) -> list[str]:
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    return [path.stem for path in files if path.suffix in SUFFIXES and path.is_file()]


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{shown(path)} is a folder; an incident file is one of TOML, YAML or JSON")


def _same(found: IncidentSource, identity: str) -> IncidentSource:
    # A file copied from the last incident, its id left as it was: it would be built over that one.
    if found.incident.id != identity:
        raise UsageError(
            f"{found.path} says `id` {found.incident.id!r}, not {identity!r}: correct it, or name the file itself"
        )
    return found


def read(path: Path) -> IncidentSource:
    """Read an incident file (TOML, YAML or JSON); raise UsageError with what is wrong where."""
    try:
        data = path.read_bytes()
    except OSError as err:
        raise UsageError(f"{shown(path)} cannot be read: {err.strerror}") from err
    raw, written = parse(path, data, strict=True), decoded(path, data)
    if not isinstance(raw, dict):
        raise UsageError(
            f"{shown(path)}: an incident file holds id, title, severity, start, end, services, ..."
        )
    raw.setdefault("id", path.stem)
    form, told = _form(raw)
    if not is_id(str(raw["id"])):
        what = repr(path.stem) if raw["id"] == path.stem else "'id'"  # what a file says may hold a secret
        told.append(Problem(("id",), f"{what} is no incident id: {_ID_FORM}"))
    if form is None or told:
        raise UsageError(written.said(told))
    try:
        return IncidentSource(form.incident(), path, data)
    except TimelineError as err:
        raise UsageError(f"{written.place(('id',))}{err}") from err


def _form(raw: dict[str, Any]) -> tuple[IncidentForm | None, list[Problem]]:
    """Return the file's members as they are read, or None, and all that is wrong with them."""
    known = list(IncidentForm.model_fields)
    others = f"; known are {', '.join(known)}"
    told = [
        Problem((key,), f"unknown key {key!r}{nearest(key, known) or others}")
        for key in map(str, raw)
        if key not in known
    ]
    members = {str(k): _plain(v, str(k), told) for k, v in raw.items()}
    faulty = {problem.path[0] for problem in told}
    right = {key: value for key, value in members.items() if key not in faulty}
    try:
        return IncidentForm.model_validate(right), told
    except ValidationError as err:
        return None, told + [one for one in problems(err, IncidentForm, right) if one.path != ("id",)]


def parse(path: Path, data: bytes, *, strict: bool = False) -> Any:
    """Decode an incident file by its suffix; raise UsageError, with `strict` for a key that is there twice."""
    import yaml

    written = decoded(path, data)
    if path.suffix == ".toml":
        return written.table()
    try:
        if path.suffix == ".json":
            return json.loads(written.text, object_pairs_hook=_once if strict else None)
        node = yaml.compose(written.text, Loader=yaml.BaseLoader)
        if strict and isinstance(node, yaml.MappingNode):
            _once((str(key.value), None) for key, _ in node.value)
        raw = yaml.load(written.text, Loader=yaml.BaseLoader)  # noqa: S506 - strings only: no tag makes an object
        return {k: v for k, v in raw.items() if v not in _YAML_NULL} if isinstance(raw, dict) else raw
    except json.JSONDecodeError as err:
        raise UsageError(f"{shown(path)}:{err.lineno}:{err.colno}: it is no JSON: {err.msg}") from err
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UsageError(f"{shown(path)}{place}: it is no YAML: {err.problem or err.context}") from err
    except (ValueError, RecursionError, yaml.YAMLError) as err:
        raise UsageError(f"{shown(path)} cannot be read: {err}") from err


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dict; raise ValueError where a key comes twice: one of them would be lost."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is there twice")
        found[key] = value
    return found


def _plain(value: Any, key: str, told: list[Problem]) -> Any:
    """Turn TOML's own date-times into text, so that one rule about zones holds for all forms."""
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    if key in {"start", "end", "detected", "mitigated", "resolved"} and isinstance(value, str | int | float):
        try:
            return parse_instant(str(value))
        except UndecodableTimeError as err:
            told.append(Problem((key,), f"{key!r}: {err}"))
    return value


def read_instant(text: str, what: str) -> int:
    """Read a time with a zone; raise UsageError naming what it was for."""
    try:
        return parse_instant(text)
    except UndecodableTimeError as err:
        raise UsageError(f"{what}: {err}") from err


def window(incident: Incident, pad_before: str, pad_after: str, now: int) -> tuple[Window, list[Gap]]:
    """Return the padded window, its end clamped to now, and what is left of it as a not_yet gap."""
    start, end = incident.start, incident.end
    if start is None:
        raise UsageError(f"incident {incident.id} has no start: put `start` in its file, or give --start")
    if start >= now:
        raise UsageError(f"incident {incident.id} starts at {format_instant(start)}, which is ahead of now")
    if end is not None and end <= start:
        raise UsageError(
            f"incident {incident.id} ends at {format_instant(end)}, not after its start {format_instant(start)}"
        )
    wanted = (now if end is None else end) + parse_duration(pad_after)
    reached = min(wanted, now)
    collected = Window(start=start - parse_duration(pad_before), end=reached)
    if collected.start < _FIRST or wanted > _LAST:
        raise UsageError(
            f"incident {incident.id}: its padded window leaves the years 1 to 9999, which can be written"
        )
    if wanted <= now:
        return collected, []
    open_end = "The incident has no end yet" if end is None else "The end of the window is ahead"
    text = f"{open_end}: collected until {format_instant(reached)}; run again after {format_instant(wanted)}"
    return collected, [gap(OWN_SOURCE, "not_yet", reached, wanted, text)]
