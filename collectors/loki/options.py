"""What a `loki` source is told: which streams, what makes a signature, and which field of a line means what."""

from __future__ import annotations

from pydantic import Field, field_validator

from collectors.kit.logs.lines import LineMap
from collectors.kit.logs.options import LogOptions
from collectors.loki.logql import LABEL, selector_end

#: Labels that make a signature where none is configured; those that a stream lacks are no part of its own.
SIGNATURE = (
    "level", "detected_level", "severity", "service_name", "service", "app", "job", "logger", "error_type",
)  # fmt: skip


class LokiOptions(LogOptions):
    """Options of a Loki source."""

    query: str = Field(
        '{service_name=~".+"}',
        description="a query for lines in LogQL; the default is every stream of Loki 3, which names each one's service",
        examples=['{namespace="shop"} |= "error"'],
    )
    tenant: str | None = Field(
        None,
        description="sent as `X-Scope-OrgID`, where Loki has several tenants",
        examples=["team-a"],
    )
    signature: tuple[str, ...] = Field(
        (),
        description="labels that make a signature; default: those of level, service, logger and error that a line has",
        examples=[["level", "app"]],
    )
    map: LineMap = Field(
        LineMap(),
        description='which field of a line means what, with `mode = "documents"`: `time`, `line`, `labels.NAME`, `json.NAME`',
        examples=[{"kind": "deploy.finished", "names": {"deploy": "json.release"}}],
    )
    grafana_url: str | None = Field(
        None, description="Grafana, for links to Explore", examples=["https://grafana.example"]
    )
    grafana_datasource: str | None = Field(
        None, description="uid of this Loki in Grafana", examples=["P8E80F9AEF21F6940"]
    )

    @field_validator("query")
    @classmethod
    def _of_lines(cls, value: str) -> str:
        if selector_end(value) is None:
            raise ValueError('it is no query for lines; write it as {app="shop"} |= "error"')
        return value

    @field_validator("signature")
    @classmethod
    def _labels(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := next((name for name in value if not LABEL.fullmatch(name)), None):
            raise ValueError(f"{wrong!r} is no name of a label")
        return value

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that make a signature."""
        return self.signature or SIGNATURE
