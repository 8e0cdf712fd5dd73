"""What `[check]` of timeline.toml, or a `.timeline-check.toml`, may say."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.settings.registry import nearest
from timeline.checks.findings import Switch
from timeline.checks.rules import BY_ID
from timeline.errors import UsageError

FILE_NAME = ".timeline-check.toml"


class CheckSettings(BaseModel):
    """Switches by rule id, when a draft is due, and whether absent evidence is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: dict[str, Switch] = Field(default_factory=dict)
    hours: int = Field(default=48, ge=1)
    allow_missing_evidence: bool = False

    @field_validator("rules")
    @classmethod
    def _known(cls, value: dict[str, Switch]) -> dict[str, Switch]:
        for rule in value:
            if rule not in BY_ID:
                raise ValueError(f"there is no rule {rule!r}{nearest(rule, list(BY_ID))}")
        return value


def settings(directory: Path, configured: CheckSettings) -> CheckSettings:
    """Return what holds for a directory: the nearest `.timeline-check.toml` over `[check]`."""
    home = directory.resolve()
    path = next((f / FILE_NAME for f in (home, *home.parents) if (f / FILE_NAME).is_file()), None)
    if path is None:
        return configured
    try:
        read = CheckSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as err:
        raise UsageError(f"{path} cannot be read: {err}") from err
    except ValidationError as err:
        raise UsageError(
            "; ".join(_explain(path, e["loc"], e["type"], e["msg"]) for e in err.errors())
        ) from err
    told = {name: getattr(read, name) for name in read.model_fields_set}
    if "rules" in told:
        told["rules"] = {**configured.rules, **read.rules}
    return configured.model_copy(update=told)


def _explain(path: Path, where: tuple[int | str, ...], form: str, message: str) -> str:
    key = ".".join(str(part) for part in where)
    if form == "extra_forbidden":
        return f"{path}: unknown key {key!r}{nearest(str(where[-1]), list(CheckSettings.model_fields))}"
    return f"{path}: {key!r}: {message.removeprefix('Value error, ')}"
