"""What every store of log lines is told: which facts, what a line means, and how much is read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from collectors.base import Options
from collectors.kit.http import HttpOptions
from collectors.kit.logs.lines import LineMap
from timeline.instant import NS
from timeline.zones import Duration, parse_duration


class LineOptions(Options):
    """Options of whatever holds log lines."""

    mode: Literal["summary", "documents", "both"] = Field(
        "summary", description="summary: first seen and rates by signature; documents: each line a fact"
    )
    signature: tuple[str, ...] = ()
    map: LineMap = LineMap()
    step: Duration = Field("1m", description="step of the rates")
    baseline_days: int = Field(
        0, ge=0, le=7, description="days before whose same hours are compared", examples=[7]
    )
    limit: int = Field(100_000, ge=1, description="most lines that are read")
    signatures: int = Field(1_000, ge=1, le=10_000, description="most signatures that are looked at")

    @field_validator("step")
    @classmethod
    def _whole_step(cls, value: str) -> str:
        if parse_duration(value) < NS or parse_duration(value) % NS:
            raise ValueError(f"step {value!r} is not of whole seconds")
        return value


class LogOptions(LineOptions, HttpOptions):
    """Options of a store that is asked for counts, or for lines."""

    query: str
    page: int = Field(
        1_000, ge=1, le=100_000, description="lines an answer; the store's own limit comes before"
    )
