"""What a `grafana` source is told: which of its records are read, and what annotations with a tag mean."""

from __future__ import annotations

from pydantic import Field

from collectors.kit.http import HttpOptions
from collectors.kit.rows.tagged import TagKinds


class GrafanaOptions(HttpOptions):
    """Options of a Grafana source."""

    organisation: int | None = Field(
        None, ge=1, description="sent as `X-Grafana-Org-Id`; default: the token's own", examples=[2]
    )
    history: bool = Field(True, description="read the state history of alert rules")
    annotations: bool = Field(True, description="read annotations")
    kinds: TagKinds = Field(
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
