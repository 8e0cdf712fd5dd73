"""What a mapping is told: which field of a row means what."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from timeline.kinds import Kind
from timeline.zones import Duration, parse_duration


class KindMap(BaseModel):
    """The kind of each row, by the value of a field; without `default`, other values are undecodable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    values: dict[str, Kind]
    default: Kind | None = None

    def of(self, value: str | None) -> Kind | None:
        """Return the kind of rows whose field says this; None where that is not known."""
        return self.values.get(value or "", self.default)


class BotMap(BaseModel):
    """The values of a field that tell that the actor is a program."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    values: tuple[str, ...]


class FieldMap(BaseModel):
    """Which field (dotted for nested ones) of a row means what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time: str | tuple[str, ...] = Field(
        default="time", description="several where date, time and zone stand apart"
    )
    precision: Duration | None = Field(default=None, description="such as 1m; default: what the text shows")
    year: int | None = Field(
        default=None, ge=1970, le=9998, description="of times that name none, as in syslog"
    )
    unit: str | None = Field(default=None, pattern="^(s|ms|us|ns)$", description="of times that are numbers")
    kind: Kind | KindMap = "custom"
    key: tuple[str, ...] = Field(default=(), description="what identifies a row; default: all of it")
    thread: tuple[str, ...] = ()
    subject: dict[str, str] = Field(
        default_factory=dict, description="service, component, environment or label"
    )
    label: str | None = Field(default=None, description="what a statement names first; default: the thread")
    names: dict[str, str] = Field(default_factory=dict, description="other names in the kind's statement")
    quote: str | None = None
    actor: str | None = None
    bot: str | BotMap | None = Field(
        default=None, description="the field that tells whether the actor is a program"
    )
    link: str | None = None
    clock: str | None = None

    @field_validator("key", "thread", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("time")
    @classmethod
    def _named(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if value == ():
            raise ValueError("`time` names no field")
        return value

    @property
    def time_fields(self) -> tuple[str, ...]:
        """The fields that a time stands in."""
        return (self.time,) if isinstance(self.time, str) else self.time

    @field_validator("precision")
    @classmethod
    def _some(cls, value: str | None) -> str | None:
        return value if value and parse_duration(value) else None
