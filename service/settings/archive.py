"""`[archive]` of `timeline.toml`: where incidents are searched, where that is no file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from collectors.kit.access import Auth, Tls, plain_proxy, plain_url
from timeline.invalid.expected import Reads
from timeline.zones import Duration


class ArchiveSettings(BaseModel):
    """An OpenSearch that keeps the archive, with the words of an `opensearch` source; without `url` it is the file `archive.db`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        default="",
        description="where OpenSearch's API begins, without credentials, query or fragment",
        examples=["https://search.example:9200"],
    )
    name: Annotated[str, Reads("a name of small letters, digits, '-', '_' and '.'")] = Field(
        default="",
        pattern=r"^([a-z0-9][a-z0-9._-]{0,62})?$",
        description="whose incidents these are: the same wherever this configuration is used, and no other's in that index",
        examples=["payments"],
    )
    index: Annotated[str, Reads("an alias of small letters, digits, '-', '_' and '.'")] = Field(
        default="incidents",
        pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$",
        description="the alias that leads to the index; both are made where they are not there",
    )
    auth: Auth = Field(
        default=Auth(), description="one way to sign in", examples=[{"basic": "env:ARCHIVE_LOGIN"}]
    )
    tls: Tls = Field(default=Tls(), description="whom to trust", examples=[{"ca": "authority.pem"}])
    timeout: Duration = Field(default="60s", description="of one request without an answer")
    proxy: str | None = Field(
        default=None,
        description="http(s)://host:port; the environment's is not used",
        examples=["http://proxy.example:3128"],
    )
    proxy_auth: str | None = Field(
        default=None, description="a reference to user:password for the proxy", examples=["env:PROXY_USER"]
    )

    @field_validator("url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        return plain_url(value) if value else value

    @field_validator("proxy")
    @classmethod
    def _plain_proxy(cls, value: str | None) -> str | None:
        return plain_proxy(value)

    @model_validator(mode="after")
    def _named(self) -> ArchiveSettings:
        if self.url and not self.name:
            raise ValueError(
                "`name` is missing: it tells these incidents from those that others put into the index"
            )
        if not self.url and self.model_fields_set - {"url"}:
            raise ValueError("`url` is missing: without it the archive is a file, which takes no options")
        return self

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that are needed."""
        return (*self.auth.references(), *((self.proxy_auth,) if self.proxy_auth else ()))
