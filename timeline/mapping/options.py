"""What a mapping is told: which field of a row means what."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from timeline.kinds import Kind
from timeline.zones import Duration, parse_duration


class KindMap(BaseModel):
    """The kind of each row, by the value of a field; without `default`, other values are undecodable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(description="whose value tells the kind", examples=["event"])
    values: dict[str, Kind] = Field(
        description="value -> kind", examples=[{"ack": "alert.acknowledged", "page": "alert.notified"}]
    )
    default: Kind | None = Field(default=None, description="of every other value", examples=["custom"])

    def of(self, value: str | None) -> Kind | None:
        """Return the kind of rows whose field says this; None where that is not known."""
        return self.values.get(value or "", self.default)


class BotMap(BaseModel):
    """The values of a field that tell that the actor is a program."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(description="whose value tells that a program did it", examples=["actor_type"])
    values: tuple[str, ...] = Field(description="the values that say so", examples=[["bot", "service"]])


class FieldMap(BaseModel):
    """Which field (dotted for nested ones) of a row means what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time: str | tuple[str, ...] = Field(
        default="time", description="where the time stands; several where date, time and zone stand apart"
    )
    precision: Duration | None = Field(
        default=None, description="such as 1m; default: what the text shows", examples=["1m"]
    )
    year: int | None = Field(
        default=None, ge=1970, le=9998, description="of times that name none, as in syslog", examples=[2026]
    )
    unit: Literal["s", "ms", "us", "ns"] | None = Field(
        default=None,
        description="of times that are numbers: `s`, `ms`, `us` or `ns`",
        examples=["ms"],
    )
    kind: Kind | KindMap = Field(
        default="custom",
        description="the kind of every row, or a field that tells it",
        examples=["alert.notified"],
    )
    key: tuple[str, ...] = Field(
        default=(), description="fields that identify a row; default: all of it", examples=[["id"]]
    )
    thread: tuple[str, ...] = Field(
        default=(),
        description="fields that tie rows to one life: of an alert, a deploy",
        examples=[["alert_id"]],
    )
    subject: dict[str, str] = Field(
        default_factory=dict,
        description="service, component, environment or label -> field",
        examples=[{"service": "svc"}],
    )
    label: str | None = Field(
        default=None,
        description="the field that a statement names first; default: the thread",
        examples=["title"],
    )
    names: dict[str, str] = Field(
        default_factory=dict,
        description="other names in the kind's statement -> field",
        examples=[{"system": "tool"}],
    )
    quote: str | None = Field(
        default=None, description="the field of somebody's own words", examples=["text"]
    )
    actor: str | None = Field(default=None, description="the field of who did it", examples=["user"])
    bot: str | BotMap | None = Field(
        default=None, description="the field that tells whether the actor is a program", examples=["is_bot"]
    )
    link: str | None = Field(
        default=None, description="the field of the row's own page", examples=["html_url"]
    )
    clock: str | None = Field(
        default=None, description="the field that names whose clock told the time", examples=["host"]
    )

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
