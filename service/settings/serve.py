"""`[serve]` of `timeline.toml`: where to listen, who may read and write, whose webhooks are taken."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from timeline.invalid.expected import Reads
from timeline.zones import Duration

Role = Literal["reader", "editor"]
Reference = Annotated[
    str,
    Field(pattern=r"^(env|file|keyring):.+"),
    Reads("a reference to a secret: env:NAME, file:PATH or keyring:NAME"),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as err:
            raise ValueError("an address or a network, such as '10.0.0.1' or '10.0.0.0/8'") from err
    return value


class TokenSettings(_Strict):
    """A person's, or a team's, token (by reference) and what it allows."""

    name: str = Field(min_length=1, max_length=200, description="who signs notes", examples=["ada"])
    token: Reference = Field(
        description="a reference to 20 characters or more",
        examples=["env:TIMELINE_TOKEN_ADA"],
    )
    role: Role = Field(default="reader", description="a `reader` reads, an `editor` writes notes too")


class ProxySettings(_Strict):
    """A reverse proxy that signs people in and names them in a header; nobody else may send it."""

    header: str = Field(default="X-Forwarded-User", description="that holds the name of who signed in")
    trusted: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"), description="addresses or networks that may send the header"
    )
    editors: tuple[str, ...] = Field(
        default=(), description="names that may write; `*` is everybody", examples=[["ada", "bo"]]
    )

    _networks = field_validator("trusted")(_networks)


class WebhookSettings(_Strict):
    """One sender's webhook, taken at `/hooks/NAME`; `secret` (or `basic`) is what the sender proves."""

    name: Annotated[str, Reads("a name of small letters, digits and '-'")] = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="taken at `/hooks/NAME`", examples=["am"]
    )
    sender: str = Field(
        description="a name of the entry-point group `incident_timeline.webhooks`", examples=["alertmanager"]
    )
    secret: Reference | None = Field(
        default=None,
        description="a reference to what the sender proves itself by",
        examples=["env:ALERTMANAGER_TOKEN"],
    )
    basic: Reference | None = Field(
        default=None,
        description="instead of `secret`: a reference to USER:PASSWORD",
        examples=["env:HOOK_USER"],
    )
    build: bool = Field(default=True, description="a resolved incident starts a build")
    incident_label: str = Field(
        default="incident", description="alerts: the label that holds the incident's id"
    )

    @model_validator(mode="after")
    def _proof(self) -> WebhookSettings:
        if not self.secret and not self.basic:
            raise ValueError(
                "`secret` is missing: a webhook that anybody may call would be anybody's history"
            )
        return self


class ServeSettings(_Strict):
    """How `timeline serve` runs."""

    host: str = Field(
        default="127.0.0.1", description="to listen on; any but this machine's own needs tokens or a proxy"
    )
    port: int = Field(default=8642, ge=1, le=65535, description="to listen on")
    database: str = Field(
        default="",
        description="default: timeline.db in the output folder",
        examples=["/var/lib/timeline/timeline.db"],
    )
    public_url: Annotated[str, Reads("an address such as 'https://timeline.example', without a path")] = (
        Field(
            default="",
            pattern=r"^(https?://[^/\s]+)?$",
            description="the address people type",
            examples=["https://timeline.example"],
        )
    )
    forwarded_by: tuple[str, ...] = Field(
        default=(),
        description="proxies whose X-Forwarded-For is believed, besides those of [serve.proxy]",
        examples=[["10.0.0.7"]],
    )
    tokens: tuple[TokenSettings, ...] = Field(
        default=(), alias="token", description="who may sign in by a token: `[[serve.token]]`"
    )
    proxy: ProxySettings | None = Field(
        default=None,
        description="a proxy that signs people in: `[serve.proxy]`",
        examples=[{"header": "X-Forwarded-User"}],
    )
    requests_per_minute: int = Field(
        default=600, ge=1, description="of a person, or of an address without sign-in; more are 429"
    )
    webhooks_per_minute: int = Field(default=6000, ge=1, description="proven deliveries of one webhook")
    refusals_per_minute: int = Field(
        default=60,
        ge=1,
        description="deliveries without proof, from one address, that are told more than to wait",
    )
    streams_per_user: int = Field(default=20, ge=1, description="pages that follow notes at once")
    build_time_cap: Duration = Field(default="15m", description="of one build that a webhook started")
    live: Duration = Field(default="1m", description="between builds of an open incident; 0s: none")
    live_idle: Duration = Field(
        default="2h", description="without a new fact, an incident that nobody ended is no longer built"
    )
    agents: Literal["off", "read", "propose"] | None = Field(
        default=None,
        description="`/mcp` for agents (default: read, where the extra `mcp` is installed)",
        examples=["off"],
    )
    webhooks: tuple[WebhookSettings, ...] = Field(
        default=(),
        alias="webhook",
        description="whose deliveries are taken: `[[serve.webhook]]`",
        examples=[[{"name": "am", "sender": "alertmanager", "secret": "env:ALERTMANAGER_TOKEN"}]],
    )

    _networks = field_validator("forwarded_by")(_networks)

    @property
    def proxies(self) -> tuple[str, ...]:
        """Whose word about whom they speak for is believed."""
        return (*self.forwarded_by, *(self.proxy.trusted if self.proxy else ()))

    @model_validator(mode="after")
    def _unique(self) -> ServeSettings:
        for names in ([t.name for t in self.tokens], [w.name for w in self.webhooks]):
            if twice := {n for n in names if names.count(n) > 1}:
                raise ValueError(f"{min(twice)!r} is there twice")
        return self


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server that listens on `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
