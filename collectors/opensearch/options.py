"""What an `opensearch` source is told: where to look, what to ask, and which field means what."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from collectors.kit.http import HttpOptions
from timeline.kinds import Kind
from timeline.mapping.options import KindMap
from timeline.zones import Duration, parse_duration

#: Words of ours in templates: a document's prose never fills them.
_OUR_WORDS = frozenset({"op", "scope", "step", "system", "unit", "actor", "reply"})


class Fields(BaseModel):
    """Which field holds what; a field left out is looked for under its usual names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    message: str | None = Field(None, description="the line itself", examples=["log.message"])
    level: str | None = Field(None, description="how grave it is", examples=["severity_text"])
    service: str | None = Field(None, description="whose log it is", examples=["service.name"])
    host: str | None = Field(None, description="the machine, container or pod", examples=["host.name"])
    trace: str | None = Field(None, description="the id of its trace", examples=["trace.id"])
    logger: str | None = Field(None, description="the part of the program", examples=["log.logger"])
    error: str | None = Field(None, description="the type of what was thrown", examples=["error.type"])
    actor: str | None = Field(
        None,
        description="who did it; never guessed: a log's `user` is seldom who wrote it",
        examples=["user.name"],
    )
    channel: str | None = Field(None, description="of chat in an index: where it was said", examples=["room"])
    thread: str | None = Field(None, description="ties documents to one life", examples=["alert.id"])
    key: str | None = Field(
        None, description="the record's own key where `_id` is not it", examples=["event.id"]
    )


class OpensearchOptions(HttpOptions):
    """Options of an OpenSearch source."""

    index: str = Field("*,-.*", min_length=1, description="index, alias, pattern, or a list with commas")
    query: str | dict[str, Any] | None = Field(
        None, description="query string, or a query in JSON", examples=["level:ERROR AND service:checkout"]
    )
    mode: Literal["summary", "documents", "both"] = Field(
        "summary", description="summary: first seen and rates by signature; documents: each one a fact"
    )
    time: str = Field("@timestamp", description="the field of type date or date_nanos")
    precision: Duration | None = Field(
        None, description="of the times, such as 1m; default: what a document shows", examples=["1m"]
    )
    fields: Fields = Field(
        Fields(),
        description="which field holds what; one left out is looked for under its usual names",
        examples=[{"message": "log.message"}],
    )
    kind: Kind | KindMap = Field(
        "custom",
        description='kind of each document\'s fact, or a field that tells it; with `mode = "documents"`',
    )
    names: dict[str, str] = Field(
        {}, description="name in the kind's statement -> field", examples=[{"version": "release"}]
    )
    signature: tuple[str, ...] = Field(
        (),
        description="fields that make a signature; default: those found",
        examples=[["service", "message"]],
    )
    step: Duration = Field("1m", description="step of the rates")
    baseline_days: int = Field(
        0, ge=0, le=7, description="days before whose same hours are compared", examples=[7]
    )
    page: int = Field(1_000, ge=1, le=10_000, description="documents or buckets an answer")
    limit: int = Field(100_000, ge=1, description="most documents, or buckets, that are read")
    dashboards_url: str | None = Field(
        None, description="OpenSearch Dashboards, for links", examples=["https://dashboards.example"]
    )
    dashboards_index: str | None = Field(
        None, description="id of the index pattern in Dashboards", examples=["logs"]
    )

    @field_validator("step")
    @classmethod
    def _whole_step(cls, value: str) -> str:
        if parse_duration(value) < 1_000_000_000:
            raise ValueError(f"step {value!r} is under a second")
        return value

    @field_validator("names")
    @classmethod
    def _not_ours(cls, value: dict[str, str]) -> dict[str, str]:
        if taken := sorted(_OUR_WORDS & set(value)):
            raise ValueError(f"names cannot set {', '.join(taken)}; use `fields` for people and threads")
        return value

    @field_validator("kind")
    @classmethod
    def _fillable(cls, value: Kind | KindMap) -> Kind | KindMap:
        kinds = [*value.values.values(), value.default] if isinstance(value, KindMap) else [value]
        if computed := sorted({k for k in kinds if k and k.startswith(("metric.", "log."))}):
            raise ValueError(f"kind {computed[0]} is computed; a document cannot be one")
        return value

    @property
    def step_ns(self) -> int:
        """Return the step of the rates in nanoseconds."""
        return parse_duration(self.step)

    @property
    def precision_ns(self) -> int | None:
        """Return the precision of the times in nanoseconds, where one is configured; `0s` is none."""
        return (parse_duration(self.precision) or None) if self.precision else None
