"""Which fields an index has, what they mean, and what a document's time exactly says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collectors.base import Payload, SourceError
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.opensearch.options import Fields, OpensearchOptions
from timeline.canonical import Json
from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, NS, Bounds, parse_instant, precise
from timeline.zones import read_time

#: Usual names of what a log document holds (ECS, OpenTelemetry, common loggers), best first.
USUAL: Mapping[str, tuple[str, ...]] = {
    "message": ("message", "body", "log", "msg", "text"),
    "level": ("log.level", "level", "severity", "severityText", "severity_text", "loglevel"),
    "service": ("service.name", "service", "serviceName", "resource.attributes.service.name", "app"),
    "host": ("host.name", "host", "hostname"),
    "trace": ("trace.id", "trace_id", "traceId"),
    "logger": ("log.logger", "logger", "logger_name"),
    "error": ("error.type", "exception.type", "attributes.exception.type"),
}
#: What makes a signature where none is configured.
SIGNATURE = ("level", "service", "logger", "error")
_TIMES = ("@timestamp", "timestamp", "time", "ts", "date", "created_at")
_RESOLUTION = {"date": 1_000_000, "date_nanos": 1}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_GROUPS = frozenset({"object", "nested"})


@dataclass(frozen=True)
class Layout:
    """What the indices of one read look like."""

    indices: tuple[str, ...]
    roles: Mapping[str, str]  # message, level, ... -> field
    signature: tuple[str, ...]  # fields that can be aggregated
    unfit: tuple[str, ...]  # configured signature fields that cannot be, or are nowhere
    types: Mapping[str, str]  # index -> date or date_nanos; "" for all others
    untimed: tuple[str, ...]  # indices whose time field is of another type
    seconds: frozenset[str] = frozenset()  # indices whose format counts seconds

    @property
    def nanos(self) -> bool:
        """Tell whether any index keeps nanoseconds."""
        return "date_nanos" in self.types.values()


def asked_fields(options: OpensearchOptions) -> list[str]:
    """Return every field whose type decides how documents are read."""
    usual = [name for names in USUAL.values() for name in names]
    given = [v for v in options.fields.model_dump().values() if v]
    wanted = dict.fromkeys([options.time, *_TIMES, *usual, *given, *options.signature])
    return [name for field in wanted for name in (field, f"{field}.keyword")]


def read_layout(payload: Payload, options: OpensearchOptions) -> Layout:
    """Read `_field_caps`; raise SourceError where nothing can be placed."""
    answer = payload.json()
    caps = fields.at(answer, "fields")
    indices = tuple(sorted(str(name) for name in fields.listing(answer, "indices")))
    if not isinstance(caps, dict) or not all(_is_caps(types) for types in caps.values()):
        raise UnreadableError("its fields are no field capabilities")
    if not indices:
        raise SourceError(
            "partial", f"no index matches {options.index!r}; check `index` and the user's rights"
        )
    types, untimed = _times(caps, options, indices)
    roles = _roles(caps, options.fields)
    wanted = options.signature or tuple(roles[r] for r in SIGNATURE if r in roles)
    fit = {field: _aggregatable(caps, field) for field in wanted}
    unfit = tuple(f for f, found in fit.items() if found is None) if options.signature else ()
    signature = tuple(dict.fromkeys(found for found in fit.values() if found))
    return Layout(indices, roles, signature, unfit, types, untimed)


def _is_caps(types: Json) -> bool:
    details = types.values() if isinstance(types, dict) else [None]
    return all(isinstance(fields.at(detail, "aggregatable"), bool) for detail in details)


def _times(
    caps: Json, options: OpensearchOptions, indices: tuple[str, ...]
) -> tuple[dict[str, str], tuple[str, ...]]:
    found: dict[str, str] = {}
    untimed: list[str] = []
    for name, detail in caps.get(options.time, {}).items():
        if name in _RESOLUTION:
            found |= dict.fromkeys(detail.get("indices") or [""], name)
        else:
            untimed += detail.get("indices") or indices
    if found:
        return found, tuple(sorted(untimed))
    others = [f"`{t}`" for t in _TIMES if set(caps.get(t, {})) & set(_RESOLUTION)]
    hint = f"; of type date there is {', '.join(others)}: set `time`" if others else "; set `time`"
    raise SourceError("undecodable", f"{options.index} has no field `{options.time}` of type date{hint}")


def _roles(caps: Json, mapped: Fields) -> dict[str, str]:
    given = {role: name for role, name in mapped.model_dump().items() if name}
    usual = {role: _first(caps, names) for role, names in USUAL.items()}
    return {role: name for role, name in {**usual, **given}.items() if name}


def _first(caps: Json, names: tuple[str, ...]) -> str | None:
    return next((n for n in names if n in caps and not set(caps[n]) & _GROUPS), None)


def _aggregatable(caps: Json, field: str) -> str | None:
    for name in (field, f"{field}.keyword"):
        found = caps.get(name)
        if found and all(detail.get("aggregatable") for detail in found.values()):
            return name
    return None


def counting_seconds(payload: Payload, field: str) -> frozenset[str]:
    """Return the indices whose mapping reads the time field as seconds since 1970."""
    answer = payload.json()
    found = []
    for index, detail in answer.items() if isinstance(answer, dict) else ():
        # By members: the field's own name may hold dots, and so may its last part.
        mapping = _member(_member(_member(detail, "mappings"), field), "mapping")
        own = next(iter(mapping.values()), None) if isinstance(mapping, dict) else None
        if fields.text(own, "format").split("||")[0] == "epoch_second":
            found.append(index)
    return frozenset(found)


def _member(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None


def text_of(value: Any) -> str | None:
    """Return a field's value as text (the first of several); None when it has none."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or value == "" or isinstance(value, dict):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def time_of(hit: Json, field: str, layout: Layout) -> Bounds:
    """Return a hit's exact time: what the engine holds, at the precision that the document shows.

    Raises UndecodableTimeError when the document has no such time.
    """
    held = _member(fields.at(hit, "fields"), field)
    if not held or not isinstance(held, list) or not all(isinstance(text, str) for text in held):
        raise UndecodableTimeError(f"document {hit.get('_id')} has no field {field}")
    index = fields.required(hit, "_index")
    width = _RESOLUTION[layout.types.get(index) or layout.types.get("") or "date"]
    engine = precise(min(parse_instant(text) for text in held), width)
    shown = fields.at(hit.get("_source"), field)
    if isinstance(shown, str) and not shown.isdigit():
        return _as_written(shown, engine)
    if index in layout.seconds and engine.latest // NS * NS == engine.earliest:
        return precise(engine.latest // NS * NS, NS)
    return engine


def _as_written(shown: str, engine: Bounds) -> Bounds:
    # The text may be finer (digits the type cut off) or coarser (whole seconds) than the type; it
    # is believed only where the engine read the same instant from it.
    try:
        day = _DAY.fullmatch(shown)
        written = (
            precise(parse_instant(f"{shown}T00:00Z"), 1440 * MINUTE)
            if day
            else read_time(shown, zone_name="UTC")
        )
    except UndecodableTimeError:
        return engine
    start = written.earliest
    assert start is not None
    assert engine.earliest is not None
    agrees = start <= engine.latest and engine.earliest <= written.latest
    return written if agrees else engine
