"""`[review]` and `[[remind]]` of `timeline.toml`: when a review is followed up, and who is told what is due."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from service.settings.serve import Reference
from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, NS
from timeline.invalid.expected import Reads
from timeline.written.wallclock import zone as known_zone
from timeline.zones import Duration, parse_duration

Kind = Literal["follow-up", "action", "duty"]
_MOST = 3650  # days


class ReviewSettings(BaseModel):
    """When a review is followed up by another."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    follow_up: Duration = Field(
        default="30d",
        description="the follow-up review is due this long after the review, in whole days, where no draft says when; 0s: none",
        examples=["30d"],
    )
    zone: str = Field(default="UTC", description="whose days count: an IANA name", examples=["Europe/Berlin"])

    @field_validator("follow_up")
    @classmethod
    def _in_days(cls, value: str) -> str:
        if parse_duration(value) // DAY > _MOST:
            raise ValueError(f"at most {_MOST}d")
        return value

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            known_zone(value)
        except UndecodableTimeError as err:
            raise ValueError(str(err)) from err
        return value

    @property
    def days(self) -> int:
        """Days from a review to its follow-up; 0: there is none."""
        return parse_duration(self.follow_up) // DAY

    def day_of(self, now: int) -> date:
        """Return the day that an instant (ns) is of."""
        return datetime.fromtimestamp(now // NS, known_zone(self.zone)).date()


class RemindSettings(BaseModel):
    """A webhook that is told what is due, once each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Reads("a name of small letters, digits and '-'")] = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="what it is called in messages",
        examples=["team-chat"],
    )
    url: Reference = Field(
        description="a reference to its address, which is a secret", examples=["env:REMIND_WEBHOOK"]
    )
    of: tuple[Kind, ...] = Field(
        default=("follow-up", "action", "duty"),
        min_length=1,
        description="what it is told: follow-up reviews, actions whose date is past, reports to regulators",
        examples=[["follow-up", "action"]],
    )
    ahead: Duration = Field(
        default="12h", description="reports to regulators are told this long before they are due"
    )
