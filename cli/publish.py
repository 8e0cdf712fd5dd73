"""`timeline publish`: a branch with a pull request, Grafana annotations, a Slack message."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.attach import ApiUrl, ForgeName, Repository, Token, plain
from cli.options import Incident

#: Where tokens are looked for when none is named.
_GRAFANA, _SLACK = "env:GRAFANA_TOKEN", "env:SLACK_TOKEN"


def publish(
    named: Incident,
    pull: Annotated[
        bool, typer.Option("--pull/--no-pull", help="Push a branch and open a pull request.")
    ] = True,
    forge: ForgeName = "",
    repository: Repository = "",
    api: ApiUrl = "",
    token: Token = "",
    remote: Annotated[str, typer.Option(metavar="NAME", help="The remote to push to.")] = "origin",
    branch: Annotated[str, typer.Option(metavar="NAME", help="The branch (default: postmortem/ID).")] = "",
    base: Annotated[
        str, typer.Option(metavar="NAME", help="Where it goes (default: the remote's own).")
    ] = "",
    grafana: Annotated[str, typer.Option(metavar="URL", help="Annotate in this Grafana.")] = "",
    grafana_token: Annotated[str, typer.Option(metavar="REFERENCE", help="Its token.")] = _GRAFANA,
    dashboard: Annotated[str, typer.Option(metavar="UID", help="One dashboard (default: all, by tag).")] = "",
    slack: Annotated[str, typer.Option(metavar="CHANNEL", help="Tell this channel.")] = "",
    slack_token: Annotated[str, typer.Option(metavar="REFERENCE", help="Its bot token.")] = _SLACK,
    slack_api: Annotated[
        str, typer.Option(metavar="URL", help="Another Slack API.")
    ] = "https://slack.com/api/",
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Configuration.")] = None,
) -> None:
    """Publish: push a branch with a pull request, annotate Grafana, tell Slack; each optional."""
    from service.incident.located import located_one
    from service.publish import publish as use
    from service.publish.forges.target import Target

    target = Target(forge, api.rstrip("/"), repository, token=token)
    request = use.PublishRequest(
        located_one(named, config), pull, target, remote, branch, base, grafana.rstrip("/"), grafana_token, dashboard,
        slack, slack_token, slack_api.rstrip("/") + "/", config,
    )  # fmt: skip
    result = use.publish(request)
    for line in result.done:
        typer.echo(plain(line))
    for line in result.failed:
        typer.echo(f"timeline: {plain(line)}", err=True)
    raise typer.Exit(result.exit_code)
