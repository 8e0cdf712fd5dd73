"""The options of `gitlab`."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from collectors.kit.changes.pipelines import DeployRule
from collectors.kit.http import HttpOptions
from timeline.zones import Duration

_PROJECT = re.compile(r"[0-9]+|[\w.-]+(?:/[\w.-]+)+")


class GitlabOptions(HttpOptions):
    """Options of one project."""

    url: str = Field("https://gitlab.com", description="the instance, without `/api/v4`")
    project: str = Field(description="its path, or its number", examples=["shop/checkout"])
    lookback: Duration = Field(
        "1d", description="what changed this much before the window is read too: it may be under way in it"
    )
    lookahead: Duration = Field(
        "7d", description="what changed this much after the window is read too: it may have begun in it"
    )
    merge_requests: bool = Field(
        False, description="merged merge requests as changes (`git` gives them as merges)"
    )
    deploy: tuple[DeployRule, ...] = Field(
        (), description="pipelines, or jobs in them, that are deploys beside GitLab's own deployments: `[[source.deploy]]`",
        examples=[({"job": "deploy*", "branch": "main", "environment": "production"},)],
    )  # fmt: skip
    pipelines: bool = Field(False, description="every pipeline, as records; one request for each")
    incidents: bool = Field(
        False,
        description="issues of the type *incident*; those that the incident's `links` lead to are read anyway",
    )
    incident_labels: tuple[str, ...] = Field(
        (), description="labels of other issues that are incidents", examples=[["outage"]]
    )
    severities: tuple[str, ...] = Field(
        ("sev*",), description="globs over labels that are an incident's severity, whatever their case"
    )
    service: str | None = Field(None, description="whose changes these are", examples=["checkout"])

    @field_validator("project", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("project")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _PROJECT.fullmatch(value):
            raise ValueError("it is no project; write its path as group/name, or its number")
        return value

    @field_validator("url")
    @classmethod
    def _instance(cls, value: str) -> str:
        return value.removesuffix("/api/v4")
