"""The options of `github`, and of what else reads one repository of GitHub."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from collectors.kit.http import HttpOptions
from timeline.zones import Duration

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


class GithubOptions(RepositoryOptions):
    """Options of one repository; Enterprise servers have their API below `/api/v3`."""

    lookback: Duration = Field(
        "3d", description="deployments and releases this much older than the window are read too"
    )
    pull_requests: bool = Field(
        False, description="merged pull requests as changes (`git` gives them as merges)"
    )
    config_paths: tuple[str, ...] = Field(
        (),
        description="globs over files; a merged pull request that changes one is a change of configuration too; they are read then",
        examples=[["helm/", "*.tf", "config/**"]],
    )
    roll_backs: bool = Field(True, description="compare successive deployments of an environment")
    incidents: tuple[str, ...] = Field(
        (),
        description="labels of issues that are incidents; those that the incident's `links` lead to are read anyway",
        examples=[["incident"]],
    )
    severities: tuple[str, ...] = Field(
        ("sev*",), description="globs over labels that are an incident's severity, whatever their case"
    )
    service: str | None = Field(None, description="whose changes these are", examples=["checkout"])
