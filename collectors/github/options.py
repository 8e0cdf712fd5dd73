"""The options of what reads one repository of GitHub."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from collectors.kit.http import HttpOptions

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+")


class RepositoryOptions(HttpOptions):
    """Options of one repository; Enterprise servers have their API below `/api/v3`."""

    url: str = Field("https://api.github.com", description="of an Enterprise server: `https://HOST/api/v3`")
    repository: str = Field(description="owner/name", examples=["shop/web"])

    @field_validator("repository")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _REPOSITORY.fullmatch(value):
            raise ValueError("it is no repository; write it as owner/name")
        return value
