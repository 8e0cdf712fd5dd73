"""What `jira` can be told."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from collectors.kit.access import Auth
from collectors.kit.http import HttpOptions

_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)
Change = Literal[
    "change.config", "change.scale", "change.flag", "change.merged", "change.released", "change.removed",
    "deploy.finished",
]  # fmt: skip


class ChangeRule(BaseModel):
    """Which issues are changes, made when they are done; all that is given must fit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str = Field(default="*", description="the project's key as a glob", examples=["CHG"])
    type: str = Field(default="*", description="the name of the issue's type as a glob", examples=["Change*"])
    kind: Change = Field(default="change.config", description="what such a change is")
    environment: str | None = Field(default=None, description="where they are made", examples=["production"])
    service: str | None = Field(default=None, description="whose changes they are", examples=["checkout"])

    def fits(self, project: str, kind: str) -> bool:
        """Tell whether the rule is about issues of a project and a type."""
        return fnmatchcase(project, self.project) and fnmatchcase(kind, self.type)


class JiraOptions(HttpOptions):
    """Options of a site of Jira Cloud, or of a server of one's own (Server, Data Center)."""

    url: str = Field(
        description="the site, or the server with its path; with an OAuth token `https://api.atlassian.com/ex/jira/CLOUD_ID`",
        examples=["https://acme.atlassian.net"],
    )
    auth: Auth = Field(
        default=Auth(),
        description="`basic`: a reference to mail:token of an Atlassian account; `bearer`: a personal access token of a server",
        examples=[{"basic": "env:JIRA_LOGIN"}],
    )
    jql: str = Field(
        "",
        description="the issues that are incidents, and those that a rule of `change` is about; default: only those that the incident's `links` lead to",
        examples=["project = SHOP AND issuetype = Incident"],
    )
    severity: str = Field(
        "priority",
        description="the id of the field that is an incident's severity",
        examples=["customfield_10050"],
    )
    change: tuple[ChangeRule, ...] = Field(
        (), description="issues that are changes in place of incidents: `[[source.change]]`",
        examples=[({"project": "CHG", "kind": "change.config", "environment": "production"},)],
    )  # fmt: skip
    service: str | None = Field(None, description="whose issues these are", examples=["checkout"])
    project: str = Field(
        "", pattern=r"^([A-Za-z][A-Za-z0-9_]{0,98})?$", examples=["SHOP"],
        description="the key of the project in which `timeline actions sync --create` makes tickets; default: it makes none",
    )  # fmt: skip
    ticket_type: str = Field(
        "Task",
        min_length=1,
        description="the name of the type of issue that such a ticket is",
        examples=["Story"],
    )

    @field_validator("jql")
    @classmethod
    def _unordered(cls, value: str) -> str:
        if _ORDER.search(value):
            raise ValueError("it has an ORDER BY, and the order is set here: leave it out")
        return value.strip()
