"""What sources of Datadog can be told, and where a site of Datadog has its API and its pages."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from collectors.kit.access import HttpOptions
from collectors.kit.links import web
from collectors.kit.rows.tagged import TagKinds
from timeline.zones import Duration

_DOMAINS = ("datadoghq.com", "datadoghq.eu", "ddog-gov.com")
_REGION = re.compile(r"[a-z]{2}[0-9]{1,2}")


def site_of(url: str) -> str | None:
    """Return the site (`us3.datadoghq.com`) of any address at Datadog, an account's own too; None of another."""
    host = urlsplit(url).hostname or ""
    domain = next((one for one in _DOMAINS if host == one or host.endswith(f".{one}")), None)
    if domain is None:
        return None
    last = host.removesuffix(domain).rstrip(".").rpartition(".")[2]
    return f"{last}.{domain}" if _REGION.fullmatch(last) else domain


def pages_of(url: str) -> str | None:
    """Return where people open what the API at `url` tells of; None where that is not known."""
    site = site_of(url)
    if site is None:
        return None
    return f"https://app.{site}" if site in _DOMAINS else f"https://{site}"


class DatadogAccess(HttpOptions):
    """Which account, and how to sign in."""

    url: str = Field(
        "https://api.datadoghq.com",
        description="of another site: `https://api.datadoghq.eu`, `https://api.us3.datadoghq.com`; an account's own address stands for its API",
    )
    api_key: str = Field("env:DD_API_KEY", description="reference to an API key; for OAuth: auth.bearer")
    app_key: str = Field("env:DD_APP_KEY", description="reference to an application key")
    web_url: str | None = Field(
        None,
        description="where people open what is told; default: as the API's address tells",
        examples=["https://acme.datadoghq.com"],
    )
    retention: Duration = Field("455d", description="how long the account keeps it: before it is a gap")

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        own = () if self.auth.references() else (self.api_key, self.app_key)
        return (*super().references(), *own)

    @field_validator("url")
    @classmethod
    def _of_the_api(cls, value: str) -> str:
        site = site_of(value)
        return value if site is None else f"https://api.{site}"

    @field_validator("web_url")
    @classmethod
    def _of_people(cls, value: str | None) -> str | None:
        if value is not None and web(value) is None:
            raise ValueError("it is no http(s) URL; write it as https://acme.datadoghq.com")
        return value and value.rstrip("/")


class DatadogOptions(DatadogAccess):
    """Options of an account's events."""

    query: str = Field(
        "", description="only events that this search finds", examples=["env:production service:checkout"]
    )
    kinds: TagKinds = Field(
        {},
        description="tag -> kind of an event that has it; the first that fits counts, and all else is `custom`, but for what monitors tell",
        examples=[{"source:jenkins": "deploy.finished", "source:launchdarkly": "change.flag"}],
    )
