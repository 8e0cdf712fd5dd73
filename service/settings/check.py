"""What `[check]` of timeline.toml, or a `.timeline-check.toml`, may say."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.settings.reading import Reader, on_disk
from service.settings.registry import nearest
from timeline.checks.findings import Switch
from timeline.checks.rules import BY_ID
from timeline.errors import UsageError

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
        raise UsageError(f"{FILE_NAME} above {home} cannot be read: {err}") from err
    if data is None:
        return configured
    try:
        found = CheckSettings.model_validate(tomllib.loads(data.decode("utf-8")))
    except ValidationError as err:
        raise UsageError(
            "; ".join(_explain(path, e["loc"], e["type"], e["msg"]) for e in err.errors())
        ) from err
    except (ValueError, RecursionError) as err:  # no TOML, no UTF-8, an endless number; brackets without end
        raise UsageError(f"{path} cannot be read: {err}") from err
    told = {name: getattr(found, name) for name in found.model_fields_set}
    if "rules" in told:
        told["rules"] = {**configured.rules, **found.rules}
    return configured.model_copy(update=told)


def _explain(path: Path, where: tuple[int | str, ...], form: str, message: str) -> str:
    key = ".".join(str(part) for part in where)
    if form == "extra_forbidden":
        return f"{path}: unknown key {key!r}{nearest(str(where[-1]), list(CheckSettings.model_fields))}"
    return f"{path}: {key!r}: {message.removeprefix('Value error, ')}"
