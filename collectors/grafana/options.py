"""What a `grafana` source is told: which of its records are read, and what annotations with a tag mean."""

from __future__ import annotations

from pydantic import Field, field_validator

from collectors.kit.http import HttpOptions
from timeline.kinds import Kind


class GrafanaOptions(HttpOptions):
    """Options of a Grafana source."""

    organisation: int | None = Field(
        None, ge=1, description="sent as `X-Grafana-Org-Id`; default: the token's own", examples=[2]
    )
    history: bool = Field(True, description="read the state history of alert rules")
    annotations: bool = Field(True, description="read annotations")
    kinds: dict[str, Kind] = Field(
        {},
        description="tag -> kind of what has it; the first that fits counts, and all else is `custom`",
        examples=[{"deploy": "deploy.finished", "config": "change.config"}],
    )
    page: int = Field(
        1_000,
        ge=1,
        le=5_000,
        description="records an answer; where there are as many, half the time is asked for",
    )

    @field_validator("kinds")
    @classmethod
    def _told(cls, value: dict[str, Kind]) -> dict[str, Kind]:
        if computed := sorted(
            kind for kind in value.values() if kind.startswith(("metric.", "log.", "alert."))
        ):
            raise ValueError(f"kind {computed[0]} is computed, or an alert's; an annotation cannot be one")
        return value
