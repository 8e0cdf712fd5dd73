"""What a `log_files` source is told: which files, their form and times, what makes a signature."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from collectors.kit.logs.lines import LineMap
from collectors.kit.logs.options import LineOptions
from collectors.log_files.forms import Format, Forms
from collectors.log_files.patterns import Pattern, WrittenTime
from timeline.zones import ZoneName

#: Fields that make a signature where none is configured; those that a line lacks are no part of its own.
SIGNATURE = ("level", "service", "logger", "error")


class LogFilesOptions(LineOptions):
    """Options of `log_files`."""

    path: str = Field(
        min_length=1, description="a file, or a glob of several, from the folder of the configuration; packed by gzip or not",
        examples=["logs/app.log*"],
    )  # fmt: skip
    format: Format = Field(
        "auto",
        description="auto: by each file's first lines; journald: `journalctl -o json` or `-o export`; kubectl: `kubectl logs --timestamps`; otlp: OTLP in JSON",
    )
    pattern: str | None = Field(
        None,
        description="RE2, matched from a line's beginning; groups `time`, `severity`, `service`, `message`, any other is a field. Without `time`: of the words behind the form's own head",
        examples=[r"(?P<time>\S+ \S+) (?P<severity>\w+) \[(?P<service>[^\]]+)\] (?P<message>.*)"],
    )
    time_format: str | None = Field(
        None,
        description="of the group `time`, else of what a line begins with, as `strptime` has it; default: any usual form",
        examples=["%d/%b/%Y:%H:%M:%S %z"],
    )
    zone: ZoneName | None = Field(
        None, description="of times that carry none: Europe/Berlin, +01:00, CET", examples=["Europe/Berlin"]
    )
    year: int | None = Field(
        None, ge=1970, le=9998, examples=[2026],
        description="in which a file begins whose times name none; default: the one by which its lines lie in the window",
    )  # fmt: skip
    trust_offset: bool = Field(
        True,
        description="false: offsets in syslog files are the receiver's (rsyslog writes its own beside the clock of a sender that told none); `zone` is the senders'",
    )
    match: str | None = Field(
        None,
        description="RE2 that the words of a line must have somewhere; default: every line",
        examples=["(?i)error|timeout"],
    )
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="of every line that has none of its own",
        examples=[{"service": "checkout"}],
    )
    signature: tuple[str, ...] = Field(
        (),
        description="fields that make a signature; default: those of level, service, logger and error that a line has",
        examples=[["level", "pod"]],
    )
    map: LineMap = Field(
        LineMap(),
        description='which field of a line means what, with `mode = "documents"`: `time`, `line`, `fields.NAME`, `json.NAME`',
        examples=[{"kind": "deploy.finished", "names": {"deploy": "fields.release"}}],
    )

    @field_validator("pattern", "match")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        if value is not None:
            Pattern(value)
        return value

    @field_validator("time_format")
    @classmethod
    def _time_format(cls, value: str | None) -> str | None:
        if value is not None:
            WrittenTime(value)
        return value

    @model_validator(mode="after")
    def _plain_has_time(self) -> LogFilesOptions:
        has_time = self.pattern is not None and "time" in Pattern(self.pattern).names
        if self.pattern and (self.format == "plain" or self.time_format) and not has_time:
            raise ValueError("`pattern` of a plain file names its time: (?P<time>...)")
        if self.time_format and self.format not in {"plain", "auto"}:
            raise ValueError(
                f'the times of `format = "{self.format}"` are its own: there is no `time_format` of them'
            )
        if self.pattern and has_time and self.format not in {"plain", "auto"}:
            raise ValueError(
                f'the times of `format = "{self.format}"` are its own: a `pattern` for them has no group `time`'
            )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that make a signature."""
        return self.signature or SIGNATURE

    def forms(self) -> Forms:
        """Return the forms that files may have."""
        written = WrittenTime(self.time_format) if self.time_format else None
        text = self.pattern or (written.line if written else None)
        pattern = Pattern(text) if text else None
        return Forms(self.format, pattern, written, trusts_offset=self.trust_offset)

    def matched(self) -> Pattern | None:
        """Return the pattern that words must have, if there is one."""
        return Pattern(self.match) if self.match else None

    def words(self) -> Pattern | None:
        """Return the pattern of the words behind a form's own head, if there is one."""
        pattern = Pattern(self.pattern) if self.pattern else None
        return pattern if pattern and "time" not in pattern.names else None
