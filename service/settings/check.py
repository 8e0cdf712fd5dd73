"""What `[check]` of timeline.toml, or a `.timeline-check.toml`, may say."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.settings.reading import Reader, on_disk
from service.settings.registry import nearest
from service.settings.written import decoded, shown
from timeline.checks.findings import Switch
from timeline.checks.rules import BY_ID
from timeline.errors import UsageError
from timeline.invalid.problems import problems

FILE_NAME = ".timeline-check.toml"


class CheckSettings(BaseModel):
    """Switches by rule id, when a draft is due, and whether absent evidence is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: dict[str, Switch] = Field(
        default_factory=dict,
        description="id of a rule -> `off`, `note`, `warning` or `error`",
        examples=[{"action-vague": "off"}],
    )
    hours: int = Field(default=48, ge=1, description="a draft is due this long after resolution")
    allow_missing_evidence: bool = Field(
        default=False, description="evidence that is kept elsewhere is no error", examples=[True]
    )

    @field_validator("rules")
    @classmethod
    def _known(cls, value: dict[str, Switch]) -> dict[str, Switch]:
        for rule in value:
            if rule not in BY_ID:
                raise ValueError(f"there is no rule {rule!r}{nearest(rule, list(BY_ID))}")
        return value


def settings(
    directory: Path, configured: CheckSettings, read: Reader = on_disk
) -> CheckSettings:  # fmt: skip
    """Return what holds for a directory: the nearest `.timeline-check.toml`, as `read` gives it, over `[check]`."""
    home = directory.resolve()
    try:
        held = ((f / FILE_NAME, read(f / FILE_NAME)) for f in (home, *home.parents))
        path, data = next(((p, data) for p, data in held if data is not None), (home, None))
    except OSError as err:
        raise UsageError(f"{FILE_NAME} above {shown(home)} cannot be read: {err.strerror or err}") from err
    if data is None:
        return configured
    written = decoded(path, data)
    raw = written.table()
    try:
        found = CheckSettings.model_validate(raw)
    except ValidationError as err:
        raise UsageError(written.said(problems(err, CheckSettings, raw))) from err
    told = {name: getattr(found, name) for name in found.model_fields_set}
    if "rules" in told:
        told["rules"] = {**configured.rules, **found.rules}
    return configured.model_copy(update=told)
