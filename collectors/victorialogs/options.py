"""What a `victorialogs` source is told: which lines, what makes a signature, and which field means what."""

from __future__ import annotations

from pydantic import Field

from collectors.kit.logs.lines import LineMap
from collectors.kit.logs.options import LogOptions

#: Fields that make a signature where none is configured; those that a line lacks are no part of its own.
SIGNATURE = (
    "level", "log.level", "severity", "severity_text", "service", "service.name", "service_name", "app", "logger",
    "log.logger", "error.type",
)  # fmt: skip


class VictorialogsOptions(LogOptions):
    """Options of a VictoriaLogs source."""

    query: str = Field(
        "*",
        min_length=1,
        description="a filter in LogsQL; words are case-sensitive (`error` is not `ERROR`, `i(error)` is both)",
        examples=['service:="checkout" i(error)'],
    )
    tenant: str | None = Field(
        None,
        pattern=r"^\d+:\d+$",
        description="account and project, where there are several",
        examples=["12:0"],
    )
    signature: tuple[str, ...] = Field(
        (),
        description="fields that make a signature; default: those of level, service, logger and error that a line has",
        examples=[["level", "kubernetes.container_name"]],
    )
    map: LineMap = Field(
        LineMap(),
        description='which field of a line means what, with `mode = "documents"`: `time`, `line`, `fields.NAME`, `json.NAME`',
        examples=[{"kind": "deploy.finished", "names": {"deploy": "fields.release"}}],
    )
    vmui_url: str | None = Field(
        None, description="where people reach its own page, for links", examples=["https://logs.example"]
    )

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that make a signature."""
        return self.signature or SIGNATURE
