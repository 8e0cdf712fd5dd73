"""A line of a log as a row that a mapping reads: what it says, its fields, and what they usually mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import Field

from collectors.kit.logs.signatures import USUAL
from timeline.mapping.options import FieldMap
from timeline.model import Subject
from timeline.values import Row, text_at

#: What a store's own names of these roles come before, in `ROLES`.
_LABELS: Mapping[str, tuple[str, ...]] = {
    "level": ("level", "detected_level"),
    "service": ("service_name", "service", "app", "job"),
    "host": ("host", "hostname", "node_name", "instance", "pod"),
}
#: Where each role is looked for, the store's labels first, then the usual names of documents.
ROLES: Mapping[str, tuple[str, ...]] = {
    role: tuple(dict.fromkeys((*_LABELS.get(role, ()), *names)))
    for role, names in USUAL.items()
    if role != "message"
}
_SHOWN = ("level", "logger", "host", "trace")


class LineMap(FieldMap):
    """Which field of a line means what; `service`, `level`, `host` and `trace` are found under their usual names."""

    label: str | None = Field(default="level", description="the field that a statement names first")
    names: dict[str, str] = Field(
        default={"source": "service"}, description="names in the kind's statement -> field"
    )
    subject: dict[str, str] = Field(
        default={"service": "service", **{name: name for name in _SHOWN}},
        description="service, component, environment or label -> field",
    )
    quote: str | None = Field(default="line", description="the field of the line's own words")
    clock: str | None = Field(default="host", description="the field that names whose clock told the time")


def row_of(time: str, line: str, held: Mapping[str, Any], *, under: str) -> dict[str, Any]:
    """Return a line as a row: `time`, `line`, its labels or fields `under` their name, `json` where it is an object."""
    row: dict[str, Any] = {"time": time, "line": line, under: held}
    if line.lstrip().startswith("{"):
        try:
            spoken = orjson.loads(line)
        except orjson.JSONDecodeError:
            spoken = None
        if isinstance(spoken, dict):
            row["json"] = spoken
    return {**row, **roles_of(held, row.get("json", {}))}


def roles_of(*held: Row) -> dict[str, str]:
    """Return what is usually meant by service, level, host and so on, by the first that has it."""
    found = {}
    for role, names in ROLES.items():
        value = next((text for row in held for name in names if (text := text_at(row, name))), None)
        if value:
            found[role] = value
    return found


def subject_of(roles: Mapping[str, str]) -> Subject:
    """Return what lines with these roles are about."""
    labels = {name: roles[name] for name in _SHOWN if name in roles}
    return Subject(service=roles.get("service"), labels=dict(sorted(labels.items())))
