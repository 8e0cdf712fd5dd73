"""What `pagerduty` can be told."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from collectors.kit.http import HttpOptions


class PagerdutyOptions(HttpOptions):
    """Options of `pagerduty`; accounts in Europe have `https://api.eu.pagerduty.com`."""

    url: str = Field(
        "https://api.pagerduty.com",
        description="accounts in Europe: `https://api.eu.pagerduty.com`; an account's own address stands for its API",
    )
    token: str = Field("env:PAGERDUTY_TOKEN", description="reference to an API key; for OAuth: auth.bearer")
    teams: tuple[str, ...] = Field(
        (), description="ids of teams; default: all that the key may see", examples=[["PT4KHLK"]]
    )
    scope: Literal["account", "incident"] = Field(
        "account",
        description="`incident`: only the log entries of the incidents that the build's `links` lead to, as those of a tracker do",
        examples=["incident"],
    )
    change_events: bool = Field(True, description="changes that tools sent to PagerDuty")
    deploys: tuple[str, ...] = Field(
        (),
        description="patterns of the summaries of change events that are deploys, `*` for any text",
        examples=[["Deployed *"]],
    )

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        own = () if self.auth.references() else (self.token,)
        return (*super().references(), *own)

    @field_validator("url")
    @classmethod
    def _of_the_api(cls, value: str) -> str:
        host = urlsplit(value).hostname or ""
        if not host.endswith(".pagerduty.com") or host.startswith("api."):
            return value
        return f"https://api.{'eu.' * host.endswith('.eu.pagerduty.com')}pagerduty.com"
