"""What `opsgenie` and `jsm` can be told, and where their two APIs differ."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import Field

from collectors.kit.access import Auth
from collectors.kit.http import HttpOptions
from timeline.zones import Duration


class Envelope(NamedTuple):
    """Where an API has alerts, the member that lists records, that which leads on, and the parameter of a page's size."""

    alerts: str
    rows: str
    next: str
    size: str


OPSGENIE = Envelope("v2/alerts", "data", "paging.next", "limit")
JSM = Envelope("v1/alerts", "values", "links.next", "size")


class AlertOptions(HttpOptions):
    """Options of both."""

    query: str = Field(
        "", description="only alerts that this search of Opsgenie's finds, too", examples=["teams: payments"]
    )
    lookback: Duration = Field("7d", description="alerts created this much before the window are read too")


class OpsgenieOptions(AlertOptions):
    """Options of `opsgenie`; accounts in Europe have `https://api.eu.opsgenie.com`."""

    url: str = Field(
        "https://api.opsgenie.com", description="accounts in Europe: `https://api.eu.opsgenie.com`"
    )
    token: str = Field("env:OPSGENIE_KEY", description="reference to the key of an API integration")
    incidents: bool = Field(
        True, description="incidents with their timelines, which need a plan that has them"
    )

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        return (*super().references(), *(() if self.auth.references() else (self.token,)))


class JsmOptions(AlertOptions):
    """Options of `jsm`."""

    url: str = Field(
        description="`https://api.atlassian.com/jsm/ops/api/CLOUD_ID`",
        examples=["https://api.atlassian.com/jsm/ops/api/CLOUD_ID"],
    )
    auth: Auth = Field(
        default=Auth(),
        description="`basic`: a reference to mail:token of an Atlassian account",
        examples=[{"basic": "env:ATLASSIAN_LOGIN"}],
    )
