"""What every source of AWS can be told: a region of an account, by keys of the environment or of a profile."""

from __future__ import annotations

import string
from typing import Self

from pydantic import Field, field_validator, model_validator

from collectors.kit.access import Rate
from collectors.kit.http import HttpOptions
from timeline.zones import Duration

_LETTERS = frozenset(string.ascii_lowercase + string.digits + "-")


class AwsOptions(HttpOptions):
    """Options of every source of AWS; one source reads one region of one account."""

    url: str = Field(
        "",
        description="another endpoint than the region's own: of your VPC, of an emulator",
        examples=["https://vpce-0a1b.monitoring.eu-central-1.vpce.amazonaws.com"],
    )
    region: str = Field(description="the region", examples=["eu-central-1"])
    access_key: str = Field("env:AWS_ACCESS_KEY_ID", description="reference to the id of an access key")
    secret_key: str = Field("env:AWS_SECRET_ACCESS_KEY", description="reference to its secret")
    session_token: str | None = Field(
        None,
        description="reference to the session token that goes with a temporary key",
        examples=["env:AWS_SESSION_TOKEN"],
    )
    profile: str | None = Field(
        None,
        description="in place of `url`, `auth` and the keys: a profile of your own `~/.aws/credentials` "
        "(`$AWS_SHARED_CREDENTIALS_FILE`) with keys in it",
        examples=["production"],
    )

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        if self.auth.references() or self.profile is not None:
            return super().references()
        session = (self.session_token,) if self.session_token else ()
        return (*super().references(), self.access_key, self.secret_key, *session)

    @field_validator("region")
    @classmethod
    def _a_name(cls, value: str) -> str:
        # It becomes part of a host's name.
        if not value or not set(value) <= _LETTERS:
            raise ValueError("a region is written as eu-central-1")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        others = {"url", "auth", "access_key", "secret_key", "session_token"}
        if self.profile is not None and others & self.model_fields_set:
            raise ValueError("`profile` stands in place of `url`, `auth` and the keys: set it or them")
        return self


class AlarmOptions(AwsOptions):
    """Options of `cloudwatch_alarms`."""

    types: tuple[str, ...] = Field(
        ("MetricAlarm", "CompositeAlarm", "LogAlarm"),
        description="of these types; without any, CloudWatch tells of metric alarms alone",
        examples=[["MetricAlarm", "CompositeAlarm"]],
    )
    lookback: Duration = Field(
        "1d",
        description="changes this much before the window are looked at too: an alarm may be firing in it",
    )


class TrailOptions(AwsOptions):
    """Options of `cloudtrail`."""

    requests: Rate | None = Field(
        "2/s", description="so many in so long, as CloudTrail allows an account in a region", examples=["1/s"]
    )
    read_only: bool = Field(False, description="calls that change nothing too, as records: there are many")
    lookup: dict[str, str] = Field(
        default_factory=dict,
        max_length=1,
        description="only events with this one attribute: EventName, ResourceName, ResourceType, EventSource, Username, ...",
        examples=[{"ResourceName": "checkout"}],
    )


class DeployOptions(AwsOptions):
    """Options of `codedeploy`."""

    environment: str | None = Field(None, description="where these deploys go", examples=["production"])
    lookback: Duration = Field(
        "1d",
        description="deployments made this much before the window are looked at too: they may be under way in it",
    )


class EcsOptions(DeployOptions):
    """Options of `ecs`."""

    services: tuple[str, ...] = Field(
        (),
        description="services as `CLUSTER/SERVICE`; default: all of all clusters, each asked for by itself",
        examples=[["prod/checkout"]],
    )
